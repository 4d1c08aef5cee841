"""What a project of Label Studio holds of the rows of a session."""

import logging
from itertools import islice

from sklearn_active.labeling._book.event_checks import is_duration
from sklearn_active.labeling._label_studio.tasks import Answers

_LOGGER = logging.getLogger(__name__)
_MOST_ROWS = 100  # servers refuse long addresses, and the ids of tasks stand in them


class Reading:
    """Read a project, and record in the session what has changed.

    Parameters
    ----------
    session : BaseLabelingSession
        Keeps the answers.
    project : Project
        Holds them.
    may_show : callable
        `may_show(row, data)` says whether a task with some data may show a row.

    Attributes
    ----------
    held : dict of int to dict
        Of each row that has tasks: their ids, and the annotations of each.
    questions : dict of int to (str or None)
        The ids of the queries that they show, as far as they say so.
    """

    def __init__(self, session, project, may_show):
        self._session, self._project = session, project
        self._may_show, self._answers = may_show, Answers(session)
        self._row_of = {key: row for row, key in enumerate(session.row_keys)}
        self.held, self.questions = {}, {}
        self._up_to, self._left_out = None, {}

    def begin(self):
        """Read all of it; raise where a task is of no row, before anything is kept."""
        tasks = self._project.tasks()
        faults = self._faults_of(tasks)
        for fault in faults.values():
            raise ValueError(f"{fault} Name another project; a new one is made.")
        self._record(tasks, faults)

    def go_on(self, rows=(), is_whole=False):
        """Read what has changed since the last time.

        Parameters
        ----------
        rows : iterable of int
            Of which it matters whether their tasks are still there. Of those after the
            first hundred it is seen when everything is read again.
        is_whole : bool, default=False
            Whether everything is read again.
        """
        since = None if is_whole else self._up_to
        rows = self.held if since is None else islice(rows, _MOST_ROWS)
        asked = {id for row in rows for id in self.held.get(row, ())}
        tasks = self._project.tasks(since, asked)
        gone = asked.difference(task.id for task in tasks)
        # Deleted with a task, answers stay: somebody tidied up.
        for row in [row for row, own in self.held.items() if not gone.isdisjoint(own)]:
            left = {id: x for id, x in self.held[row].items() if id not in gone}
            self.held[row] = left
            if not left:
                del self.held[row], self.questions[row]
        faults = self._faults_of(tasks)
        for id, fault in faults.items():
            self._say_once(id, f"{fault} It is left alone.")
        self._record(tasks, faults)

    def note(self, queries, ids):
        """Note tasks that were added.

        Parameters
        ----------
        queries : dict of int to Query
            What they show, by row.
        ids : list of int
            Of the tasks, in the same order.
        """
        self.held |= {row: {id: []} for row, id in zip(queries, ids, strict=True)}
        self.questions |= {row: query.id for row, query in queries.items()}

    def _record(self, tasks, faults):
        rows = {}
        for task in tasks:
            if task.id not in faults:
                row = self._row_of[_key_of(task)]
                rows[row] = None
                self.held.setdefault(row, {})[task.id] = task.annotations
                if self.questions.get(row) is None:
                    self.questions[row] = _question_of(task)
        for row in rows:
            told = self._answers_of(row)
            self._session.reconcile(self.questions[row], row, *told)
            self._drop_doubles(row)
        # Only now: what could not be kept is read again.
        moments = [task.changed_at for task in tasks]
        moments += [] if self._up_to is None else [self._up_to]
        self._up_to = max(moments, default=None)

    def _faults_of(self, tasks):
        """Return why some tasks are none of the session's, by their ids."""
        faults = {task.id: self._fault_of(task) for task in tasks}
        return {id: fault for id, fault in faults.items() if fault is not None}

    def _fault_of(self, task):
        """Return why a task is none of the session's, None where it is."""
        row = self._row_of.get(_key_of(task))
        what = f"The task {task.id} of the project {self._project.title!r}"
        if row is None:
            return f"{what} is of no row of this session."
        if not self._may_show(row, task.data):
            return f"{what} shows something else than row {row} of this session."
        return None

    def _answers_of(self, row):
        """Return the last answer of everybody, and how long each took."""
        answers, seconds = {}, {}
        annotations = [x for of_task in self.held[row].values() for x in of_task]
        for annotation in sorted(annotations, key=lambda each: each["updated_at"]):
            who = self._project.email(annotation.get("completed_by"))
            try:
                label = self._answers.of(annotation)
            except ValueError as error:
                about = f"The annotation {annotation['id']} by {who} is left out"
                self._say_once(annotation["id"], f"{about}: {error}")
                continue
            if label is None and answers.get(who) is not None:
                continue  # one of two annotations, the other of which is an answer
            answers[who] = label
            took = annotation.get("lead_time")
            if is_duration(took):  # by a clock that went back it is less than nothing
                seconds[who] = took
        return answers, seconds

    def _drop_doubles(self, row):
        """Delete tasks of a row that has another one, unless they are answered."""
        # An import whose reply was lost may come true later than the one after it.
        own = self.held[row]
        kept = [id for id, annotations in own.items() if annotations] or [min(own)]
        for id in sorted(own.keys() - kept):
            self._project.delete(id)
            del own[id]

    def _say_once(self, about, sentence):
        if self._left_out.get(about) != sentence:
            self._left_out[about] = sentence
            _LOGGER.warning("%s", sentence)


def _key_of(task):
    return str(task.data.get("key"))


def _question_of(task):
    # Tasks that somebody imported may have a number there.
    question = task.data.get("question")
    return question if isinstance(question, str) else None
