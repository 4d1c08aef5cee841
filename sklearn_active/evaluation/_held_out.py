"""What a model says of each labeled row that has not seen its label."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from sklearn_active._data.fitted import fit_on_labels_or_codes
from sklearn_active._data.memory import PoolRows, RunMemory, remembered
from sklearn_active._data.probabilities import empty_rows, has_distributions
from sklearn_active._data.rows import take
from sklearn_active._loop.wrapped_estimator import (
    TrainingData,
    accepts_unlabeled,
    final_estimator,
)
from sklearn_active._sklearn.graph_memo import fit_with_kept_graph

N_FOLDS = 20
FEW = 50  # labels: each is left out alone


class HeldOut(NamedTuple):
    """What models say of labeled rows, ascending, whose labels they have not seen.

    Attributes
    ----------
    proba : ndarray of float64 of shape (n_known, n_classes)
        NaN in rows of which the model says nothing: no other label reaches them. Where
        nobody else has the class, it is a model of the other classes that speaks.
    codes : ndarray of int of shape (n_known,)
        Place of the predicted class; -1 where there is no prediction, or one of a class
        that no label has.
    """

    proba: NDArray[np.float64]
    codes: NDArray[np.intp]


class HoldOut:
    """Predict labels by models that were fitted without them.

    It keeps the graph of the rows from one call to the next.

    Parameters
    ----------
    prototype : estimator
        Cloned for each fit, never changed.
    all_rows : bool
        Whether it is given the unlabeled rows too.
    X : container of shape (n_rows, ...)
        All rows.
    n_folds : int or None
        Into how many parts the labels are cut, of which one is left out at a time.
        None: each label alone where there are fewer than 50, or where the estimator
        has `leave_one_out_masses_`; else 20 parts.
    seed : int
        Shuffles the rows.
    params : dict, default=None
        Fit parameters; those of length n_rows are cut like the rows.
    memory : RunMemory, default=None
        Keeps the graph. None: one of its own.
    """

    def __init__(self, prototype, all_rows, X, n_folds, seed, params=None, memory=None):
        self._prototype, self._all_rows, self._X = prototype, all_rows, X
        self._n_folds, self._seed, self._params = n_folds, seed, params or {}
        self._memory = RunMemory() if memory is None else memory

    def of(self, labels, doubted=None):
        """Return what is said of each labeled row by a model without its label.

        Parameters
        ----------
        labels : Labels
            The labels known.
        doubted : ndarray of bool of shape (n_known,), default=None
            Which of them no model is shown at all; None: none.

        Returns
        -------
        held_out : HeldOut
        """
        codes = labels.codes_of(labels.rows)
        if doubted is None:
            doubted = np.zeros(len(codes), dtype=bool)
        with self._memory.open():
            if self._n_folds is None and self._alone is not None:
                proba = self._by_itself(labels, doubted)
                said = best_codes(proba)
            else:
                proba, said = self._by_folds(labels, codes, doubted)
        proba[empty_rows(proba)] = np.nan
        return HeldOut(proba / proba.sum(axis=1, keepdims=True), said)

    @cached_property
    def _alone(self):
        """What gives exact leave-one-out, and the rows it is fitted on, or None."""
        steps = [self._prototype]
        if isinstance(self._prototype, Pipeline):
            steps = [step for _, step in self._prototype.steps]
        offers = hasattr(type(steps[-1]), "leave_one_out_masses_")
        if not offers or not self._all_rows or self._params:
            return None
        if len(steps) == 1:
            return self._prototype, self._X
        # Without y, so that no step before has seen a label: SelectKBest chooses its
        # columns by them, and no tag says so. What needs y raises, and folds it is.
        try:
            return steps[-1], clone(self._prototype[:-1]).fit_transform(self._X)
        except Exception:
            return None

    def _by_itself(self, labels, doubted):
        """Return masses of each label left out alone, from one fit."""
        fitted = self._fitted(*self._alone, labels, labels.rows[doubted])
        final = fitted.estimator
        masses = np.empty((len(doubted), len(labels.classes)))
        masses[~doubted] = final.leave_one_out_masses_
        # What the model was not shown need not be left out of it.
        masses[doubted] = final.label_masses_[labels.rows[doubted]]
        return masses

    def _by_folds(self, labels, codes, doubted):
        """Return what is said of each fold by a model fitted on the others."""
        proba = np.zeros((len(codes), len(labels.classes)))
        codes_said = np.full(len(codes), -1)
        for fold in self._folds(codes):
            unseen = np.union1d(fold, np.flatnonzero(doubted))
            others = np.delete(codes, unseen)
            if len(set(others.tolist())) == 1:
                # Many classifiers can't be fitted on one class; none would say more.
                proba[fold, others[0]], codes_said[fold] = 1, others[0]
                continue
            fitted = self._fitted(self._prototype, self._X, labels, labels.rows[unseen])
            # A model may know fewer classes, a pre-trained one others as well.
            known = np.intersect1d(labels.classes, fitted.classes, return_indices=True)
            said, best = said_of(fitted, self._X, labels.rows[fold], self._all_rows)
            proba[np.ix_(fold, known[1])] = said[:, known[2]]
            codes_said[fold] = places_among(labels, fitted, best)
        return proba, codes_said

    def _folds(self, codes):
        """Return positions of labels, in each fold its share of every class."""
        # Shuffled, then sorted by class: every n-th label of that order is a fold with
        # its share of each class, and two labels of a class are never left out at once
        # as long as there are more folds than one.
        shuffled = np.random.RandomState(self._seed).permutation(len(codes))
        order = shuffled[np.argsort(codes[shuffled], kind="stable")]
        n_folds = self._n_folds or (len(codes) if len(codes) < FEW else N_FOLDS)
        n_folds = min(n_folds, len(codes))
        return [np.sort(order[i::n_folds]) for i in range(n_folds)]

    def _fitted(self, prototype, X, labels, unseen):
        """Return the model fitted on the labels, but for those of some rows."""
        if len(unseen):
            labels = labels.copy()
            labels.withdraw(unseen)
        takes_marks = accepts_unlabeled(prototype)
        data = TrainingData(X, labels, self._all_rows, self._params, takes_marks)
        estimator = clone(prototype)

        def fit(data):
            fit_with_kept_graph(estimator, data, _kept)

        data = fit_on_labels_or_codes(fit, data, data.with_codes, data.classes)
        return data.fitted(estimator)


def said_of(fitted, X, rows, all_rows):
    """Return what stands for class probabilities of rows, and the class predicted.

    Parameters
    ----------
    fitted : FittedClassifier
        It has not seen the labels of these rows.
    X : container of shape (n_rows, ...)
        All rows.
    rows : ndarray of int of shape (n_taken,)
        Which of them.
    all_rows : bool
        Whether it was given all rows: then what the fit says of them counts.

    Returns
    -------
    proba : ndarray of float64 of shape (n_taken, n_classes)
        In the order of the model's classes.
    best : ndarray of int of shape (n_taken,)
        Place of the class predicted, -1 where nothing is known.
    """
    final = final_estimator(fitted.estimator)
    if all_rows and has_distributions(final):
        proba = np.asarray(final.label_distributions_)[rows]
        return proba, best_codes(proba)
    X = take(X, rows)
    # What it predicts need not be the class that it calls the likeliest: a support
    # vector machine has both from different sources, a threshold may be moved.
    best = (fitted.predict(X)[:, None] == fitted.classes).argmax(axis=1)
    proba = None
    if fitted.can("predict_proba"):
        proba = fitted.predict_proba(X)
    elif fitted.can("decision_function"):
        proba = _of_decisions(fitted, final, X)
    if proba is None:  # whether the model agrees is all that it says
        proba = np.eye(len(fitted.classes))[best]
    return proba, best


def places_among(labels, fitted, best):
    """Return places of predicted classes among those of the labels, -1 where none."""
    known = np.intersect1d(labels.classes, fitted.classes, return_indices=True)
    place = np.full(len(fitted.classes) + 1, -1)  # the last is of no prediction
    place[known[2]] = known[1]
    return place[best]


def best_codes(proba):
    """Return the place of the likeliest class, -1 in rows that say nothing."""
    return np.where(empty_rows(proba), -1, proba.argmax(axis=1))


def _of_decisions(fitted, final, X):
    """Return decision values as shares of 1, None where they are not one per class.

    Their order is the model's, row by row; they are not calibrated.
    """
    values = np.asarray(fitted.estimator.decision_function(X))
    n_classes = len(fitted.classes)
    if n_classes == 2 and values.size == len(values):
        positive = expit(values.reshape(-1))
        return np.column_stack([1 - positive, positive])
    # One value per pair of classes: of three classes as many as classes.
    by_pairs = getattr(final, "decision_function_shape", None) == "ovo"
    if by_pairs or values.shape[1:] != (n_classes,):
        return None
    return softmax(values, axis=1)


def _kept(slot, rows, make):
    return remembered(slot, [PoolRows(rows)], make)
