"""Comparison of learners: the same splits, starts and seeds, and honest intervals."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from sklearn.base import clone
from sklearn.utils import Bunch
from sklearn.utils.parallel import Parallel, delayed

from sklearn_active._data.rows import take
from sklearn_active._learner import ActiveLearner
from sklearn_active.model_selection._curve import (
    LearningCurve,
    curves_of,
    kind_of_learners,
    split_complete,
)
from sklearn_active.model_selection._labeled_scorer import labeled_scorer

SHARES = (0.9, 0.95, 0.99)


class Comparison(Bunch):
    """The result of `compare_strategies`: a Bunch that can become a data frame."""

    curves: dict[str, LearningCurve]
    area: dict[str, np.ndarray]
    labels_to_reach: dict[str, dict[float, np.ndarray]]
    differences: dict[str, Bunch]

    def to_frame(self):
        """Return a pandas DataFrame, one row per learner, best area first.

        Returns
        -------
        frame : pandas.DataFrame
            Index: the names. Columns: `area`, `area_std_error`, `labels_to_90`,
            ..., `difference`, `difference_low`, `difference_high`, `wins`, `ties`
            and `losses`.
        """
        import pandas as pd

        rows = {name: self._row(name) for name in self.curves}
        frame = pd.DataFrame.from_dict(rows, orient="index")
        return frame.sort_values("area", ascending=False, kind="stable")

    def _row(self, name):
        area = self.area[name]
        n_runs = len(area)
        error = area.std(ddof=1) / np.sqrt(n_runs) if n_runs > 1 else np.nan
        to_reach = {
            f"labels_to_{share * 100:g}": numbers
            for share, numbers in self.labels_to_reach[name].items()
        }
        difference = self.differences[name]
        return {
            "area": area.mean(),
            "area_std_error": error,
            **{column: numbers.mean() for column, numbers in to_reach.items()},
            "difference": difference.mean,
            "difference_low": difference.low,
            "difference_high": difference.high,
            "wins": difference.wins,
            "ties": difference.ties,
            "losses": difference.losses,
        }


def compare_strategies(
    learners: dict[str, ActiveLearner],
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
    shares: tuple[float, ...] = SHARES,
) -> Comparison:
    """Compare learners, and random choice, on the same splits, starts and seeds.

    For experiments with a complete y; see :func:`active_learning_curve` for what a
    run is. Random choice is always part of the comparison: a strategy that can't beat
    it is not worth its time.

    Parameters
    ----------
    learners : dict of str to ActiveLearner
        The learners by name. Without one named 'random', the first with
        `query_strategy="random"` is added.
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
        As in scikit-learn; an int or None (5): stratified folds.
    n_repeats : int, default=1
        How many times to draw the start and the seed; intervals need two.
    scoring : str, callable or None, default=None
        As in scikit-learn; higher must be better. None: the learner's `score`.
    n_jobs : int or None, default=None
        Runs to do at a time, with joblib. The results don't depend on it.
    random_state : int, RandomState instance or None, default=None
        Seeds starts and learners.
    shares : tuple of float, default=(0.9, 0.95, 0.99)
        Shares of the fully labeled score for `labels_to_reach`.

    Returns
    -------
    comparison : Bunch
        - `curves` : dict of name to the Bunch of `active_learning_curve`;
        - `full_score` : dict of name to the score with every training row labeled,
          mean over the splits;
        - `area` : dict of name to the mean score over the curve, ndarray of shape
          (n_repeats,), over the numbers of labels that every run reached;
        - `labels_to_reach` : dict of name to dict of share to the number of labels at
          the first of three points in a row at which a repetition's curve (mean over
          the splits) has that share of the full score, ndarray of shape (n_repeats,),
          infinite where it never does;
        - `differences` : dict of name to Bunch: the `mean` of the area minus that of
          'random', paired by repetition, its 95 % interval `low`, `high` (Student's t
          over repetitions, NaN with a single one), and in how many repetitions it
          `wins`, `ties` or `losses`;
        - `to_frame()` : the table of all that, one row per learner.

    Notes
    -----
    Repetitions share the data set and its splits, so they are not independent: an
    interval says how much the start and the seed matter, not how the learners would
    compare on other data. Compare on several data sets.

    Cost: that of `active_learning_curve` for every learner, and n_splits fits each.

    References
    ----------
    J. Demsar, "Statistical Comparisons of Classifiers over Multiple Data Sets",
    Journal of Machine Learning Research 7, 2006.
    https://www.jmlr.org/papers/v7/demsar06a.html

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.model_selection import compare_strategies
    >>> X, y = load_iris(return_X_y=True)
    >>> learners = {
    ...     name: ActiveLearner(KNeighborsClassifier(1), name)
    ...     for name in ["graph_herding", "random"]
    ... }
    >>> comparison = compare_strategies(
    ...     learners, X, y, initial=1, budget=8, cv=3, n_repeats=3, random_state=0
    ... )
    >>> comparison.differences["graph_herding"].wins
    3
    """
    learners = _with_random(learners)
    # Once: a splitter may shuffle, or run out.
    kind = kind_of_learners(learners, y)
    truth, splits = split_complete(X, y, cv, kind)
    same = {"initial": initial, "budget": budget, "cv": splits, "n_repeats": n_repeats}
    same |= {"scoring": scoring, "n_jobs": n_jobs, "random_state": random_state}
    curves = curves_of(learners, X, truth, **same)
    full_score = _full_scores(learners, X, truth, splits, scoring, n_jobs)
    scores = {name: curve.test_scores for name, curve in curves.items()}
    area = _areas(scores)
    return Comparison(
        curves=curves,
        full_score=full_score,
        area=area,
        labels_to_reach={
            name: {
                share: _labels_to_reach(curve, share * full_score[name])
                for share in shares
            }
            for name, curve in curves.items()
        },
        differences={
            name: paired_difference(area[name], area["random"]) for name in area
        },
    )


def _with_random(learners):
    if not isinstance(learners, dict) or not learners:
        raise ValueError(
            "compare_strategies needs a dict of names and learners, such as "
            "{'margin': ActiveLearner(model, 'margin')}; got a "
            f"{type(learners).__name__}."
        )
    sizes = {name: learner.batch_size for name, learner in learners.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(
            "Curves can only be compared at the same numbers of labels; the learners' "
            f"batch sizes differ: {sizes}."
        )
    if "random" in learners:
        return learners
    baseline = clone(next(iter(learners.values())))
    return {**learners, "random": baseline.set_params(query_strategy="random")}


def _full_scores(learners, X, truth, splits, scoring, n_jobs):
    """Return the score of each learner's estimator with every training label."""
    scores = Parallel(n_jobs=n_jobs)(
        delayed(_full_score)(learner, X, truth, *split, scoring)
        for learner in learners.values()
        for split in splits
    )
    means = np.reshape(scores, (len(learners), -1)).mean(axis=1)
    return dict(zip(learners, means.tolist(), strict=True))


