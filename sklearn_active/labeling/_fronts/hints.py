"""What the person who asks for labels tells the person who gives them."""

from collections.abc import Mapping
from pathlib import Path

_KEYS = "1234567890"
_TAKEN = {" "}


class Hints:
    """Keys, descriptions of classes and instructions, for a page.

    Parameters
    ----------
    keys : dict of label to str, default=None
        One character per class; the others get digits.
    descriptions : dict of label to str, default=None
        What a class means, in a line.
    instructions : str or path, default=None
        Markdown, or the file that holds it. Shown without scripts and images.
    """

    def __init__(self, keys=None, descriptions=None, instructions=None):
        self.keys = _texts("keys", keys)
        self.descriptions = _texts("descriptions", descriptions)
        for label, key in self.keys.items():
            if len(key) != 1 or not key.isprintable() or key in _TAKEN:
                raise ValueError(
                    f"The key of a class is one character that can be typed, not "
                    f"{key!r} (of {label!r})."
                )
        if len(set(self.keys.values())) < len(self.keys):
            raise ValueError(f"Each class needs a key of its own; got {self.keys}.")
        self.instructions = as_html(instructions)

    def check(self, classes):
        """Raise where a class is named that there is not.

        Parameters
        ----------
        classes : sequence of labels
            Those that can be given.
        """
        known = set(map(str, classes))
        hints = {"keys": self.keys, "descriptions": self.descriptions}
        for name, given in hints.items():
            odd = [label for label in given if label not in known]
            if odd:
                raise ValueError(
                    f"{name} names {odd[0]!r}, which is not a class of this session: "
                    f"{list(classes)}."
                )

    def check_none(self):
        """Raise where classes are named, and labels are numbers."""
        given = {"keys": self.keys, "descriptions": self.descriptions}
        named = next((name for name, texts in given.items() if texts), None)
        if named is not None:
            raise ValueError(f"{named} are of classes, and labels are numbers here.")


def _texts(name, given):
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ValueError(
            f"{name} is a dict of class to text, as in {{'good': '…'}}; got {given!r}."
        )
    return {str(label): str(text) for label, text in given.items()}


def as_html(instructions):
    """Return instructions as HTML, None for none.

    Parameters
    ----------
    instructions : str, path or None
        Markdown, or the file that holds it. Tags in it are shown as text.

    Returns
    -------
    html : str or None
    """
    if instructions is None:
        return None
    if isinstance(instructions, Path):
        instructions = instructions.read_text(encoding="utf-8-sig")
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise ImportError(
            "Instructions need markdown-it-py. Install it with the extra 'label': pip "
            "install 'sklearn-active[label]'."
        ) from error
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    return markdown.disable("image").render(instructions)


def keys_of(texts, before=(), chosen=(), counts=()):
    """Return one key per class, None where the keys don't suffice.

    Parameters
    ----------
    texts : list of str
        The classes. One of a single character is its own key.
    before : dict of str to str
        Keys that classes have already; they stay.
    chosen : dict of str to str
        Keys that somebody has chosen.
    counts : dict of str to int
        How many rows each class has. Of more classes than there are digits, those get
        one that are used, as soon as they are.

    Returns
    -------
    keys : dict of str to (str or None)
    """
    keys, before = dict(chosen), dict(before)
    taken = set(keys.values())
    for key_of in (before.get, _own):
        for text in texts:
            key = key_of(text)
            if text not in keys and key is not None and key not in taken:
                keys[text] = key
                taken.add(key)
    free = [key for key in _KEYS if key not in taken]
    without = [text for text in texts if text not in keys]
    if len(without) > len(free):
        counts = dict(counts)
        used = [text for text in without if counts.get(text)]
        without = sorted(used, key=lambda text: -counts[text])
    keys |= dict(zip(without, free, strict=False))
    return {text: keys.get(text) for text in texts}


def _own(text):
    return text if len(text) == 1 and text.isprintable() and text != " " else None
