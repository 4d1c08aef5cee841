"""One class that somebody looks for, held against the labels there are."""

from numbers import Number

import numpy as np

from sklearn_active._sklearn.warnings import warn_user


def place_of(label, classes):
    """Return the position of a label among the classes, None where it isn't there."""
    labels = classes.tolist()
    return labels.index(label) if label in labels else None


class SoughtClass:
    """Complain of a label that no row can have, and once of one that none has yet.

    Parameters
    ----------
    label : object
        The label of the class.
    owner : str
        Who looks for it; begins the messages.
    """

    def __init__(self, label, owner):
        self.label = label
        self.owner = owner
        self.warned = False

    def check(self, classes):
        """Hold the label against the classes known so far.

        Parameters
        ----------
        classes : ndarray of shape (n_classes,)
            Those of the labels; none at the start.
        """
        labels = classes.tolist()
        if not labels:
            return
        # Answers are of one kind, which the first of them fixes. Of the same kind a
        # class may still turn up: that is what looking for a rare one is about.
        if all(_kind(k) != _kind(self.label) for k in labels):
            raise ValueError(
                f"{self.owner} looks for label={self.label!r}, {_kind(self.label)}, "
                f"but each label so far is {_kind(labels[0])}, such as {labels[0]!r}: "
                "no row can have it. Set label to what the answers will be."
            )
        if self.label in labels:
            return
        # With one class known the rare one is just not found yet: no news.
        if len(labels) > 1 and not self.warned:
            self.warned = True
            known = ", ".join(map(repr, labels[:10]))
            more = ", ..." if len(labels) > 10 else ""
            warn_user(
                f"{self.owner} looks for label={self.label!r}, which no row has so "
                f"far; the classes known are {known}{more}. If you meant one of these, "
                "set label to it; else go on, it may be found yet.",
            )


def _kind(label):
    """Return what a label is, in words: equal where two can be labels of one y."""
    if isinstance(label, str):
        return "a text"
    if isinstance(label, (Number, np.bool_)):
        return "no number" if label != label else "a number"  # NaN is not itself
    return f"of type {type(label).__name__}"
