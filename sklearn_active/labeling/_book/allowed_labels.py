"""Which labels may be given in a session."""

from collections.abc import Mapping

import numpy as np

from sklearn_active._data.columns import is_null, is_sequence
from sklearn_active.labeling._book.event_checks import (
    check_current,
    check_label,
    check_range,
)
from sklearn_active.labeling._book.label_values import distinct, plain


class AllowedLabels:
    """Check labels on their way in, and make them plain values of JSON.

    Parameters
    ----------
    classes : sequence of labels or None
        Those known at the start; None: they are found in a journal, and checked then.
    new_classes : {'error', 'allow'}
        Whether others may be given.
    mark : Mark
        What stands for no label, beside None and NaN.

    Attributes
    ----------
    renamed : dict of label to label
        What classes that have another name now are called.
    """

    def __init__(self, classes, new_classes, mark):
        self.stated = [] if classes is None else distinct(classes)
        self.new_classes = new_classes
        self.renamed = {}
        self._mark = mark
        if classes is not None:
            self.check_stated(self.stated)

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
        for known in classes:
            if known == label and isinstance(known, str) == isinstance(label, str):
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

    def check_all(self, labels, rows, classes):
        """Return {row: label or None} of what is told of some rows, or raise.

        Parameters
        ----------
        labels : sequence of one label per row, or mapping of row to label
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
