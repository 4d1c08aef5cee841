"""One run of a learner: what `start` or `fit` began, until the next one begins."""

from copy import copy
from functools import partial
from threading import Lock
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import Bunch
from sklearn.utils.validation import validate_data

from sklearn_active._data.alignment import in_order_of
from sklearn_active._data.containers import index_of
from sklearn_active._data.memory import RunMemory
from sklearn_active._data.rows import stacked, template_of
from sklearn_active._loop.choosing import choose
from sklearn_active._loop.pool import Pool
from sklearn_active._loop.recording import Asked, record
from sklearn_active._sklearn import num_samples
from sklearn_active._sklearn.callbacks import FitTasks
from sklearn_active.query_strategies._advised import advised
from sklearn_active.query_strategies._registry import as_strategy, check_compatible


class Run:
    """Own the pool, the model and the query strategy of one fit.

    A learner builds it whole and assigns it once: where something in it can't be
    built, the run before stays. What the learner's parameters are set to from then on
    counts for the next run.

    Parameters
    ----------
    pool : PoolState
        The rows and what is known of them.
    model : Model
        The estimator on this pool.
    strategy : query strategy or None
        It may keep state from round to round. None: the one that is advised, found
        when somebody first asks for it.
    column_names : ColumnNames
        The names of the columns.
    batch_size : int
        Rows of a round.
    budget : int or None
        How many rows are asked at most, while a loop runs.
    stop_when : callable or None
        The stopping rule.
    reviews : Reviews
        Which labeled rows are asked again.

    Attributes
    ----------
    memory : RunMemory
        What is costly to find out about the rows, open while strategy and estimator
        are at work: a graph outlives the fit that built it.
    tasks : FitTasks
        What callbacks are told of; of nobody outside of `fit`.
    in_loop : bool
        Whether `fit` asks an oracle now: then the budget counts.
    why_ended : str or None
        The termination condition.
    """

    def __init__(
        self,
        pool,
        model,
        strategy,
        column_names,
        batch_size,
        budget,
        stop_when,
        reviews,
    ):
        self.pool = pool
        self.model = model
        self._choice = Choice(strategy)
        self.column_names = column_names
        self.batch_size = batch_size
        self.budget = budget
        self.stop_when = stop_when
        self.reviews = reviews
        self.why_ended = None
        self.end_loop()

    def end_loop(self):
        """Free what is kept from round to round; whoever steps has no budget."""
        self.in_loop = False
        self.memory = RunMemory()
        self.tasks = FitTasks()

    def __getstate__(self):
        # A copy, in a pickle or in this process, belongs to no loop.
        of_a_loop = ("in_loop", "memory", "tasks")
        return {k: v for k, v in self.__dict__.items() if k not in of_a_loop}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.end_loop()

    @property
    def strategy(self):
        """The query strategy; one that is advised is chosen now at the latest."""
        return self._choice.of(self.model.prototype, self.pool.X, self.pool.labels.task)

    @property
    def next_batch_size(self):
        """How many rows the next question asks, unless the caller says it."""
        if self.budget is None or not self.in_loop:
            return self.batch_size
        return min(self.batch_size, self.budget - self.pool.n_asked)

    def view(self, quiet=False):
        """Return what a query strategy is shown; `quiet`: no warning comes of it."""
        fitted = self.model.fitted
        # No function of its own: a pool can be pickled, and travels to workers.
        proba = partial(self.model.distributions.of_candidates, fitted, quiet=quiet)
        return Pool(self.pool, fitted, proba, self.model.masses)

    def frozen(self):
        """Return a run whose model stays the one of now."""
        run = copy(self)
        run.model = copy(self.model)
        return run

    def query(self, batch_size):
        """Return the rows to ask; the same until something is recorded.

        Parameters
        ----------
        batch_size : int
            How many at most.

        Returns
        -------
        query : Query
        """
        pool = self.pool
        if batch_size not in pool.open_queries:
            check_compatible(self.strategy, self.model.prototype, pool.labels.task)
            began = perf_counter()
            with self.memory.open():
                query = choose(
                    self.strategy,
                    self.view(),
                    batch_size,
                    self.model.is_cold,
                    self.model.distributions,
                    self.reviews.due(self, batch_size),
                )
            pool.open_queries[batch_size] = query
            pool.query_seconds += perf_counter() - began
        return pool.open_queries[batch_size]

    def reason_to_stop(self, learner):
        """Return the termination condition that holds before the next round, or None.

        Parameters
        ----------
        learner : ActiveLearner
            Whose run it is; the stopping rule is shown it.

        Returns
        -------
        reason : {'all_labeled', 'all_asked', 'budget', 'callback', 'stop_when'} or None
        """
        pool, rule = self.pool, self.stop_when
        if self.tasks.stopped:
            return "callback"
        if pool.labels.all_known:
            return "all_labeled"
        if not pool.n_candidates:
            return "all_asked"
        if self.budget is not None and pool.n_asked >= self.budget:
            return "budget"
        if rule is not None and self.model.fitted is not None and rule(learner):
            return "stop_when"
        return None

    def replace_labels(self, labels, declined, n_asked):
        """Know exactly these labels and declined rows, and refit where labels differ.

        Parameters
        ----------
        labels : dict of int to label
            All labels known, by row.
        declined : set of int
            The rows not to be asked.
        n_asked : int
            How many rows were asked, answered or not.
        """
        pool = self.pool
        known, differs = pool.labels.known, pool.labels.differs
        new = [row for row in labels if not known[row]]
        changed = [
            row
            for row in pool.labels.rows.tolist()
            if row not in labels or differs(row, labels[row])
        ]
        if changed:
            now = [labels.get(row) for row in changed]  # None takes a label back
            self.relabel(np.array(changed), now)
        if new:
            rows, now = np.array(new), [labels[row] for row in new]
            asked = Asked.taught(rows, pool, self.model)
            record(pool, asked, now, "replace_labels")
        pool.decline_only(declined)
        pool.n_asked = n_asked
        if new or changed:
            self.refit()

    def relabel(self, rows, labels):
        """Change the labels of some rows; None takes one back.

        Parameters
        ----------
        rows : ndarray of int of shape (n_rows,)
            All labeled, each once.
        labels : array-like of shape (n_rows,)
            Their labels from now on.
        """
        parsed = self.pool.labels.parse_answers(labels, len(rows), "relabel")
        if len(rows):
            self.pool.relabel(rows, *parsed)

    def extend(self, X, y):
        """Add rows behind those that are there.

        Parameters
        ----------
        X : container of shape (n_more, ...)
            The rows.
        y : array-like of shape (n_more,) or None
            Their labels, and the mark; None: nothing is labeled.
        """
        pool, n_more = self.pool, num_samples(X)
        labels = pool.labels.extended(n_more)
        if y is not None:
            y = in_order_of(y, index_of(X), "y")
            values, known = labels.parse_answers(y, n_more, "y")
            if len(values):
                labels.add(len(pool) + np.flatnonzero(known), values)
        pool.extend(stacked([pool.X, X]), labels)
        # What a strategy built from the rows is of too few of them now. A clone begins
        # anew, and hears of all labels again.
        self._choice = self._choice.anew()

    def refit(self):
        """Refit where labels came since the last fit, also by a call that raised."""
        if not self.pool.is_stale:
            # Everybody abstained: a round all the same, for those who count them.
            with self.tasks.round():
                pass
            return
        self.refit_if_possible()

    def refit_if_possible(self):
        """Refit, except before the first fit where the labels don't suffice."""
        model, suffice = self.model, self.pool.labels.suffice
        # Labels were taken back until one class was left. To a run that begins with
        # these labels the rule below gives no model, so this one loses its own.
        if model.has_learned and not suffice and model.fitted.is_informed:
            model.forget()
        if model.has_learned or suffice:
            self.fit()
            return
        with self.tasks.round():
            model.take_over_pretrained()

    def fit(self, last_chance=False):
        """Fit on all labels known, and note how long it took.

        Parameters
        ----------
        last_chance : bool, default=False
            Whether nobody is left to ask; see :meth:`Model.fit`.
        """
        began = perf_counter()
        fresh = None if self.model.update() else clone(self.model.prototype)
        with self.memory.open(), self.tasks.round(fresh):
            if fresh is not None:
                self.model.fit(fresh, last_chance)
            self.pool.note_fit(perf_counter() - began)

    def ensure_fitted(self):
        """Fit what the loop left unfitted: too few labels, or of one class."""
        pool, model = self.pool, self.model
        if model.has_learned and not pool.is_stale:
            return
        if not pool.labels.n_known:
            if model.fitted is not None:  # it was trained before
                return
            raise ValueError(
                f"The loop ended ({self.why_ended!r}) before any label was known: "
                f"{pool.n_asked} rows were asked, and none was labeled. No model could "
                "be fitted; y_ is kept."
            )
        self.fit(last_chance=True)

    def why_no_model(self):
        """Return what to say where there is no model to predict with."""
        labels = self.pool.labels
        why = labels.what_is_needed()
        if self.model.why_no_fit is not None:
            name = type(self.model.prototype).__name__
            why = f"{name} raised: {self.model.why_no_fit}"
        return (
            f"This ActiveLearner has no model yet. On {labels.n_known} labels {why}. "
            "Go on with query() and teach()."
        )


