"""Which rows a command is about, and with which model."""

import importlib.util
from pathlib import Path

from sklearn_active._learner import ActiveLearner
from sklearn_active.files import read_file
from sklearn_active.files._embed import TextEmbedder
from sklearn_active.files._recipes import MODELS
from sklearn_active.query_strategies._names import STRATEGIES

READING = ("text", "ignore", "show", "id", "label_column", "separator", "encoding")
READING += ("features", "embed")
VECTORS = ".vectors.npz"
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
        "--model", choices=sorted(MODELS), help="default: by the kind of the data"
    )
    group.add_argument(
        "--strategy", choices=sorted(STRATEGIES), help="which rows are asked"
    )
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
        separator=args.separator,
        encoding=args.encoding,
        **_embedding(args),
    ).in_order_of(journal)
    describe(args.data, data)
    return data


def _embedding(args):
    if args.embed is None:
        return {}
    data = Path(args.data)
    return {"embed": TextEmbedder(args.embed, data.with_name(data.name + VECTORS))}


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


def learner_for(args, data):
    """Return the learner that was asked for, not fitted.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    data : LabelingData
        What it learns from.

    Returns
    -------
    learner : ActiveLearner
    """
    if args.learner is None:
        return data.make_learner(args.model, args.strategy)
    if args.model or args.strategy:
        raise ValueError("--learner brings its own model and strategy: name it alone.")
    learner = _function(args.learner)(data)
    if not isinstance(learner, ActiveLearner):
        raise ValueError(
            f"{args.learner} must return an ActiveLearner; it returned a "
            f"{type(learner).__name__}."
        )
    return learner


def _function(place):
    file, _, name = place.rpartition(":")
    if not file or not name:
        raise ValueError(f"--learner is given as FILE.py:FUNCTION, not {place!r}.")
    path = Path(file)
    if not path.is_file():
        raise ValueError(f"There is no {path}.")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not callable(getattr(module, name, None)):
        raise ValueError(f"{path} has no function {name!r}.")
    return getattr(module, name)


def options(args):
    """Return the options of reading and of the model that were given, to name again.

    Parameters
    ----------
    args : Namespace
        Of the command line.

    Returns
    -------
    options : list of str
    """
    given = []
    for name in (*READING, *MODEL):
        value = getattr(args, name)
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                given += [f"--{name.replace('_', '-')}", one]
    return given
