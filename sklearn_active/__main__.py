"""The command line: label a file by hand, and export the labels."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from sklearn_active._learner import ActiveLearner
from sklearn_active._rows import row_at
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import (
    LabelingSession,
    LabelJournal,
    write_votes,
)
from sklearn_active.labeling._allowed import in_order
from sklearn_active.labeling._binding import Binding
from sklearn_active.labeling._data import Data, load
from sklearn_active.labeling._exchange import all_votes
from sklearn_active.labeling._state import LabelingState


def main(arguments=None):
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, default=None
        None: those of the process.

    Returns
    -------
    status : int
        0, or 1 where something was wrong; then one line says what.
    """
    args = _parser().parse_args(arguments)
    try:
        args.run(args)
    except (ValueError, RuntimeError, ImportError, OSError) as error:
        print(f"sklearn_active: {error}", file=sys.stderr)
        return 1
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m sklearn_active",
        description="Label rows by hand, the most useful first.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    label = commands.add_parser("label", help="label a file or a folder of images")
    label.add_argument(
        "data", metavar="DATA", help=".csv, .parquet, .npy, .npz, folder"
    )
    label.add_argument("--classes", help="the labels, separated by commas")
    label.add_argument("--journal", required=True, help="keeps the answers (.jsonl)")
    label.add_argument("--features", help=".npy file of features, one row each")
    label.add_argument("--label-column", help="column with labels known already")
    label.add_argument("--new-classes", action="store_true", help="allow other labels")
    label.set_defaults(run=_label)
    demo = commands.add_parser("demo", help="label scikit-learn's digits")
    demo.add_argument("--journal", help="keeps the answers; default: a temporary file")
    demo.set_defaults(run=_demo)
    for command in (label, demo):
        command.add_argument("--port", type=int, default=0, help="default: a free one")
        command.add_argument("--terminal", action="store_true", help="no page: type")
        command.add_argument(
            "--no-browser", action="store_true", help="print the address"
        )
    export = commands.add_parser("export", help="write the labels of a journal")
    export.add_argument("journal", metavar="JOURNAL")
    export.add_argument(
        "out", metavar="OUT", help=".csv, .jsonl or .json (Label Studio)"
    )
    export.add_argument("--data", help="what was labeled: names rows and texts")
    export.set_defaults(run=_export)
    return parser


def _label(args):
    data = load(args.data, args.features, args.label_column)
    classes = None if args.classes is None else _classes(args.classes)
    new_classes = "allow" if args.new_classes else "error"
    print(f"{args.data}: {len(data.keys)} rows")
    _run(data, classes, new_classes, Path(args.journal), args)


def _demo(args):
    from sklearn.datasets import load_digits

    digits = load_digits()
    keys = [str(i) for i in range(len(digits.data))]
    data = Data(digits.data, digits.images, keys, notes=["the 64 pixels of each digit"])
    journal = args.journal
    if journal is None:
        journal = Path(tempfile.mkdtemp(prefix="sklearn_active_"), "digits.jsonl")
    print(f"scikit-learn's digits: {len(keys)} rows")
    _run(data, list(range(10)), "error", Path(journal), args)


def _classes(text):
    names = [name.strip() for name in text.split(",") if name.strip()]
    if all(name.lstrip("-").isdigit() for name in names):
        return [int(name) for name in names]
    return names


def _run(data, classes, new_classes, journal, args):
    for note in data.notes:
        print(f"  {note}")
    print("  model: GraphLabelSpreading, rows asked by graph_herding")
    learner = ActiveLearner(
        GraphLabelSpreading(), "graph_herding", missing_label=None, random_state=0
    )
    with LabelingSession(
        learner,
        data.X,
        data.y,
        items=data.items,
        keys=data.keys,
        journal=journal,
        classes=classes,
        new_classes=new_classes,
    ) as session:
        print(f"  classes: {', '.join(map(str, session.classes)) or 'any'}")
        print(
            f"  {len(session.labels)} labels so far; every answer is kept in {journal}"
        )
        _ask(session, args)
        print(
            f"{len(session.labels)} labels in {journal}. Go on with the same command."
        )


def _ask(session, args):
    if args.terminal:
        session.terminal()
        return
    with session.serve(open_browser=not args.no_browser, port=args.port) as server:
        try:
            print(f"Label at {server.url}\nEnd with Ctrl-C.", flush=True)
            server.wait()
        except KeyboardInterrupt:
            print()


def _export(args):
    state = LabelingState()
    header, _ = LabelJournal.read(args.journal, state.take)
    n_rows, items = header.get("n_rows"), {}
    if type(n_rows) is not int or max(state.rows, default=0) >= n_rows:
        raise ValueError(
            f"{args.journal} is no journal of a labeling session: its rows are not "
            "those that its header tells of."
        )
    keys = [str(row) for row in range(n_rows)]
    if args.data is not None:
        data = load(args.data)
        Binding(None, data.keys).check(header, args.journal)
        keys = data.keys
        items = {key: _text(data.items, row) for row, key in enumerate(keys)}
    by_row = sorted(state.votes.items()), sorted(state.skipped.items())
    votes = list(all_votes(*by_row, keys))
    classes = state.names_now(header.get("classes") or ())
    classes = in_order(classes, {v.label for v in votes} - {None})
    shown = {vote.key: items[vote.key] for vote in votes if vote.key in items}
    write_votes(votes, args.out, classes=classes, items=shown)
    print(f"{args.out}: {len(votes)} answers about {len(state.votes)} of {n_rows} rows")


def _text(items, row):
    item = row_at(items, row)
    if isinstance(item, str):
        return item
    if hasattr(item, "to_dict"):
        return json.dumps(item.to_dict(), ensure_ascii=False, default=str)
    return str(item.tolist() if isinstance(item, np.ndarray) else item)


if __name__ == "__main__":
    sys.exit(main())
