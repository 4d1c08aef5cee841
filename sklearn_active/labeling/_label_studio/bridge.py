"""LabelStudioBridge: rows are chosen here, and labeled in Label Studio."""

import logging
from contextlib import suppress
from numbers import Integral
from threading import Event

from sklearn_active.labeling._base import BaseLabelingSession
from sklearn_active.labeling._files.label_studio import config_of, result_of
from sklearn_active.labeling._label_studio.project import (
    Gone,
    NotNow,
    Project,
    Refused,
)
from sklearn_active.labeling._label_studio.reading import Reading
from sklearn_active.labeling._label_studio.tasks import (
    MODEL,
    Shown,
    control_of,
    with_choices,
)

_LOGGER = logging.getLogger(__name__)
_LONGEST_WAIT = 30  # seconds
_WHOLE_EVERY = 100  # readings: what has changed by a clock that went back


class LabelStudioBridge:
    """Let people label the rows of a session in Label Studio.

    A few tasks wait in a project, of the rows that help the model most. What is
    answered, skipped, changed or deleted there is in the session's journal before
    anything else happens, and the next rows follow.

    Parameters
    ----------
    session : LabelingSession
        Chooses the rows, and keeps the answers.
    url : str
        Where Label Studio is, as in 'http://localhost:8080'.
    token : str
        A personal access token, from Account & Settings there.
    project : str or int
        The title of a project, which is made if there is none, or the number of one
        that is there. One that is there has a single control `Choices`, or `Number`
        where labels are numbers, and no tasks but of rows of the session.
    n_waiting : int, default=3
        How many tasks wait for their first answer. One more than there are people: a
        task that somebody has on the screen waits too. With each one more, rows are
        chosen by a model that knows one answer less.
    guesses : bool, default=False
        Whether the tasks show what the model predicts. Random checks never do.
    interval : float, default=1.0
        Seconds between two readings.

    Attributes
    ----------
    url : str
        Leads to the project.

    See Also
    --------
    LabelingSession.serve : A page of our own, which needs nothing installed.

    Notes
    -----
    Needs the extra 'label-studio'. Annotators are named by their email addresses. With
    `votes_per_row`, as many annotations are wanted of each task, and those who come
    get tasks until a row has them. Label Studio has the last word on what was answered
    there: to take an answer back or to change it, do so there. Deleting a task keeps
    its answers. Rows that wait there are asked of nobody else.

    What is wrong with Label Studio is logged as a warning, once, and tried again; what
    is answered meanwhile is read afterwards. Cost: one request per interval, of the
    tasks that wait or have changed in the last seconds; every hundredth time of all.

    Examples
    --------
    >>> from sklearn_active.labeling import LabelStudioBridge
    >>> def label(session, token):
    ...     bridge = LabelStudioBridge(
    ...         session, "http://localhost:8080", token, "Tickets"
    ...     )
    ...     print(f"Label at {bridge.url}")
    ...     return bridge.run()
    """

    def __init__(
        self,
        session: BaseLabelingSession,
        url: str,
        token: str,
        project: str | int,
        *,
        n_waiting: int = 3,
        guesses: bool = False,
        interval: float = 1.0,
    ):
        if "queue" not in session.can:
            raise ValueError(
                "A bridge needs a LabelingSession, as its questions are open to "
                f"anybody; got {type(session).__name__}."
            )
        if n_waiting < 1 or not interval > 0:
            raise ValueError(
                "n_waiting must be 1 or more and interval positive, got "
                f"{n_waiting!r} and {interval!r}."
            )
        self._session, self._n_waiting = session, n_waiting
        self._guesses, self._interval = guesses, interval
        self._shown, self._n_syncs = Shown(session), 0
        self._wanted: list[int] = []  # rows that lack answers
        self._stopped, self._fault = Event(), None
        self._project = Project(url, token)
        self._enter(project)
        self._reading = Reading(session, self._project, self._is_shown_by)
        self._reading.begin()

    @property
    def url(self) -> str:
        """Where people label."""
        return self._project.url

    def _enter(self, name):
        """Find the project, or make it; raise where it isn't for this session."""
        session, project = self._session, self._project
        # Label Studio trims titles: untrimmed, one would be made at each start.
        name = int(name) if isinstance(name, Integral) else name.strip()
        if not project.find(name):
            if session.numbers is None and not session.classes:
                raise ValueError(
                    "Label Studio shows the classes to choose from: state them, as in "
                    "classes=['good', 'bad']."
                )
            several = session.several is not None
            config = config_of(self._allowed, self._shown.tag, several=several)
            project.create(name, config, session.votes_per_row)
        self._control = control_of(project.parsed, session)
        known = {*map(str, session.classes), *map(str, session.renamed)}
        others = [name for name in self._control.labels if name not in known]
        if others and session.new_classes == "error":
            raise ValueError(
                f"The project {project.title!r} offers {', '.join(others)}; the "
                f"session has the classes {', '.join(map(str, session.classes))}. Make "
                "them the same, or allow others with new_classes='allow'."
            )
        if project.n_votes != session.votes_per_row:
            project.change(maximum_annotations=session.votes_per_row)

    @property
    def _allowed(self):
        numbers = self._session.numbers
        return self._session.classes if numbers is None else numbers

    def run(self) -> str:
        """Go on until nothing is left to ask, or `stop` is called.

        Returns
        -------
        reason : str
            As `termination_condition_`; or 'stopped', 'token_refused' or
            'project_deleted'.
        """
        try:
            reason = self._go_on()
            if reason == "stopped":
                self._read_last()
            return reason
        except KeyboardInterrupt:  # as a person ends it who has just answered
            self._read_last()
            raise
        finally:
            with suppress(ValueError):  # the session was closed meanwhile
                self._session.queue(0)

    def _go_on(self):
        wait = self._interval
        while True:
            try:
                goes_on = self.sync()
                if not goes_on:
                    self._reading.go_on(is_whole=True)
                    return self._session.why_done() or "all_asked"
                self._note(None)
                wait = self._interval
            except Refused as error:
                _LOGGER.warning("%s", error)
                return "token_refused"
            except Gone as error:
                _LOGGER.warning("%s", error)
                return "project_deleted"
            except OSError as error:
                self._note(f"{error} It is tried again; nothing is lost.")
                wait = min(2 * wait, _LONGEST_WAIT)
            if self._stopped.wait(wait):
                return "stopped"

    def _read_last(self):
        """Read what was answered in the last pause, or leave it to the next run."""
        with suppress(NotNow, Refused, Gone):
            self._reading.go_on()

    def _note(self, fault):
        """Log that something is wrong, and that it is right again, once each."""
        if fault != self._fault:
            text = "Label Studio answers again." if fault is None else fault
            _LOGGER.warning("%s", text)
        self._fault = fault

    def stop(self) -> None:
        """Let `run`, in another thread, return soon."""
        self._stopped.set()

    def sync(self) -> bool:
        """Read what was answered, and let the next rows follow.

        Returns
        -------
        goes_on : bool
            Whether tasks wait for answers.

        Raises
        ------
        ConnectionError
            Where Label Studio can't be reached, or fails. What was read is kept.
        PermissionError
            Where it doesn't accept the token.
        LookupError
            Where the project was deleted.
        OSError
            Where the journal can't be written. The answers are read again.
        RuntimeError
            Where `aggregate` fails.
        """
        reading, self._n_syncs = self._reading, self._n_syncs + 1
        reading.go_on(self._wanted, is_whole=self._n_syncs % _WHOLE_EVERY == 0)
        self._offer_new_classes()
        shown, patience = reading.questions, self._interval
        queries = self._session.queue(self._n_waiting, shown, patience)
        self._wanted = [query.indices.item() for query in queries]
        new = {}
        for row, query in zip(self._wanted, queries, strict=True):
            if row not in reading.held:
                new[row] = query
            elif shown[row] is None:
                shown[row] = query.id
        if new:
            ids = self._project.add([self._task_of(*each) for each in new.items()])
            reading.note(new, ids)
        return bool(queries)

    def _offer_new_classes(self):
        """Add the classes that the session has got since to the choices."""
        offered, project = self._control.labels, self._project
        new = [x for x in self._session.classes if str(x) not in offered]
        if new:
            config = with_choices(project.config, self._control.name, new)
            project.change(label_config=config)
            offered.extend(map(str, new))

    def _task_of(self, row, query):
        control = self._control
        shown = self._shown.of(row, control.tag)
        data = {"key": self._session.row_keys[row], "question": query.id}
        task = {"data": {**data, control.variable: shown}}
        # A check asks what a person says who doesn't know what the model says.
        guess = None
        if self._guesses and query.reason != "audit":
            guess = self._session.guess(row)
        if guess is not None:
            result = result_of(guess, self._allowed)
            result |= {"from_name": control.name, "to_name": control.to_name}
            task["predictions"] = [{"model_version": MODEL, "result": [result]}]
        return task

    def _is_shown_by(self, row, data):
        """Say whether a task may show a row: what can't be compared may."""
        control = self._control
        return self._shown.may_be(data.get(control.variable), row, control.tag)