class Choice:
    """A query strategy that may have to be chosen yet; copies of a run share it.

    To advise one, the steps of a pipeline are tried on some rows: in vain where nobody
    asks.

    Parameters
    ----------
    strategy : query strategy or None
        None: the one that is advised.
    """

    def __init__(self, strategy):
        self.strategy = strategy
        self._lock = Lock()

    def __reduce__(self):
        return Choice, (self.strategy,)  # a lock can't be pickled

    def of(self, estimator, X, task):
        """Return the strategy, for this estimator, these rows and labels."""
        # Whoever looks while somebody asks must not bring in a second strategy: it
        # would not hear of what the first has heard.
        with self._lock:
            if self.strategy is None:
                self.strategy = advised(estimator, X, task)
        return self.strategy

    def anew(self):
        """Return the same choice with a strategy that has heard of nothing."""
        return Choice(None if self.strategy is None else as_strategy(self.strategy))


class ColumnNames(BaseEstimator):
    """The columns that the rows have, as scikit-learn counts and names them.

    Found on an object of their own: what raises does so before a learner forgets its
    last run.
    """

    @classmethod
    def of(cls, X):
        """Return the columns of X; raise where their names are of mixed kinds."""
        columns = cls()
        validate_data(columns, template_of(X), skip_check_array=True)
        return columns


