"""scikit-learn's callbacks, where they exist: rounds are the tasks of a fit."""

from contextlib import contextmanager, nullcontext


class FitTasks:
    """The tasks of one fit: the fit itself, and under it one a round.

    The inner estimator's fit nests in its round, where it supports callbacks. Long
    work of the query strategy is a task beside the rounds, each part a task below it.

    Parameters
    ----------
    context : CallbackContext or None, default=None
        The root task; None where nobody listens.
    data : callable, default=None
        `data(estimator)` returns what callbacks are shown of the data.

    Attributes
    ----------
    stopped : bool
        Whether a callback asked to stop.
    """

    def __init__(self, context=None, data=None):
        self.context = context
        self._data = data
        self.stopped = False
        self._n_tasks = 0

    def begin(self, estimator):
        """Tell the callbacks that the fit begins."""
        if self.context is not None:
            data = self._data(estimator)
            self.context.call_on_fit_task_begin(estimator=estimator, **data)

    def end(self, estimator):
        """Tell the callbacks that the fit ends."""
        if self.context is not None:
            data = self._data(estimator)
            self.context.call_on_fit_task_end(estimator=estimator, **data)

    def work(self, estimator, name, n_parts):
        """Begin a task of some parts; return a function to be called after each.

        Parameters
        ----------
        estimator : estimator
            Whose fit it belongs to.
        name : str
            Of the task.
        n_parts : int
            How many parts it has.

        Returns
        -------
        done : callable
        """
        if self.context is None:
            return lambda: None
        if self.context.max_subtasks is not None:
            self.context.max_subtasks += 1  # beside the rounds
        task = self._next_task(name, n_parts)
        task.call_on_fit_task_begin(estimator=estimator)
        left = iter(range(n_parts))

        def done():
            part = task.subcontext(task_name=f"{name}-part")
            part.call_on_fit_task_begin(estimator=estimator)
            part.call_on_fit_task_end(estimator=estimator)
            if next(left) == n_parts - 1:
                task.call_on_fit_task_end(estimator=estimator)

        return done

    @contextmanager
    def round(self, learner, estimator=None):
        """Run one round's refit as a task; round 0 is the fit before any question.

        Parameters
        ----------
        learner : ActiveLearner
            The learner; fitted, as far as it can be, when the block ends.
        estimator : estimator or None, default=None
            What is fitted in the block.
        """
        if self.context is None:
            yield
            return
        with _nested(self._next_task("round"), estimator) as task:
            task.call_on_fit_task_begin(estimator=learner, **self._data(learner))
            yield
            attributes = None
            if hasattr(learner, "estimator_"):
                attributes = {"estimator_": learner.estimator_}
            self.stopped |= task.call_on_fit_task_end(
                estimator=learner,
                reconstruction_attributes=attributes,
                **self._data(learner),
            )

    def _next_task(self, name, n_parts=0):
        most = self.context.max_subtasks
        if most is not None and self._n_tasks == most:
            self.context.max_subtasks += 1  # short batches: more rounds
        self._n_tasks += 1
        return self.context.subcontext(task_name=name, max_subtasks=n_parts)


@contextmanager
def _nested(task, estimator):
    supported = hasattr(estimator, "set_callbacks")
    with task.propagate_callback_context(estimator) if supported else nullcontext():
        yield task


def begin_tasks(estimator, n_tasks, data):
    """Return the tasks of a fit that begins.

    Parameters
    ----------
    estimator : estimator
        Whose fit it is; without callbacks of its own or of an estimator around it,
        nobody listens.
    n_tasks : int
        How many tasks there will be, as far as one can know.
    data : callable
        `data(estimator)` returns what callbacks are shown of the data, by name.

    Returns
    -------
    tasks : FitTasks
    """
    if not hasattr(estimator, "_init_callback_context"):  # scikit-learn < 1.9
        return FitTasks()
    context = estimator._init_callback_context(max_subtasks=n_tasks)
    tasks = FitTasks(context, data)
    tasks.begin(estimator)
    return tasks
