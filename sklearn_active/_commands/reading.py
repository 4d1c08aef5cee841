"""Which rows a command is about, and with which model."""

import importlib.util
import sys
import traceback
from dataclasses import replace
from pathlib import Path

import numpy as np

from sklearn_active._learner import ActiveLearner
from sklearn_active.files import read_file
from sklearn_active.files._embed import TextEmbedder
from sklearn_active.files._recipes import CLASSIFIERS
from sklearn_active.files._separated import named_places
from sklearn_active.query_strategies._registry import NAMES

READING = (
    *("text", "ignore", "show", "id", "label_column", "separator", "encoding"),
    *("features", "embed"),
)
JOURNAL, VECTORS = ".labels.jsonl", ".vectors.npz"
_TAB = ("\\t", "tab")  # as people type it
MODEL = ("model", "strategy", "learner")


def add_reading(parser):
    """Give a command the arguments that say how a file is read.

    Parameters
    ----------
    parser : ArgumentParser
        Of the command.
    """
    group = parser.add_argument_group("how the file is read")
    columns = {"metavar": "COLUMN", "action": "append", "default": []}
    group.add_argument(
        "--text", help="a column that is text; may be repeated", **columns
    )
    group.add_argument(
        "--ignore", help="a column that the model doesn't get", **columns
    )
    group.add_argument(
        "--show", help="a column that you see, the first first", **columns
    )
    group.add_argument("--id", metavar="COLUMN", help="the column that identifies rows")
    group.add_argument(
        "--label-column", metavar="COLUMN", help="a column with labels known already"
    )
    group.add_argument("--separator", help="between cells; default: found out")
    group.add_argument("--encoding", help="of a text file; default: found out")
    group.add_argument(
        "--features", metavar="FILE.npy", help="numbers for the model, one row each"
    )
    group.add_argument(
        "--embed", metavar="MODEL", help="sentence-transformers model, or its folder"
    )


def add_model(parser):
    """Give a command the arguments that say which model learns.

    Parameters
    ----------
    parser : ArgumentParser
        Of the command.
    """
    group = parser.add_argument_group("the model")
    group.add_argument(
        "--model", choices=sorted(CLASSIFIERS), help="default: by the kind of the data"
    )
    group.add_argument("--strategy", choices=sorted(NAMES), help="which rows are asked")
    group.add_argument(
        "--learner",
        metavar="FILE.py:FUNCTION",
        help="a function that takes the data and returns an ActiveLearner",
    )


def read(args, journal):
    """Read the file that a command is about, and say what was made of it.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    journal : path
        Whose order of the rows is taken, where there is one.

    Returns
    -------
    data : LabelingData
    """
    data = read_file(
        args.data,
        text=args.text,
        ignore=args.ignore,
        show=args.show,
        id=args.id,
        label_column=args.label_column,
        features=args.features,
        separator=separator_of(args.separator),
        encoding=args.encoding,
        embed=_embedder(args, journal),
    ).in_order_of(journal)
    describe(args.data, data)
    return data


def separator_of(text):
    """Return the separator that was typed, None for none."""
    if text in _TAB:
        return "\t"
    if text is not None and (len(text) != 1 or text in '"\r\n'):
        raise ValueError(
            f"--separator is one character, or tab, and no quote: not {text!r}."
        )
    return text


def _embedder(args, journal):
    """Return what embeds texts, and keeps their vectors beside the journal."""
    if args.embed is None:
        return None
    cache = journal.with_name(journal.name.removesuffix(JOURNAL) + VECTORS)
    return TextEmbedder(args.embed, cache)


def beside(journal):
    """Return what was labeled, by the name of its journal; None where it isn't there.

    Parameters
    ----------
    journal : path
        Of a session.

    Returns
    -------
    path : path or None
    """
    path = journal.with_name(journal.name.removesuffix(JOURNAL) or journal.name)
    return path if path != journal and path.exists() else None


def labels_like(data, classes):
    """Return the data with the labels of the file as the classes are: numbers or texts.

    A program that has read whole numbers beside blanks writes 1 as 1.0.

    Parameters
    ----------
    data : LabelingData
        What was read.
    classes : sequence of labels
        Those that may be given.

    Returns
    -------
    data : LabelingData
    """
    if data.y is None or not len(classes):
        return data
    change = str if isinstance(classes[0], str) else _number
    y = np.full(len(data.y), None, dtype=object)
    y[:] = [None if label is None else change(label) for label in data.y]
    return replace(data, y=y)


