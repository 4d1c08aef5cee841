"""The state of a book, folded event by event: equal to a look at all of it."""

import statistics
from collections import Counter

import numpy as np
import pytest
from helpers import lines_run
from hypothesis import given, settings
from hypothesis import strategies as st
from page_client import new_session, truth_of

from sklearn_active.labeling._book import running_median
from sklearn_active.labeling._book.labeling_state import LabelingState, joined, split
from sklearn_active.labeling._book.ledger import Ledger
from sklearn_active.labeling._book.running_median import Median
from sklearn_active.labeling._book.whose_turn import Barred, Turns

WHO = ["ann", "bob", None]
QUERIES = ["s-1", "s-2", "s-03", "other", "s-"]
N_ROWS = 5


def answers(kind):
    common = {"row": st.integers(0, N_ROWS - 1), "annotator": st.sampled_from(WHO)}
    query = st.sampled_from([None, *QUERIES])
    common["time"] = st.sampled_from(["1", "2"])
    if kind == "relabel":
        reason = st.sampled_from([None, "search", "review"])
        return st.fixed_dictionaries(
            {
                "event": st.just(kind),
                "label": st.integers(0, 2),
                "reason": reason,
                "query": st.none() | st.just("s-2"),
                **common,
            }
        )
    common["query"] = query
    common["reason"] = st.sampled_from(["audit", "margin"])
    common["seconds"] = st.none() | st.integers(0, 9)
    if kind == "answer":
        common["label"] = st.integers(0, 2)
        common["predicted"] = st.none() | st.integers(0, 2)
    return st.fixed_dictionaries({"event": st.just(kind), **common})


flags = st.fixed_dictionaries(
    {
        "event": st.just("flag"),
        "row": st.integers(0, N_ROWS - 1),
        "flagged": st.booleans(),
    }
)
plain = st.sampled_from(
    [
        {"event": "undo"},
        {"event": "undo"},
        {"event": "undo", "annotator": "ann"},
        {"event": "undo", "annotator": "bob"},
        {"event": "requeue"},
    ]
)
renames = st.fixed_dictionaries(
    {
        "event": st.just("rename"),
        "label": st.integers(0, 4),
        "to": st.integers(0, 4),
        "annotator": st.sampled_from(WHO),
        "time": st.just("3"),
    }
)
retracts = st.fixed_dictionaries(
    {
        "event": st.just("retract"),
        "row": st.integers(0, N_ROWS - 1),
        "annotator": st.sampled_from(WHO),
        "query": st.sampled_from(QUERIES),
    }
)
of_any_kind = st.one_of(
    *map(answers, ("answer", "skip", "relabel")), flags, plain, renames, retracts
)


@st.composite
def events(draw):
    """Return events that may follow each other."""
    drawn = draw(st.lists(of_any_kind, min_size=1, max_size=40))
    return valid(drawn, LabelingState())


def valid(drawn, state):
    """Return the events that may be the next ones; a state must refuse the others."""
    taken = []
    for event in drawn:
        if may_follow(event, taken):
            state.take(event)
            taken.append(event)
        else:
            with pytest.raises(ValueError, match=r"is called|was called|has that name"):
                state.take(event)
    return taken


def may_follow(event, taken):
    if "label" not in event:
        return True
    in_force, _, _ = refold(taken)
    label, to = event["label"], event.get("to")
    if now(label, in_force) != label:
        return False
    return to is None or (to != label and now(to, in_force) in (to, label))


def now(label, in_force):
    """Return what a label is called after all renames, one after the other."""
    for event in in_force:
        if event["event"] == "rename" and event["label"] == label:
            label = event["to"]
    return label


def refold(events):
    """Return what the events add up to, by folding those in force from the start."""
    in_force, flagged, undone = [], set(), []
    for event in events:
        kind = event["event"]
        if kind == "flag":
            (flagged.add if event["flagged"] else flagged.discard)(event["row"])
        elif kind == "retract":
            for place in reversed(since(event, in_force)):
                undone += taken_out(in_force, place)
        elif kind == "undo":
            place = last_in_force(in_force, event.get("annotator"))
            if place is not None:
                undone += taken_out(in_force, place)
        else:
            in_force.append(event)
            if event.get("query") is not None and event["row"] in undone:
                undone.remove(event["row"])
    return in_force, flagged, undone


def since(retract, in_force):
    """Return the places of what somebody said of a row since a question did ask."""
    found = []
    for place, event in enumerate(in_force):
        is_answer = event["event"] in ("answer", "relabel", "skip")
        same = all(event.get(x) == retract[x] for x in ("row", "annotator"))
        asked = found or event.get("query") == retract["query"]
        if is_answer and same and asked:
            found.append(place)
    return found


def taken_out(in_force, place):
    """Take an event out of those in force; return the row that is to be asked again."""
    taken = in_force.pop(place)
    return [taken["row"]] if taken["event"] in ("answer", "skip") else []


