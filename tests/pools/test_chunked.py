"""Pools that are read in chunks, and arrays that are scored in parts."""

import pickle
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from helpers import SeesAll, blobs
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import parallel_config
from limits import small_pieces
from pool_helpers import FirstColumn, Sigmoid, Spy, choice_by_hand, cut, rows_left
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active.inspection import PoolDisplay, QueryDisplay
from sklearn_active.labeling import LabelingSession
from sklearn_active.pools import ChunkedPool

X, _, TRUTH = blobs(75, 0)

CONTAINERS = {
    "array": lambda X: X,
    "float32": lambda X: X.astype(np.float32),
    "csr": sparse.csr_matrix,
    "csr_array": sparse.csr_array,
    "frame": lambda X: pd.DataFrame(X, columns=["a", "b"]),
}
# Few values, so that ties and twins abound; 9 stands for a utility of -inf.
ROWS = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, 2.0, 9.0]), st.sampled_from([0.0, 1.0])),
    min_size=4,
    max_size=40,
)


def ask_all(learner, X, y, k, abstain):
    """Return the rows of three rounds; a row is abstained from in the first."""
    learner.start(X, y)
    rounds = []
    for number in range(3):
        if not rows_left(learner):
            break
        query = learner.query(k)
        rounds.append(query.indices.tolist())
        answers = [int(i) % 2 for i in query.indices]
        if abstain and number == 0:
            answers[0] = None
        learner.teach(query, answers)
    return rounds


@given(
    rows=ROWS,
    bounds=st.lists(st.integers(0, 40), max_size=8),
    k=st.sampled_from([1, 2, 7]),
    seed=st.sampled_from([None, 0]),
    container=st.sampled_from(sorted(CONTAINERS)),
    piece=st.integers(1, 9),
)
@settings(max_examples=80, deadline=None)
def test_picks_are_those_of_a_sort_however_the_rows_are_cut(
    rows, bounds, k, seed, container, piece
):
    X = np.array(rows)
    y = np.full(len(X), -1)
    y[:2] = [0, 1]
    expected = np.where(X[:, 0] == 9, -np.inf, X[:, 0])
    whole = CONTAINERS[container](X)
    pool = ChunkedPool(lambda: cut(whole, bounds))
    learner = ActiveLearner(
        Sigmoid(), FirstColumn(), batch_size=k, random_state=seed, missing_label=-1
    )
    for given_pool in (whole, pool):
        with small_pieces(piece):
            learner.start(given_pool, y)
            for _ in range(2):
                if not rows_left(learner):
                    break
                by_hand = choice_by_hand(learner, X, expected, k)
                query = learner.query()
                assert query.indices.tolist() == by_hand
                assert query.utilities.tolist() == expected[by_hand].tolist()
                assert type(query.X) is type(whole)
                shown = query.X.toarray() if sparse.issparse(query.X) else query.X
                np.testing.assert_array_equal(np.asarray(shown), X[by_hand])
                answers = [1, *[None] * (len(by_hand) - 1)]
                learner.teach(query, answers)


@pytest.mark.parametrize("strategy", ["entropy", "margin", "least_confident", "random"])
@pytest.mark.parametrize("k", [1, 7])
@pytest.mark.parametrize("abstain", [False, True])
def test_every_pointwise_strategy_asks_the_same_of_chunks_as_of_the_array(
    strategy, k, abstain
):
    X = np.random.RandomState(0).randint(-4, 5, size=(90, 2)) / 2
    y = np.where(np.arange(90) < 4, np.arange(90) % 2, -1)
    learner = ActiveLearner(Sigmoid(), strategy, random_state=3)
    expected = ask_all(learner, X, y, k, abstain)
    assert (
        ask_all(learner, ChunkedPool(lambda: cut(X, [1, 20, 55])), y, k, abstain)
        == expected
    )
    with small_pieces(13):
        assert ask_all(learner, X, y, k, abstain) == expected


def test_the_query_of_chunks_is_that_of_the_array_in_every_field():
    X, y, _ = blobs(200, 6)
    learner = ActiveLearner(GaussianNB(), "margin", batch_size=4)
    expected = learner.start(X, y).query()
    query = learner.start(ChunkedPool(lambda: cut(X, range(0, 200, 32))), y).query()
    for name in ("indices", "X", "utilities", "proba", "classes"):
        np.testing.assert_array_equal(getattr(query, name), getattr(expected, name))
    assert (query.n_pool, query.reason) == (expected.n_pool, expected.reason)


