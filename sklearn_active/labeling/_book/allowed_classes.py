"""Classes as the labels of a session: those that may be given, and their order."""

import numpy as np

from sklearn_active._data.columns import is_null
from sklearn_active.labeling._book.agreement import agreement
from sklearn_active.labeling._book.allowed_labels import (
    CLASSES_IN_WORDS,
    AllowedLabels,
    in_order,
)
from sklearn_active.labeling._book.continuing import (
    changes,
    check_left_out,
    classes_of,
    classes_to_go_on_with,
    renamings,
)
from sklearn_active.labeling._book.event_checks import (
    CLASSES,
    check_current,
    check_label,
    check_range,
)
from sklearn_active.labeling._book.label_values import distinct, plain, typed


class AllowedClasses(AllowedLabels):
    """Labels that are classes.

    Parameters
    ----------
    classes : sequence of labels or None
        Those known at the start; None: they are found in a journal, and checked then.
    new_classes : {'error', 'allow'}
        Whether others may be given.
    mark : Mark
        What stands for no label, beside None and NaN.
    is_stated : bool, default=False
        Whether a user has stated the classes: else they are those of y.
    """

    aggregates = ("last", "majority")
    what, kind = CLASSES_IN_WORDS, CLASSES

    def __init__(self, classes, new_classes, mark, is_stated=False):
        super().__init__([] if classes is None else distinct(classes))
        self.new_classes = new_classes
        self._mark = mark
        # As a journal has them: None where nobody has stated any.
        self._on_file = self.stated if is_stated else None
        if classes is not None:
            self.check_stated(self.stated)

    @property
    def header(self):
        """What a journal says of them, as a dict."""
        return {"classes": self._on_file}

    def known_to(self, header, path):
        """Return the classes that a journal states, None where it states none."""
        self.check_same_kind(header, path, "a classifier learns one class per row")
        return classes_of(header, path)

    def go_on(self, known, state, given, path):
        """Take over what the session before has stated, as far as nothing is stated."""
        names_now, stated = state.names_now, self._on_file
        of_y = sorted(set(given.values()))
        before = in_order(names_now(of_y if known is None else known), state.voted)
        now = classes_to_go_on_with(stated, known, self.stated, state)
        if now is not None:
            known_then = known or (() if self.new_classes == "allow" else before)
            check_left_out(state, names_now(known_then), now, path)
            self.stated = now
        self._on_file = now
        sentences = changes(before, self.classes(state))
        named = dict.fromkeys([*(stated or ()), *of_y])
        return sentences + renamings(named, state.renamed), now != known

    def classes(self, state):
        """Return the labels as they were stated, then the others in force, sorted."""
        return in_order(state.names_now(self.stated), state.voted)

    def read(self, text, classes):
        """Return the class that a text in a file stands for."""
        return typed(text, [*classes, *self.renamed])

    def agreement(self, votes):
        """Return how far annotators agree; None where no row has two votes."""
        return agreement(votes)

    def check_stated(self, classes):
        """Raise where there is no class, or one that the learner would drop.

        Parameters
        ----------
        classes : list of labels
            Those that can be given.
        """
        if not classes and self.new_classes == "error":
            raise ValueError(
                "No class is known, so nothing could be answered. Pass classes=[...], "
                "or new_classes='allow'."
            )
        for label in classes:
            self.check_no_mark(label)

    def sought(self, label, classes):
        """Return the class that rows are looked for by, or raise where it is none."""
        known = _among(classes, plain(label))
        if known is None:
            check_label(plain(label), ())
            check_current(plain(label), self.renamed)
            raise ValueError(f"{label!r} is not a class of this session: {classes}.")
        return known

    def check_no_mark(self, label):
        """Raise where a class is what stands for no label.

        Parameters
        ----------
        label : label
            The class.
        """
        if self._mark.stands_for(label):
            raise ValueError(
                f"The class {label!r} is the mark of rows without a label, and the "
                "learner would drop it: take another missing_label than "
                f"{self._mark.value!r}."
            )

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
        label : str, int, float, bool or None
        """
        label = plain(label)
        if label is np.ma.masked or is_null(label):
            return None
        known = _among(classes, label)
        if known is not None:
            return known
        if self._mark.stands_for(label):
            return None
        if self.renamed:
            check_label(label, ())
            check_current(label, self.renamed)
        if self.new_classes == "error":
            raise ValueError(
                f"{label!r} is not a class of this session: {classes}. Allow others "
                "with new_classes='allow'."
            )
        check_label(label, classes)
        check_range([*classes, label])
        return label


def _among(classes, label):
    """Return the class that a label is, None where it is none of them."""
    for known in classes:
        if known == label and isinstance(known, str) == isinstance(label, str):
            return known
    return None
