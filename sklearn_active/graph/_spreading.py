"""Label spreading on a nearest-neighbor graph, exact and updatable."""

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from sklearn_active._data.parsing import AUTO, parse_y
from sklearn_active._data.rows import checked_positions
from sklearn_active._sklearn import (
    CallbackSupportMixin,
    HasMethods,
    Interval,
    StrOptions,
    fit_context,
    with_callbacks,
)
from sklearn_active._sklearn.callbacks import begin_tasks
from sklearn_active._sklearn.warnings import warn_user
from sklearn_active.graph._affinity import (
    normalized,
    root_degrees,
    self_tuning_weights,
)
from sklearn_active.graph._masses import ClassMasses
from sklearn_active.graph._neighbors import FLOATS, NeighborSearch
from sklearn_active.graph._resolvent import resolvent_times

# Masses below are rounding errors of the solver, or as good as none.
_NO_MASS = 1e-11


class GraphLabelSpreading(CallbackSupportMixin, ClassifierMixin, BaseEstimator):
    r"""Spread labels over a nearest-neighbor graph, solved to convergence.

    Where :class:`sklearn.semi_supervised.LabelSpreading` iterates on a dense
    kernel or a directed graph, this one solves for the limit on a sparse symmetric
    graph whose widths tune themselves, so there is no gamma to guess. It can be
    taught more labels, or forget some, without a new fit.

    Parameters
    ----------
    n_neighbors : int, default=10
        Neighbors of each row in the graph.
    alpha : float, default=0.9
        In (0, 1): how much a row takes over from its neighbors.
    weights : {'self_tuning', 'connectivity'}, default='self_tuning'
        See :func:`knn_affinity`.
    metric : str or callable, default='euclidean'
        See :func:`knn_affinity`; 'cosine' suits text.
    neighbors : {'auto', 'exact'} or transformer, default='auto'
        Approximate neighbors for the graph, see :func:`knn_affinity`. Prediction
        of new rows searches exactly.
    missing_label : object, default='auto'
        What marks an unlabeled row, as in :class:`~sklearn_active.ActiveLearner`.
    n_jobs : int, default=None
        Jobs of the exact search.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes among the labels.
    label_masses_ : ndarray of float64 of shape (n_samples, n_classes)
        Unnormalized class masses F of every row.
    label_distributions_ : ndarray of float64 of shape (n_samples, n_classes)
        The same, each row normalized; uniform where no label reaches.
    transduction_ : ndarray of shape (n_samples,)
        The class with the largest mass of every row.
    affinity_ : csr_array of float64 of shape (n_samples, n_samples)
        The graph.
    leave_one_out_masses_ : ndarray of float64 of shape (n_labeled, n_classes)
        The masses of each labeled row, in the order of the rows, if it had no label of
        its own: exact, and without a fit per row; computed when it is asked for.
    leave_one_out_accuracy_ : float
        Share of the labeled rows that the other labels predict right, exact;
        computed when it is asked for.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Names of features, where X has names that are all strings.

    Notes
    -----
    With :math:`S = D^{-1/2} W D^{-1/2}` and Y the indicator matrix of the labels,

    .. math:: F = (1 - \alpha) (I - \alpha S)^{-1} Y

    by conjugate gradients, when it is read: for all rows by the attributes and the
    predictions, for some rows by :meth:`masses_of`. Rows in components without a label
    are not reached; `fit` warns how many there are. So are, without a warning, rows
    with a mass below 1e-11, far from all labels.

    A new row x takes the weighted mean of the masses of its nearest rows j,

    .. math:: f(x) = \frac{\sum_j w_j F_j}{\sum_j w_j}, \quad
              w_j = \exp\left(-\frac{d(x, j)^2}{s(x)\, s_j}\right)

    with its own width s(x), the distance to the last of them ('connectivity':
    :math:`w_j = 1`), then normalized.

    Cost of `fit`: the neighbors, which a query strategy with the same graph need not
    search again in the same learner. Of reading the masses of all rows after a change:
    O(n_iter * nnz * n_changed_classes) with about
    :math:`16 \sqrt{(1 + \alpha) / (1 - \alpha)}` iterations; memory
    O(nnz + n_samples * n_classes). Of `masses_of` after `update_labels`: what lies near
    the labels, whatever n_samples is. Of `leave_one_out_masses_` and
    `leave_one_out_accuracy_`: n_iter iterations per labeled row.

    :class:`sklearn.callback.ProgressBar` shows how far the approximate search has come.

    References
    ----------
    D. Zhou et al., "Learning with Local and Global Consistency", NeurIPS 2003.

    L. Zelnik-Manor and P. Perona, "Self-Tuning Spectral Clustering", NeurIPS 2004.

    Examples
    --------
    >>> from sklearn_active.graph import GraphLabelSpreading
    >>> X = [[0.0], [0.2], [0.3], [5.0], [5.1], [5.3]]
    >>> model = GraphLabelSpreading(n_neighbors=2).fit(X, [0, -1, -1, 1, -1, -1])
    >>> model.transduction_
    array([0, 0, 0, 1, 1, 1])
    >>> model.update_labels([4], [2]).predict([[5.1]])
    array([2])
    >>> model.masses_of([3, 4]).argmax(axis=1)
    array([1, 2])
    """

    accepts_unlabeled = True

    _parameter_constraints: dict = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "weights": [StrOptions({"self_tuning", "connectivity"})],
        "metric": [str, callable],
        "neighbors": [StrOptions({"auto", "exact"}), HasMethods("fit_transform")],
        "missing_label": "no_validation",
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        n_neighbors: int = 10,
        *,
        alpha: float = 0.9,
        weights: str = "self_tuning",
        metric: str | Callable[..., Any] = "euclidean",
        neighbors: Any = "auto",
        missing_label: Any = AUTO,
        n_jobs: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.weights = weights
        self.metric = metric
        self.neighbors = neighbors
        self.missing_label = missing_label
        self.n_jobs = n_jobs

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: ArrayLike) -> Self:
        """Build the graph and spread the labels.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            All rows.
        y : array-like of shape (n_samples,)
            Labels, and the mark where unlabeled.

        Returns
        -------
        self : GraphLabelSpreading

        Raises
        ------
        ValueError
            Where no row is labeled.
        """
        if y is None:
            raise ValueError(
                "This GraphLabelSpreading estimator requires y to be passed, but the "
                "target y is None."
            )
        X = validate_data(self, X, accept_sparse="csr", dtype=FLOATS)
        labels = parse_y(y, X.shape[0], self.missing_label)
        if not labels.n_known:
            raise ValueError("y holds no label: at least one row must be labeled.")
        tasks = begin_tasks(self, 0, {"X": X, "y": y})
        with tasks.watching():
            self._search = NeighborSearch(
                self.n_neighbors, self.metric, self.neighbors, self.n_jobs
            ).fit(X)
        self.affinity_ = self._search.neighborhoods_.affinity(self.weights)
        self._S = normalized(self.affinity_)
        _, self._component = sparse.csgraph.connected_components(self._S)
        roots = root_degrees(self.affinity_)
        self._masses = ClassMasses(self._S, self.alpha, roots, self._component)
        self._learn(labels)
        self._warn_of_unreached()
        tasks.end()
        return self

    def update_labels(self, indices: ArrayLike, y: ArrayLike) -> Self:
        """Learn labels of rows of the fitted X, or take them back, without a new fit.

        The result equals a fresh fit. Nothing changes if it raises. Another thread must
        not predict meanwhile.

        Parameters
        ----------
        indices : array-like of int of shape (n_changed,)
            Positions in the X given to `fit`, without repetition.
        y : array-like of shape (n_changed,)
            Their new labels, new classes allowed; the mark, None or NaN takes a
            label back.

        Returns
        -------
        self : GraphLabelSpreading

        Raises
        ------
        ValueError
            Where positions repeat or are out of range, labels are wrong in number
            or kind, or no label would be left.
        """
        check_is_fitted(self)
        labels = self._labels
        rows = checked_positions(indices, len(labels), "update_labels")
        values, answered = labels.parse_answers(y, len(rows), "y")
        if not len(values) and not len(np.setdiff1d(labels.rows, rows)):
            raise ValueError("No label would be left; at least one must stay.")
        labels.withdraw(rows)
        if len(values):
            labels.add(rows[answered], values)
        self._learn(labels)
        return self

    def masses_of(self, indices: ArrayLike) -> NDArray[np.float64]:
        r"""Return class masses of some rows of the fitted X, at once.

        After labels came, only the rows near them are solved for, however many rows
        there are; `label_masses_` solves for all.

        Parameters
        ----------
        indices : array-like of int of shape (n_rows,)
            Positions in the X given to `fit`.

        Returns
        -------
        masses : ndarray of float64 of shape (n_rows, n_classes)
            Within :math:`10^{-5} \sqrt{d_i}` of `label_masses_`, with the degree
            :math:`d_i`, the sum of row i of `affinity_`.
        """
        check_is_fitted(self)
        n_rows = len(self._labels)
        indices = checked_positions(indices, n_rows, "masses_of", distinct=False)
        return self._masses.of_rows(indices)

    @property
    def label_masses_(self) -> NDArray[np.float64]:
        """Unnormalized class masses of every row; solved for when they are read."""
        return self._masses.of_all()

    @property
    def label_distributions_(self) -> NDArray[np.float64]:
        """The masses, each row normalized; uniform where no label reaches."""
        return _distributions(self.label_masses_)

    @property
    def transduction_(self) -> NDArray[Any]:
        """The class with the largest mass of every row."""
        return self.classes_[self.label_masses_.argmax(axis=1)]

    @property
    def leave_one_out_masses_(self) -> NDArray[np.float64]:
        """The masses of each labeled row without its own label."""
        rows = self._labels.rows
        codes = self._labels.codes_of(rows)
        masses = self.label_masses_[rows]
        for batch in np.array_split(np.arange(len(rows)), len(rows) // 256 + 1):
            # F = A Y is linear in Y: without its own label, row i has F_i - A_ii Y_i.
            columns = self._columns(rows[batch])
            own = columns[rows[batch], np.arange(len(batch))]
            masses[batch, codes[batch]] -= own
        # What is left of a difference of equal numbers is no mass, and may be below 0.
        return np.where(masses > _NO_MASS, masses, 0)

    @property
    def leave_one_out_accuracy_(self) -> float:
        """Share of the labeled rows that the other labels predict right."""
        masses = self.leave_one_out_masses_
        codes = self._labels.codes_of(self._labels.rows)
        reached = masses.max(axis=1) > 0
        return float(np.mean(reached & (masses.argmax(axis=1) == codes)))

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Predict class probabilities of new rows from their nearest rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        proba : ndarray of float64 of shape (n_samples, n_classes)
            In the order of `classes_`; uniform where no label reaches.
        """
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=FLOATS, reset=False)
        distances, columns = self._search.query(X)
        if self.weights == "connectivity":
            weights = np.ones_like(distances)
        else:
            widths = _own_widths(distances)
            weights = self_tuning_weights(
                distances, widths[:, None], self._search.neighborhoods_.scales[columns]
            )
        # The weighted sum over each row's neighbors, as one product: as many entries in
        # every row, so that the bounds are known.
        bounds = np.arange(0, columns.size + 1, columns.shape[1])
        shape = len(columns), len(self.label_masses_)
        nearest = sparse.csr_array((weights.ravel(), columns.ravel(), bounds), shape)
        masses = nearest @ self.label_masses_
        totals = weights.sum(axis=1, keepdims=True)
        masses = np.divide(masses, totals, out=np.zeros_like(masses), where=totals > 0)
        return _distributions(masses)

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict the classes of new rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        y : ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _columns(self, rows):
        """Return columns of the resolvent, shape (n_samples, n_rows)."""
        units = np.zeros((self._S.shape[0], len(rows)))
        units[rows, np.arange(len(rows))] = 1
        return resolvent_times(self._S, self.alpha, units)

    def _learn(self, labels):
        """Set what follows from the labels at once."""
        codes = labels.codes_of(labels.rows)
        groups = [labels.rows[codes == k] for k in range(len(labels.classes))]
        self._masses.set_labels(groups)
        self._labels = labels
        self.classes_ = labels.classes

    def _warn_of_unreached(self):
        reached = np.isin(self._component, self._component[self._labels.rows])
        n_unreached = np.count_nonzero(~reached)
        if n_unreached:
            warn_user(
                f"No label reaches {n_unreached} of {len(reached)} rows: their "
                "distributions are uniform and their predictions arbitrary. The graph "
                f"has {self._component.max() + 1} components; label a row in each, or "
                "take more neighbors.",
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _distributions(masses):
    totals = masses.sum(axis=1, keepdims=True)
    uniform = np.full_like(masses, 1 / masses.shape[1])
    return np.divide(masses, totals, out=uniform, where=totals >= _NO_MASS)


def _own_widths(distances):
    """Return each new row's distance to its last neighbor, or to a nearest other."""
    # As the width of a fitted row. Where all neighbors are twins of the new row their
    # weights are 1 whatever the width is, so that 1 will do.
    widths = distances.max(axis=1)
    return np.where(widths > 0, widths, 1)
