"""Apply a saved model to new rows."""

from pathlib import Path

import joblib

from sklearn_active.files._arrays import read_array
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
        "it. Open only those that you made, or that somebody made whom you trust.",
    )
    parser.add_argument("model", metavar="MODEL", help="of label --save-model")
    parser.add_argument("data", metavar="DATA", help="such rows as it was trained on")
    parser.add_argument("out", metavar="OUT", help="the table with guesses behind it")
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
    table, raw = read_raw(Path(args.data), args.separator, args.encoding)
    for note in table.notes:
        print(f"  {note}")
    model = _loaded(Path(args.model))
    if args.features is not None:
        raw = read_array(Path(args.features))
    columns = guesses(model, raw)
    for note in write_table(table, args.out, columns):
        print(f"  {note}")
    print(f"{args.out}: {len(table.frame):,} rows with a guess")


def _loaded(path):
    if not path.is_file():
        raise ValueError(f"There is no {path}.")
    try:
        model = joblib.load(path)
    except Exception as error:  # whatever is in a pickle
        raise ValueError(
            f"{path} can't be opened as a model: {type(error).__name__}: {error}"
        ) from error
    if not hasattr(model, "predict"):
        raise ValueError(f"{path} holds no model, but a {type(model).__name__}.")
    return model
