"""Several people at one session: each their own questions, undo and address."""

import random
import sys
from collections import Counter

import numpy as np
import pytest
from executors import Inline
from helpers import calls_of
from page_client import CLASSES, Client, X, new_session, truth_of
from sklearn.metrics import cohen_kappa_score
from voters import agreement_of

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession, LabelJournal

NAMES = ["ann", "bob"]


@pytest.fixture
def session(tmp_path):
    with new_session(tmp_path / "j") as session:
        yield session


@pytest.fixture
def people(session):
    with session.serve(annotators=NAMES) as server:
        yield [Client(server, name) for name in NAMES]


def label_all(*people):
    """Let people answer in turn, truly; return how many questions each was asked."""
    asked = Counter()
    while True:
        states = [(who, who.state()) for who in people]
        if not any(state["question"] for _, state in states):
            return asked
        for who, state in states:
            question = state["question"]
            if question:
                who.answer(question, truth_of(question["row"]))
                asked[who] += 1


def test_each_is_asked_other_rows_and_told_who_they_are(people, session):
    ann, bob = people
    states = [ann.state(), bob.state()]
    assert [state["annotator"] for state in states] == NAMES
    rows = [state["question"]["row"] for state in states]
    assert len(set(rows)) == 2
    asked = label_all(ann, bob)
    assert asked[ann] == asked[bob] == 20
    assert session.labels == {row: truth_of(row) for row in range(40)}
    assert [who.state()["done"] for who in people] == ["all_labeled"] * 2
    votes = session.votes()
    assert {len(own) for own in votes.values()} == {1}
    assert Counter(next(iter(own)) for own in votes.values()) == {"ann": 20, "bob": 20}


def test_with_two_votes_a_row_both_are_asked_the_same(tmp_path):
    with (
        new_session(tmp_path / "j", votes_per_row=2) as session,
        session.serve(annotators=NAMES) as server,
    ):
        label_all(*(Client(server, name) for name in NAMES))
        assert {frozenset(own) for own in session.votes().values()} == {
            frozenset(NAMES)
        }
        assert session.report().agreement.value == 1


def test_undo_takes_back_the_own_answer_whatever_others_did_since(people, session):
    ann, bob = people
    first = ann.state()["question"]
    ann.answer(first, "ape")
    for _ in range(3):
        bob.answer(bob.state()["question"], "bear")
    query = ann.state()["question"]["id"]
    status, state = ann.post("undo", {"query": query})
    assert (status, state["question"]["row"]) == (200, first["row"])
    assert state["question"]["why"] == "its answer was taken back"
    assert session.labels == dict.fromkeys(session.labels, "bear")
    assert len(session.labels) == 3
    again = ann.post("undo", {"query": state["question"]["id"]})
    assert (again[0], again[1]["error"]) == (400, "There is nothing to take back.")


def test_the_own_answers_are_those_that_can_be_changed(people):
    ann, bob = people
    first = ann.state()["question"]
    ann.answer(first, "ape")
    bob.answer(bob.state()["question"], "bear")
    assert [answer["row"] for answer in ann.state()["recent"]] == [first["row"]]


def test_the_journal_knows_who_answered_and_who_took_back(people, session):
    ann, bob = people
    ann.answer(ann.state()["question"], "ape")
    bob.answer(bob.state()["question"], "bear")
    ann.post("undo", {"query": ann.state()["question"]["id"]})
    labels = session.labels
    session.close()
    _, events = LabelJournal.read(session.kept_in)
    assert [event["annotator"] for event in events] == ["ann", "bob", "ann"]
    with new_session(session.kept_in) as again:
        assert again.labels == labels


def test_a_token_is_that_of_one_person_alone(people, session):
    ann, bob = people
    assert ann.token != bob.token
    question = ann.state()["question"]
    bob.state()
    status, _ = bob.answer(question, "ape")
    assert status == 409
    assert session.labels == {}
    # A name in the request changes nothing.
    ann.answer(question, "ape", annotator="bob")
    assert session.votes() == {question["row"]: {"ann": "ape"}}


def test_the_program_waits_until_everybody_has_finished(session):
    with session.serve(annotators=NAMES) as server:
        people = [Client(server, name) for name in NAMES]
        people[0].post("finish")
        assert [desk.finished.is_set() for desk in server.desks.values()] == [1, 0]
        people[1].post("finish")
        server.wait()


@pytest.mark.parametrize("names", ["ann", [], ["ann", "ann"], [""], [3]])
def test_what_names_no_people_is_refused(session, names):
    with pytest.raises(ValueError, match=r"list of names|name of their own"):
        session.serve(annotators=names)


