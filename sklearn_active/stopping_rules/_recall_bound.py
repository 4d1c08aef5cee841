"""How much of a class is found, at least: a test over the order of reading."""

from dataclasses import dataclass
from functools import lru_cache
from math import floor

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import hypergeom

from sklearn_active._loop.run import run_of


@dataclass(frozen=True, eq=False)
class Reading:
    """The rows of a pool in the order in which they were read.

    Parameters
    ----------
    n_rows : int
        Rows of the pool without those known at the start.
    n_read : int
        How many of them were read.
    finds : ndarray of int of shape (n_finds,)
        How many rows were read when each row of the class was found, ascending from 1.
    n_known : int, default=0
        Rows of the class among those known at the start.
    """

    n_rows: int
    n_read: int
    finds: NDArray[np.intp]
    n_known: int = 0

    @property
    def n_found(self):
        """Rows of the class that are known, those of the start included."""
        return self.n_known + len(self.finds)

    @property
    def n_left(self):
        """Rows that nobody has read."""
        return self.n_rows - self.n_read

    def until(self, n_read):
        """Return what was known when so many rows were read."""
        finds = self.finds[: np.searchsorted(self.finds, n_read, side="right")]
        return Reading(self.n_rows, n_read, finds, self.n_known)


def reading_of(learner, sought):
    """Return the order in which a learner's rows were read, for a class of its labels.

    Parameters
    ----------
    learner : ActiveLearner
        After `start` or `fit`, or while `fit` runs.
    sought : SoughtClass
        The class; a label that no row can have is an error, and so are labels that
        are no classes.

    Returns
    -------
    reading : Reading
        By the labels of now: what was corrected or taken back counts as it is.
    """
    labels = run_of(learner).pool.labels
    labels.check_are_classes(sought.owner)
    sought.check(labels.classes)
    y, learned_in = learner.y_, learner.labeled_iter_
    # A label that was taken back and given again is in two records; the row was read
    # in the round that its label is of.
    rounds = [r.rows[learned_in[r.rows] == r.round] for r in learner.history_]
    rows = np.concatenate([np.zeros(0, dtype=int), *rounds])
    found = _is(y[rows], sought.label)
    at_start = learned_in == 0
    return Reading(
        n_rows=int(np.sum(~at_start)),
        n_read=len(rows),
        finds=1 + np.flatnonzero(found),
        n_known=int(np.sum(_is(y[at_start], sought.label))),
    )


def fewest_if_missed(n_found, target):
    """Return how many rows the class must have for the target to be missed."""
    # 57 / .95 is 60, and must not become 59.99...: at a recall of .95 it is reached.
    return floor(n_found / target + 1e-9) + 1


def p_value(reading, n_relevant):
    """Return how likely it would be to have found so few, if there were more.

    Parameters
    ----------
    reading : Reading
        What was read.
    n_relevant : int
        How many rows of the class the pool is supposed to have.

    Returns
    -------
    p : float
        The smallest over all splits of the order.
    """
    n_missing = n_relevant - reading.n_found
    if n_missing > reading.n_left:
        return 0.0  # there is no room for them
    # Of the splits between two finds the one right behind the first of them has the
    # smallest p: a longer sample without another find only says more. So one split
    # per find will do, and one at the very start.
    splits = np.append(0, reading.finds)
    drawn, rows_left = reading.n_read - splits, reading.n_rows - splits
    found = np.arange(len(splits))[::-1]
    there = found + n_missing
    # The median lies next to the mean: a sample that holds the mean or more has a p of
    # a half at least. After a good ranking that is nearly all of the early splits,
    # where a p is costly, and they can't be the smallest if another is below a half.
    few = found * rows_left < drawn * there
    p = hypergeom.cdf(found[few], rows_left[few], there[few], drawn[few]).min(initial=1)
    if p >= 0.5:
        p = hypergeom.cdf(found, rows_left, there, drawn).min()
    return float(p)


@lru_cache(maxsize=10_000)
def level_at(n_missing, confidence):
    r"""Return how small a p must be where it is looked at after every row.

    Parameters
    ----------
    n_missing : int
        At least 1: how many rows of the class are supposed to be left.
    confidence : float
        In (0, 1).

    Returns
    -------
    level : float
        :math:`\alpha (1 - q) / 2` with :math:`q^m = \alpha (1 - q)`.
    """
    alpha = 1 - confidence
    # Let the class have K rows. Whoever stops too early does so in one of the gaps
    # between finds, and of each gap the test is one test, however often it is looked
    # at: it asks whether the gap is longer than a length fixed at its beginning. A row
    # of the class that was left escapes a gap of that length with a chance of q at
    # most, m of them with q^m. In the last gap before the target m rows or more are
    # left, one more in each before it, where q is no larger: the sum is at most
    #     q^m + q^(m+1) + ... = q^m / (1 - q) = alpha.
    # That is for the split behind the last find. The other half pays for choosing the
    # best of all splits: by simulation, see doc/benchmarks/rare.py.
    q = brentq(lambda q: q**n_missing - alpha * (1 - q), 0, 1)
    return alpha * (1 - q) / 2


def is_reached(reading, target, confidence):
    """Return whether the target is reached for sure, the p-value, and its level.

    Parameters
    ----------
    reading : Reading
        What was read.
    target, confidence : float
        In (0, 1).

    Returns
    -------
    reached : bool
    p, level : float
    """
    n_relevant = fewest_if_missed(reading.n_found, target)
    p = p_value(reading, n_relevant)
    level = level_at(n_relevant - reading.n_found, confidence)
    return p <= level, p, level


def lower_limit(reading, confidence):
    """Return the highest target that counts as reached.

    Parameters
    ----------
    reading : Reading
        What was read.
    confidence : float
        In (0, 1).

    Returns
    -------
    limit : float
        0 where nothing was found and something may be left.
    """

    def is_refused(n_missing):
        p = p_value(reading, reading.n_found + n_missing)
        return p <= level_at(n_missing, confidence)

    # The more are supposed to be missing, the smaller is p: the number to find is
    # where it begins to be refused. Doubling first: it is small where much was read.
    lowest, highest = 0, 1
    while not is_refused(highest):
        lowest, highest = highest, 2 * highest
    while highest - lowest > 1:
        middle = (lowest + highest) // 2
        if is_refused(middle):
            highest = middle
        else:
            lowest = middle
    n_most = reading.n_found + lowest
    return reading.n_found / n_most if n_most else 1.0


def _is(labels, label):
    """Return which labels are this one, shape (n_labels,)."""
    # Not `labels == label`: an array of texts says no once, not per row, to a number.
    return np.array([given == label for given in labels.tolist()], dtype=bool)
