"""scikit-learn's callbacks, where they exist: rounds are the tasks of a fit."""

from contextlib import contextmanager, nullcontext


class FitTasks:
    """The tasks of one fit: the fit itself, and under it one a round.

    The inner estimator's fit nests in its round, where it supports callbacks.

    Parameters
    ----------
    context : CallbackContext or None, default=None
        The root task; None where nobody listens.

    Attributes
    ----------
    stopped : bool
        Whether a callback asked to stop.
    """

    def __init__(self, context=None):
        self.context = context
        self.stopped = False
        self._n_rounds = 0

    def begin(self, learner):
        """Tell the callbacks that the fit begins."""
        if self.context is not None:
            self.context.call_on_fit_task_begin(estimator=learner, **_data(learner))

    def end(self, learner):
        """Tell the callbacks that the fit ends."""
        if self.context is not None:
            self.context.call_on_fit_task_end(estimator=learner, **_data(learner))

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
        with _nested(self._next_task(), estimator) as task:
            task.call_on_fit_task_begin(estimator=learner, **_data(learner))
            yield
            attributes = None
            if hasattr(learner, "estimator_"):
                attributes = {"estimator_": learner.estimator_}
            self.stopped |= task.call_on_fit_task_end(
                estimator=learner,
                reconstruction_attributes=attributes,
                **_data(learner),
            )

    def _next_task(self):
        self._n_rounds += 1
        most = self.context.max_subtasks
        if most is not None and self._n_rounds > most:
            self.context.max_subtasks = self._n_rounds  # short batches: more rounds
        return self.context.subcontext(task_name="round")


def _data(learner):
    return {"X": learner._state.X, "y": lambda: learner.y_}


@contextmanager
def _nested(task, estimator):
    supported = hasattr(estimator, "set_callbacks")
    with task.propagate_callback_context(estimator) if supported else nullcontext():
        yield task


def begin_tasks(learner, n_rounds):
    """Return the tasks of a fit that begins.

    Parameters
    ----------
    learner : ActiveLearner
        The learner; without callbacks of its own or of an estimator around it,
        nobody listens.
    n_rounds : int or None
        How many rounds there will be at most, the first fit included; None where
        nobody can know.

    Returns
    -------
    tasks : FitTasks
    """
    if not hasattr(learner, "_init_callback_context"):  # scikit-learn < 1.9
        return FitTasks()
    tasks = FitTasks(learner._init_callback_context(max_subtasks=n_rounds))
    tasks.begin(learner)
    return tasks
