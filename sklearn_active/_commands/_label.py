"""Label a file by hand."""

import csv
import shlex
from io import BytesIO
from pathlib import Path

import joblib

from sklearn_active._commands._reading import (
    add_model,
    add_reading,
    learner_for,
    options,
    read,
)
from sklearn_active._commands._showing import render
from sklearn_active.files import write_labeled
from sklearn_active.files._read_file import ARRAYS
from sklearn_active.files._separated import named_places
from sklearn_active.files._write import check_out, check_place
from sklearn_active.labeling import LabelingSession
from sklearn_active.labeling._formats import replace_all
from sklearn_active.labeling._progress import sentences

JOURNAL = ".labels.jsonl"


def add(commands):
    """Add the command.

    Parameters
    ----------
    commands : object
        Of argparse.
    """
    parser = commands.add_parser(
        "label",
        help="label a table, an array, or a folder of images or texts",
        epilog="The same line goes on where you left.",
    )
    parser.add_argument(
        "data",
        metavar="DATA",
        help=".csv, .tsv, .xlsx, .jsonl, .json, .parquet, .npy, .npz, or a folder",
    )
    parser.add_argument("--classes", help="the labels, separated by commas")
    parser.add_argument("--new-classes", action="store_true", help="allow other labels")
    parser.add_argument("--journal", help=f"keeps the answers; default: DATA{JOURNAL}")
    parser.add_argument("--out", help="the labeled table, written at the end")
    parser.add_argument("--save-model", help="the model, written at the end (.joblib)")
    add_front(parser)
    add_reading(parser)
    add_model(parser)
    parser.set_defaults(run=run)


def add_front(parser):
    """Give a command the arguments that say where questions are asked.

    Parameters
    ----------
    parser : ArgumentParser
        Of the command.
    """
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--terminal", action="store_true", help="no page: type")
    parser.add_argument("--no-browser", action="store_true", help="print the address")


def run(args):
    """Ask until the person stops; then write what was asked for.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    """
    journal = journal_of(args.data) if args.journal is None else Path(args.journal)
    if args.out is not None:
        check_out(args.out, args.data, journal)
    if args.save_model is not None:
        check_place(args.save_model, args.data, journal)
    data = read(args, journal)
    classes = classes_of(args.classes)
    session = label(data, learner_for(args, data), classes, journal, args)
    after(data, session, journal, args)


def journal_of(data):
    """Return the journal that stands beside the data."""
    path = Path(data)
    return path.with_name(path.resolve().name + JOURNAL)


def classes_of(text):
    """Return the classes in a list with commas; whole numbers where all are."""
    if text is None:
        return None
    names = [name.strip() for name in next(csv.reader([text], skipinitialspace=True))]
    names = [name for name in names if name]
    if names and all(name.lstrip("-").isdecimal() for name in names):
        return [int(name) for name in names]
    return names


def label(data, learner, classes, journal, args):
    """Ask until the person stops; write what is to be written.

    Parameters
    ----------
    data : LabelingData
        What is labeled.
    learner : ActiveLearner
        Not fitted.
    classes : list of labels or None
        The labels that may be given.
    journal : path
        Keeps the answers.
    args : Namespace
        Of the command line.

    Returns
    -------
    session : LabelingSession
        Closed.
    """
    new_classes = "allow" if getattr(args, "new_classes", False) else "error"
    _check_classes(classes, data, journal, new_classes)
    print(f"  model: {_named(learner)}")
    session = LabelingSession(
        learner,
        data.X,
        data.y,
        items=data.items,
        keys=data.keys,
        unasked=data.left_out,
        journal=journal,
        classes=classes,
        new_classes=new_classes,
    )
    with session:
        for change in session.changes:
            print(f"  {change}")
        print(f"  classes: {', '.join(map(str, session.classes)) or 'any'}")
        print(f"  {len(session.labels)} labels so far; every answer goes to {journal}")
        _ask(session, args)
    return session


def _check_classes(classes, data, journal, new_classes):
    known = (
        set() if data.y is None else {label for label in data.y if label is not None}
    )
    if (
        classes is None
        and new_classes == "error"
        and not known
        and not journal.exists()
    ):
        raise ValueError(
            "Name the labels that may be given, as in --classes good,bad, or allow any "
            "with --new-classes."
        )
    odd = known.difference(classes or known)
    if odd and new_classes == "error":
        rows = [i for i, label in enumerate(data.y) if label in odd]
        where = named_places([data.table.places[data.places[i]] for i in rows])
        raise ValueError(
            f"The label column holds {', '.join(map(repr, sorted(odd, key=str)))} "
            f"({where}), and --classes names {', '.join(map(repr, classes))}. Name "
            "all, or mend the file."
        )


def _named(learner):
    strategy = learner.query_strategy
    name = strategy if isinstance(strategy, str) else type(strategy).__name__
    return f"{type(learner.estimator).__name__}, rows chosen by {name}"


def _ask(session, args):
    if args.terminal:
        session.terminal(render=render)
        return
    with session.serve(open_browser=not args.no_browser, port=args.port) as server:
        try:
            print(f"Label at {server.url}\nEnd with Ctrl-C.", flush=True)
            server.wait()
        except KeyboardInterrupt:
            print()


def after(data, session, journal, args):
    """Write what was asked for, and say where everything is and what comes next.

    Parameters
    ----------
    data : LabelingData
        What was labeled.
    session : LabelingSession
        Closed.
    journal : path
        Keeps the answers.
    args : Namespace
        Of the command line.
    """
    for line in sentences(session.report()):
        print(line)
    print(f"answers: {journal}")
    name = Path(args.data)
    ending = ".csv" if name.is_dir() or name.suffix in ARRAYS else name.suffix
    if args.out is None:
        _next("export", journal, f"{name.stem}.labeled{ending}", *options(args))
    else:
        for note in write_labeled(data, session, args.out):
            print(f"  {note}")
        print(f"table:   {args.out}")
    if args.save_model is not None:
        if hasattr(session.learner, "estimator_"):
            save_model(data.make_pipeline(session.learner.estimator_), args.save_model)
            print(f"model:   {args.save_model}")
            _next("predict", args.save_model, f"NEW{ending}", f"guesses{ending}")
        else:
            print("model:   none yet: it needs labels of two classes")
    _next(*args.line)


def save_model(pipeline, path):
    """Write a fitted pipeline, all or nothing.

    Parameters
    ----------
    pipeline : Pipeline
        Takes raw rows.
    path : str or path
        The file; overwritten.
    """
    file = BytesIO()
    joblib.dump(pipeline, file)
    replace_all({Path(path).resolve(): file.getvalue()})


def _next(*arguments):
    print("next:    python -m sklearn_active", shlex.join(map(str, arguments)))
