"""A series is read by its index or by its order, and never by the wrong one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner

N = 8
TRUTH = pd.Series(["lo", "hi"] * 4)
ROWS = pd.DataFrame({"a": [0.0, 5, 1, 6, 2, 7, 3, 8]})
NAMED = ROWS.set_axis(list("abcdefgh"))


def asked(X, n=3):
    learner = ActiveLearner(LogisticRegression(), "random", random_state=1).start(X)
    return learner, learner.query(n)


def right(query):
    return [TRUTH[i] for i in query.indices]


def taught(X, series_of, n=3):
    learner, query = asked(X, n)
    learner.teach(query, series_of(query))
    return learner.y_[query.indices].tolist(), right(query)


class TestAnswers:
    @pytest.mark.parametrize("X", [ROWS, NAMED, ROWS.to_numpy()], ids=["0", "a", "np"])
    def test_a_fresh_index_is_read_in_the_order_asked(self, X):
        got, expected = taught(X, lambda query: pd.Series(right(query)))
        assert got == expected

    @pytest.mark.parametrize("X", [ROWS, NAMED, ROWS.to_numpy()], ids=["0", "a", "np"])
    def test_an_index_that_names_the_rows_asked_is_followed(self, X):
        names = getattr(X, "index", np.arange(N))
        series = TRUTH.set_axis(names)
        got, expected = taught(X, lambda q: series.loc[sorted(names[q.indices])])
        assert got == expected

    @pytest.mark.filterwarnings("ignore:A column-vector y was passed")
    def test_a_frame_of_one_column_is_followed_too(self):
        series = TRUTH.set_axis(NAMED.index).to_frame("label")
        got, expected = taught(NAMED, lambda q: series.loc[sorted(q.X.index)])
        assert got == expected

    @pytest.mark.parametrize("X", [ROWS, ROWS.to_numpy()], ids=["frame", "array"])
    def test_what_can_be_read_both_ways_is_refused_and_nothing_recorded(self, X):
        learner, query = asked(X, N)
        assert query.indices.tolist() != list(range(N))
        with pytest.raises(ValueError, match=r"by place or by name.*to_numpy"):
            learner.teach(query, pd.Series(right(query)))
        assert learner.n_asked_ == 0
        learner.teach(query, pd.Series(right(query)).to_numpy())
        assert learner.y_.tolist() == TRUTH.tolist()

    def test_both_ways_are_the_same_where_the_order_is(self):
        learner, query = asked(ROWS, N)
        learner.teach(query, TRUTH.loc[query.X.index])
        assert learner.y_.tolist() == TRUTH.tolist()

    def test_an_index_of_other_rows_is_refused(self):
        learner, query = asked(NAMED)
        others = [name for name in NAMED.index if name not in query.X.index]
        index = [query.X.index[0], *others[:2]]
        with pytest.raises(ValueError, match="names 1 of the rows asked, and not each"):
            learner.teach(query, pd.Series(right(query), index=index))
        twice = [query.X.index[0], *query.X.index[:2]]
        with pytest.raises(ValueError, match="names 2 of the rows asked, and not each"):
            learner.teach(query, pd.Series(right(query), index=twice))
        assert learner.n_asked_ == 0

    def test_an_index_that_has_nothing_to_do_with_the_rows_is_not_looked_at(self):
        got, expected = taught(NAMED, lambda q: pd.Series(right(q), index=[70, 80, 90]))
        assert got == expected
        got, expected = taught(
            ROWS.to_numpy(), lambda q: pd.Series(right(q), index=[q.indices[1], 80, 90])
        )
        assert got == expected

    def test_an_oracle_is_read_in_the_same_way(self):
        series = TRUTH.set_axis(NAMED.index)
        oracle = lambda query: series.loc[sorted(query.X.index)]  # noqa: E731
        learner = ActiveLearner(
            LogisticRegression(), "random", oracle=oracle, batch_size=4, random_state=1
        ).fit(NAMED, [None] * N)
        assert learner.y_.tolist() == TRUTH.tolist()


class TestY:
    names = ["d", "b", "a", "c", "h", "g", "f", "e"]

    @pytest.mark.parametrize("method", ["fit", "start"])
    def test_an_index_that_permutes_that_of_x_is_followed(self, method):
        y = TRUTH.set_axis(NAMED.index).loc[self.names]
        learner = getattr(ActiveLearner(LogisticRegression()), method)(NAMED, y)
        assert learner.y_.tolist() == TRUTH.tolist()

    def test_a_fresh_index_is_read_by_place(self):
        learner = ActiveLearner(LogisticRegression()).fit(NAMED, TRUTH)
        assert learner.y_.tolist() == TRUTH.tolist()

    def test_a_fresh_index_beside_shuffled_rows_is_refused(self):
        shuffled = ROWS.sample(frac=1, random_state=0)
        with pytest.raises(ValueError, match="y is indexed by 0 ... 7, and so are"):
            ActiveLearner(LogisticRegression()).fit(shuffled, TRUTH)
        y = TRUTH.loc[shuffled.index]
        learner = ActiveLearner(LogisticRegression()).fit(shuffled, y)
        assert learner.y_.tolist() == y.tolist()

    def test_the_mask_and_the_score_follow_too(self):
        y = TRUTH.set_axis(NAMED.index)
        labeled = pd.Series([True, True] + [False] * 6, index=NAMED.index)
        learner = ActiveLearner(LogisticRegression(), budget=1)
        learner.fit(NAMED, y.loc[self.names], labeled=labeled.loc[self.names])
        assert np.flatnonzero(learner.labeled_iter_ == 0).tolist() == [0, 1]
        known = learner.labeled_iter_ >= 0
        assert learner.y_[known].tolist() == TRUTH[known].tolist()
        assert learner.score(NAMED, y.loc[self.names]) == learner.score(NAMED, y)


@given(st.permutations(list(range(5))), st.permutations(list(range(5))))
def test_names_are_followed_whatever_the_two_orders(names, given_order):
    frame = ROWS[:5].set_axis([f"row {i}" for i in names])
    y = pd.Series(
        [10 * i for i in given_order], index=[f"row {i}" for i in given_order]
    )
    learner = ActiveLearner(GaussianNB()).start(frame, y)
    assert learner.y_.tolist() == [10 * i for i in names]


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_values_without_an_index_are_read_in_their_order(kind):
    frame = ROWS[:4].set_axis([1, 0, 3, 2])
    learner = ActiveLearner(GaussianNB()).start(frame, kind([1, 2, -1, 3]))
    assert learner.y_.tolist() == [1, 2, -1, 3]
    assert learner.teach([2], kind([4])).y_.tolist() == [1, 2, 4, 3]
