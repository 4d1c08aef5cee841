"""LabelJournal: an append-only file of events that loses no acknowledged answer."""

import json
import os
import stat
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Any, Self
from weakref import WeakSet

from sklearn_active.labeling._book.lock import lock, unlock

FORMAT = {"event": "header", "format": "sklearn_active.labels", "version": 1}
_TAIL = 1024
# What `raw_decode` calls; it would wrap each error in one with line and column.
_SCAN = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_GO_ON = (
    "Nothing was recorded. Put the file back as it was and try again, or open it anew: "
    "what it holds then is what counts"
)


class LabelJournal:
    """Keep events in a file: one line of JSON per event, on disk before it counts.

    A :class:`LabelingSession` that is given a path opens one itself. Use it directly in
    programs that read the answers, or that ask in another way.

    Parameters
    ----------
    path : str or path
        The file; made where there is none, with mode 0600.

    Notes
    -----
    The first line is a header that binds the file to its data: another pool is refused.
    Where rows were added to the pool, or its classes have changed, another header says
    so, and the last one counts. `append` returns after fsync, when the path's readers
    see the events. A last line that is incomplete was never acknowledged and is cut off
    on opening; otherwise the next event would be appended to it, and both would be
    lost. A complete one that only lacks its newline is kept: an event that ends in its
    brace is complete. A line before that which can't be read is an error, never
    skipped. A write that fails is taken back.

    Where another program replaces, moves, removes, cuts or appends to the file while it
    is open, nothing more is acknowledged until the file is restored. A change in place
    that keeps the length and the end of the file is not noticed.

    The lock is exclusive: a second process is refused, and a forked one doesn't get its
    parent's lock. Several threads may use one journal. Cost: one write and one fsync
    per answer; opening reads all.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_active.labeling import LabelJournal
    >>> path = Path(tempfile.mkdtemp(), "labels.jsonl")
    >>> with LabelJournal(path) as journal:
    ...     journal.open({"n_rows": 3})
    ...     journal.append([{"event": "answer", "row": 2, "label": "cat"}])
    []
    >>> header, events = LabelJournal.read(path)
    >>> events
    [{'event': 'answer', 'row': 2, 'label': 'cat'}]
    """

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(path)
        self._file: Any = None
        self._mutex = RLock()

    def open(
        self,
        header: dict[str, Any],
        take: Callable[[dict[str, Any]], object] | None = None,
        check: Callable[[dict[str, Any]], object] | None = None,
    ) -> list[dict[str, Any]]:
        """Lock the file and return the events in it.

        Parameters
        ----------
        header : dict
            What the file must be about, values of JSON; written if the file is new.
        take : callable, default=None
            Called with one event after the other, instead of a list of all: for files
            that are larger than memory. Where it raises ValueError, the file is left
            as it is, and the error names the line.
        check : callable, default=None
            Called with each header that is there, and raises ValueError where it is of
            other data; None: its values must be those of `header`.

        Returns
        -------
        events : list of dict
            Empty where `take` took them.

        Raises
        ------
        ValueError
            Where the file belongs to other data, or can't be read.
        RuntimeError
            Where another process holds it.
        OSError
            Where it can't be opened or locked.
        """
        with self._mutex:
            if self._file is not None:
                raise RuntimeError(f"{self.path} is open already.")
            self._place = self.path.absolute()  # also after a change of the folder
            created = not self._place.exists()
            # O_APPEND: a write goes to the end of the file, wherever `_bytes` has read
            # last. O_BINARY, on Windows: else "\n" would become two bytes, and sizes
            # would not add up.
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            descriptor = os.open(self._place, flags, 0o600)
            # Without a buffer: what Python would hold back is not on disk after fsync.
            self._file = os.fdopen(descriptor, "r+b", buffering=0)
            _OPEN.add(self)
            try:
                _check_is_file(self._file, self.path)
                # Locked before it is read: what another session appended in between
                # would be in the file and not in this one's labels.
                lock(self._file, self.path)
                events: list[dict[str, Any]] = []
                if check is None:
                    check = partial(check_header, header=header, path=self.path)
                self._begin(header, events.append if take is None else take, check)
                # fsync of a file keeps what is in it, not its name in the folder: after
                # a crash there could be no file at all.
                if created:
                    _sync_folder(self._place.parent)
            except BaseException:
                self._drop()
                raise
            return events

    def append(self, events: Iterable[dict[str, Any]]) -> None:
        """Write events; when this returns, they are on disk.

        Parameters
        ----------
        events : list of dict
            Values of JSON.

        Raises
        ------
        OSError
            Where they could not be written, or another program has changed the file:
            nothing is recorded, and the same call works again once that is corrected.
        """
        with self._mutex:
            if self._file is None:
                raise RuntimeError(f"{self.path} is not open in this process.")
            self._write(b"".join(map(_line, events)))

    def close(self) -> None:
        """Let go of the file and its lock."""
        with self._mutex:
            if self._file is not None:
                try:
                    unlock(self._file)
                finally:
                    self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    @staticmethod
    def read(
        path: str | os.PathLike[str],
        take: Callable[[dict[str, Any]], object] | None = None,
        check: Callable[[dict[str, Any]], object] | None = None,
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Read a file without locking or changing it.

        Parameters
        ----------
        path : str or path
            The file.
        take : callable, default=None
            Called with each event instead of a list of all, as by `open`.
        check : callable, default=None
            Called with each header before the events behind it.

        Returns
        -------
        header : dict
            The last one.
        events : list of dict
            Those that `open` would return.
        """
        header: dict[str, Any] | None = None
        events: list[dict[str, Any]] = []
        take = events.append if take is None else take
        with Path(path).open("rb") as file:
            _check_is_file(file, path)
            for number, _, event in _whole_lines(file, path):
                if number == 1 or event["event"] == "header":
                    check_header(event, FORMAT, path)
                    header = event
                    if check is not None:
                        check(event)
                else:
                    _hand_over(take, event, number, path)
        if header is None:
            raise ValueError(f"{path} is not a label journal: it is empty.")
        header = {key: value for key, value in header.items() if key not in FORMAT}
        return header, events

    def _begin(self, header, take, check):
        """Read what is there; then mend its end, or write the header."""
        self._size, self._tail, last = 0, b"", b"\n"
        # Before it is read: what others append in the meantime is not torn.
        size = os.fstat(self._file.fileno()).st_size
        with open(self._file.fileno(), "rb", closefd=False) as file:
            for number, last, event in _whole_lines(file, self.path):
                self._size += len(last)
                if number == 1 or event["event"] == "header":
                    check_header(event, FORMAT, self.path)
                    check(event)
                    continue
                _hand_over(take, event, number, self.path)
        first = _line(FORMAT | header)
        torn = self._bytes(self._size, size)
        if not self._size and not first.startswith(torn):
            raise ValueError(
                f"{self.path} is not a label journal, and was left unchanged. Take "
                "another file."
            )
        self._tail = self._bytes(max(0, self._size - _TAIL), self._size)
        self._check_place(size, self._tail + torn)
        # `_check_place` has looked again at the size: had somebody appended a whole
        # event since the first look, it would be cut off here as torn.
        if torn:
            os.ftruncate(self._file.fileno(), self._size)
        if not self._size:
            self._write(first)
        elif not last.endswith(b"\n"):
            self._write(b"\n")

    def _write(self, data):
        self._check_place(self._size, self._tail)
        end = None
        try:
            rest = memoryview(data)
            while rest:  # a write may be short
                rest = rest[os.write(self._file.fileno(), rest) :]
            # Where it ended is where it is, also if another program wrote before it.
            end = os.lseek(self._file.fileno(), 0, os.SEEK_CUR)
            os.fsync(self._file.fileno())
            # Looked at again after fsync: a file that was replaced or cut meanwhile
            # took the bytes, and no reader of the path will see them.
            tail = (self._tail + data)[-max(_TAIL, len(data)) :]
            self._check_place(self._size + len(data), tail)
        except BaseException:
            self._take_back(data, end)
            raise
        self._size += len(data)
        self._tail = tail[-_TAIL:]

    def _check_place(self, size, tail):
        """Raise where the path's readers don't see what was written and no more."""
        # The open file and the file of that name may be two: editors and syncing tools
        # write a new file and rename it over the old one.
        here = os.fstat(self._file.fileno())
        try:
            there = os.stat(self._place)
        except FileNotFoundError as error:
            raise OSError(
                f"{self.path} was removed or renamed by another program. {_GO_ON}."
            ) from error
        if (here.st_dev, here.st_ino) != (there.st_dev, there.st_ino):
            what = "was replaced by another file"
        elif there.st_size < size:
            what = f"was cut from {size} to {there.st_size} bytes by another program"
        elif there.st_size > size:
            what = f"was written to by another program: {there.st_size - size} bytes"
        elif self._bytes(size - len(tail), size) != tail:
            what = "was overwritten by another program"
        else:
            return
        raise OSError(f"{self.path} {what}. {_GO_ON}.")

    def _take_back(self, data, end):
        """Cut off what a failed write left, and nothing that others wrote.

        `end` is where the write ended, None where it broke off.
        """
        start = self._size if end is None else end - len(data)
        try:
            size = os.fstat(self._file.fileno()).st_size
            # What stands there must be a beginning of what was to be written: else it
            # is another program's, and stays.
            if start < size and data.startswith(self._bytes(start, size)):
                os.ftruncate(self._file.fileno(), start)
        except OSError:  # what is half written must not be written to again
            self.close()

    def _bytes(self, start, end):
        self._file.seek(start)  # what is written goes to the end all the same
        return self._file.read(max(0, end - start))

    def _drop(self):
        self._file.close()
        self._file = None
        _OPEN.discard(self)


_OPEN: WeakSet["LabelJournal"] = WeakSet()


def _leave_to_the_parent():
    """In a forked child: let go of what is the parent's, or its lock would stay.

    A lock of flock belongs to the open file, and a fork shares that: the parent could
    close the journal, and a worker of joblib would go on holding it. Closing the
    child's descriptor gives nothing back for the parent; `unlock` would.
    """
    for journal in list(_OPEN):
        journal._mutex = RLock()  # a thread of the parent may have held it
        journal._drop()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_the_parent)


def _line(event):
    return (json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _whole_lines(file, path):
    """Yield (number, line, event) of every line, but for a torn one at the end."""
    for number, line in enumerate(file, start=1):
        try:
            event = _event(line)
        except ValueError as error:
            # Only the last line can lack its end. It was never acknowledged: `append`
            # returns after fsync of the whole line.
            if not line.endswith(b"\n"):
                return
            raise ValueError(
                f"{path}, line {number} is damaged: {error}. Nothing was changed. "
                "Correct or remove the line by hand, on a copy."
            ) from error
        yield number, line, event


def _event(line):
    text = line.decode()
    try:  # json.loads, without what it does for other encodings
        event, end = _SCAN(text, 0)
    except StopIteration:
        raise ValueError("it is not JSON") from None
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise ValueError(f"it is not an event: {line[:80]!r}")
    rest = text[end:]
    if rest != "\n" and rest.strip():
        raise ValueError(f"there is more after the event: {rest[:80]!r}")
    return event


def _hand_over(take, event, number, path):
    try:
        take(event)
    except ValueError as error:
        raise ValueError(
            f"{path}, line {number} can't be taken: {error} Nothing was changed. "
            "Correct or remove the line by hand, on a copy, or take another file."
        ) from error


def _check_is_file(file, path):
    """Raise where reading would wait for ever, as at a pipe."""
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise ValueError(
            f"{path} can't keep labels: it is a pipe or a device, not a file."
        )


def is_begun(journal):
    """Say whether there is something in the file of a journal.

    Parameters
    ----------
    journal : LabelJournal, str, path or None
        None: there is no file.

    Returns
    -------
    is_begun : bool
    """
    if journal is None:
        return False
    path = journal.path if isinstance(journal, LabelJournal) else Path(journal)
    return path.is_file() and path.stat().st_size > 0


def check_header(found, header, path):
    """Raise where a header doesn't say of the data what it should."""
    for key, value in header.items():
        if found.get(key) != value:
            raise ValueError(
                f"{path} belongs to other data: its {key} is {found.get(key)!r}, here "
                f"it is {value!r}. Take another file for this pool, or the pool "
                "and classes that it was begun with."
            )


def _sync_folder(folder):
    """Make a new file's name survive a crash, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
