"""The page's server and its desk: what is asked, answered, refused and kept."""

import json
import threading

import numpy as np
import pytest
from page_client import CLASSES, Client, X, new_session, truth_of

from sklearn_active.labeling import LabelJournal


@pytest.fixture
def session():
    with new_session(new_classes="allow") as session:
        yield session


@pytest.fixture
def client(session):
    with session.serve() as server:
        yield Client(server)


@pytest.fixture
def ask(session, page_of):
    return page_of(session)


def names(question):
    return {"query": question["id"], "row": question["row"]}


def test_the_reply_to_an_answer_carries_the_next_question_with_its_item(
    client, session
):
    first = client.state()["question"]
    status, state = client.answer(first, truth_of(first["row"]))
    assert status == 200
    second = state["question"]
    assert second["id"] != first["id"]
    assert second["item"]["kind"] == "table"
    shown = [float(value) for _, value in second["item"]["rows"]]
    assert shown == pytest.approx(X[second["row"]], rel=1e-5)
    assert session.labels == {first["row"]: truth_of(first["row"])}


def test_a_whole_session_over_http_labels_every_row(client, session):
    state = client.state()
    while state["question"]:
        _, state = client.answer(state["question"], truth_of(state["question"]["row"]))
    assert state["done"] == "all_labeled"
    assert session.labels == {row: truth_of(row) for row in range(len(X))}
    assert sum(c["count"] for c in state["classes"]) == len(X)


def test_an_answer_to_a_question_that_was_answered_is_refused_with_the_current_one(
    ask, session
):
    first = ask.state()["question"]
    ask("answer", **names(first), label='"ape"')
    status, reply = ask("answer", **names(first), label='"bear"')
    assert status == 409
    assert "nothing was recorded" in reply["error"]
    assert reply["state"]["question"]["id"] == session.ask().id
    assert session.labels == {first["row"]: "ape"}


def test_the_same_answer_from_two_tabs_counts_once(ask, session):
    first = ask.state()["question"]
    for _ in range(2):
        status, _ = ask("answer", **names(first), label='"ape"')
        assert status == 200
    assert session.report().n_asked == 1


@pytest.mark.parametrize("action", ["undo", "flag", "relabel", "skip"])
def test_a_request_that_is_sent_again_counts_once(ask, session, action):
    for _ in range(3):
        question = ask.state()["question"]
        ask("answer", **names(question), label='"ape"')
    question = ask.state()["question"]
    request = {
        "undo": {"query": question["id"]},
        "flag": {"row": 0, "flagged": True},
        "relabel": {"row": session.recent(1)[0]["row"], "label": '"bear"'},
        "skip": names(question),
    }[action]
    status, _ = ask(action, **request, request="the same")
    assert status == 200
    version = session._ledger.version
    status, _ = ask(action, **request, request="the same")
    assert status == 200
    assert session._ledger.version == version


def test_undo_brings_the_row_back_and_a_stale_tab_takes_back_nothing(ask, session):
    first = ask.state()["question"]
    _, state = ask("answer", **names(first), label='"ape"')
    status, _ = ask("undo", query=first["id"])  # a tab that shows the first still
    assert status == 409
    assert session.labels == {first["row"]: "ape"}
    status, state = ask("undo", query=state["question"]["id"])
    assert status == 200
    assert state["question"]["row"] == first["row"]
    assert session.labels == {}
    status, reply = ask("undo", query=state["question"]["id"])
    assert (status, reply["error"]) == (400, "There is nothing to take back.")


def test_skip_flag_relabel_and_requeue_reach_the_session(ask, session):
    first = ask.state()["question"]
    _, state = ask("flag", row=first["row"], flagged=True)
    assert state["question"]["flagged"]
    _, state = ask("skip", **names(first))
    assert state["report"]["n_skipped"] == state["report"]["n_flagged"] == 1
    second = state["question"]
    _, state = ask("answer", **names(second), label='"ape"')
    assert [a["row"] for a in state["recent"]] == [second["row"]]
    _, state = ask("relabel", row=second["row"], label='"cat"')
    assert state["recent"][0]["text"] == "cat"
    assert session.labels == {second["row"]: "cat"}
    _, state = ask("requeue")
    assert state["report"]["n_skipped"] == 0


