"""Graph uncertainty herding: cover what is uncertain."""

from collections import Counter
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import gen_batches

from sklearn_active._data.rows import take
from sklearn_active._sklearn import HasMethods, Interval, StrOptions
from sklearn_active.graph import sparse_resolvent
from sklearn_active.query_strategies._cover import CoverStrategy
from sklearn_active.query_strategies._herding_cover import (
    HerdingCover,
    UncertaintyCover,
)
from sklearn_active.query_strategies._on_graph import graph_of
from sklearn_active.query_strategies._standard_deviation import STD, predicted_std
from sklearn_active.query_strategies._uncertainty import (
    margin_uncertainty,
    of_least_sure_label,
)

_SHRINKING = 0.5
_ROWS_AT_ONCE = 16_384


class GraphUncertaintyHerding(CoverStrategy):
    r"""Ask the row whose label covers most of what is still uncertain.

    It needs few labels, from the first one on, with any classifier. It has a graph of
    its own, on X as it is, so scale features that differ in unit. A row is worth as
    much as the uncertain rows near it that no labeled row covers yet. Prefer
    :class:`MarginSampling` where rows that are near each other often differ in class.

    Parameters
    ----------
    uncertainty : {'graph', 'model', 'none'}, default='graph'
        How rows are weighted. 'graph': by their uncertainty in the graph. 'model': also
        by that of the learner's estimator, as soon as it knows two classes (the name
        "herding"): for ordinary classifiers, which see something else than the graph.
        'none': all alike (label-free coverage, the name "graph_coverage"): for rows to
        label first, chosen without looking at labels.
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

    With 'model', the graph says how much of a row is known, and the estimator's
    probabilities p how uncertain that is,

    .. math:: u_i = \frac{\beta + m_i w_i (1 - p_{i(1)} + p_{i(2)})}{\beta + m_i},
        \quad w_i = \sum_k p_{ik} \frac{L}{C L_k}

    and 0 for rows that are not candidates: with L labels of C classes, :math:`L_k` of
    class k, classes of few labels count for more. And the reach shrinks as labels come:
    K and c are taken to the power :math:`1 + \frac{1}{2} \log_2 \max(L / 2C, 1)`. With
    several labels per row, in place of :math:`w_i (1 - p_{i(1)} + p_{i(2)})` stands the
    largest :math:`1 - |2 p_{il} - 1|` of its labels l, and C = 2; around a regressor
    the variance of what it predicts, over the largest of all candidates. A forest's
    variance is mostly noise: take :class:`ExperimentalDesign` there.

    Kept up to date: a label changes c and u near it only. Cost: the graph and
    O(n_rows * n_kept * n_neighbors) once; O(n_kept^2) per label and O(n_rows) for the
    choice; with 'model' O(n_rows * n_kept), as u changes everywhere. Taking a label
    back rebuilds the sums, O(n_labeled * n_kept^2). The estimator need not offer
    anything, but `predict_proba` with 'model'; a regressor then
    `predict(return_std=True)`, or it is a forest.

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
        "uncertainty": [StrOptions({"graph", "model", "none"})],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "n_kept": [Interval(Integral, 1, None, closed="left"), None],
        "metric": [str, callable],
        "transformer": [HasMethods("fit_transform"), None],
        "neighbors": [StrOptions({"auto", "exact"}), HasMethods("fit_transform")],
    }

    def __init__(
        self,
        uncertainty: str = "graph",
        *,
        n_neighbors: int = 10,
        alpha: float = 0.9,
        n_kept: int | None = None,
        metric: str | Callable[..., Any] = "auto",
        transformer: Any = None,
        neighbors: Any = "auto",
    ) -> None:
        self.uncertainty = uncertainty
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.n_kept = n_kept
        self.metric = metric
        self.transformer = transformer
        self.neighbors = neighbors

    @property
    def tasks(self):
        """What it is for: the graph's own uncertainty is that of classes."""
        classes = ("classification", "multilabel")
        return classes if self.uncertainty == "graph" else (*classes, "regression")

    @property
    def needs_later(self):
        """Methods that the estimator must implement sooner or later."""
        return (("predict_proba", STD),) if self.uncertainty == "model" else ()

    @property
    def gains_(self):
        """What a label of each row would gain, as the graph has it."""
        return self._cover.sums

    def _make_cover(self, X):
        affinity = graph_of(self, X)
        n_kept = self._n_kept(affinity.shape[0])
        resolvent = sparse_resolvent(affinity, self.alpha, n_kept=n_kept)
        isolated = np.diff(affinity.indptr) == 0
        self.kernel_, roots = _with_unit_diagonal(resolvent)
        if self.uncertainty == "none":
            return HerdingCover(self.kernel_, isolated)
        return UncertaintyCover(self.kernel_, isolated, roots)

    def _cover_for(self, pool):
        cover = super()._cover_for(pool)
        if self.uncertainty != "model" or pool.fitted is None:
            return cover
        if not pool.fitted.is_informed:
            return cover
        hesitation, labels_per_class = _hesitation(pool)
        # Two labels of each class leave the reach as it is; each doubling takes K to a
        # power that is larger by a constant, as the labels come to stand closer.
        power = 1 + _SHRINKING * np.log2(max(labels_per_class / 2, 1))
        return cover.seen_by_model(pool.candidates, hesitation, power)

    def _n_kept(self, n_rows):
        if self.n_kept is not None:
            return self.n_kept
        return 100 if n_rows > 100_000 else int(np.clip(n_rows / 30, 100, 400))


def _hesitation(pool):
    """Return how far the model hesitates over each candidate, and labels per class."""
    n_labeled = len(pool.labeled)
    if not pool.fitted.can("predict_proba"):  # a regressor
        std = predicted_std(pool.estimator, take(pool.X, pool.candidates))
        return std**2 / (np.max(std**2) or 1.0), n_labeled / 2
    proba = pool.proba
    if proba.ndim == 3:  # several labels, each of them of two classes
        return of_least_sure_label(margin_uncertainty, proba), n_labeled / 2
    labels_per_class = n_labeled / len(pool.classes)
    # A class of few labels counts for more, so that all are learned alike. One that a
    # pretrained model knows may have none yet.
    counts = Counter(pool.y[pool.labeled].tolist())
    n_labels = np.array([max(counts[label], 1) for label in pool.classes.tolist()])
    weights = labels_per_class / n_labels
    return (proba @ weights) * margin_uncertainty(proba), labels_per_class


def _with_unit_diagonal(resolvent):
    r"""Return :math:`K_{ij} = A_{ij} r_i r_j` with :math:`r_i = 1 / \sqrt{A_{ii}}`.

    In place of A, batch by batch: the kernel is by far the largest thing there is.

    Returns
    -------
    kernel : csr_array of float of shape (n_rows, n_rows)
    roots : ndarray of float of shape (n_rows,)
        r.
    """
    roots = (1 / np.sqrt(resolvent.diagonal())).astype(resolvent.dtype)
    kernel = sparse.csr_array(resolvent)
    for rows in gen_batches(kernel.shape[0], _ROWS_AT_ONCE):
        entries = slice(*kernel.indptr[[rows.start, rows.stop]])
        lengths = np.diff(kernel.indptr[rows.start : rows.stop + 1])
        kernel.data[entries] *= np.repeat(roots[rows], lengths)
        kernel.data[entries] *= roots[kernel.indices[entries]]
    kernel.sort_indices()
    return kernel, roots
