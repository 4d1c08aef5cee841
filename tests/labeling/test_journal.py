"""No acknowledged answer is lost, whatever tears, fills up or dies."""

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import blobs
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, LabelJournal

HEADER = {"n_rows": 7, "keys": "abc", "classes": ["a", "ü"]}


def event(row, **more):
    return {"event": "answer", "row": row, "label": "ü", **more}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


def written(path, n_events=3):
    with LabelJournal(path) as journal:
        journal.open(HEADER)
        for row in range(n_events):
            journal.append([event(row)])
    return path


def test_what_is_appended_is_read_again_in_order(path):
    written(path)
    with LabelJournal(path) as journal:
        assert journal.open(HEADER) == [event(0), event(1), event(2)]
        journal.append([event(3), event(4)])
    header, events = LabelJournal.read(path)
    assert header == HEADER
    assert [e["row"] for e in events] == [0, 1, 2, 3, 4]


def test_the_file_is_one_json_line_an_event_and_for_its_owner_alone(path):
    lines = written(path).read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["header"] + ["answer"] * 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_torn_offset_keeps_what_was_whole_and_can_be_written_on(
    path, monkeypatch
):
    content = written(path, n_events=100).read_bytes()
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # 10,000 files
    for size in range(len(content)):
        path.write_bytes(content[:size])
        # A line that lacks nothing but its newline is whole.
        n_whole = max(0, (content[:size] + b"\n").count(b"}\n") - 1)
        with LabelJournal(path) as journal:
            events = journal.open(HEADER)
            assert events == [event(row) for row in range(n_whole)]
            journal.append([event(999)])
        last = path.read_bytes().splitlines()[-1]
        assert json.loads(last) == event(999)
        if size % 97 == 0:
            assert LabelJournal.read(path)[1] == [*events, event(999)]


def test_a_last_answer_that_lacks_only_its_newline_is_kept_by_open_and_read(path):
    path.write_bytes(written(path).read_bytes()[:-1])
    assert LabelJournal.read(path) == (HEADER, [event(0), event(1), event(2)])
    with LabelJournal(path) as journal:
        assert journal.open(HEADER) == [event(0), event(1), event(2)]
        assert path.read_bytes().endswith(b"}\n")
        journal.append([event(3)])
    assert LabelJournal.read(path)[1] == [event(row) for row in range(4)]


@pytest.mark.parametrize("tail", [b'{"event": "undo"}x', b'{"event": "undo"', b"{}"])
def test_a_last_line_that_is_no_event_is_cut_off(path, tail):
    content = written(path).read_bytes()
    path.write_bytes(content + tail)
    with LabelJournal(path) as journal:
        assert journal.open(HEADER) == [event(0), event(1), event(2)]
    assert path.read_bytes() == content


def test_a_header_that_lacks_only_its_newline_is_checked_and_kept(path):
    header = written(path, n_events=0).read_bytes()
    path.write_bytes(header[:-1])
    assert LabelJournal.read(path) == (HEADER, [])
    with pytest.raises(ValueError, match="other data"):
        LabelJournal(path).open(HEADER | {"n_rows": 8})
    assert path.read_bytes() == header[:-1]
    with LabelJournal(path) as journal:
        assert journal.open(HEADER) == []
    assert path.read_bytes() == header


def test_of_several_events_in_one_write_the_whole_ones_are_kept(path):
    with LabelJournal(path) as journal:
        journal.open(HEADER)
        journal.append([event(0), event(1), event(2)])
    content = path.read_bytes()
    whole = content.rindex(b"\n", 0, -1)
    for size, n_whole in [(whole, 2), (whole + 1, 2), (whole + 9, 2), (-1, 3)]:
        path.write_bytes(content[:size])
        assert LabelJournal.read(path)[1] == [event(row) for row in range(n_whole)]
        with LabelJournal(path) as journal:
            assert len(journal.open(HEADER)) == n_whole


def test_events_can_be_taken_one_by_one_and_an_error_names_the_line(path):
    content = written(path).read_bytes()
    taken = []
    with LabelJournal(path) as journal:
        assert journal.open(HEADER, taken.append) == []
    assert taken == [event(0), event(1), event(2)]

    def refuse(found):
        if found["row"] == 1:
            raise ValueError("No such row.")

    with pytest.raises(ValueError, match=r"line 3 can't be taken: No such row\."):
        LabelJournal(path).open(HEADER, refuse)
    assert path.read_bytes() == content
    with LabelJournal(path) as journal:  # the lock was given back
        journal.open(HEADER)


