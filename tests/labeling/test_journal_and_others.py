"""Other programs, processes and threads at an open journal: nothing is lost unseen."""

import errno
import fcntl
import json
import multiprocessing
import os
import shutil
import signal
from threading import Thread

import numpy as np
import pytest
from executors import Inline
from helpers import blobs
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, LabelJournal

HEADER = {"n_rows": 7}
X, _, TRUTH = blobs(40, centers=3)


def event(row):
    return {"event": "answer", "row": row, "label": 1}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


@pytest.fixture
def journal(path):
    with LabelJournal(path) as journal:
        journal.open(HEADER)
        journal.append([event(0)])
        journal.append([event(1)])
        yield journal


def rows(path):
    return [found["row"] for found in LabelJournal.read(path)[1]]


def replace_by_a_copy(path):
    shutil.copy(path, path.with_suffix(".new"))
    os.replace(path.with_suffix(".new"), path)


def replace_by_other_content(path):
    path.with_suffix(".new").write_text("other\n")
    os.replace(path.with_suffix(".new"), path)


def overwrite_the_end(path):
    content = path.read_bytes()
    with path.open("r+b") as file:
        file.write(content[:-4] + b"9}}\n")


def append_a_line(path):
    with path.open("ab") as file:
        file.write(json.dumps(event(77)).encode() + b"\n")


ACTS = {
    "replaced by a copy": (replace_by_a_copy, "was replaced"),
    "replaced by other content": (replace_by_other_content, "was replaced"),
    "removed": (os.unlink, "was removed or renamed"),
    "renamed": (
        lambda path: path.rename(path.with_name("else")),
        "was removed or renamed",
    ),
    "cut to nothing": (lambda path: os.truncate(path, 0), "was cut from"),
    "cut in the middle": (lambda path: os.truncate(path, 100), "was cut from"),
    "appended to": (append_a_line, "was written to by another program"),
    "overwritten": (overwrite_the_end, "was overwritten"),
}
every_act = pytest.mark.parametrize(("act", "message"), ACTS.values(), ids=ACTS)


def content_of(path):
    return path.read_bytes() if path.exists() else None


@every_act
def test_what_another_program_did_is_noticed_before_anything_is_acknowledged(
    path, journal, act, message
):
    act(path)
    found = content_of(path)
    for _ in range(2):
        with pytest.raises(OSError, match=f"{message}.*Nothing was recorded"):
            journal.append([event(2)])
    assert content_of(path) == found


@every_act
@pytest.mark.parametrize("moment", ["write", "fsync"])
def test_what_happens_in_the_middle_of_a_write_is_noticed_too(
    path, journal, monkeypatch, act, message, moment
):
    real = getattr(os, moment)

    def disturbed(*args):
        done = real(*args) if moment == "write" else None
        monkeypatch.undo()
        act(path)
        return done

    monkeypatch.setattr(os, moment, disturbed)
    with pytest.raises(OSError, match="Nothing was recorded"):
        journal.append([event(2)])


@every_act
def test_only_what_was_written_by_oneself_is_taken_back(
    path, journal, monkeypatch, act, message
):
    real = os.write

    def late(descriptor, data):
        monkeypatch.undo()
        act(path)  # after the check, before the write
        late.found = content_of(path)
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", late)
    with pytest.raises(OSError, match="Nothing was recorded"):
        journal.append([event(2)])
    assert content_of(path) == late.found


def test_a_write_lands_behind_what_another_program_wrote_never_over_it(path, journal):
    append_a_line(path)
    os.write(journal._file.fileno(), b"x")
    assert path.read_bytes().endswith(json.dumps(event(77)).encode() + b"\nx")


def test_the_same_answer_is_taken_when_the_file_is_as_it_was(path, journal):
    path.rename(path.with_name("else"))
    with pytest.raises(OSError, match="removed or renamed"):
        journal.append([event(2)])
    path.with_name("else").rename(path)
    journal.append([event(2)])
    size = path.stat().st_size
    append_a_line(path)
    with pytest.raises(OSError, match="written to by another program"):
        journal.append([event(3)])
    os.truncate(path, size)
    journal.append([event(3)])
    assert rows(path) == [0, 1, 2, 3]