def test_a_new_class_is_added_and_leaves_the_keys_of_the_others_alone(ask, session):
    state = ask.state()
    assert [(c["text"], c["key"]) for c in state["classes"]] == [
        ("ape", "1"),
        ("bear", "2"),
        ("cat", "3"),
    ]
    _, state = ask("answer", **names(state["question"]), new=" ant ")
    assert list(session.labels.values()) == ["ant"]
    keys = {c["text"]: c["key"] for c in state["classes"]}
    assert keys == {"ape": "1", "bear": "2", "cat": "3", "ant": "4"}


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\x1bb", "x" * 201, "\ud800"])
def test_a_class_without_a_printable_name_is_refused(ask, session, text):
    status, _ = ask("answer", **names(ask.state()["question"]), new=text)
    assert status == 400
    assert session.report().n_asked == 0


@pytest.mark.parametrize(
    ("text", "label"),
    [("3", 3), ("2.5", None), ("x", None), ("nan", None), ("-1", None)],
)
def test_where_classes_are_numbers_a_new_one_is_a_number_and_not_the_mark(
    text, label, page_of
):
    with new_session(classes=[0, 1], new_classes="allow") as session:
        ask = page_of(session)
        status, _ = ask("answer", **names(ask.state()["question"]), new=text)
        assert status == (400 if label is None else 200)
        assert list(session.labels.values()) == ([] if label is None else [label])
        assert session.report().n_skipped == 0


def test_a_closed_list_of_classes_stays_closed(page_of):
    with new_session() as session:
        ask = page_of(session)
        assert ask.state()["new_classes"] is False
        question = ask.state()["question"]
        for label in ({"new": "dog"}, {"label": '"dog"'}, {"label": "null"}):
            assert ask("answer", **names(question), **label)[0] == 400
        assert session.report().n_asked == 0


@pytest.mark.parametrize("big", [2**60 + 1, 1.0, 3])
def test_numbers_come_back_exactly_although_javascript_could_not_hold_them(
    big, page_of
):
    with new_session(classes=[big, 7]) as session:
        ask = page_of(session)
        state = ask.state()
        name = next(c["label"] for c in state["classes"] if c["text"] == str(big))
        ask("answer", **names(state["question"]), label=name)
        (label,) = session.labels.values()
        assert (label, type(label)) == (big, type(big))


@pytest.mark.parametrize(
    "request_",
    [{}, {"row": -1}, {"row": 40}, {"row": True}, {"row": "1"}, {"row": 0.0}],
)
def test_a_request_without_a_row_is_refused(ask, request_):
    assert ask("item", **request_)[0] == 400
    assert ask("flag", flagged=True, **request_)[0] == 400


def test_the_guess_is_given_on_request_but_never_for_a_question_that_checks_the_model(
    page_of,
):
    with new_session(audit=1.0) as session:
        ask = page_of(session)
        state = ask.state()
        assert state["question"]["reason"] == "audit"
        reply = ask("guess", **names(state["question"]))[1]
        assert reply == {"text": None, "why": "this question checks the model"}
    with new_session() as session:
        ask = page_of(session)
        state = ask.state()
        assert ask("guess", **names(state["question"]))[1]["text"] is None
        while len(session.labels) < 20:
            row = state["question"]["row"]
            label = json.dumps(truth_of(row))
            state = ask("answer", **names(state["question"]), label=label)[1]
        assert '"guess"' not in json.dumps({**state, "can": []})
        row = state["question"]["row"]
        reply = ask("guess", **names(state["question"]))[1]
        assert reply == {"text": session.guess(row)}
        assert ask("guess", query="another", row=row)[0] == 409


def test_what_cannot_be_written_is_said_and_can_be_sent_again(tmp_path, page_of):
    class FullDisk(LabelJournal):
        full = True

        def append(self, events):
            if self.full:
                raise OSError(28, "No space left on device")
            super().append(events)

    journal = FullDisk(tmp_path / "labels.jsonl")
    with new_session(journal) as session:
        ask = page_of(session)
        question = ask.state()["question"]
        request = {**names(question), "label": '"ape"', "request": "mine"}
        status, reply = ask("answer", **request)
        assert status == 503
        assert "No space left on device" in reply["error"]
        assert session.labels == {}
        journal.full = False
        assert ask("answer", **request)[0] == 200
        assert session.labels == {question["row"]: "ape"}


