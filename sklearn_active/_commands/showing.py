"""Rows in a terminal: the whole text, and its other columns below."""

import shutil
import textwrap


def render(item):
    """Return a row as a person reads it in a terminal.

    Parameters
    ----------
    item : object
        A text, a row of a table, or anything else.

    Returns
    -------
    text : str
    """
    if isinstance(item, str):
        return wrapped(item)
    if not hasattr(item, "items"):
        return str(item)
    (name, first), *others = item.items()
    lines = [f"{name}:", wrapped(str(first), "  ")]
    for name, value in others:
        if str(value):
            lines.append(wrapped(f"{name}: {value}"))
    return "\n".join(lines)


def wrapped(text, indent=""):
    """Return a text in lines no longer than the terminal is wide; none is cut off.

    Parameters
    ----------
    text : str
        Its own ends of lines stay.
    indent : str, default=""
        Before each line.

    Returns
    -------
    text : str
    """
    width = max(min(shutil.get_terminal_size().columns, 100) - 1, 20)
    return "\n".join(
        textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent)
        for line in text.splitlines() or [""]
    )
