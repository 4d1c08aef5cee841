"""Which labels are probably wrong."""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils import Bunch, check_random_state

from sklearn_active._data.alignment import in_order_of
from sklearn_active._data.class_labels import ClassLabels
from sklearn_active._data.containers import index_of
from sklearn_active._data.parsing import AUTO, kind_of_y, parse_y
from sklearn_active._data.seeds import set_random_states
from sklearn_active._loop.wrapped_estimator import check_supported, prepared_for_rows
from sklearn_active._sklearn import (
    HasMethods,
    Interval,
    StrOptions,
    num_samples,
    validate_parameter_constraints,
)
from sklearn_active.evaluation._crowd import agreements, majority, posterior
from sklearn_active.evaluation._held_out import HoldOut
from sklearn_active.evaluation._label_scores import (
    SCORINGS,
    clearly_contradicted,
    label_scores,
    own_and_other,
    ranked,
)

_CONSTRAINTS = {
    "estimator": [HasMethods(["fit", "predict"])],
    "scoring": [StrOptions(set(SCORINGS))],
    "n_folds": [Interval(Integral, 2, None, closed="left"), None],
    "n_passes": [Interval(Integral, 1, None, closed="left")],
    "unlabeled": [StrOptions({"auto", "pass", "drop"})],
    "params": [dict, None],
    "random_state": ["random_state"],
}


class Suspects(Bunch):
    """The result of `suspect_labels`: a Bunch that can become a data frame."""

    rows: NDArray[np.intp]
    labels: NDArray[Any]
    predicted: NDArray[Any]
    scores: NDArray[np.float64]
    contradicted: NDArray[np.bool_]

    def to_frame(self) -> Any:
        """Return a pandas DataFrame, one line per label, the most suspect first.

        Returns
        -------
        frame : pandas.DataFrame
            Columns `label`, `predicted`, `score` and `contradicted`; the index is the
            position of the row.
        """
        import pandas as pd

        columns = {
            "label": self.labels,
            "predicted": self.predicted,
            "score": self.scores,
            "contradicted": self.contradicted,
        }
        return pd.DataFrame(columns, index=pd.Index(self.rows, name="row"))