def test_fit_learns_the_same_of_chunks_as_of_the_array():
    X, y, truth = blobs(120, 6)
    learner = ActiveLearner(
        GaussianNB(), "entropy", oracle=lambda q: truth[q.indices], budget=12
    )
    whole = learner.fit(X, y)
    expected = whole.y_, whole.labeled_iter_, whole.predict_proba(X)
    chunked = learner.fit(ChunkedPool(lambda: cut(X, [50, 51])), y)
    got = chunked.y_, chunked.labeled_iter_, chunked.predict_proba(X)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    assert chunked.n_features_in_ == 2


def test_names_of_features_come_from_the_first_chunk():
    X, y, _ = blobs(40, 6)
    frame = pd.DataFrame(X, columns=["width", "height"])
    learner = ActiveLearner(GaussianNB()).start(ChunkedPool(lambda: cut(frame, [9])), y)
    assert learner.feature_names_in_.tolist() == ["width", "height"]
    assert learner.query().X.columns.tolist() == ["width", "height"]


def test_a_pool_of_texts_may_come_in_chunks():
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    texts = ["good film", "bad film", "good", "bad", "film film", "good bad"] * 3
    y = [1, 0] + [-1] * 16
    learner = ActiveLearner(make_pipeline(CountVectorizer(), MultinomialNB()))
    expected = learner.start(texts, y).query(3)
    query = learner.start(ChunkedPool(lambda: cut(texts, [4, 11])), y).query(3)
    assert query.indices.tolist() == expected.indices.tolist()
    assert query.X == expected.X


def test_the_estimator_is_given_parts_and_never_all_rows(tmp_path):
    X, y, truth = blobs(5000, 6, centers=2)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    learner = ActiveLearner(Spy(), "margin", batch_size=3)
    for pool in (mapped, sparse.csr_matrix(X), ChunkedPool(lambda: cut(X, [2500]))):
        Spy.seen = []
        with small_pieces(1000):
            query = learner.start(pool, y).query()
            learner.teach(query, truth[query.indices]).query()
        assert max(Spy.seen) <= 1000
        assert sum(Spy.seen) > 2 * 4900


def peak_of_a_query(learner, pool, n_rows):
    y = np.full(n_rows, -1, dtype=np.int8)
    y[:10] = np.arange(10) % 2
    learner.start(pool, y)
    tracemalloc.start()
    learner.query()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("kind", ["memmap", "chunks"])
def test_a_query_takes_the_memory_of_a_few_chunks_whatever_the_rows(kind, tmp_path):
    peaks, chunk_bytes = [], 10_000 * 20 * 4
    for n_rows in (100_000, 400_000):
        path = tmp_path / f"{n_rows}.npy"
        shape = (n_rows, 20)
        X = np.lib.format.open_memmap(path, "w+", dtype=np.float32, shape=shape)
        X[:] = np.random.RandomState(0).standard_normal(20)
        X[:, 0] = np.arange(n_rows) % 97
        pool = X
        if kind == "chunks":
            pool = ChunkedPool(
                lambda X=X: map(np.array, cut(X, range(0, 10**6, 10**4)))
            )
        learner = ActiveLearner(LogisticRegression(), "margin", batch_size=5)
        with small_pieces(n_bytes=chunk_bytes):
            peaks.append(peak_of_a_query(learner, pool, n_rows))
    of_each_row = 2 * n_rows  # masks of what is known
    assert peaks[-1] < 4 * chunk_bytes + of_each_row
    assert peaks[-1] - peaks[0] < of_each_row


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_parts_are_scored_as_many_at_a_time_as_joblib_is_told(backend):
    X, y, _ = blobs(500, 6)
    learner = ActiveLearner(GaussianNB(), "margin", batch_size=4)
    expected = learner.start(X, y).query().indices.tolist()
    with parallel_config(backend, n_jobs=2), small_pieces(60):
        assert learner.start(X, y).query().indices.tolist() == expected
        learner.start(ChunkedPool(lambda: cut(X, range(0, 500, 70))), y)
        assert learner.query().indices.tolist() == expected


