"""Rename and merge the classes of a journal."""

from pathlib import Path

from sklearn_active.labeling._book.renaming import rename_in_journal


def add(commands):
    """Add the command.

    Parameters
    ----------
    commands : object
        Of argparse.
    """
    parser = commands.add_parser(
        "classes",
        help="rename or merge the classes of a journal",
        epilog="Every label stays on file as it was given; the renaming is one more "
        "event. A class can be renamed back.",
    )
    parser.add_argument("journal", metavar="JOURNAL")
    parser.add_argument(
        "--rename",
        metavar="OLD=NEW",
        action="append",
        required=True,
        help="NEW may be a class already: then both become one; may be repeated",
    )
    parser.set_defaults(run=run)


def run(args):
    """Write the events.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    """
    renames = {}
    for pair in args.rename:
        old, equals, new = pair.partition("=")
        if not (old.strip() and equals and new.strip()):
            raise ValueError(f"--rename is given as OLD=NEW, not {pair!r}.")
        if old.strip() in renames:
            raise ValueError(f"{old.strip()!r} is renamed twice.")
        renames[old.strip()] = new.strip()
    for sentence in rename_in_journal(Path(args.journal), renames):
        print(sentence)
    print("Tables and models written before have the old names: write them again.")
