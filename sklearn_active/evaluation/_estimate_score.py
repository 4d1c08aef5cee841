"""How good the model is on the rows that nobody has labeled."""

from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Bunch

from sklearn_active._data.class_labels import ClassLabels
from sklearn_active._data.probabilities import has_distributions
from sklearn_active._data.rows import RowsInChunks, checked_positions
from sklearn_active._loop.run import HasRun, fitted_of, run_of
from sklearn_active._loop.wrapped_estimator import final_estimator
from sklearn_active._sklearn import (
    Interval,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn_active.evaluation._held_out import HoldOut, places_among, said_of
from sklearn_active.evaluation._random_checks import DRAWN, RandomChecks
from sklearn_active.evaluation._scores import SCORES, Evidence

NO_PROBABILITIES = (
    "scoring='neg_log_loss' needs probabilities, and {} has no predict_proba. Take "
    "another score, or wrap it in CalibratedClassifierCV."
)
_CONSTRAINTS = {
    "scoring": [StrOptions(set(SCORES))],
    "confidence": [Interval(Real, 0, 1, closed="neither")],
    "anytime": ["boolean"],
}


class NothingToEstimateError(ValueError):
    """There is no model yet, or no row left."""


class CannotHoldOutError(NothingToEstimateError):
    """The model can be fitted on all labels, and not without some of them."""


class ScoreEstimate(Bunch):
    """The result of `estimate_score`."""

    score: float | NDArray[np.float64]
    low: float | NDArray[np.float64]
    high: float | NDArray[np.float64]
    baseline: float | NDArray[np.float64]
    n_checks: int
    n_needed: int
    n_left: int
    classes: NDArray[Any]
    method: str


def estimate_score(
    learner: Any,
    *,
    scoring: str = "accuracy",
    confidence: float = 0.95,
    anytime: bool = False,
    checks: ArrayLike | None = None,
) -> ScoreEstimate:
    r"""Estimate the score of a learner's model on the rows that are left, honestly.

    The rows that a query strategy chooses are harder than the others, so neither
    accuracy on them nor cross-validation says how good the model is. Only rows drawn at
    random do: those that :class:`~sklearn_active.query_strategies.WithChecks` mixes in,
    or random sampling.

    Parameters
    ----------
    learner : ActiveLearner
        With a model; see Notes for what it costs.
    scoring : str, default='accuracy'
        Which score: 'accuracy', 'balanced_accuracy', 'neg_log_loss', or 'precision' or
        'recall' of each class.
    confidence : float, default=0.95
        In (0, 1): how often the interval holds the truth.
    anytime : bool, default=False
        Whether intervals of all looks hold at once, so that you may look after every
        label and stop when you like the figure; they are wider.
    checks : array-like of int of shape (n_checks,), default=None
        Positions of labeled rows that were drawn at random among all candidates of
        their time; labels of the start count as drawn from all rows. None: the rows
        that the learner asked about as checks or by random sampling.

    Returns
    -------
    estimate : Bunch
        score : float or ndarray of float64 of shape (n_classes,)
            The estimate; NaN with fewer than ten checks, in all or of a class, and for
            balanced accuracy with fewer than two of any class.
        low, high : float or ndarray of float64 of shape (n_classes,)
            The interval.
        baseline : float or ndarray of float64 of shape (n_classes,)
            What needs no model: always the most frequent class (accuracy, balanced
            accuracy), its shares as probabilities (log loss), guesses by these shares
            (precision and recall of each class).
        n_checks : int
            How many checks it is from.
        n_needed : int
            About how many checks it takes until there is a figure, for every class if
            there is one per class; no more than `n_checks` where there is one.
        n_left : int
            The rows that the estimate is about: those that can still be asked about.
        classes : ndarray of shape (n_classes,)
            The classes known, in the order of the arrays.
        method : str
            How the interval was found; 'none' without.

    Raises
    ------
    NotFittedError
        Where there is no model yet.
    ValueError
        Where no row is left, `checks` are not labeled rows, the estimator can't be
        fitted without some of the labels, or log loss is asked for and it has no
        `predict_proba`.
    TypeError
        Where it is not an ActiveLearner.

    Notes
    -----
    A check is a candidate of its round like any other. What the model says about it
    must not come from its label, so models without that label are used, as in
    :func:`suspect_labels`. With the N candidates of the rounds of the checks in the
    mean, the mean value :math:`\bar v` of checks, and the total A of the values of rows
    that were labeled since, the rows left U have the mean

    .. math:: \frac{N \bar v - A}{|U|}

    without bias: the rows that the strategy took out, mostly hard ones, are known. In
    all means the checks of a round with N candidates, k of them drawn, weigh
    :math:`1 / N (N - k)`.
    The interval of :math:`\bar v` is Wilson's for shares, Student's with Hall's
    transformation for log probabilities, which are skewed, both for a finite pool and
    1.07 times as wide (see below); its ends move by the same formula. For accuracy
    the model's confidence, which is known of every row, is a control variate where it
    narrows the interval. Balanced accuracy adds the intervals of recalls as standard
    errors are added. `anytime` takes the boundary of the normal mixture for the normal
    quantile.

    Labels are assumed to be right. The current model has seen a few labels more than
    those that are fitted without some, so the estimate is of a slightly worse one; on
    the other hand, the strategy has chosen rows after it knew the labels of checks,
    which favors the rows near them: on noisy data with rows chosen by margin, by .01 to
    .04 with 20 to 40 checks. The factor 1.07 is for that; it was measured on other data
    than the guide's table.

    Cost: as many fits as :func:`suspect_labels` takes in one pass: one of each label
    while there are fewer than 50, then 20; one on graphs.

    References
    ----------
    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
    Inference", JASA 22, 1927. :doi:`10.1080/01621459.1927.10502953`

    A. N. Angelopoulos et al., "Prediction-powered inference", Science 382, 2023.
    :doi:`10.1126/science.adi6000`

    G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a
    general approach", Statistics in Medicine 27, 2008. :doi:`10.1002/sim.3095`

    P. Hall, "On the Removal of Skewness by Transformation", Journal of the Royal
    Statistical Society B 54, 1992. :doi:`10.1111/j.2517-6161.1992.tb01876.x`

    H. Robbins, "Statistical Methods Related to the Law of the Iterated Logarithm",
    Annals of Mathematical Statistics 41, 1970. :doi:`10.1214/aoms/1177696786`

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.evaluation import estimate_score
    >>> from sklearn_active.query_strategies import WithChecks
    >>> X, truth = make_classification(2000, n_informative=6, random_state=0)
    >>> learner = ActiveLearner(
    ...     LogisticRegression(),
    ...     WithChecks("graph_herding", share=0.3),
    ...     batch_size=10,
    ...     budget=100,
    ...     random_state=0,
    ... )
    >>> known = [i < 10 for i in range(2000)]
    >>> found = estimate_score(learner.fit(X, truth, labeled=known))
    >>> f"{found.score:.2f}, {found.low:.2f} to {found.high:.2f}"
    '0.94, 0.77 to 0.99'
    >>> f"{found.n_checks} checks; without a model {found.baseline:.2f}"
    '30 checks; without a model 0.57'
    >>> left = learner.y_ == -1
    >>> round(learner.score(X[left], truth[left]), 2)  # what it is in truth
    0.87
    """
    if not isinstance(learner, HasRun):
        raise TypeError(
            f"estimate_score takes an ActiveLearner, which knows the checks; got a "
            f"{type(learner).__name__}."
        )
    run = run_of(learner)
    run.pool.labels.check_are_classes("estimate_score")
    fitted = fitted_of(learner)
    if scoring == "neg_log_loss":
        check_has_probabilities(fitted, run.model.all_rows)
    drawn = _drawn(run.pool) if checks is None else _given(run.pool, checks)
    labels, pool = run.pool.labels, run.pool
    known = Known(labels, pool.learned_in[labels.rows], drawn, pool.n_candidates)

    def held_out():
        model, seed = run.model, pool.seed
        rows = HoldOut(
            model.prototype, model.all_rows, pool.X, None, seed, model.params
        )
        return rows.of(labels)

    return estimate_of(
        known, held_out, lambda: said_of_left(run), scoring, confidence, anytime
    )


class Known(NamedTuple):
    """The labels, in the order in which they came, and the checks among them.

    Attributes
    ----------
    labels : ClassLabels
        All that are known.
    learned_in : ndarray of int of shape (n_known,)
        Grows with the time at which each became known.
    drawn : ndarray of int
        Rows that were drawn at random; those without a label say nothing.
    n_left : int
        Number of rows that can still be asked.
    """

    labels: ClassLabels
    learned_in: NDArray[np.intp]
    drawn: NDArray[np.intp]
    n_left: int


def estimate_of(known, held_out, said_of_left, scoring, confidence, anytime):
    """Estimate a score from what is known already; see :func:`estimate_score`.

    Parameters
    ----------
    known : Known
        Labels and checks.
    held_out : callable
        Returns what models without each label say of it, a HeldOut.
    said_of_left : callable
        Returns the probabilities of the rows left, and the predicted classes as places
        among those of the labels; None each where they are too many to be read.
    scoring, confidence, anytime : object
        As there.

    Returns
    -------
    estimate : ScoreEstimate
    """
    given = {"scoring": scoring, "confidence": confidence, "anytime": anytime}
    validate_parameter_constraints(_CONSTRAINTS, given, "estimate_score")
    labels = known.labels
    if not known.n_left:
        raise NothingToEstimateError(
            "No row is left to be asked, so there is nothing to estimate: the score on "
            "rows outside the pool needs a test set."
        )
    drawn = np.isin(labels.rows, known.drawn)
    checks = RandomChecks(drawn, known.learned_in, known.n_left)
    codes = labels.codes_of(labels.rows)
    evidence = Evidence(checks, codes, labels.classes)
    if evidence.is_enough:  # else no model need be fitted
        said = _said_without_labels(held_out), *said_of_left()
        evidence = Evidence(checks, codes, labels.classes, *said)
    return ScoreEstimate(
        **evidence.figure(scoring, confidence, anytime),
        n_checks=len(checks),
        n_left=known.n_left,
        classes=labels.classes,
    )


def _said_without_labels(held_out):
    try:
        return held_out()
    # Whatever it raises: with all labels the same estimator was fitted.
    except Exception as error:
        raise CannotHoldOutError(
            "The model can't be judged yet: where it was fitted without some of the "
            f"labels, it raised {type(error).__name__} ({error}). It takes more labels "
            "of each class, most likely."
        ) from error


def check_has_probabilities(fitted, all_rows):
    """Raise where what a model says is no probability: its logarithm means nothing."""
    final = final_estimator(fitted.estimator)
    if not fitted.can("predict_proba") and not (all_rows and has_distributions(final)):
        raise ValueError(NO_PROBABILITIES.format(type(final).__name__))


def said_of_left(run):
    """Return probabilities of the rows left, and places of the classes predicted.

    None each where the rows are read in chunks.
    """
    if isinstance(run.pool.X, RowsInChunks):  # a look at each would cost more than all
        return None, None
    fitted, rows = run.model.fitted, run.pool.candidates
    proba, best = said_of(fitted, run.pool.X, rows, run.model.all_rows)
    return proba, places_among(run.pool.labels, fitted, best)


def _drawn(pool):
    """Return the rows whose label in force was asked at random."""
    drawn = []
    # Rows that came later could not have been drawn: a check before is of a part.
    for record in pool.history[pool.complete_since - 1 :]:
        pairs = zip(record.rows, record.reasons, strict=True)
        rows = [row for row, reason in pairs if reason in DRAWN]
        # A check whose label was taken back may be asked once more for its use.
        drawn += [row for row in rows if pool.learned_in[row] == record.round + 1]
    return np.array(drawn, dtype=np.intp)


def _given(pool, checks):
    """Return the rows that the user says were drawn; raise where one has no label."""
    rows = checked_positions(checks, len(pool), "checks")
    unknown = rows[~pool.labels.known[rows]]
    if len(unknown):
        raise ValueError(
            f"The rows {unknown.tolist()} are not checks: they have no label. Pass "
            "the positions of labeled rows that were drawn at random."
        )
    return rows
