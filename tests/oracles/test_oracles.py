"""Oracles: what they answer, and that noise depends on the row alone."""

import numpy as np
import pandas as pd
import pytest
from helpers import blobs
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.stats import kstest, norm
from sklearn.base import clone
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner, Query
from sklearn_active.oracles import AbstainingOracle, ArrayOracle, NoisyOracle


def query_of(X, indices, classes=("a", "b", "c"), n_pool=None, task=None):
    indices = np.asarray(indices)
    rows = X.iloc[indices] if hasattr(X, "iloc") else X[indices]
    return Query(
        indices=indices,
        X=rows,
        utilities=np.zeros(len(indices)),
        proba=None,
        classes=np.array(classes),
        round=1,
        n_pool=X.shape[0] if n_pool is None else n_pool,
        task=task or "classification",
    )


X = np.random.RandomState(0).normal(size=(4000, 3))
ALWAYS_A = np.full(4000, "a")


class TestArrayOracle:
    def test_it_answers_from_the_array(self):
        oracle = ArrayOracle(pd.Series(["x", "y", None, "z"], index=[3, 2, 1, 0]))
        assert list(oracle(query_of(X[:4], [3, 0, 2]))) == ["z", "x", None]

    def test_it_refuses_a_pool_of_another_size_with_the_way_out(self):
        with pytest.raises(ValueError, match=r"holds 3 .*has 4 rows.*labeled=.*index"):
            ArrayOracle([0, 1, 2])(query_of(X[:4], [0]))


class TestNoisyOracle:
    def answers(self, rate, seed=0, **kwargs):
        oracle = NoisyOracle(ArrayOracle(ALWAYS_A), rate, random_state=seed)
        return np.array(oracle(query_of(X, np.arange(4000), **kwargs)))

    def test_it_flips_at_the_rate_uniformly_over_the_other_classes(self):
        answers = self.answers(0.3)
        n_flipped = np.sum(answers != "a")
        assert abs(n_flipped / 4000 - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 4000)
        assert abs(np.mean(answers[answers != "a"] == "b") - 0.5) < 0.06

    def test_rates_zero_and_one_are_exact(self):
        assert set(self.answers(0.0)) == {"a"}
        assert "a" not in self.answers(1.0)

    def test_no_other_class_known_no_flip(self):
        assert set(self.answers(1.0, classes=("a",))) == {"a"}
        assert set(self.answers(1.0, classes=())) == {"a"}

    def test_it_depends_on_the_seed_and_the_content_alone(self):
        oracle = NoisyOracle(ArrayOracle(ALWAYS_A), 0.5, random_state=3)
        whole = oracle(query_of(X, np.arange(4000)))
        rows = [17, 3, 999]
        assert oracle(query_of(X, rows)) == [whole[i] for i in rows]
        for container in (sparse.csr_array(X), pd.DataFrame(X)):
            assert oracle(query_of(container, rows)) == [whole[i] for i in rows]
        again = NoisyOracle(ArrayOracle(ALWAYS_A), 0.5, random_state=3)
        assert again(query_of(X, np.arange(4000))) == whole
        assert self.answers(0.5, seed=4).tolist() != whole

    def test_abstentions_stay_abstentions(self):
        for mark in (None, np.nan, -1):
            oracle = NoisyOracle(lambda q, mark=mark: [mark] * 2, 1.0, random_state=0)
            answers = oracle(query_of(X, [0, 1], classes=(0, 1)))
            assert answers[0] is mark or answers[0] == mark


class TestNoiseOfNumbers:
    TRUTH = np.linspace(-5, 5, 4000)

    def errors(self, scale, seed=0):
        oracle = NoisyOracle(ArrayOracle(self.TRUTH), scale=scale, random_state=seed)
        query = query_of(X, np.arange(4000), classes=(), task="regression")
        return np.array(oracle(query)) - self.TRUTH

    def test_it_is_normal_with_the_scale_as_standard_deviation(self):
        assert kstest(self.errors(2.0) / 2.0, norm.cdf).pvalue > 0.01

    def test_it_depends_on_the_seed_and_the_content_alone(self):
        oracle = NoisyOracle(ArrayOracle(self.TRUTH), scale=2.0, random_state=0)
        asked = [query_of(X, [i], classes=(), task="regression") for i in (7, 3999)]
        alone = [oracle(query)[0] for query in asked]
        assert_array_equal(alone, (self.TRUTH + self.errors(2.0))[[7, 3999]])
        assert not np.array_equal(self.errors(2.0), self.errors(2.0, seed=1))

    def test_minus_one_is_a_number_and_none_stays_none(self):
        oracle = NoisyOracle(lambda query: [None, -1.0], scale=1.0, random_state=0)
        missing, number = oracle(query_of(X, [0, 1], classes=(), task="regression"))
        assert missing is None
        assert -6 < number < 4
        assert number != -1

    def test_flips_and_noise_exclude_each_other(self):
        with pytest.raises(ValueError, match="flip_rate is for classes"):
            NoisyOracle(ArrayOracle(self.TRUTH), 0.1, scale=1.0)
        with pytest.raises(ValueError, match="scale must be"):
            NoisyOracle(ArrayOracle(self.TRUTH), scale=-1.0)

    def test_no_draw_is_infinitely_far_off(self):
        oracle = NoisyOracle(ArrayOracle(self.TRUTH), scale=1.0, random_state=0)
        ends = [oracle._spoil(0.0, choice, None) for choice in (0.0, 1.0)]
        assert np.isfinite(ends).all()
        assert ends[0] < -8 < 8 < ends[1]

    @pytest.mark.parametrize(
        ("params", "task", "way_out"),
        [
            ({"flip_rate": 0.1}, "regression", r"pass scale="),
            ({"scale": 1.0}, "classification", r"pass flip_rate="),
            ({"scale": 1.0}, "multilabel", r"pass flip_rate="),
        ],
    )
    def test_noise_of_the_other_kind_is_refused(self, params, task, way_out):
        query = query_of(X, [0], task=task)
        with pytest.raises(ValueError, match=rf"labels of {task}: {way_out}"):
            NoisyOracle(ArrayOracle(self.TRUTH), **params)(query)


