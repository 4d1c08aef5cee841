"""Journals for tests: what their headers say of rows, and one on a full disk."""

from pathlib import Path
from tempfile import TemporaryDirectory

from executors import Inline
from sklearn.linear_model import LogisticRegression

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, LabelJournal


class OnAFullDisk(LabelJournal):
    """A journal that can't be written while its disk is full."""

    is_full = False

    def append(self, events):
        if self.is_full:
            raise OSError(28, "No space left on device")
        super().append(events)


def facts_of(X):
    """Return what the header of a new journal says of rows: which they are."""
    learner = ActiveLearner(LogisticRegression(), "random")
    with TemporaryDirectory() as folder:
        path = Path(folder, "j")
        params = {"classes": ["a", "b"], "executor": Inline()}
        LabelingSession(learner, X, journal=path, **params).close()
        header, _ = LabelJournal.read(path)
    return {name: header[name] for name in ("n_rows", "keys", "sums")}
