"""What a session that goes on takes over, and what has changed since, in sentences."""

from sklearn_active.labeling._book.allowed_labels import in_order
from sklearn_active.labeling._book.event_checks import check_label
from sklearn_active.labeling._book.session_arguments import check_classes


def classes_of(header, path):
    """Return the classes that a journal's header states, None where it states none.

    Parameters
    ----------
    header : dict
        As on file.
    path : path
        The journal.

    Returns
    -------
    classes : list of labels or None

    Raises
    ------
    ValueError
        Where they are none that a session could have written.
    """
    classes = header.get("classes")
    if classes is None:
        return None
    try:
        return check_classes(classes)
    except ValueError as error:
        raise ValueError(
            f"{path} is damaged: the classes in its header are {classes!r}. {error}"
        ) from error


def classes_to_go_on_with(stated, known, given, state):
    """Return the classes that a session states, after an earlier one.

    Parameters
    ----------
    stated, known : list of labels or None
        Those stated now, and by the session before; None: those of y.
    given : list of labels
        Those of y.
    state : LabelingState
        What the journal's events add up to.

    Returns
    -------
    classes : list of labels or None
        `known` where that comes to the same. Where nothing is stated now, `known` with
        y's behind them.
    """
    if known is None:
        return stated
    # Names are compared as of now: a class that was renamed in the journal is the one
    # that a program states by its old name.
    known_now, names_now = state.names_now(known), state.names_now
    if stated is None:
        for label in given:
            check_label(label, known)
        new = [x for x in given if state.renamed.get(x, x) not in known_now]
        return in_order(known, new)
    return known if names_now(stated) == known_now else stated


def check_left_out(state, known, classes, path):
    """Raise where classes of the session before are left out, and rows have them.

    Parameters
    ----------
    state : LabelingState
        What the journal's events add up to.
    known : collection of labels
        The classes of before.
    classes : list of labels
        Those of now.
    path : path
        The journal.
    """
    named, voted = state.names_now(classes), state.voted
    left_out = [x for x in known if x not in named and x in voted]
    if not left_out:
        return
    n_rows = [n_of("row", state.n_rows_with(label)) for label in left_out]
    which = [f"{x!r} ({n})" for x, n in zip(left_out, n_rows, strict=True)]
    one = len(left_out) == 1
    raise ValueError(
        f"{path} holds answers of {'a class' if one else 'classes'} that "
        f"{'is' if one else 'are'} left out here: {', '.join(which)}. Name "
        f"{'it' if one else 'them'} too, classes={[*named, *left_out]}, or give "
        f"{'it' if one else 'each'} another name with rename_class, in a session that "
        f"names {'it' if one else 'them'}."
    )


def changes(before, after):
    """Say which classes are others than when the journal was left.

    Parameters
    ----------
    before, after : list of labels
        The classes that could be given then, and can be given now.

    Returns
    -------
    sentences : list of str
        Empty where nothing has changed.
    """
    sentences = []
    added = [label for label in after if label not in before]
    gone = [label for label in before if label not in after]
    if added:
        sentences.append(f"classes added: {_listed(added)}")
    if gone:
        sentences.append(f"classes left out: {_listed(gone)}")
    stayed = [label for label in before if label in after]
    if stayed != [label for label in after if label in before]:
        sentences.append(f"classes in a new order: {_listed(after)}")
    return sentences


def rows_added(n_added):
    """Say how many rows were added since the journal was left.

    Parameters
    ----------
    n_added : int
        How many.

    Returns
    -------
    sentences : list of str
    """
    was = "was" if n_added == 1 else "were"
    return [f"{n_of('row', n_added)} {was} added."] if n_added else []


def renamings(labels, renamed):
    """Say which of some labels have another name now.

    Parameters
    ----------
    labels : iterable of labels
        As they were stated.
    renamed : dict of label to label
        What classes that have another name now are called.

    Returns
    -------
    sentences : list of str
    """
    return [f"{x} is called {renamed[x]} now (renamed)" for x in labels if x in renamed]


def contradictions(given, labels):
    """Say how many labels of y are others than those that were answered.

    Parameters
    ----------
    given, labels : dict of int to label
        Those of y, and those in force.

    Returns
    -------
    sentences : list of str
    """
    n = sum(labels.get(row) != label for row, label in given.items())
    are = "is" if n == 1 else "are"
    if not n:
        return []
    return [f"{n_of('label', n)} of y {are} not what was answered: the answer counts."]


def n_of(noun, n):
    """Return a number with its noun."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _listed(labels):
    return ", ".join(map(str, labels))
