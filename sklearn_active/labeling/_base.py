"""BaseLabelingSession: the contract between a session and those who show it."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from sklearn_active._loop.query import Query
from sklearn_active.labeling._number_range import NumberRange
from sklearn_active.labeling._several_labels import SeveralLabels

Label = str | int | float | bool | tuple[str, ...]


class BaseLabelingSession(ABC):
    """What a front end may ask of a session, and what it may rely on.

    A front end shows rows to a person and passes on what the person says: the web page,
    the terminal and the notebook's widget are three, and use nothing but this.
    :class:`LabelingSession` and :class:`WebOracle` implement it. To write a front end,
    call these methods; to give the existing front ends another source of questions,
    derive from this class.

    - **Who checks**: the session. A front end passes on what was typed; what is not
      allowed is a ValueError whose text can be shown to the person. Where labels are
      numbers, text is read as by `numbers.read`, and `numbers.written` shows a label;
      where a row may have several, `several` does both.
    - **What is kept**: when `tell`, `skip`, `relabel`, `flag` or `take_back` return, it
      is kept. If they raise, nothing of that call is kept, except for `RuntimeError`:
      the answer is recorded, and something that follows from it failed.
    - **What errors mean**: `StaleQueryError`: the question is no longer open; ask
      again, and show what is asked now. `OSError`: the answer could not be written; the
      question stays open, and the same call may be made again.
    - **What may block**: `ask` while the session is `preparing`, and where more rows
      are wanted than are ranked; `find`, `describe` and `guess` while a model predicts
      or, to find doubtful labels, is fitted. Nothing else waits for a model, and `tell`
      never fits one.
    - **Threads**: all methods may be called from several. Hold `lock`, which is
      reentrant, to do several things at once.

    Attributes
    ----------
    n_rows : int
        Number of rows.
    can : frozenset of str
        Which optional methods there are: 'estimate' (`estimate_score`), 'find', 'flag',
        'guess', 'queue' (`queue`, `reconcile` and `row_keys`), 'relabel', 'reopen',
        'requeue' (`requeue_skipped`) and 'undo' (`take_back`).
    new_classes : {'error', 'allow'}
        Whether labels may be given that are in no `classes` yet.
    numbers : NumberRange or None
        Which numbers may be given, where labels are numbers: it reads what is typed,
        and writes what is shown. None: labels are not numbers.
    several : SeveralLabels or None
        Where a row may have several of the classes, or none: `read` and `written` as
        of `numbers`; a label is a tuple of classes, empty for none. None: a row has
        one.
    votes_per_row : int
        How many annotators are asked about each row.
    items : sequence or None
        What a person sees of all rows; None: only `item` knows it, row by row.
    lock : RLock
        Of the session.

    Examples
    --------
    >>> from sklearn_active.labeling import BaseLabelingSession, LabelingSession
    >>> issubclass(LabelingSession, BaseLabelingSession)
    True
    """

    n_rows: int
    can: frozenset[str] = frozenset()
    new_classes: str = "error"
    votes_per_row: int = 1
    items: Any = None
    lock: RLock

    @property
    def numbers(self) -> NumberRange | None:
        """Which numbers may be given; None where labels are none."""
        return None

    @property
    def several(self) -> SeveralLabels | None:
        """What a row may have several of; None where it has one label."""
        return None

    @property
    def kept_in(self) -> Path | None:
        """Where answers are kept; None: in memory only."""
        return None

    @property
    def preparing(self) -> bool:
        """Whether `ask` would wait for the first ranking."""
        return False

    @abstractmethod
    def ask(self, n: int = 1, annotator: str | None = None) -> Query | None:
        """Return the question that is open or the next one, None where nothing is left.

        Parameters
        ----------
        n : int, default=1
            How many rows.
        annotator : str, default=None
            Who is asked.

        Returns
        -------
        query : Query or None
        """

    @abstractmethod
    def rows_left(self, annotator: str | None = None) -> list[int]:
        """Return the rows of the open question that wait for an answer.

        Parameters
        ----------
        annotator : str, default=None
            Who is asked.

        Returns
        -------
        rows : list of int
            Empty where no question is open.
        """

    @abstractmethod
    def tell(
        self,
        query_id: str,
        labels: Collection[Any] | Mapping[int, Any],
        annotator: str | None = None,
    ) -> None:
        """Record answers to a question.

        Parameters
        ----------
        query_id : str
            The question's `id`.
        labels : sequence of one label per row, or mapping of row to label
            None skips a row.
        annotator : str, default=None
            Who answers.
        """

    @abstractmethod
    def skip(
        self,
        query_id: str,
        rows: Iterable[int] | None = None,
        annotator: str | None = None,
    ) -> None:
        """Skip rows of the open question.

        Parameters
        ----------
        query_id : str
            The question's `id`.
        rows : sequence of int, default=None
            None: all that are not answered.
        annotator : str, default=None
            Who skips.
        """

    @abstractmethod
    def take_back(self, annotator: str | None = None) -> None:
        """Take back the last thing that a person did; its row comes next.

        Parameters
        ----------
        annotator : str, default=None
            Whose; None: the last thing that was done by anybody.

        Raises
        ------
        ValueError
            Where there is none, or only a program can take it back.
        """

    @abstractmethod
    def why_done(self, annotator: str | None = None) -> str | None:
        """Return why nothing is asked of somebody, None while something is.

        Parameters
        ----------
        annotator : str, default=None
            Who would be asked.

        Returns
        -------
        reason : str or None
            As `termination_condition_` of the learner.
        """

    @property
    @abstractmethod
    def classes(self) -> list[Label]:
        """The classes that can be given, in the order shown; empty of numbers."""

    @abstractmethod
    def checked(self, label: object) -> Label | None:
        """Return a label as it would be kept, None where it abstains, or raise.

        Parameters
        ----------
        label : object
            What was given.

        Returns
        -------
        label : str, int, float, bool, tuple of str, or None
        """

    @abstractmethod
    def item(self, index: int) -> Any:
        """Return what a person sees of a row.

        Parameters
        ----------
        index : int
            The row.

        Returns
        -------
        item : object
        """

    def title(self, index: int) -> str:
        """Return what a row is called: a file's name, or a text's first words.

        Parameters
        ----------
        index : int
            The row.

        Returns
        -------
        title : str
        """
        return f"Row {index + 1}"

    @abstractmethod
    def report(self) -> Bunch:
        """Return how the labeling goes, as :meth:`LabelingSession.report`.

        Returns
        -------
        report : Bunch
        """

    @abstractmethod
    def recent(self, n: int = 20, annotator: str | None = None) -> list[dict[str, Any]]:
        """Return the latest answers in force, newest first.

        Parameters
        ----------
        n : int, default=20
            How many at most.
        annotator : str, default=None
            Whose; None: everybody's.

        Returns
        -------
        answers : list of dict
            `row`, `label`, `annotator` and `time`.
        """

    @property
    def flagged(self) -> list[int]:
        """The rows that are flagged, ascending."""
        return []

    @property
    def renamed(self) -> dict[Label, Label]:
        """The mapping from old names of classes to what these are called now."""
        return {}

    def guess(self, index: int) -> Label | None:
        """Return what the model predicts for a row, None without one.

        Parameters
        ----------
        index : int
            The row.

        Returns
        -------
        label : label or None
        """
        raise self._cannot("guess")

    def relabel(
        self,
        index: int,
        label: Label,
        annotator: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Give a row a label that was not asked for: a change, or one of a row found.

        Parameters
        ----------
        index : int
            The row.
        label : label
            The right one.
        annotator : str, default=None
            Whose it is.
        reason : str, default=None
            Why it is given.
        """
        raise self._cannot("relabel")

    def flag(
        self, index: int, flagged: bool = True, annotator: str | None = None
    ) -> None:
        """Flag a row, for somebody to look at later.

        Parameters
        ----------
        index : int
            The row.
        flagged : bool, default=True
            False takes the flag away.
        annotator : str, default=None
            Who flags.
        """
        raise self._cannot("flag")

    def requeue_skipped(self) -> None:
        """Let the rows that were skipped come again."""
        raise self._cannot("requeue")

    @property
    def row_keys(self) -> list[str]:
        """What identifies each row in files and in other tools, as text."""
        raise self._cannot("queue")

    def queue(
        self,
        n: int,
        shown: Mapping[int, str | None] | None = None,
        patience: float = 0.0,
    ) -> list[Query]:
        """Keep rows open to anybody, as :meth:`LabelingSession.queue`.

        Parameters
        ----------
        n : int
            How many are to wait for their first answer; 0 ends the queue.
        shown : dict of int to (str or None), default=None
            Rows that stay in it, and the ids of their queries.
        patience : float, default=0.0
            Seconds for which the model is waited for.

        Returns
        -------
        queries : list of Query
            Of one row each.
        """
        raise self._cannot("queue")

    def reconcile(
        self,
        query_id: str | None,
        index: int,
        answers: Mapping[str | None, Label | None],
        seconds: Mapping[str | None, float] | None = None,
    ) -> None:
        """Record what is said of a row now, as :meth:`LabelingSession.reconcile`.

        Parameters
        ----------
        query_id : str or None
            The `id` of the query.
        index : int
            Its row.
        answers : dict of str to label
            By annotator; None skips.
        seconds : dict of str to float, default=None
            How long answers took.
        """
        raise self._cannot("queue")

    def reopen(self, query_id: str, index: int, annotator: str | None = None) -> None:
        """Open a question again that an earlier run of the program had asked.

        Parameters
        ----------
        query_id : str
            Its `id`.
        index : int
            The row that it asked.
        annotator : str, default=None
            Who was asked.
        """
        raise self._cannot("reopen")

    def find(
        self,
        words: str = "",
        *,
        status: str = "all",
        label: Label | None = None,
        guess: Label | None = None,
        order: str = "row",
        like: int | None = None,
        likely: Label | None = None,
    ) -> np.ndarray:
        """Return rows of a kind, in an order, as :meth:`LabelingSession.find`.

        Parameters
        ----------
        words : str, default=''
            What is to be found in them.
        status : str, default='all'
            As there, like all that follows.
        label : label, default=None
            What they have.
        guess : label, default=None
            What the model takes them for.
        order : str, default='row'
            In which they come.
        like : int, default=None
            A row that they resemble.
        likely : label, default=None
            A class that they may be of.

        Returns
        -------
        rows : ndarray of int
        """
        raise self._cannot("find")

    def describe(self, rows: Iterable[int]) -> list[Bunch]:
        """Return what a list says of rows, as :meth:`LabelingSession.describe`.

        Parameters
        ----------
        rows : sequence of int
            The rows.

        Returns
        -------
        described : list of Bunch
        """
        raise self._cannot("find")

    def estimate_score(
        self,
        *,
        scoring: str = "accuracy",
        confidence: float = 0.95,
        anytime: bool = False,
    ) -> Bunch:
        """Return how good the model is, as :meth:`LabelingSession.estimate_score`.

        Parameters
        ----------
        scoring : str, default='accuracy'
            Which score.
        confidence : float, default=0.95
            Of the interval.
        anytime : bool, default=False
            Whether intervals of all looks hold at once.

        Returns
        -------
        estimate : Bunch
            As there.
        """
        raise self._cannot("estimate")

    def _cannot(self, what: str) -> NotImplementedError:
        return NotImplementedError(f"{type(self).__name__} can't {what}: see `can`.")
