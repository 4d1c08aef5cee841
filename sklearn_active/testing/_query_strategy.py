"""check_query_strategy: what every query strategy must keep to."""

import pickle
import warnings
from contextlib import suppress
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, clone, is_regressor
from sklearn.metrics import balanced_accuracy_score
from sklearn.neighbors import KNeighborsClassifier

from sklearn_active._data.rows import row_keys, take
from sklearn_active._learner import ActiveLearner
from sklearn_active.pools import ChunkedPool
from sklearn_active.query_strategies import (
    FunctionStrategy,
    QueryStrategy,
    RandomSampling,
)
from sklearn_active.query_strategies._registry import (
    as_strategy,
    check_compatible,
    declared,
    is_pointwise,
)
from sklearn_active.testing._planted import (
    Centroids,
    Smoother,
    assert_copies,
    global_state_untouched,
    planted_pool,
    rare_classes,
    require,
    unmodified,
)

_CLONE_WAY_OUT = "A constructor must only store its parameters."


def check_query_strategy(query_strategy: Any, estimator: Any = None) -> None:
    """Run a query strategy through a learner, and raise where it breaks a rule.

    For a test of a strategy of your own. On small pools it is asked, taught and asked
    again: with rows labeled, declined and repeated, in arrays, sparse matrices and
    frames, from no label on, with 2 and 40 classes, with distributions that say
    nothing, and until no row is left. It may choose candidates only, each content once;
    it must give the same answers for the same seed, after cloning, pickling and
    resuming, and, after labels were corrected or taken back, the answer of a run that
    never knew the old ones; it must leave its input and the global random state alone.

    Three promises are the strategy's own, as attributes: if `deterministic` (the
    default), rows in another order give the same answer; if `pointwise`, so do rows
    that come in chunks; if `beats_random`, it finds rare classes in planted data with
    fewer labels than random rows do. A strategy for regression alone is asked for
    numbers; the rules about classes are not checked then. Without an `estimator`,
    everything in its `tasks` is tried: around a regressor, and with several labels per
    row.

    Parameters
    ----------
    query_strategy : str, query strategy or callable
        As for the learner. One that looks for one class takes it as the parameter
        `label`: give it 0, 1 or 2, a class of the planted data.
    estimator : estimator, default=None
        The learner's, where the strategy needs a particular one: it must take sparse
        matrices, data frames and text labels. None: one with `predict_proba` and
        `decision_function`, or a regressor for a strategy that is for regression alone.

    Raises
    ------
    AssertionError
        Where a rule is broken, and which. Errors of the strategy itself, and the
        learner's refusals, come through with a note on what was being checked.

    Examples
    --------
    >>> from sklearn_active.query_strategies import MarginSampling, RandomSampling
    >>> from sklearn_active.testing import check_query_strategy
    >>> check_query_strategy(MarginSampling())
    >>> boaster = RandomSampling()
    >>> boaster.deterministic = True
    >>> check_query_strategy(boaster)
    Traceback (most recent call last):
        ...
    AssertionError: RandomSampling depends on the order of the rows: ...
    """
    trial = _Trial(query_strategy, estimator)
    for check in _CHECKS:
        try:
            check(trial)
        except Exception as error:
            error.add_note(f"check_query_strategy was checking: {check.__doc__}")
            raise


class _Trial:
    """A strategy on trial, and how it is run."""

    def __init__(self, given, estimator):
        is_object = hasattr(given, "select") or hasattr(given, "utilities")
        to_lift = isinstance(given, type) or not is_object
        self.strategy = as_strategy(given) if to_lift else given
        self.has_own_estimator = estimator is not None
        if estimator is None:
            of_classes = "classification" in declared(self.strategy, "tasks")
            estimator = Centroids() if of_classes else Smoother()
        self.estimator = estimator
        self.is_regression = is_regressor(estimator)
        self.name = getattr(given, "__name__", type(self.strategy).__name__)
        self.deterministic = declared(self.strategy, "deterministic")
        self.beats_random = declared(self.strategy, "beats_random")

    def learner(self, strategy=None, **params):
        """Return a learner with the watched strategy."""
        watched = _Watched(self.strategy if strategy is None else strategy, self.name)
        params = {"random_state": 0, "batch_size": 3, **params}
        return ActiveLearner(params.pop("estimator", self.estimator), watched, **params)

    def require(self, holds, rule):
        """Raise, with the name of the strategy, where a rule is broken."""
        require(holds, f"{self.name} {rule}")

    def planted(self, *args):
        """Return rows, and their classes or, for a regressor, numbers."""
        X, truth = planted_pool(*args)
        return (X, X @ [1.0, -0.5, 0.25, 2.0]) if self.is_regression else (X, truth)

    def picks(self, X, truth, n_labeled=6, n_rounds=3, strategy=None, **params):
        """Return the rows asked in each round, the first rows being labeled."""
        y = _partly(truth, n_labeled)
        learner = self.learner(strategy, **params).start(X, y)
        return [ask(learner, truth).tolist() for _ in range(n_rounds)]


