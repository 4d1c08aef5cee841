"""X reaches the estimator as it came, and a query is a slice of the same container."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers import Recorder, SeesAll, blobs
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklearn_active import ActiveLearner

N = 12


def memory_map(X, path):
    X = np.ascontiguousarray(X)
    mapped = np.memmap(path, dtype=X.dtype, mode="w+", shape=X.shape)
    mapped[:] = X
    mapped.flush()
    return np.memmap(path, dtype=X.dtype, mode="r", shape=X.shape)


def containers(path):
    X, _, _ = blobs(N, N)
    frame = pd.DataFrame(X, columns=["a", "b"], index=range(100, 100 + N))
    yield "array", X
    yield "fortran", np.asfortranarray(X)
    yield "memmap", memory_map(X, path)
    yield "images", np.arange(N * 4.0).reshape(N, 2, 2)
    yield "list of str", [f"text {i}" for i in range(N)]
    yield "list of lists", X.tolist()
    yield "pandas", frame
    yield "polars", pl.DataFrame({"a": X[:, 0], "b": X[:, 1]})
    for form in FORMATS:
        yield f"{form}_matrix", getattr(sparse, f"{form}_matrix")(X)
        yield f"{form}_array", getattr(sparse, f"{form}_array")(X)


def dense(X):
    return X.toarray() if sparse.issparse(X) else np.asarray(X)


FORMATS = ("csr", "csc", "coo", "bsr", "lil", "dok", "dia")
NAMES = [
    *("array", "fortran", "memmap", "images", "list of str", "list of lists"),
    *("pandas", "polars"),
    *(f"{form}_{kind}" for form in FORMATS for kind in ("matrix", "array")),
]


@pytest.mark.parametrize("name", NAMES)
def test_the_container_survives_fit_and_query(name, tmp_path):
    X = dict(containers(tmp_path / "X"))[name]
    y = [0, 1, *[-1] * (N - 2)]
    learner = ActiveLearner(SeesAll(), "margin", batch_size=2).start(X, y)
    assert learner.estimator_.X_seen_ is X
    query = learner.query()
    container = np.ndarray if name == "memmap" else type(X)
    assert isinstance(query.X, container)
    assert getattr(query.X, "format", None) == getattr(X, "format", None)
    np.testing.assert_array_equal(dense(query.X), dense(X)[query.indices])
    labeled_only = ActiveLearner(Recorder(), "margin").start(X, y).estimator_.X_seen_
    assert isinstance(labeled_only, container)
    np.testing.assert_array_equal(dense(labeled_only), dense(X)[:2])
    learner.teach(query, [0, 1])
    assert learner.estimator_.X_seen_ is X


def test_a_slice_of_a_frame_keeps_its_index():
    frame = pd.DataFrame({"a": range(5)}, index=list("vwxyz"))
    learner = ActiveLearner(Recorder(), "random").start(frame, [0, 1, -1, -1, -1])
    query = learner.query()
    assert query.X.index.tolist() == [list("vwxyz")[i] for i in query.indices]


def test_feature_names_and_counts_are_kept():
    frame = pd.DataFrame(blobs(N, N)[0], columns=["a", "b"])
    learner = ActiveLearner(LogisticRegression()).start(frame, [0, 1, *[-1] * (N - 2)])
    assert learner.n_features_in_ == 2
    assert learner.feature_names_in_.tolist() == ["a", "b"]


def test_dense_and_sparse_pools_are_asked_the_same_rows():
    X, y, truth = blobs(40, 6)
    oracle = lambda query: truth[query.indices]  # noqa: E731
    asked = [
        [
            record.rows.tolist()
            for record in ActiveLearner(
                LogisticRegression(), oracle=oracle, budget=6, batch_size=2
            )
            .fit(container, y)
            .history_
        ]
        for container in (X, sparse.csr_array(X), pd.DataFrame(X))
    ]
    assert asked[0] == asked[1] == asked[2]


def test_text_goes_through_a_pipeline():
    texts = ["red apple", "green apple", "blue car", "red car", "old car", "ripe apple"]
    y = ["fruit", None, "car", None, None, None]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    learner = ActiveLearner(model).start(texts, y)
    query = learner.query()
    assert [texts[query.indices[0]]] == query.X
    learner.teach([3, 5], ["car", "fruit"])
    assert learner.predict(["green apple", "blue car"]).tolist() == ["fruit", "car"]


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
def test_frames_go_through_a_column_transformer(library):
    frame = library.DataFrame(
        {"size": [1.0, 2.0, 8.0, 9.0, 3.0], "color": ["r", "g", "r", "g", "r"]}
    )
    columns = make_column_transformer(
        (StandardScaler(), ["size"]),
        (OneHotEncoder(handle_unknown="ignore"), ["color"]),
    )
    learner = ActiveLearner(make_pipeline(columns, LogisticRegression()))
    learner.start(frame, ["s", None, "l", None, None])
    query = learner.query()
    assert isinstance(query.X, library.DataFrame)
    learner.teach(query, ["l"])
    assert learner.predict(frame).shape == (5,)


def test_nothing_that_was_given_is_changed():
    X, y, truth = blobs()
    X_before, y_before = X.copy(), y.copy()
    X.flags.writeable = y.flags.writeable = False
    oracle = lambda query: truth[query.indices]  # noqa: E731
    ActiveLearner(LogisticRegression(), oracle=oracle, budget=4).fit(X, y)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(y, y_before)
