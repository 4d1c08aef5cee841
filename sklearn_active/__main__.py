"""The command line: a file in, labels, a labeled file and a model out."""

import argparse
import sys

from sklearn_active._commands import _classes, _demo, _export, _label, _predict


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
    args.line = sys.argv[1:] if arguments is None else arguments
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
    for command in (_label, _export, _predict, _classes, _demo):
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
