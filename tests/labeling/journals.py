"""What journals say of rows: for tests that write or compare their headers."""

from pathlib import Path
from tempfile import TemporaryDirectory

from executors import Inline
from sklearn.linear_model import LogisticRegression

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession, LabelJournal


def facts_of(X):
    """Return what the header of a new journal says of rows: which they are."""
    learner = ActiveLearner(LogisticRegression(), "random")
    with TemporaryDirectory() as folder:
        path = Path(folder, "j")
        params = {"classes": ["a", "b"], "executor": Inline()}
        LabelingSession(learner, X, journal=path, **params).close()
        header, _ = LabelJournal.read(path)
    return {name: header[name] for name in ("n_rows", "keys", "sums")}
