"""Class masses of label spreading: solved near a label, or everywhere, on request."""

from collections import Counter
from contextlib import contextmanager
from threading import RLock

import numpy as np
from scipy import sparse

from sklearn_active._data.rows import read_only
from sklearn_active.graph._resolvent import resolvent_times

TOL = 1e-5  # of masses near a label, in units of the root of the degree
_ROUGHLY = 0.05  # residual of a solution that more rows will change anyway
_COLUMNS_AT_ONCE = 16  # solved side by side: a product reads the graph once for all


class ClassMasses:
    r"""Hold the masses F = A Y of a graph, one column per class.

    A label costs nothing when it comes: it waits in the residual. Whoever then asks
    for the masses of some rows has the system solved where the label reaches; whoever
    asks for all of them, everywhere. Safe to use from several threads.

    Parameters
    ----------
    S : csr_array of shape (n_rows, n_rows)
        The normalized affinity.
    alpha : float
        In (0, 1).
    roots : ndarray of float of shape (n_rows,)
        Square roots of the degrees.
    component : ndarray of int of shape (n_rows,)
        The component of each row: where a class has no label, its mass is exactly 0.

    Notes
    -----
    With the residual R of the columns X at hand,
    :math:`F = X + (I - \alpha S)^{-1} R` always holds, so nothing is lost by solving
    for some rows only: what leaves them is in the residual of their neighbors. Rows
    whose residual is above :math:`\epsilon (1 - \alpha) \sqrt{d_j}` are taken in, and
    the system is solved on all rows taken in, until no neighbor is above. As
    :math:`S D^{1/2} 1 = D^{1/2} 1`, then

    .. math:: |F_i - X_i| \le \epsilon \sqrt{d_i}

    in every row. The rows taken in are those where the label's mass is not negligible;
    how many depends on :math:`\alpha`, :math:`\epsilon` and the degrees, and not on
    the number of rows.

    References
    ----------
    R. Andersen, F. Chung and K. Lang, "Local Graph Partitioning using PageRank
    Vectors", FOCS 2006. :doi:`10.1109/FOCS.2006.44`
    """

    def __init__(self, S, alpha, roots, component):
        self._S = S
        self._alpha = alpha
        # Where every residual is at most goal_j = TOL (1 - alpha) sqrt(d_j), what is
        # lacking is at most TOL sqrt(d_i): (I - alpha S) D^(1/2) 1 = (1 - alpha)
        # D^(1/2) 1, and the inverse has no entry below 0.
        self._goals = TOL * (1 - alpha) * roots
        self._component = component
        self._all = None
        # Of each row, its position among the rows taken in; -1: not taken in. Made
        # once, and set back row by row: to make it anew costs O(n_rows) per label.
        self._place = np.full(S.shape[0], -1, dtype=np.int32)
        self._columns, self._groups = [], []
        self._lock = RLock()

    def __getstate__(self):
        return {name: x for name, x in vars(self).items() if name != "_lock"}

    def __setstate__(self, state):
        vars(self).update(state, _lock=RLock())

    def set_labels(self, groups):
        """Say which rows are labeled, class by class.

        A class goes on with the column that had most of its rows, whatever it was
        called; only rows that come or go change a column.

        Parameters
        ----------
        groups : list of ndarray of int
            The rows of each class.
        """
        with self._lock, self._restarted_if_interrupted():
            self._groups = groups
            self._all = None
            continued = _matched([column.rows for column in self._columns], groups)
            self._columns = [
                _Column(self._S.shape[0]) if j is None else self._columns[j]
                for j in continued
            ]
            for column, rows in zip(self._columns, groups, strict=True):
                column.set_rows(set(rows.tolist()), 1 - self._alpha)

    @contextmanager
    def _restarted_if_interrupted(self):
        """Begin again from the labels where Ctrl-C came between two arrays.

        x and residual of a column belong together; between the writes to the one and to
        the other F = X + (I - alpha S)^-1 R doesn't hold, and nothing would notice.
        """
        try:
            yield
        except BaseException:
            self._columns = [_Column(self._S.shape[0]) for _ in self._groups]
            for column, rows in zip(self._columns, self._groups, strict=True):
                column.set_rows(set(rows.tolist()), 1 - self._alpha)
            self._place[:] = -1
            raise

    def of_rows(self, rows):
        """Return masses of some rows, within the bound, (n_rows, n_classes)."""
        with self._lock, self._restarted_if_interrupted():
            for column in self._columns:
                self._solve_near(column)
            return self._stacked(rows)

    def of_all(self):
        """Return the masses of all rows, exact, (n_rows, n_classes)."""
        with self._lock, self._restarted_if_interrupted():
            if self._all is None:
                todo = [column for column in self._columns if not column.exact]
                for first in range(0, len(todo), _COLUMNS_AT_ONCE):
                    self._solve_everywhere(todo[first : first + _COLUMNS_AT_ONCE])
                self._all = read_only(self._stacked(slice(None)))
            return self._all

    def _solve_everywhere(self, columns):
        R = np.array([column.residual for column in columns]).T
        # What is lacking is (I - alpha S)^-1 R, without the factor 1 - alpha.
        X = resolvent_times(self._S, self._alpha, R / (1 - self._alpha))
        for column, x in zip(columns, X.T, strict=True):
            column.finish(column.x + x)

    def _stacked(self, rows):
        """Return the columns side by side, without what rounding errors left."""
        component = self._component[rows]
        masses = np.zeros((len(component), len(self._columns)))
        for k, column in enumerate(self._columns):
            labeled = self._component[np.array(sorted(column.rows), dtype=int)]
            # Exactly 0 elsewhere: labels that were taken back leave rounding errors.
            reached = np.isin(component, labeled)
            masses[:, k] = np.where(reached, np.maximum(column.x[rows], 0), 0)
        return masses

    def _solve_near(self, column):
        """Solve where residuals are above the goals, until none is."""
        # Sorted, since sums depend on the order, and a set has none.
        touched = np.array(sorted(column.waiting), dtype=int)
        rows = touched[:0]
        while len(hot := self._above(column, touched)):
            rows = self._taken_in(rows, hot)
            touched = np.concatenate([rows, self._solve_on(column, rows)])
        self._place[rows] = -1
        column.waiting = set()

    def _above(self, column, rows):
        """Return the rows to take in, some twice; none, if all are below."""
        residuals, goals = np.abs(column.residual[rows]), self._goals[rows]
        if not np.any(residuals > goals):
            return rows[:0]
        # And those that soon would be above: fewer solutions in all.
        return rows[residuals > goals / 10]

    def _taken_in(self, rows, more):
        """Return `rows` with those that were not there, each with its place."""
        # Of rows that stand there twice, the last to write its number keeps the place.
        new = more[self._place[more] < 0]
        order = np.arange(len(new))
        self._place[new] = order
        new = new[self._place[new] == order]
        self._place[new] = len(rows) + order[: len(new)]
        return np.concatenate([rows, new])

    def _solve_on(self, column, rows):
        """Solve on some rows; return their neighbors, which got what left them."""
        block = self._S[rows]
        place = self._place[block.indices]
        inside = place >= 0
        # The block of S between these rows, by hand: an index by rows and columns would
        # search each of them.
        ends = np.concatenate([[0], np.cumsum(inside)])[block.indptr]
        near = (block.data[inside], place[inside], ends)
        near = sparse.csr_array(near, (len(rows), len(rows)))
        x, residual = _roughly_solved(near, self._alpha, column.residual[rows])
        leaving = np.repeat(x, np.diff(block.indptr))[~inside]
        neighbors = block.indices[~inside]
        # What the block solves leaves it along the edges to rows outside: alpha S x is
        # added to their residual, so that nothing is lost.
        column.x[rows] += x
        column.residual[rows] = residual
        amounts = self._alpha * block.data[~inside] * leaving
        np.add.at(column.residual, neighbors, amounts)
        return neighbors