def last_in_force(in_force, who=None):
    """Return the place of the last event, or of the last answer of somebody."""
    for place in reversed(range(len(in_force))):
        event = in_force[place]
        is_answer = event["event"] in ("answer", "relabel", "skip")
        if who is None or (is_answer and event["annotator"] == who):
            return place
    return None


def checks(in_force):
    """Return (number of votes before, right or not) of every audit."""
    found, n_votes = [], 0
    for e in in_force:
        is_audit = e["event"] == "answer" and e["reason"] == "audit"
        if is_audit and e["predicted"] is not None:
            right = now(e["label"], in_force) == now(e["predicted"], in_force)
            found.append((n_votes, right))
        n_votes += e["event"] in ("answer", "relabel")
    return found


def in_reply(in_force):
    """Return the (query, row, annotator) of what was told to a question."""
    told = [e for e in in_force if e.get("query") is not None]
    return {(event["query"], event["row"], event["annotator"]) for event in told}


def expected(events):
    in_force, flagged, undone = refold(events)
    votes, skipped, told = {}, {}, {}
    for event in in_force:
        kind = event["event"]
        if kind == "requeue":
            skipped = {}
            continue
        if kind == "rename":  # every label that there is, one by one
            for labels in (*votes.values(), *told.values()):
                for key, label in labels.items():
                    labels[key] = event["to"] if label == event["label"] else label
            continue
        row, who = event["row"], event["annotator"]
        if kind == "skip":
            skipped.setdefault(row, set()).add(who)
        else:
            own = votes.setdefault(row, {})
            own.pop(who, None)
            own[who] = event["label"]
            skipped.get(row, set()).discard(who)
        if event.get("query") is not None:
            told.setdefault(event["query"], {})[row] = event.get("label")
    skipped = {row: who for row, who in skipped.items() if who}
    given_answers = [e for e in in_force if e["event"] == "answer"]
    audits = [
        (now(e["label"], in_force), now(e["predicted"], in_force))
        for e in given_answers
        if e["reason"] == "audit" and e["predicted"] is not None
    ]
    seconds = [e["seconds"] for e in given_answers if e["seconds"] is not None]
    recent = {}
    for e in reversed(in_force):
        if e["event"] in ("answer", "relabel"):
            recent.setdefault(e["row"], (e["row"], e["annotator"], e["time"]))
    everybody = [w for own in votes.values() for w in own]
    everybody += [w for own in skipped.values() for w in own]
    labels = [x for own in votes.values() for x in own.values()]
    return {
        "votes": {row: list(own.items()) for row, own in votes.items()},
        "skipped": skipped,
        "flagged": flagged,
        "undone": {row: undone.count(row) for row in undone},
        "latest undone": undone[-1:],
        "told": told,
        "recent": list(recent.values()),
        "n_asked": sum(e.get("query") is not None for e in in_force),
        "audits": Counter(audits),
        "median": statistics.median(seconds) if seconds else None,
        "annotators": {who: everybody.count(who) for who in everybody},
        "voted": {x: labels.count(x) for x in labels},
        "last": in_force[-1]["event"] if in_force else None,
        "last of ann": last_in_force(in_force, "ann") is not None,
        "reviewed": Counter(
            e["row"]
            for e in in_force
            if e["event"] == "relabel" and e["reason"] == "review"
        ),
        "checks": checks(in_force),
        "renamed": {x: now(x, in_force) for x in range(5) if now(x, in_force) != x},
        "in reply": in_reply(in_force),
    }


def as_recorded(kind):
    return "relabel" if kind == "review" else kind


def found(state, queries):
    return {
        "votes": {row: list(own.items()) for row, own in state.votes.items()},
        "skipped": state.skipped,
        "flagged": state.flagged,
        "undone": state.undone,
        "latest undone": list(state.undone)[-1:],
        "told": {q: state.told(q) for q in queries if state.told(q)},
        "recent": state.recent(N_ROWS),
        "n_asked": state.n_asked,
        "audits": state.audits,
        "median": state.seconds.value,
        "annotators": dict(state.annotators),
        "voted": dict(state.voted),
        "last": None if state.last() is None else as_recorded(state.last().event),
        "last of ann": state.last("ann") is not None,
        "reviewed": state.reviewed,
        "checks": state.checks(),
        "renamed": state.renamed,
        "in reply": {
            (query, row, who)
            for query in QUERIES
            for row in range(N_ROWS)
            for who in WHO
            if state.has_answered(query, row, who)
        },
    }


@settings(max_examples=400, deadline=None)
@given(events())
def test_after_every_event_the_state_equals_that_of_folding_anew(events):
    state = LabelingState()
    queries = {e.get("query") for e in events} - {None}
    for n, event in enumerate(events, start=1):
        before = state.votes, state.skipped
        rows = list(state.apply(event))
        assert found(state, queries) == expected(events[:n])
        after = state.votes, state.skipped
        changed = {
            row
            for old, new in zip(before, after, strict=True)
            for row in {*old, *new}
            if old.get(row) != new.get(row)
        }
        assert changed <= set(rows)