def test_a_full_disk_takes_back_no_equal_event_that_was_acknowledged(
    path, journal, monkeypatch
):
    def full(descriptor, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        journal.append([event(1)])
    assert rows(path) == [0, 1]


def test_a_link_is_followed_and_noticed_when_it_leads_elsewhere(tmp_path):
    real, other = tmp_path / "real", tmp_path / "other"
    link = tmp_path / "link"
    link.symlink_to(real)
    with LabelJournal(link) as journal:
        journal.open(HEADER)
        journal.append([event(0)])
        assert rows(link) == rows(real) == [0]
        with pytest.raises(RuntimeError, match="in use by another session"):
            LabelJournal(real).open(HEADER)
        shutil.copy(real, other)
        link.unlink()
        link.symlink_to(other)
        with pytest.raises(OSError, match="was replaced"):
            journal.append([event(1)])
    assert rows(link) == rows(real) == [0]


def test_a_relative_path_means_the_same_file_in_another_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    with LabelJournal("labels.jsonl") as journal:
        journal.open(HEADER)
        monkeypatch.chdir(tmp_path / "sub")
        journal.append([event(0)])
    assert rows(tmp_path / "labels.jsonl") == [0]


def test_a_lock_on_a_file_that_is_no_longer_the_paths_is_none(path, monkeypatch):
    with LabelJournal(path) as journal:
        journal.open(HEADER)
    real = fcntl.flock

    def late(file, how):
        monkeypatch.undo()
        replace_by_a_copy(path)
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(OSError, match="was replaced"):
        LabelJournal(path).open(HEADER)
    with LabelJournal(path) as journal:
        assert journal.open(HEADER) == []


@settings(max_examples=150, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["none", *ACTS]),
            st.sampled_from(["before", "at write", "at fsync"]),
            st.integers(1, 3),
        ),
        max_size=8,
    )
)
def test_no_event_is_acknowledged_that_a_reader_of_the_path_does_not_see(
    tmp_path_factory, steps
):
    path = tmp_path_factory.mktemp("journal") / "labels.jsonl"
    journal = LabelJournal(path)
    journal.open(HEADER)
    number = 0
    for name, moment, n_events in steps:
        act = ACTS[name][0] if name != "none" else lambda path: None
        batch = list(range(number, number + n_events))
        number += n_events
        if _acknowledged(journal, [event(row) for row in batch], act, moment, path):
            assert rows(path)[-n_events:] == batch
        else:
            assert name != "none"
            journal.close()
            path.unlink(missing_ok=True)
            journal.open(HEADER)
    journal.close()


def _acknowledged(journal, events, act, moment, path):
    """Append with an act of another program at a moment; say whether it went well."""

    def disturbed(real):
        def call(*args):
            patch.undo()
            if path.exists():
                act(path)
            return real(*args)

        return call

    with pytest.MonkeyPatch.context() as patch:
        if moment == "before":
            act(path)
        else:
            moment = moment.removeprefix("at ")
            patch.setattr(os, moment, disturbed(getattr(os, moment)))
        try:
            journal.append(events)
        except OSError:
            return False
    return True


class TestInASession:
    def opened(self, path):
        learner = ActiveLearner(GaussianNB(var_smoothing=1e-2), random_state=0)
        return LabelingSession(
            learner, X, classes=[0, 1, 2], journal=path, audit=0, executor=Inline()
        )

    @every_act
    def test_the_question_stays_open_and_nothing_counts(self, path, act, message):
        with self.opened(path) as session:
            first = session.ask()
            session.tell(first.id, TRUTH[first.indices])
            query, labels = session.ask(), session.labels
            act(path)
            with pytest.raises(OSError, match=message):
                session.tell(query.id, TRUTH[query.indices])
            assert session.ask() is query
            assert session.labels == labels
            with pytest.raises(OSError, match=message):
                session.undo()
            assert session.labels == labels

    def test_the_page_is_told_what_happened_and_goes_on_when_it_is_mended(
        self, path, page_of
    ):
        with self.opened(path) as session:
            client = page_of(session)
            question = client.state()["question"]
            request = {"request": "1", "query": question["id"], "label": "1"}
            request["row"] = question["row"]
            path.rename(path.with_name("else"))
            status, reply = client.post("answer", request)
            assert (status, session.labels) == (503, {})
            assert "was removed or renamed by another program" in reply["error"]
            path.with_name("else").rename(path)
            assert client.post("answer", request)[0] == 200
        assert rows(path) == [question["row"]]

    def test_a_second_session_goes_on_with_what_the_path_holds(self, path):
        with self.opened(path) as first:
            query = first.ask()
            first.tell(query.id, [0])
            replace_by_a_copy(path)
            with self.opened(path) as second:
                assert second.labels == first.labels
                query = second.ask()
                second.tell(query.id, [1])
                with pytest.raises(OSError, match="was replaced"):
                    first.tell(first.ask().id, [2])
            assert len(rows(path)) == 2


