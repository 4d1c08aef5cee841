"""Graph uncertainty herding: cover what is uncertain."""

from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.utils import gen_batches

from sklearn_active._sklearn import HasMethods, Interval, StrOptions
from sklearn_active.graph import sparse_resolvent
from sklearn_active.query_strategies._cover import Cover
from sklearn_active.query_strategies._on_graph import GraphStrategy
from sklearn_active.query_strategies._uncertainty import (
    margin_uncertainty,
    unseen_margin,
)

_SHRINKING = 0.3
_ROWS_AT_ONCE = 16_384


class GraphUncertaintyHerding(GraphStrategy):
    r"""Ask the row whose label covers most of what is still uncertain.

    Few labels from the first one on, with any classifier: it has a graph of its own,
    on X as it is, so scale features that differ in unit. Each row is worth the
    uncertain rows that it is near to and that no labeled row covers yet. Prefer
    :class:`MarginSampling` where rows that are near each other often differ in class.

    Parameters
    ----------
    uncertainty : {'margin', 'model', 'none'}, default='margin'
        By what rows count. 'margin': by their uncertainty in the graph. 'model': by
        that of the learner's estimator, as soon as it knows two classes (the name
        "herding"): around ordinary classifiers, which see other than the graph does.
        'none': all count alike (label-free coverage, the name "graph_coverage"):
        which rows to label first when no label is to be looked at.
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
        What a label of each row would gain now, as the graph has it.

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

    With 'model', :math:`u_i = 1 - (p_{i(1)} - p_{i(2)})` by the estimator's
    probabilities, 0 for rows that are no candidates; and the reach shrinks as labels
    come: K and c are taken to the power
    :math:`1 + 0.3 \log_2 \max(L / 2k, 1)` with L labels of k classes.

    Kept up to date: a label changes c and u near it only. Cost: the graph and
    O(n_rows * n_kept * n_neighbors) once; O(n_kept^2) a label and O(n_rows) for the
    choice; with 'model' O(n_rows * n_kept), as u changes everywhere. Taking a label
    back rebuilds the sums, O(n_labeled * n_kept^2). The estimator need not offer
    anything, but `predict_proba` with 'model'.

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
        "uncertainty": [StrOptions({"margin", "model", "none"})],
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

    @property
    def needs_later(self):
        """Methods that the estimator must implement sooner or later."""
        return ("predict_proba",) if self.uncertainty == "model" else ()

    @property
    def gains_(self):
        """What a label of each row would gain, as the graph has it."""
        return self._of_graph.gains

    def _catch_up(self, pool):
        super()._catch_up(pool)
        self._at_work = self._cover_for(pool)

    def _gains(self):
        return self._at_work.ranked

    def _absorb(self, row):
        self._at_work.add(row)

    def _snapshot(self):
        kept, self._at_work = self._at_work, self._at_work.copy()
        return {"_at_work": kept}

    def _cover_for(self, pool):
        """Return the graph's own sums, or those with the model's uncertainty."""
        sees_classes = pool.estimator is not None and len(pool.classes) > 1
        if self.uncertainty != "model" or not sees_classes:
            return self._of_graph
        labels_per_class = len(pool.labeled) / len(pool.classes)
        power = 1 + _SHRINKING * np.log2(max(labels_per_class / 2, 1))
        uncertainty = np.zeros(len(pool))
        uncertainty[pool.candidates] = margin_uncertainty(pool.proba)
        coverage = self._of_graph.coverage**power
        return Cover(self.kernel_, self._isolated, coverage, uncertainty, power)

    def _follow(self, pool, rows):
        super()._follow(pool, rows)
        # A declined row may have been taught since: covered already, not yet labeled.
        super()._follow(
            pool, [row for row in pool.labeled.tolist() if row not in self._labeled]
        )

    def _take_in(self, row, pool):
        label = pool.label_of(row)
        if label is None or self.uncertainty == "none":
            self._of_graph.add(row)
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
        self._of_graph = Cover(self.kernel_, self._isolated)
        self._labeled = set()
        self._classes = []
        self._masses = []

    def _learn(self, row, label):
        """Add the class mass of a label; coverage and uncertainty near it change."""
        cover = self._of_graph
        n_rows = len(cover.coverage)
        if label not in self._classes:
            self._classes.append(label)
            self._masses.append(np.zeros(n_rows))
        near, similarity = cover.near(row)
        masses = similarity / (self._roots[near] * self._roots[row])
        self._masses[self._classes.index(label)][near] += masses
        masses = np.array([column[near] for column in self._masses]).T
        uncertainty = unseen_margin(masses, 1 / n_rows)
        coverage = np.maximum(cover.coverage[near], similarity)
        cover.change(near, coverage, uncertainty)
