"""SeveralLabels: the names of labels of which a row may have some, all or none."""

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from sklearn_active._data.columns import is_null, is_sequence
from sklearn_active._data.containers import column_names, index_of, is_frame
from sklearn_active._data.indicator_labels import Indicators

NONE = "none"
SEPARATOR = ";"


@dataclass(frozen=True)
class SeveralLabels:
    """Name the columns of y, where a row may have several labels.

    What a row has is a tuple of names, in the order of the columns; empty where it has
    none of them.

    Parameters
    ----------
    names : sequence of str
        Of the columns of y, in their order.

    Examples
    --------
    >>> from sklearn_active.labeling._several_labels import SeveralLabels
    >>> several = SeveralLabels(["sport", "law", "health"])
    >>> several.check({"health", "sport"}), several.check([0, 1, 0])
    (('sport', 'health'), ('law',))
    >>> several.read("health; sport"), several.read("none")
    (('sport', 'health'), ())
    """

    names: tuple[str, ...]

    def __post_init__(self):
        names = tuple(self.names) if is_sequence(self.names) else ()
        for name in names:
            if not isinstance(name, str) or not _can_be_typed(name):
                raise ValueError(
                    f"Where a row may have several labels, each is named by a text "
                    f"that can be typed, without {SEPARATOR!r} and not {NONE!r}; got "
                    f"{name!r}. Pass classes=['sport', 'law'], in the order of the "
                    "columns of y."
                )
        if len(names) < 2 or len(set(names)) < len(names):
            raise ValueError(
                f"Where a row may have several labels, there are two at least, each "
                f"with a name of its own; got {list(names)}."
            )
        object.__setattr__(self, "names", tuple(map(str, names)))

    def __str__(self) -> str:
        """Return in words what may be given."""
        return f"some of {', '.join(self.names)}, or {NONE}"

    def in_order(self, names: Iterable[Any]) -> tuple[str, ...]:
        """Return names in the order of the columns, or raise where one is none.

        Parameters
        ----------
        names : iterable of str
            In any order, also twice.

        Returns
        -------
        label : tuple of str
        """
        given = list(names)
        for name in given:
            if name not in self.names:
                raise ValueError(f"{name!r} is no label of this session: give {self}.")
        return tuple(name for name in self.names if name in given)

    def read(self, text: str) -> tuple[str, ...]:
        """Return what a text stands for: names with semicolons between, or none.

        Parameters
        ----------
        text : str
            Such as "sport; law", or "none".

        Returns
        -------
        label : tuple of str
        """
        text = text.strip()
        if text == NONE:
            return ()
        return self.in_order(part.strip() for part in text.split(SEPARATOR))

    @staticmethod
    def written(label: Iterable[str]) -> str:
        """Return a label as a text; read again, it is exactly the same.

        Parameters
        ----------
        label : tuple of str
            What a row has.

        Returns
        -------
        text : str
        """
        return f"{SEPARATOR} ".join(label) or NONE

    def check(self, label: Any) -> tuple[str, ...] | None:
        """Return a label as it is kept, None where it says nothing, or raise.

        Parameters
        ----------
        label : object
            Names in any order, a text as of `written`, or 0 or 1 of every label.

        Returns
        -------
        label : tuple of str or None
        """
        if is_null(label):
            return None
        if isinstance(label, str):
            return self.read(label)
        if is_frame(label) or not (isinstance(label, Set) or is_sequence(label)):
            raise ValueError(
                f"A label is a list here, of names or of 0 and 1; got {label!r}. Give "
                f"{self}."
            )
        values = list(label)
        if all(isinstance(value, str) for value in values):
            return self.in_order(values)
        index = index_of(label)
        if index is not None and not self._are_in_place(list(index), "The label"):
            values = list(label[list(self.names)])
        row = Indicators.of([values], "The label", len(self.names))
        if row.missing.all():
            return None
        if row.equal_to(None).any():
            raise ValueError(
                f"{values} leaves labels open. Say 0 or 1 of each, or None for the "
                "whole row to skip it."
            )
        return self.label_of(row.values[0])

    def in_columns(self, table: Any, source: str) -> Any:
        """Return a frame with its columns in the order of the names, or raise.

        Parameters
        ----------
        table : object
            What is no frame of several columns is returned as it is.
        source : str
            Whose columns they are; begins the error message.

        Returns
        -------
        table : object
        """
        names = column_names(table)
        if len(names) < 2 or self._are_in_place(names, source):
            return table
        return table[list(self.names)]

    def _are_in_place(self, given, source):
        """Say whether values stand in the order of the names by what they are called.

        What is called 0, 1, 2, ... has no names, and stands by place.
        """
        if given in (list(self.names), list(range(len(given)))):
            return True
        if sorted(map(repr, given)) != sorted(map(repr, self.names)):
            raise ValueError(
                f"{source} names {', '.join(map(str, given))}, and the labels are "
                f"{', '.join(self.names)}. Name exactly these, in any order, or pass "
                "it without names (.to_numpy()) in the order of the labels."
            )
        return False

    def label_of(self, row: Collection[int]) -> tuple[str, ...]:
        """Return a row of y as a label.

        Parameters
        ----------
        row : sequence of int of length n_labels
            0 or 1 each.

        Returns
        -------
        label : tuple of str
        """
        pairs = zip(self.names, row, strict=True)
        return tuple(name for name, has_it in pairs if has_it == 1)

    def row_of(self, label: Collection[str]) -> np.ndarray:
        """Return a label as a row of y.

        Parameters
        ----------
        label : tuple of str
            What a row has.

        Returns
        -------
        row : ndarray of int8 of shape (n_labels,)
        """
        return np.array([name in label for name in self.names], dtype=np.int8)

    def held(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return an event as it is held: JSON makes lists of tuples.

        Parameters
        ----------
        event : dict
            As on file. What is no label there is left for the check to name.

        Returns
        -------
        event : dict
        """
        said = {
            name: self.in_order(event[name])
            for name in ("label", "predicted")
            if isinstance(event.get(name), list) and self._are_names(event[name])
        }
        return event | said if said else event

    def _are_names(self, values):
        return len(set(map(repr, values))) == len(values) and all(
            value in self.names for value in values
        )

    def check_held(self, label: object, known: Iterable[Any] = ()) -> None:
        """Raise where a value is no label as it is held.

        Parameters
        ----------
        label : object
            Of an event.
        known : iterable of labels, default=()
            Not looked at: the names say it all.
        """
        if not isinstance(label, tuple):  # as `held` makes of all that are one
            raise ValueError(
                f"A label is a list of distinct names here, {self}, not {label!r}."
            )


def _can_be_typed(name):
    is_plain = name.isprintable() and name == name.strip() and SEPARATOR not in name
    return bool(name) and is_plain and name != NONE
