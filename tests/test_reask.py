"""Labeled rows that others contradict are asked again, as a share of the questions."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from sklearn_active import ActiveLearner, StopLabeling
from sklearn_active._learner import most_rounds
from sklearn_active._loop.run import run_of
from sklearn_active.evaluation import suspect_labels
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.inspection import QueryDisplay
from sklearn_active.labeling import JournaledOracle
from sklearn_active.labeling._web_oracle import _guesses
from sklearn_active.query_strategies import WithChecks
from sklearn_active.stopping_rules import Confident

X, TRUTH = make_blobs(90, centers=3, cluster_std=0.6, random_state=1)
START = np.where(np.arange(90) < 30, TRUTH, -1)
WRONG = [3, 11, 20]  # of the labels at the start
SPOILED = START.copy()
SPOILED[WRONG] = (TRUTH[WRONG] + 1) % 3


def learner_of(y=SPOILED, estimator=None, **params):
    params = {"reask": 0.5, "random_state": 0, "missing_label": -1, **params}
    estimator = GaussianNB(var_smoothing=0.01) if estimator is None else estimator
    return ActiveLearner(estimator, "margin", **params), y


def started(y=SPOILED, estimator=None, **params):
    learner, y = learner_of(y, estimator, **params)
    return learner.start(X, y)


def fitted(oracle=lambda query: TRUTH[query.indices], **params):
    learner, y = learner_of(oracle=oracle, **params)
    return learner.fit(X, y)


def reviewed(record):
    rows = zip(record.rows.tolist(), record.reasons, strict=True)
    return [row for row, why in rows if why == "review"]


def all_reviewed(learner):
    return [row for record in learner.history_ for row in reviewed(record)]


def test_the_most_suspect_labels_are_asked_again_and_corrected():
    learner = fitted(batch_size=2, budget=8)
    model = GaussianNB(var_smoothing=0.01)
    first = suspect_labels(model, X, SPOILED, missing_label=-1).rows[0]
    assert reviewed(learner.history_[0]) == [first]
    assert sorted(all_reviewed(learner)) == WRONG
    known = learner.labeled_iter_ >= 0
    assert learner.y_[known].tolist() == TRUTH[known].tolist()
    # A row of the start stays one: when its label was learned doesn't change.
    assert learner.labeled_iter_[WRONG].tolist() == [0] * 3


def test_rows_asked_again_count_for_the_budget_and_bring_no_label():
    learner = fitted(batch_size=2, budget=8)
    assert learner.n_asked_ == sum(len(r.rows) for r in learner.history_) == 8
    assert np.sum(learner.labeled_iter_ >= 0) == 30 + 8 - 3
    assert [r.n_labeled for r in learner.history_] == [31, 32, 33, 35]


def test_where_no_label_is_suspect_the_strategy_has_every_place():
    plain = fitted(y=START, reask=0, budget=9)
    again = fitted(y=START, reask=0.5, budget=9)
    assert all_reviewed(again) == []
    for one, other in zip(plain.history_, again.history_, strict=True):
        assert one.rows.tolist() == other.rows.tolist()


def test_by_default_nothing_is_asked_again():
    assert ActiveLearner(GaussianNB()).reask == 0
    assert all_reviewed(fitted(reask=0, budget=9)) == []


@settings(deadline=None, max_examples=15)
@given(
    share=st.floats(0, 0.9),
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=5),
)
def test_never_more_than_the_share_is_asked_again_and_no_row_twice(share, sizes):
    learner = started(reask=share)
    n_asked = 0
    for size in sizes:
        query = learner.query(size)
        n_due = int((n_asked + size) * share) - int(n_asked * share)
        n_again = query.reasons.count("review")
        n_left = len(WRONG) - len(all_reviewed(learner))
        assert n_again == min(n_due, n_left)
        assert query.reasons[size - n_again :] == ("review",) * n_again
        learner.teach(query, SPOILED_OR_TRUE[query.indices])  # the mistakes stay
        n_asked += size
    assert len(set(all_reviewed(learner))) == len(all_reviewed(learner))
    assert set(all_reviewed(learner)) <= set(WRONG)


SPOILED_OR_TRUE = np.where(SPOILED >= 0, SPOILED, TRUTH)


def test_an_abstention_keeps_the_first_label():
    learner = started(batch_size=2)
    query = learner.query()
    row = int(query.indices[1])
    assert (query.reasons[1], row in WRONG) == ("review", True)
    learner.teach(query, [TRUTH[query.indices[0]], None])
    assert learner.y_[row] == SPOILED[row]
    assert learner.history_[0].answers[1] is None
    assert row not in learner.query(60).indices  # neither declined nor open
    assert learner.n_asked_ == 2


def test_the_second_answer_is_in_force_also_where_it_is_the_wrong_one():
    learner = started(batch_size=2)
    query = learner.query()
    row = int(query.indices[1])
    third = 3 - TRUTH[row] - SPOILED[row]
    learner.teach(query, [TRUTH[query.indices[0]], third])
    assert learner.y_[row] == third


def test_the_model_learns_what_was_corrected():
    learner = started(batch_size=2)
    query = learner.query()
    learner.teach(query, TRUTH[query.indices])
    y = np.where(learner.labeled_iter_ >= 0, learner.y_, -1)
    anew = GaussianNB(var_smoothing=0.01).fit(X[y >= 0], y[y >= 0])
    np.testing.assert_allclose(learner.predict_proba(X), anew.predict_proba(X))


def test_a_question_may_ask_nothing_but_a_row_again():
    learner = started()
    learner.teach(learner.query(1), TRUTH[learner.query(1).indices])
    query = learner.query(1)
    assert query.reasons == ("review",)
    assert (query.utilities.tolist(), query.proba) == ([-np.inf], None)
    assert (query.n_candidates, query.round) == (59, 2)
    before = learner.estimator_
    learner.teach(query, SPOILED[query.indices])  # confirmed: nothing to learn
    assert learner.estimator_ is before
    assert learner.query(1).reasons == ("MarginSampling",)


def test_the_first_answer_is_not_shown():
    query = started(batch_size=6).query()
    again = np.array(query.reasons) == "review"
    assert again.sum() == 3
    assert np.isnan(query.proba[again]).all()
    assert not np.isnan(query.proba[~again]).any()


def test_the_page_of_an_oracle_guesses_nothing_of_a_row_asked_again():
    query = started(batch_size=4).query()
    guesses = _guesses(query)
    expected = query.classes[query.proba[:2].argmax(axis=1)].tolist()
    assert [guesses[row] for row in query.indices.tolist()] == [*expected, None, None]


def test_captions_count_a_label_that_was_given_again_once():
    learner = fitted(batch_size=2, budget=4)
    display = QueryDisplay.from_estimator(learner)
    lines = [axes[0].get_ylabel().split("\n")[-1] for axes in display.axes_]
    assert lines == ["30 labels", "31 labels"]


def test_a_graph_strategy_hears_of_corrections():
    learner, y = learner_of(
        estimator=GraphLabelSpreading(), batch_size=2, missing_label=-1
    )
    learner.set_params(query_strategy="graph_herding").start(X, y)
    for _ in range(4):
        query = learner.query()
        learner.teach(query, TRUTH[query.indices])
    assert len(all_reviewed(learner)) == 3
    anew = clone(learner).set_params(reask=0).start(X, learner.y_)
    assert learner.set_params(reask=0).query(2).indices.tolist() == (
        anew.query(2).indices.tolist()
    )


def test_positions_of_labeled_rows_are_refused_with_the_way_out():
    learner = started(batch_size=2)
    row = learner.query().indices[1]
    with pytest.raises(ValueError, match=r"labeled already.*use relabel"):
        learner.teach([row], [TRUTH[row]])
    assert learner.history_ == []


def test_a_label_that_was_taken_back_meanwhile_is_learned_anew():
    learner = started(batch_size=2)
    query = learner.query()
    row = int(query.indices[1])
    learner.relabel([row], [None])
    learner.teach(query, TRUTH[query.indices])
    assert (learner.y_[row], learner.labeled_iter_[row]) == (TRUTH[row], 1)


def test_a_stream_corrects_as_it_goes():
    def oracle(query):
        for row, why in zip(query.indices, query.reasons, strict=True):
            yield TRUTH[row]
            if why == "review":
                seen.append((int(row), learner.y_[row]))
                raise StopLabeling

    seen = []
    learner, y = learner_of(batch_size=4, oracle=oracle)
    learner.fit(X, y)
    ((row, label),) = seen
    assert label == TRUTH[row] != SPOILED[row]
    (record,) = learner.history_
    assert record.reasons == ["MarginSampling"] * 2 + ["review"]
    # Not answered, so not asked again yet.
    assert learner.query(4).reasons.count("review") == 2


def test_a_pickle_in_the_middle_goes_on_alike():
    learner = started(batch_size=2)
    for _ in range(3):
        query = learner.query()
        other = pickle.loads(pickle.dumps(learner))
        assert other.query().reasons == query.reasons
        assert other.query().indices.tolist() == query.indices.tolist()
        learner.teach(query, SPOILED_OR_TRUE[query.indices])


def test_another_fit_may_ask_a_row_once_more():
    def stubborn(query):
        return SPOILED_OR_TRUE[query.indices]

    learner = fitted(stubborn, batch_size=2, budget=8)
    assert sorted(all_reviewed(learner)) == WRONG
    learner.fit(X, learner.y_)
    assert set(WRONG) <= set(all_reviewed(learner))


def test_checks_and_rows_asked_again_keep_to_their_shares():
    learner, y = learner_of(batch_size=8, reask=0.25)
    learner.set_params(query_strategy=WithChecks("margin", share=0.5)).start(X, y)
    reasons = learner.query().reasons
    assert reasons == ("MarginSampling",) * 3 + ("check",) * 3 + ("review",) * 2


def test_the_rule_that_waits_for_certainty_holds_back_for_rows_asked_again():
    learner = started()
    rule = Confident(threshold=2)  # above every margin
    assert rule(learner) is True
    learner.teach(learner.query(), TRUTH[learner.query().indices])
    assert learner.query().reason == "review"
    assert rule(learner) is False


def test_while_the_model_is_cold_nothing_is_asked_again():
    y = np.where(np.isin(np.arange(90), np.flatnonzero(TRUTH == 0)[:4]), 0, -1)
    learner = started(y)
    assert learner.query(4).reasons == ("cold_start",) * 4


def test_of_too_few_labels_nothing_is_asked_again():
    y = np.full(90, -1)
    y[[0, *np.flatnonzero(TRUTH[0] != TRUTH)[:1]]] = TRUTH[0], 3 - TRUTH[0]
    assert "review" not in started(y).query(4).reasons


def test_a_model_that_fails_without_a_label_is_named_once_and_the_run_goes_on():
    y = np.full(90, -1)
    for k in range(3):
        y[np.flatnonzero(k == TRUTH)[:2]] = k
    y[np.flatnonzero(TRUTH == 0)[1]] = 1
    learner = started(y, KNeighborsClassifier(n_neighbors=6), batch_size=2)
    with pytest.warns(UserWarning, match=r"again yet: KNeighborsClassifier can't"):
        query = learner.query()
    learner.query(4)  # warnings are errors: it is not said twice
    assert query.reasons == ("MarginSampling",) * 2
    learner.teach(query, TRUTH[query.indices])  # by now six others are there
    assert learner.query().reasons.count("review") == 1


def test_when_no_row_is_left_the_loop_ends():
    learner = fitted(batch_size=7)
    assert learner.termination_condition_ == "all_labeled"
    assert np.array_equal(learner.y_, TRUTH)
    assert learner.n_asked_ == 60 + 3
    most = most_rounds(run_of(started(batch_size=7)), learner.oracle)
    assert 1 + len(learner.history_) <= most


def test_rows_of_the_same_content_are_asked_again_one_at_a_time():
    rows, y = X.copy(), SPOILED.copy()
    rows[11], y[11] = rows[3], y[3]
    learner, _ = learner_of(batch_size=8)
    query = learner.start(rows, y).query()
    again = query.indices[np.array(query.reasons) == "review"].tolist()
    assert (20 in again, len({3, 11} & set(again))) == (True, 1)


def test_a_journal_of_an_oracle_keeps_the_second_answer_beside_the_first(tmp_path):
    asked = []

    def oracle(query):
        asked.extend(zip(query.indices.tolist(), query.reasons, strict=True))
        return TRUTH[query.indices]

    def run():
        with JournaledOracle(oracle, tmp_path / "answers.jsonl") as journaled:
            return fitted(journaled, batch_size=2, budget=8)

    first, n_asked = run(), len(asked)
    assert n_asked == 8
    again = run()
    assert len(asked) == n_asked
    assert all_reviewed(again) == all_reviewed(first)
    assert again.y_.tolist() == first.y_.tolist()


@pytest.mark.parametrize("share", [-0.1, 1, "half"])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="'reask' parameter of ActiveLearner"):
        started(reask=share)


def test_a_row_asked_again_is_taught_once():
    learner = started(batch_size=1)
    while learner.query().reason != "review":
        query = learner.query()
        learner.teach(query, TRUTH[query.indices])
    query = learner.query()
    learner.teach(query, TRUTH[query.indices])
    n_asked, labels = learner.n_asked_, learner.y_
    with pytest.raises(ValueError, match="labeled already"):
        learner.teach(query, (TRUTH[query.indices] + 1) % 3)
    assert learner.n_asked_ == n_asked
    assert learner.y_.tolist() == labels.tolist()


def test_a_query_whose_rows_were_changed_is_refused_with_the_way_out():
    learner = started(batch_size=4)
    query = learner.query()
    part = replace(query, indices=query.indices[:2])
    with pytest.raises(ValueError, match=r"2 rows and 4 reasons.*teach\(indices"):
        learner.teach(part, TRUTH[part.indices])
    assert learner.n_asked_ == 0
