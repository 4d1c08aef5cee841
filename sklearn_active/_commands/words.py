"""What the library says, in the words of the command line."""

import re
import shlex

from sklearn_active.labeling._book.binding import THE_WAY_OUT

_ANNOTATORS = "--annotators names who labels, as in --annotators ann,bob."
_IN_OPTIONS = (
    (
        r"Pass classes=\[\.\.\.\], or new_classes='allow'",
        "Name the classes with --classes, or allow any with --new-classes",
    ),
    (r"new_classes='allow'", "--new-classes"),
    (r"pass several=True", "say --several"),
    (r"numbers=NumberRange\(low, high, unit\)", "--numbers LOW,HIGH,UNIT"),
    (r"pass numbers=NumberRange\(\.\.\., unit='(.*?)'\)", r"say --numbers LOW,HIGH,\1"),
    (r"^(numbers|classes) is for", r"--\1 is for"),
    (r"^keys names", "--keys names"),
    (r"^descriptions names", "--describe names"),
    (r"^annotators is a list of names, as in \['ann', 'bob'\];.*", _ANNOTATORS),
    (
        r"with rename_class, in a session that names (it|them)\b",
        "with the command `classes JOURNAL --rename OLD=NEW`",
    ),
    (
        re.escape(THE_WAY_OUT),
        "name the options of the first run (--id, --label-column, --separator, "
        "--encoding), take a copy of the data as they were, or name another --journal. "
        "`export` writes the answers about the rows that are the same, and all with "
        "--votes. Where cells will be mended, name the column that identifies the rows "
        "with --id from the start.",
    ),
)
_CLASSES = re.compile(r"classes=(\[.*?\])")


def in_options(message):
    """Return a message that names options where it named parameters.

    Parameters
    ----------
    message : str
        Of an error.

    Returns
    -------
    message : str
    """
    for words, options in _IN_OPTIONS:
        message = re.sub(words, options, message)
    return _CLASSES.sub(_classes, message)


def _classes(found):
    names = re.findall(r"'[^']*'|\"[^\"]*\"|[^\s,\[\]]+", found.group(1))
    names = [name[1:-1] if name[0] in "'\"" else name for name in names]
    return f"--classes {shlex.quote(','.join(names))}"
