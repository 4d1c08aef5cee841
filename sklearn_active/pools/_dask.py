"""Dask's arrays and data frames as a pool: their rows stay where they are."""

from itertools import pairwise

import numpy as np

from sklearn_active._data.containers import is_frame
from sklearn_active._data.rows import stacked, take
from sklearn_active._sklearn import num_samples
from sklearn_active.pools._kept import KeepsRows, runs

# So many partitions' best rows are merged in one task.
_FAN_IN = 16


def as_chunks(X):
    """Return a collection of Dask as rows in chunks, anything else as it is."""
    if type(X).__module__.partition(".")[0] not in ("dask", "dask_expr"):
        return X
    return DaskRows(X)


class DaskRows(KeepsRows):
    """The rows of a Dask array or data frame, one chunk a partition.

    Whatever scheduler is set computes them: that of a `distributed.Client`, threads,
    or none. Only rows that are taken travel, and what is best of a partition.

    Parameters
    ----------
    collection : dask.array.Array or dask.dataframe.DataFrame
        The rows; partitions may be of unknown length.
    """

    def __init__(self, collection):
        super().__init__()
        self._lengths = None
        if hasattr(collection, "rechunk"):
            # A block must hold whole rows: pieces of a row can't be scored.
            others = range(1, collection.ndim)
            if any(collection.numblocks[axis] > 1 for axis in others):
                collection = collection.rechunk(dict.fromkeys(others, -1))
            empty = (0, *collection.shape[1:])
            self._meta = type(collection._meta)(empty, dtype=collection.dtype)
            self._partitions = collection.to_delayed().ravel().tolist()
            lengths = np.array(collection.chunks[0], dtype=float)
            if not np.isnan(lengths).any():
                self._lengths = lengths.astype(int)
        elif is_frame(collection):
            self._partitions = list(collection.to_delayed())
            self._meta = collection._meta
        else:
            raise ValueError(
                "Of Dask's collections, arrays and data frames are a pool; got a "
                f"{type(collection).__name__}. (A bag has to_dataframe().)"
            )

    @property
    def _bounds(self):
        """Where the partitions begin, and the last ends."""
        if self._lengths is None:
            self._lengths = _computed(_length, self._partitions)
        return np.cumsum([0, *self._lengths])

    def __len__(self):
        n_rows = int(self._bounds[-1])
        if not n_rows:
            raise ValueError("The pool is empty: no partition has a row.")
        return n_rows

    def _template(self):
        return self._meta

    def _fold(self, score, merged, excluded):
        from dask import compute, delayed

        # By itself in the graph, it goes to each worker once.
        score = delayed(score, pure=False, traverse=False)
        bounds = self._bounds
        # Each partition travels with its own excluded rows, not with those of all.
        cuts = np.searchsorted(excluded, bounds)
        spans = zip(self._partitions, pairwise(bounds), pairwise(cuts), strict=True)
        tasks = [
            delayed(_scored)(score, rows, start, end, excluded[first:last])
            for rows, (start, end), (first, last) in spans
        ]
        # A tree: where one task merged all, it would wait for the last, and hold the
        # best rows of every partition at once.
        while len(tasks) > 1:
            groups = range(0, len(tasks), _FAN_IN)
            tasks = [
                delayed(_merged)(score, tasks[first : first + _FAN_IN])
                for first in groups
            ]
        return compute(tasks[0])[0]

    def _read(self, indices):
        found = list(runs(indices, self._bounds))
        rows = [self._partitions[span] for span, _ in found]
        return stacked(_computed(_taken, rows, [local for _, local in found]))


def _computed(function, *arguments):
    """Return what `function` makes of each of some lists of delayed arguments."""
    from dask import compute, delayed

    function = delayed(function)
    return list(compute(*[function(*each) for each in zip(*arguments, strict=True)]))


def _length(rows):
    return num_samples(rows)


def _taken(rows, local):
    return take(rows, local)


def _scored(score, rows, start, end, excluded):
    # A graph that reads files, or draws at random, may give other rows when it is
    # computed again; all positions behind them would be shifted.
    if num_samples(rows) != end - start:
        raise ValueError(
            f"A partition had {end - start} rows, and has {num_samples(rows)} now. "
            "Its graph must give the same rows whenever it is computed."
        )
    return score(rows, start, excluded)


def _merged(score, bests):
    return score.merged(bests)
