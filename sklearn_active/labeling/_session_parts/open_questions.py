"""The questions of a session: those that are open, and how it comes to the next one."""

from itertools import chain
from uuid import uuid4

import numpy as np

from sklearn_active._data.rows import read_only, take
from sklearn_active._loop.query import Query
from sklearn_active.labeling._book.events_in_force import split
from sklearn_active.labeling._book.ledger import N_OF_NAME
from sklearn_active.labeling._book.whose_turn import ANYBODY
from sklearn_active.labeling._engine.questions import (
    Question,
    StaleQueryError,
    check_same,
    choose,
)


class OpenQuestions:
    """Open questions, and close them when they are answered.

    Each annotator has one; those of the queue are open to anybody, one per row, until
    the row has all its votes.

    Every method is called with the session's lock held.

    Parameters
    ----------
    rows : SessionRows
        All rows.
    ledger : Ledger
        What is known of the rows.
    refitter : Refitter
        Holds the last finished ranking.
    follower : Follower
        Its learner has the budget and the seed.
    votes_per_row : int
        How many annotators are asked about each row.
    audit : float
        Share of random questions.
    max_lag : int
        How many answers the ranking may be behind.

    Attributes
    ----------
    asked_of : dict of (str or None) to Question
        The open question of each annotator.
    queued : dict of int to Question
        The open questions of the queue, by row.
    closed : bool
        Whether the session has ended.
    """

    def __init__(
        self,
        rows,
        ledger,
        refitter,
        follower,
        *,
        votes_per_row,
        audit,
        max_lag,
    ):
        self._rows = rows
        self._ledger, self._refitter, self._follower = ledger, refitter, follower
        self._votes_per_row, self._audit = votes_per_row, audit
        self._max_lag = max_lag
        self.asked_of, self._rows_told = {}, {}
        self.queued = {}
        self.closed = False
        # The journal's name comes first, so that `reopen` knows the questions of
        # earlier sessions on it; the rest tells this session from those.
        self._token = (ledger.name or "")[:N_OF_NAME] + uuid4().hex[N_OF_NAME:]
        self._n_questions = ledger.state.n_asked

    def check_not_closed(self):
        """Raise where the session is closed."""
        if self.closed:
            raise ValueError("The session is closed; open a new one on its journal.")

    def close(self):
        """Ask nothing any more."""
        self.closed = True
        self.asked_of.clear()
        self.queued.clear()

    def ask(self, n, annotator):
        """Return the open question of an annotator, or open the next one.

        Parameters
        ----------
        n : int
            How many rows to ask.
        annotator : str or None
            Who is asked.

        Returns
        -------
        query : Query or None
            None where nothing is left to ask.
        """
        while True:
            self.check_not_closed()
            question = self.asked_of.get(annotator)
            if question is not None:
                return question.query
            barred = self._unavailable(annotator)
            if self._reason_to_stop(barred) is not None:
                return None
            n_rows = min(n, self._n_left())
            # A wait gives up the session's lock: others may have answered meanwhile,
            # or closed the session, so everything is looked at again.
            if not self._waited_for_ranking(n_rows):
                question = self._next(n_rows, barred)
                self.asked_of[annotator] = question
                return question.query

    def fill_queue(self, n, shown, patience):
        """Keep rows open to anybody, and return the questions that lack answers.

        Parameters
        ----------
        n : int
            How many are to wait for their first answer; 0 ends the queue.
        shown : dict of int to (str or None)
            Rows that are in it in any case, unless they have all their votes, and the
            ids of their questions, where that is known.
        patience : float
            For how many seconds a model that learns is waited for.

        Returns
        -------
        queries : list of Query
            Of the rows that lack votes, and that nobody has skipped.
        """
        self.check_not_closed()
        if not n:
            self.queued.clear()
            return []
        # What a tool doesn't show any more may be asked anew, by another question:
        # answers to the one before are not missing there.
        self.queued = {row: q for row, q in self.queued.items() if row in shown}
        for row, query_id in shown.items():
            self.keep_in_queue(row, query_id)
        # Each row is chosen by itself, so that every one may be a random check.
        while self._is_short(n, patience):
            self.check_not_closed()
            barred = self._unavailable(ANYBODY)
            too_few = self._n_left() < self._votes_per_row
            if too_few or self._reason_to_stop(barred) is not None:
                break
            # Those that wait are at the top of the ranking still.
            if not self._waited_for_ranking(len(self.queued) + 1):
                question = self._next(1, barred)
                self.queued[question.rows[0]] = question
        awaited = self._ledger.n_awaited
        return [q.query for row, q in self.queued.items() if awaited(row)]

    def keep_in_queue(self, row, query_id):
        """Let a row be open to anybody that a tool shows, unless it has its votes.

        Parameters
        ----------
        row : int
            The row.
        query_id : str or None
            Of its question, also where that was asked in a session on another journal:
            the tool goes on showing it, and takes answers to it back.
        """
        if row not in self.queued and not self._ledger.is_full(row):
            name = self._new_name() if query_id is None else query_id
            self.queued[row] = self._new([row], "reopened", name)
            self.note_told(row)

    def note_told(self, row):
        """Note what was told to the question of the queue that is about a row.

        Parameters
        ----------
        row : int
            The row.
        """
        question = self.queued.get(row)
        if question is not None:
            told = self._ledger.state.told(question.query.id)
            question.told = {row: told[row]} if row in told else {}

    def _is_short(self, n, patience):
        """Say whether the queue lacks a row that is to be chosen now."""
        if not self.preparing and not self._waiting():
            self._refitter.wait(patience)
        # Half of them can wait for a model that knows the last answers, and so for
        # better rows: who labels has the others until then.
        return len(self._waiting()) < ((n + 1) // 2 if self._refitter.busy else n)

    def _waiting(self):
        """Return the questions of the queue that nobody has answered or skipped."""
        return [question for question in self.queued.values() if not question.told]

    def retracted(self, query_id, row, answers):
        """Return the events that take back what a tool doesn't hold any more.

        Parameters
        ----------
        query_id : str or None
            Of the question that it shows.
        row : int
            The row.
        answers : dict of str to (label or None)
            What it holds, by annotator; None skips.

        Returns
        -------
        events : list of dict
        """
        state = self._ledger.state
        if query_id is None:
            return []
        gone = [who for who, _ in state.votes_of(row) if answers.get(who) is None]
        gone += [who for who in state.skipped_by(row) if who not in answers]
        event = {"event": "retract", "query": query_id, "row": row}
        return [
            event | {"annotator": who}
            for who in dict.fromkeys(gone)
            if state.has_answered(query_id, row, who)
        ]

    def told_by_tool(self, query_id, row, answers, seconds):
        """Return the events of what a tool holds, and the session doesn't.

        Parameters
        ----------
        query_id : str or None
            Of the question that it shows.
        row : int
            The row.
        answers : dict of str to (label or None)
            By annotator; None skips.
        seconds : dict of str to float
            How long answers took.

        Returns
        -------
        events : list of dict
        """
        state, question = self._ledger.state, self.queued.get(row)
        votes, skipped = dict(state.votes_of(row)), state.skipped_by(row)
        events, has_vote = [], bool(votes)
        for who, label in answers.items():
            if label == votes.get(who) and (label is not None or who in skipped):
                continue
            if label is None and self._is_requeued(question, row, who):
                continue
            if question is not None and who not in votes:
                (event,) = question.events({row: label}, who, seconds.get(who))
                # One row is one check of the model, however many votes it gets.
                again = {"reason": "vote"} if has_vote else {}
                events.append(event | again)
                has_vote |= label is not None
            elif label is not None:  # a skip of a row that has its votes says nothing
                # A change is no answer more; a vote more than was asked for is one.
                query = None if who in votes else query_id
                event = {"event": "relabel", "row": row, "label": label}
                events.append(event | {"annotator": who, "query": query})
        return events

    def _is_requeued(self, question, row, who):
        """Say whether a skip that a tool holds still is one that was requeued here."""
        if question is None:
            return False
        return self._ledger.state.has_answered(question.query.id, row, who)

    def close_full(self):
        """Close the questions of the queue whose rows have all their votes."""
        for row in [row for row in self.queued if self._ledger.is_full(row)]:
            del self.queued[row]

    def _waited_for_ranking(self, n):
        """Wait where no ranking can answer n rows; say whether that took a wait."""
        if n > self._refitter.n_ranked:
            self._refitter.n_ranked = n + self._max_lag + 1
            self._refitter.request()
        elif not self.preparing:
            return False
        self._refitter.wait()
        return True

    @property
    def preparing(self):
        """Whether the first ranking is not there yet: it is worth a wait."""
        return self._refitter.ranking.version < 0 and self._refitter.busy

    @property
    def n_behind(self):
        """The number of answers that the ranking doesn't know yet."""
        return self._ledger.version - max(self._refitter.ranking.version, 0)

    @property
    def batch_size(self):
        """The number of rows that the learner would ask next, as the budget lets it."""
        learner = self._follower.learner
        if learner.budget is None:
            return learner.batch_size
        return min(learner.batch_size, learner.budget - self._ledger.state.n_asked)

    def rows_left(self, annotator):
        """Return the rows of the open question that wait for an answer.

        Parameters
        ----------
        annotator : str or None
            Who is asked.

        Returns
        -------
        rows : list of int
        """
        question = self.asked_of.get(annotator)
        return [] if question is None else question.rows_left

    def rows_checking(self):
        """Return the rows that are asked now to check the model.

        What it says of them is not told before they are answered.

        Returns
        -------
        rows : set of int
        """
        asked = chain(self.asked_of.values(), self.queued.values())
        audits = (each for each in asked if each.query.reason == "audit")
        return {row for each in audits for row in each.rows_left}

    def why_done(self, annotator):
        """Return why nothing is asked of an annotator, None while something is.

        Parameters
        ----------
        annotator : str or None
            Who would be asked.

        Returns
        -------
        reason : str or None
        """
        if annotator in self.asked_of:
            return None
        return self._reason_to_stop(self._unavailable(annotator))

    def _reason_to_stop(self, barred):
        """Return why nothing is asked of those for whom these rows are barred."""
        all_labeled = len(self._ledger.labels) == self._rows.n
        if all_labeled and self._votes_per_row == 1:
            return "all_labeled"
        budget, n_asked = self._follower.learner.budget, self._ledger.state.n_asked
        if budget is not None and n_asked + self._n_open() >= budget:
            return "budget"
        if len(barred) == self._rows.n:
            return "all_labeled" if all_labeled else "all_asked"
        ranking = self._refitter.ranking
        if ranking.stop == "stop_when" and ranking.version == self._ledger.version:
            return "stop_when"
        return None

    def _n_left(self):
        """Return how many rows the budget lets be asked now."""
        budget = self._follower.learner.budget
        if budget is None:
            return self._rows.n
        return budget - self._ledger.state.n_asked - self._n_open()

    def _n_open(self):
        """Return how many answers are being asked for."""
        n_asked = sum(len(question.rows_left) for question in self.asked_of.values())
        return n_asked + sum(map(self._ledger.n_awaited, self.queued))

    def _unavailable(self, annotator):
        elsewhere = (
            question.rows_left
            for other, question in self.asked_of.items()
            if other != annotator
        )
        # A row of the queue is asked for all the votes that it lacks.
        queued = (row for row in self.queued for _ in range(self._votes_per_row))
        return self._ledger.unavailable(
            annotator, chain(chain.from_iterable(elsewhere), queued)
        )

    def _next(self, n, barred):
        """Choose the rows of the next question, and return it."""
        # From the seed and the question's number alone: a program that is started
        # again draws the same audits as one that was never stopped.
        seed = [self._follower.run.pool.seed, self._n_questions]
        rows, reason = choose(
            n,
            self._rows.n,
            barred,
            self._ledger.state.undone,
            self._refitter.ranking,
            self.n_behind,
            self._max_lag,
            np.random.RandomState(seed),
            self._audit,
        )
        return self._new(rows, reason, self._new_name())

    def _new_name(self):
        self._n_questions += 1
        return f"{self._token}-{self._n_questions}"

    def _new(self, rows, reason, name):
        """Return a question about some rows."""
        ranking = self._refitter.ranking
        # Predicted now: an audit must compare the answer with what the model said
        # before it, whatever is refitted while the person thinks.
        predicted = [None] * len(rows)
        if ranking.predict is not None:
            predicted = ranking.predict(rows)
        known = dict(zip(ranking.rows, ranking.utilities, strict=True))
        indices = np.array(rows)
        query = Query(
            indices=read_only(indices),
            X=take(self._rows.X, indices),
            utilities=read_only(np.array([known.get(row, np.nan) for row in rows])),
            proba=None,
            classes=np.asarray(ranking.classes),
            round=self._n_questions,
            n_pool=self._rows.n,
            id=name,
            reasons=(reason,) * len(rows),
            task=self._follower.run.pool.labels.task,
        )
        return Question(query, dict(zip(rows, predicted, strict=True)))

    def reopen(self, query_id, row, annotator):
        """Open a question of an earlier session on this journal again.

        Parameters
        ----------
        query_id : str
            Its `id`.
        row : int
            The row that it asked.
        annotator : str or None
            Who was asked.
        """
        token, number = split(query_id)
        name = self._ledger.name
        is_of_journal = name is not None and token.startswith(name) and number > 0
        is_ours = token == self._token or not is_of_journal
        is_busy = row in self._unavailable(annotator)
        if is_ours or is_busy or self._ledger.state.told(query_id):
            raise StaleQueryError(
                f"The question {query_id!r} can't be opened again: the row is "
                "labeled, or asked of somebody else. Nothing was recorded; call ask() "
                "for the question that is open now."
            )
        self.asked_of[annotator] = self._new([row], "reopened", query_id)

    def told_before(self, query_id):
        """Return what was told to a question that is not open, or raise.

        Parameters
        ----------
        query_id : str
            Its `id`.

        Returns
        -------
        rows : list of int
            Its rows whose answers are in force, in the order in which they were asked.
        told : dict of int to (label or None)
            The answers.
        """
        told = self._ledger.state.told(query_id)
        if not told:
            raise StaleQueryError(
                f"The question {query_id!r} is not open: it was taken back, or is of "
                "another session. Nothing was recorded; call ask() for the question "
                "that is open now."
            )
        rows = self._rows_told.get(query_id, told)
        return [row for row in rows if row in told], told

    def new_answers(self, question, answers):
        """Return the answers that were not told before; raise where others were.

        Parameters
        ----------
        question : Question
            The open one.
        answers : dict of int to (label or None)
            Checked.

        Returns
        -------
        answers : dict of int to (label or None)
        """
        now = self._ledger.state.renamed
        told = {row: now.get(label, label) for row, label in question.told.items()}
        check_same(answers, told)
        return {row: answers[row] for row in question.rows_left if row in answers}

    def answered(self, answers, annotator):
        """Note answers to the open question; close it where none is left.

        Parameters
        ----------
        answers : dict of int to (label or None)
            They are on file.
        annotator : str or None
            Who was asked.
        """
        question = self.asked_of[annotator]
        question.told |= answers
        if not question.rows_left:
            del self.asked_of[annotator]
            self._rows_told[question.query.id] = question.rows

    def undone(self, last, rows):
        """Make rows open again after an undo, or drop a question asked since.

        Parameters
        ----------
        last : Bunch
            The event that was taken back, as of :class:`LabelingState`.
        rows : list of int
            The rows whose answers it had changed.
        """
        question = self.asked_of.get(last.annotator)
        if question is None:
            return
        rows = set(rows) & set(question.rows)
        if last.query is None:  # a change of what was answered leaves the answer
            votes = self._ledger.state.votes_of
            rows = {r for r in rows if last.annotator not in dict(votes(r))}
        if rows and last.query in (None, question.query.id):
            for row in rows:
                question.told.pop(row, None)
        elif last.event in ("answer", "skip"):
            del self.asked_of[last.annotator]
