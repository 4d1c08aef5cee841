"""Learning curves of active learning: score per number of labels."""

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.model_selection import check_cv
from sklearn.utils import Bunch, check_random_state
from sklearn.utils.parallel import Parallel, delayed

from sklearn_active._data.alignment import in_order_of
from sklearn_active._data.containers import index_of
from sklearn_active._data.memory import RunMemory
from sklearn_active._data.parsing import kind_of_y, parse_complete_y
from sklearn_active._data.rows import take
from sklearn_active._learner import ActiveLearner
from sklearn_active._sklearn import num_samples
from sklearn_active.model_selection._labeled_scorer import labeled_scorer
from sklearn_active.stopping_rules._registry import as_rule

MEASURED = ("test_scores", "query_seconds", "fit_seconds")


class LearningCurve(Bunch):
    """The result of `active_learning_curve`: a Bunch that can become a data frame."""

    n_labels: np.ndarray
    test_scores: np.ndarray
    query_seconds: np.ndarray
    fit_seconds: np.ndarray

    def to_frame(self):
        """Return a pandas DataFrame, one row per repetition, split and label count.

        Returns
        -------
        frame : pandas.DataFrame
            Columns `repetition`, `split`, `n_labels`, `test_score`,
            `query_seconds` and `fit_seconds`.
        """
        import pandas as pd

        repetition, split, _ = np.indices(self.test_scores.shape)
        return pd.DataFrame(
            {
                "repetition": repetition.ravel(),
                "split": split.ravel(),
                "n_labels": np.broadcast_to(self.n_labels, split.shape).ravel(),
                "test_score": self.test_scores.ravel(),
                "query_seconds": self.query_seconds.ravel(),
                "fit_seconds": self.fit_seconds.ravel(),
            }
        )


