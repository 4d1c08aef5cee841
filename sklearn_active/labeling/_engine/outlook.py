"""What one finished model makes of the rows, whatever later refits do."""

from functools import cached_property
from math import isfinite

import numpy as np
from scipy import sparse
from sklearn.pipeline import Pipeline

from sklearn_active._data.probabilities import cleaned
from sklearn_active._data.rows import take

NO_MODEL = (
    "There is no model yet: it needs labels of two classes, or two numbers for a "
    "regressor."
)
_NO_NUMBERS = (
    "Rows can't be compared: what the model sees of them are no numbers, or some are "
    "missing. Put what makes them numbers into a Pipeline with the estimator."
)
_AT_ONCE = 10_000


class Outlook:
    """The predictions of one model: for some rows at once, for all when asked.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The columns of `proba`.
    n_rows : int
        Number of rows.

    Attributes
    ----------
    has_model : bool
        Whether there is one; of the class.
    """

    has_model = False

    def __init__(self, classes, n_rows):
        self.classes = np.asarray(classes)
        self.n_rows = n_rows

    def __call__(self, rows):
        """Return the predicted labels of some rows, None without a model.

        Parameters
        ----------
        rows : sequence of int
            The rows.

        Returns
        -------
        labels : list
        """
        return [None] * len(rows)

    def proba_of(self, rows):
        """Return the distributions of some rows, None where there are none.

        Parameters
        ----------
        rows : sequence of int
            The rows.

        Returns
        -------
        proba : ndarray of shape (len(rows), n_classes) or None
        """
        return None if self.proba is None else self.proba[np.asarray(rows, dtype=int)]

    @property
    def labels(self):
        """The predicted labels of all rows as an array, None without a model."""
        return None

    @property
    def proba(self):
        """The distributions, shape (n_rows, n_classes), None where there are none."""
        return None


class Looked(Outlook):
    """Predictions of a model that changes in place, or knows all rows: looked up.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The columns of `proba`.
    labels : ndarray of shape (n_rows,)
        Of all rows.
    proba : callable
        Returns the distributions of all rows, shape (n_rows, n_classes), which need
        not be normalized, or None. Called when they are asked for: it may take long.
    """

    has_model = True

    def __init__(self, classes, labels, proba=lambda: None):
        super().__init__(classes, len(labels))
        # Labels at once, since the model is another one after its next update; the
        # distributions when they are asked for, as a solve for all rows may take long
        # and most rounds need none.
        self._labels, self._proba = labels, proba

    def __call__(self, rows):
        """Return the predicted labels of some rows."""
        return self._labels[np.asarray(rows, dtype=int)].tolist()

    @property
    def labels(self):
        """The predicted labels of all rows."""
        return self._labels

    def proba_of(self, rows):
        """Return the distributions of some rows, None where there are none."""
        proba = self._proba()
        return (
            None if proba is None else _normalized(proba[np.asarray(rows, dtype=int)])
        )

    @cached_property
    def proba(self):
        """The distributions of all rows."""
        proba = self._proba()
        return None if proba is None else _normalized(proba)


def _normalized(proba):
    proba = cleaned(np.asarray(proba, dtype=float))
    return proba / proba.sum(axis=1, keepdims=True)


class Predicted(Outlook):
    """Predictions of a fitted model that stays as it is.

    Parameters
    ----------
    fitted : FittedClassifier or FittedRegressor
        The model.
    X : container of shape (n_rows, ...)
        All rows.
    n_rows : int
        Number of rows.
    """

    has_model = True

    def __init__(self, fitted, X, n_rows):
        super().__init__(fitted.classes, n_rows)
        self._fitted, self._X = fitted, X
        self._has_proba = fitted.can("predict_proba")

    def __call__(self, rows):
        """Return the predicted labels of some rows."""
        rows = np.asarray(rows, dtype=int)
        said = self._fitted.predict(take(self._X, rows)).tolist()
        # A regressor may overflow. JSON holds no infinity, and an answer must not be
        # lost as what was expected of it can't be written.
        return [None if isinstance(x, float) and not isfinite(x) else x for x in said]

    def proba_of(self, rows):
        """Return the distributions of some rows, None where there are none."""
        if not self._has_proba:
            return None
        X = take(self._X, np.asarray(rows, dtype=int))
        return self._fitted.distributions(X)[0]

    @cached_property
    def labels(self):
        """The predicted labels of all rows."""
        return np.concatenate([self._fitted.predict(X) for X in self._parts()])

    @cached_property
    def proba(self):
        """The distributions of all rows."""
        if not self._has_proba:
            return None
        return np.concatenate([self._fitted.distributions(X)[0] for X in self._parts()])

    def _parts(self):
        # In parts: a kernel machine makes a matrix of rows by support vectors, and a
        # pipeline a copy of what it is given.
        for start in range(0, self.n_rows, _AT_ONCE):
            end = min(start + _AT_ONCE, self.n_rows)
            yield take(self._X, np.arange(start, end))


class Transduced(Predicted):
    """Predictions of a model that knows labels of all rows, but no distributions.

    Parameters
    ----------
    fitted : FittedClassifier
        The model; it stays as it is.
    X : container of shape (n_rows, ...)
        All rows.
    labels : ndarray of shape (n_rows,)
        Of all rows.
    """

    def __init__(self, fitted, X, labels):
        super().__init__(fitted, X, len(labels))
        self.labels = labels

    def __call__(self, rows):
        """Return the labels of some rows."""
        return self.labels[np.asarray(rows, dtype=int)].tolist()


class Named(Outlook):
    """Predictions of several labels per row, as a session holds labels.

    There are no distributions: those of the labels are not one of the row.

    Parameters
    ----------
    outlook : Outlook
        Says 0 or 1 of each label.
    several : SeveralLabels
        Their names.
    """

    has_model = True

    def __init__(self, outlook, several):
        super().__init__(outlook.classes, outlook.n_rows)
        self._outlook, self._several = outlook, several

    def __call__(self, rows):
        """Return the predicted labels of some rows."""
        return list(map(self._several.label_of, self._outlook(rows)))


class Features:
    """The numbers that the model sees of the rows.

    Parameters
    ----------
    X : container of shape (n_rows, ...)
        The rows.
    """

    def __init__(self, X):
        self._X, self._last = X, (None, None)

    def of(self, estimator):
        """Return them: what the steps of a pipeline make of X, but the last.

        Parameters
        ----------
        estimator : classifier or None
            Fitted; None: X itself.

        Returns
        -------
        features : ndarray or csr matrix of shape (n_rows, n_features)

        Raises
        ------
        ValueError
            Where they are no numbers, or aren't yet.
        """
        # A search for rows like one, then the next: the same model, the same numbers.
        # Compared by identity, which is safe as the estimator is kept beside them.
        known, features = self._last
        if features is None or known is not estimator:
            features = _as_numbers(self._transformed(estimator))
            if features is None:
                raise ValueError(NO_MODEL if estimator is None else _NO_NUMBERS)
            self._last = estimator, features
        return features

    def _transformed(self, estimator):
        estimator = getattr(estimator, "best_estimator_", estimator)
        if not isinstance(estimator, Pipeline) or len(estimator) < 2:
            return self._X
        return estimator[:-1].transform(self._X)


def _as_numbers(X):
    """Return rows as numbers, None where they are none or some are missing."""
    if sparse.issparse(X):
        return X.tocsr()
    try:
        X = np.asarray(X, dtype=float)
    except (TypeError, ValueError):
        return None
    if X.ndim < 2 or not np.isfinite(X).all():
        return None
    return X.reshape(len(X), -1)