@settings(deadline=None)
@given(events())
def test_undo_reaches_back_to_the_very_start(events):
    state = LabelingState(events)
    in_force, flagged, _ = refold(events)
    for _ in in_force:
        assert state.last() is not None
        state.apply({"event": "undo"})
    assert state.last() is None
    assert state.renamed == {}
    assert state.apply({"event": "undo"}) == []
    assert (state.votes, state.skipped, state.flagged) == ({}, {}, flagged)
    assert (state.n_asked, state.audits, state.seconds.value) == (0, {}, None)
    assert (state.voted, state.annotators) == ({}, {})


def test_true_stays_true_beside_one():
    state = LabelingState()
    for row, label in enumerate([1, True, 1.0, 0, False]):
        state.apply({"event": "answer", "row": row, "annotator": "a", "label": label})
    labels = [own["a"] for own in state.votes.values()]
    assert list(map(repr, labels)) == ["1", "True", "1.0", "0", "False"]


@pytest.mark.parametrize(
    "query", [None, "", "-", "7", "a-7", "a-07", "a-b-7", "a-", "a--7", "a-" + "9" * 40]
)
def test_the_name_of_a_question_is_kept_as_it_was(query):
    assert joined(*split(query)) == query


@settings(max_examples=200, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 20) | st.floats(0, 20), min_size=1),
    data=st.data(),
)
def test_the_median_of_what_is_left_equals_that_of_a_list(numbers, data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            running_median, "_LARGEST", 4
        )  # so that parts are split and emptied
        median = Median()
        for n, number in enumerate(numbers, start=1):
            median.add(number)
            assert median.value == statistics.median(numbers[:n])
        for number in data.draw(st.permutations(numbers)):
            assert median.value == pytest.approx(statistics.median(numbers), abs=0)
            median.remove(number)
            numbers = list(numbers)
            numbers.remove(number)
            if not numbers:
                break
        assert median.value is None


def test_to_read_a_renaming_and_to_go_on_after_it_cost_the_same_in_long_books():
    answer = {"event": "answer", "annotator": None, "query": "q-1", "reason": "margin"}
    answer |= {"seconds": 1.5, "predicted": None, "time": "now"}
    rename = {"event": "rename", "label": 1, "to": 7, "annotator": None, "time": ""}

    def lines_after(n_events):
        state = LabelingState(n_rows=10_000, classes=[0, 1, 2])
        for row in range(n_events):
            state.take(answer | {"row": row, "label": row % 3})
        read = lines_run(lambda: state.take(rename))
        one_more = lines_run(lambda: state.take(answer | {"row": 9_999, "label": 7}))
        figures = lines_run(lambda: (state.voted, state.audits, state.recent(5)))
        undone = lines_run(lambda: [state.take({"event": "undo"}) for _ in range(2)])
        assert state.voted.total() == n_events
        return read, one_more, figures, undone

    many, few = lines_after(3_000), lines_after(30)
    assert np.all(np.array(many) <= np.array(few) + 20)


@settings(deadline=None)
@given(
    given_rows=st.sets(st.integers(0, 5), max_size=2),
    votes_per_row=st.integers(1, 3),
    acts=st.lists(
        st.tuples(
            st.integers(0, 5),
            st.sets(st.sampled_from(WHO)),
            st.sets(st.sampled_from(WHO)),
        ),
        max_size=20,
    ),
    elsewhere=st.lists(st.integers(0, 5), max_size=4),
)
def test_who_may_be_asked_for_what_equals_a_look_at_every_row(
    given_rows, votes_per_row, acts, elsewhere
):
    turns, votes, skips = Turns(6, given_rows, votes_per_row), {}, {}
    for row, voters, skipped in acts:
        votes[row], skips[row] = voters, skipped - voters
        turns.place(row, [(who, 1) for who in voters], frozenset(skips[row]))
    for who in WHO:
        barred = {
            row
            for row in range(6)
            if row in given_rows
            or len(votes.get(row, ())) + elsewhere.count(row) >= votes_per_row
            or who in votes.get(row, ())
            or who in skips.get(row, ())
        }
        found = Barred(turns, who, elsewhere)
        assert {row for row in range(6) if row in found} == barred
        assert len(found) == len(barred)
        begun = list(found.begun())
        assert sorted(begun) == sorted(
            row for row in set(range(6)) - barred if votes.get(row) or row in elsewhere
        )
        n = [len(votes.get(row, ())) for row in begun]
        assert np.all(np.diff(n) <= 0)


def test_a_session_looks_once_for_the_rows_that_can_be_asked(monkeypatch):
    looks = []
    unavailable = Ledger.unavailable

    def counted(self, *args):
        looks.append(args)
        return unavailable(self, *args)

    monkeypatch.setattr(Ledger, "unavailable", counted)
    with new_session() as session:
        for n_asked in range(1, 4):
            query = session.ask()
            assert len(looks) == n_asked
            session.tell(query.id, list(map(truth_of, query.indices)))
