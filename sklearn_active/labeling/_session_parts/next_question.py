"""How a session comes to its next question, or to none."""

import numpy as np

from sklearn_active._data.rows import read_only, take
from sklearn_active._loop.query import Query
from sklearn_active.labeling._engine.questions import Question, choose


class Asking:
    """Give the session its questions."""

    def _reason_to_stop(self, barred):
        """Return why nothing is asked of those for whom these rows are barred."""
        all_labeled = len(self._ledger.labels) == self.n_rows
        if all_labeled and self.votes_per_row == 1:
            return "all_labeled"
        budget = self._model.learner.budget
        if budget is not None and self._state.n_asked + self._n_open() >= budget:
            return "budget"
        if len(barred) == self.n_rows:
            return "all_labeled" if all_labeled else "all_asked"
        ranking = self._refitter.ranking
        if ranking.stop == "stop_when" and ranking.version == self._ledger.version:
            return "stop_when"
        return None

    def _n_left(self):
        """Return how many rows the budget lets be asked now."""
        if self._model.learner.budget is None:
            return self.n_rows
        return self._model.learner.budget - self._state.n_asked - self._n_open()

    def _n_open(self):
        """Return how many rows are being asked."""
        return sum(len(question.rows_left) for question in self._open.values())

    @property
    def preparing(self):
        """Whether the first ranking is not there yet: `ask` would wait for it."""
        with self.lock:
            return self._refitter.ranking.version < 0 and self._refitter.busy

    def _unavailable(self, annotator):
        return self._ledger.unavailable(annotator, self._open)

    def _next_query(self, n, annotator):
        barred = self._unavailable(annotator)
        if self._reason_to_stop(barred) is not None:
            return None
        n_rows = min(n, self._n_left())
        if self._waited_for_ranking(n_rows):
            return self.ask(n, annotator)  # others may have gone on in the meantime
        return self._open_question(n_rows, annotator, barred).query

    def _waited_for_ranking(self, n):
        """Wait where no ranking can answer n rows; say whether that took a wait."""
        if n > self._refitter.n_ranked:
            self._refitter.n_ranked = n + self.max_lag + 1
            self._request_refit()
        elif self._refitter.ranking.version >= 0 or not self._refitter.busy:
            return False  # without any, the first question is worth a wait
        self._refitter.wait()
        return True

    def _open_question(self, n, annotator, barred):
        """Open the next question, and return it."""
        ranking = self._refitter.ranking
        seed = [self._model.run.pool.seed, self._n_questions]
        rows, reason = choose(
            n,
            self.n_rows,
            barred,
            self._state.undone,
            ranking,
            self._behind(),
            self.max_lag,
            np.random.RandomState(seed),
            self.audit,
        )
        self._n_questions += 1
        return self._open_rows(
            rows, reason, annotator, f"{self._token}-{self._n_questions}"
        )

    def _open_rows(self, rows, reason, annotator, name):
        """Open a question about some rows, and return it."""
        ranking = self._refitter.ranking
        predicted = [None] * len(rows)
        if ranking.predict is not None:
            predicted = ranking.predict(rows)
        known = dict(zip(ranking.rows, ranking.utilities, strict=True))
        indices = np.array(rows)
        query = Query(
            indices=read_only(indices),
            X=take(self.X, indices),
            utilities=read_only(np.array([known.get(row, np.nan) for row in rows])),
            proba=None,
            classes=np.asarray(ranking.classes),
            round=self._n_questions,
            n_pool=self.n_rows,
            id=name,
            reason=reason,
        )
        question = Question(query, dict(zip(rows, predicted, strict=True)))
        self._open[annotator] = question
        return question

    def _behind(self):
        return self._ledger.version - max(self._refitter.ranking.version, 0)
