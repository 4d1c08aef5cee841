"""What a session found out of the rows of a file, as columns of its table."""

from os import PathLike

import numpy as np
from sklearn.base import is_regressor

from sklearn_active._learner import ActiveLearner
from sklearn_active._sklearn import num_samples
from sklearn_active.files._data import LabelingData
from sklearn_active.files._write import check_out, write_table
from sklearn_active.labeling import LabelingSession


def write_labeled(
    data: LabelingData, session: LabelingSession, path: str | PathLike[str]
) -> list[str]:
    r"""Write the table that was read, followed by columns of what the session knows.

    Parameters
    ----------
    data : LabelingData
        What was labeled.
    session : LabelingSession
        On its rows; its last refit is waited for.
    path : str or path
        .csv, .tsv, .xlsx, .jsonl, .json or .parquet; overwritten.

    Returns
    -------
    notes : list of str
        What could not be written as it was.

    Notes
    -----
    All rows of the file are written, in its order and encoding and with its columns as
    they were; after them `label` (a person's, or the file's own), `guess` and
    `confidence` (the model's, of every row, and the probability it gives to it; none
    where labels are numbers, or a row may have several: these are written with
    semicolons between, "none" for none of them), `flagged`, `annotator` and
    `labeled_at` (UTC). A name that is taken gets a number.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_active.files import read_file, write_labeled
    >>> from sklearn_active.labeling import LabelingSession
    >>> path = Path(tempfile.mkdtemp(), "reviews.csv")
    >>> _ = path.write_text("text\na fine kettle\nbroken on arrival\n")
    >>> data = read_file(path)
    >>> learner = data.make_learner()
    >>> with LabelingSession(learner, data.X, items=data.items, keys=data.keys,
    ...                      classes=["good", "bad"]) as session:
    ...     query = session.ask()
    ...     session.tell(query.id, ["good" if "fine" in session.item(0) else "bad"])
    ...     notes = write_labeled(data, session, path.with_name("labeled.csv"))
    >>> print(path.with_name("labeled.csv").read_text().splitlines()[0])
    text,label,guess,confidence,flagged,annotator,labeled_at
    """
    check_out(path, *[data.path] if data.path else [])
    if session.n_rows != len(data.keys) or session.keys not in (None, data.keys):
        raise ValueError(
            "The session is on other rows than the data, or on the same in another "
            "order: pass the data that its X, items and keys are from."
        )
    session.wait()
    with session.lock:
        answered = {
            each["row"]: (each["annotator"], each["time"])
            for each in session.recent(session.n_rows)
        }
        columns = labeled_columns(
            data,
            session.labels,
            session.flagged,
            answered,
            session.learner,
            session.several,
        )
    return write_table(data.table, path, columns)


def labeled_columns(data, labels, flagged, answered, learner, several=None):
    """Return the columns that are added to a table.

    Parameters
    ----------
    data : LabelingData
        What was labeled.
    labels : dict of int to label
        By row.
    flagged : iterable of int
        Rows that somebody flagged.
    answered : dict of int to (annotator, time)
        Who gave the last answer about a row, and when.
    learner : ActiveLearner
        Knows the labels.
    several : SeveralLabels, default=None
        Writes labels, where a row may have several.

    Returns
    -------
    columns : dict of str to list
        One value for each row of the table, None where there is none.
    """
    n_rows = len(data.table.frame)
    if several is not None:
        labels = {row: several.written(label) for row, label in labels.items()}
    columns = {"label": _spread(labels, data, n_rows)}
    blank = set(np.asarray(data.left_out).tolist())
    for name, values in guesses(learner, data.X, several).items():
        seen = {row: x for row, x in enumerate(values) if row not in blank}
        columns[name] = _spread(seen, data, n_rows)
    is_flagged = dict.fromkeys(range(len(data.places)), False)
    is_flagged |= dict.fromkeys(flagged, True)
    columns["flagged"] = _spread(is_flagged, data, n_rows, False)
    for place, name in enumerate(("annotator", "labeled_at")):
        known = {
            row: answer[place] for row, answer in answered.items() if row in labels
        }
        columns[name] = _spread(known, data, n_rows)
    return columns


def guesses(model, X, several=None):
    """Return what a model makes of rows, and how sure it is.

    Parameters
    ----------
    model : classifier or regressor
        Fitted; a learner that is not yet has no guess.
    X : container of shape (n_rows, ...)
        The rows.
    several : SeveralLabels, default=None
        Writes labels, where a row may have several.

    Returns
    -------
    columns : dict of str to list
        `guess` and, where labels are classes, `confidence`; None where there is none.
    """
    n_rows = num_samples(X)
    columns = {"guess": [None] * n_rows, "confidence": [None] * n_rows}
    if is_regressor(model) or several is not None:
        del columns["confidence"]
    if isinstance(model, ActiveLearner) and not hasattr(model, "estimator_"):
        return columns
    columns["guess"] = np.asarray(model.predict(X)).tolist()
    if several is not None:
        rows = map(several.label_of, columns["guess"])
        columns["guess"] = list(map(several.written, rows))
    if "confidence" in columns and hasattr(model, "predict_proba"):
        highest = np.max(model.predict_proba(X), axis=1)
        columns["confidence"] = [round(float(p), 4) for p in highest]
    return columns


def _spread(values, data, n_rows, empty=None):
    """Put values of the session's rows in their places of the table."""
    column = [empty] * n_rows
    for row, value in values.items():
        column[data.places[row]] = value
    return column
