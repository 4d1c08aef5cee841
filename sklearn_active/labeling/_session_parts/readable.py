"""What can be read off a session at any time."""

from collections.abc import Iterable
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from sklearn_active._learner import ActiveLearner
from sklearn_active.evaluation._estimate_score import ScoreEstimate
from sklearn_active.labeling._base import BaseLabelingSession, Label
from sklearn_active.labeling._book.allowed_labels import AllowedLabels
from sklearn_active.labeling._book.labeling_state import LabelingState
from sklearn_active.labeling._book.ledger import Ledger
from sklearn_active.labeling._book.session_arguments import checked_row
from sklearn_active.labeling._engine.follower import Follower
from sklearn_active.labeling._engine.refitter import Refitter
from sklearn_active.labeling._fronts.figures import report
from sklearn_active.labeling._number_range import NumberRange
from sklearn_active.labeling._session_parts.appraising import Appraiser
from sklearn_active.labeling._session_parts.finding import Finder
from sklearn_active.labeling._session_parts.open_questions import OpenQuestions
from sklearn_active.labeling._session_parts.session_rows import SessionRows
from sklearn_active.labeling._session_parts.vote_files import VoteFiles
from sklearn_active.labeling._several_labels import SeveralLabels


class ReadableSession(BaseLabelingSession):
    """The labels, votes, items, lists and figures of a session.

    Parameters
    ----------
    lock : RLock
        Held while anything below changes.
    rows : SessionRows
        What the model sees of all rows, and what a person sees.
    allowed : AllowedLabels
        Which labels may be given.
    annotators : set of str or None
        Who has been asked.
    ledger : Ledger
        All that was told, and the journal that keeps it.
    follower : Follower
        The learner, brought up to date in the background.
    refitter : Refitter
        Which does that.
    questions : OpenQuestions
        What is asked of whom.
    finder : Finder
        Lists and searches.
    appraiser : Appraiser
        Says how good labels and model are.
    vote_files : VoteFiles
        Answers from and for other tools.
    """

    def __init__(
        self,
        *,
        lock: RLock,
        rows: SessionRows,
        allowed: AllowedLabels,
        annotators: set[str | None],
        ledger: Ledger,
        follower: Follower,
        refitter: Refitter,
        questions: OpenQuestions,
        finder: Finder,
        appraiser: Appraiser,
        vote_files: VoteFiles,
    ) -> None:
        self.lock, self._rows, self._allowed = lock, rows, allowed
        self._annotators, self._ledger = annotators, ledger
        self._follower, self._refitter = follower, refitter
        self._questions, self._finder = questions, finder
        self._appraiser, self._vote_files = appraiser, vote_files

    @property
    def _state(self) -> LabelingState:
        return self._ledger.state

    def _checked_row(self, index: object) -> int:
        return checked_row(index, self.n_rows)

    @property
    def labels(self) -> dict[int, Label]:
        """The mapping from row to label as known now, those of `y` included."""
        with self.lock:
            return dict(self._ledger.labels)

    @property
    def kept_in(self) -> Path | None:
        """The path of the journal; None where answers are kept in memory only."""
        return self._ledger.path

    def votes(self) -> dict[int, dict[str | None, Label]]:
        """Return every annotator's own answers.

        Returns
        -------
        votes : dict of int to dict
            Row to annotator to label, the latest vote last.
        """
        with self.lock:
            return self._state.votes

    def votes_matrix(self) -> tuple[np.ndarray, list[str | None]]:
        """Return the votes as a matrix, for packages that weight annotators.

        Returns
        -------
        matrix : ndarray of object of shape (n_rows, n_annotators)
            Labels, None where there is no vote.
        annotators : list
            The columns.
        """
        votes = self.votes()
        annotators = list(dict.fromkeys(a for row in votes.values() for a in row))
        matrix = np.full((self.n_rows, len(annotators)), None, dtype=object)
        for row, own in votes.items():
            for annotator, label in own.items():
                matrix[row, annotators.index(annotator)] = label
        return matrix, annotators

    @property
    def classes(self) -> list[Label]:
        """The labels that can be given: as they were stated, then others, sorted."""
        with self.lock:
            return self._ledger.classes

    @property
    def numbers(self) -> NumberRange | None:
        """Which numbers may be given; None where labels are none."""
        return self._allowed.numbers

    @property
    def several(self) -> SeveralLabels | None:
        """What a row may have several of; None where it has one label."""
        return self._allowed.several

    @property
    def renamed(self) -> dict[Label, Label]:
        """The mapping from old names of classes to what these are called now."""
        with self.lock:
            return dict(self._state.renamed)

    @property
    def changes(self) -> list[str]:
        """What has changed since the journal was left, one sentence for each change.

        Such as "12 rows were added." and "classes added: neutral". Empty where the
        journal is new, or nothing has changed.
        """
        return list(self._ledger.changes)

    @property
    def learner(self) -> ActiveLearner:
        """The learner; after `close` it is fitted on all labels."""
        return self._follower.learner

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
            `row`, `label` (as it is now), `annotator` and `time`.
        """
        with self.lock:
            return [
                {
                    "row": row,
                    "label": self._ledger.labels.get(row),
                    "annotator": annotator,
                    "time": time,
                }
                for row, annotator, time in self._state.recent(n, annotator)
            ]

    @property
    def flagged(self) -> list[int]:
        """The rows that are flagged, ascending."""
        with self.lock:
            return sorted(self._state.flagged)

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
        return self._allowed.check(label, self.classes)

    @property
    def preparing(self) -> bool:
        """Whether the first ranking is not there yet: `ask` would wait for it."""
        with self.lock:
            return self._questions.preparing

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
        with self.lock:
            return self._questions.rows_left(annotator)

    @property
    def done(self) -> str | None:
        """Why nothing is asked any more, or None: as `termination_condition_`."""
        with self.lock:
            reasons = [self.why_done(who) for who in self._annotators or {None}]
            return None if None in reasons else reasons[0]

    def why_done(self, annotator: str | None = None) -> str | None:
        """Return why nothing is asked of an annotator, None while something is.

        Parameters
        ----------
        annotator : str, default=None
            Who would be asked.

        Returns
        -------
        reason : str or None
            As `done`.
        """
        with self.lock:
            return self._questions.why_done(annotator)

    @property
    def row_keys(self) -> list[str]:
        """What identifies each row in files and in other tools; else its position."""
        return self._rows.keys

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
        return self._rows.item(index)

    def title(self, index: int) -> str:
        """Return what a row is called: a file's name, or a text's first words.

        Parameters
        ----------
        index : int
            The row.

        Returns
        -------
        title : str
            Of an array, its key; "Row 1" where there is nothing else.
        """
        return self._rows.title(index)

    def guess(self, index: int) -> Label | None:
        """Return what the last finished model predicts for a row, None without one.

        Parameters
        ----------
        index : int
            The row.

        Returns
        -------
        label : label or None
        """
        predict = self._refitter.ranking.predict
        label = None if predict is None else predict([index])[0]
        return self._state.renamed.get(label, label)

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
        """Return rows of a kind, in an order.

        Parameters
        ----------
        words : str, default=''
            Every one of them occurs in what a person sees of the row, also inside a
            longer word; upper and lower case are the same. Searched are texts, the
            values of tables and lists as the page writes them, and names of files;
            not what is missing.
        status : str, default='all'
            Or 'labeled', 'unlabeled', 'flagged', 'skipped' (by somebody, and without a
            label), 'contradicted' (the guess is not the label), 'disputed' (annotators
            answered differently), 'suspect' (a model that was fitted without the label
            contradicts it, and it was not asked for again).
        label : label, default=None
            Only rows with it.
        guess : label, default=None
            Only rows for which the model predicts it.
        order : str, default='row'
            Or 'latest' (labeled last first), 'unsure' and 'sure' (by the probability
            of the guess), 'suspicious' (see below), 'farthest' (of numbers: those
            whose guess is farthest from the label; rows without a label come last).
        like : int, default=None
            Nearest to this row first, in the features that the model sees.
        likely : label, default=None
            The most likely rows of this class first.

        Returns
        -------
        rows : ndarray of int of shape (n_found,)

        Raises
        ------
        ValueError
            Where this can't be told, as there is no model yet, or none with
            `predict_proba`; or where no row could have the label.

        Notes
        -----
        'suspect' and 'suspicious' are about labeled rows and a model that was fitted
        without them (in 20 folds, or one per label where there are fewer than 50):
        those come first where the margin of another class over the label is largest,
        those last whose class no other row has. The cost is that of the fits; the
        result is kept until a label changes.

        Where labels are numbers, or a row may have several, there is no 'contradicted',
        'suspect', 'unsure', 'sure' or 'suspicious', and neither `guess` nor `likely`:
        they are about classes, one per row. Where it may have several, `label` is one
        of them, and rows that have it, alone or beside others, are found; or a list or
        tuple of all that a row has, empty for none.

        Rows about which somebody is being asked to check the model are left out of
        everything that uses its guesses: 'contradicted', 'unsure', 'sure', `guess` and
        `likely`.
        """
        return self._finder.find(words, status, label, guess, order, like, likely)

    def describe(self, rows: Iterable[int]) -> list[Bunch]:
        """Return what a list says of rows.

        Parameters
        ----------
        rows : sequence of int
            The rows.

        Returns
        -------
        described : list of Bunch
            With `row`, `title`, `label` and `guess` (None where there is none),
            `confidence` (the probability of the guess, or None), `flagged`, `skipped`
            and `votes` (dict of annotator to label).
        """
        return self._finder.describe([self._checked_row(row) for row in rows])

    def report(self) -> Bunch:
        """Return how the labeling goes.

        Returns
        -------
        report : Bunch
            `n_rows`, `n_labeled`, `n_skipped`, `n_flagged`, `n_asked`, `budget`,
            `class_counts` (dict), `seconds_per_label` (median), `left` (what is to do:
            `n` rows or questions of the budget, `of` which, and `seconds` at the pace
            so far), `agreement` and `audit` (see below),
            `changed` (share of up to 1000 unlabeled rows that the last refit predicts
            otherwise), `still_changing` (more than 1 %), `refitting`, `behind`
            (answers that the ranking doesn't know yet) and `error` (of the last
            refit). What can't be known yet is None.

        Notes
        -----
        `audit` is about the uniformly random questions alone, and the predictions made
        for them before they were answered. They are drawn from the rows that have no
        label then: after many labels of your own choice (`find`) the figures are about
        the rows that are left. It is a Bunch with

        - `n`, `n_right`: how many there were, and how many predictions were right;
        - `accuracy`, `low`, `high`: their share, with its 95 % Wilson interval [1]_;
        - `baseline_class`, `baseline`: the most frequent class among those answers, and
          the accuracy of always answering it;
        - `recalls`: by class, a Bunch with `n`, `n_right`, `recall`, `low` and `high`:
          how many of its rows were found;
        - `curve`: of each, the number of answers before it, and whether it was right;
        - `balanced_accuracy`: the mean of the recalls, where a class is rare (less than
          20 % of those answers), so that it counts as much as the others.

        No share is taken from fewer than 10 checks: it is None, also a class's recall,
        and the balanced accuracy where one of the recalls is.

        Where labels are numbers, `class_counts` is empty, `changed` and `agreement` are
        None, and `audit` has

        - `n`: how many checks there were, and `needed`, how many a figure needs;
        - `mean_error`, `low`, `high`: the mean of the differences between answer and
          prediction, whatever their sign, with its 95 % interval by Student's t,
          transformed as the differences are skewed [3]_;
        - `baseline_number`, `baseline`: the median of those answers, and the error of
          always giving it, less than of any other number;
        - `texts`: these figures as they are shown.

        Where a row may have several labels, `class_counts` says how many rows have
        each, `changed` is None, and an answer of `audit` is right where all labels of
        the row are: so `accuracy` is what `score` of the learner is, and
        `baseline_class` the most frequent of such answers, a tuple. `recalls` are
        those of each label, and there is no `balanced_accuracy`. `agreement` has no
        coefficient.

        `agreement` is about the rows that several annotators have answered, None where
        there are none: a Bunch with `n` rows, `n_agreed` (all said the same), their
        `share`, and the `value` of Cohen's kappa of two annotators, Krippendorff's
        alpha [2]_ of more (`name` says which; alpha needs the package krippendorff).
        From fewer than 10 rows no share is taken.

        References
        ----------
        .. [1] E. B. Wilson, "Probable Inference, the Law of Succession, and
           Statistical Inference", JASA 22, 1927.
           :doi:`10.1080/01621459.1927.10502953`

        .. [2] A. F. Hayes, K. Krippendorff, "Answering the Call for a Standard
           Reliability Measure for Coding Data", Communication Methods and Measures 1,
           2007. :doi:`10.1080/19312450709336664`

        .. [3] P. Hall, "On the Removal of Skewness by Transformation", JRSS B 54,
           1992. :doi:`10.1111/j.2517-6161.1992.tb01876.x`
        """
        with self.lock:
            return report(
                self.n_rows,
                self._ledger,
                self._refitter.ranking,
                self._refitter,
                self._follower.learner.budget,
                self._questions.n_behind,
            )

    def estimate_score(
        self,
        *,
        scoring: str = "accuracy",
        confidence: float = 0.95,
        anytime: bool = False,
    ) -> ScoreEstimate:
        """Estimate how good the model of now is on the rows that are left.

        From the random checks (`audit`), by models that were fitted without their
        labels: unlike `report().audit`, which counts what the models said at the time.
        It fits up to 50 models, in the thread that calls it; called again before a
        label changes, also for another score, it fits none. Rows that were added to the
        file since count among those left; no earlier check was drawn from them.

        Parameters
        ----------
        scoring : str, default='accuracy'
            Which score, as there.
        confidence : float, default=0.95
            Of the interval.
        anytime : bool, default=False
            Whether intervals of all looks hold at once.

        Returns
        -------
        estimate : Bunch
            As of :func:`~sklearn_active.evaluation.estimate_score`: no figure from
            fewer than ten checks.

        Raises
        ------
        ValueError
            Where there is no model yet, no row is left, labels are numbers, or a row
            may have several.
        """
        self._allowed.check_are_classes("estimate_score")
        return self._appraiser.estimate(scoring, confidence, anytime)

    def export_votes(self, path: str | Path, format: str | None = None) -> None:
        """Write every annotator's answers to a file that other tools read.

        Parameters
        ----------
        path : str or path
            .json (Label Studio, with its configuration beside it), .jsonl
            (Prodigy-like) or .csv; overwritten. Several labels per row: .csv only,
            with semicolons between.
        format : {'label_studio', 'jsonl', 'csv'}, default=None
            None: by the ending.
        """
        with self.lock:
            self._vote_files.write(path, format)