def test_reading_leaves_a_torn_tail_alone(path):
    content = written(path).read_bytes()
    path.write_bytes(content[:-5])
    assert len(LabelJournal.read(path)[1]) == 2
    assert path.read_bytes() == content[:-5]


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b'{"event": "answ',
        b'{"event": 1}',
        b'{"event": "undo"}x',
        b'{"event": "undo"}{"event": "undo"}',
        b"\x00\x00",
        b"[1]",
        b'"event"',
        b"\xff",
        b'{"event": "answer", "label": ' + b"[" * 200_000,
        b'{"event": "answer", "row": ' + b"1" * 10_000 + b"}",
    ],
    ids=range(11),
)
def test_a_damaged_middle_is_an_error_with_the_line_never_skipped(path, line):
    lines = written(path).read_bytes().splitlines()
    lines[2] = line
    damaged = b"\n".join(lines) + b"\n"
    path.write_bytes(damaged)
    for read in (
        lambda: LabelJournal(path).open(HEADER),
        lambda: LabelJournal.read(path),
    ):
        with pytest.raises(ValueError, match="line 3 is"):
            read()
    assert path.read_bytes() == damaged


@pytest.mark.parametrize("key", HEADER)
def test_a_file_of_other_data_is_refused_and_left_alone(path, key):
    content = written(path).read_bytes()
    with pytest.raises(ValueError, match=f"other data: its {key} is"):
        LabelJournal(path).open(HEADER | {key: "other"})
    assert path.read_bytes() == content


def test_any_other_file_is_refused_and_left_alone(path):
    path.write_text("row,label\n1,cat\n")
    with pytest.raises(ValueError, match="line 1 is damaged"):
        LabelJournal(path).open(HEADER)
    assert path.read_text() == "row,label\n1,cat\n"


def test_another_file_of_one_line_is_not_taken_for_a_torn_header(path):
    path.write_text('[{"data": {"text": "no newline at the end"}}]')
    content = path.read_bytes()
    with pytest.raises(ValueError, match="not a label journal, and was left unchanged"):
        LabelJournal(path).open(HEADER)
    assert path.read_bytes() == content


def test_an_empty_file_is_begun_but_not_read(path):
    path.touch()
    with pytest.raises(ValueError, match="it is empty"):
        LabelJournal.read(path)
    with LabelJournal(path) as journal:
        assert journal.open(HEADER) == []


def test_a_second_session_in_this_process_is_refused(path):
    with LabelJournal(path) as journal:
        journal.open(HEADER)
        with pytest.raises(RuntimeError, match="in use by another session"):
            LabelJournal(path).open(HEADER)
        with pytest.raises(RuntimeError, match="open already"):
            journal.open(HEADER)
        journal.append([event(1)])
    with LabelJournal(path) as journal:
        assert journal.open(HEADER) == [event(1)]


def test_a_second_process_is_refused(path):
    code = (
        "import sys; from sklearn_active.labeling import LabelJournal; "
        f"LabelJournal(sys.argv[1]).open({HEADER!r})"
    )
    with LabelJournal(path) as journal:
        journal.open(HEADER)
        second = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True
        )
    assert second.returncode == 1
    assert "in use by another session" in second.stderr


def test_a_journal_that_is_not_open_takes_nothing(path):
    with pytest.raises(RuntimeError, match="is not open"):
        LabelJournal(path).append([event(1)])


@pytest.mark.parametrize("label", [float("nan"), {1, 2}])
def test_what_json_can_not_hold_is_refused_before_a_byte_is_written(path, label):
    with LabelJournal(path) as journal:
        journal.open(HEADER)
        size = path.stat().st_size
        with pytest.raises((TypeError, ValueError)):
            journal.append([event(1), event(2, label=label)])
        assert path.stat().st_size == size


def failing_write(code, n_bytes):
    """Return an os.write that lets n_bytes through and then fails."""
    real = os.write

    def write(descriptor, data):
        if n_bytes:
            real(descriptor, bytes(data)[:n_bytes])
        raise OSError(code, os.strerror(code))

    return write


