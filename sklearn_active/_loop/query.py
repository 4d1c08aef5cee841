"""Query: one question."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, repr=False)
class Query:
    """Hold the rows to label next, and what an oracle may want to know about them.

    An oracle is called with a query; :meth:`ActiveLearner.query` returns one.

    Attributes
    ----------
    indices : ndarray of int of shape (n_rows,)
        Positions of the rows in the `X` given to `fit` or `start`, the most
        useful first.
    X : same container as the X given to fit, of shape (n_rows, ...)
        Those rows.
    utilities : ndarray of float of shape (n_rows,)
        The query strategy's utilities of those rows; higher means ask first.
    proba : ndarray of float of shape (n_rows, n_classes) or None
        Class distributions of those rows, in the order of `classes`; None where the
        query strategy did not need them, NaN for rows asked about again. For several
        labels per row: (n_rows, n_labels, 2), over no and yes.
    classes : ndarray of shape (n_classes,)
        The classes that the estimator knows, sorted; before it is fitted, those
        among the labels. Empty where labels are numbers; 0 ... n_labels - 1 where a row
        has several.
    round : int
        The round that this query belongs to, counted from 1.
    n_pool : int
        Number of rows of the `X` given to `fit` or `start`.
    id : str
        Names the fit and the question; no two queries share it.
    reasons : tuple of str of length n_rows
        Why each row was chosen: the name of the query strategy, 'cold_start' for the
        random rows asked about before two classes are known, 'check' for those that
        :class:`~sklearn_active.query_strategies.WithChecks` draws, or 'review' for
        labeled rows that are asked about again (`reask` of the learner).
    n_candidates : int or None
        How many rows could be asked about when these were chosen; None in a labeling
        session.
    task : {'classification', 'regression', 'multilabel'}
        What is asked for: a class, a number, or 0 or 1 for each of several labels.

    Examples
    --------
    >>> from sklearn.semi_supervised import LabelSpreading
    >>> from sklearn_active import ActiveLearner
    >>> X = [[0.0], [0.1], [2.5], [4.9], [5.0]]
    >>> learner = ActiveLearner(LabelSpreading(gamma=1)).start(X, [0, -1, -1, -1, 1])
    >>> learner.query()
    Query(round=1, indices=[2], n_pool=5, reason='EntropySampling')
    """

    indices: NDArray[np.intp]
    X: Any
    utilities: NDArray[np.float64]
    proba: NDArray[np.floating] | None
    classes: NDArray[Any]
    round: int
    n_pool: int
    id: str = ""
    reasons: tuple[str, ...] = ()
    n_candidates: int | None = None
    task: str = "classification"

    @property
    def reason(self) -> str:
        """The reasons, each once, in the order in which they come."""
        return ", ".join(dict.fromkeys(self.reasons))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.indices)

    def __repr__(self) -> str:
        return (
            f"Query(round={self.round}, indices={self.indices.tolist()}, "
            f"n_pool={self.n_pool}, reason={self.reason!r})"
        )
