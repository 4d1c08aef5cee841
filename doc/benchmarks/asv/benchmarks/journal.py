"""The journal of a labeling session: answers put on disk, and read again."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.common import blobs, checksum
from sklearn_active import ActiveLearner
from sklearn_active._data.marks import Mark
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession, LabelJournal
from sklearn_active.labeling._book.allowed_classes import AllowedClasses
from sklearn_active.labeling._book.binding import Binding
from sklearn_active.labeling._book.ledger import Ledger


def answers(n_events):
    """Return as many answers, as a session writes them."""
    common = {"annotator": "a", "query": "q", "reason": "margin", "seconds": 1.5}
    return [
        {"event": "answer", "row": row, "label": row % 10, "predicted": 1} | common
        for row in range(n_events)
    ]


class Journal:
    """A file of answers."""

    params = [[100, 10_000]]
    param_names = ["n_events"]

    def setup(self, n_events):
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name, "labels.jsonl")
        self.journal = LabelJournal(self.path)
        self.journal.open({"n_rows": n_events})
        self.journal.append(answers(n_events))

    def teardown(self, n_events):
        self.journal.close()
        self.folder.cleanup()

    def time_append(self, n_events):
        self.journal.append(answers(1))

    def time_replay(self, n_events):
        LabelJournal.read(self.path)

    def peakmem_replay(self, n_events):
        LabelJournal.read(self.path)


class Session:
    """A session on 500 rows, reopened with its answers, and its next question."""

    params = [[20, 300]]
    param_names = ["n_answers"]

    def setup(self, n_answers):
        self.X, self.truth = blobs(500)
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name, "labels.jsonl")
        with self.opened() as session:
            query = session.ask(n_answers)
            session.tell(query.id, self.truth[query.indices])
        self.session = self.opened()
        self.session.wait()

    def teardown(self, n_answers):
        self.session.close()
        self.folder.cleanup()

    def opened(self):
        model = GraphLabelSpreading()
        learner = ActiveLearner(model, "graph_herding", random_state=0)
        return LabelingSession(
            learner, self.X, classes=np.arange(10), journal=self.path, audit=0
        )

    def time_reopen(self, n_answers):
        self.session.close()
        self.session = self.opened()

    def time_ask(self, n_answers):
        self.session.ask()

    def time_tell(self, n_answers):
        query = self.session.ask()
        self.session.tell(query.id, self.truth[query.indices])

    def track_rows(self, n_answers):
        rows = []
        for _ in range(5):
            query = self.session.ask()
            rows.extend(query.indices.tolist())
            self.session.tell(query.id, self.truth[query.indices])
            self.session.wait()
        return checksum(rows)

    track_rows.unit = "checksum"


class LongBooks:
    """Long books by themselves: read from the file, and one more undo."""

    params = [[1000, 100_000]]
    param_names = ["n_events"]

    def setup(self, n_events):
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name, "labels.jsonl")
        self.n_events = n_events
        with LabelJournal(path) as journal:
            journal.open(Binding(None, range(n_events)).header | {"classes": None})
            journal.append(answers(n_events))
        self.path = path
        self.ledger = self.opened()

    def teardown(self, n_events):
        self.ledger.close()
        self.folder.cleanup()

    def opened(self):
        allowed = AllowedClasses(range(10), "error", Mark.stated(None))
        binding = Binding(None, range(self.n_events))
        return Ledger(binding, {}, allowed, "last", 1, self.path)

    def time_open(self, n_events):
        self.ledger.close()
        self.ledger = self.opened()

    def peakmem_open(self, n_events):
        self.time_open(n_events)

    def time_undo(self, n_events):
        self.ledger.record([{"event": "undo"}])
