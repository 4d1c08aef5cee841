"""Files to and from other labeling tools: Label Studio, Prodigy-like JSONL, CSV."""

import csv
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from shutil import copymode
from threading import Lock
from typing import Any
from uuid import uuid4

from sklearn_active.labeling._book.label_values import plain
from sklearn_active.labeling._files.label_studio import (
    config_of,
    result_of,
    values_in,
)
from sklearn_active.labeling._number_range import NumberRange

_LIMIT = Lock()


@dataclass(frozen=True)
class Vote:
    """One annotator's answer about one row, as files hold it.

    Attributes
    ----------
    key : str
        What identifies the row.
    label : str, int, float, bool or None
        None: the annotator abstained.
    annotator : str or None
        Who answered.

    Examples
    --------
    >>> from sklearn_active.labeling import Vote
    >>> Vote("row-3", "cat", "ann")
    Vote(key='row-3', label='cat', annotator='ann')
    """

    key: str
    label: str | int | float | bool | None
    annotator: str | None = None


def read_votes(path: str | os.PathLike[str], format: str | None = None) -> list[Vote]:
    """Read the answers in a file of another tool.

    Parameters
    ----------
    path : str or path
        The file.
    format : {'label_studio', 'jsonl', 'csv'}, default=None
        None: by the ending, .json, .jsonl or .csv.

    Returns
    -------
    votes : list of Vote
        In the order of the file. Labels are text as far as the format has only
        text; a session that imports them finds its classes again. Annotations that
        were cancelled, and answers 'ignore' and 'reject', are abstentions.

    Raises
    ------
    ValueError
        Where the file is not of that format; names the place.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_active.labeling import Vote, read_votes, write_votes
    >>> path = Path(tempfile.mkdtemp(), "votes.csv")
    >>> write_votes([Vote("7", "cat", "ann"), Vote("8", None)], path)
    >>> read_votes(path)
    [Vote(key='7', label='cat', annotator='ann'),
     Vote(key='8', label=None, annotator=None)]
    """
    read, _ = FORMATS[format_of(path, format)]
    try:
        # Decoded by hand: reading as text would turn the line ends inside texts.
        return list(read(_decoded(_content(path))))
    except (LookupError, TypeError, AttributeError, ValueError, csv.Error) as error:
        raise ValueError(
            f"{path} can't be read as {format_of(path, format)}: "
            f"{type(error).__name__}: {error}. Nothing was taken from it."
        ) from error


def _content(path):
    if Path(path).exists() and not Path(path).is_file():
        raise ValueError("it is not a file, but a folder, a pipe or a device")
    return Path(path).read_bytes()


def _decoded(data):
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(f"line {line} is not UTF-8 text ({error.reason})") from error


def write_votes(
    votes: Iterable[Vote],
    path: str | os.PathLike[str],
    *,
    classes: Iterable[Any] = (),
    numbers: NumberRange | None = None,
    items: Mapping[str, str] | None = None,
    format: str | None = None,
) -> None:
    """Write answers to a file that another tool reads.

    Parameters
    ----------
    votes : iterable of Vote
        The answers.
    path : str or path
        The file; overwritten.
    classes : sequence of labels, default=()
        Those that can be given, for formats that list them.
    numbers : NumberRange, default=None
        Where labels are numbers: which can be given.
    items : dict of str to str, default=None
        Text to show of each row, by key; rows without a vote may be among them.
    format : {'label_studio', 'jsonl', 'csv'}, default=None
        None: by the ending, .json, .jsonl or .csv. Of Label Studio, the matching
        label configuration is written beside the tasks, with the ending .xml.

    Notes
    -----
    What is written is read back as it was, for every text. CSV has only text: numbers
    come back as text. There, a text that a spreadsheet would run as a formula (it
    begins with =, +, -, @, a tab or a carriage return) gets an apostrophe in front, as
    does one that begins with an apostrophe, and an empty one; reading takes it away. An
    existing file is replaced in one step, or stays as it was if writing fails.
    """
    _, write = FORMATS[format_of(path, format)]
    votes = [replace(vote, label=plain(vote.label)) for vote in votes]
    allowed = [plain(label) for label in classes] if numbers is None else numbers
    texts = write(votes, allowed, dict(items or {}))
    # A link leads to the file that is to be replaced, maybe on another disk.
    path = Path(path).resolve()
    if len({path.with_suffix(end) if end else path for end in texts}) < len(texts):
        raise ValueError(f"{path} would hold both parts of the export: name it .json.")
    files = {path.with_suffix(end) if end else path: x for end, x in texts.items()}
    replace_all({file: _encoded(text, file) for file, text in files.items()})


def _encoded(text, path):
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        around = error.object[max(error.start - 10, 0) : error.end + 10]
        raise ValueError(
            f"{path} was not written: a text holds a lone surrogate, which no file can "
            f"hold ({around!r})."
        ) from error


def replace_all(files):
    """Write files beside those that are there, and put all in their places.

    Parameters
    ----------
    files : dict of path to bytes
        What to write.
    """
    beside = {path: path.with_name(f"{path.name}.{uuid4().hex}.part") for path in files}
    try:
        for path, data in files.items():
            beside[path].write_bytes(data)
            if path.exists():
                copymode(path, beside[path])
            with beside[path].open("rb+") as part:
                os.fsync(part.fileno())
        for path, part in beside.items():
            os.replace(part, path)
    finally:
        for part in beside.values():
            part.unlink(missing_ok=True)