def test_an_aggregate_that_fails_is_said_and_the_answer_is_kept(caplog, page_of):
    def fails(votes):
        raise KeyError("no rule for this")

    with new_session(aggregate=fails) as session:
        ask = page_of(session)
        question = ask.state()["question"]
        request = {**names(question), "label": '"ape"', "request": "mine"}
        status, reply = ask("answer", **request)
        assert status == 400
        assert "aggregate failed on the votes ['ape'] of row" in reply["error"]
        assert "is recorded" in reply["error"]
        assert reply["state"]["question"]["id"] != question["id"]
        assert session._state.votes == {question["row"]: {None: "ape"}}
        assert ask("answer", **request)[0] == 200  # sent again: it counts once
        assert session._state.votes == {question["row"]: {None: "ape"}}
        assert "no rule for this" in caplog.text


def test_after_the_session_has_ended_the_page_is_told_so(page_of):
    session = new_session()
    ask = page_of(session)
    session.close()
    status, reply = ask("state")
    assert status == 410
    assert "saved" in reply["error"]


def test_a_question_of_several_rows_is_shown_row_by_row(session, ask):
    query = session.ask(3)
    shown = []
    for _ in range(3):
        question = ask.state()["question"]
        assert question["id"] == query.id
        shown.append(question["row"])
        ask("answer", **names(question), label='"ape"')
    assert shown == query.indices.tolist()


def test_an_item_that_cannot_be_shown_is_an_error_when_the_page_is_opened():
    with (
        new_session(items=[object] * 39 + [None], keys=None) as session,
        session.serve() as server,
    ):
        assert "object" in Client(server).state()["question"]["item"]["text"]
    images = [X.reshape(2, 2, -1)] * 40
    with (
        new_session(items=images) as session,
        pytest.raises(ValueError, match="image is an array"),
    ):
        session.serve()


def test_a_later_item_that_cannot_be_shown_does_not_end_the_labeling(
    tmp_path, caplog, page_of
):
    items = [tmp_path / "none.png"] * 40
    items[0] = "fine"
    with new_session(items=items) as session:
        ask = page_of(session)
        item = ask.state()["question"]["item"]
        assert item["kind"] == "broken"
        assert "none.png" in item["text"]
    assert "can't be shown" in caplog.text


def test_wait_returns_when_the_person_presses_finish(session):
    with session.serve() as server:
        done = []
        waiter = threading.Thread(target=lambda: (server.wait(), done.append(1)))
        waiter.start()
        assert Client(server).post("finish")[0] == 200
        waiter.join(timeout=20)
        assert done == [1]


def test_wait_returns_when_the_server_is_closed(session):
    server = session.serve()
    waiter = threading.Thread(target=server.wait)
    waiter.start()
    server.close()
    server.close()
    waiter.join(timeout=20)
    assert not waiter.is_alive()


def test_after_close_nothing_answers_not_even_a_connection_kept_alive(session):
    from http.client import HTTPConnection, HTTPException

    server = session.serve()
    client = Client(server)
    connection = HTTPConnection("127.0.0.1", client.port, timeout=20)
    connection.request("GET", "/")
    connection.getresponse().read()
    server.close()

    def ask_again():
        connection.request("GET", "/")
        connection.getresponse()

    with pytest.raises((OSError, HTTPException)):
        ask_again()
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        client.raw("GET", "/")


def test_the_port_can_be_stated_and_used_again(session):
    with session.serve() as server:
        port = Client(server).port
    with session.serve(port=port) as server:
        assert Client(server).port == port
        with pytest.raises(OSError, match="in use"):
            session.serve(port=port)


def test_the_page_and_its_parts_are_served(client):
    for path, kind in [
        ("/", "text/html; charset=utf-8"),
        ("/page.css", "text/css; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"),
        ("/start.js", "text/javascript; charset=utf-8"),
    ]:
        status, headers, body = client.raw("GET", path)
        assert (status, headers["Content-Type"]) == (200, kind)
        assert body


def keys_at(client):
    return {shown["text"]: shown["key"] for shown in client.state()["classes"]}


def test_a_class_of_one_character_is_its_own_key_and_others_take_what_is_left(page_of):
    digits = [str(i) for i in range(10)]
    for classes, keys in [
        (["2", "a", "yes", "no"], ["2", "a", "1", "3"]),
        (digits, digits),
        (["x1", "x2", *CLASSES], ["1", "2", "3", "4", "5"]),
    ]:
        with new_session(classes=classes) as session:
            expected = dict(zip(classes, keys, strict=True))
            assert keys_at(page_of(session)) == expected
    with new_session(classes=["A", "a", "é", " "]) as session:
        assert len(set(keys_at(page_of(session)).values())) == 4


