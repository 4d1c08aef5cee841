"""How answers of each kind are shown at a page, and read from what it sends."""

import json

from sklearn_active.labeling._fronts.figures import FEWEST_CHECKS

_LONGEST_LABEL = 200


def answers_of(session, named):
    """Return how the answers of a session are shown and read.

    Parameters
    ----------
    session : BaseLabelingSession
        What is labeled.
    named : callable
        Returns the class of a name that the page was told, or raises.

    Returns
    -------
    answers : ClassAnswers, NumberAnswers or SeveralAnswers
    """
    if session.numbers is not None:
        return NumberAnswers(session)
    if session.several is not None:
        return SeveralAnswers(session, named)
    return ClassAnswers(session, named)


def text_of(request, name):
    """Return a text in a request, or raise.

    Parameters
    ----------
    request : dict
        Of JSON values.
    name : str
        Of the text.

    Returns
    -------
    text : str
    """
    value = request.get(name)
    if not isinstance(value, str):
        raise ValueError(f"The request has no text {name!r}.")
    return value


class ClassAnswers:
    """One class per row.

    Parameters
    ----------
    session : BaseLabelingSession
        What is labeled.
    named : callable
        As of `answers_of`.
    """

    kind, accuracy = "classes", "Accuracy"

    def __init__(self, session, named):
        self._session, self._named = session, named

    def check(self, hints):
        """Raise where hints name classes that there are not."""
        if self._session.new_classes == "error" and self._session.classes:
            hints.check(self._session.classes)

    def as_text(self, label):
        """Return a label as it is shown, None for none."""
        return None if label is None else str(label)

    as_guess = as_text

    @property
    def about_numbers(self):
        """What a page has to know to let a number be typed; None: none is typed."""
        return None

    def chosen(self, label):
        """Return the names of what a page may choose anew; None: it chooses one."""
        return None

    def audit_as_json(self, audit):
        """Return the figures of the random checks with labels as they are shown."""
        if audit is None:
            return None
        recalls = [{"text": str(name), **each} for name, each in audit.recalls.items()]
        most = None if audit.baseline is None else self.as_text(audit.baseline_class)
        shown = {"recalls": recalls, "baseline_class": most, "needed": FEWEST_CHECKS}
        return audit | shown | {"name": self.accuracy}

    def read(self, request):
        """Return the label that a request names or spells."""
        if "new" in request:
            return self._new_label(text_of(request, "new"))
        return self._named(text_of(request, "label"))

    def _new_label(self, text):
        text, classes = text.strip(), self._session.classes
        if not 0 < len(text) <= _LONGEST_LABEL or not text.isprintable():
            raise ValueError(
                f"A class is named by 1 to {_LONGEST_LABEL} characters that can be "
                "printed."
            )
        label = next((known for known in classes if str(known) == text), text)
        if classes and not any(isinstance(known, str) for known in classes):
            label = _whole(text)
        if self._session.checked(label) is None:
            raise ValueError(f"{text!r} marks rows without a label; it is not a class.")
        return label


class SeveralAnswers(ClassAnswers):
    """Several of the classes per row, or none of them."""

    kind, accuracy = "several", "All labels right"

    def as_text(self, label):
        """Return a label as it is shown, None for no label yet."""
        return None if label is None else self._session.several.written(label)

    as_guess = as_text

    def chosen(self, label):
        """Return a label as the names that a page knows, None for no label yet."""
        return None if label is None else list(map(json.dumps, label))

    def read(self, request):
        """Return the label that a request names: a list of classes, maybe empty."""
        names = request.get("labels")
        if not isinstance(names, list) or not all(isinstance(x, str) for x in names):
            raise ValueError("The request has no list of labels, 'labels'.")
        return self._session.several.in_order(map(self._named, names))


class NumberAnswers:
    """A number per row.

    Parameters
    ----------
    session : BaseLabelingSession
        What is labeled.
    """

    kind = "numbers"

    def __init__(self, session):
        self._numbers = session.numbers

    def check(self, hints):
        """Raise where hints name classes."""
        hints.check_none()

    def as_text(self, label):
        """Return a number as it is shown, None for none."""
        return None if label is None else self._numbers.written(label)

    def as_guess(self, label):
        """Return what a model says as it is shown: not every digit."""
        return None if label is None else f"about {self._numbers.rounded(label)}"

    @property
    def about_numbers(self):
        """What a page has to know to let a number be typed."""
        numbers = self._numbers
        # Telephones show another keyboard where a minus may be needed.
        signed = numbers.low < 0
        return {"about": str(numbers), "unit": numbers.unit, "signed": signed}

    def chosen(self, label):
        """Return None: a number is typed anew."""
        return

    def audit_as_json(self, audit):
        """Return the figures of the random checks: they are texts already."""
        return audit

    def read(self, request):
        """Return the number that a request spells."""
        text = text_of(request, "typed")
        if not 0 < len(text) <= _LONGEST_LABEL:
            raise ValueError(f"A number has 1 to {_LONGEST_LABEL} characters.")
        return self._numbers.read(text)


def _whole(text):
    try:
        return int(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a whole number, as the classes of this session are."
        ) from None
