"""An oracle that knows every answer."""

from typing import Any

from numpy.typing import ArrayLike, NDArray

from sklearn_active._data.columns import Column
from sklearn_active._data.indicator_labels import Indicators
from sklearn_active._data.parsing import has_columns
from sklearn_active.oracles._base import Oracle


class ArrayOracle(Oracle):
    """Answer from an array that holds the label of every row.

    For experiments, where all labels are known and hidden from the learner.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        The label of each row of the `X` given to `fit`; None, NaN or NA where the
        oracle abstains.

    Raises
    ------
    ValueError
        Where the pool has not as many rows as `y`: inside cross-validation the
        pool is a fold, and positions count within it.

    Examples
    --------
    >>> from sklearn.semi_supervised import LabelSpreading
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.oracles import ArrayOracle
    >>> oracle = ArrayOracle(["a", "a", "b", "b"])
    >>> learner = ActiveLearner(LabelSpreading(gamma=1), oracle=oracle)
    >>> learner.fit([[0.0], [1.0], [2.0], [3.0]], ["a", None, None, "b"]).y_
    array(['a', 'a', 'b', 'b'], dtype=object)
    """

    def __init__(self, y: ArrayLike) -> None:
        column = Indicators.of(y) if has_columns(y) else Column.of(y)
        self.y = column.values
        self._missing = column.missing

    def __call__(self, query: Any) -> NDArray[Any]:
        """Return the labels of the rows asked, None where there is none."""
        if len(self.y) != query.n_pool:
            raise ValueError(
                f"ArrayOracle holds {len(self.y)} labels, but the pool has "
                f"{query.n_pool} rows: inside cross-validation positions count within "
                "the fold. Pass the complete y and fit(X, y, labeled=mask), which is "
                "cut with the rows, or let an oracle look rows up by the index of a "
                "data frame (query.X.index)."
            )
        labels, missing = self.y[query.indices], self._missing[query.indices]
        if not missing.any():
            return labels
        labels = labels.astype(object)
        labels[missing] = None
        return labels