def _partly(truth, n_labeled):
    mark = -1 if truth.dtype.kind == "i" else None
    return [k if i < n_labeled else mark for i, k in enumerate(truth.tolist())]


def ask(learner, truth):
    """Let a learner ask and be taught once; return the rows."""
    query = learner.query()
    learner.teach(query, truth[query.indices])
    return query.indices


class _Watched(BaseEstimator):
    """Pass everything on to a strategy, and hold what it chooses against the rules."""

    def __init__(self, strategy, name):
        self.strategy = strategy
        self.name = name

    @property
    def needs(self):
        return declared(self.strategy, "needs")

    @property
    def needs_later(self):
        return declared(self.strategy, "needs_later")

    @property
    def tasks(self):
        return declared(self.strategy, "tasks")

    def select(self, pool, batch_size):
        self.pool_ = pool
        if hasattr(self.strategy, "select"):
            choice = self.strategy.select(pool, batch_size)
        else:
            choice = pool.top(self.strategy.utilities(pool), batch_size)
        self._hold_against_the_rules(choice, pool, batch_size)
        return choice

    def utilities(self, pool):
        return self.strategy.utilities(pool)

    def _hold_against_the_rules(self, choice, pool, batch_size):
        self._require(
            isinstance(choice, tuple) and len(choice) == 2,
            f"must return a tuple (indices, utilities) from select; got {choice!r}",
        )
        indices, utilities = np.asarray(choice[0]), np.asarray(choice[1])
        self._require(
            indices.ndim == 1 and indices.dtype.kind in "iu",
            f"must choose rows by integer positions; got {indices!r}",
        )
        self._require(
            1 <= len(indices) <= batch_size,
            f"must choose 1 to {batch_size} rows, as asked; got {len(indices)}",
        )
        for rows, kind in ((pool.labeled, "labeled"), (pool.declined, "declined")):
            wrong = np.intersect1d(indices, rows).tolist()
            self._require(not wrong, f"chooses rows that are {kind}: {wrong}")
        outside = indices[~np.isin(indices, pool.candidates)].tolist()
        self._require(not outside, f"chooses rows that are no candidates: {outside}")
        keys = row_keys(take(pool.X, indices))
        self._require(
            len(set(keys)) == len(indices),
            f"chooses rows of the same content in one batch: {indices.tolist()}",
        )
        valid = utilities.shape == indices.shape and not np.isnan(utilities).any()
        self._require(
            valid, f"must return a utility per row, none NaN; got {utilities!r}"
        )

    def _require(self, holds, rule):
        require(holds, f"{self.name} {rule}.")


def _check_copies(trial):
    """It survives clone and pickle."""
    assert_copies(trial.strategy, trial.name, _CLONE_WAY_OUT)


def _check_repetitions(trial):
    """One seed gives one answer, also of copies, and no global state takes part."""
    X, truth = trial.planted()
    with global_state_untouched(trial.name):
        first = trial.picks(X, truth)
    second = trial.picks(X, truth)
    trial.require(
        first == second,
        f"asks other rows when run again with the same seed: {first}, then {second}. "
        "Chance must come from pool.random_state, and no state may live on the class.",
    )
    for copy in assert_copies(trial.strategy, trial.name, _CLONE_WAY_OUT):
        trial.require(
            trial.picks(X, truth, strategy=copy) == first,
            "asks other rows after it was cloned or pickled. All that it is told in "
            "the constructor must be a parameter, and be kept in pickles.",
        )


def _check_input_is_left_alone(trial):
    """Rows and labels are the same afterwards."""
    X, truth = trial.planted()
    for rows in (X, sparse.csr_array(np.maximum(X, 0))):
        with unmodified(rows, trial.name, "the rows of the pool"):
            trial.picks(rows, truth)
    y = np.array(_partly(truth, 6))
    with unmodified(y[:, None], trial.name, "the labels of the pool"):
        ask(trial.learner().start(X, y), truth)


def _check_the_whole_pool(trial):
    """It asks until no row is left, past twins and declined rows."""
    X, truth = trial.planted(24)
    X[18:] = X[6:12]  # twins: six of the rows to be asked have one
    learner = trial.learner(batch_size=4).start(X, _partly(truth, 6))
    declined = learner.query().indices[:1]
    learner.teach(declined, [None])
    n_asked = 1
    while n_asked < 18:
        n_asked += len(ask(learner, truth))