def test_a_key_that_a_class_has_already_is_not_given_to_a_new_one(page_of):
    with new_session(classes=["yes", "no"], new_classes="allow") as session:
        client = page_of(session)
        assert keys_at(client) == {"yes": "1", "no": "2"}
        session.relabel(0, "1")
        assert keys_at(client) == {"yes": "1", "no": "2", "1": "3"}


def test_of_many_classes_those_that_are_used_get_digits_and_keep_them(page_of):
    many = [f"class {i}" for i in range(40)]
    with new_session(classes=many) as session:
        client = page_of(session)
        assert keys_at(client) == dict.fromkeys(many)
        for row, number in enumerate([7, 9, 9, 7, 9, 9, 9]):
            session.relabel(row, many[number])
        used = keys_at(client)
        assert (used["class 9"], used["class 7"]) == ("1", "2")
        for row in range(7, 40):
            session.relabel(row, many[10 + row % 11])
        later = keys_at(client)
        assert (later["class 9"], later["class 7"]) == ("1", "2")
        assert sorted(filter(None, later.values())) == sorted("1234567890")


def test_keys_that_were_chosen_stand_and_no_other_class_gets_them(page_of):
    with new_session(classes=["good", "1", "bad"]) as session:
        client = page_of(session, keys={"bad": "1"})
        assert keys_at(client) == {"good": "2", "1": "3", "bad": "1"}


class TestLists:
    def test_a_list_is_paged_and_stays_as_it_was(self, ask, session):
        session.flag(7)
        status, found = ask("find", words="", status="all")
        assert (status, found["n"]) == (200, 40)
        assert [row["row"] for row in found["rows"]] == list(range(40))
        assert [row["flagged"] for row in found["rows"]].index(True) == 7
        status, part = ask("rows", found=found["found"], **{"from": 38}, n=50)
        assert [row["row"] for row in part["rows"]] == [38, 39]

    def test_a_list_that_was_let_go_is_to_be_asked_for_again(self, ask):
        first = ask("find")[1]["found"]
        for _ in range(8):
            ask("find")
        status, reply = ask("rows", found=first, **{"from": 0}, n=5)
        assert status == 409
        assert reply["state"]["question"]

    def test_rows_are_found_by_label_guess_and_likeness(self, ask, session):
        for row in range(9):
            session.relabel(row, truth_of(row))
        session.wait()
        apes = ask("find", label='"ape"')[1]["rows"]
        assert {row["label"] for row in apes} == {"ape"}
        assert {row["guess"] for row in ask("find", guess='"cat"')[1]["rows"]} == {
            "cat"
        }
        near = np.linalg.norm(X - X[3], axis=1).argsort()[1]
        assert ask("find", like=3)[1]["rows"][0]["row"] == near
        likely = ask("find", likely='"bear"', status="unlabeled")[1]
        assert likely["n"] == 31
        assert likely["rows"][0]["guess"] == "bear"

    def test_no_guess_is_told_of_the_row_that_checks_the_model(self, page_of):
        with new_session(audit=1.0) as session:
            for row in range(9):
                session.relabel(row, truth_of(row))
            session.wait()
            ask = page_of(session)
            checked = ask.state()["question"]
            assert checked["reason"] == "audit"
            rows = {row["row"]: row for row in ask("find")[1]["rows"]}
            assert rows[checked["row"]]["guess"] is None
            assert rows[0]["guess"] is not None

    def test_what_is_no_list_is_refused_with_a_reason(self, ask):
        for request, message in [
            ({"status": "odd"}, "odd"),
            ({"order": "odd"}, "odd"),
            ({"words": 3}, "no text 'words'"),
            ({"like": -1}, "names no row"),
            ({"label": '"dog"'}, "not a class"),
            ({"order": "sure"}, "There is no model yet"),
        ]:
            status, reply = ask("find", **request)
            assert status == 400
            assert message in reply["error"]
        name = ask("find")[1]["found"]
        for wrong in ({"from": -1, "n": 3}, {"from": 0}, {"from": 0.5, "n": 1}):
            assert ask("rows", found=name, **wrong)[0] == 400

    def test_a_label_given_in_a_list_carries_its_reason(
        self, ask, session, tmp_path, page_of
    ):
        with new_session(tmp_path / "j") as session:
            ask = page_of(session)
            assert ask("relabel", row=5, label='"ape"', reason="similar")[0] == 200
            assert ask("relabel", row=5, label='"ape"', reason="because")[0] == 400
            session.close()
            _, (event,) = LabelJournal.read(tmp_path / "j")
        assert (event["row"], event["label"], event["reason"]) == (5, "ape", "similar")


