"""MaxHerding: cover the pool by a kernel, not by a graph."""

from copy import copy
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize
from sklearn.utils import check_array, gen_batches
from sklearn.utils.extmath import row_norms, safe_sparse_dot

from sklearn_active._sklearn import HasMethods, Interval
from sklearn_active.query_strategies._cover import Cover, CoverStrategy
from sklearn_active.query_strategies._on_graph import graph_input
from sklearn_active.query_strategies._pool_view import PoolView

_BLOCK = 2**19  # entries of the kernel held at a time
_DIGITS = 12  # so that rounding errors decide no tie
_CENTRAL = 1e-7  # what a tie is worth


class MaxHerding(CoverStrategy):
    r"""Ask the row whose label covers most of what no label covers yet.

    For the first few dozen labels, of any classifier, from no label on: it looks at no
    answer. Prefer :class:`GraphUncertaintyHerding` where classes are clusters of any
    shape; this one where neighbors often differ in class, so that only a rough, even
    cover of the pool helps.

    Parameters
    ----------
    gamma : float, default=None
        Of the Gaussian kernel: the larger it is, the less far a label reaches. None:
        `1 / n_features`.
    normalize : bool, default=True
        Whether rows are scaled to unit length first, so that directions are compared.
    transformer : transformer, default=None
        Turns X into numbers; it is cloned, and fitted once on the whole pool: a
        TfidfVectorizer for text, a ColumnTransformer for frames.

    Attributes
    ----------
    coverage_ : ndarray of float of shape (n_rows,)
        Similarity of each row to the nearest row that is labeled or declined.

    Notes
    -----
    With the kernel :math:`k(x, z) = \exp(-\gamma \lVert x - z \rVert^2)` and the
    coverage :math:`c_i = \max_l k(x_i, x_l)` over labeled and declined rows l, 0
    without any,

    .. math:: u_q = \frac{1}{n} \sum_i \max(k(x_i, x_q) - c_i, 0)

    is what a label of row q would add to the mean coverage of the n rows. Two rows that
    cover each other and nothing else add the same: :math:`10^{-7}` of what the row
    would cover alone is added, so that the more central comes first. The mean is
    submodular, so a batch chosen greedily has at least :math:`1 - 1/e` of the best
    coverage, and utilities only fall as labels come: what a row was worth once bounds
    what it is worth now, and only rows whose bound is among the largest are looked at
    again.

    The estimator need not offer anything. Cost: O(n_rows^2 * n_features) once;
    O(n_rows * n_features) per label, and as much for each row that is looked at again,
    mostly a small part of the pool. Taking a label back: O(n_rows * n_labeled *
    n_features). Memory O(n_rows): of the kernel, a block at a time.

    References
    ----------
    W. Bae, J. Noh and D. J. Sutherland, "Generalized Coverage for More Robust
    Low-Budget Active Learning", ECCV 2024. :doi:`10.48550/arXiv.2407.12212`

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import MaxHerding
    >>> X, truth = make_blobs(90, cluster_std=0.5, random_state=3)
    >>> learner = ActiveLearner(LogisticRegression(), MaxHerding(), batch_size=3)
    >>> truth[learner.start(X).query().indices]
    array([0, 1, 2])
    """

    beats_random = True

    _parameter_constraints: dict = {
        "gamma": [Interval(Real, 0, None, closed="neither"), None],
        "normalize": ["boolean"],
        "transformer": [HasMethods("fit_transform"), None],
    }

    def __init__(
        self,
        gamma: float | None = None,
        *,
        normalize: bool = True,
        transformer: Any = None,
    ) -> None:
        self.gamma = gamma
        self.normalize = normalize
        self.transformer = transformer

    @property
    def coverage_(self):
        """Similarity of each row to the nearest one that is labeled or declined."""
        return self._cover.coverage

    def utilities(self, pool: PoolView) -> NDArray[np.float64]:
        """Return what each candidate's label would add, shape (n_candidates,)."""
        return self._cover_for(pool).exact_gains()[pool.candidates]

    def _make_cover(self, X):
        X, _ = graph_input(X, self.transformer, "auto", self)
        X = check_array(X, accept_sparse="csr", dtype=np.float64)
        if self.normalize:
            X = normalize(X)
        elif isinstance(X, np.ndarray):
            # The kernel expands the square of a distance, x^2 + z^2 - 2 x z: far from
            # the origin the three are large and their sum is small.
            X = X - X.mean(axis=0)
        gamma = 1 / X.shape[1] if self.gamma is None else self.gamma
        return _KernelCover(_GaussianKernel(X, gamma))