def active_learning_curve(
    learner: ActiveLearner,
    X: Any,
    y: ArrayLike,
    *,
    initial: int | ArrayLike,
    budget: int,
    cv: Any = None,
    n_repeats: int = 1,
    scoring: str | Callable[..., Any] | None = None,
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> LearningCurve:
    """Measure the score of a learner on held-out rows, per number of labels.

    For experiments with a complete y: in every split the training rows are the pool,
    a few of them are labeled at the start, y answers the questions, and after every
    round the test rows are scored. To compare learners, use
    :func:`compare_strategies`, or pass the same int as `random_state`.

    Parameters
    ----------
    learner : ActiveLearner
        The learner, without an oracle; its batch size is the step of the curve. Its
        `budget` and `random_state` are replaced.
    X : container of shape (n_rows, ...)
        All rows.
    y : array-like of shape (n_rows,)
        The label of every row.
    initial : int or array-like of bool of shape (n_rows,)
        How many training rows are labeled at the start, drawn at random, anew in
        each repetition; or a mask of rows.
    budget : int
        How many labels to ask for.
    cv : int, splitter or None, default=None
        As in scikit-learn; an int or None (5): stratified folds, plain ones for a
        regressor. The splits are the same in all repetitions.
    n_repeats : int, default=1
        How many times to draw the start and the seed.
    scoring : str, callable or None, default=None
        As in scikit-learn; None: the learner's `score`.
    n_jobs : int or None, default=None
        Runs to do at a time, with joblib: `parallel_config(backend=...)` spreads
        them over a cluster. The results don't depend on it.
    random_state : int, RandomState instance or None, default=None
        Seeds starts and learners; an int makes the curve reproducible.

    Returns
    -------
    curve : Bunch
        `n_labels` : ndarray of int of shape (n_points,); `test_scores`,
        `query_seconds` and `fit_seconds` : ndarrays of float of shape (n_repeats,
        n_splits, n_points), the seconds of the round that led to the point; and
        `to_frame()`, a pandas DataFrame of them.

        Before a model could be fitted, the score is that of always predicting the
        class frequencies known (a regressor: the mean); NaN where no label is known,
        or after the end of a run that stopped early or ran out of rows. With a mask,
        splits may start with different numbers of labels; `n_labels` counts from the
        largest.

    Raises
    ------
    ValueError
        Where the learner has an oracle, or y lacks labels.

    Notes
    -----
    Cost: n_repeats * n_splits runs of budget / batch_size fits each.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.model_selection import active_learning_curve
    >>> X, y = load_iris(return_X_y=True)
    >>> model = LogisticRegression(max_iter=500)
    >>> learner = ActiveLearner(model, "margin", batch_size=5)
    >>> curve = active_learning_curve(
    ...     learner, X, y, initial=5, budget=15, cv=3, n_repeats=2, random_state=0
    ... )
    >>> curve.n_labels
    array([ 5, 10, 15, 20])
    >>> curve.test_scores.shape
    (2, 3, 4)
    """
    same = {"initial": initial, "budget": budget, "cv": cv, "n_repeats": n_repeats}
    same |= {"scoring": scoring, "n_jobs": n_jobs, "random_state": random_state}
    return curves_of({"": learner}, X, y, **same)[""]


def curves_of(
    learners, X, y, *, initial, budget, cv, n_repeats, scoring, n_jobs, random_state
):
    """Return a LearningCurve a learner, all on the same splits, starts and seeds."""
    for learner in learners.values():
        _check(learner)
    _check_counts(budget=budget, n_repeats=n_repeats)
    kind = kind_of_learners(learners, y)
    truth, splits = split_complete(X, y, cv, kind)
    starts = _starts(initial, n_repeats, [train for train, _ in splits], random_state)
    tasks = [(name, *place) for place in starts for name in learners]
    runs = Parallel(n_jobs=n_jobs)(
        delayed(_run)(
            learners[name], X, truth, splits[split], start, seed, budget, scoring
        )
        for name, repetition, split in tasks
        for start, seed in [starts[repetition, split]]
    )
    n_start = max(np.count_nonzero(start) for start, _ in starts.values())
    curves = {}
    for name, learner in learners.items():
        own = [run for task, run in zip(tasks, runs, strict=True) if task[0] == name]
        shape = (n_repeats, len(splits), -1)
        curves[name] = _joined(own, shape, n_start, learner.batch_size, budget)
    return curves


def kind_of_learners(learners, y):
    """Return the class of labels that some learners have, all of them the same."""
    kinds = {kind_of_y(learner.estimator, y) for learner in learners.values()}
    if len(kinds) > 1:
        raise ValueError(
            "Classifiers and regressors can't be compared on one y: "
            f"{ {name: type(x.estimator).__name__ for name, x in learners.items()} }."
        )
    return kinds.pop()


def split_complete(X, y, cv, kind):
    """Return a complete y as an array, and the list of splits."""
    nothing = np.zeros(num_samples(X), dtype=bool)
    y = in_order_of(y, index_of(X), "y")
    _, truth = parse_complete_y(y, len(nothing), nothing, kind=kind)
    splitter = check_cv(cv, truth, classifier=kind.are_classes)
    return truth, list(splitter.split(X, truth))


def _check(learner):
    if not isinstance(learner, ActiveLearner):
        raise ValueError(
            f"A learning curve needs an ActiveLearner; got {type(learner).__name__}. "
            "Wrap the classifier: ActiveLearner(classifier)."
        )
    if learner.oracle is not None:
        raise ValueError(
            "The learner has an oracle, but y, which is complete, answers the "
            "questions here. Pass clone(learner).set_params(oracle=None)."
        )


def _check_counts(**counts):
    for name, count in counts.items():
        if not isinstance(count, Integral) or count < 1:
            raise ValueError(f"{name} must be an int >= 1; got {count!r}.")


def _starts(initial, n_repeats, trains, random_state):
    """Return {(repetition, split): (mask over the training rows, seed)}."""
    rng = check_random_state(random_state)
    seeds = rng.randint(2**31 - 1, size=(n_repeats, len(trains)))
    return {
        (repetition, k): (_start(initial, train, seeds[repetition, k]), seed)
        for repetition in range(n_repeats)
        for k, train in enumerate(trains)
        for seed in [int(seeds[repetition, k])]
    }


def _start(initial, train, seed):
    if not isinstance(initial, Integral):
        mask = np.asarray(initial)
        if mask.dtype != bool or mask.ndim != 1 or len(mask) <= train.max():
            raise ValueError(
                "initial must be a number of labels or a boolean mask, one value per "
                f"row of X; got an array of dtype {mask.dtype} and shape {mask.shape}."
            )
        return mask[train]
    if not 0 <= initial <= len(train):
        raise ValueError(
            f"initial must lie in 0 ... {len(train)}, the number of training rows; "
            f"got {initial}."
        )
    mask = np.zeros(len(train), dtype=bool)
    mask[np.random.RandomState(seed).permutation(len(train))[:initial]] = True
    return mask


def _run(learner, X, y, split, start, seed, budget, scoring):
    """Run one learner on one split.

    Returns
    -------
    scores : dict
        Score by number of labels.
    seconds : dict
        (query, fit) seconds by number of labels after the round.
    n_start : int
    """
    train, test = split
    X_test, y_test, y = take(X, test), y[test], y[train]
    score_of = labeled_scorer(scoring).of_labeled  # y is complete
    scores, memory = {}, RunMemory()
    learner = clone(learner)
    rule = as_rule(learner.stop_when)

    def score_once(learner):
        n_labels = np.count_nonzero(learner.labeled_iter_ >= 0)
        if n_labels not in scores:
            with memory.open():  # neighbors of the test rows are searched once
                scores[n_labels] = score_of(learner, X_test, y_test)

    # A stopping rule is called before each question, on the fitted learner: there the
    # score of the last round is taken, and the learner's own rule is asked.
    def score_and_ask(learner):
        score_once(learner)
        return rule is not None and rule(learner)

    learner.set_params(budget=budget, random_state=seed, stop_when=score_and_ask)
    score_once(learner.fit(take(X, train), y, labeled=start))
    for number, n_labels in enumerate(_numbers_of_labels(learner)):
        if n_labels not in scores:  # no model yet
            known = (learner.labeled_iter_ >= 0) & (learner.labeled_iter_ <= number)
            dummy = kind_of_y(learner.estimator, y).dummy()
            scores[n_labels] = _without_model(dummy, score_of, y[known], X_test, y_test)
    seconds = {r.n_labeled: (r.query_seconds, r.fit_seconds) for r in learner.history_}
    return scores, seconds, np.count_nonzero(start)


def _numbers_of_labels(learner):
    yield np.count_nonzero(learner.labeled_iter_ == 0)
    for record in learner.history_:
        yield record.n_labeled


def _without_model(dummy, score_of, known, X_test, y_test):
    if not len(known):
        return np.nan
    dummy.fit(np.zeros((len(known), 1)), known)
    return score_of(dummy, X_test, y_test)


def _joined(runs, shape, n_start, batch_size, budget):
    """Put the runs on one grid of numbers of labels asked."""
    asked = np.array([*range(0, budget, batch_size), budget])
    columns = [_on_grid(*run, asked) for run in runs]
    measured = [np.reshape(column, shape) for column in zip(*columns, strict=True)]
    return LearningCurve(
        n_labels=n_start + asked, **dict(zip(MEASURED, measured, strict=True))
    )


def _on_grid(scores, seconds, n_start, asked):
    """Return scores and seconds at the grid; NaN beyond the end of the run."""
    found = np.full((3, len(asked)), np.nan)
    numbers = np.array(sorted(scores))
    for i, n_asked in enumerate(asked):
        n_labels = n_start + n_asked
        if n_labels > numbers[-1]:
            break
        before = n_start + asked[i - 1] if i else -1
        rounds = [seconds[n] for n in seconds if before < n <= n_labels]
        found[0, i] = scores[numbers[numbers <= n_labels][-1]]
        found[1:, i] = np.sum(rounds, axis=0) if rounds else 0.0
    return found
