"""ChunkedPool: rows that a function reads in chunks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from numbers import Integral, Number
from os import PathLike
from typing import Any, Self

import numpy as np
from joblib import effective_n_jobs
from numpy.typing import NDArray

from sklearn_active._data.rows import scored_and_merged, stacked, take
from sklearn_active._sklearn import num_samples
from sklearn_active.pools._kept import KeepsRows


class ChunkedPool(KeepsRows):
    """Wrap rows that are read in chunks, so that a pool may be larger than memory.

    For whatever a function can read: a database, many files, a compressed array. Arrays
    mapped into memory and csr matrices need no wrapper; Parquet files have
    `from_parquet`. The learner uses a pointwise query strategy ('margin', 'entropy',
    'least_confident', 'random'), in one pass per query.

    Parameters
    ----------
    factory : callable
        `factory()` returns a fresh iterator over chunks: arrays, csr matrices, data
        frames or lists of consecutive rows, the same in each pass.
    n_rows : int, default=None
        Number of rows; None: counted in a pass of its own.
    read_rows : callable, default=None
        `read_rows(indices) -> rows`, which reads some rows directly; positions are
        distinct and ascend. None: by a pass that ends at the last of them.

    See Also
    --------
    sklearn_active.ActiveLearner : Takes it as `X`, and Dask's collections as they are.

    Notes
    -----
    Rows that were taken are kept in memory: the labeled ones are needed in every refit.
    Memory beyond that: some chunks, and a few bytes per row for what is known of its
    label. `pickle` keeps the factory, which must then be picklable.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.pools import ChunkedPool
    >>> def read():
    ...     for start in range(0, 100, 20):
    ...         yield np.arange(start, start + 20)[:, None] / 10
    >>> pool = ChunkedPool(read)
    >>> len(pool)
    100
    >>> learner = ActiveLearner(LogisticRegression(), "margin").start(pool)
    >>> learner.teach([0, 60], ["low", "high"]).query().indices
    array([30])
    """

    def __init__(
        self,
        factory: Callable[[], Iterable[Any]],
        n_rows: int | None = None,
        read_rows: Callable[[NDArray[np.intp]], Any] | None = None,
    ) -> None:
        super().__init__()
        if not callable(factory):
            raise ValueError(
                "factory must be a function that returns a fresh iterator over chunks "
                f"in each call; got a {type(factory).__name__}. Pass "
                "lambda: (chunk for chunk in ...), or the generator function itself."
            )
        if n_rows is not None and (not isinstance(n_rows, Integral) or n_rows < 1):
            raise ValueError(f"n_rows must be an int >= 1 or None; got {n_rows!r}.")
        self.factory = factory
        self.read_rows = read_rows
        self._n_rows = n_rows

    @classmethod
    def from_parquet(
        cls,
        paths: str | PathLike[str] | Sequence[str | PathLike[str]],
        columns: Sequence[str] | None = None,
        rows_per_chunk: int = 65_536,
    ) -> Self:
        """Read Parquet files, as data frames.

        Needs pyarrow and pandas, which come with the extra `parquet`.

        Parameters
        ----------
        paths : str, path or sequence of them
            The files, in the order of the rows.
        columns : sequence of str, default=None
            Which columns are features; None: all.
        rows_per_chunk : int, default=65536
            Rows of a chunk. Reading needs memory for a row group of the file too.

        Returns
        -------
        pool : ChunkedPool
        """
        from sklearn_active.pools._parquet import ParquetRows

        rows = ParquetRows(paths, columns, rows_per_chunk)
        return cls(rows.chunks, rows.n_rows, rows.read)

    def __len__(self) -> int:
        """Return the number of rows."""
        if self._n_rows is None:
            self._n_rows = sum(num_samples(chunk) for chunk in self.chunks())
        if not self._n_rows:
            raise ValueError("The pool is empty: its factory gave no row.")
        return self._n_rows

    def chunks(self) -> Iterator[Any]:
        """Read the rows again, from the first.

        Yields
        ------
        chunk : container of shape (n_chunk_rows, ...)
        """
        iterator = self.factory()
        # An array is iterable, too: over its rows, each of which would be a chunk.
        if not hasattr(iterator, "__iter__") or hasattr(iterator, "shape"):
            raise ValueError(
                "factory must return an iterator over chunks of rows; it returned a "
                f"{type(iterator).__name__}. Rows that fit in memory are one chunk: "
                "return [X]."
            )
        for chunk in iterator:
            if _is_one_row(chunk):
                raise ValueError(
                    f"A chunk must hold rows; the factory gave {chunk!r:.60}, a single "
                    "row. Return an iterator over chunks, not over rows."
                )
            yield chunk

    def _template(self):
        """Return the first chunk."""
        for chunk in self.chunks():
            return chunk
        raise ValueError("The pool is empty: its factory gave no chunk.")

    def _fold(self, score, merged, excluded):
        """Score chunk by chunk, and keep what is best so far."""
        # One pass, and never more in memory than the chunks that are being scored.
        chunks = self._numbered()
        if effective_n_jobs(None) > 1:  # the factory may fill one buffer again
            chunks = ((start, copy(chunk)) for start, chunk in chunks)
        parts = ((chunk, start, excluded) for start, chunk in chunks)
        return scored_and_merged(score, merged, parts)

    def _numbered(self):
        """Yield the position of the first row of each chunk, and the chunk."""
        # Positions are all that rows are known by. A pass that gives more or fewer rows
        # than the one before (a generator that was read already, a file that grew)
        # would shift them, and labels would go to other rows.
        n_rows, start = len(self), 0
        for chunk in self.chunks():
            end = start + num_samples(chunk)
            if end > n_rows:
                raise ValueError(self._other_rows(f"at least {end}"))
            if end > start:
                yield start, chunk
            start = end
        if start < n_rows:
            raise ValueError(self._other_rows(start))

    def _other_rows(self, n_given):
        return (
            f"The factory gave {n_given} rows in this pass, but the pool has "
            f"{self._n_rows}. It must give the same rows in each pass: return a fresh "
            "iterator, not one that was read already."
        )

    def _read(self, indices):
        if self.read_rows is not None:
            return self._checked(self.read_rows(indices), indices)
        found = []
        for start, chunk in self._numbered():
            end = start + num_samples(chunk)
            first, last = np.searchsorted(indices, [start, end])
            if first < last:
                found.append(take(chunk, indices[first:last] - start))
            if last == len(indices):
                break
        return stacked(found)

    def _checked(self, rows, indices):
        if num_samples(rows) != len(indices):
            raise ValueError(
                f"read_rows gave {num_samples(rows)} rows for {len(indices)} positions."
            )
        return rows


def _is_one_row(chunk):
    """Say whether a chunk is a text, numbers in a row, or a number."""
    if isinstance(chunk, (str, bytes, Number)) or not hasattr(chunk, "__len__"):
        return True
    if isinstance(chunk, (list, tuple)):
        return len(chunk) > 0 and isinstance(chunk[0], Number)
    one_axis = len(getattr(chunk, "shape", (0, 0))) < 2
    return one_axis and getattr(chunk.dtype, "kind", "O") in "biufc"
