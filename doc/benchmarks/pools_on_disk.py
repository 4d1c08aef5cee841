"""Ask ten million rows on disk, against reading their file once.

    python doc/benchmarks/pools_on_disk.py --folder /where/is/room
    python doc/benchmarks/pools_on_disk.py --n-rows 1000000

Writes n_rows x n_features float32 as .npy and as Parquet, into a folder that is
deleted at the end. Each way to read them has a process of its own, in which everything
is timed: one pass that sums the numbers, the first query of LogisticRegression with
"margin", and from an answer to the next query (the refit included). "cold": the file
was dropped from the page cache before; "warm": it lies there, if memory allows.

Memory is the peak of RssAnon in /proc/self/status (Linux), sampled every 5 ms, over
what the process had before: ru_maxrss would count the mapped pages of the file too,
which the system takes back whenever it likes.

The same file is asked as a Dask array on a cluster of two processes with one thread
each, and so are 1000 partitions of 10 rows, for what a partition costs by itself.

Then, of a million rows in memory and on one thread, what a row costs to score and rank,
and what travels in a round where rows are scored on a cluster.
"""

import argparse
import csv
import os
import pickle
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import numpy as np
import scipy
import sklearn
from sklearn.linear_model import LogisticRegression

import sklearn_active
from sklearn_active import ActiveLearner
from sklearn_active._loop.run import run_of
from sklearn_active.pools import ChunkedPool

TABLE = Path(__file__).parent / "results" / "pools_on_disk.csv"
CHUNK = 160_000  # rows
N_LABELED = 100
COLUMNS = ["what", "of", "value", "unit"]


def chunk(number, n_features):
    """Return the rows of one chunk, the same in every call."""
    random = np.random.default_rng(number)
    return random.standard_normal((CHUNK, n_features), dtype=np.float32)


