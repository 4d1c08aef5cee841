"""The median of numbers that come and go."""

from bisect import bisect_left, insort

import numpy as np

_LARGEST = 2000


class Median:
    """Keep numbers in order, in short lists, so that one more costs no look at all.

    Adding and removing cost the length of one list and the number of lists. What is
    added before anything is asked for is sorted once.

    Examples
    --------
    >>> from sklearn_active.labeling._book.running_median import Median
    >>> median = Median()
    >>> for number in (3, 1, 2):
    ...     median.add(number)
    >>> median.value
    2.0
    """

    def __init__(self):
        # A sorted list of a million numbers would move half a million of them for each
        # that comes. In parts of at most 2,000, with the last number of each beside
        # them, one part moves, and the search for it is over some hundred ends. Two
        # heaps can't do it: an undo takes numbers out of the middle.
        self._parts, self._ends, self._n = [], [], 0
        self._late = []

    def add(self, number):
        """Add a number.

        Parameters
        ----------
        number : float
            It may be there already.
        """
        # A journal that is opened adds all its numbers before one is asked for.
        self._n += 1
        if not self._parts:
            self._late.append(number)
            return
        i = min(bisect_left(self._ends, number), len(self._parts) - 1)
        part = self._parts[i]
        insort(part, number)
        if len(part) > _LARGEST:
            half = len(part) // 2
            self._parts[i : i + 1] = part[:half], part[half:]
            self._ends[i : i + 1] = part[half - 1], part[-1]
        else:
            self._ends[i] = part[-1]

    def remove(self, number):
        """Take back a number that was added.

        Parameters
        ----------
        number : float
            As it was added.
        """
        self._sort()
        self._n -= 1
        i = bisect_left(self._ends, number)
        part = self._parts[i]
        del part[bisect_left(part, number)]
        if part:
            self._ends[i] = part[-1]
        else:
            del self._parts[i], self._ends[i]

    @property
    def value(self):
        """The median, None where there is no number."""
        if not self._n:
            return None
        self._sort()
        low, high = self._at((self._n - 1) // 2), self._at(self._n // 2)
        return low if low == high else (low + high) / 2

    def _sort(self):
        if self._late:
            numbers = np.sort(np.array(self._late, dtype=float)).tolist()
            size = max(1, _LARGEST // 2)
            self._parts = [numbers[i : i + size] for i in range(0, self._n, size)]
            self._ends, self._late = [part[-1] for part in self._parts], []

    def _at(self, place):
        for part in self._parts:
            if place < len(part):
                return part[place]
            place -= len(part)
        raise IndexError(place)