@pytest.mark.parametrize("n_bytes", [0, 1, 10])
def test_a_full_disk_is_raised_and_leaves_no_half_event(path, monkeypatch, n_bytes):
    written(path)
    with LabelJournal(path) as journal:
        journal.open(HEADER)
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", failing_write(errno.ENOSPC, n_bytes))
            with pytest.raises(OSError, match="No space left"):
                journal.append([event(3)])
        journal.append([event(4)])
    assert [e["row"] for e in LabelJournal.read(path)[1]] == [0, 1, 2, 4]


def test_a_failed_fsync_is_raised_and_takes_the_event_back(path, monkeypatch):
    def broken(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with LabelJournal(path) as journal:
        journal.open(HEADER)
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", broken)
            with pytest.raises(OSError, match="Input/output error"):
                journal.append([event(3)])
        journal.append([event(4)])
    assert [e["row"] for e in LabelJournal.read(path)[1]] == [4]


def test_a_file_that_can_not_be_mended_is_not_written_to_again(path, monkeypatch):
    def broken(*args):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with LabelJournal(path) as journal:
        journal.open(HEADER)
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", failing_write(errno.EIO, 5))
            patched.setattr(os, "ftruncate", broken)
            with pytest.raises(OSError, match="Input/output error"):
                journal.append([event(3)])
        with pytest.raises(RuntimeError, match="is not open"):
            journal.append([event(4)])
    with LabelJournal(path) as journal:
        assert journal.open(HEADER) == []


def test_short_writes_are_carried_on(path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda d, data: real(d, bytes(data)[:3]))
    with LabelJournal(path) as journal:
        journal.open(HEADER)
        journal.append([event(1), event(2)])
    assert [e["row"] for e in LabelJournal.read(path)[1]] == [1, 2]


def test_an_answer_is_on_disk_before_it_counts_and_tell_returns(path, monkeypatch):
    X, _, truth = blobs(20)
    learner = ActiveLearner(GaussianNB(), random_state=0)
    log = []
    with LabelingSession(learner, X, classes=[0, 1, 2], journal=path) as session:
        query = session.ask()
        real_write, real_sync = os.write, os.fsync

        def write(descriptor, data):
            n_written = real_write(descriptor, data)
            log.append(("write", len(session._ledger.labels)))
            return n_written

        def sync(descriptor):
            real_sync(descriptor)
            log.append(("fsync", len(session._ledger.labels)))

        with monkeypatch.context() as patched:
            patched.setattr(os, "write", write)
            patched.setattr(os, "fsync", sync)
            session.tell(query.id, truth[query.indices])
        log.append(("told", len(session.labels)))
    assert log == [("write", 0), ("fsync", 0), ("told", 1)]


def test_no_acknowledged_answer_is_lost_or_doubled_when_writers_are_killed(tmp_path):
    script = Path(__file__).with_name("killed_writers.py")
    result = subprocess.run(
        [sys.executable, str(script), str(tmp_path), "200"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    found = json.loads(result.stdout)
    assert found["kills"] == 200
    assert found["acknowledged"] > 50_000
    assert (found["lost"], found["doubled"]) == (0, 0)


def test_a_session_of_four_hundred_events_replays_to_the_same_state(path):
    X, _, truth = blobs(60, centers=3)
    learner = ActiveLearner(GaussianNB(var_smoothing=1e-2), "random", random_state=0)
    rng = np.random.RandomState(0)
    with LabelingSession(learner, X, classes=[0, 1, 2], journal=path) as session:
        for _ in range(130):
            query = session.ask()
            if query is None or rng.uniform() < 0.3:
                session.undo(rng.randint(1, 4))
            else:
                session.tell(query.id, truth[query.indices])
        expected = session.labels, session.votes(), session.recent(50)
    with LabelingSession(learner, X, classes=[0, 1, 2], journal=path) as session:
        assert (session.labels, session.votes(), session.recent(50)) == expected


def test_a_pipe_is_refused_and_not_waited_for(path):
    os.mkfifo(path)
    with pytest.raises(ValueError, match="a pipe or a device"):
        LabelJournal(path).open(HEADER)


def test_what_others_append_while_it_is_opened_is_not_cut_off(path, monkeypatch):
    written(path)
    line = b'{"event": "undo"}\n'

    def take(row):
        if row == event(2):
            with path.open("ab") as file:
                file.write(line)

    with pytest.raises(OSError, match="was written to by another program: 18 bytes"):
        LabelJournal(path).open(HEADER, take)
    assert path.read_bytes().endswith(line)
