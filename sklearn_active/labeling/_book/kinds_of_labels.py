"""The kind of labels of a session or an oracle: classes or numbers."""

from sklearn_active.labeling._book.allowed_classes import AllowedClasses
from sklearn_active.labeling._book.allowed_numbers import AllowedNumbers


def check_is_for(task, classes=None, new_classes="error", numbers=None):
    """Raise where people can't give such labels, or others than what is stated.

    Parameters
    ----------
    task : {'classification', 'regression', 'multilabel'}
        What the learner learns.
    classes : array-like, default=None
        As the user gave them.
    new_classes : {'error', 'allow'}, default='error'
        As the user gave it.
    numbers : NumberRange, default=None
        As the user gave it.
    """
    if task not in ("classification", "regression"):
        raise ValueError(
            f"Sessions, and the oracles of this room, are for one class or number per "
            f"row, not for {task}: take a function as the oracle."
        )
    if task == "classification" and numbers is not None:
        raise ValueError(
            "numbers is for regressors, and the learner's estimator is none: leave it "
            "out, or wrap a regressor."
        )
    if task == "regression" and (classes is not None or new_classes == "allow"):
        name = "new_classes" if classes is None else "classes"
        raise ValueError(
            f"{name} is for classifiers, and the learner's estimator is a regressor: "
            "say which numbers may be given with numbers=NumberRange(low, high, unit)."
        )


def allowed_labels(task, classes, new_classes, numbers, mark, is_stated=False):
    """Return which labels may be given.

    Parameters
    ----------
    task : {'classification', 'regression'}
        What the learner learns.
    classes, new_classes, mark, is_stated : object
        As of AllowedClasses.
    numbers : NumberRange or None
        As of AllowedNumbers.

    Returns
    -------
    allowed : AllowedLabels
    """
    if task == "regression":
        return AllowedNumbers(numbers)
    return AllowedClasses(classes, new_classes, mark, is_stated)