def test_twins_in_different_chunks_are_asked_once():
    X = np.array([[0.0, 0], [1, 0], [0.5, 0], [0.5, 0], [0.5, 0], [0.2, 0]])
    pool = ChunkedPool(lambda: cut(X, [3, 4]))
    learner = ActiveLearner(GaussianNB(), FirstColumn(), batch_size=3)
    learner.start(pool, [0, 1, -1, -1, -1, -1])
    assert learner.query().indices.tolist() == [2, 5]


def test_rows_that_no_label_reaches_are_counted_over_all_chunks():
    X, y, _ = blobs(30, 6, centers=2)

    class Blind(GaussianNB):
        def predict_proba(self, X):
            return np.where(X[:, :1] > X[:1, :1], np.nan, super().predict_proba(X))

    class BlindToSome(GaussianNB):
        def predict_proba(self, X):
            proba = super().predict_proba(X)
            proba[X[:, 0] > 0] = 0
            return proba

    n_empty = np.count_nonzero(X[6:, 0] > 0)
    assert 1 < n_empty < 24
    learner = ActiveLearner(BlindToSome(), "margin")
    learner.start(ChunkedPool(lambda: cut(X, [10, 20])), y)
    with pytest.warns(UserWarning, match=f"^{n_empty} of 24 unlabeled rows"):
        query = learner.query()
    assert query.utilities[0] == 1


# What a ChunkedPool itself does.


def counting(X, bounds):
    calls = []

    def factory():
        calls.append(0)
        for chunk in cut(X, bounds):
            calls[-1] += 1
            yield chunk

    return factory, calls


def test_len_is_counted_once_and_not_where_it_is_given():
    X = np.arange(10.0)[:, None]
    factory, calls = counting(X, [4])
    pool = ChunkedPool(factory)
    assert len(pool) == len(pool) == 10
    assert calls == [2]
    factory, calls = counting(X, [4])
    assert len(ChunkedPool(factory, n_rows=10)) == 10
    assert calls == []


def test_chunks_can_be_read_again():
    X = np.arange(10.0)[:, None]
    pool = ChunkedPool(lambda: cut(X, [3, 7]))
    for _ in range(2):
        np.testing.assert_array_equal(np.concatenate(list(pool.chunks())), X)


@given(
    st.lists(st.integers(0, 19), max_size=12),
    st.lists(st.integers(0, 20), max_size=6),
    st.sampled_from(sorted(CONTAINERS)),
)
@settings(deadline=None)
def test_take_gives_the_rows_asked_in_their_order_and_container(rows, bounds, kind):
    X = np.random.RandomState(0).randint(0, 9, (20, 2)).astype(float)
    whole = CONTAINERS[kind](X)
    pool = ChunkedPool(lambda: cut(whole, bounds))
    for _ in range(2):
        taken = pool.take(rows)
        assert type(taken) is type(whole)
        dense = taken.toarray() if sparse.issparse(taken) else np.asarray(taken)
        np.testing.assert_array_equal(dense, X[rows])


def test_take_stops_at_the_last_row_and_reads_no_row_twice():
    X = np.arange(40.0)[:, None]
    factory, calls = counting(X, [10, 20, 30])
    pool = ChunkedPool(factory, n_rows=40)
    pool.take([15, 3])
    assert calls == [2]
    pool.take([3, 15, 3])
    assert calls == [2]
    pool.take([3, 39])
    assert calls == [2, 4]


def test_a_round_reads_the_pool_once():
    X, y, truth = blobs(60, 6, centers=2)
    factory, calls = counting(X, [20, 40])
    learner = ActiveLearner(GaussianNB(), "margin", batch_size=3)
    learner.start(ChunkedPool(factory, n_rows=60), y)
    calls.clear()
    for _ in range(4):
        query = learner.query()
        learner.teach(query, truth[query.indices])
    assert calls == [3, 3, 3, 3]


def test_rows_can_be_read_directly():
    X = np.arange(40.0)[:, None]
    asked = []

    def read_rows(indices):
        asked.append(indices.tolist())
        return X[indices]

    pool = ChunkedPool(lambda: 1 / 0, n_rows=40, read_rows=read_rows)
    assert pool.take([9, 2, 9]).ravel().tolist() == [9, 2, 9]
    assert asked == [[2, 9]]
    pool = ChunkedPool(lambda: 1 / 0, n_rows=40, read_rows=lambda indices: X[:1])
    with pytest.raises(ValueError, match="1 rows for 2 positions"):
        pool.take([3, 4])