def _roughly_solved(S, alpha, right):
    """Return x with (I - alpha S) x = `right`, nearly, and what `right` it leaves.

    By conjugate gradients; rows that are taken in later change it anyway.
    """
    x, residual, direction = np.zeros_like(right), right.copy(), right.copy()
    square = right @ right
    goal = square * _ROUGHLY**2
    while square > goal:
        image = direction - alpha * (S @ direction)
        step = square / (direction @ image)
        x += step * direction
        residual -= step * image
        before, square = square, residual @ residual
        direction = residual + square / before * direction
    return x, residual


class _Column:
    """The masses of one class, and what they lack."""

    def __init__(self, n_rows):
        self.rows = set()
        self.x = np.zeros(n_rows)
        self.residual = np.zeros(n_rows)
        self.waiting = set()
        self.exact = True

    def set_rows(self, rows, mass):
        """Put the labels that come or go into the residual."""
        for row in rows ^ self.rows:
            self.residual[row] += mass if row in rows else -mass
            self.waiting.add(row)
            self.exact = False
        self.rows = rows

    def finish(self, x):
        """Take the exact masses."""
        self.x, self.exact, self.waiting = x, True, set()
        self.residual = np.zeros(len(x))


def _matched(old, new):
    """Return, for each new group of rows, the old one that shares most, or None."""
    group_of = {row: j for j, rows in enumerate(old) for row in rows}
    # The pairs that share most come first, and ties in the order of the new groups.
    pairs = ((group_of.get(row), k) for k, rows in enumerate(new) for row in rows)
    shared = Counter(pair for pair in pairs if pair[0] is not None)
    matched = [None] * len(new)
    for (j, k), _ in shared.most_common():
        if matched[k] is None and j not in matched:
            matched[k] = j
    return matched
