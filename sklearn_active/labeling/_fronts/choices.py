"""What may be typed at a terminal: a class, several of them, or a number."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sklearn_active.labeling._book.label_values import distinct, typed
from sklearn_active.labeling._number_range import NumberRange
from sklearn_active.labeling._several_labels import NONE

_MOST_IN_PROMPT = 12


def choice_of(kind, check, classes, is_closed):
    """Return what may be typed.

    Parameters
    ----------
    kind : BaseLabelingSession or AllowedLabels
        Has `numbers` and `several`, which say of what kind labels are.
    check, classes, is_closed : object
        As of ClassChoice.

    Returns
    -------
    choice : NumberChoice, SeveralChoice or ClassChoice
    """
    if kind.numbers is not None:
        return NumberChoice(kind.numbers)
    if kind.several is not None:
        return SeveralChoice(check, classes, is_closed)
    return ClassChoice(check, classes, is_closed)


@dataclass
class NumberChoice:
    """A number may be typed, with its unit or without.

    Attributes
    ----------
    numbers : NumberRange
        Which.
    """

    numbers: NumberRange

    @property
    def prompt(self):
        """What stands before the cursor."""
        return str(self.numbers)

    about = prompt

    def read(self, text):
        """Return the number that was typed, or raise."""
        return self.numbers.read(text)

    def learn(self, label):
        """Do nothing: one number says nothing of the next."""


@dataclass
class ClassChoice:
    """A class may be typed, or what stands for it.

    Attributes
    ----------
    check : callable
        `check(label, classes)` returns a label as it is kept, or raises.
    classes : list of labels
        Those there are now.
    is_closed : bool
        Whether no other may be given, so that short forms are safe.
    """

    check: Callable
    classes: list
    is_closed: bool

    @property
    def prompt(self):
        """What stands before the cursor."""
        if len(self.classes) > _MOST_IN_PROMPT:
            return "a class (:? lists them)"
        return ", ".join(self._with_keys())

    @property
    def about(self):
        """What the help says."""
        names = ", ".join(self._with_keys())
        return f"a label ({names})" if names else "a label"

    def read(self, text):
        """Return the label that a text stands for, or raise."""
        label = short_for(text, self.classes) if self.is_closed else None
        if label is None:
            label = typed(text.removeprefix(":"), self.classes)
        return self.check(label, self.classes)

    def learn(self, label):
        """Note a label that was given: it is one of the classes from now on."""
        if label is not None:
            self.classes = distinct([*self.classes, label])

    def _with_keys(self):
        """Return what can be typed: "1 good", or the name alone where it is shorter."""
        classes = self.classes
        if not self.is_closed or not all(isinstance(x, str) for x in classes):
            return list(map(str, classes))
        taken = set(classes)
        return [
            label if str(number) in taken or len(label) == 1 else f"{number} {label}"
            for number, label in enumerate(classes, start=1)
        ]


class SeveralChoice(ClassChoice):
    """Several classes may be typed, with commas between, or that there is none."""

    @property
    def prompt(self):
        """What stands before the cursor."""
        return f"{super().prompt}; several with commas, {NONE} for none of them"

    @property
    def about(self):
        """What the help says."""
        names = ", ".join(self._with_keys())
        return f"labels with commas between ({names}), {NONE} for none of them"

    def read(self, text):
        """Return the labels that a text stands for, or raise."""
        if self._is_none(text):
            return self.check((), self.classes)
        if text in self.classes:
            self._check_is_one(text)
            return self.check([self._name_of(text)], self.classes)
        return self.check(self._names_in(text), self.classes)

    def _names_in(self, text):
        return [self._name_of(part.strip()) for part in re.split("[,;]", text)]

    def _check_is_one(self, name):
        """Raise where a name with commas may also be several labels."""
        try:
            others = self._names_in(name)
        except ValueError:
            return
        if {*others} - {name} and {*others} <= {*self.classes}:
            number = str(self.classes.index(name) + 1)
            way_out = f"for the one type its number, {number}"
            if number in self.classes:
                way_out = "put the classes in an order in which its number is no class"
            raise ValueError(
                f"{name!r} may be one label, or {' and '.join(others)}: {way_out}."
            )

    def _is_none(self, text):
        return text.casefold() == NONE and text not in self.classes

    def _name_of(self, part):
        if not part:
            raise ValueError("A label is missing beside a comma: type all again.")
        if self._is_none(part):
            raise ValueError(
                f"{NONE!r} is typed alone: it says that no label is given."
            )
        found = short_for(part, self.classes)
        return part.removeprefix(":") if found is None else found

    def learn(self, label):
        """Do nothing: no label can be added."""


def short_for(text, classes):
    """Return the class that a number or first letters stand for, None for none.

    Parameters
    ----------
    text : str
        What was typed.
    classes : list of labels
        Those there are, in their order.

    Returns
    -------
    label : str or None
        The n-th of them for n; the only one that begins so.

    Raises
    ------
    ValueError
        Where several begin so.
    """
    if text in classes or not all(isinstance(label, str) for label in classes):
        return None
    if text.isascii() and text.isdecimal():
        place = int(text) - 1 if len(text) < 9 else -1
        return classes[place] if 0 <= place < len(classes) else None
    start = text.casefold()
    found = [label for label in classes if label.casefold().startswith(start)]
    if len(found) > 1:
        raise ValueError(f"{text!r} may be {' or '.join(found)}: type more letters.")
    return found[0] if found else None
