"""Pools on a cluster: what Dask's partitions give is what one array gives."""

import os
import pickle
import signal

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from helpers import cluster_of_two
from pool_helpers import FirstColumn, Sigmoid, cut
from scipy import sparse
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession
from sklearn_active.pools._dask import as_chunks

RNG = np.random.RandomState(0)
# Few values: ties, and twins in different partitions; 9 stands for -inf.
X = RNG.choice([0.0, 1.0, 1.0, 2.0, 9.0], size=(60, 3))
X[50:] = X[:10]
Y = np.where(np.arange(60) < 4, np.arange(60) % 2, -1)
STRATEGIES = [FirstColumn(), "entropy", "margin", "least_confident", "random"]


def as_frame(X):
    return pd.DataFrame(X, columns=["a", "b", "c"])


COLLECTIONS = {
    "array": lambda: da.from_array(X, chunks=(17, 3)),
    "cut_columns": lambda: da.from_array(X, chunks=(11, 2)),
    "unknown": lambda: dd.from_pandas(as_frame(X), npartitions=5).to_dask_array(),
    "csr": lambda: da.from_array(X, chunks=(17, 3)).map_blocks(sparse.csr_matrix),
    "frame": lambda: dd.from_pandas(as_frame(X), npartitions=5),
    "delayed": lambda: dd.from_delayed(
        [dask.delayed(frame) for frame in cut(as_frame(X), [1, 30, 31])]
    ),
}
LOCAL = {"csr": sparse.csr_matrix(X), "frame": as_frame(X), "delayed": as_frame(X)}


@pytest.fixture(autouse=True)
def synchronous():
    with dask.config.set(scheduler="synchronous"):
        yield


def rounds(pool, strategy, k, random_state):
    """Return all that is asked in five rounds; of the second a row is declined."""
    learner = ActiveLearner(
        Sigmoid(), strategy, batch_size=k, random_state=random_state, missing_label=-1
    ).start(pool, Y)
    asked = []
    for number in range(5):
        query = learner.query()
        rows = query.X.toarray() if sparse.issparse(query.X) else np.asarray(query.X)
        proba = None if query.proba is None else query.proba.tolist()
        found = query.indices, query.utilities, rows
        asked.append([*(part.tolist() for part in found), proba])
        answers = [int(row) % 2 for row in query.indices]
        learner.teach(query, [None, *answers[1:]] if number == 1 else answers)
    return asked


@pytest.mark.parametrize("strategy", STRATEGIES, ids=str)
@pytest.mark.parametrize("k", [1, 7])
@pytest.mark.parametrize("random_state", [None, 0])
def test_picks_are_those_of_the_array(strategy, k, random_state):
    if strategy == "random" and random_state is None:
        random_state = 1  # else another seed is drawn for each fit
    expected = rounds(X, strategy, k, random_state)
    assert rounds(COLLECTIONS["array"](), strategy, k, random_state) == expected


@pytest.mark.parametrize("kind", sorted(COLLECTIONS))
def test_picks_are_those_of_the_same_rows_in_memory(kind):
    expected = rounds(LOCAL.get(kind, X), "margin", 7, 0)
    assert rounds(COLLECTIONS[kind](), "margin", 7, 0) == expected


def test_many_partitions_are_merged_in_a_tree():
    pool = da.from_array(X, chunks=(1, 3))
    assert rounds(pool, FirstColumn(), 7, 0) == rounds(X, FirstColumn(), 7, 0)


def test_picks_are_the_same_on_threads():
    with dask.config.set(scheduler="threads"):
        asked = rounds(COLLECTIONS["frame"](), "margin", 7, 0)
    assert asked == rounds(as_frame(X), "margin", 7, 0)


def test_names_and_numbers_of_features_are_known():
    learner = ActiveLearner(GaussianNB()).start(COLLECTIONS["frame"](), Y)
    assert learner.feature_names_in_.tolist() == ["a", "b", "c"]
    for kind in ("array", "csr", "unknown"):
        learner = ActiveLearner(GaussianNB()).start(COLLECTIONS[kind]())
        assert learner.n_features_in_ == 3


def noting(log):
    """Return a pool whose partitions note that they were computed."""

    def note(block):
        log.append(len(block))
        return block

    return da.from_array(X, chunks=((10, 20, 30), 3)).map_blocks(note, meta=X[:0])


def test_only_partitions_that_hold_labeled_rows_are_computed_for_a_fit():
    log = []
    ActiveLearner(GaussianNB()).start(noting(log), Y)
    assert log == [10]


