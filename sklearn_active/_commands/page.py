"""Where questions are asked, a page, the terminal or Label Studio: their options."""

import csv
import os
from pathlib import Path

from sklearn_active._commands.showing import render
from sklearn_active._commands.words import in_options
from sklearn_active.labeling import LabelStudioBridge
from sklearn_active.labeling._book.session_arguments import checked_annotators
from sklearn_active.labeling._fronts.hints import Hints

_OF_PAGES = ("annotators", "keys", "describe", "instructions")
_TOKEN = "LABEL_STUDIO_API_KEY"  # as the official SDK calls it


def add_front(parser):
    """Give a command the arguments that say where and how questions are asked.

    Parameters
    ----------
    parser : ArgumentParser
        Of the command.
    """
    group = parser.add_argument_group("where and how questions are asked")
    group.add_argument("--port", type=int, default=0, help="default: a free one")
    group.add_argument("--terminal", action="store_true", help="no page: type")
    group.add_argument(
        "--label-studio",
        metavar="URL",
        help=f"in a project of Label Studio; its token is read from {_TOKEN}",
    )
    group.add_argument(
        "--project",
        metavar="NAME",
        help="which one, or a new one; digits are the number of one that is there",
    )
    group.add_argument(
        "--guesses", action="store_true", help="show there what the model predicts"
    )
    group.add_argument(
        "--n-waiting",
        type=int,
        metavar="N",
        help="how many tasks wait there, default: 3; one more than there are people",
    )
    group.add_argument("--no-browser", action="store_true", help="print the address")
    group.add_argument(
        "--annotators", metavar="ANN,BOB", help="an address of their own for each"
    )
    group.add_argument(
        "--votes-per-row",
        type=int,
        default=1,
        metavar="N",
        help="how many are asked of each row",
    )
    group.add_argument(
        "--keys", metavar="CLASS=KEY,…", help="keys of classes, as in good=g,bad=b"
    )
    group.add_argument(
        "--describe",
        metavar="CLASS=TEXT",
        action="append",
        default=[],
        help="what a class means; may be repeated",
    )
    group.add_argument(
        "--instructions", metavar="FILE.md", help="shown to whoever labels"
    )


def check_front(args):
    """Raise where the options of pages can't be taken, before anything is read.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    """
    if args.votes_per_row < 1:
        raise ValueError(f"--votes-per-row is 1 or more, not {args.votes_per_row}.")
    others = [x for x in ("terminal", "label_studio") if getattr(args, x)]
    given = [name for name in _OF_PAGES if getattr(args, name)]
    if others and given:
        raise ValueError(
            f"--{given[0]} is for the page: leave it out, or leave "
            f"{_option(others[0])} out."
        )
    _check_label_studio(args, others)
    if not 0 <= args.port < 2**16:
        raise ValueError(f"--port is a number from 0 to 65535, not {args.port}.")
    hints = hints_of(args)
    names = hints.pop("annotators")
    Hints(**hints)
    if names is not None:
        checked_annotators(names)


def _check_label_studio(args, others):
    """Raise where Label Studio can't be used as it is stated."""
    names = ("project", "guesses", "n_waiting")
    given = [name for name in names if getattr(args, name) not in (None, False)]
    if args.label_studio is None:
        if given:
            raise ValueError(
                f"{_option(given[0])} is for Label Studio: say where it is, with "
                "--label-studio http://localhost:8080, or leave it out."
            )
        return
    if len(others) > 1:
        raise ValueError("Take either --terminal or --label-studio.")
    if args.project is None:
        raise ValueError(
            "--label-studio needs a project: add --project NAME. A new one is made."
        )
    if args.n_waiting is not None and args.n_waiting < 1:
        raise ValueError(f"--n-waiting is 1 or more, not {args.n_waiting}.")
    if not os.environ.get(_TOKEN):
        raise ValueError(
            "--label-studio needs a personal access token. Make one under Account & "
            f"Settings, {args.label_studio.rstrip('/')}/user/account, and set the "
            f"environment variable {_TOKEN} to it."
        )


def _option(name):
    return f"--{name.replace('_', '-')}"


def hints_of(args):
    """Return the options as :meth:`LabelingSession.serve` takes them.

    Parameters
    ----------
    args : Namespace
        Of the command line.

    Returns
    -------
    hints : dict
    """
    annotators, instructions = names_in(args.annotators), args.instructions
    if instructions is not None:
        instructions = Path(instructions)
        if not instructions.is_file():
            raise ValueError(f"--instructions: there is no file {instructions}.")
    return {
        "annotators": annotators,
        "keys": _pairs("--keys", names_in(args.keys) or [], "good=g,bad=b"),
        "descriptions": _pairs("--describe", args.describe, "good='worth the money'"),
        "instructions": instructions,
    }


def names_in(text):
    """Return the names in a list with commas, None for none.

    Parameters
    ----------
    text : str or None
        As typed; a name with a comma stands in quotes.

    Returns
    -------
    names : list of str or None
    """
    if text is None:
        return None
    names = [name.strip() for name in next(csv.reader([text], skipinitialspace=True))]
    return [name for name in names if name]


def _pairs(option, given, example):
    pairs = {}
    for each in given:
        name, equals, text = each.rpartition("=")
        if option == "--describe":
            name, equals, text = each.partition("=")
        if not equals or not name.strip() or not text.strip():
            raise ValueError(f"{option} is written {option} {example}, not {each!r}.")
        pairs[name.strip()] = text.strip()
    return pairs or None


def ask(session, args):
    """Ask until the person stops.

    Parameters
    ----------
    session : LabelingSession
        Keeps the answers.
    args : Namespace
        Of the command line.
    """
    try:
        if args.terminal:
            session.terminal(render=render, words=in_options)
            return
        if args.label_studio is not None:
            _in_label_studio(session, args)
            return
        hints = hints_of(args)
        with session.serve(not args.no_browser, args.port, **hints) as server:
            for name, url in server.urls.items():
                print(f"Label at {url}" if name is None else f"{name}: {url}")
            print("End with Ctrl-C.", flush=True)
            server.wait()
    except KeyboardInterrupt:  # the usual end; what was answered is on file
        print()


def _in_label_studio(session, args):
    more = {} if args.n_waiting is None else {"n_waiting": args.n_waiting}
    project = args.project
    bridge = LabelStudioBridge(
        session,
        args.label_studio,
        os.environ[_TOKEN],
        int(project) if project.isascii() and project.isdecimal() else project,
        guesses=args.guesses,
        **more,
    )
    print(f"Label at {bridge.url}")
    print("End with Ctrl-C.", flush=True)
    bridge.run()
