"""Several labels per row in a session: which there are, and what a row may have."""

from collections import Counter

from sklearn_active.labeling._book.agreement import shared
from sklearn_active.labeling._book.allowed_labels import AllowedLabels
from sklearn_active.labeling._book.event_checks import Kind
from sklearn_active.labeling._several_labels import SeveralLabels


class AllowedSeveral(AllowedLabels):
    """Labels of which a row may have several: a tuple of names, empty for none.

    Parameters
    ----------
    names : sequence of str
        Of the columns of y, in their order.
    n_labels : int
        How many columns there are.
    """

    aggregates = ("last", "majority")
    lacks = frozenset(("estimate",))
    what = "several labels per row"

    def __init__(self, names, n_labels):
        super().__init__()
        self.several = SeveralLabels(names)
        self.kind = Kind.of_several(self.several)
        self._names = list(self.several.names)
        if len(self._names) != n_labels:
            raise ValueError(
                f"There are {n_labels} columns of labels, but classes names "
                f"{len(self._names)}: {', '.join(self._names)}. Name each column."
            )

    @property
    def header(self):
        """What a journal says of them, as a dict."""
        return {"several": self._names}

    def known_to(self, header, path):
        """Return the names that a journal states; raise where there are others."""
        self.check_same_kind(header, path, "here a row may have several labels")
        known = header["several"]
        try:
            SeveralLabels(known)
        except ValueError as error:
            raise ValueError(
                f"{path} is damaged: the labels in its header are {known!r}. {error}"
            ) from error
        # A row that was answered has 0 or 1 of each label. Of one that comes later it
        # would have neither, and nobody would be asked.
        if set(known) != set(self._names):
            raise ValueError(
                f"{path} holds answers about the labels {', '.join(known)}, and here "
                f"they are {', '.join(self._names)}: what rows were answered says "
                "nothing of others. Name the same ones, or take another file."
            )
        return known

    def go_on(self, known, state, given, path):
        """Say where the labels are in another order now; answers hold their names."""
        if known == self._names:
            return [], False
        return [f"labels in a new order: {', '.join(self._names)}"], True

    def classes(self, state):
        """Return the names, in the order of the columns."""
        return list(self._names)

    def check_stated(self, classes):
        """Do nothing: the names were checked."""

    def check(self, label, classes):
        """Return a label as a tuple of names, None where it abstains, or raise."""
        return self.several.check(label)

    def read(self, text, classes):
        """Return the label that a text in a file stands for."""
        return self.several.read(text)

    def in_columns(self, labels):
        """Return a frame with its columns in the order of the names, or raise."""
        return self.several.in_columns(labels, "The frame told")

    def aggregate(self, name):
        """Return the function that makes a label of votes, or raise."""
        aggregate = super().aggregate(name)
        return self._majority if name == "majority" else aggregate

    def _majority(self, votes):
        """Return the labels that most have given; where as many have not, the last's.

        Each label by itself: people may agree on two of three labels, and no two of
        them on all three.
        """
        n_given = Counter(name for vote in votes for name in vote)
        half = len(votes) / 2
        return tuple(
            name
            for name in self._names
            if n_given[name] > half or (n_given[name] == half and name in votes[-1])
        )

    def made_of(self, votes, label):
        """Return what was made of votes as a tuple of names, None for none."""
        return self.several.check(label)

    def held(self, given):
        """Return rows of y as tuples of names."""
        return {row: self.several.label_of(label) for row, label in given.items()}

    def for_learner(self, label):
        """Return a label as a row of y, None for None."""
        return None if label is None else self.several.row_of(label)

    def sought(self, label, classes):
        """Return one label or, where several are given, all that a row is to have."""
        is_one = isinstance(label, str) and label in self._names
        return label if is_one else self.several.check(label)

    def has(self, label, wanted):
        """Say whether one label is among those of a row, or several are its own."""
        return wanted in label if isinstance(wanted, str) else wanted == label

    def agreement(self, votes):
        """Return on how many rows all have given the same; None where none has two.

        No coefficient: those for classes take labels that share some for as different
        as labels that share none.
        """
        return shared(votes)