class _GaussianKernel:
    """The kernel between rows, a block at a time: all of it would be n^2 numbers."""

    def __init__(self, X, gamma):
        self._gamma = gamma
        self._points, self._squares = X, row_norms(X, squared=True)
        self.n_rows = X.shape[0]
        if sparse.issparse(X):  # else each product would turn it into csr
            self._columns = X.T.tocsr()

    def between(self, rows, others=None):
        """Return the kernel between some rows and others, all where None, dense."""
        if others is None and sparse.issparse(self._points):
            columns = self._columns
        else:
            columns = self._points.T if others is None else self._points[others].T
        block = safe_sparse_dot(self._points[rows], columns, dense_output=True)
        # -(x^2 + z^2 - 2 x z), in place; the rounding errors of twins may be above 0.
        block *= 2
        block -= self._squares[rows, None]
        block -= self._squares if others is None else self._squares[others]
        np.minimum(block, 0, out=block)
        block *= self._gamma
        return np.exp(block, out=block)

    def means(self):
        """Return the mean of each row of the kernel, shape (n_rows,)."""
        sums = np.zeros(self.n_rows)
        squares = list(gen_batches(self.n_rows, int(_BLOCK**0.5)))
        for i, rows in enumerate(squares):
            for others in squares[i:]:  # half of it: the kernel is symmetric
                block = self.between(rows, others)
                sums[rows] += block.sum(axis=1)
                if others is not rows:
                    sums[others] += block.sum(axis=0)
        return sums / self.n_rows


class _KernelCover(Cover):
    """What is covered by the kernel, and what each row was worth when looked at last.

    Coverage only grows, so a row is worth less and less: what it was worth once is an
    upper bound of what it is worth now (lazy greedy search). Only rows whose bound
    is as large as the best row's worth have to be looked at again.
    """

    def __init__(self, kernel):
        self._kernel = kernel
        self._alone = kernel.means()
        self._n_at_once = max(_BLOCK // kernel.n_rows, 1)
        self._rows = frozenset()
        self.coverage = np.zeros(kernel.n_rows)
        self._bounds = (1 + _CENTRAL) * self._alone
        self._stale = np.zeros(kernel.n_rows, dtype=bool)

    def copy(self):
        """Return a cover that may be changed without this one; the kernel is shared."""
        cover = copy(self)  # `add` puts a new coverage in the place of the old one
        cover._bounds, cover._stale = self._bounds.copy(), self._stale.copy()
        return cover

    def add(self, row, label=None):
        """Raise the coverage near a row; what rows were worth becomes a bound."""
        if row in self._rows:  # declined before
            return
        self._rows |= {row}
        self.coverage = np.maximum(self.coverage, self._kernel.between([row])[0])
        self._stale = np.ones(len(self._alone), dtype=bool)

    def gains(self):
        """Return what a label of each row would add; of rows not looked at, a bound.

        Those that are not looked at have a bound below the largest gain.
        """
        n_looked_at = 8
        # A row that is known keeps the worth of a tie, but can't be asked: measured by
        # it, the last rows, which are nearly covered, would not be looked at.
        uncovered = self.coverage < 1 - 1e-6
        while True:
            fresh = self._bounds[uncovered & ~self._stale]
            best = fresh.max() if len(fresh) else -np.inf
            # What is equal after rounding has to be looked at, too: it may be a tie.
            promising = self._stale & (self._bounds > best - 2 * 10.0**-_DIGITS)
            rows = np.flatnonzero(promising)
            if not len(rows):
                return np.round(self._bounds, _DIGITS)
            # Few at first, as the best is mostly among them, then twice as many.
            n_looked_at = min(2 * n_looked_at, self._n_at_once)
            if len(rows) > n_looked_at:
                order = np.argpartition(-self._bounds[rows], n_looked_at)
                rows = rows[order[:n_looked_at]]
            self._look_again(rows)

    def exact_gains(self):
        """Return what a label of each row would add; every row is looked at."""
        stale = np.flatnonzero(self._stale)
        for start in range(0, len(stale), self._n_at_once):
            self._look_again(stale[start : start + self._n_at_once])
        return np.round(self._bounds, _DIGITS)

    def _look_again(self, rows):
        """Replace the bounds of some rows by what they are worth now."""
        block = self._kernel.between(rows)
        block -= self.coverage
        np.maximum(block, 0, out=block)
        self._bounds[rows] = block.mean(axis=1) + _CENTRAL * self._alone[rows]
        self._stale[rows] = False
