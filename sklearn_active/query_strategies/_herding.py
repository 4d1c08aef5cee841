"""Graph uncertainty herding: cover what is uncertain."""

from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.utils import gen_batches

from sklearn_active._sklearn import HasMethods, Interval, StrOptions
from sklearn_active.graph import sparse_resolvent
from sklearn_active.query_strategies._on_graph import GraphStrategy
from sklearn_active.query_strategies._uncertainty import unseen_margin

_DIGITS = 9
_ROWS_AT_ONCE = 16_384


class GraphUncertaintyHerding(GraphStrategy):
    r"""Ask the row whose label covers most of what is still uncertain.

    Few labels from the first one on, with any classifier: it has a graph of its own,
    on X as it is, so scale features that differ in unit. Each row is worth the
    uncertain rows that it is near to and that no labeled row covers yet. Prefer
    :class:`MarginSampling` where rows that are near each other often differ in class.

    Parameters
    ----------
    uncertainty : {'margin', 'none'}, default='margin'
        'margin': rows count by their uncertainty; 'none': all rows count alike
        (label-free coverage, the name "graph_coverage"): which rows to label first
        when no label is to be looked at.
    n_neighbors : int, default=10
        Neighbors of each row in the graph.
    alpha : float, default=0.9
        In (0, 1): how far a label reaches in the graph.
    n_kept : int, default=None
        Entries kept in each row of the kernel. None: a thirtieth of the pool,
        between 100 and 400; 100 for pools above 100,000 rows.
    metric : str or callable, default='auto'
        Distance of the graph, see :func:`~sklearn_active.graph.knn_affinity`.
        'auto': cosine for sparse data, else euclidean.
    transformer : transformer, default=None
        Turns X into numbers for the graph; it is cloned, and fitted once on the
        whole pool: a TfidfVectorizer for text, a ColumnTransformer for frames.
    neighbors : {'auto', 'exact'} or transformer, default='auto'
        Approximate neighbors, see :func:`~sklearn_active.graph.knn_affinity`.

    Attributes
    ----------
    kernel_ : csr_array of float of shape (n_rows, n_rows)
        Similarity K of rows, 1 on the diagonal.
    gains_ : ndarray of float of shape (n_rows,)
        What a label of each row would gain now.

    Notes
    -----
    With A the pruned label-spreading kernel of
    :func:`~sklearn_active.graph.sparse_resolvent`,
    :math:`K_{ij} = A_{ij} / \sqrt{A_{ii} A_{jj}}`, the coverage
    :math:`c_i = \max_l K_{il}` over labeled and declined rows l, the class masses
    :math:`G = A Y` with the two largest :math:`G_1 \ge G_2` and the sum m of a row,

    .. math:: u_i = 1 - \frac{G_1 - \max(G_2, \beta)}{m + \beta}, \quad \beta = 1/n

    .. math:: g(q) = \sum_i u_i \max(K_{iq} - c_i, 0)

    and the candidate with the largest gain g is asked. :math:`\beta` is a bin for the
    class that nobody has seen: a row far from every label is uncertain. Within a
    batch the coverage grows with each pick, while u waits for the labels. Rows
    without a neighbor come last.

    Kept up to date: a label changes c and u near it only. Cost: the graph and
    O(n_rows * n_kept * n_neighbors) once; O(n_kept^2) a label and O(n_rows) for the
    choice. Taking a label back rebuilds the sums, O(n_labeled * n_kept^2). The
    estimator need not offer anything.

    References
    ----------
    W. Bae, G. L. Oliveira and D. J. Sutherland, "Uncertainty Herding: One Active
    Learning Method for All Label Budgets", ICLR 2025.
    :doi:`10.48550/arXiv.2412.20644`

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> X, truth = make_blobs(90, cluster_std=0.5, random_state=3)
    >>> learner = ActiveLearner(LogisticRegression(), "graph_herding", batch_size=3)
    >>> query = learner.start(X).query()
    >>> truth[query.indices]
    array([0, 2, 1])
    """

    beats_random = True

    _parameter_constraints: dict = {
        "uncertainty": [StrOptions({"margin", "none"})],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "n_kept": [Interval(Integral, 1, None, closed="left"), None],
        "metric": [str, callable],
        "transformer": [HasMethods("fit_transform"), None],
        "neighbors": [StrOptions({"auto", "exact"}), HasMethods("fit_transform")],
    }

    def __init__(
        self,
        uncertainty="margin",
        *,
        n_neighbors=10,
        alpha=0.9,
        n_kept=None,
        metric="auto",
        transformer=None,
        neighbors="auto",
    ):
        self.uncertainty = uncertainty
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.n_kept = n_kept
        self.metric = metric
        self.transformer = transformer
        self.neighbors = neighbors

    def _gains(self):
        return self._ranked

    def _snapshot(self):
        names = ("gains_", "_ranked", "_coverage")
        return {name: vars(self)[name].copy() for name in names}

    def _follow(self, pool, rows):
        super()._follow(pool, rows)
        # A declined row may have been taught since: covered already, not yet labeled.
        super()._follow(
            pool, [row for row in pool.labeled.tolist() if row not in self._labeled]
        )

    def _take_in(self, row, pool):
        label = pool.label_of(row)
        if label is None or self.uncertainty == "none":
            self._absorb(row)
        else:
            self._learn(row, label)
        if label is not None:
            self._labeled.add(row)

    def _build(self, affinity):
        n_kept = self._n_kept(affinity.shape[0])
        masses = sparse_resolvent(affinity, self.alpha, n_kept=n_kept)
        self._isolated = np.diff(affinity.indptr) == 0
        self._set_kernel(masses)

    def _set_kernel(self, masses):
        roots = (1 / np.sqrt(masses.diagonal())).astype(masses.dtype)
        kernel = sparse.csr_array(masses)
        for rows in gen_batches(kernel.shape[0], _ROWS_AT_ONCE):
            entries = slice(*kernel.indptr[[rows.start, rows.stop]])
            lengths = np.diff(kernel.indptr[rows.start : rows.stop + 1])
            kernel.data[entries] *= np.repeat(roots[rows], lengths)
            kernel.data[entries] *= roots[kernel.indices[entries]]
        self.kernel_, self._roots = kernel, roots
        self.kernel_.sort_indices()

    def _n_kept(self, n_rows):
        if self.n_kept is not None:
            return self.n_kept
        return 100 if n_rows > 100_000 else int(np.clip(n_rows / 30, 100, 400))

    def _reset(self):
        n_rows = self.kernel_.shape[0]
        self._coverage = np.zeros(n_rows)
        self._uncertainty = np.ones(n_rows)
        self._labeled = set()
        self._classes = []
        self._masses = []
        # It is symmetric, and no row is empty.
        starts = self.kernel_.indptr[:-1]
        self.gains_ = np.add.reduceat(self.kernel_.data, starts, dtype=np.float64)
        # Rounded, so that rounding errors decide no tie; isolated rows last.
        self._ranked = np.where(self._isolated, -1.0, np.round(self.gains_, _DIGITS))

    def _absorb(self, row):
        """Raise the coverage near `row`, and lower the gains by what it takes."""
        near, similarity = self._near(row)
        raised = similarity > self._coverage[near]
        near, similarity = near[raised], similarity[raised]
        self._change(near, similarity, self._uncertainty[near])

    def _learn(self, row, label):
        """Add the class mass of a label; coverage and uncertainty near it change."""
        n_rows = len(self._coverage)
        if label not in self._classes:
            self._classes.append(label)
            self._masses.append(np.zeros(n_rows))
        near, similarity = self._near(row)
        masses = similarity / (self._roots[near] * self._roots[row])
        self._masses[self._classes.index(label)][near] += masses
        masses = np.array([column[near] for column in self._masses]).T
        uncertainty = unseen_margin(masses, 1 / n_rows)
        coverage = np.maximum(self._coverage[near], similarity)
        self._change(near, coverage, uncertainty)

    def _near(self, row):
        start, stop = self.kernel_.indptr[row : row + 2]
        return self.kernel_.indices[start:stop], self.kernel_.data[start:stop]

    def _change(self, rows, coverage, uncertainty):
        """Set coverage and uncertainty of `rows`; all gains follow."""
        if not len(rows):
            return
        block = self.kernel_[rows]
        lengths = np.diff(block.indptr)

        def gains():
            excess = block.data - np.repeat(self._coverage[rows], lengths)
            np.maximum(excess, 0, out=excess)
            return excess * np.repeat(self._uncertainty[rows], lengths)

        before = gains()
        self._coverage[rows], self._uncertainty[rows] = coverage, uncertainty
        np.add.at(self.gains_, block.indices, gains() - before)
        now = np.round(self.gains_[block.indices], _DIGITS)
        self._ranked[block.indices] = np.where(self._isolated[block.indices], -1.0, now)