class TestAgreement:
    def test_of_two_it_is_cohens_kappa(self):
        draw = random.Random(0)
        ann = [draw.choice(CLASSES) for _ in range(50)]
        bob = [x if draw.random() < 0.7 else draw.choice(CLASSES) for x in ann]
        rows = [{"ann": a, "bob": b} for a, b in zip(ann, bob, strict=True)]
        found = agreement_of(rows)
        assert found.name == "Cohen's kappa"
        assert found.value == pytest.approx(cohen_kappa_score(ann, bob))
        same = sum(a == b for a, b in zip(ann, bob, strict=True))
        assert (found.n, found.n_agreed, found.share) == (50, same, same / 50)

    def test_of_more_it_is_krippendorffs_alpha(self):
        import krippendorff

        draw = random.Random(1)
        rows = []
        for _ in range(40):
            who = draw.sample(["ann", "bob", "eve"], 2)
            rows.append({name: draw.choice(["x", "x", "y"]) for name in who})
        table = [
            [{"x": 0, "y": 1}.get(own.get(name), np.nan) for own in rows]
            for name in ("ann", "bob", "eve")
        ]
        expected = krippendorff.alpha(table, level_of_measurement="nominal")
        found = agreement_of(rows)
        assert found.name == "Krippendorff's alpha"
        assert found.value == pytest.approx(expected)

    def test_without_the_package_it_says_what_to_install(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "krippendorff", None)
        rows = [{"ann": 1, "bob": 0, "eve": 1}] * 12
        found = agreement_of(rows)
        assert found.value is None
        assert "sklearn-active[label]" in found.error

    def test_from_few_rows_there_is_no_share(self):
        found = agreement_of([{"ann": 1, "bob": 1}] * 9)
        assert (found.n, found.share, found.value, found.needed) == (9, None, None, 10)
        rows = [{"ann": i % 2, "bob": i % 2} for i in range(10)]
        assert agreement_of(rows).value == 1

    def test_of_one_class_there_is_a_share_and_no_coefficient(self):
        found = agreement_of([{"ann": 1, "bob": 1}] * 12)
        assert (found.share, found.value) == (1, None)

    def test_the_order_in_which_two_voted_changes_nothing(self):
        rows = [{"ann": 1, "bob": i % 2} for i in range(12)]
        turned = [dict(reversed(own.items())) for own in rows[:6]] + rows[6:]
        rows[0] = turned[0] = {"bob": 0, "ann": 0}
        assert agreement_of(turned).value == agreement_of(rows).value

    def test_it_is_computed_again_only_where_several_have_voted(self):
        with new_session(votes_per_row=2) as session:
            for row in range(12):
                for who in NAMES:
                    session.relabel(row, CLASSES[row % 2], who)
            with calls_of(cohen_kappa_score) as computed:
                assert session.report().agreement.value == 1
                session.relabel(20, "ape", "ann")
                session.flag(20)
                assert session.report().agreement.value == 1
            assert [sum(call["sample_weight"]) for call in computed] == [12]
            session.relabel(0, "bear", "ann")
            assert session.report().agreement.n_agreed == 11
            session.undo()
            assert session.report().agreement.n_agreed == 12

    def test_two_classes_that_became_one_agree(self):
        with new_session(votes_per_row=2, classes=["a", "b", "c"]) as session:
            for row in range(12):
                for who, label in zip(NAMES, "ab", strict=True):
                    session.relabel(row, label, who)
            assert session.report().agreement.n_agreed == 0
            session.rename_class("a", "b")
            assert session.report().agreement.n_agreed == 12

    def test_where_nobody_answered_the_same_row_there_is_none(self):
        assert agreement_of([{"ann": 1}, {"bob": 0}]) is None


def test_who_goes_on_after_finish_hasn_t_finished(session):
    with session.serve(annotators=NAMES) as server:
        ann, bob = (Client(server, name) for name in NAMES)
        ann.post("finish")
        status, state = ann.post("resume")
        assert (status, bool(state["question"])) == (200, True)
        bob.post("finish")
        assert [desk.finished.is_set() for desk in server.desks.values()] == [0, 1]
        ann.post("finish")
        ann.answer(ann.state()["question"], "ape")
        assert not server.desks["ann"].finished.is_set()


def test_a_label_that_a_colleague_gave_meanwhile_is_not_replaced_unseen(
    people, session
):
    ann, _ = people
    session.relabel(20, "cat", "bob")
    status, reply = ann.post("relabel", {"row": 20, "label": '"ape"', "shown": None})
    assert status == 409
    assert "is labeled “cat”. Nothing was recorded" in reply["error"]
    assert session.labels[20] == "cat"
    status, _ = ann.post("relabel", {"row": 20, "label": '"ape"', "shown": "cat"})
    assert status == 200
    assert session.labels[20] == "ape"


def test_the_budget_is_not_overshot_however_many_are_asked():
    learner = ActiveLearner(
        GraphLabelSpreading(), "graph_herding", budget=2, random_state=0
    )
    session = LabelingSession(learner, X, classes=CLASSES, executor=Inline())
    asked = [session.ask(annotator=name) for name in ("ann", "bob", "eve", "dan")]
    assert [query is None for query in asked] == [False, False, True, True]
    assert session.why_done("eve") == "budget"
    assert session.why_done("ann") is session.done is None


def test_what_an_absent_colleague_might_be_asked_makes_no_question_random(session):
    session.serve(annotators=NAMES).close()
    for row in range(6):
        session.relabel(row, truth_of(row), "ann")
    for _ in range(15):
        query = session.ask(annotator="ann")
        assert query.reason == "GraphUncertaintyHerding"
        session.skip(query.id, annotator="ann")
