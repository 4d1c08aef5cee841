"""Labels as plain values of JSON: from numpy's, and from what somebody typed."""

from decimal import Decimal

import numpy as np


def plain(label):
    """Return a label as a plain value: a scalar of numpy is no value of JSON.

    Parameters
    ----------
    label : object
        What was given.

    Returns
    -------
    label : object
    """
    return label.item() if isinstance(label, np.generic) else label


def distinct(labels):
    """Return distinct labels as plain values, in their order.

    Parameters
    ----------
    labels : iterable of labels
        As they were given.

    Returns
    -------
    labels : list of labels
    """
    return list(dict.fromkeys(map(plain, labels)))


def typed(text, classes):
    """Return typed text as a label: a number where the classes are numbers.

    Parameters
    ----------
    text : str
        What was typed.
    classes : list of labels
        Those there are.

    Returns
    -------
    label : str, int or float
    """
    for label in classes:
        if str(label) == text:
            return label
    if classes and not isinstance(classes[0], str):
        try:
            return int(text)  # exact, as a float above 2^53 is not
        except ValueError:
            pass
        try:
            number = float(text)
        except ValueError:
            return text
        if not number.is_integer():
            return number
        # 2.0 is 2; of more digits than a float holds, every one counts.
        return int(Decimal(text)) if abs(number) < 2**64 else int(number)
    return text