def _check_from_no_label(trial):
    """It can be asked before any label is known."""
    X, truth = trial.planted()
    learner = trial.learner().start(X)
    for _ in range(3):
        ask(learner, truth)


def _check_sizes(trial):
    """A batch larger than the pool, one candidate and equal rows are no trouble."""
    X, truth = trial.planted(12)
    trial.picks(X, truth, batch_size=99, n_rounds=1)
    trial.picks(X, truth, n_labeled=11, n_rounds=1)
    X[6:] = X[0]
    trial.picks(X, truth)


def _check_empty_distributions(trial):
    """Distributions that are NaN, zero or uniform are no trouble."""
    if not isinstance(trial.estimator, Centroids):
        return
    X, truth = trial.planted()
    for blank in ("nan", "zero", "uniform"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the learner's, of such rows
            trial.picks(X, truth, estimator=Centroids(blank))


def _check_classes(trial):
    """Two classes, forty classes and classes that are text are no trouble."""
    if trial.is_regression:
        return
    trial.picks(*trial.planted(20, 2))
    trial.picks(*trial.planted(90, 40), n_labeled=80, n_rounds=2)
    X, truth = trial.planted()
    names = np.array(["a", "b", "c"])[truth]
    trial.require(
        trial.picks(X, names, strategy=_renamed(trial.strategy, names, truth))
        == trial.picks(X, truth),
        "asks other rows when the classes are text instead of numbers.",
    )


def _renamed(strategy, names, truth):
    """Return the strategy; one that looks for one class is told its new name."""
    params = strategy.get_params() if hasattr(strategy, "get_params") else {}
    if "label" not in params:
        return strategy
    where = np.flatnonzero(truth == params["label"])
    return clone(strategy).set_params(label=names[where[0]])


def _check_containers(trial):
    """Sparse rows and rows in frames are answered like the same rows in arrays."""
    X, truth = trial.planted()
    X = np.maximum(X, 0)
    expected = trial.picks(X, truth)
    for what, rows in _containers(X):
        picks = trial.picks(rows, truth)
        trial.require(
            picks == expected,
            f"asks other rows when they come in a {what}: {picks} instead of "
            f"{expected}.",
        )


def _containers(X):
    yield "sparse matrix", sparse.csr_array(X)
    with suppress(ImportError):
        from pandas import DataFrame

        yield "data frame", DataFrame(X, columns=list("abcd"))


def _check_resuming(trial):
    """A run goes on alike after pickling, and when started anew with its labels."""
    X, truth = trial.planted()
    learner = trial.learner().start(X, _partly(truth, 6))
    for _ in range(2):
        ask(learner, truth)
    # Two ways that a session goes on tomorrow: a strategy whose state is not a function
    # of what is labeled would ask other rows, depending on which way was taken.
    pickled = pickle.loads(pickle.dumps(learner))
    anew = clone(learner).start(X, learner.y_)
    expected = learner.query().indices.tolist()
    for other, how in ((pickled, "pickled"), (anew, "started anew with its labels")):
        rows = other.query().indices.tolist()
        trial.require(
            rows == expected,
            f"asks the rows {rows} instead of {expected} after the learner was {how}. "
            "Its state must equal what it would have from scratch, and be kept in "
            "pickles.",
        )


def _check_changes(trial):
    """Labels that are corrected, taken back or declined leave no trace."""
    X, truth = trial.planted()
    learner = trial.learner().start(X, _partly(truth, 6))
    ask(learner, truth)
    declined = learner.query().indices[:1]
    # After each change it is asked, so that it hears of each by itself.
    for what, change in (
        ("declined", lambda: learner.teach(declined, [None])),
        ("corrected", lambda: learner.relabel([0], truth[[1]])),
        ("taken back", lambda: learner.relabel([3], [None])),
        ("corrected back", lambda: learner.relabel([0], truth[[0]])),
        ("given again", lambda: learner.teach([3], truth[[3]])),
        ("taken back and given", lambda: _given_again(learner, 2, truth[[1]])),
    ):
        change()
        anew = clone(learner).start(X, learner.y_).teach(declined, [None])
        expected = anew.query().indices.tolist()
        rows = learner.query().indices.tolist()
        trial.require(
            rows == expected,
            f"asks the rows {rows} after a label was {what}, and {expected} when "
            "started anew with the labels that there are then. A strategy that keeps "
            "state must go by pool.newly_known and pool.withdrawn.",
        )


def _given_again(learner, row, label):
    """Take a label back and give another before anybody asks."""
    learner.relabel([row], [None], refit=False).teach([row], label)


def _check_order_of_rows(trial):
    """The order of the rows doesn't matter, as it says deterministic = True."""
    if not trial.deterministic:
        return
    X, truth = trial.planted()
    order = np.random.RandomState(1).permutation(len(X))
    where = np.argsort(order)
    y = np.array(_partly(truth, 6))
    one = trial.learner().start(X, y)
    other = trial.learner().start(X[order], y[order])
    for _ in range(3):
        rows = one.query().indices
        permuted = order[other.query().indices]
        trial.require(
            set(rows) == set(permuted) or _tied(one, rows, permuted),
            f"depends on the order of the rows: asked for 3 of {len(X)}, it chooses "
            f"{rows.tolist()}, and of the same rows in another order "
            f"{permuted.tolist()}. If chance takes part, say deterministic = False in "
            "the class.",
        )
        one.teach(rows, truth[rows])
        other.teach(where[rows], truth[rows])


def _tied(learner, rows, others):
    """Say whether the rows that only one of two picks holds have equal utilities."""
    watched = learner.query_strategy_
    if not hasattr(watched.strategy, "utilities"):
        return False
    # Ties go by row order, so two orders may choose differently and both be right; but
    # for rounding, which depends on the order of sums.
    values = np.asarray(watched.utilities(watched.pool_))
    differing = np.array(sorted(set(rows) ^ set(others)))
    values = values[np.searchsorted(watched.pool_.candidates, differing)]
    return np.allclose(values, values[0], rtol=1e-6, atol=1e-9)


def _check_chunks(trial):
    """Rows in chunks are answered like the same rows at once, if it is pointwise."""
    if not is_pointwise(as_strategy(trial.strategy)):
        return
    X, truth = trial.planted()
    params = {"batch_size": 3, "random_state": 0}
    learner = ActiveLearner(trial.estimator, trial.strategy, **params)
    rows, chunked = (
        learner.start(pool, _partly(truth, 6)).query().indices.tolist()
        for pool in (X, ChunkedPool(lambda: np.array_split(X, 3)))
    )
    trial.require(
        rows == chunked,
        f"says pointwise, but asks the rows {chunked} instead of {rows} where the pool "
        "comes in chunks. A row's utility must depend on it and the estimator alone.",
    )


def _check_other_labels(trial):
    """It works with numbers and with several labels per row, as its tasks say."""
    says_it = isinstance(trial.strategy, QueryStrategy)
    if not says_it or isinstance(trial.strategy, FunctionStrategy):
        return  # a function can't say what it is for
    if trial.has_own_estimator:
        return
    X, classes = planted_pool()
    several = np.column_stack([classes == 0, classes > 0]).astype(int)
    numbers = X @ [1.0, -0.5, 0.25, 2.0]
    for task, estimator, truth in (
        ("regression", Smoother(), numbers),
        ("multilabel", KNeighborsClassifier(1), several),
    ):
        if task not in declared(trial.strategy, "tasks"):
            continue
        y = truth.astype(float)
        y[6:] = np.nan
        learner = trial.learner(estimator=estimator).start(X, y)
        try:
            check_compatible(learner.query_strategy_, estimator, task)
        except ValueError:
            continue  # refused, before a label is bought
        try:
            for _ in range(3):
                ask(learner, truth)
        except Exception as error:
            raise AssertionError(
                f"{trial.name} fails where the task is {task}. If it is not for that, "
                "let it say tasks = ('classification',). What it raised was a "
                f"{type(error).__name__}: {error}"
            ) from error


def _check_better_than_random(trial):
    """It finds rare classes sooner than chance does, as it says beats_random = True."""
    if not trial.beats_random or trial.is_regression:
        return
    # Ten seeds of the same data for both; a mean of one alone is luck.
    ours, chance = (
        np.mean([_found(trial, strategy, seed) for seed in range(10)])
        for strategy in (trial.strategy, RandomSampling())
    )
    trial.require(
        ours > chance,
        "says beats_random, but on planted data with rare classes its balanced "
        f"accuracy after ten questions is {ours:.3f}, that of random rows "
        f"{chance:.3f}.",
    )


def _found(trial, strategy, seed):
    X, truth, labeled = rare_classes(seed)
    learner = trial.learner(strategy, batch_size=1, budget=10, random_state=seed)
    learner.fit(X, truth, labeled=labeled)
    return balanced_accuracy_score(truth, learner.predict(X))


_CHECKS = [
    _check_copies,
    _check_repetitions,
    _check_input_is_left_alone,
    _check_the_whole_pool,
    _check_from_no_label,
    _check_sizes,
    _check_empty_distributions,
    _check_classes,
    _check_containers,
    _check_resuming,
    _check_changes,
    _check_order_of_rows,
    _check_chunks,
    _check_other_labels,
    _check_better_than_random,
]
