"""scikit-learn's callbacks, where they exist: rounds are the tasks of a fit."""

import logging
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

# What works deep inside (a graph, a search) has no way to the fit that it is part of,
# and fits may be nested or run in threads: a context variable tells them apart.
_WATCHING = ContextVar("sklearn_active_tasks", default=None)
# `start` and `query` are no fits, so that callbacks hear nothing of their work. What
# nobody asks to hear at level INFO, the logger doesn't say.
_LOGGER = logging.getLogger("sklearn_active")


class FitTasks:
    """The tasks of one fit: the fit itself, and under it one per round.

    The inner estimator's fit nests in its round, where it supports callbacks. Long
    work of the query strategy is a task beside the rounds, each part a task below it.

    Parameters
    ----------
    estimator : estimator or None, default=None
        Whose fit it is.
    context : CallbackContext or None, default=None
        The root task; None where nobody listens.
    data : dict or None, default=None
        What callbacks are shown of the data, by name.
    fitted : callable or None, default=None
        Returns what a copy of the estimator has to be given to be fitted as it is at
        the moment, by name of the attribute, or None where it is not.

    Attributes
    ----------
    stopped : bool
        Whether a callback asked to stop.
    """

    def __init__(self, estimator=None, context=None, data=None, fitted=None):
        self.estimator = estimator
        self.context = context
        self.data = data
        self.fitted = fitted
        self.stopped = False
        self._n_tasks = 0

    def begin(self):
        """Tell the callbacks that the fit begins."""
        if self.context is not None:
            self.context.call_on_fit_task_begin(estimator=self.estimator, **self.data)

    def end(self):
        """Tell the callbacks that the fit ends."""
        if self.context is not None:
            self.context.call_on_fit_task_end(estimator=self.estimator, **self.data)

    @contextmanager
    def watching(self):
        """Let work that is done inside tell the callbacks how far it has come."""
        token = _WATCHING.set(self)
        try:
            yield
        finally:
            _WATCHING.reset(token)

    def work(self, name, n_parts):
        """Begin a task of some parts; return a function to be called after each.

        Parameters
        ----------
        name : str
            Of the task.
        n_parts : int
            How many parts it has.

        Returns
        -------
        done : callable
        """
        if self.context is None:
            return _nothing
        if self.context.max_subtasks is not None:
            self.context.max_subtasks += 1  # beside the rounds
        task = self._next_task(name, n_parts)
        task.call_on_fit_task_begin(estimator=self.estimator)
        left = iter(range(n_parts))

        def done():
            part = task.subcontext(task_name=f"{name}-part")
            part.call_on_fit_task_begin(estimator=self.estimator)
            part.call_on_fit_task_end(estimator=self.estimator)
            if next(left) == n_parts - 1:
                task.call_on_fit_task_end(estimator=self.estimator)

        return done

    @contextmanager
    def round(self, inner=None):
        """Run one round's refit as a task; round 0 is the fit before any question.

        When the block ends the estimator is fitted, as far as it can be.

        Parameters
        ----------
        inner : estimator or None, default=None
            What is fitted in the block.
        """
        if self.context is None:
            yield
            return
        estimator = self.estimator
        with _nested(self._next_task("round"), inner) as task:
            task.call_on_fit_task_begin(estimator=estimator, **self.data)
            yield
            self.stopped |= task.call_on_fit_task_end(
                estimator=estimator,
                reconstruction_attributes=self.fitted(),
                **self.data,
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


def begin_tasks(estimator, n_tasks, data, fitted=None):
    """Return the tasks of a fit that begins.

    Parameters
    ----------
    estimator : estimator
        Whose fit it is; without callbacks of its own or of an estimator around it,
        nobody listens.
    n_tasks : int
        How many tasks there will be, as far as one can know.
    data : dict
        What callbacks are shown of the data, by name.
    fitted : callable, default=None
        For rounds; see :class:`FitTasks`.

    Returns
    -------
    tasks : FitTasks
    """
    if not hasattr(estimator, "_init_callback_context"):  # scikit-learn < 1.9
        return FitTasks(estimator)
    context = estimator._init_callback_context(max_subtasks=n_tasks)
    tasks = FitTasks(estimator, context, data, fitted)
    tasks.begin()
    return tasks


def begin_work(name, n_parts):
    """Begin a piece of work; return a function to be called after each of its parts.

    The callbacks of the fit at hand are told, and the logger "sklearn_active": at level
    INFO, at each tenth of the way.

    Parameters
    ----------
    name : str
        What is done.
    n_parts : int
        How many parts it has.

    Returns
    -------
    done : callable
    """
    tasks = _WATCHING.get()
    told = _nothing if tasks is None else tasks.work(name, n_parts)
    if not _LOGGER.isEnabledFor(logging.INFO):
        return told
    _LOGGER.info("%s: 0 %%", name)
    numbers = iter(range(1, n_parts + 1))

    def done():
        told()
        n_done = next(numbers)
        if 10 * n_done // n_parts > 10 * (n_done - 1) // n_parts:
            _LOGGER.info("%s: %d %%", name, 100 * n_done // n_parts)

    return done


def _nothing():
    """Tell nobody."""