def test_rows_are_called_by_what_they_say(ask, page_of):
    items = ["", *(f"word {i} of a text that goes on and on and on" for i in range(39))]
    with new_session(items=items) as session:
        ask = page_of(session)
        titles = [row["title"] for row in ask("find")[1]["rows"]]
        assert titles[:2] == ["Row 1", "word 0 of a text that goes on and on and on"]
        question = ask.state()["question"]
        assert question["title"] == titles[question["row"]]


def test_one_broken_item_stops_nobody_and_only_broken_ones_are_an_error(
    tmp_path, page_of
):
    broken = [tmp_path / f"{i}.png" for i in range(40)]
    with new_session(items=broken) as session, pytest.raises(OSError, match="0.png"):
        page_of(session)
    (tmp_path / "3.png").write_bytes(b"")
    with new_session(items=broken) as session:
        ask = page_of(session)
        item = ask("item", row=0)[1]["item"]
        assert item["kind"] == "broken"
        assert "0.png" in item["text"]


@pytest.mark.parametrize("error", [OSError, ValueError, RuntimeError])
def test_an_item_that_cannot_be_read_later_is_broken_and_the_answer_is_kept(
    error, page_of
):
    class Lazy(list):
        broken = -1

        def __getitem__(self, row):
            if row == self.broken:
                raise error("gone")
            return super().__getitem__(row)

    items = Lazy(f"text {row}" for row in range(40))
    with new_session(items=items) as session:
        ask = page_of(session)
        first = ask.state()["question"]
        row = items.broken = first["row"]
        again = ask.state()["question"]
        assert (again["title"], again["item"]["text"]) == (
            f"Row {row + 1}",
            first["item"]["text"],
        )
        status, state = ask("answer", **names(first), label='"ape"')
        assert status == 200
        assert state["recent"][0]["title"] == f"Row {row + 1}"
        assert session.labels == {row: "ape"}
        assert ask("item", row=row)[1]["title"] == f"Row {row + 1}"
        items.broken = state["question"]["row"]
        status, found = ask("find")
        assert (status, found["n"]) == (200, 40)


class TestVotesOfOthers:
    """Of a row that two are to answer, neither sees what the other has said."""

    @pytest.fixture(autouse=True)
    def _pages(self, page_of):
        self.page_of = page_of

    def described(self, session, row, annotator):
        return self.page_of(session, annotator)("find")[1]["rows"][row]

    def seen(self, session, row, annotator):
        shown = self.described(session, row, annotator)
        return shown["label"], shown["votes"], shown["hidden"]

    def test_they_are_hidden_until_the_own_vote_is_given(self):
        with new_session(votes_per_row=2) as session:
            session.relabel(11, "ape", "bob")
            bobs = ("ape", [["bob", "ape"]], False)
            assert self.seen(session, 11, "ann") == (None, [], True)
            assert self.seen(session, 11, "bob") == bobs
            assert self.seen(session, 11, None) == bobs
            assert self.seen(session, 12, "ann") == (None, [], False)
            session.relabel(11, "cat", "ann")
            both = [["bob", "ape"], ["ann", "cat"]]
            assert self.seen(session, 11, "ann") == ("cat", both, False)

    def test_those_of_the_row_that_is_asked_are_hidden_however_many_are_wanted(self):
        with new_session() as session:
            row = int(session.ask(annotator="ann").indices[0])
            session.relabel(row, "ape", "bob")
            assert self.seen(session, row, "ann") == (None, [], True)

    def test_where_one_vote_is_enough_the_labels_of_colleagues_can_be_reviewed(self):
        with new_session() as session:
            session.relabel(11, "ape", "bob")
            assert self.seen(session, 11, "ann") == ("ape", [["bob", "ape"]], False)
