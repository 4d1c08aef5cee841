"""Parquet files as a pool."""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from helpers import blobs
from pyarrow import parquet
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.pools import ChunkedPool


@pytest.fixture
def written(tmp_path):
    """Two files with row groups of 16 rows, the frame in them, y and the truth."""
    X, y, truth = blobs(100, 6)
    frame = pd.DataFrame(X, columns=["width", "height"]).assign(name="x")
    paths = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
    for path, rows in zip(paths, (frame[:70], frame[70:]), strict=True):
        table = pa.Table.from_pandas(rows, preserve_index=False)
        parquet.write_table(table, path, row_group_size=16)
    return paths, frame[["width", "height"]], y, truth


def test_len_comes_from_the_metadata_and_chunks_are_frames_in_order(written):
    paths, frame, *_ = written
    pool = ChunkedPool.from_parquet(paths, columns=["width", "height"])
    assert len(pool) == 100
    read = pd.concat(pool.chunks(), ignore_index=True)
    pd.testing.assert_frame_equal(read, frame)
    pool = ChunkedPool.from_parquet(paths[0], rows_per_chunk=10)
    assert [len(chunk) for chunk in pool.chunks()] == [10] * 7
    assert list(next(pool.chunks()).columns) == ["width", "height", "name"]


def test_picks_are_those_of_the_frame(written):
    paths, frame, y, truth = written
    pool = ChunkedPool.from_parquet(paths, ["width", "height"], rows_per_chunk=9)
    asked = []
    for X in (frame, pool):
        learner = ActiveLearner(
            GaussianNB(),
            "margin",
            oracle=lambda query: truth[query.indices],
            batch_size=7,
            budget=28,
        ).fit(X, y)
        asked.append(np.concatenate([record.rows for record in learner.history_]))
        assert learner.feature_names_in_.tolist() == ["width", "height"]
    np.testing.assert_array_equal(*asked)


def test_take_reads_only_the_row_groups_that_hold_the_rows(written, monkeypatch):
    paths, frame, *_ = written
    read = []
    original = parquet.ParquetFile.read_row_group

    def spy(file, group, **kwargs):
        read.append(group)
        return original(file, group, **kwargs)

    monkeypatch.setattr(parquet.ParquetFile, "read_row_group", spy)
    pool = ChunkedPool.from_parquet(paths, columns=["width", "height"])
    rows = [75, 20, 17, 20, 99]
    taken = pool.take(rows)
    np.testing.assert_array_equal(taken.to_numpy(), frame.to_numpy()[rows])
    assert read == [1, 0, 1]  # of the first file one, of the second both


def test_columns_that_are_not_there_are_named(written):
    with pytest.raises(ValueError, match=r"1.parquet has no columns \['depth'\].*widt"):
        ChunkedPool.from_parquet(written[0], columns=["width", "depth"])


def test_without_pyarrow_the_error_names_the_extra(written, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"sklearn-active\[parquet\]"):
        ChunkedPool.from_parquet(written[0])