def test_a_round_computes_each_partition_once():
    log = []
    learner = ActiveLearner(GaussianNB(), "margin", batch_size=3).start(noting(log), Y)
    log.clear()
    for _ in range(3):
        query = learner.query()
        learner.teach(query, [0] * len(query))
    assert sorted(log) == sorted([10, 20, 30] * 3)


def test_a_random_row_is_read_without_the_others():
    log = []
    learner = ActiveLearner(GaussianNB(), "random", random_state=0).start(noting(log))
    query = learner.query()
    assert log == [[10, 20, 30][np.searchsorted([10, 30], query.indices[0], "right")]]
    assert query.X.tolist() == X[query.indices].tolist()


def test_twins_are_drawn_once():
    same = np.repeat(X[:3], 20, axis=0)
    learner = ActiveLearner(GaussianNB(), "random", batch_size=5, random_state=0)
    expected = learner.start(same).query().indices.tolist()
    assert len(expected) == len(np.unique(same, axis=0))
    pool = da.from_array(same, chunks=(7, 3))
    assert learner.start(pool).query().indices.tolist() == expected


@pytest.mark.parametrize("kind", sorted(COLLECTIONS))
def test_no_rows_can_be_taken(kind):
    rows = as_chunks(COLLECTIONS[kind]()).take([])
    assert type(rows) is type(LOCAL.get(kind, X))
    assert rows.shape == (0, 3)


def test_unknown_lengths_are_computed_once():
    log = []

    def note(frame):
        log.append(len(frame))
        return frame

    frame = as_frame(X)
    parts = [dask.delayed(note)(part) for part in cut(frame, [10, 30])]
    learner = ActiveLearner(GaussianNB(), "margin")
    learner.start(dd.from_delayed(parts, meta=frame[:0], verify_meta=False))
    assert sorted(log) == [10, 20, 30]


def test_partitions_that_change_their_length_are_refused():
    lengths = iter([10, 10, 9])
    part = dask.delayed(lambda: as_frame(X)[: next(lengths)], pure=False)()
    pool = dd.from_delayed([part], meta=as_frame(X)[:0], verify_meta=False)
    learner = ActiveLearner(Sigmoid(), "margin").start(pool, Y[:10])
    with pytest.raises(ValueError, match=r"had 10 rows, and has 9 now"):
        learner.query()


def test_what_needs_all_rows_says_so_and_other_collections_are_refused():
    import dask.bag as db

    pool = COLLECTIONS["array"]()
    learner = ActiveLearner(GaussianNB(), "graph_herding").start(pool, Y)
    with pytest.raises(ValueError, match=r"needs the whole pool.*DaskRows"):
        learner.query()
    with pytest.raises(ValueError, match="LabelingSession needs the whole pool"):
        LabelingSession(ActiveLearner(GaussianNB()), pool, Y)
    with pytest.raises(ValueError, match=r"got a Bag.*to_dataframe"):
        learner.start(db.from_sequence(["a", "b"]))
    with pytest.raises(ValueError, match="pool is empty"):
        learner.start(da.from_array(X[:0], chunks=(1, 3)))


def test_a_learner_is_pickled_with_its_graph():
    learner = ActiveLearner(GaussianNB(), "margin").start(COLLECTIONS["array"](), Y)
    again = pickle.loads(pickle.dumps(learner))
    assert again.query().indices.tolist() == learner.query().indices.tolist()


class Deadly(Sigmoid):
    """Kills the process that is the first to predict, if it is a worker."""

    def __init__(self, path=None):
        self.path = path

    def predict_proba(self, X):
        if os.getpid() != int(self.path.with_suffix(".client").read_text()):
            try:
                with open(self.path, "x") as file:
                    file.write(str(os.getpid()))
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().predict_proba(X)


def test_a_worker_killed_in_the_middle_of_a_query_changes_nothing(tmp_path):
    path = tmp_path / "killed"
    path.with_suffix(".client").write_text(str(os.getpid()))
    learner = ActiveLearner(Deadly(path), "margin", batch_size=7, random_state=0)
    expected = [learner.start(X, Y).query().indices.tolist()]
    expected.append(learner.teach(expected[0], [0] * 7).query().indices.tolist())
    with (
        cluster_of_two(tmp_path) as client,
        dask.config.set(scheduler="distributed"),
    ):
        before = set(client.run(os.getpid).values())
        assert len(before) == 2
        learner.start(da.from_array(X, chunks=(4, 3)), Y)
        asked = [learner.query().indices.tolist()]
        assert int(path.read_text()) in before
        asked.append(learner.teach(asked[0], [0] * 7).query().indices.tolist())
        client.wait_for_workers(2)  # a cluster that restarts one may not close
    assert asked == expected