def _full_score(learner, X, y, train, test, scoring):
    all_known = np.ones(len(train), dtype=bool)
    learner = clone(learner).set_params(random_state=0)
    learner.fit(take(X, train), y[train], labeled=all_known)
    score_of = labeled_scorer(scoring).of_labeled  # y is complete
    return score_of(learner, take(X, test), y[test])


def _areas(scores):
    """Return the mean score of each repetition, where every run has one."""
    # Only at numbers of labels that every run of every learner has reached: else the
    # mean of a learner that stopped early would be one over the easy part of its curve.
    runs = np.stack(list(scores.values()))
    reached = np.isfinite(runs).all(axis=(0, 1, 2))
    return {name: own[..., reached].mean(axis=(1, 2)) for name, own in scores.items()}


def _labels_to_reach(curve, level):
    """Return per repetition the first of three points in a row at the level."""
    # Over the folds of a repetition first; curves of few labels are jagged, and the
    # first point above a level is chance as often as not, so three in a row count.
    reached = curve.test_scores.mean(axis=1) >= level
    in_a_row = min(3, reached.shape[1])
    windows = np.lib.stride_tricks.sliding_window_view(reached, in_a_row, axis=1)
    lasting = windows.all(axis=2)
    first = np.argmax(lasting, axis=1)
    return np.where(lasting.any(axis=1), curve.n_labels[first], np.inf)


def paired_difference(area, reference):
    """Return the mean difference of paired areas, its interval, wins and losses.

    Parameters
    ----------
    area : ndarray of float of shape (n_repeats,)
        Of one learner.
    reference : ndarray of float of shape (n_repeats,)
        Of the learner that it is compared with.

    Returns
    -------
    difference : Bunch
        `mean`, `low`, `high`, `wins`, `ties`, `losses`.
    """
    # Paired: both had the same splits and the same first labels, so what these have of
    # luck falls out of the difference. Student's t, as repetitions are few.
    differences = area - reference
    low = high = np.nan
    if len(differences) > 1:
        error = differences.std(ddof=1) / np.sqrt(len(differences))
        reach = stats.t.ppf(0.975, len(differences) - 1) * error
        low, high = differences.mean() - reach, differences.mean() + reach
    return Bunch(
        mean=float(differences.mean()),
        low=float(low),
        high=float(high),
        wins=int(np.sum(differences > 0)),
        ties=int(np.sum(differences == 0)),
        losses=int(np.sum(differences < 0)),
    )
