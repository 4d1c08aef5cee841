"""The command line: a file in, labels, a labeled file and a model out."""

import argparse
import sys

from sklearn_active._commands import classes, demo, export, label, predict
from sklearn_active._commands.words import in_options


def main(arguments=None):
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, default=None
        None: those of the process.

    Returns
    -------
    status : int
        0; 1 where something was wrong, then one line says what; 130 after Ctrl-C.
    """
    if hasattr(sys.stdout, "reconfigure"):  # what a terminal lacks is no reason to end
        sys.stdout.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(arguments)
    args.line = sys.argv[1:] if arguments is None else arguments
    try:
        args.run(args)
    except (ValueError, RuntimeError, ImportError, OSError) as error:
        print(f"sklearn_active: {in_options(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sklearn_active: interrupted", file=sys.stderr)
        return 130
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m sklearn_active",
        description="Label rows by hand, the most useful first.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (label, export, predict, classes, demo):
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
