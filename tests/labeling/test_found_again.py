"""A page that outlives its program: it is found again, and so are its answers."""

import hmac
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from page_client import CLASSES, Client, X, new_session, truth_of

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession, StaleQueryError


class Killed:
    """A session and its page that end without being closed."""

    def __init__(self, journal, **options):
        self.session = new_session(journal)
        self.server = self.session.serve(**options)
        self.client = Client(self.server)

    def kill(self):
        """Leave everything as the end of the process would."""
        self.server._http.end()
        self.server._thread.join()
        self.session._ledger.close()


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "labels.jsonl"


def test_the_page_is_served_at_the_same_address_with_the_same_token(journal):
    first = Killed(journal)
    first.client.answer(first.client.state()["question"], "ape")
    first.kill()
    with new_session(journal) as session, session.serve() as server:
        assert server.url == first.server.url
        assert first.client.state()["report"]["n_labeled"] == 1


def test_an_answer_that_was_not_saved_is_taken_by_the_next_program(journal):
    first = Killed(journal)
    question = first.client.state()["question"]
    first.kill()
    with new_session(journal) as session, session.serve():
        status, state = first.client.answer(question, truth_of(question["row"]))
        assert status == 200
        assert session.labels == {question["row"]: truth_of(question["row"])}
        assert state["question"]["row"] != question["row"]
        # Sent again under another name, as the reply may be lost: it counts once.
        status, _ = first.client.answer(question, truth_of(question["row"]))
        assert status == 200
        assert session.report().n_asked == 1


def test_so_is_a_skip(journal):
    first = Killed(journal)
    question = first.client.state()["question"]
    first.kill()
    with new_session(journal) as session, session.serve():
        request = {"query": question["id"], "row": question["row"]}
        assert first.client.post("skip", request)[0] == 200
        assert session.report().n_skipped == 1


def test_an_answer_that_was_saved_and_not_acknowledged_counts_once(journal):
    first = Killed(journal)
    question = first.client.state()["question"]
    first.client.answer(question, "ape")
    first.kill()
    with new_session(journal) as session, session.serve():
        assert first.client.answer(question, "ape")[0] == 200
        assert first.client.answer(question, "bear")[0] == 409
        assert session.labels == {question["row"]: "ape"}


def test_a_row_that_was_labeled_meanwhile_keeps_its_label(journal):
    first = Killed(journal)
    question = first.client.state()["question"]
    first.kill()
    with new_session(journal) as session, session.serve():
        session.relabel(question["row"], "bear")
        status, reply = first.client.answer(question, "ape")
        assert status == 409
        assert "nothing was recorded" in reply["error"]
        assert session.labels == {question["row"]: "bear"}


def test_a_question_of_an_earlier_run_that_is_answered_checks_nothing(journal):
    first = Killed(journal)
    question = first.client.state()["question"]
    first.kill()
    with new_session(journal, audit=1.0) as session, session.serve():
        first.client.answer(question, "ape")
        assert session.report().audit.n == 0


@pytest.mark.parametrize("name", ["another", "x-1", "-1", "9" * 31 + "-1"])
def test_what_no_program_has_asked_is_not_opened_again(name):
    with new_session() as session:
        with pytest.raises(StaleQueryError, match="can't be opened again"):
            session.reopen(name, 3)
        with pytest.raises(StaleQueryError):
            session.reopen(session.ask().id, 3)


def test_where_somebody_else_listens_there_is_a_new_address_with_a_new_token(journal):
    first = Killed(journal)
    first.kill()
    with new_session() as other, other.serve(port=first.client.port):
        with new_session(journal) as session, session.serve() as server:
            client = Client(server)
            assert client.port != first.client.port
            assert client.token != first.client.token
        assert first.client.post("state")[0] == 401


def test_who_asks_for_another_port_gets_it_with_a_new_token(journal):
    first = Killed(journal)
    first.kill()
    with new_session() as other, other.serve() as free:
        port = Client(free).port
    with new_session(journal) as session, session.serve(port=port) as server:
        client = Client(server)
        assert client.port == port
        assert client.token != first.client.token


def test_after_finish_the_address_is_forgotten(journal):
    first = Killed(journal)
    first.client.post("finish")
    first.server.close()
    first.session.close()
    assert not os.path.exists(f"{journal}.page")
    with new_session(journal) as session, session.serve() as server:
        assert Client(server).token != first.client.token


def test_without_a_journal_nothing_is_kept():
    with new_session() as session, session.serve() as server:
        kept = Client(server).token
        with session.serve() as other:
            assert Client(other).token != kept