class TestLocks:
    @pytest.mark.parametrize(
        "code", [errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN], ids=errno.errorcode.get
    )
    def test_in_use_is_said_only_where_it_is(self, path, monkeypatch, code):
        monkeypatch.setattr(fcntl, "flock", failing(code))
        with pytest.raises(RuntimeError, match="in use by another session"):
            LabelJournal(path).open(HEADER)

    @pytest.mark.parametrize(
        "code",
        [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EIO],
        ids=errno.errorcode.get,
    )
    def test_a_file_system_without_locks_is_named_with_the_way_out(
        self, path, monkeypatch, code
    ):
        with monkeypatch.context() as patched:
            patched.setattr(fcntl, "flock", failing(code))
            with pytest.raises(OSError, match=r"can't be locked.*on a disk of this"):
                LabelJournal(path).open(HEADER)
        with LabelJournal(path) as journal:
            assert journal.open(HEADER) == []


def failing(code):
    def flock(file, how):
        raise OSError(code, os.strerror(code))

    return flock


def test_several_threads_may_use_one_journal(path):
    def write(journal, first):
        for row in range(first, first + 50):
            journal.append([event(row)])

    with LabelJournal(path) as journal:
        journal.open(HEADER)
        threads = [Thread(target=write, args=(journal, 50 * k)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = np.array(rows(path))
    assert sorted(found) == list(range(200))
    order = [found[found // 50 == k].tolist() for k in range(4)]
    assert order == [sorted(own) for own in order]


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="The system can't fork")


def exit_code(child):
    """Run a function in a forked process; return what it ended with."""
    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    return process.exitcode


@needs_fork
class TestForkedChildren:
    def test_a_child_can_not_write_to_its_parents_journal(self, path, journal):
        def child():
            with pytest.raises(RuntimeError, match="not open in this process"):
                journal.append([event(99)])

        assert exit_code(child) == 0
        journal.append([event(2)])
        assert rows(path) == [0, 1, 2]

    @pytest.mark.parametrize("leave", ["close", "exit"])
    def test_a_child_that_ends_leaves_its_parents_lock_alone(
        self, path, journal, leave
    ):
        assert exit_code(journal.close if leave == "close" else int) == 0
        with pytest.raises(RuntimeError, match="in use by another session"):
            LabelJournal(path).open(HEADER)
        journal.append([event(2)])
        assert rows(path) == [0, 1, 2]

    def test_a_child_does_not_keep_the_lock_when_its_parent_lets_go(self, path):
        journal = LabelJournal(path)
        journal.open(HEADER)
        child = os.fork()
        if not child:
            signal.pause()
        try:
            journal.close()
            with LabelJournal(path) as second:
                assert second.open(HEADER) == []
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    def test_a_child_does_not_keep_the_lock_when_its_parent_is_killed(self, path):
        read, write = os.pipe()
        parent = os.fork()
        if not parent:
            LabelJournal(path).open(HEADER)
            grandchild = os.fork()
            if grandchild:
                os.write(write, b"%d" % grandchild)
            signal.pause()
        grandchild = int(os.read(read, 20))
        os.kill(parent, signal.SIGKILL)
        os.waitpid(parent, 0)
        try:
            with LabelJournal(path) as journal:
                assert journal.open(HEADER) == []
        finally:
            os.kill(grandchild, signal.SIGKILL)
            os.close(read)
            os.close(write)

    def test_a_child_forked_in_the_middle_of_a_write_is_not_stuck(self, path, journal):
        def child():
            with pytest.raises(RuntimeError, match="not open in this process"):
                journal.append([event(99)])

        with journal._mutex:
            codes = []
            thread = Thread(target=lambda: codes.append(exit_code(child)))
            thread.start()
            thread.join()
        assert codes == [0]
