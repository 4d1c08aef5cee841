"""A fitted estimator in the learner's own words: labels one per row, named columns."""

import numpy as np
from scipy import sparse

from sklearn_active._data.probabilities import cleaned_indicators, predicted


class Fitted:
    """What a fitted estimator of any kind says.

    Parameters
    ----------
    estimator : fitted estimator
        Any.

    Attributes
    ----------
    encoded : bool
        Whether it was given positions in the classes instead of labels.
    to_have_probabilities : str
        What to do where it has none, and a strategy needs them; of the class.
    """

    encoded = False
    to_have_probabilities = "wrap the estimator in CalibratedClassifierCV"

    def __init__(self, estimator):
        self.estimator = estimator

    def can(self, method):
        """Say whether the estimator has a method, which may depend on its fit."""
        return hasattr(self.estimator, method)


class FittedRegressor(Fitted):
    """What a fitted regressor says: one number per row.

    Parameters
    ----------
    estimator : fitted estimator
        Any regressor.
    is_informed : bool
        Whether it can tell one row from another: it knows two numbers at least.

    Attributes
    ----------
    classes : ndarray of shape (0,)
        It knows none.
    """

    to_have_probabilities = "go by what a regressor predicts, pool.estimator.predict"

    def __init__(self, estimator, is_informed):
        super().__init__(estimator)
        self.is_informed = is_informed
        self.classes = np.zeros(0)

    def predict(self, X, **params):
        """Return the number of each row, shape (n_rows,).

        A tuple that begins with them where `params` ask for more, as `return_std` does.
        """
        y = self.estimator.predict(X, **params)
        if isinstance(y, tuple):
            return one_dimensional(y[0], self.estimator), *y[1:]
        return one_dimensional(y, self.estimator)


class FittedIndicator(Fitted):
    """What a fitted estimator says of rows that may have several labels.

    Parameters
    ----------
    estimator : fitted estimator
        Any classifier that takes several columns of 0 and 1.
    n_labels : int
        How many.
    is_informed : bool
        Whether it can tell one row from another.

    Attributes
    ----------
    classes : ndarray of int of shape (n_labels,)
        The positions of the labels.
    """

    to_have_probabilities = "take OneVsRestClassifier(CalibratedClassifierCV(...))"

    def __init__(self, estimator, n_labels, is_informed):
        super().__init__(estimator)
        self.classes = np.arange(n_labels)
        self.is_informed = is_informed

    def predict(self, X, **params):
        """Return 0 or 1 per row and label, shape (n_rows, n_labels)."""
        y = self.estimator.predict(X, **params)
        y = y.toarray() if sparse.issparse(y) else np.asarray(y)
        self._check("predict", y)
        return y.astype(np.int64)

    def predict_proba(self, X, **params):
        """Return what the estimator says: an array, or a list of one per label."""
        return self.estimator.predict_proba(X, **params)

    def predict_log_proba(self, X, **params):
        """Return what the estimator says: an array, or a list of one per label."""
        return self.estimator.predict_log_proba(X, **params)

    def distributions(self, X):
        """Return probabilities without NaN, and of how many rows nothing is said.

        Those over no and yes of each label, shape (n_rows, n_labels, 2).
        """
        proba = chances(self.predict_proba(X), self.estimator)
        self._check("predict_proba", proba)
        return cleaned_indicators(proba)

    def _check(self, method, array):
        if array.ndim != 2 or array.shape[1] != len(self.classes):
            raise ValueError(
                f"{method} of {type(self.estimator).__name__} returned an array of "
                f"shape {array.shape} for {len(self.classes)} labels. It must return "
                "one column per label. For an estimator of one label per row take "
                "OneVsRestClassifier or MultiOutputClassifier around it."
            )


