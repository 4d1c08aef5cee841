"""Apply a saved model to new rows."""

import warnings
from collections import Counter
from math import nan
from pathlib import Path

import joblib
import numpy as np
from sklearn.base import is_regressor
from sklearn.pipeline import Pipeline

from sklearn_active._commands.reading import separator_of
from sklearn_active._data.containers import is_frame
from sklearn_active.files._arrays import ArrayEncoder, read_array
from sklearn_active.files._encoder import TableEncoder
from sklearn_active.files._folders import ImageEncoder
from sklearn_active.files._labeled import guesses
from sklearn_active.files._read_file import read_raw
from sklearn_active.files._write import check_out, write_table


def add(commands):
    """Add the command.

    Parameters
    ----------
    commands : object
        Of argparse.
    """
    parser = commands.add_parser(
        "predict",
        help="apply a saved model to new rows",
        epilog="A saved model is a pickle: opening it runs what its author put into "
        "it. Open only those made by you, or by somebody whom you trust.",
    )
    parser.add_argument("model", metavar="MODEL", help="of label --save-model")
    parser.add_argument("data", metavar="DATA", help="such rows as it was trained on")
    parser.add_argument("out", metavar="OUT", help="the table with guesses appended")
    parser.add_argument("--separator", help="between cells; default: found out")
    parser.add_argument("--encoding", help="of a text file; default: found out")
    parser.add_argument("--features", metavar="FILE.npy", help="as for label")
    parser.set_defaults(run=run)


def run(args):
    """Predict, and write the table.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    """
    check_out(args.out, args.data, args.model)
    table, raw = read_raw(Path(args.data), separator_of(args.separator), args.encoding)
    about = f" ({table.about})" if table.about else ""
    print(f"{args.data}: {len(table.frame):,} rows{about}")
    for note in table.notes:
        print(f"  {note}")
    model = _loaded(Path(args.model))
    if args.features is not None:
        raw = read_array(Path(args.features))
        if len(raw) != len(table.frame):
            raise ValueError(
                f"{args.features} has {len(raw):,} rows, and {args.data} has "
                f"{len(table.frame):,}."
            )
    _check_kind(model, raw, args)
    columns, n_guesses = _guesses(model, raw)
    for note in write_table(table, args.out, columns):
        print(f"  {note}")
    of = _in_short([guess for guess in columns["guess"] if guess is not None], model)
    print(f"{args.out}: {len(table.frame):,} rows, {n_guesses:,} with a guess: {of}")


def _in_short(guesses, model):
    """Return in a few words what was guessed."""
    if is_regressor(model):
        low, middle, high = np.quantile(guesses, [0, 0.5, 1]) if guesses else [nan] * 3
        return f"{low:.4g} to {high:.4g}, half of them up to {middle:.4g}"
    counts = Counter(guesses).items()
    return ", ".join(f"{label} {n:,}" for label, n in sorted(counts, key=str))


def _guesses(model, raw):
    """Return what the model says of rows with something in them, and how many."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        columns = guesses(model, raw)
    for text in dict.fromkeys(str(warning.message) for warning in caught):
        print(f"  {text}")
    blank = np.zeros(len(raw), dtype=bool)
    if isinstance(model, Pipeline) and isinstance(model[0], TableEncoder):
        blank = model[0].are_blank(raw)
    for values in columns.values():
        for row in np.flatnonzero(blank):
            values[row] = None
    return columns, len(raw) - np.count_nonzero(blank)


def _loaded(path):
    if not path.is_file():
        raise ValueError(f"There is no {path}.")
    try:
        model = joblib.load(path)
    except Exception as error:  # whatever is in a pickle
        raise ValueError(
            f"{path} can't be opened as a model: {type(error).__name__}: {error}"
            + _beside(error)
        ) from error
    if not hasattr(model, "predict"):
        raise ValueError(f"{path} holds no model, but a {type(model).__name__}.")
    return model


def _beside(error):
    """Say how a module is found that a --learner's model needs."""
    if not isinstance(error, ModuleNotFoundError):
        return ""
    return f". Where {error.name}.py is yours, run this in its folder."


def _check_kind(model, raw, args):
    """Raise where rows are of another kind than those that a model was trained on."""
    if not isinstance(model, Pipeline):
        return  # it is none of ours, and may take anything
    encoder = model[0]
    known = {TableEncoder: "a table", ImageEncoder: "a folder of images"}
    known |= {ArrayEncoder: "an array of images"}
    numbers = "an array of numbers"
    if isinstance(encoder, Pipeline):  # scaled_numbers
        trained_on = numbers
    elif type(encoder) in known:
        trained_on = known[type(encoder)]
    else:
        return
    if is_frame(raw):
        came = known[TableEncoder]
    elif isinstance(raw, list):
        came = known[ImageEncoder]
    else:
        came = numbers if raw.ndim == 2 else known[ArrayEncoder]
    if came != trained_on:
        way_out = ", or numbers with --features" if trained_on == numbers else ""
        raise ValueError(
            f"{args.model} was trained on {trained_on}, and {args.data} is {came}. "
            f"Name {trained_on}{way_out}."
        )
