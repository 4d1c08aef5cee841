"""Which labels may be given in a session, whatever kind of labels they are."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from sklearn_active._data.columns import is_null, is_sequence
from sklearn_active._data.containers import as_rows
from sklearn_active.labeling._book.event_checks import Kind
from sklearn_active.labeling._book.label_values import plain
from sklearn_active.labeling._book.labeling_state import AGGREGATES

CLASSES_IN_WORDS = "classes"
# What the header of a journal names them by; what they are, and what takes them.
_WAYS_OUT = {
    "numbers": ("numbers", "take a regressor"),
    "several": ("several labels per row", "pass several=True"),
    "classes": (CLASSES_IN_WORDS, "take a classifier of one class per row"),
}


class AllowedLabels(ABC):
    """Check labels on their way in, and make them plain values of JSON.

    The base class of the kinds of labels that a session may have. What depends on the
    kind is asked of it: by the books, by files and by what shows the labels.

    Attributes
    ----------
    aggregates : tuple of str
        How a label can be made of several votes; of the class.
    lacks : frozenset of str
        What a session can't do with them, of what `can` names; of the class.
    what : {'classes', 'numbers', 'several labels per row'}
        What they are, in words; of the class.
    kind : Kind
        How events hold them.
    stated : list of labels
        Classes that can be given whatever was answered; empty of others.
    numbers : NumberRange or None
        Which numbers may be given; None: labels are none.
    several : SeveralLabels or None
        The names of labels of which a row may have several; None: it has one.
    new_classes : {'error', 'allow'}
        Whether labels may be given that nobody has stated.
    renamed : dict of label to label
        What classes that have another name now are called.
    """

    aggregates: tuple
    lacks: frozenset = frozenset()
    what: str
    kind: Kind
    numbers = several = None
    new_classes = "error"

    def __init__(self, stated=()):
        self.stated, self.renamed = list(stated), {}

    @property
    @abstractmethod
    def header(self):
        """What a journal says of them, as a dict."""

    @abstractmethod
    def known_to(self, header, path):
        """Return what a journal's header says, or raise where it is of another kind.

        Parameters
        ----------
        header : dict
            As on file.
        path : path
            The journal.

        Returns
        -------
        known : object
            For `go_on`.
        """

    @abstractmethod
    def go_on(self, known, state, given, path):
        """Take over what the session before has stated, as far as nothing is stated.

        Parameters
        ----------
        known : object
            As of `known_to`.
        state : LabelingState
            What the journal's events add up to.
        given : dict of int to label
            Those of y, by what they are called now.
        path : path
            The journal.

        Returns
        -------
        sentences : list of str
            What has changed.
        is_other : bool
            Whether the journal has to be told.
        """

    @abstractmethod
    def classes(self, state):
        """Return the classes that can be given, in the order in which they are shown.

        Parameters
        ----------
        state : LabelingState
            Of the session.

        Returns
        -------
        classes : list of labels
        """

    @abstractmethod
    def check_stated(self, classes):
        """Raise where nothing could be answered, or the learner would drop a class.

        Parameters
        ----------
        classes : list of labels
            Those that can be given.
        """

    def check_given(self, given):
        """Raise where a label of y could not be given.

        Parameters
        ----------
        given : dict of int to label
            Those of y.
        """
        return

    @abstractmethod
    def check(self, label, classes):
        """Return a label as a plain value, None where it abstains, or raise.

        Parameters
        ----------
        label : object
            What was given.
        classes : list of labels
            Those that can be given now.

        Returns
        -------
        label : label or None
        """

    @abstractmethod
    def read(self, text, classes):
        """Return the label that a text in a file stands for.

        Parameters
        ----------
        text : str
            As it stands there.
        classes : list of labels
            Those there are.

        Returns
        -------
        label : label
        """

    def aggregate(self, name):
        """Return the function that makes a label of votes, or raise.

        Parameters
        ----------
        name : str
            As of the session.

        Returns
        -------
        aggregate : callable
        """
        if name not in self.aggregates:
            raise ValueError(
                f"aggregate={name!r} makes no label of such votes: take "
                f"{' or '.join(map(repr, self.aggregates))}, or a callable."
            )
        return AGGREGATES[name]

    @abstractmethod
    def agreement(self, votes):
        """Return how far annotators agree, None where that can't be said.

        Parameters
        ----------
        votes : dict of int to tuple of (annotator, label)
            Of rows with two votes or more.

        Returns
        -------
        agreement : Bunch or None
        """

    def made_of(self, votes, label):
        """Return what was made of votes as a plain value, None for none, or raise.

        Parameters
        ----------
        votes : list of labels
            On a row.
        label : object
            What a callable returned.

        Returns
        -------
        label : label or None
        """
        label = plain(label)
        if is_null(label):
            return None
        self.kind.check(label, votes)
        return label

    def held(self, given):
        """Return labels of y as a session holds them.

        Parameters
        ----------
        given : dict of int to value
            As they are in y.

        Returns
        -------
        given : dict of int to label
        """
        return given

    def for_learner(self, label):
        """Return what is given to a learner for a label, or for None.

        Parameters
        ----------
        label : label or None
            As a session holds it.

        Returns
        -------
        label : object
        """
        return label

    def sought(self, label, classes):
        """Return what rows are looked for by, or raise where none could have it.

        Parameters
        ----------
        label : object
            What was given.
        classes : list of labels
            Those that can be given now.

        Returns
        -------
        wanted : label
            For `has`.
        """
        return label

    def has(self, label, wanted):
        """Say whether a row with a label is one of those with `wanted`.

        Parameters
        ----------
        label, wanted : label
            What it has, and what is looked for.

        Returns
        -------
        has : bool
        """
        return label == wanted

    def check_are_classes(self, what):
        """Raise where labels are others, and something needs classes.

        Parameters
        ----------
        what : str
            What needs them.
        """
        if self.what != CLASSES_IN_WORDS:
            raise ValueError(
                f"{what} is for classes, and this session is of {self.what}."
            )

    def check_same_kind(self, header, path, learned):
        """Raise where a journal holds labels of another kind.

        Parameters
        ----------
        header : dict
            As on file.
        path : path
            The journal.
        learned : str
            What is learned here, in words.
        """
        what, way_out = _told_by(header)
        if what != self.what:
            raise ValueError(
                f"{path} holds {what}, and {learned}: {way_out}, or another file."
            )

    def in_columns(self, labels):
        """Return a table of labels with its columns as they are here, or raise.

        Parameters
        ----------
        labels : object
            What was given, also what is no table.

        Returns
        -------
        labels : object
        """
        return labels

    def check_all(self, labels, rows, classes):
        """Return {row: label or None} of what is told of some rows, or raise.

        Parameters
        ----------
        labels : sequence of one label per row, table, or mapping of row to label
            What was given.
        rows : list of int
            The rows asked.
        classes : list of labels
            Those that can be given now.

        Returns
        -------
        answers : dict
        """
        if not isinstance(labels, Mapping):
            labels = as_rows(self.in_columns(labels))
            if not is_sequence(labels) or len(labels) != len(rows):
                n_given = len(labels) if is_sequence(labels) else "no sequence of"
                raise ValueError(
                    f"tell got {n_given} labels for {len(rows)} rows. Give one label "
                    "per row, None to skip it, or a mapping of row to label."
                )
            labels = dict(zip(rows, list(labels), strict=True))
        others = [row for row in labels if row not in rows]
        if others:
            raise ValueError(f"The question asks for the rows {rows}, not {others}.")
        answers, classes = {}, list(classes)
        for row in labels:
            label = self.check(labels[row], classes)
            answers[int(row)] = label
            if label is not None and label not in classes:
                classes.append(label)  # the next label must be of its kind
        return answers


def check_are_classes_on_file(header, path):
    """Raise where a journal holds no classes, as only these are given other names.

    Parameters
    ----------
    header : dict
        As on file.
    path : path
        The journal.
    """
    what, _ = _told_by(header)
    if what != CLASSES_IN_WORDS:
        raise ValueError(f"{path} holds {what}, and only classes can be renamed.")


def _told_by(header):
    """Return what the header of a journal says that it holds, and what takes that."""
    names = (name for name in _WAYS_OUT if header.get(name) is not None)
    return _WAYS_OUT[next(names, "classes")]


def in_order(stated, found):
    """Return distinct labels: those stated as they stand, then the others sorted.

    Parameters
    ----------
    stated, found : iterable of labels
        Plain values.

    Returns
    -------
    labels : list of labels
    """
    stated = dict.fromkeys(stated)
    return [*stated, *sorted(label for label in set(found) if label not in stated)]