def labels_as_numbers(data, numbers):
    """Return the data with the labels of the file as numbers.

    Parameters
    ----------
    data : LabelingData
        What was read.
    numbers : NumberRange
        Reads texts, with a comma or a point, with the unit or without.

    Returns
    -------
    data : LabelingData

    Raises
    ------
    ValueError
        Where a label is no such number; says where it stands.
    """

    def number_of(label):
        is_text = isinstance(label, str)
        return numbers.read(label) if is_text else numbers.check(float(label))

    if data.y is None:
        return data
    y = np.full(len(data.y), None, dtype=object)
    for row, number in _read_each(data, number_of, "no such number"):
        y[row] = number
    return replace(data, y=y)


def labels_as_columns(data, several):
    """Return the data with the labels of the file as columns of 0 and 1.

    Parameters
    ----------
    data : LabelingData
        What was read.
    several : SeveralLabels
        Reads texts: names with semicolons between, or "none".

    Returns
    -------
    data : LabelingData
        Its y has NaN in rows without a label.

    Raises
    ------
    ValueError
        Where a label is none of them; says where it stands.
    """
    if data.y is None:
        return data
    y = np.full((len(data.y), len(several.names)), np.nan)
    for row, label in _read_each(data, lambda x: several.read(str(x)), "another label"):
        y[row] = several.row_of(label)
    return replace(data, y=y)


def _read_each(data, read, what):
    """Yield (row, label) of all labels of a file, or raise where one can't be read."""
    for row, label in enumerate(data.y):
        if label is None:
            continue
        try:
            yield row, read(label)
        except ValueError as error:
            where = named_places([data.table.places[data.places[row]]])
            raise ValueError(
                f"The label column holds {what} ({where}): {error} Or correct it."
            ) from error


def _number(label):
    try:
        number = float(label)
    except ValueError:
        return label
    if isinstance(label, str) and number.is_integer() and abs(number) < 2**53:
        return int(number)
    return label


def describe(path, data):
    """Print what a file was taken for.

    Parameters
    ----------
    path : str or path
        The file.
    data : LabelingData
        What is in it.
    """
    about = f" ({data.table.about})" if data.table.about else ""
    print(f"{path}: {len(data.table.frame):,} rows{about}")
    for note in data.notes:
        print(f"  {note}")
    if data.roles:
        rows = [("column", "taken as", "the model gets")]
        rows += [(role.column, role.role, role.gets) for role in data.roles]
        widths = [min(max(len(row[i]) for row in rows), 30) for i in range(2)]
        for name, role, gets in rows:
            print(f"  {name:<{widths[0]}}  {role:<{widths[1]}}  {gets}")


def learner_for(args, data, task="classification"):
    """Return the learner that was asked for, not fitted.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    data : LabelingData
        What it learns from.
    task : {'classification', 'regression', 'multilabel'}, default='classification'
        Whether labels are classes, numbers, or several per row.

    Returns
    -------
    learner : ActiveLearner
    """
    if args.learner is None:
        return data.make_learner(args.model, args.strategy or "auto", task=task)
    if args.model or args.strategy:
        raise ValueError("--learner brings its own model and strategy: name it alone.")
    learner = _own(args.learner, data)
    if not isinstance(learner, ActiveLearner):
        raise ValueError(
            f"{args.learner} must return an ActiveLearner; it returned a "
            f"{type(learner).__name__}."
        )
    return learner


def _own(place, data):
    """Return what a function in a file makes of the data."""
    file, _, name = place.rpartition(":")
    if not file or not name:
        raise ValueError(f"--learner is given as FILE.py:FUNCTION, not {place!r}.")
    path = Path(file)
    if not path.is_file():
        raise ValueError(f"There is no {path}.")
    try:
        module = _module(path)
        if not callable(getattr(module, name, None)):
            raise AttributeError(f"there is no function {name!r}")
        return getattr(module, name)(data)
    except Exception as error:
        raise ValueError(f"{path}{_line(error, path)}: {_said(error)}") from error


def _module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    is_new = path.stem not in sys.modules
    if is_new:  # else what it defines could not be saved
        sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        if is_new:
            del sys.modules[path.stem]
        raise
    return module


def _line(error, path):
    """Say in which line of a file an error was raised, where it was in one."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    if isinstance(error, SyntaxError):
        lines.append(error.lineno)
    return f", line {lines[-1]}" if lines else ""


def _said(error):
    what = error.msg if isinstance(error, SyntaxError) else error
    return f"{type(error).__name__}: {what}"


def options(args, names=(*READING, *MODEL)):
    """Return the options of reading and of the model that were given, to name again.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    names : sequence of str
        Which.

    Returns
    -------
    options : list of str
    """
    given = []
    for name in names:
        value = getattr(args, name)
        option = f"--{name.replace('_', '-')}"
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                given += [f"{option}={one}"] if one.startswith("-") else [option, one]
    return given
