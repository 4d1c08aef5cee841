"""Label scikit-learn's digits, to see how it goes."""

from pathlib import Path

from sklearn_active._commands.answers import ClassAnswers
from sklearn_active._commands.label import label
from sklearn_active._commands.page import add_front, check_front
from sklearn_active.files._read_file import of_array, table_of_array
from sklearn_active.labeling._fronts.figures import appraisal, sentences

JOURNAL = "digits.labels.jsonl"


def add(commands):
    """Add the command.

    Parameters
    ----------
    commands : object
        Of argparse.
    """
    parser = commands.add_parser("demo", help="label scikit-learn's digits")
    parser.add_argument(
        "--journal", default=JOURNAL, help=f"keeps the answers; default: {JOURNAL}"
    )
    add_front(parser)
    parser.set_defaults(run=run, new_classes=False, id=None)


def run(args):
    """Ask about digits until the person stops.

    Parameters
    ----------
    args : Namespace
        Of the command line.
    """
    from sklearn.datasets import load_digits

    check_front(args)
    images = load_digits().images
    print(f"scikit-learn's digits: {len(images)} rows")
    data = of_array(table_of_array(images), images)
    journal = Path(args.journal)
    session = label(
        data, data.make_learner(), ClassAnswers(list(range(10))), journal, args
    )
    for line in sentences(session.report(), appraisal(session)):
        print(line)
    print(f"answers: {journal}. The same line goes on.")