def format_of(path, format):
    """Return the format of a file, by its ending where none is stated, or raise.

    Parameters
    ----------
    path : str or path
        The file.
    format : str or None
        As it was stated.

    Returns
    -------
    format : {'label_studio', 'jsonl', 'csv'}
    """
    endings = {".json": "label_studio", ".jsonl": "jsonl", ".csv": "csv"}
    found = endings.get(Path(path).suffix) if format is None else format
    if found not in FORMATS:
        raise ValueError(
            f"Unknown format of {path}: end it in .json (Label Studio), .jsonl or .csv,"
            f" or pass format='label_studio', 'jsonl' or 'csv'; got {format!r}."
        )
    return found


_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how one begins, for a spreadsheet


def _escaped(text):
    """Return a text that no spreadsheet runs, and that is not empty."""
    return text if text and not text.startswith((*_FORMULA, "'")) else f"'{text}"


def _unescaped(cell):
    """Return what was escaped; None for an empty cell."""
    if cell.startswith("'") and (not cell[1:] or cell[1:].startswith((*_FORMULA, "'"))):
        return cell[1:]
    return cell or None


@contextmanager
def long_cells(text):
    """Let the module csv read cells as long as a text.

    Parameters
    ----------
    text : str
        All that is read inside.
    """
    with _LIMIT:  # csv has one for all threads, and it refuses long cells
        before = csv.field_size_limit(len(text) + 1)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _read_csv(text):
    with long_cells(text):
        return _votes_of_csv(text)


def _votes_of_csv(text):
    for separator in ",;\t":
        lines = csv.reader(StringIO(text, newline=""), delimiter=separator)
        names = next(lines, [])
        if {"key", "label"} <= set(names):
            break
    else:
        header = text[:80].splitlines()[:1]
        raise ValueError(f"expected the columns key and label, got {header}")
    votes = []
    for cells in lines:
        if cells and len(cells) != len(names):
            raise ValueError(
                f"line {lines.line_num} has {len(cells)} cells for {len(names)} columns"
            )
        if cells:
            row = dict(zip(names, map(_unescaped, cells), strict=True))
            votes.append(Vote(row["key"] or "", row["label"], row.get("annotator")))
    return votes


def _write_csv(votes, allowed, items):
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["key", "label", "annotator"])
    for vote in votes:
        writer.writerow(map(_cell, (vote.key, vote.label, vote.annotator)))
    return {"": file.getvalue()}


def _cell(value):
    if value is None:
        return ""
    return _escaped(value) if isinstance(value, str) else value


def _read_jsonl(text):
    # Not splitlines(): it ends lines at characters that stand inside texts.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            task = json.loads(line)
            key = str(task["meta"]["key"])
            accepted = task.get("accept", [])
            if not isinstance(accepted, list):
                raise ValueError(f"accept must be a list of labels, got {accepted!r}")
            answered = task.get("answer", "accept") == "accept"
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"line {number}: {error!r}") from error
        if answered and len(accepted) > 1:
            raise ValueError(f"line {number}: several labels, {accepted}")
        label = accepted[0] if answered and accepted else None
        yield Vote(key, label, task.get("_annotator_id"))


def _write_jsonl(votes, allowed, items):
    classes = [] if isinstance(allowed, NumberRange) else allowed
    options = [{"id": label, "text": str(label)} for label in classes]
    lines = []
    for vote in votes:
        task = {"text": items.get(vote.key, ""), "meta": {"key": vote.key}}
        task["options"] = options
        if vote.label is None:
            task |= {"accept": [], "answer": "ignore"}
        else:
            task |= {"accept": [vote.label], "answer": "accept"}
        if vote.annotator is not None:
            task["_annotator_id"] = vote.annotator
        lines.append(json.dumps(task, ensure_ascii=False) + "\n")
    return {"": "".join(lines)}


def _read_label_studio(text):
    for number, task in enumerate(json.loads(text), start=1):
        try:
            yield from _votes_of_task(task)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"task {number}: {error!r}") from error


def _votes_of_task(task):
    key = str(task["data"]["key"])
    for annotation in task.get("annotations", []):
        choices = values_in(annotation["result"])
        if len(choices) > 1:
            raise ValueError(f"several choices, {choices}")
        cancelled = annotation.get("was_cancelled", False) or not choices
        label = None if cancelled else choices[0]
        yield Vote(key, label, _completed_by(annotation.get("completed_by")))


def _completed_by(who):
    if isinstance(who, dict):
        email = who.get("email")
        who = who.get("id") if email is None else email
    return None if who is None else str(who)


def _write_label_studio(votes, allowed, items):
    tasks = {}
    for key, item in items.items():
        tasks[key] = {"data": {"key": key, "text": item}, "annotations": []}
    for vote in votes:
        empty = {"data": {"key": vote.key, "text": ""}, "annotations": []}
        task = tasks.setdefault(vote.key, empty)
        chosen = [] if vote.label is None else [result_of(vote.label, allowed)]
        annotation = {"result": chosen, "was_cancelled": vote.label is None}
        if vote.annotator is not None:
            annotation["completed_by"] = {"email": vote.annotator}
        task["annotations"].append(annotation)
    text = json.dumps(list(tasks.values()), indent=1, ensure_ascii=False) + "\n"
    return {"": text, ".xml": config_of(allowed)}


FORMATS = {
    "label_studio": (_read_label_studio, _write_label_studio),
    "jsonl": (_read_jsonl, _write_jsonl),
    "csv": (_read_csv, _write_csv),
}
