"""What a session is bound to: its learner, its rows, its journal."""

from hashlib import sha256

from sklearn.base import clone

from sklearn_active._rows import row_keys
from sklearn_active.labeling._journal import LabelJournal


def with_class_minus_one(learner):
    """Return a learner that doesn't take the class -1 for the mark."""
    if isinstance(learner.missing_label, str) and learner.missing_label == "auto":
        return clone(learner).set_params(missing_label=None)
    return learner


def digest(X, keys):
    """Return what binds a journal to its rows: their keys, else their content."""
    keys = row_keys(X) if keys is None else [str(key).encode() for key in keys]
    digest = sha256()
    for key in keys:
        digest.update(len(key).to_bytes(8, "big") + key)
    return digest.hexdigest()


def opened(journal, header):
    """Return the open journal and its events."""
    if journal is None:
        return None, []
    journal = journal if isinstance(journal, LabelJournal) else LabelJournal(journal)
    return journal, journal.open(header)
