"""Write the labels of a journal: as a table, or as votes for other tools."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sklearn_active._commands.reading import (
    JOURNAL,
    add_model,
    add_reading,
    beside,
    labels_as_columns,
    labels_as_numbers,
    labels_like,
    learner_for,
    read,
)
from sklearn_active._data.rows import row_at
from sklearn_active.files._labeled import labeled_columns
from sklearn_active.files._write import check_out, check_place, write_table
from sklearn_active.labeling import NumberRange, write_votes
from sklearn_active.labeling._book.allowed_labels import in_order
from sklearn_active.labeling._book.binding import (
    Binding,
    known_rows,
    with_class_minus_one,
)
from sklearn_active.labeling._book.ledger import read_state
from sklearn_active.labeling._engine.follower import Follower
from sklearn_active.labeling._session_parts.vote_files import all_votes, as_texts
from sklearn_active.labeling._several_labels import SeveralLabels


def add(commands):
    """Add the command.

    Parameters
    ----------
    commands : object
        Of argparse.
    """
    parser = commands.add_parser("export", help="write the labels of a journal")
    parser.add_argument("journal", metavar="JOURNAL")
    parser.add_argument(
        "out",
        metavar="OUT",
        help="the labeled table: .csv, .tsv, .xlsx, .parquet, .jsonl, .json",
    )
    parser.add_argument(
        "--data",
        help=f"what was labeled; default: the journal's name without {JOURNAL}",
    )
    parser.add_argument(
        "--votes",
        action="store_true",
        help="who answered what instead: .csv, .jsonl, or .json for Label Studio",
    )
    add_reading(parser)
    add_model(parser)
    parser.set_defaults(run=run)


def run(args):
    """Write what a journal holds.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    """
    journal = Path(args.journal)
    header, state = read_state(journal)
    numbers, several = header.get("numbers"), header.get("several")
    numbers = None if numbers is None else NumberRange.of_json(numbers)
    several = None if several is None else SeveralLabels(several)
    n_rows = header.get("n_rows")
    if type(n_rows) is not int or max(state.rows, default=0) >= n_rows:
        raise ValueError(
            f"{journal} is not the journal of a labeling session: its rows are not "
            "those that its header names."
        )
    args.data = _data_of(journal, args)
    data = places = None
    if args.data is not None:
        (check_place if args.votes else check_out)(args.out, journal, args.data)
        data = read(args, journal)
        data = _with_labels(data, header, numbers, several)
        data, places = _checked(data, state, header, journal, args)
    if args.votes:
        _write_votes(state, header, numbers, several, data, args.out)
    else:
        task = "classification" if numbers is None else "regression"
        learner = learner_for(args, data, task if several is None else "multilabel")
        _write_table(_known(state, places), header, data, learner, several, args.out)


def _with_labels(data, header, numbers, several):
    """Return the data with the labels of the file as the session had them."""
    if several is not None:
        return labels_as_columns(data, several)
    if numbers is not None:
        return labels_as_numbers(data, numbers)
    return labels_like(data, header.get("classes") or ())


def _checked(data, state, header, journal, args):
    """Return the data, and where the rows of the journal are now if some changed."""
    try:
        Binding(None, data.keys).check(header, journal)
    except ValueError as error:
        what = str(error).partition(" Rows may be added")[0]
        if args.votes:
            print(f"  {what} Its rows are named by their numbers, 0 for the first.")
            return None, None
        places = known_rows(header, data.keys)
        lost = len(set(state.votes) - set(places))
        if lost == len(state.votes):
            raise
        print(f"  {what} Answers about the others are written; left out: {lost}.")
        return data, places
    return data, None


@dataclass
class _Known:
    """What a journal says of the rows of a table, by where they are in it."""

    votes: dict
    flagged: list
    answered: dict
    renamed: dict


def _known(state, places):
    """Return what is known; of rows that are in other places, those that are there."""

    def moved(values):
        if places is None:
            return values
        return {places[row]: own for row, own in values.items() if row in places}

    answered = {row: (who, time) for row, who, time in state.recent(np.inf)}
    flagged = moved(dict.fromkeys(state.flagged))
    return _Known(moved(state.votes), list(flagged), moved(answered), state.renamed)


def _data_of(journal, args):
    """Return what was labeled, as far as it is known."""
    data = beside(journal) if args.data is None else args.data
    if data is None and not args.votes:
        raise ValueError(
            f"{journal} holds labels, but not the rows: name what was labeled with "
            "--data, or write the answers alone with --votes."
        )
    return data


def _write_table(known, header, data, learner, several, out):
    given, renamed, y = _given(data, several), known.renamed, None
    labels = {row: renamed.get(x, x) for row, x in given.items()}
    labels |= {row: [*votes.values()][-1] for row, votes in known.votes.items()}
    has_classes = header.get("numbers") is None
    if has_classes and -1 in [*(header.get("classes") or ()), *labels.values()]:
        learner = with_class_minus_one(learner)
    if several is not None:
        y = np.full((len(data.keys), len(several.names)), np.nan)
    # As a session's, so that guesses are alike.
    follower = Follower(learner, data.X, y, several)
    follower.update(labels, (), 0)
    columns = labeled_columns(
        data, labels, known.flagged, known.answered, follower.learner, several
    )
    for note in write_table(data.table, out, columns):
        print(f"  {note}")
    print(f"{out}: {len(data.table.frame):,} rows, {len(labels):,} with a label")


def _given(data, several):
    """Return the labels of the file, by row."""
    y = [] if data.y is None else data.y.tolist()
    if several is None:
        return {row: label for row, label in enumerate(y) if label is not None}
    known = {row: label for row, label in enumerate(y) if not np.isnan(label).any()}
    return {row: several.label_of(label) for row, label in known.items()}


def _write_votes(state, header, numbers, several, data, out):
    n_rows, items = header["n_rows"], {}
    keys = [str(row) for row in range(n_rows)]
    if data is not None:
        keys = data.keys
        items = {key: _text(data.items, row) for row, key in enumerate(keys)}
    by_row = sorted(state.votes.items()), sorted(state.skipped.items())
    votes = list(all_votes(*by_row, keys))
    if several is not None:
        votes = as_texts(votes, several, out)
    classes = state.names_now(header.get("classes") or ())
    classes = in_order(classes, {v.label for v in votes} - {None})
    shown = {vote.key: items[vote.key] for vote in votes if vote.key in items}
    write_votes(votes, out, classes=classes, numbers=numbers, items=shown)
    print(f"{out}: {len(votes)} answers about {len(state.votes)} of {n_rows} rows")


def _text(items, row):
    item = row_at(items, row)
    if isinstance(item, str):
        return item
    if hasattr(item, "to_dict"):
        return json.dumps(item.to_dict(), ensure_ascii=False, default=str)
    return str(item.tolist() if isinstance(item, np.ndarray) else item)
