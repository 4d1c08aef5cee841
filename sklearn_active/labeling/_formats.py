"""Files to and from other labeling tools: Label Studio, Prodigy-like JSONL, CSV."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr


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
    label: object
    annotator: str | None = None


def read_votes(path, format=None):
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
    read, _ = FORMATS[_format_of(path, format)]
    text = Path(path).read_text(encoding="utf-8-sig")
    try:
        return list(read(text))
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        raise ValueError(
            f"{path} can't be read as {_format_of(path, format)}: "
            f"{type(error).__name__}: {error}. Nothing was taken from it."
        ) from error


def write_votes(votes, path, *, classes=(), items=None, format=None):
    """Write answers to a file that another tool reads.

    Parameters
    ----------
    votes : iterable of Vote
        The answers.
    path : str or path
        The file; overwritten.
    classes : sequence of labels, default=()
        Those that can be given, for formats that list them.
    items : dict of str to str, default=None
        Text to show of each row, by key; rows without a vote may be among them.
    format : {'label_studio', 'jsonl', 'csv'}, default=None
        None: by the ending, .json, .jsonl or .csv. Of Label Studio, the matching
        label configuration is written beside the tasks, with the ending .xml.
    """
    _, write = FORMATS[_format_of(path, format)]
    write(list(votes), Path(path), list(classes), dict(items or {}))


def _format_of(path, format):
    endings = {".json": "label_studio", ".jsonl": "jsonl", ".csv": "csv"}
    found = endings.get(Path(path).suffix) if format is None else format
    if found not in FORMATS:
        raise ValueError(
            f"Unknown format of {path}: end it in .json (Label Studio), .jsonl or .csv,"
            f" or pass format='label_studio', 'jsonl' or 'csv'; got {format!r}."
        )
    return found


def _read_csv(text):
    rows = csv.DictReader(text.splitlines())
    if not {"key", "label"} <= set(rows.fieldnames or ()):
        raise ValueError(f"expected the columns key and label, got {rows.fieldnames}")
    for row in rows:
        yield Vote(row["key"], row["label"] or None, row.get("annotator") or None)


def _write_csv(votes, path, classes, items):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["key", "label", "annotator"])
        for vote in votes:
            label = "" if vote.label is None else vote.label
            writer.writerow([vote.key, label, vote.annotator or ""])


def _read_jsonl(text):
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            task = json.loads(line)
            key = str(task["meta"]["key"])
            accepted = task.get("accept", [])
            answered = task.get("answer", "accept") == "accept"
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"line {number}: {error!r}") from error
        if answered and len(accepted) > 1:
            raise ValueError(f"line {number}: several labels, {accepted}")
        label = accepted[0] if answered and accepted else None
        yield Vote(key, label, task.get("_annotator_id"))


def _write_jsonl(votes, path, classes, items):
    options = [{"id": label, "text": str(label)} for label in classes]
    with path.open("w", encoding="utf-8") as file:
        for vote in votes:
            task = {"text": items.get(vote.key, ""), "meta": {"key": vote.key}}
            task["options"] = options
            if vote.label is None:
                task |= {"accept": [], "answer": "ignore"}
            else:
                task |= {"accept": [vote.label], "answer": "accept"}
            if vote.annotator is not None:
                task["_annotator_id"] = vote.annotator
            file.write(json.dumps(task, ensure_ascii=False) + "\n")


def _read_label_studio(text):
    for number, task in enumerate(json.loads(text), start=1):
        key = str(task["data"]["key"])
        for annotation in task.get("annotations", []):
            choices = [
                choice
                for result in annotation["result"]
                if result.get("type") == "choices"
                for choice in result["value"]["choices"]
            ]
            if len(choices) > 1:
                raise ValueError(f"task {number}: several choices, {choices}")
            cancelled = annotation.get("was_cancelled", False) or not choices
            label = None if cancelled else choices[0]
            yield Vote(key, label, _completed_by(annotation.get("completed_by")))


def _completed_by(who):
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return None if who is None else str(who)


def _write_label_studio(votes, path, classes, items):
    tasks = {}
    for key, item in items.items():
        tasks[key] = {"data": {"key": key, "text": item}, "annotations": []}
    for vote in votes:
        empty = {"data": {"key": vote.key, "text": ""}, "annotations": []}
        task = tasks.setdefault(vote.key, empty)
        chosen = [] if vote.label is None else [_choice(vote.label)]
        annotation = {"result": chosen, "was_cancelled": vote.label is None}
        if vote.annotator is not None:
            annotation["completed_by"] = {"email": vote.annotator}
        task["annotations"].append(annotation)
    path.write_text(
        json.dumps(list(tasks.values()), indent=1, ensure_ascii=False) + "\n",
        encoding="utf-8",
    )
    path.with_suffix(".xml").write_text(label_studio_config(classes), encoding="utf-8")


def _choice(label):
    return {
        "from_name": "label",
        "to_name": "item",
        "type": "choices",
        "value": {"choices": [str(label)]},
    }


def label_studio_config(classes):
    """Return the label configuration that matches the tasks.

    Parameters
    ----------
    classes : sequence of labels
        The choices.

    Returns
    -------
    xml : str
    """
    choices = "".join(
        f"    <Choice value={quoteattr(str(label))}/>\n" for label in classes
    )
    return (
        '<View>\n  <Text name="item" value="$text"/>\n'
        '  <Choices name="label" toName="item" choice="single">\n'
        f"{choices}  </Choices>\n</View>\n"
    )


FORMATS = {
    "label_studio": (_read_label_studio, _write_label_studio),
    "jsonl": (_read_jsonl, _write_jsonl),
    "csv": (_read_csv, _write_csv),
}