class FittedClassifier(Fitted):
    """What a fitted estimator says, whatever it was given for labels.

    The one place where predictions become one-dimensional, where positions become
    labels again, and where the columns of distributions get their names.

    Parameters
    ----------
    estimator : fitted estimator
        Any classifier.
    labels : ndarray of shape (n_labels,)
        The distinct labels that it was fitted on, sorted.
    encoded : bool, default=False
        Whether it was given positions in `labels` instead of the labels.
    pretrained : bool, default=False
        Whether it was fitted on other labels before: then it must know some of these.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The classes of its columns: its own where it says which they are, as a
        pre-trained estimator may know more of them, or fewer; else `labels`.
    """

    def __init__(self, estimator, labels, encoded=False, pretrained=False):
        super().__init__(estimator)
        self.encoded = encoded
        self.classes = labels
        if not encoded:
            self.classes = _own_classes(estimator, labels, pretrained)

    @property
    def is_informed(self):
        """Whether it can tell one row from another."""
        return len(self.classes) > 1

    def predict(self, X, **params):
        """Return the label of each row, shape (n_rows,)."""
        y = one_dimensional(self.estimator.predict(X, **params), self.estimator)
        if not self.encoded:
            return y
        # An encoded estimator answers with positions, some of them as floats.
        positions = y.astype(np.intp)
        if np.any(positions >= len(self.classes)):  # an output that no label has
            return self.classes[self.predict_proba(X, **params).argmax(axis=1)]
        return self.classes[positions]

    def predict_proba(self, X, **params):
        """Return class probabilities in the order of `classes`."""
        proba = np.asarray(self.estimator.predict_proba(X, **params))
        n_classes = len(self.classes)
        if proba.ndim == 2 and proba.shape[1] == n_classes:
            return proba
        columns = self._columns_of_labels(proba)
        if columns is None:
            raise ValueError(
                f"predict_proba of {type(self.estimator).__name__} returned an array "
                f"of shape {proba.shape} for the {n_classes} classes "
                f"{self.classes.tolist()}. It must return one column per class."
            )
        return _normalized(proba[:, columns])

    def distributions(self, X):
        """Return distributions without NaN, and of how many rows nothing is said."""
        return predicted(self, X)

    def predict_log_proba(self, X, **params):
        """Return logarithms of class probabilities in the order of `classes`."""
        log_proba = np.asarray(self.estimator.predict_log_proba(X, **params))
        if log_proba.ndim == 2 and log_proba.shape[1] == len(self.classes):
            return log_proba
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X, **params))

    def _columns_of_labels(self, proba):
        """Return the columns of a net whose number of outputs is fixed, else None.

        Its output k stands for the label k, whether such a label is known or not.
        """
        if proba.ndim != 2 or proba.shape[1] < len(self.classes):
            return None
        if self.encoded:
            return np.arange(len(self.classes))
        if self.classes.dtype.kind not in "iu":
            return None
        fits = self.classes.min() >= 0 and self.classes.max() < proba.shape[1]
        return self.classes if fits else None


def chances(proba, estimator):
    """Return the chance of each of several labels, shape (n_rows, n_labels).

    Parameters
    ----------
    proba : ndarray or list of ndarray
        What `predict_proba` of the estimator returned.
    estimator : fitted estimator
        Of several labels per row.
    """
    if isinstance(proba, list):  # of arrays (n_rows, n_classes), one per label
        known = estimator.classes_
        columns = [_of_one(p, k) for p, k in zip(proba, known, strict=True)]
        proba = np.column_stack(columns)
    return np.asarray(proba)


def _of_one(proba, classes):
    """Return the column of class 1; zeros where a label was never seen."""
    places = np.flatnonzero(np.asarray(classes) == 1)
    return proba[:, places[0]] if len(places) else np.zeros(len(proba))


def one_dimensional(y, estimator):
    """Return predictions as an array of shape (n_rows,), or refuse them by name."""
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] == 1:  # as CatBoost has it for several classes
        return y[:, 0]
    if y.ndim != 1:
        raise ValueError(
            f"predict of {type(estimator).__name__} returned an array of shape "
            f"{y.shape}. It must return one label per row, of shape (n_rows,)."
        )
    return y


def fit_on_labels_or_codes(fit, y, encoded_y, classes):
    """Fit on the labels; where that raises, on their positions 0 ... k-1.

    Some estimators (XGBoost, many nets) take nothing else. Who they are can't be
    asked, so it is tried, and what the first attempt raised is raised if neither
    succeeds: it speaks of the labels that the user gave.

    Parameters
    ----------
    fit : callable
        `fit(y)` fits the estimator, anew each time.
    y : object
        What stands for the labels.
    encoded_y : callable
        `encoded_y()` returns what stands for their positions in `classes`.
    classes : ndarray of shape (n_classes,)
        The distinct labels, sorted.

    Returns
    -------
    y : object
        What it was fitted on.
    """
    try:
        fit(y)
        return y
    except Exception as error:
        if np.array_equal(classes, np.arange(len(classes))):
            raise  # they are positions, or numbers: of these there are no classes
        first = error
    try:
        y = encoded_y()
        fit(y)
        return y
    except Exception:
        raise first from None


def _own_classes(estimator, labels, pretrained):
    own = getattr(estimator, "classes_", None)
    if own is None or np.ndim(own) != 1:
        return labels
    own = np.asarray(own)
    if np.array_equal(own, labels) or not len(labels):
        return labels if len(labels) else own
    # Three cases are left: other names for the same labels (1 and "1"), a pre-trained
    # estimator that knows more or fewer, and one that speaks of something else.
    if set(own.tolist()).isdisjoint(labels.tolist()):
        if len(own) == len(labels) and not pretrained:
            return labels  # it was fitted on these, and names them otherwise
        raise ValueError(
            f"{type(estimator).__name__} knows the classes {own.tolist()}, and none of "
            f"the labels {labels.tolist()} is among them. Name the labels as it does, "
            "or fit an estimator anew."
        )
    return own


def _normalized(proba):
    totals = proba.sum(axis=1, keepdims=True)
    uniform = np.full_like(proba, 1 / proba.shape[1])
    return np.divide(proba, totals, out=uniform, where=totals > 0)