class TestFlipsOfSeveralLabels:
    TRUTH = np.arange(12000).reshape(4000, 3) % 2

    def test_one_label_of_a_row_is_turned_over_each_as_often(self):
        oracle = NoisyOracle(ArrayOracle(self.TRUTH), 0.3, random_state=0)
        query = query_of(X, np.arange(4000), task="multilabel")
        wrong = np.array(oracle(query)) != self.TRUTH
        assert set(wrong.sum(axis=1)) == {0, 1}
        assert_allclose(wrong.mean(axis=0), 0.1, atol=4 * np.sqrt(0.1 * 0.9 / 4000))

    @pytest.mark.parametrize("table", [pd.DataFrame, sparse.csr_array])
    def test_answers_may_be_a_table(self, table):
        query = query_of(X, np.arange(20), task="multilabel")
        oracle = NoisyOracle(lambda q: table(self.TRUTH[:20]), 1.0, random_state=0)
        wrong = np.array(oracle(query)) != self.TRUTH[:20]
        assert_array_equal(wrong.sum(axis=1), 1)

    def test_what_is_open_stays_open(self):
        answers = [None, [None, None], [-1, -1]]
        oracle = NoisyOracle(lambda query: answers, 1.0, random_state=0)
        assert oracle(query_of(X, [0, 1, 2], task="multilabel")) == answers


class TestAbstainingOracle:
    def test_it_abstains_at_the_rate(self):
        oracle = AbstainingOracle(ArrayOracle(ALWAYS_A), 0.25, random_state=0)
        answers = oracle(query_of(X, np.arange(4000)))
        share = sum(answer is None for answer in answers) / 4000
        assert abs(share - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 4000)


@pytest.mark.parametrize("kind", [NoisyOracle, AbstainingOracle])
class TestWrappers:
    def test_a_generator_stays_a_generator(self, kind):
        calls = []

        def one_by_one(query):
            for index in query.indices:
                calls.append(index)
                yield "a"

        answers = kind(one_by_one, 0.0, random_state=0)(query_of(X, [5, 6, 7]))
        assert next(answers) == "a"
        assert calls == [5]

    def test_wrong_answers_reach_the_learner_as_they_are(self, kind):
        for wrong in (["a"], "ab", None):
            oracle = kind(lambda query, wrong=wrong: wrong, 1.0, random_state=0)
            assert oracle(query_of(X, [0, 1])) is wrong

    def test_clone_keeps_the_very_object(self, kind):
        oracle = kind(ArrayOracle(ALWAYS_A), 0.5)
        assert clone(oracle) is oracle

    @pytest.mark.parametrize("rate", [-0.1, 1.1, "half"], ids=repr)
    def test_a_rate_that_is_none_is_refused(self, kind, rate):
        with pytest.raises(ValueError, match=r"rate must be .*\[0.0, 1.0\]"):
            kind(ArrayOracle(ALWAYS_A), rate)

    def test_what_is_not_callable_is_refused(self, kind):
        with pytest.raises(TypeError, match="must be callable"):
            kind(ALWAYS_A, 0.5)

    def test_in_the_loop_serial_and_cloned_runs_agree(self, kind):
        X, y, truth = blobs(40, 6)
        oracle = kind(ArrayOracle(truth), 0.4, random_state=1)
        learner = ActiveLearner(GaussianNB(), oracle=oracle, budget=10, batch_size=3)
        first = clone(learner).fit(X, y).y_
        np.testing.assert_array_equal(clone(learner).fit(X, y).y_, first)
        assert np.any(first[y == -1] != truth[y == -1])
