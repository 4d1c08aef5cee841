"""Parquet files as a pool, through pyarrow."""

from os import PathLike

import numpy as np

from sklearn_active._data.rows import stacked
from sklearn_active.pools._kept import runs


def _pyarrow_parquet():
    try:
        import pandas  # noqa: F401
        from pyarrow import parquet
    except ImportError as error:
        raise ImportError(
            "Parquet files are read with pyarrow, into frames of pandas. Install them "
            "with the extra `parquet`: pip install sklearn-active[parquet]."
        ) from error
    return parquet


class ParquetRows:
    """Read the rows of Parquet files: all in chunks, or some directly.

    Parameters
    ----------
    paths : str, path or sequence of them
        The files, in the order of the rows.
    columns : sequence of str or None
        Which columns are read; None: all.
    rows_per_chunk : int
        Rows of a chunk at most.
    """

    def __init__(self, paths, columns, rows_per_chunk):
        single = isinstance(paths, (str, PathLike))
        self.paths = [str(path) for path in ([paths] if single else paths)]
        self.columns = None if columns is None else list(columns)
        self.rows_per_chunk = rows_per_chunk
        self._groups, bounds = [], [0]
        for path in self.paths:
            with self._open(path) as file:
                self._check_columns(path, file.schema_arrow.names)
                for group in range(file.num_row_groups):
                    self._groups.append((path, group))
                    bounds.append(bounds[-1] + file.metadata.row_group(group).num_rows)
        self._bounds = np.array(bounds)
        self.n_rows = bounds[-1]

    def chunks(self):
        """Yield data frames of consecutive rows."""
        for path in self.paths:
            with self._open(path) as file:
                for batch in file.iter_batches(
                    self.rows_per_chunk, columns=self.columns
                ):
                    yield batch.to_pandas()

    def read(self, indices):
        """Return some rows; only the row groups that hold them are read."""
        found = []
        for span, local in runs(indices, self._bounds):
            path, group = self._groups[span]
            with self._open(path) as file:
                table = file.read_row_group(group, columns=self.columns)
            found.append(table.take(local).to_pandas())
        return stacked(found)

    def _open(self, path):
        return _pyarrow_parquet().ParquetFile(path)

    def _check_columns(self, path, names):
        lacking = [name for name in self.columns or () if name not in names]
        if lacking:
            raise ValueError(f"{path} has no columns {lacking}; it has {names}.")