class TestTheFile:
    """Beside the journal: the port and the tokens, believed where nobody meddled."""

    @pytest.fixture
    def first(self, journal):
        first = Killed(journal)
        first.client.answer(first.client.state()["question"], "ape")
        first.kill()
        return first

    @pytest.fixture
    def file(self, journal):
        return journal.with_name(f"{journal.name}.page")

    @staticmethod
    def is_believed(first, journal):
        with new_session(journal) as session, session.serve() as server:
            return Client(server).token == first.client.token

    def test_it_is_for_its_owner_alone(self, first, file, journal):
        assert file.stat().st_mode & 0o777 == 0o600
        assert self.is_believed(first, journal)

    def test_one_that_others_can_read_is_not_believed(self, first, file, journal):
        file.chmod(0o644)
        assert not self.is_believed(first, journal)

    def test_one_of_the_day_before_is_not_believed(self, first, file, journal):
        yesterday = time.time() - 24 * 3600 - 1
        os.utime(file, (yesterday, yesterday))
        assert not self.is_believed(first, journal)

    def test_a_link_is_not_followed(self, first, file, journal, tmp_path):
        file.rename(tmp_path / "else")
        file.symlink_to(tmp_path / "else")
        assert not self.is_believed(first, journal)

    @pytest.mark.parametrize(
        "change",
        [
            {},
            {"port": "8123"},
            {"port": 65536},
            {"port": 0},
            {"port": None},
            {"tokens": {"": "short"}},
            {"tokens": {"": 3}},
            {"tokens": 3},
            {"tokens": None},
            {"journal": "another"},
        ],
        ids=str,
    )
    def test_what_is_no_address_is_not_believed(self, first, file, journal, change):
        kept = json.loads(file.read_text()) | change
        kept = {name: value for name, value in kept.items() if value is not None}
        file.write_text(json.dumps(kept))
        assert self.is_believed(first, journal) == (change == {})

    @pytest.mark.parametrize("kept", ["", "[]", "3", "\x00\xff"])
    def test_nor_is_what_is_no_record(self, first, file, journal, kept):
        file.write_text(kept)
        assert not self.is_believed(first, journal)

    def test_a_link_in_its_place_is_replaced_and_its_target_left_alone(
        self, file, journal, tmp_path
    ):
        target = tmp_path / "precious"
        target.write_text("mine")
        file.symlink_to(target)
        with new_session(journal) as session, session.serve() as server:
            assert target.read_text() == "mine"
            assert json.loads(file.read_text())["port"] == Client(server).port


class TestHello:
    @pytest.fixture
    def client(self):
        with new_session() as session, session.serve() as server:
            yield Client(server)

    def test_who_knows_the_token_can_tell_that_the_program_does(self, client):
        nonce = "n" * 32
        status, reply = client.post("hello", {"nonce": nonce}, X_Labeling_Token=None)
        said = f"{client.port} {nonce}".encode()
        proof = hmac.new(client.token.encode(), said, "sha256").hexdigest()
        assert (status, reply) == (200, {"proofs": [proof]})

    @pytest.mark.parametrize("nonce", [None, 3, "", "n" * 15, "n" * 129, ["n" * 32]])
    def test_what_is_no_question_gets_no_proof(self, client, nonce):
        status, reply = client.post("hello", {"nonce": nonce})
        assert status == 400
        assert "proofs" not in reply

    def test_another_site_can_not_ask(self, client):
        status, _ = client.post(
            "hello", {"nonce": "n" * 32}, Origin="http://evil.example"
        )
        assert status == 403


class Impostor:
    """Another program at the port of ours, that takes whatever it is sent."""

    def __init__(self, port):
        self.heard = heard = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.append((self.path, body, str(self.headers)))
                reply = json.dumps({"proofs": ["0" * 64], "token": "x"}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,))
        self.thread.start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.mark.browser
def test_another_program_at_the_port_is_told_neither_token_nor_answer(
    new_page, journal
):
    first = Killed(journal)
    page = new_page().open(first.server.url)
    page.page.context.set_offline(True)
    page.page.keyboard.press("1")
    page.wait("unsaved")
    first.kill()
    impostor = Impostor(first.client.port)
    page.page.context.set_offline(False)
    page.wait("ended")
    impostor.close()
    assert "The program was started anew" in page.banner
    assert "“ape” is not saved" in page.banner
    assert {path for path, *_ in impostor.heard} == {"/hello"}
    for _, body, headers in impostor.heard:
        assert first.client.token not in body.decode() + headers
        assert b"ape" not in body


@pytest.mark.browser
def test_a_tab_that_was_only_looking_goes_on_with_the_next_program(new_page, journal):
    first = Killed(journal)
    page = new_page().open(first.server.url)
    row = page.row
    first.kill()
    with new_session(journal) as session, session.serve():
        page.press("3")
        assert session.labels == {row: "cat"}
        page.press("2")
        assert len(session.labels) == 2


def test_another_journal_in_the_same_place_takes_no_answer_of_the_old_one(journal):
    first = Killed(journal)
    question = first.client.state()["question"]
    first.kill()
    journal.unlink()
    with new_session(journal) as session, session.serve() as server:
        assert Client(server).token != first.client.token
        with pytest.raises(StaleQueryError, match="can't be opened again"):
            session.reopen(question["id"], question["row"])
        assert session.labels == {}


def test_a_journal_that_goes_on_keeps_its_name(journal):
    names = []
    for n_rows in (30, 40, 40):
        learner = ActiveLearner(GraphLabelSpreading(), "random", random_state=0)
        with LabelingSession(
            learner, X[:n_rows], classes=CLASSES, journal=journal
        ) as session:
            names.append(session._ledger.name)
    assert len(set(names)) == 1
    assert len(names[0]) == 12


def test_a_file_system_that_ignores_modes_keeps_no_token(journal, monkeypatch):
    real = os.fstat

    def fstat(descriptor):
        status = list(real(descriptor))
        status[0] |= 0o077
        return os.stat_result(status)

    with new_session(journal) as session:
        monkeypatch.setattr(os, "fstat", fstat)
        with session.serve() as server:
            monkeypatch.undo()
            kept = journal.with_name(f"{journal.name}.page").read_text()
            assert Client(server).token not in kept
