"""A session's queue: rows that another tool shows to whoever comes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from executors import Inline, Stalled
from helpers import blobs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from journals import OnAFullDisk
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, LabelJournal

X, _, TRUTH = blobs(40, centers=3)
CLASSES = ["ape", "bear", "cat"]


def new_session(n_rows=40, budget=None, **options):
    estimator = GaussianNB(var_smoothing=1e-2)
    learner = ActiveLearner(estimator, "margin", random_state=0, budget=budget)
    options = {"classes": CLASSES, "audit": 0, "executor": Inline(), **options}
    return LabelingSession(learner, X[:n_rows], **options)


def rows_of(queries):
    """Return the row of each of the queries, which are about one row each."""
    rows = [query.indices.tolist() for query in queries]
    return [row for (row,) in rows]


class Tool:
    """A tool that shows rows, and holds what is said of them."""

    def __init__(self, session, shown=()):
        self.session, self.shown = session, dict(shown)

    def fill(self, n, **options):
        """Show what is to be shown; return the rows that lack answers."""
        queries = self.session.queue(n, self.shown, **options)
        for row, query in zip(rows_of(queries), queries, strict=True):
            self.shown.setdefault(row, query.id)
        return rows_of(queries)

    def say(self, row, answers, seconds=None):
        """Say what is held of a row."""
        self.session.reconcile(self.shown[row], row, answers, seconds)


def name_of(row):
    return CLASSES[TRUTH[row]]


def test_as_many_rows_wait_as_are_wanted_and_each_is_replaced_by_itself():
    with new_session() as session:
        tool = Tool(session)
        first = tool.fill(4)
        assert len(set(first)) == 4
        assert tool.fill(4) == first
        tool.say(first[2], {"ann": "cat"})
        then = tool.fill(4)
        assert then[:3] == [first[0], first[1], first[3]]
        assert then[3] not in first
        assert session.votes() == {first[2]: {"ann": "cat"}}


def test_with_one_row_at_a_time_the_same_rows_are_asked_as_of_one_person():
    asked, queued = [], []
    with new_session() as session:
        tool = Tool(session)
        for _ in range(12):
            query = session.ask()
            asked += query.indices.tolist()
            session.tell(query.id, [name_of(asked[-1])])
    with new_session() as session:
        tool = Tool(session)
        for _ in range(12):
            queued += tool.fill(1)
            tool.say(queued[-1], {"ann": name_of(queued[-1])})
    assert queued == asked


def test_what_waits_in_the_queue_is_asked_of_nobody_else_and_the_other_way_round():
    with new_session(n_rows=9) as session:
        tool = Tool(session)
        asked = session.ask(2, annotator="bob").indices.tolist()
        waiting = tool.fill(5)
        assert not set(asked) & set(waiting)
        others = session.ask(9, annotator="cem").indices.tolist()
        assert sorted([*asked, *waiting, *others]) == list(range(9))
        assert session.ask(annotator="dan") is None


def test_a_row_that_lacks_votes_stays_and_those_who_come_get_new_rows_too():
    with new_session(votes_per_row=2) as session:
        tool = Tool(session)
        first, *others = tool.fill(3)
        tool.say(first, {"ann": "ape"})
        waiting = tool.fill(3)
        assert waiting[:3] == [first, *others]
        assert len(waiting) == 4
        assert session.ask(annotator="bob").indices.tolist() != [first]
        tool.say(first, {"ann": "ape", "cem": "bear"})
        assert session.votes()[first] == {"ann": "ape", "cem": "bear"}
        assert first not in tool.fill(30)


def test_rows_that_others_have_begun_come_first_and_no_more_than_are_wanted():
    with new_session(votes_per_row=2) as session:
        begun = []
        for _ in range(8):
            query = session.ask(annotator="cem")
            session.tell(query.id, ["ape"], annotator="cem")
            begun += query.indices.tolist()
        tool = Tool(session)
        for _ in range(8):
            waiting = tool.fill(3)
            assert len(waiting) == 3
            tool.say(waiting[0], {"ann": "ape"})
        assert all(len(session.votes()[row]) == 2 for row in begun)


def test_a_skipped_row_is_replaced_and_may_still_be_answered_by_anybody():
    with new_session() as session:
        tool = Tool(session)
        first, *others = tool.fill(2)
        tool.say(first, {"ann": None})
        assert tool.fill(2)[:1] == others
        assert session.report().n_skipped == 1
        tool.say(first, {"ann": None, "bob": "cat"})
        assert session.labels == {first: "cat"}
        tool.say(first, {"ann": "ape", "bob": "cat"})
        assert session.votes()[first] == {"bob": "cat", "ann": "ape"}


@pytest.mark.parametrize("votes_per_row", [1, 2])
def test_rows_that_were_skipped_elsewhere_take_no_place_in_it(votes_per_row):
    with new_session(n_rows=12, votes_per_row=votes_per_row) as session:
        if votes_per_row == 2:
            query = session.ask(3, annotator="ann")
            session.tell(query.id, ["ape"] * 3, annotator="ann")
        query = session.ask(5, annotator="eve")
        session.skip(query.id, annotator="eve")
        skipped = set(query.indices.tolist())
        tool, answered = Tool(session), []
        while waiting := tool.fill(1):
            (row,) = waiting
            tool.say(row, dict.fromkeys(["bob", "cid"], name_of(row)))
            answered.append(row)
        assert sorted(answered) == sorted(set(range(12)) - skipped)


def test_a_skip_counts_once_and_is_requeued_though_the_tool_holds_it_still():
    with new_session(n_rows=3) as session:
        tool = Tool(session)
        row = tool.fill(3)[0]
        for _ in range(3):
            tool.say(row, {"ann": None})
            assert row not in tool.fill(3)
            assert session.report().n_asked == 1
            session.requeue_skipped()
            assert row in tool.fill(3)
            session.undo()
        session.requeue_skipped()
        tool.say(row, {"ann": None})
        assert row in tool.fill(3)
        tool.say(row, {"ann": "ape"})
        assert session.labels == {row: "ape"}
        tool.say(row, {"ann": None})
        assert session.labels == {}
        assert session.report().n_skipped == 1


def test_an_answer_that_is_gone_is_taken_back_and_its_row_waits_again():
    with new_session() as session:
        tool = Tool(session)
        row = tool.fill(1)[0]
        tool.say(row, {"ann": "ape"})
        tool.say(row, {})
        assert (session.labels, session.votes()) == ({}, {})
        assert row in tool.fill(2)
        assert session.report().n_asked == 0


def test_an_answer_that_becomes_a_skip_counts_as_one():
    with new_session() as session:
        tool = Tool(session)
        row = tool.fill(1)[0]
        tool.say(row, {"ann": "ape"})
        tool.say(row, {"ann": None})
        assert (session.labels, session.report().n_skipped) == ({}, 1)
        tool.say(row, {})
        assert session.report().n_skipped == 0


def test_what_was_answered_elsewhere_is_never_taken_back():
    with new_session(votes_per_row=2) as session:
        tool = Tool(session)
        query = session.ask(annotator="ann")
        (row,) = query.indices.tolist()
        session.tell(query.id, ["ape"], annotator="ann")
        tool.shown[row] = None
        assert row in tool.fill(2)
        for answers in ({}, {"bob": "cat"}, {"ann": None}):
            tool.say(row, answers)
            assert session.votes()[row]["ann"] == "ape"


def test_a_changed_answer_is_another_label_and_no_other_question():
    with new_session() as session:
        tool = Tool(session)
        row = tool.fill(1)[0]
        for label in ("ape", "bear", "bear", "cat"):
            tool.say(row, {"ann": label})
        assert session.labels == {row: "cat"}
        assert session.report().n_asked == 1


def test_a_vote_more_than_was_asked_for_counts_and_can_be_taken_back():
    with new_session() as session:
        tool = Tool(session)
        row = tool.fill(1)[0]
        tool.say(row, {"ann": "ape", "bob": "bear"})
        assert session.votes()[row] == {"ann": "ape", "bob": "bear"}
        tool.say(row, {"ann": "ape"})
        assert session.votes()[row] == {"ann": "ape"}
        assert session.report().n_asked == 1


def test_what_has_not_changed_is_not_recorded(tmp_path):
    path = tmp_path / "j.jsonl"
    with new_session(journal=path) as session:
        tool = Tool(session)
        row, other = tool.fill(2)
        for _ in range(3):
            tool.say(row, {"ann": "ape"})
            tool.say(row, {"ann": "ape", "bob": None})  # it has its vote
            tool.say(other, {"ann": None})
            tool.fill(2)
        told = [(e["event"], e["row"], e["annotator"]) for e in events_in(path)]
        assert told == [("answer", row, "ann"), ("skip", other, "ann")]


def test_how_long_it_took_is_what_the_tool_says():
    with new_session() as session:
        tool = Tool(session)
        rows = tool.fill(3)
        for row, seconds in zip(rows, (2.0, 30.0, 4.0), strict=True):
            tool.say(row, {"ann": "ape"}, {"ann": seconds})
        tool.say(tool.fill(1)[0], {"ann": "ape"})
        assert session.report().seconds_per_label == 4.0


@pytest.mark.parametrize("votes_per_row", [1, 2])
def test_no_more_is_asked_for_than_the_budget_lets(votes_per_row):
    with new_session(budget=7, votes_per_row=votes_per_row) as session:
        tool = Tool(session)
        n_asked, whose = 0, ["ann", "bob"][:votes_per_row]
        while waiting := tool.fill(4):
            tool.say(waiting[0], dict.fromkeys(whose, "ape"))
            n_asked += votes_per_row
            assert session.report().n_asked == n_asked
        assert n_asked == 7 // votes_per_row * votes_per_row
        assert session.labels.keys() == session.votes().keys()


def test_the_budget_counts_the_votes_that_are_still_to_come():
    with new_session(budget=4, votes_per_row=2) as session:
        tool = Tool(session)
        first, second = tool.fill(9)
        tool.say(first, {"ann": "ape"})
        assert tool.fill(9) == [first, second]
        tool.say(second, {"ann": None})  # which may get no vote at all
        assert session.report().n_asked == 2
        assert tool.fill(9) == [first]


def test_the_budget_counts_what_waits_and_what_others_are_asked():
    with new_session(budget=5) as session:
        assert len(session.ask(2, annotator="bob").indices) == 2
        assert len(session.queue(9)) == 3
        assert session.ask(annotator="cem") is None
        assert session.why_done("cem") == "budget"


def test_as_long_as_the_model_learns_half_of_the_rows_wait_for_it():
    executor = Stalled()
    with new_session(executor=executor) as session:
        tool = Tool(session)
        executor.run()
        first, second, *others = tool.fill(4)
        for row in (first, second):
            tool.say(row, {"ann": "ape"})
            assert tool.fill(4)[-1] == others[-1]
        for row in others:
            tool.say(row, {"ann": "bear"})
        # Two people need not wait for it.
        assert len(tool.fill(4)) == 2
        executor.run()
        assert len(tool.fill(4)) == 4


def test_with_patience_the_model_is_waited_for_where_no_row_waits():
    with ThreadPoolExecutor(1) as executor, new_session(executor=executor) as session:
        tool = Tool(session)
        for _ in range(9):
            row = tool.fill(1, patience=60)[0]
            assert session.report().behind == 0
            tool.say(row, {"ann": name_of(row)})


def test_rows_that_are_shown_already_stay_until_they_have_their_votes(tmp_path):
    path = tmp_path / "j.jsonl"
    with new_session(journal=path) as session:
        tool = Tool(session)
        first, *others = tool.fill(4)
        tool.say(first, {"ann": "ape"})
    with new_session(journal=path) as session:
        waiting = session.queue(4, tool.shown)
        assert rows_of(waiting)[:3] == others
        assert [query.reason for query in waiting[:3]] == ["reopened"] * 3
        assert [query.id for query in waiting[:3]] == [tool.shown[x] for x in others]
        assert len({*rows_of(waiting), first}) == 5
        tool = Tool(session, tool.shown)
        tool.say(first, {})  # while the program was not there
        assert session.labels == {}


def test_where_the_query_is_lost_nothing_is_taken_back(tmp_path):
    path = tmp_path / "j.jsonl"
    with new_session(journal=path) as session:
        tool = Tool(session)
        row, other = tool.fill(2)
        for each in (row, other):
            tool.say(each, {"ann": "ape"})
    with new_session(journal=path) as session:
        session.reconcile(None, row, {})
        session.reconcile("of another program-3", other, {})
        assert session.labels == {row: "ape", other: "ape"}


def test_what_is_not_shown_any_more_is_asked_by_another_query_and_keeps_its_votes():
    with new_session(votes_per_row=2) as session:
        tool = Tool(session)
        row = tool.fill(3)[0]
        tool.say(row, {"ann": "ape"})
        before = tool.shown.pop(row)
        assert row in tool.fill(3)
        assert tool.shown[row] != before
        tool.say(row, {"bob": "ape"})
        assert session.votes()[row] == {"ann": "ape", "bob": "ape"}


def test_an_ended_queue_gives_its_rows_free():
    with new_session(n_rows=3) as session:
        tool = Tool(session)
        assert len(tool.fill(3)) == 3
        assert session.ask() is None
        assert session.queue(0) == []
        assert len(session.ask(3).indices) == 3


def test_random_checks_come_among_the_rows_that_wait():
    with new_session(audit=1, y=[*CLASSES, *[None] * 37]) as session:
        waiting = session.queue(3)
        tool = Tool(session, {query.indices.item(): query.id for query in waiting})
        assert [query.reason for query in waiting] == ["audit"] * 3
        assert not set(rows_of(waiting)) & set(session.find(order="unsure"))
        row = rows_of(waiting)[0]
        is_right = session.guess(row) == name_of(row)
        tool.say(row, {"ann": name_of(row)})
        assert (session.report().audit.n, session.report().audit.n_right) == (
            1,
            int(is_right),
        )


@pytest.mark.parametrize("at_once", [True, False])
def test_a_random_check_counts_once_however_many_votes_its_row_gets(at_once):
    given = [*CLASSES, *[None] * 37]
    with new_session(audit=1, votes_per_row=2, y=given) as session:
        tool = Tool(session)
        for row in tool.fill(10):
            answers = dict.fromkeys(["ann", "bob"], name_of(row))
            if not at_once:
                tool.say(row, {"ann": name_of(row)})
            tool.say(row, answers)
            assert session.votes()[row] == answers
        assert session.report().audit.n == 10


def test_what_may_not_be_given_is_refused_and_nothing_is_recorded():
    with new_session() as session:
        tool = Tool(session)
        row = tool.fill(1)[0]
        with pytest.raises(ValueError, match="is not a class"):
            tool.say(row, {"ann": "ape", "bob": "dog"})
        with pytest.raises(ValueError, match="annotator is named by text"):
            tool.say(row, {3: "ape"})
        with pytest.raises(ValueError, match="Rows lie in 0"):
            session.reconcile(None, 40, {"ann": "ape"})
        with pytest.raises(ValueError, match="Rows lie in 0"):
            session.queue(3, {40: None})
        with pytest.raises(ValueError, match="n must be"):
            session.queue(-1)
        assert session.votes() == {}
        assert tool.fill(1) == [row]
    with pytest.raises(ValueError, match="session is closed"):
        session.queue(1)
    with pytest.raises(ValueError, match="session is closed"):
        tool.say(row, {"ann": "ape"})


def test_what_can_not_be_written_is_not_known_and_can_be_sent_again(tmp_path):
    journal = OnAFullDisk(tmp_path / "j.jsonl")
    journal.is_full = True
    with new_session(journal=journal) as session:
        tool = Tool(session)
        row = tool.fill(1)[0]
        with pytest.raises(OSError, match="No space"):
            tool.say(row, {"ann": "ape"})
        assert session.votes() == {}
        assert tool.fill(1) == [row]
        journal.is_full = False
        tool.say(row, {"ann": "ape"})
        assert session.labels == {row: "ape"}


def events_in(path):
    return LabelJournal.read(path)[1]


class Everybody(RuleBasedStateMachine):
    """A tool that shows the queue, people who do anything there, and a page beside."""

    @initialize(votes_per_row=st.integers(1, 2))
    def begin(self, votes_per_row):
        self.votes_per_row, self.path = votes_per_row, self.folders.make() / "j.jsonl"
        self.held, self.elsewhere, self.shown = {}, {}, {}
        self.open()

    def open(self):
        self.session = new_session(
            12, journal=self.path, votes_per_row=self.votes_per_row
        )
        self.tool = Tool(self.session, self.shown)
        self.sync()

    def sync(self):
        for row, answers in self.held.items():
            self.tool.say(row, answers)
        before = set(self.held)
        waiting = self.tool.fill(3)
        votes, skipped = self.session.votes(), self.session._state.skipped
        full = {row for row, own in votes.items() if len(own) >= self.votes_per_row}
        assert len(waiting) == len(set(waiting))
        assert not {*full, *skipped} & set(waiting)
        assert before - full - skipped.keys() <= set(waiting)
        is_new = not before.issuperset(waiting)
        assert not is_new or sum(row not in votes for row in waiting) <= 3
        self.shown = self.tool.shown
        self.held = {row: self.held.get(row, {}) for row in self.shown}

    def some_row(self, data):
        return data.draw(st.sampled_from(sorted(self.held)))

    @precondition(lambda self: self.held)
    @rule(
        data=st.data(),
        who=st.sampled_from(["ann", "bob"]),
        label=st.sampled_from([*CLASSES, None]),
    )
    def somebody_answers_or_changes_or_skips(self, data, who, label):
        self.held[self.some_row(data)][who] = label

    @precondition(lambda self: self.held)
    @rule(data=st.data(), who=st.sampled_from(["ann", "bob"]))
    def somebody_takes_an_answer_back(self, data, who):
        self.held[self.some_row(data)].pop(who, None)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def somebody_throws_a_row_out(self, data):
        row = self.some_row(data)
        del self.tool.shown[row]
        answers = self.held.pop(row).items()
        given = {(row, who): x for who, x in answers if x is not None}
        self.elsewhere |= given

    @rule(label=st.sampled_from(CLASSES), who=st.sampled_from(["cem", None]))
    def somebody_answers_at_the_page(self, label, who):
        query = self.session.ask(annotator=who)
        if query is not None:
            (row,) = query.indices.tolist()
            assert not (self.votes_per_row == 1 and row in self.held)
            self.session.tell(query.id, [label], annotator=who)
            self.elsewhere[row, who] = label

    @rule(torn=st.booleans())
    def the_program_is_killed_and_started_again(self, torn):
        self.session._ledger._journal.close()
        if torn:
            with self.path.open("ab") as file:
                file.write(b'{"event": "answ')
        self.open()

    @invariant()
    def the_journal_agrees_with_the_tool_and_keeps_what_came_elsewhere(self):
        if not hasattr(self, "session"):
            return
        self.sync()
        held = {
            (row, who): label
            for row, answers in self.held.items()
            for who, label in answers.items()
            if label is not None
        }
        votes = {
            (row, who): label
            for row, own in self.session.votes().items()
            for who, label in own.items()
        }
        assert votes == self.elsewhere | held
        assert self.session.report().behind == 0

    def teardown(self):
        if hasattr(self, "session"):
            self.session.close()


def test_whatever_happens_the_journal_and_the_tool_agree(folders):
    Everybody.folders = folders
    limits = settings(max_examples=40, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(Everybody, settings=limits)