def test_what_is_no_factory_is_refused():
    chunks = (np.zeros((2, 1)) for _ in range(3))
    with pytest.raises(ValueError, match=r"fresh iterator.*got a generator.*lambda"):
        ChunkedPool(chunks)
    with pytest.raises(ValueError, match=r"iterator over chunks.*returned a int"):
        len(ChunkedPool(lambda: 3))


def test_a_factory_that_is_exhausted_or_grows_is_refused_with_both_numbers():
    chunks = iter([np.zeros((2, 1))] * 3)
    pool = ChunkedPool(lambda: chunks)
    assert len(pool) == 6
    with pytest.raises(ValueError, match=r"gave 0 rows.*has 6.*fresh iterator"):
        pool.take([1])
    pool = ChunkedPool(lambda: [np.zeros((4, 1))], n_rows=3)
    with pytest.raises(ValueError, match=r"at least 4 rows.*has 3"):
        pool.take([1])


def test_an_empty_pool_is_refused():
    for factory in (lambda: [], lambda: [np.zeros((0, 2))]):
        with pytest.raises(ValueError, match="pool is empty"):
            ActiveLearner(GaussianNB()).start(ChunkedPool(factory))


def test_chunks_without_rows_are_passed_over():
    X, y, _ = blobs(30, 6)
    learner = ActiveLearner(GaussianNB(), "margin", batch_size=4)
    expected = learner.start(X, y).query().indices
    pool = ChunkedPool(lambda: [X[:0], X[:9], X[9:9], X[9:], X[:0]])
    assert learner.start(pool, y).query().indices.tolist() == expected.tolist()


@pytest.mark.parametrize("rows", [[-1], [30]])
def test_positions_outside_are_refused(rows):
    with pytest.raises(IndexError, match=r"0 \.\.\. 29"):
        ChunkedPool(lambda: [np.zeros((30, 1))]).take(rows)


def test_a_mask_is_refused():
    with pytest.raises(ValueError, match="integer positions"):
        ChunkedPool(lambda: [np.zeros((2, 1))]).take([True, False])


def test_a_learner_with_a_pool_in_chunks_is_pickled_where_its_factory_can_be():
    X, y, _ = blobs(30, 6)
    np.random.seed(0)
    pool = ChunkedPool(Cut(X))
    learner = ActiveLearner(GaussianNB(), "margin").start(pool, y)
    again = pickle.loads(pickle.dumps(learner))
    assert again.query().indices.tolist() == learner.query().indices.tolist()


class Cut:
    def __init__(self, X):
        self.X = X

    def __call__(self):
        return cut(self.X, [11])


# What needs all rows says so, before a label is bought.


def never(query):
    raise AssertionError("a label was bought")


def chunked_blobs():
    X, y, _ = blobs(30, 6)
    return ChunkedPool(lambda: cut(X, [11])), y


@pytest.mark.parametrize(
    "strategy", ["graph_herding", lambda pool: pool.proba[:, 0]], ids=["herding", "f"]
)
def test_strategies_that_need_the_whole_pool_say_so_before_a_label_is_bought(strategy):
    pool, y = chunked_blobs()
    message = r"needs the whole pool.*ChunkedPool.*'entropy'.*'margin'.*as an array"
    learner = ActiveLearner(GaussianNB(), strategy, oracle=never)
    with pytest.raises(ValueError, match=message):
        learner.fit(pool, y)
    learner.start(pool, y)
    with pytest.raises(ValueError, match=message):
        learner.query()


@pytest.mark.parametrize("estimator", [LabelSpreading(), SeesAll()])
def test_estimators_that_are_given_all_rows_say_so(estimator):
    pool, y = chunked_blobs()
    with pytest.raises(ValueError, match=r"needs the whole pool.*unlabeled='drop'"):
        ActiveLearner(estimator).start(pool, y)
    learner = ActiveLearner(estimator, unlabeled="drop", query_strategy="random")
    learner.start(pool, y).query()


def test_a_pointwise_strategy_that_looks_at_labels_is_told_what_is_there():
    class Looks(FirstColumn):
        needs = ()

        def utilities(self, pool):
            return super().utilities(pool) + len(pool.labeled)

    pool, y = chunked_blobs()
    learner = ActiveLearner(GaussianNB(), Looks()).start(pool, y)
    with pytest.raises(AttributeError, match=r"no labels.*pointwise = False"):
        learner.query()


