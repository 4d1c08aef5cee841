"""Arrays out of .npy and .npz files."""

import zlib
from zipfile import BadZipFile

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler


def read_array(path):
    """Read an array of rows of numbers, or of images.

    Parameters
    ----------
    path : path
        .npy, or .npz with one array or one that is called X.

    Returns
    -------
    values : ndarray of shape (n_rows, ...)
    """
    try:
        with open(path, "rb") as file:  # numpy leaves a broken one open
            loaded = np.load(file, allow_pickle=False)
            if not isinstance(loaded, np.ndarray):
                loaded = _the_one(loaded)
    except (ValueError, EOFError, OSError, BadZipFile, zlib.error) as error:
        raise ValueError(
            f"{path} can't be read as an array of numbers: {error}"
        ) from error
    if loaded.ndim < 2 or loaded.dtype.kind not in "biuf" or not loaded.size:
        raise ValueError(
            f"{path} must hold numbers, one row each: (n, n_features), or images "
            f"(n, height, width[, channels]); got {loaded.dtype}, {loaded.shape}."
        )
    return loaded


def _the_one(arrays):
    names = arrays.files
    if "X" not in names and len(names) != 1:
        raise ValueError(f"it holds {names}; name the one to label X.")
    return arrays["X" if "X" in names else names[0]]


def scaled_numbers():
    """Return an encoder of rows of numbers, not fitted: gaps filled, scaled."""
    return make_pipeline(
        FunctionTransformer(_finite),
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
    )


def _finite(values):
    """Return an array with NaN where it was infinite."""
    values = np.asarray(values, dtype=float)
    return np.where(np.isfinite(values), values, np.nan)


class LearnsNothing(TransformerMixin, BaseEstimator):
    """Base class of encoders that are fitted as they are."""

    def fit(self, X, y=None):
        """Do nothing: there is nothing to learn.

        Parameters
        ----------
        X : container of shape (n_rows, ...)
            Ignored.
        y : None
            Ignored.

        Returns
        -------
        encoder : LearnsNothing
        """
        return self

    def __sklearn_is_fitted__(self):
        return True


class ArrayEncoder(LearnsNothing):
    """Make one row of numbers of whatever shape the rows have; gaps become 0."""

    def transform(self, X):
        """Return the rows flat.

        Parameters
        ----------
        X : ndarray of shape (n_rows, ...)
            Numbers.

        Returns
        -------
        X : ndarray of shape (n_rows, n_features)
        """
        X = np.asarray(X)
        X = X.reshape(len(X), -1)
        if X.dtype.kind == "f" and not np.isfinite(X).all():
            return np.nan_to_num(X, nan=0.0, posinf=0.0, neginf=0.0)
        return X