def suspect_labels(
    estimator: Any,
    X: Any,
    y: ArrayLike | None = None,
    *,
    votes: ArrayLike | None = None,
    scoring: str = "odds",
    n_folds: int | None = None,
    n_passes: int = 2,
    missing_label: Any = AUTO,
    unlabeled: str = "auto",
    params: dict[str, Any] | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> Suspects:
    r"""Rank labels by how likely they are wrong, judging by the other labels.

    Use it once some dozens of rows are labeled: look at the first rows of the result
    again, correct them (:meth:`~sklearn_active.ActiveLearner.relabel`, or y itself),
    and call it again. Whatever the order says, a label is wrong only if somebody who
    looks at the row says so: rows that are hard are suspect, too.

    Parameters
    ----------
    estimator : classifier
        Any classifier of scikit-learn's kind, not fitted; see Notes. Of an
        :class:`~sklearn_active.ActiveLearner`, its estimator is taken.
    X : container of shape (n_rows, ...)
        All rows: array, sparse matrix, data frame or list, as the estimator takes it.
    y : array-like of shape (n_rows,), default=None
        Labels, and the mark where unlabeled. None: what most votes say of each row.
    votes : array-like of shape (n_rows, n_annotators), default=None
        The answer of each annotator, and the mark (or None, NaN) where there is none.
    scoring : {'odds', 'self_confidence', 'normalized_margin'}, default='odds'
        The formula of the score.
    n_folds : int, default=None
        Into how many parts the labels are cut, of which one is held out at a time.
        None: each label alone where there are fewer than 50, or where the estimator
        gives that at no cost, as :class:`~sklearn_active.graph.GraphLabelSpreading`;
        else 20.
    n_passes : int, default=2
        2: labels that the first models clearly contradict are kept from the second
        ones. More repeat that; 1: all labels are learned.
    missing_label : object, default='auto'
        What marks an unlabeled row, as in :class:`~sklearn_active.ActiveLearner`.
    unlabeled : {'auto', 'pass', 'drop'}, default='auto'
        Whether the estimator is given the unlabeled rows too, as there.
    params : dict, default=None
        Parameters of `fit`; those of length n_rows are cut like the rows.
    random_state : int, RandomState or None, default=None
        Chooses the folds, and seeds the estimator where it has no seed.

    Returns
    -------
    suspects : Bunch
        Of each labeled row, the most suspect first:

        rows : ndarray of int of shape (n_labeled,)
            Positions in X.
        labels : ndarray of shape (n_labeled,)
            The labels in force.
        predicted : ndarray of shape (n_labeled,)
            The likeliest class; the mark where nothing is known.
        scores : ndarray of float64 of shape (n_labeled,)
            The lower, the more suspect. NaN, and last, where nobody else has the class
            or no other label reaches the row.
        contradicted : ndarray of bool of shape (n_labeled,)
            Whether another class is likelier than the label.
        proba : ndarray of float64 of shape (n_labeled, n_classes)
            Probabilities held out; with votes, what these and the model say together.
        classes : ndarray of shape (n_classes,)
            The columns of `proba`.
        agreement : ndarray of float64 of shape (n_annotators,)
            With votes: how often each annotator says what others say of the same rows.

        `suspects.to_frame()` is a data frame of them.

    Raises
    ------
    ValueError
        Where fewer than two classes have two labels, or X and y don't fit together.

    Notes
    -----
    With the probability :math:`p_y` of the label and :math:`p_c` of the likeliest other
    class, both of a model that did not see the label, the score is

    .. math:: \frac{p_y}{p_y + p_c}, \quad p_y \quad \text{or} \quad p_y - p_c

    for 'odds', 'self_confidence' and 'normalized_margin'. The last two are those of
    confident learning. Labels with :math:`p_c - p_y > 0.3` are kept from the models of
    the next pass, but at most half of a class; they are scored like the others.

    An estimator that has no `predict_proba`, but one decision value per class, is read
    as :math:`p = \mathrm{softmax}` of them (the logistic function where there is one
    for two classes): the order is right, row by row, and no more. One that only
    predicts says :math:`p_y` = 1 or 0.

    In a pipeline that ends in a graph, the steps before are fitted once, without y;
    where they need y, each fold fits them again.

    Votes are weighted as in CROWDLAB: by how often annotators agree with each other,
    and the model with the labels in force. Where no row has two votes, they say nothing
    more than y.

    Cost: `n_folds` * `n_passes` fits; with exact leave-one-out, `n_passes` fits and a
    solve per label.

    References
    ----------
    C. G. Northcutt, L. Jiang and I. L. Chuang, "Confident Learning: Estimating
    Uncertainty in Dataset Labels", JAIR 70, 2021. :doi:`10.1613/jair.1.12125`

    H. W. Goh, U. Tkachenko and J. Mueller, "CROWDLAB: Supervised learning to infer
    consensus labels and quality scores for data with multiple annotators", 2022.
    :doi:`10.48550/arXiv.2210.06812`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active.evaluation import suspect_labels
    >>> X, y = load_iris(return_X_y=True)
    >>> y[[3, 77, 120]] = [1, 0, 0]  # three mistakes
    >>> model = LogisticRegression(max_iter=1000)
    >>> suspects = suspect_labels(model, X, y, random_state=0)
    >>> sorted(suspects.rows[:3].tolist())
    [3, 77, 120]
    >>> suspects.contradicted[:3].tolist()
    [True, True, True]
    """
    if hasattr(estimator, "teach"):  # a learner, whose fit may ask an oracle
        estimator, unlabeled = estimator.estimator, estimator.unlabeled
    given = {
        "estimator": estimator,
        "scoring": scoring,
        "n_folds": n_folds,
        "n_passes": n_passes,
        "unlabeled": unlabeled,
        "params": params,
        "random_state": random_state,
    }
    validate_parameter_constraints(_CONSTRAINTS, given, "suspect_labels")
    kind_of_y(estimator, y).check_are_classes("suspect_labels")
    labels, answers = _labels_and_votes(X, y, votes, missing_label)
    check_supported(estimator, labels)
    seed = check_random_state(random_state).randint(2**31 - 1)
    prototype = clone(estimator)
    if random_state is not None:
        set_random_states(prototype, np.random.RandomState(seed), only_unset=True)
    all_rows = prepared_for_rows(prototype, unlabeled, X)
    hold_out = HoldOut(prototype, all_rows, X, n_folds, seed, params)
    return suspects_of(hold_out, labels, scoring, n_passes, answers)


def suspects_of(hold_out, labels, scoring="odds", n_passes=2, votes=None):
    """Rank labels that are read already; see :func:`suspect_labels`.

    Parameters
    ----------
    hold_out : HoldOut
        Predicts labels without them.
    labels : ClassLabels
        The labels known.
    scoring, n_passes : object
        As there.
    votes : ndarray of int of shape (n_rows, n_annotators), default=None
        Places of the classes, -1 where somebody did not answer.

    Returns
    -------
    suspects : Suspects
    """
    codes = labels.codes_of(labels.rows)
    if not _can_be_doubted(codes):
        raise ValueError(
            "No label can be doubted yet: that takes two classes with two labels each."
        )
    # A model that does not know the class contradicts the label whatever it is.
    alone = np.bincount(codes)[codes] == 1
    doubted = np.zeros(len(codes), dtype=bool)
    proba = _without(alone, hold_out.of(labels, doubted).proba)
    for _ in range(n_passes - 1):
        before, doubted = doubted, clearly_contradicted(proba, codes)
        if np.array_equal(before, doubted):
            break  # the same labels would be learned again
        proba = _without(alone, hold_out.of(labels, doubted).proba)
    more = {}
    if votes is not None:
        more["agreement"] = agreements(votes, len(labels.classes))
        proba = posterior(votes[labels.rows], codes, proba)
    return _described(labels, codes, proba, scoring, more)


def suspects_in(run):
    """Rank the labels of a learner's run by its own estimator.

    Parameters
    ----------
    run : Run
        Of the learner.

    Returns
    -------
    suspects : Suspects or None
        None where no label can be doubted yet.
    """
    model, pool, labels = run.model, run.pool, run.pool.labels
    if not _can_be_doubted(labels.codes_of(labels.rows)):
        return None
    rows = model.prototype, model.all_rows, pool.X
    hold_out = HoldOut(*rows, None, pool.seed, model.params, run.memory)
    return suspects_of(hold_out, labels)


def _can_be_doubted(codes):
    """Say whether two classes have two labels each."""
    return np.sum(np.bincount(codes) > 1) > 1


def _without(silent, proba):
    """Return the probabilities, NaN in some rows."""
    return np.where(silent[:, None], np.nan, proba)


def _described(labels, codes, proba, scoring, more):
    scores = label_scores(proba, codes, scoring)
    order = ranked(scores, proba, codes)
    own, other = own_and_other(proba, codes)
    known = ~np.isnan(scores)
    best = labels.classes[np.where(known, proba.argmax(axis=1), codes)]
    predicted = labels.marked(best, known)
    return Suspects(
        rows=labels.rows[order],
        labels=labels.values[labels.rows][order],
        predicted=predicted[order],
        scores=scores[order],
        contradicted=(other > own)[order],  # NaN is not
        proba=proba[order],
        classes=labels.classes,
        **more,
    )


def _labels_and_votes(X, y, votes, missing_label):
    """Return the labels in force, and the places of the votes' classes or None."""
    n_rows = num_samples(X)
    if votes is None:
        if y is None:
            raise ValueError("Pass y, the labels, or votes, the answers of several.")
        y = in_order_of(y, index_of(X), "y")
        return parse_y(y, n_rows, missing_label, has_oracle=True), None
    answers = _grid(in_order_of(votes, index_of(X), "votes"), n_rows)
    cells = parse_y(answers.ravel(), answers.size, missing_label, has_oracle=True)
    if y is None:
        codes = majority(cells.codes().reshape(answers.shape), len(cells.classes))
        labels = ClassLabels(n_rows, cells.mark)
        rows = np.flatnonzero(codes >= 0)
        labels.add(rows, cells.classes[codes[rows]])
    else:
        y = in_order_of(y, index_of(X), "y")
        labels = parse_y(y, n_rows, missing_label, has_oracle=True)
    # Of classes that no label in force has, a vote can't be weighed.
    place = {label: k for k, label in enumerate(labels.classes.tolist())}
    places = [place.get(label, -1) for label in cells.classes.tolist()]
    places = np.array([*places, -1])  # the last is that of a missing vote
    return labels, places[cells.codes()].reshape(answers.shape)


def _grid(votes, n_rows):
    votes = votes if isinstance(votes, np.ma.MaskedArray) else np.asarray(votes)
    if votes.ndim != 2 or len(votes) != n_rows:
        raise ValueError(
            f"votes must have a row per row of X and a column per annotator: shape "
            f"({n_rows}, n_annotators); got shape {votes.shape}."
        )
    return votes
