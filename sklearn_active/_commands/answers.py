"""What may be answered, as the options and the journal say."""

from dataclasses import dataclass, field
from math import inf

from sklearn_active._commands.page import names_in
from sklearn_active._commands.reading import (
    labels_as_columns,
    labels_as_numbers,
    labels_like,
)
from sklearn_active.files._separated import named_places
from sklearn_active.labeling import NumberRange
from sklearn_active.labeling._book.journal import is_begun
from sklearn_active.labeling._book.ledger import read_state
from sklearn_active.labeling._several_labels import SeveralLabels


def add_answers(parser):
    """Give a command the arguments that say what may be answered.

    Parameters
    ----------
    parser : ArgumentParser
        Of the command.
    """
    parser.add_argument("--classes", help="the labels, separated by commas")
    parser.add_argument("--new-classes", action="store_true", help="allow other labels")
    parser.add_argument(
        "--several",
        action="store_true",
        help="a row may have several of the classes, or none; in files they stand with "
        "semicolons between",
    )
    parser.add_argument(
        "--numbers",
        metavar="LOW,HIGH,UNIT",
        nargs="?",
        const="",
        help="labels are numbers, in such a range where it is named; a range that "
        "begins below 0 is written --numbers=-5,5",
    )


def answers_of(args, journal):
    """Return what may be answered, or raise where options and journal contradict.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    journal : path
        Keeps the answers; there may be none yet.

    Returns
    -------
    answers : NumberAnswers, SeveralAnswers or ClassAnswers
    """
    names_classes = args.classes is not None or args.new_classes or args.several
    if names_classes and args.numbers is not None:
        raise ValueError("--numbers and --classes are two kinds of labels: name one.")
    header, renamed = _known_to(journal)
    before = header.get("numbers")
    if before is not None and names_classes:
        raise ValueError(
            f"{journal} holds numbers: leave --classes and --new-classes out, or name "
            "another --journal."
        )
    if header and before is None and args.numbers is not None:
        raise ValueError(
            f"{journal} holds classes: leave --numbers out, or name another --journal."
        )
    if header.get("several") is not None or args.several:
        return _several_answers(args, header, journal)
    if before is not None or args.numbers is not None:
        known = NumberRange() if before is None else NumberRange.of_json(before)
        return NumberAnswers(numbers_in(args.numbers), known)
    classes = classes_of(args.classes)
    known = header.get("classes") or []
    is_new = not journal.exists()
    return ClassAnswers(classes, args.new_classes, known, renamed, is_new)


def _several_answers(args, header, journal):
    known = header.get("several")
    if header and known is None:
        raise ValueError(
            f"{journal} holds one class per row: leave --several out, or name another "
            "--journal."
        )
    names = known if args.classes is None else names_in(args.classes)
    if args.new_classes or names is None:
        raise ValueError(
            "Where a row may have several labels, name all of them, as in --several "
            "--classes sport,law,health; none can be added later."
        )
    return SeveralAnswers(SeveralLabels(names))


def _known_to(journal):
    """Return what a journal's header says, and the classes with another name now."""
    if not is_begun(journal):
        return {}, {}
    header, state = read_state(journal)
    return header, state.renamed


def classes_of(text):
    """Return the classes in a list with commas; whole numbers where all are."""
    if text is None:
        return None
    names = names_in(text)
    try:
        numbers = [int(name) for name in names]
    except ValueError:
        return names
    return numbers if list(map(str, numbers)) == names else names  # 007 is a text


def numbers_in(text):
    """Return the range that was typed, None where none was.

    Parameters
    ----------
    text : str or None
        Such as "0,100,mm", "0," or ",,mm".

    Returns
    -------
    numbers : NumberRange or None
    """
    if not text:
        return None
    low, high, unit = (*(part.strip() for part in text.split(",", 2)), "", "")[:3]
    try:
        low, high = float(low or -inf), float(high or inf)
    except ValueError:
        raise ValueError(
            f"--numbers is given as LOW,HIGH,UNIT, as in --numbers 0,100,mm, and each "
            f"may be left blank; got {text!r}."
        ) from None
    return NumberRange(low, high, unit)


@dataclass
class NumberAnswers:
    """Numbers may be answered.

    Attributes
    ----------
    stated : NumberRange or None
        As of the options.
    known : NumberRange
        As of the journal.
    """

    stated: NumberRange | None
    known: NumberRange
    task: str = "regression"

    @property
    def options(self):
        """What a session is told of them, as a dict."""
        return {"numbers": self.stated}

    def read(self, data):
        """Return the data with the labels of the file as numbers."""
        return labels_as_numbers(data, self.stated or self.known)


@dataclass
class SeveralAnswers:
    """Several classes may be answered, or none.

    Attributes
    ----------
    several : SeveralLabels
        Which.
    """

    several: SeveralLabels
    task: str = "multilabel"

    @property
    def options(self):
        """What a session is told of them, as a dict."""
        return {"classes": list(self.several.names), "several": True}

    def read(self, data):
        """Return the data with the labels of the file as columns of 0 and 1."""
        return labels_as_columns(data, self.several)


@dataclass
class ClassAnswers:
    """Classes may be answered.

    Attributes
    ----------
    stated : list of labels or None
        As of the options.
    are_open : bool
        Whether others may be given.
    known : list of labels
        As of the journal.
    renamed : dict of label to label
        Names of before, and of now.
    is_new : bool
        Whether there is no journal yet.
    """

    stated: list | None
    are_open: bool = False
    known: list = field(default_factory=list)
    renamed: dict = field(default_factory=dict)
    is_new: bool = True
    task: str = "classification"

    @property
    def options(self):
        """What a session is told of them, as a dict."""
        new_classes = "allow" if self.are_open else "error"
        return {"classes": self.stated, "new_classes": new_classes}

    def read(self, data):
        """Return the data with the labels of the file as the classes are, or raise."""
        data = labels_like(data, self.stated or self.known)
        if not self.are_open:
            self._check(data)
        return data

    def _check(self, data):
        """Raise where the labels of the file are not those that may be given."""
        y = [] if data.y is None else data.y
        known, classes = {label for label in y if label is not None}, self.stated
        if classes is None:
            if not known and self.is_new:
                raise ValueError(
                    "Name the labels that may be given, as in --classes good,bad, or "
                    "allow any with --new-classes; where labels are numbers, say "
                    "--numbers."
                )
            return
        now = {self.renamed.get(label, label) for label in classes}
        odd = {label for label in known if self.renamed.get(label, label) not in now}
        if odd:
            rows = [i for i, label in enumerate(y) if label in odd]
            where = named_places([data.table.places[data.places[i]] for i in rows])
            raise ValueError(
                f"The label column holds {', '.join(map(repr, sorted(odd, key=str)))} "
                f"({where}), and --classes names {', '.join(map(repr, classes))}. Name "
                "all, or correct the file."
            )
        if len(now) < 2:
            raise ValueError(
                f"--classes names {', '.join(map(repr, classes)) or 'none'}, and a "
                "model needs two: separate them by commas, as in --classes good,bad, "
                "or allow others with --new-classes."
            )
