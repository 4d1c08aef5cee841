"""Classes get other names, or become one: checked, and done in a file alone."""

from datetime import UTC, datetime
from pathlib import Path

from sklearn_active.labeling._book.allowed_labels import (
    check_are_classes_on_file,
    in_order,
)
from sklearn_active.labeling._book.continuing import classes_of, n_of
from sklearn_active.labeling._book.event_checks import (
    check_current,
    check_label,
    check_new_name,
    check_range,
)
from sklearn_active.labeling._book.journal import LabelJournal, is_begun
from sklearn_active.labeling._book.label_values import plain, typed
from sklearn_active.labeling._book.labeling_state import LabelingState


def checked_names(old, new, classes, renamed):
    """Return two names as plain values, or raise where none can become the other.

    Parameters
    ----------
    old, new : label
        What a class is called, and is to be called.
    classes : list of labels
        Those there are.
    renamed : dict of label to label
        What classes that have another name now are called.

    Returns
    -------
    old, new : label
    """
    old, new = plain(old), plain(new)
    for label in (old, new):
        check_label(label, classes)
    check_current(old, renamed)
    if old not in classes:
        raise ValueError(f"{old!r} is not a class that could be renamed: {classes}.")
    new = next((known for known in classes if known == new), new)
    check_new_name(old, new, renamed)
    check_range([*classes, new])
    return old, new


def rename_in_journal(path, renames):
    """Rename classes in a journal, without its data.

    Parameters
    ----------
    path : str or path
        A journal that no session holds.
    renames : dict of label to label
        Old names to new ones; two to the same name become one class. Texts are read as
        at the terminal: as numbers where the classes are numbers.

    Returns
    -------
    sentences : list of str
        What was done, one sentence per class.

    Raises
    ------
    ValueError
        Where a name is not a class, or can't be given. Nothing is written.
    FileNotFoundError
        Where there is no journal.
    RuntimeError
        Where a session holds it.
    """
    path = Path(path)
    if not is_begun(path):
        raise FileNotFoundError(f"There is no journal at {path}.")
    # Read before it is opened, which would complete a torn header.
    header, _ = LabelJournal.read(path, lambda event: None)
    check_are_classes_on_file(header, path)
    state, headers = LabelingState(), []
    with LabelJournal(path) as journal:
        journal.open({}, state.take, headers.append)
        header = headers[-1]
        if type(header.get("n_rows")) is not int:
            raise ValueError(
                f"{path} is not the journal of a labeling session: its header names "
                "no rows."
            )
        stated = state.names_now(classes_of(header, path) or ())
        events, sentences = _renames(renames, in_order(stated, state.voted), state)
        journal.append(events)
    return sentences


def _renames(renames, classes, state):
    """Return the events of renames that are all meant at once, and what they do."""
    renames = dict(
        [typed(x, classes) if isinstance(x, str) else x for x in pair]
        for pair in renames.items()
    )
    new_names = [new for old, new in renames.items() if old != new]
    both = [label for label in renames if label in new_names]
    if both:
        raise ValueError(
            f"{both[0]!r} is both an old name and a new one here. Names can't be "
            "swapped or passed on: take new names that no class has had, or rename one "
            "after the other."
        )
    events, sentences = [], []
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    for old, new in renames.items():
        old, new = checked_names(old, new, classes, state.renamed)
        rows = n_of("row", state.n_rows_with(old))
        if new in classes:
            sentences.append(f"{old} and {new} are one class now: {new} ({rows} more)")
        else:
            sentences.append(f"{old} is called {new} now ({rows})")
        event = {"event": "rename", "label": old, "to": new, "annotator": None}
        events.append(event | {"time": time})
        state.take(events[-1])
        classes = list(dict.fromkeys(new if x == old else x for x in classes))
    return events, sentences
