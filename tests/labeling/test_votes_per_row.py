"""Rows are asked of several annotators, and begun rows before new ones."""

from collections import Counter

import pytest
from executors import Inline
from helpers import blobs
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession

X, _, TRUTH = blobs(40, centers=3)


def session(budget=None, **params):
    learner = ActiveLearner(
        GaussianNB(var_smoothing=1e-2), "margin", random_state=0, budget=budget
    )
    params = {"votes_per_row": 3, "audit": 0} | params
    return LabelingSession(
        learner, X, classes=[0, 1, 2], executor=Inline(), aggregate="majority", **params
    )


def answer(opened, annotator, n=1):
    """Answer a question truly; return its rows."""
    query = opened.ask(n, annotator=annotator)
    opened.tell(query.id, TRUTH[query.indices], annotator)
    return query.indices.tolist()


def n_votes(opened):
    return Counter(len(votes) for votes in opened.votes().values())


@pytest.mark.parametrize("audit", [0, 0.1, 1])
def test_three_annotators_in_turn_give_each_row_three_votes(audit):
    opened = session(budget=60, audit=audit)
    for turn in range(60):
        answer(opened, "abc"[turn % 3])
        assert sum(n for votes, n in n_votes(opened).items() if votes < 3) <= 1
    assert n_votes(opened) == {3: 20}
    assert opened.ask(annotator="a") is None
    assert opened.done == "budget"


@pytest.mark.parametrize("votes_per_row", [1, 2, 3])
def test_every_row_has_its_votes_at_the_end_and_none_more(votes_per_row):
    opened = session(votes_per_row=votes_per_row)
    for turn in range(40 * votes_per_row):
        answer(opened, "abc"[turn % votes_per_row])
    assert n_votes(opened) == {votes_per_row: 40}
    assert opened.ask(annotator="a") is None
    assert opened.done == "all_labeled"


def test_the_later_ones_begin_with_what_the_first_has_answered_oldest_first():
    opened = session()
    rows = [answer(opened, "ann")[0] for _ in range(4)]
    assert len(set(rows)) == 4
    assert [answer(opened, "bob")[0] for _ in range(4)] == rows
    assert answer(opened, "bob")[0] not in rows


def test_rows_with_the_most_votes_come_first():
    opened = session()
    first = answer(opened, "ann")[0]
    second = answer(opened, "ann")[0]
    opened.relabel(second, TRUTH[second], "bob")
    assert answer(opened, "eve") == [second]
    assert answer(opened, "eve") == [first]


def test_those_who_are_asked_at_the_same_time_are_asked_of_the_same_row():
    opened = session()
    queries = [opened.ask(annotator=who) for who in ("ann", "bob", "eve", "kim")]
    rows = [query.indices[0] for query in queries]
    assert rows[0] == rows[1] == rows[2] != rows[3]
    assert [query.reason for query in queries[1:3]] == ["vote", "vote"]


def test_a_row_that_somebody_skipped_waits_for_the_others():
    opened = session()
    row = answer(opened, "ann")[0]
    query = opened.ask(annotator="bob")
    opened.skip(query.id, annotator="bob")
    assert query.indices.tolist() == [row]
    assert opened.ask(annotator="bob").indices[0] != row
    assert answer(opened, "eve") == [row]
    assert answer(opened, "kim") == [row]


def test_a_row_that_was_undone_comes_before_those_that_others_have_begun():
    opened = session()
    first, second = answer(opened, "ann")[0], answer(opened, "ann")[0]
    assert answer(opened, "bob") == [first]
    opened.undo()
    query = opened.ask(annotator="bob")
    assert (query.indices.tolist(), query.reason) == ([first], "undone")
    opened.tell(query.id, [0], "bob")
    query = opened.ask(annotator="bob")
    assert (query.indices.tolist(), query.reason) == ([second], "vote")


def test_audits_are_of_rows_that_nobody_has_begun():
    opened = session(audit=0.5, votes_per_row=2)
    asked, audited = Counter(), []
    for turn in range(50):
        query = opened.ask(annotator="ab"[turn % 2])
        row = query.indices[0]
        if query.reason == "audit":
            audited.append(asked[row])
        asked[row] += 1
        opened.tell(query.id, [TRUTH[row]], "ab"[turn % 2])
    assert 5 <= len(audited) <= 20
    assert set(audited) == {0}
