"""What y means: the labels known of some rows, whatever kind of labels they are."""

from abc import ABC, abstractmethod
from copy import copy

import numpy as np

from sklearn_active._data.columns import Column, is_sequence
from sklearn_active._data.rows import read_only


class Labels(ABC):
    """The labels known of n rows, and the mark that stands at the others.

    The base class of the kinds of y, and their one home: whatever depends on the kind
    is asked of the labels. Labels are never written into the array that the user gave.
    They are kept in an array of their own, beside a boolean mask that says which are
    known.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    mark : Mark
        What marks an unlabeled row.

    Attributes
    ----------
    task : {'classification', 'regression', 'multilabel'}
        The kind of y; of the class.
    are_classes : bool
        Whether a label is one of a few that come again and again; of the class.
    continuous : bool
        Whether a label is a number that may be any; of the class.
    dummy : type
        scikit-learn's estimator that looks at no feature; of the class.
    told_as_open : int or float, default=-1
        What stands for an unlabeled row to estimators that are given all; of the class.
    where_several : str
        What to do where a row has one label here, but should have several; of the
        class. Not of labels of which a row may have several.
    values : ndarray of shape (n_rows,) or (n_rows, n_labels)
        The labels; undefined where not known.
    known : ndarray of bool of shape (n_rows,)
        Whether the row's label is known.
    rows : ndarray of int of shape (n_known,)
        The rows whose label is known, ascending. Nothing but y as a whole takes time
        that grows with n_rows.
    classes : ndarray of shape (n_classes,)
        The sorted distinct known labels; empty where labels are no classes.
    remark : str
        What was assumed of y, to be said where nothing is left to ask.
    """

    task: str
    are_classes: bool
    continuous: bool
    dummy: type
    told_as_open: float = -1
    where_several: str

    def __init__(self, n_rows, mark):
        self.values = np.zeros(n_rows, dtype=np.int64)
        self.known = np.zeros(n_rows, dtype=bool)
        self.rows = np.zeros(0, dtype=np.intp)
        self.classes = self.values[:0]
        self.mark = mark
        self.remark = ""

    def __len__(self):
        return len(self.known)

    @property
    def n_known(self):
        """Return the number of labels known."""
        return len(self.rows)

    @property
    def all_known(self):
        """Return whether every row has a label."""
        return self.n_known == len(self)

    @classmethod
    def column_of(cls, y, source="y"):
        """Read y or answers, not yet knowing what they mean."""
        return Column.of(y, source, cls.where_several)

    @classmethod
    def of(cls, column, known, mark):
        """Return the labels of a y, a Column, at the rows `known`."""
        labels = cls(len(column), mark)
        values = labels._checked(column.labels(known), "y")
        if len(values):
            labels.add(np.flatnonzero(known), values)
        return labels

    @classmethod
    @abstractmethod
    def read(cls, column, missing_label, has_oracle):
        """Return the labels of a partly labeled y, a Column."""

    @classmethod
    @abstractmethod
    def mark_beside(cls, truth, missing_label):
        """Return the mark of a y that is complete: it must be none of its labels."""

    @classmethod
    @abstractmethod
    def empty(cls, n_rows, missing_label):
        """Return the labels of a pool where nothing is labeled."""

    @abstractmethod
    def add(self, indices, labels):
        """Record `labels`, an ndarray checked by `parse_answers`, at `indices`."""

    @property
    @abstractmethod
    def suffice(self):
        """Whether a model that is fitted on them can tell one row from another."""

    @classmethod
    def check_are_classes(cls, owner):
        """Raise where labels are no classes, and `owner` needs some."""
        if not cls.are_classes:
            raise ValueError(
                f"{owner} is for classification, one class per row, not for {cls.task}."
            )

    @classmethod
    def check_columns(cls, name, takes_one, takes_several):
        """Raise where an estimator of this name can't learn y for its columns."""
        if not takes_one:
            raise ValueError(
                f"{name} learns several columns only, but here a row has one label. "
                f"Take an estimator of one column. {cls.where_several}"
            )

    def differs(self, row, label):
        """Say whether a row that is known has another label than `label`."""
        return self.values[row] != label

    def class_of(self, row):
        """Return what rows with a label of one kind share, of a row that is known."""
        return self.values[row]

    @abstractmethod
    def what_is_needed(self):
        """Return in words how far it is to a model: '1 class is known, ...'."""

    @abstractmethod
    def made_up(self, n_most):
        """Return made-up labels for a trial fit, not more than `n_most`.

        As many as an estimator may want that the labels known don't suffice for; none
        where these are as many.
        """

    @abstractmethod
    def fitted(self, estimator, encoded=False, pretrained=False):
        """Return an estimator that was fitted on them, in the learner's own words."""

    def need_codes(self, all_rows, takes_minus_one_for_a_mark):
        """Say whether an estimator must be given positions in `classes` for labels.

        Parameters
        ----------
        all_rows : bool
            Whether it is given the unlabeled rows too.
        takes_minus_one_for_a_mark : bool
            Whether it would not learn a class -1.
        """
        return False

    def beside_marks(self, codes):
        """Return y as estimators take it that are given all rows, shape (n_rows,).

        Parameters
        ----------
        codes : bool
            Whether positions in `classes` stand for the labels.
        """
        return self.as_array()

    @classmethod
    def is_told(cls, y):
        """Return where a y as estimators have it says something, shape as y's."""
        return y != cls.told_as_open

    def _checked(self, labels, source):
        """Return answers in a dtype that can be recorded, or raise."""
        return labels

    def copy(self):
        """Return labels that change by themselves."""
        return self.extended(0)

    def extended(self, n_more):
        """Return the same labels of so many more rows, none of them known."""
        # Arrays that are replaced as a whole may be shared; these two are written into.
        labels = copy(self)
        labels.values = np.concatenate([self.values, self._blank(n_more)])
        labels.known = np.concatenate([self.known, np.zeros(n_more, dtype=bool)])
        return labels

    def _blank(self, n_rows):
        """Return values of rows of which none is known."""
        return np.zeros(n_rows, dtype=self.values.dtype)

    def targets(self, rows):
        """Return the labels of rows as estimators take them."""
        return self.values[rows]

    def public_classes(self, known):
        """Return `classes_` of the learner.

        Parameters
        ----------
        known : fitted estimator in the learner's own words, or Labels
            What has `classes`.
        """
        return known.classes

    def withdraw(self, indices):
        """Forget the labels at `indices`."""
        self.known[indices] = False
        self.rows = read_only(np.setdiff1d(self.rows, indices))

    def as_array(self):
        """Return all labels known, the mark elsewhere, shape (n_rows,)."""
        return self.marked(self.values, self.known)

    def shown(self):
        """Return the labels of all rows as they are drawn, shape (n_rows,)."""
        return self.as_array()

    @abstractmethod
    def marked(self, values, known):
        """Return `values` where `known`, and the mark elsewhere, shape (n_rows,)."""

    def parse_answers(self, answers, n_expected, source="The oracle"):
        """Return `answers` as an array of labels, and which rows were abstained.

        Parameters
        ----------
        answers : array-like of shape (n_expected,)
            Labels; None, NaN, NA, the mark or a masked value abstain.
        n_expected : int
            How many labels were asked for.
        source : str
            Who answered; begins the error messages.

        Returns
        -------
        labels : ndarray of shape (n_answered,)
            The labels, without the abstentions.
        answered : ndarray of bool of shape (n_expected,)
            Which rows they belong to.

        Raises
        ------
        ValueError
            Where the number or the kind of the answers is wrong.
        """
        if not is_sequence(answers):
            raise ValueError(
                f"{source} must give a sequence of {n_expected} labels, one per row; "
                f"got {answers!r}, which is a {type(answers).__name__}. Give a list in "
                "the order of the rows."
            )
        column = self._answer_column(answers, source)
        if len(column) != n_expected:
            raise ValueError(
                f"{source} gave {len(column)} labels for {n_expected} rows. Give one "
                "label per row, and None for a row that you can't label."
            )
        return self._read_answers(column, source)

    def listed(self, labels):
        """Return labels as `parse_answers` returns them as a list, None where open."""
        return labels.tolist()

    def _answer_column(self, answers, source):
        return self.column_of(answers, source)

    def _read_answers(self, column, source):
        """Return the answers as labels, and which rows were answered."""
        if not self.mark.is_only_null:
            column.refuse_numpys_text(source, self.mark.value, self.classes)
        answered = ~(column.missing | self.mark.of_answers(column))
        return self._checked(column.labels(answered), source), answered

    def _record(self, indices, labels):
        """Write labels of the dtype of `values`, which is prepared for them."""
        self.values[indices] = labels
        self._note(indices)

    def _note(self, indices):
        """Note that the labels of some rows are known."""
        self.known[indices] = True
        self.rows = read_only(np.union1d(self.rows, indices))
