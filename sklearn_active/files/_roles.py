"""What each column of a table is to the model: text, a number, an identifier."""

import re
from dataclasses import dataclass
from itertools import pairwise

from sklearn_active.files._cells import are_dates
from sklearn_active.files._tables import texts_of

N_CATEGORIES = 40  # as skrub's: fewer distinct values are categories
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NAMES_OF_IDS = re.compile(r"(.*[ _.-])?(id|ids|key|uuid|guid|index|nr|no)|unnamed: 0")
_ID = re.compile(r"[\w.:/@+#-]*\d[\w.:/@+#-]*", re.ASCII)


@dataclass(frozen=True)
class Role:
    """What was decided of a column.

    Attributes
    ----------
    column : str
        Its name.
    role : {'text', 'number', 'date', 'category', 'name', 'identifier', \
'constant', 'blank', 'ignored', 'label', 'ours'}
        What it is.
    gets : str
        What the model gets of it.
    """

    column: str
    role: str
    gets: str


OURS = {"label", "guess", "confidence", "flagged", "annotator", "labeled_at"}
LEFT_OUT = {
    "ours": "nothing: an earlier run wrote it; take labels up by --label-column",
    "blank": "nothing: every cell is blank",
    "constant": "nothing: every cell is the same",
    "identifier": "nothing: it only tells the rows apart",
    "ignored": "nothing, as you said",
    "label": "the labels known already",
}


def find_roles(frame, *, text=(), ignore=(), id=None, label_column=None):
    """Decide which columns are left out, and which are text.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (n_rows, n_columns)
        The table.
    text, ignore : collection of str
        Columns that are text, and that are left out.
    id, label_column : str or None
        The columns that identify the rows, and that hold labels.

    Returns
    -------
    roles : dict of str to str
        'text', one of those left out, or 'other'.

    Raises
    ------
    ValueError
        Where a column that was named is not there, or nothing is left.
    """
    stated = {}
    for role, names in (
        ("label", [label_column]),
        ("identifier", [id]),
        ("ignored", ignore),
        ("text", text),
    ):
        for name in names:
            if stated.setdefault(name, role) != role and name is not None:
                raise ValueError(
                    f"The column {name!r} can't be {stated[name]} and {role} at once."
                )
    stated.pop(None, None)
    check_columns(stated, frame)
    roles, ours = {}, set(frame.columns) >= OURS
    for name in frame.columns:
        texts = None if name in stated else texts_of(frame[name])
        is_ours = ours and name in OURS
        roles[name] = stated.get(name) or ("ours" if is_ours else _role(name, texts))
    if not {"text", "other"} & set(roles.values()):
        _keep_one(roles, stated, frame)
    if "text" not in roles.values():
        names = [n for n, role in roles.items() if role == "other"]
        for name in names:
            texts = texts_of(frame[name])
            if _is_text(texts, n_distinct=2) or _is_text(texts, 1, 1):
                roles[name] = "text"
    return roles


def check_columns(names, frame):
    """Raise where there is no such column.

    Parameters
    ----------
    names : iterable of str
        Asked for.
    frame : pandas.DataFrame
        The table.
    """
    for name in names:
        if name not in frame.columns:
            there = ", ".join(map(repr, frame.columns))
            raise ValueError(f"There is no column {name!r}. There are: {there}.")


def _role(name, texts):
    known = [text for text in texts if text is not None]
    if not known:
        return "blank"
    n_distinct = len(set(known))
    # The same in every row says nothing; beside blanks it says something.
    if n_distinct == 1 and len(known) == len(texts) > 1:
        return "constant"
    if n_distinct == len(texts) > 1 and _identifies(name, known):
        return "identifier"
    if _is_text(known):
        return "text"
    return "other"


def _identifies(name, texts):
    """Say whether distinct texts are names of the rows, and no more."""
    called_so = _NAMES_OF_IDS.fullmatch(name.strip().lower()) is not None
    if all(text.strip().isdecimal() for text in texts):
        # Distinct whole numbers may be amounts as well: only numbers that count the
        # rows up, or a name that says so, make an identifier.
        numbers = list(map(int, texts))
        return called_so or all(b - a == 1 for a, b in pairwise(numbers))
    if all(map(_NUMBER.fullmatch, texts)) or are_dates(texts):
        return False
    return all(map(_ID.fullmatch, texts)) or (
        called_so and not any(" " in text.strip() for text in texts)
    )


def _is_text(texts, n_words=3, length=20, n_distinct=None):
    """Say whether texts are sentences rather than categories, names or numbers.

    `length` is for languages without spaces; `n_distinct` None: as many as categories
    have at most, or half of the rows.
    """
    texts = [text for text in texts if text is not None]
    if n_distinct is None:
        n_distinct = max(min(N_CATEGORIES, len(texts) / 2), 2)
    if len(set(texts)) < n_distinct:
        return False
    if sum(map(bool, map(_NUMBER.fullmatch, texts))) > len(texts) / 2:
        return False
    # Means, not medians: a column of comments is half empty words like "ok".
    mean_words = sum(len(text.split()) for text in texts) / len(texts)
    mean_length = sum(map(len, texts)) / len(texts)
    is_long = mean_words >= n_words or (mean_words < 2 and mean_length >= length)
    return is_long and not are_dates(texts[:100])


def _keep_one(roles, stated, frame):
    """Take an identifier as text, where there is nothing else to learn from."""
    for name, role in roles.items():
        if role == "identifier" and name not in stated:
            roles[name] = "text"
            return
    raise ValueError(
        "No column is left to learn from: "
        + ", ".join(f"{name!r} ({role})" for name, role in roles.items())
        + "."
    )