def write(folder, n_rows, n_features):
    """Write all rows as .npy and as Parquet; return both paths."""
    import pyarrow as pa
    from pyarrow import parquet

    paths = folder / "rows.npy", folder / "rows.parquet"
    names = [f"x{i}" for i in range(n_features)]
    schema = pa.schema([(name, pa.float32()) for name in names])
    shape = (n_rows, n_features)
    mapped = np.lib.format.open_memmap(paths[0], "w+", dtype=np.float32, shape=shape)
    with parquet.ParquetWriter(
        paths[1], schema, compression="none", use_dictionary=False
    ) as file:
        for start in range(0, n_rows, CHUNK):
            rows = chunk(start // CHUNK, n_features)[: n_rows - start]
            mapped[start : start + len(rows)] = rows
            columns = [pa.array(column) for column in np.asfortranarray(rows).T]
            file.write_table(pa.table(columns, schema=schema))
    mapped.flush()
    return paths


def chunks_of(path):
    """Yield the rows of a .npy file, read chunk by chunk into memory."""
    with open(path, "rb") as file:
        version = np.lib.format.read_magic(file)
        assert version == (1, 0)
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        for start in range(0, shape[0], CHUNK):
            n_rows = min(CHUNK, shape[0] - start)
            rows = np.fromfile(file, dtype, n_rows * shape[1])
            yield rows.reshape(n_rows, shape[1])


def pool_of(kind, paths):
    """Return the pool, and a function that reads all of it once."""
    if kind == "memmap":
        pool = np.load(paths[0], mmap_mode="r")
        cut = (pool[i : i + CHUNK] for i in range(0, len(pool), CHUNK))
        return pool, lambda: sum(float(rows.sum()) for rows in cut)
    if kind == "ChunkedPool":
        pool = ChunkedPool(lambda: chunks_of(paths[0]))
    else:
        pool = ChunkedPool.from_parquet(paths[1], rows_per_chunk=CHUNK)
    return pool, lambda: sum(float(np.asarray(c).sum()) for c in pool.chunks())


def drop_from_cache(paths):
    """Let the system forget the files' pages."""
    for path in paths:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class Memory:
    """Sample the process's own memory while the block runs."""

    def __enter__(self):
        self.peak = self.before = anonymous_bytes()
        self._done = Event()
        self._thread = Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._done.set()
        self._thread.join()

    def _watch(self):
        while not self._done.wait(0.005):
            self.peak = max(self.peak, anonymous_bytes())

    @property
    def added(self):
        """MB at the peak over those before."""
        return (self.peak - self.before) / 1e6


def anonymous_bytes():
    """Return the memory of this process that no file backs."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return 1024 * int(line.split()[1])
    raise RuntimeError("This system reports no RssAnon.")


def timed(function, *arguments):
    began = perf_counter()
    result = function(*arguments)
    return perf_counter() - began, result


def next_query(learner, query, answers):
    return learner.teach(query, answers).query()


def measure_file(kind, paths):
    """Yield what one way to read the rows costs."""
    n_rows = len(np.load(paths[0], mmap_mode="r"))
    first = chunk(0, np.load(paths[0], mmap_mode="r").shape[1])[:N_LABELED]
    y = np.full(n_rows, -1, dtype=np.int8)
    y[:N_LABELED] = first[:, :5].sum(axis=1) > 0
    for cache in ("cold", "warm"):
        of = f"{kind}, {cache}"
        if cache == "cold":
            drop_from_cache(paths)
        reading, _ = timed(pool_of(kind, paths)[1])
        pool, _ = pool_of(kind, paths)
        learner = ActiveLearner(LogisticRegression(), "margin", batch_size=10)
        with Memory() as memory:
            learner.start(pool, y)
            if cache == "cold":
                drop_from_cache(paths)
            first, query = timed(learner.query)
            answers = (np.asarray(query.X)[:, :5].sum(axis=1) > 0).astype(int)
            if cache == "cold":
                drop_from_cache(paths)
            later, _ = timed(next_query, learner, query, answers)
        yield "reading the file once", of, reading, "s"
        yield "first query", of, first, "s"
        yield "first query / reading once", of, first / reading, ""
        yield "answer to next query", of, later, "s"
        yield "answer to next query / reading once", of, later / reading, ""
        yield "peak memory added", of, memory.added, "MB"


def read(path, start, end):
    return np.array(np.load(path, mmap_mode="r")[start:end])


def measure_cluster(paths):
    """Yield what a query costs on a cluster of two processes."""
    import dask.array as da
    from dask import delayed
    from distributed import Client, LocalCluster

    mapped = np.load(paths[0], mmap_mode="r")
    first = mapped[:N_LABELED]

    def first_query(n_rows, n_chunk):
        blocks = []
        for start in range(0, n_rows, n_chunk):
            end = min(start + n_chunk, n_rows)
            block = delayed(read)(str(paths[0]), start, end)
            shape = (end - start, mapped.shape[1])
            blocks.append(da.from_delayed(block, shape, dtype=np.float32))
        y = np.full(n_rows, -1, dtype=np.int8)
        y[:N_LABELED] = first[:, :5].sum(axis=1) > 0
        learner = ActiveLearner(LogisticRegression(), "margin", batch_size=10)
        learner.start(da.concatenate(blocks), y)
        return timed(learner.query)[0]

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster),
    ):
        first_query(1000, 500)  # the workers import what they need
        seconds = first_query(len(mapped), 5 * CHUNK)
        yield "first query", "Dask, 2 processes, warm", seconds, "s"
        seconds = first_query(10_000, 10)
        yield "score a partition of 10 rows", "Dask, 2 processes", seconds, "ms"


def measure_rows(n_features):
    """Yield what one row costs on one core, and what a round moves."""
    from sklearn_active._loop.scoring import Scoring

    n_rows = 1_000_000
    X = np.concatenate([chunk(i, n_features) for i in range(n_rows // CHUNK + 1)])
    X = X[:n_rows]
    for n_classes in (2, 10):
        of = f"LogisticRegression, {n_classes} classes"
        y = np.full(n_rows, -1, dtype=np.int8)
        y[:N_LABELED] = X[:N_LABELED, :n_classes].argmax(axis=1)
        learner = ActiveLearner(LogisticRegression(), "margin", batch_size=10)
        seconds = min(
            timed(learner.start(X, y).query)[0]
            for _ in range(3)  # the least disturbed
        )
        yield "score and rank a row", of, 1e9 * seconds / n_rows, "ns"
        summing = min(timed(X.sum)[0] for _ in range(3))
        yield "sum the numbers of a row", of, 1e9 * summing / n_rows, "ns"
        scoring = Scoring(learner.query_strategy_, run_of(learner).view(), 10)
        best = scoring(X[:CHUNK], 0, np.arange(0))
        yield "model and strategy, to a worker", of, len(pickle.dumps(scoring)), "B"
        yield "10 best rows, from a partition", of, len(pickle.dumps(best)), "B"
    yield "a row on disk", f"{n_features} float32", X[:1].nbytes, "B"


def in_a_process(arguments, **environment):
    """Return the rows that this script prints with some arguments."""
    command = [sys.executable, __file__, *map(str, arguments)]
    result = subprocess.run(
        command,
        env=os.environ | environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return list(csv.reader(result.stdout.splitlines()))


def machine():
    """Yield what the figures depend on."""
    import dask
    import pandas as pd
    import pyarrow as pa

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    yield "machine", f"{os.cpu_count()} cores, {platform.machine()}", memory / 1e9, "GB"
    versions = {"Python": platform.python_version(), "numpy": np.__version__}
    versions |= {"scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    versions |= {
        "dask": dask.__version__,
        "pandas": pd.__version__,
        "pyarrow": pa.__version__,
    }
    versions["sklearn_active"] = sklearn_active.__version__
    for name, version in versions.items():
        yield "version", name, version, ""


def rounded(value):
    return f"{value:.4g}" if isinstance(value, float) else value


def main():
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n-rows", type=int, default=10_000_000)
    parser.add_argument("--n-features", type=int, default=50)
    parser.add_argument("--folder", default=None, help="where the files are written")
    parser.add_argument("--output", type=Path, default=TABLE)
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--paths", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    writer = csv.writer(sys.stdout)
    if options.part:
        if options.part == "rows":
            measured = measure_rows(options.n_features)
        elif options.part == "Dask":
            measured = measure_cluster(options.paths)
        else:
            measured = measure_file(options.part, options.paths)
        writer.writerows((*row[:2], rounded(row[2]), row[3]) for row in measured)
        return
    n_bytes = 2 * options.n_rows * options.n_features * 4
    folder = options.folder or tempfile.gettempdir()
    if shutil.disk_usage(folder).free < 1.2 * n_bytes:
        raise SystemExit(f"{folder} has no room for {n_bytes / 1e9:.1f} GB.")
    table = [(*row[:2], rounded(row[2]), row[3]) for row in machine()]
    table.append(("rows", f"{options.n_features} float32", options.n_rows, ""))
    with tempfile.TemporaryDirectory(dir=folder) as written:
        paths = write(Path(written), options.n_rows, options.n_features)
        for kind in ("memmap", "ChunkedPool", "Parquet"):
            table += in_a_process(["--part", kind, "--paths", *paths])
        one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        table += in_a_process(["--part", "Dask", "--paths", *paths], **one_thread)
    arguments = ["--part", "rows", "--n-features", options.n_features]
    table += in_a_process(arguments, **one_thread)
    writer.writerows([COLUMNS, *table])
    with options.output.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *table])


if __name__ == "__main__":
    main()