class HasRun:
    """Give the learner what is read from its run.

    They are properties because labels arrive while `fit` runs: whatever raises, they
    are current.
    """

    # Of the class, so that a learner that never began one has it without an __init__
    # that does more than to store parameters, which scikit-learn forbids.
    _run: Run | None = None

    @property
    def estimator_(self) -> Any:
        """The estimator fitted on all labels known."""
        return fitted_of(self).estimator

    @property
    def query_strategy_(self) -> Any:
        """The query strategy of this fit, a clone."""
        return run_of(self).strategy

    @property
    def classes_(self) -> Any:
        """The sorted classes of the fitted estimator; before, those known.

        A list of one array per label where a row may have several.
        """
        return run_of(self).model.public_classes

    @property
    def y_(self) -> NDArray[Any]:
        """All labels known, the mark elsewhere, shape (n_samples,)."""
        return run_of(self).pool.labels.as_array()

    @property
    def labeled_iter_(self) -> NDArray[np.intp]:
        """Round in which each row's label was learned, shape (n_samples,)."""
        return run_of(self).pool.learned_in - 1

    @property
    def transduction_(self) -> NDArray[Any]:
        """Label of every row, shape (n_samples,), where the estimator has one.

        The mark stands where the estimator gave a row no label.
        """
        fitted_of(self)
        transduction = run_of(self).model.transduction()
        if transduction is None:
            raise AttributeError(
                "transduction_ is not available: the estimator has none, or was not "
                "given the unlabeled rows."
            )
        return transduction

    @property
    def history_(self) -> list[Bunch]:
        """One record per round."""
        return run_of(self).pool.history

    @property
    def n_asked_(self) -> int:
        """Number of rows that the oracle answered or abstained from."""
        return run_of(self).pool.n_asked

    @property
    def termination_condition_(self) -> str:
        """Why `fit` ended."""
        why = run_of(self).why_ended
        if why is None:
            raise AttributeError("termination_condition_ is known once `fit` ended.")
        return why

    @property
    def n_features_in_(self) -> int:
        """Number of features, where X has any."""
        return run_of(self).column_names.n_features_in_

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of features, where X has names that are all strings."""
        return run_of(self).column_names.feature_names_in_


def run_of(learner):
    """Return the run of a learner, or raise where none was begun.

    Parameters
    ----------
    learner : ActiveLearner
        Any.

    Returns
    -------
    run : Run

    Raises
    ------
    NotFittedError
        Where neither `fit` nor `start` was called.
    """
    if learner._run is None:
        raise NotFittedError(
            "This ActiveLearner knows no pool yet: call fit(X, y) or start(X, y)."
        )
    return learner._run


def fitted_of(learner):
    """Return the fitted estimator of a learner, or raise where there is none.

    Parameters
    ----------
    learner : ActiveLearner
        Any.

    Returns
    -------
    fitted : Fitted

    Raises
    ------
    NotFittedError
        Where no model could be fitted yet; it says why.
    """
    if learner._run is None:
        raise NotFittedError(
            "This ActiveLearner is not fitted yet: call fit or start before it."
        )
    if learner._run.model.fitted is None:
        raise NotFittedError(learner._run.why_no_model())
    return learner._run.model.fitted
