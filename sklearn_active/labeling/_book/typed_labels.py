"""What somebody typed, as a label of the kind of the classes."""

from decimal import Decimal


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
