"""LabelJournal: an append-only file of events that loses no acknowledged answer."""

import json
import os
from pathlib import Path

from sklearn_active.labeling._lock import lock

FORMAT = {"event": "header", "format": "sklearn_active.labels", "version": 1}


class LabelJournal:
    """Keep events in a file: one JSON line an event, on disk before it counts.

    A :class:`LabelingSession` opens one by itself, given a path. By itself it serves
    programs that read the answers, or that ask in another way.

    Parameters
    ----------
    path : str or path
        The file; made where there is none, with mode 0600.

    Notes
    -----
    The first line is a header that binds the file to its data: another pool is
    refused. `append` returns after fsync. What stands behind the last newline was
    never acknowledged and is cut off on opening; else an appended event would be glued
    to it, and both would be lost. A line before that which can't be read is an error,
    never skipped. A write that fails is taken back. The lock is exclusive: a second
    process is refused. Cost: one write and one fsync an answer; opening reads all.

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

    def __init__(self, path):
        self.path = Path(path)
        self._file = None

    def open(self, header):
        """Lock the file and return the events in it.

        Parameters
        ----------
        header : dict
            What the file must be about, values of JSON; written where it is new.

        Returns
        -------
        events : list of dict

        Raises
        ------
        ValueError
            Where the file is of other data, or can't be read.
        RuntimeError
            Where another process holds it.
        """
        if self._file is not None:
            raise RuntimeError(f"{self.path} is open already.")
        created = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file = os.fdopen(descriptor, "r+b", buffering=0)
        try:
            lock(self._file, self.path)
            content = self._file.read()
            whole = content[: content.rfind(b"\n") + 1]
            lines = _parsed(whole, self.path)
            if not whole and not _line(FORMAT | header).startswith(content):
                raise ValueError(
                    f"{self.path} is no label journal, and is left as it is. Take "
                    "another file."
                )
            if lines:
                _check_header(lines[0], header, self.path)
            self._truncate(len(whole))
            if not lines:
                self._write([FORMAT | header])
            if created:
                _sync_folder(self.path.parent)
        except BaseException:
            self.close()
            raise
        return lines[1:]

    def append(self, events):
        """Write events; when this returns, they are on disk.

        Parameters
        ----------
        events : list of dict
            Values of JSON.

        Raises
        ------
        OSError
            Where they could not be written: none of them is in the file then.
        """
        if self._file is None:
            raise RuntimeError(f"{self.path} is not open.")
        self._write(events)

    def close(self):
        """Let go of the file and its lock."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.close()

    @staticmethod
    def read(path):
        """Read a file without locking or changing it.

        Parameters
        ----------
        path : str or path
            The file.

        Returns
        -------
        header : dict
        events : list of dict
            Those that were acknowledged.
        """
        content = Path(path).read_bytes()
        lines = _parsed(content[: content.rfind(b"\n") + 1], path)
        if not lines:
            raise ValueError(f"{path} holds no label journal: it is empty.")
        _check_header(lines[0], {}, path)
        header = {key: value for key, value in lines[0].items() if key not in FORMAT}
        return header, lines[1:]

    def _write(self, events):
        data = b"".join(map(_line, events))
        try:
            rest = memoryview(data)
            while rest:  # a write may be short
                rest = rest[os.write(self._file.fileno(), rest) :]
            os.fsync(self._file.fileno())
        except BaseException:
            self._take_back()
            raise
        self._size += len(data)

    def _take_back(self):
        try:
            self._truncate(self._size)
        except OSError:  # what is half written must not be written to again
            self.close()

    def _truncate(self, size):
        """Cut off what was never acknowledged, and stand at the end."""
        os.ftruncate(self._file.fileno(), size)
        os.lseek(self._file.fileno(), size, os.SEEK_SET)
        self._size = size


def _line(event):
    return (json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _parsed(content, path):
    lines = []
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            event = json.loads(line)
        except ValueError as error:
            raise ValueError(
                f"{path}, line {number} is damaged: {error}. Nothing was changed. Mend "
                "or remove the line by hand, on a copy."
            ) from error
        if not isinstance(event, dict) or "event" not in event:
            raise ValueError(f"{path}, line {number} is no event: {line[:80]!r}.")
        lines.append(event)
    return lines


def _check_header(found, header, path):
    for key, value in (FORMAT | header).items():
        if found.get(key) != value:
            raise ValueError(
                f"{path} is of other data: its {key} is {found.get(key)!r}, here it is "
                f"{value!r}. Take another file for this pool, or the pool and classes "
                "that it was begun with."
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
