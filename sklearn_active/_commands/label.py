"""Label a file by hand."""

import pickle
import shlex
import sys
import warnings
from io import BytesIO
from pathlib import Path

import joblib

from sklearn_active._commands.answers import add_answers, answers_of
from sklearn_active._commands.page import add_front, ask, check_front
from sklearn_active._commands.progress import progress_shown
from sklearn_active._commands.reading import (
    JOURNAL,
    add_model,
    add_reading,
    beside,
    learner_for,
    options,
    read,
)
from sklearn_active.files import write_labeled
from sklearn_active.files._read_file import ARRAYS
from sklearn_active.files._write import check_out, check_place
from sklearn_active.labeling import LabelingSession
from sklearn_active.labeling._files.formats import replace_all
from sklearn_active.labeling._fronts.figures import appraisal, sentences


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
    add_answers(parser)
    parser.add_argument("--journal", help=f"keeps the answers; default: DATA{JOURNAL}")
    parser.add_argument("--out", help="the labeled table, written at the end")
    parser.add_argument("--save-model", help="the model, written at the end (.joblib)")
    add_front(parser)
    add_reading(parser)
    add_model(parser)
    parser.set_defaults(run=run)


def run(args):
    """Ask until the person stops; then write what was asked for.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    """
    journal = journal_of(args.data) if args.journal is None else Path(args.journal)
    # All that can be wrong is looked at before the first question: nobody labels for an
    # afternoon to hear that the model can't be written there.
    if args.out is not None:
        check_out(args.out, args.data, journal)
    if args.save_model is not None:
        check_place(args.save_model, args.data, journal)
    check_front(args)
    answers = answers_of(args, journal)
    if answers.task == "multilabel" and args.save_model is not None:
        raise ValueError(
            "A model of several labels per row can't be saved for the command predict: "
            "leave --save-model out. With --out its guesses are written."
        )
    data = answers.read(read(args, journal))
    learner = learner_for(args, data, answers.task)
    if args.save_model is not None:
        _check_can_be_saved(learner)
    with progress_shown(sys.stderr), warnings.catch_warnings():
        # Of each label that no row has yet, in each refit: who labels knows that.
        warnings.filterwarnings("ignore", "Label not .* is present in all training")
        session = label(data, learner, answers, journal, args)
    after(data, session, journal, args)


def journal_of(data):
    """Return the journal that stands beside the data."""
    path = _with_name(data)
    return path.with_name(path.name + JOURNAL)


def _with_name(data):
    path = Path(data)
    path = path.resolve() if path.name in ("", "..") else path
    if not path.name:
        raise ValueError(f"{path} gives a journal no name: use --journal.")
    return path


def _check_can_be_saved(learner):
    """Raise where a model can't be saved, before anybody has worked for it."""
    try:
        pickle.dumps(learner.estimator)
    except Exception as error:  # whatever an object raises that can't be pickled
        raise ValueError(
            f"The model can't be saved ({error}). Define what it needs at the top of a "
            "module with a name of its own, or leave --save-model out."
        ) from error


def label(data, learner, answers, journal, args):
    """Ask until the person stops; write what is to be written.

    Parameters
    ----------
    data : LabelingData
        What is labeled.
    learner : ActiveLearner
        Not fitted.
    answers : ClassAnswers, SeveralAnswers or NumberAnswers
        Which labels may be given.
    journal : path
        Keeps the answers.
    args : Namespace
        Of the command line.

    Returns
    -------
    session : LabelingSession
        Closed.
    """
    print(f"  model: {_named(learner)}")
    ids = [role.column for role in data.roles if role.role == "identifier"]
    if ids and args.id is None and not journal.exists():
        option = shlex.join(["--id", ids[0]])
        print(f"  to edit cells of the file while you label, begin with {option}")
    session = LabelingSession(
        learner,
        data.X,
        data.y,
        items=data.items,
        keys=data.keys,
        unasked=data.left_out,
        journal=journal,
        votes_per_row=args.votes_per_row,
        **answers.options,
    )
    with session:
        for change in session.changes:
            print(f"  {change}")
        classes = f"classes: {', '.join(map(str, session.classes)) or 'any'}"
        print(f"  {classes if session.numbers is None else session.numbers}")
        print(f"  {len(session.labels)} labels so far; every answer goes to {journal}")
        ask(session, args)
    return session


def _named(learner):
    strategy = learner.query_strategy
    name = strategy if isinstance(strategy, str) else type(strategy).__name__
    how = "automatically" if name == "auto" else f"by {name}"
    return f"{type(learner.estimator).__name__}, rows chosen {how}"


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
    for line in sentences(session.report(), appraisal(session)):
        print(line)
    print(f"answers: {journal}")
    try:
        _after_table(data, session, journal, args)
    finally:  # whatever became of the table, the rest is written and said
        try:
            _after_model(data, session, args)
        finally:
            _next(*args.line)


def _after_table(data, session, journal, args):
    if args.out is None:
        name = _with_name(args.data)
        given = [] if _is(beside(journal), name) else ["--data", args.data]
        out = f"{name.stem}.labeled{_ending(name)}"
        _next("export", journal, out, *given, *options(args))
        return
    for note in write_labeled(data, session, args.out):
        print(f"  {note}")
    print(f"table:   {args.out}")


def _is(found, path):
    return found is not None and found.resolve() == path.resolve()


def _ending(path):
    """Return the ending of a table that comes of some data."""
    is_table = not path.is_dir() and path.suffix.lower() not in ARRAYS
    return path.suffix if is_table else ".csv"


def _after_model(data, session, args):
    if args.save_model is None:
        return
    if not hasattr(session.learner, "estimator_"):
        needed = "labels of two classes" if session.numbers is None else "two labels"
        print(f"model:   none yet: it needs {needed}")
        return
    save_model(data.make_pipeline(session.learner.estimator_), args.save_model)
    print(f"model:   {args.save_model}")
    path = Path(args.data)
    new = "NEW/" if path.is_dir() else f"NEW{path.suffix}"
    given = [] if args.features is None else ["--features", "NEW_FEATURES.npy"]
    given += options(args, ("separator", "encoding"))
    _next("predict", args.save_model, new, f"guesses{_ending(path)}", *given)


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
    try:
        joblib.dump(pipeline, file)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} was not written: the model can't be saved ({error})."
        ) from error
    replace_all({Path(path).resolve(): file.getvalue()})


def _next(*arguments):
    print("next:    python -m sklearn_active", shlex.join(map(str, arguments)))
