"""What Label Studio shows of rows, and what it holds of answers."""

from html import escape
from typing import NamedTuple
from xml.etree import ElementTree

from sklearn_active.labeling._files.label_studio import choice_of, values_in
from sklearn_active.labeling._fronts.answers import ClassAnswers
from sklearn_active.labeling._fronts.row_display import (
    broken_item,
    item_as_json,
    limits_of,
)

MODEL = "sklearn_active"  # whose guesses they are said to be
# Behind the table: lists of tasks show where its source begins.
_STYLE = "<style>th {text-align: left; vertical-align: top; padding-right: 1em}</style>"
_SHOWN_BY = {"image": "Image", "table": "HyperText", "html": "HyperText"}


class Shown:
    """What Label Studio shows of the rows of a session.

    Parameters
    ----------
    session : BaseLabelingSession
        Whose rows.
    """

    def __init__(self, session):
        self._session, self._limits = session, limits_of(session.items)

    @property
    def tag(self):
        """The tag of Label Studio that shows the first row, and those like it."""
        kinds = (self._item(row)["kind"] for row in range(self._session.n_rows))
        kind = next((kind for kind in kinds if kind != "broken"), "text")
        return _SHOWN_BY.get(kind, "Text")

    def of(self, row, tag):
        """Return what a tag shows of a row.

        Parameters
        ----------
        row : int
            The row.
        tag : str
            'Text', 'Image' or 'HyperText'; others get text.

        Returns
        -------
        value : str
        """
        return _shown_as(tag, self._item(row))

    def may_be(self, value, row, tag):
        """Say whether a tag with a value may show a row.

        Parameters
        ----------
        value : object
            What a task has.
        row : int
            The row.
        tag : str
            Which shows it.

        Returns
        -------
        may_be : bool
            True also where that can not be said: of images, and of HTML of others,
            which may be written differently each time.
        """
        if tag not in ("Text", "HyperText"):
            return True
        item = self._item(row)
        if tag == "HyperText" and item["kind"] != "table":
            return True
        return value == _shown_as(tag, item)

    def _item(self, row):
        try:
            return item_as_json(self._session.item(row), self._limits)
        except Exception as error:  # one broken file must not end the labeling
            return broken_item(error)


def _shown_as(tag, item):
    if tag == "HyperText":
        shown = _as_html(item)
    elif item["kind"] == "table":
        shown = "\n".join(f"{name}: {value}" for name, value in item["rows"])
    else:
        shown = item.get("src") or item.get("html") or item["text"]
    # Half a character, as in names of files that are no UTF-8, can not be sent.
    return shown.encode("utf-8", "replace").decode()


def _as_html(item):
    if item["kind"] == "html":
        return item["html"]
    if item["kind"] == "image":
        return f'<img src="{item["src"]}">'
    if item["kind"] == "table":
        cells = (f"<th>{escape(a)}</th><td>{escape(b)}</td>" for a, b in item["rows"])
        lines = "".join(f"<tr>{both}</tr>" for both in cells)
        return f"<table>{lines}</table>{_STYLE}"
    return f"<p>{escape(item['text'])}</p>"


class Control(NamedTuple):
    """What people answer with in a project, and what shows them a row.

    Attributes
    ----------
    name, to_name : str
        Of the control, and of what shows the row.
    tag : str
        Which shows it.
    variable : str
        What it shows, in the data of a task.
    labels : list of str
        The choices.
    """

    name: str
    to_name: str
    tag: str
    variable: str
    labels: list[str]


def control_of(parsed, session):
    """Return the control of a project that a session can take answers from, or raise.

    Parameters
    ----------
    parsed : dict
        Its label configuration, as Label Studio has parsed it.
    session : BaseLabelingSession
        Whose answers it holds.

    Returns
    -------
    control : Control
    """
    wanted = "Choices" if session.numbers is None else "Number"
    found = {name: x for name, x in parsed.items() if x.get("type") == wanted}
    if len(found) != 1:
        raise ValueError(
            f"The labeling interface of the project has {len(found)} controls "
            f"<{wanted}>, and the session needs one. Change it in Label Studio, or "
            "name a project that isn't there yet: it is made."
        )
    ((name, each),) = found.items()
    shown = each["inputs"][0]
    labels = list(each.get("labels") or ())
    return Control(name, each["to_name"][0], shown["type"], shown["value"], labels)


def with_choices(config, name, labels):
    """Return a label configuration with more choices.

    Parameters
    ----------
    config : str
        As it is.
    name : str
        Of the control.
    labels : iterable of labels
        To add.

    Returns
    -------
    config : str
    """
    root = ElementTree.fromstring(config)
    control = root.find(f".//Choices[@name='{name}']")
    control.extend(ElementTree.fromstring(choice_of(label)) for label in labels)
    return ElementTree.tostring(root, encoding="unicode")


class Answers:
    """Read what the annotations of Label Studio say.

    Parameters
    ----------
    session : BaseLabelingSession
        Knows which labels there are.
    """

    def __init__(self, session):
        self._session, self._new = session, ClassAnswers(session, None)
        # A project may ask for more than the session needs.
        self._kinds = ["choices" if session.numbers is None else "number"]

    def of(self, annotation):
        """Return the label of an annotation, None for a skip, or raise.

        Parameters
        ----------
        annotation : dict
            Of a task.

        Returns
        -------
        label : label or None
        """
        if annotation.get("was_cancelled"):
            return None
        values = self._values_in(annotation.get("result") or ())
        if self._session.several is not None:
            return self._session.several.in_order(map(self._named, values))
        if not values:
            return None
        if len(values) > 1:
            raise ValueError(
                f"{len(values)} answers, {', '.join(map(str, values))}, and a row has "
                "one here"
            )
        if self._session.numbers is not None:
            return self._session.checked(values[0])
        return self._named(values[0])

    def _values_in(self, results):
        # Label Studio keeps whatever a program sends as a result.
        try:
            values = values_in(results, self._kinds)
        except (AttributeError, KeyError, TypeError):
            values = [None]
        kind = str if self._session.numbers is None else (int, float)
        if not all(isinstance(value, kind) for value in values):
            raise ValueError("its result is none that Label Studio shows")
        return values

    def _named(self, text):
        """Return the class of a name of now, or before; or a new one."""
        before = {str(old): label for old, label in self._session.renamed.items()}
        names = before | {str(label): label for label in self._session.classes}
        if text in names or self._session.several is not None:
            return names.get(text, text)
        return self._new.read({"new": text})