def test_a_pool_in_chunks_is_no_array():
    pool, _ = chunked_blobs()
    with pytest.raises(TypeError, match="chunk by chunk"):
        np.asarray(pool)


def test_displays_and_sessions_work_or_say_what_they_need():
    pool, y = chunked_blobs()
    learner = ActiveLearner(GaussianNB(), "margin").start(pool, y)
    learner.teach(learner.query(), [0])
    assert len(QueryDisplay.from_estimator(learner).history) == 1
    with pytest.raises(ValueError, match="PoolDisplay needs the whole pool"):
        PoolDisplay.from_estimator(learner)
    with pytest.raises(ValueError, match="LabelingSession needs the whole pool"):
        LabelingSession(learner, pool, y)


def test_a_rule_that_predicts_all_rows_says_so():
    pool, y = chunked_blobs()
    learner = ActiveLearner(
        GaussianNB(), "margin", oracle=lambda q: [0], stop_when="stable_predictions"
    )
    with pytest.raises(ValueError, match=r"StablePredictions.*'confident'"):
        learner.fit(pool, y)
    learner.set_params(stop_when="confident", budget=3).fit(pool, y)
    assert learner.n_asked_ <= 3


def test_a_pool_whose_rows_are_all_labeled_can_be_fitted():
    X, _, truth = blobs(30, 6)
    learner = ActiveLearner(GaussianNB()).fit(ChunkedPool(lambda: cut(X, [11])), truth)
    np.testing.assert_array_equal(
        learner.predict_proba(X), GaussianNB().fit(X, truth).predict_proba(X)
    )


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: X, "rows that fit in memory are one chunk"),
        (lambda: pd.DataFrame(X), "rows that fit in memory are one chunk"),
        (lambda: iter(X), "a single row"),
        (lambda: ["one text", "another"], "a single row"),
        (lambda: [[1.0, 2.0], [3.0, 4.0]], "a single row"),
    ],
)
def test_rows_instead_of_chunks_are_refused(make, complaint):
    with pytest.raises(ValueError, match=f"(?i){complaint}"):
        len(ChunkedPool(make))


@pytest.mark.parametrize("n_rows", [0, -1, 300.0, "many"])
def test_a_number_of_rows_that_is_none_is_refused(n_rows):
    with pytest.raises(ValueError, match="n_rows must be an int >= 1"):
        ChunkedPool(lambda: [X], n_rows)


def test_one_buffer_for_all_chunks_gives_the_rows_asked_also_in_threads():
    def refilled():
        buffer = np.empty((10, X.shape[1]))
        for start in range(0, len(X) - 9, 10):
            buffer[:] = X[start : start + 10]
            yield buffer

    n_rows = len(X) // 10 * 10
    y = np.full(n_rows, -1)
    y[:20] = TRUTH[:20]
    with parallel_config("threading", n_jobs=3):
        learner = ActiveLearner(GaussianNB(), "margin", batch_size=7)
        query = learner.start(ChunkedPool(refilled), y).query()
    np.testing.assert_array_equal(query.X, X[query.indices])


def test_chunks_with_other_columns_are_refused_where_their_rows_meet():
    frames = [pd.DataFrame({"a": [0.0], "b": [1.0]}), pd.DataFrame({"b": [0.0]})]
    with pytest.raises(ValueError, match=r"columns \['a', 'b'\] in one part"):
        ChunkedPool(lambda: iter(frames)).take([0, 1])


def test_threads_that_take_rows_of_one_pool_get_theirs():
    pool = ChunkedPool(lambda: np.array_split(X, 7))
    rng = np.random.RandomState(0)
    asked = [rng.permutation(len(X))[:9] for _ in range(60)]
    with ThreadPoolExecutor(8) as threads:
        for indices, rows in zip(asked, threads.map(pool.take, asked), strict=True):
            np.testing.assert_array_equal(rows, X[indices])


def test_a_strategy_without_a_base_class_may_be_pointwise_too():
    class Mine:
        needs = ("predict_proba",)
        pointwise = True

        def utilities(self, pool):
            return 1 - pool.proba.max(axis=1)

    y = np.full(len(X), -1)
    y[:20] = TRUTH[:20]
    pool = ChunkedPool(lambda: np.array_split(X, 7))
    asked = [
        ActiveLearner(GaussianNB(), Mine(), batch_size=5).start(rows, y).query().indices
        for rows in (X, pool)
    ]
    np.testing.assert_array_equal(*asked)
