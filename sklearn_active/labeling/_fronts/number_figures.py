"""How far off a model was whose labels are numbers: from the random checks alone."""

import numpy as np
from sklearn.utils import Bunch

from sklearn_active.evaluation._intervals import student
from sklearn_active.labeling._book.continuing import n_of

FEWEST_CHECKS = 10  # from fewer, a figure says less than it seems to
_CONFIDENCE = 0.95


def audit_of_numbers(audits, numbers):
    """Estimate how far predictions are off, on the uniformly random questions alone.

    Parameters
    ----------
    audits : Counter of (label, predicted label)
        Answers to random questions, with the prediction that was made before.
    numbers : NumberRange
        Writes the figures with their unit.

    Returns
    -------
    audit : Bunch
        As in `LabelingSession.report`.
    """
    pairs = np.array(list(audits.elements()), dtype=float).reshape(-1, 2)
    n = len(pairs)
    audit = Bunch(n=n, needed=FEWEST_CHECKS, mean_error=None, low=None, high=None)
    audit.update(baseline=None, baseline_number=None, texts={})
    if n < FEWEST_CHECKS:
        return audit
    answers, predicted = pairs.T
    errors = np.abs(answers - predicted)
    audit.mean_error = float(errors.mean())
    # Errors are skewed, many small ones and a few large: so is the interval.
    below, above = student(errors, n, _CONFIDENCE)
    audit.low = max(audit.mean_error + float(below), 0.0)
    audit.high = audit.mean_error + float(above)
    # No single number is nearer to all answers than their median: the most that can be
    # had for nothing, as the most frequent class is where labels are classes.
    audit.baseline_number = float(np.median(answers))
    audit.baseline = float(np.abs(answers - audit.baseline_number).mean())
    names = ("mean_error", "low", "high", "baseline", "baseline_number")
    audit.texts = {name: numbers.rounded(audit[name]) for name in names}
    return audit


def sentences_of_numbers(audit):
    """Return the lines that tell a person how far off the model was.

    Parameters
    ----------
    audit : Bunch
        Of `audit_of_numbers`.

    Returns
    -------
    lines : list of str
    """
    if audit.mean_error is None:
        checks = n_of("random check", audit.n)
        return [f"no error yet: {checks} so far, and {audit.needed} are needed"]
    texts = audit.texts
    return [
        f"average error {texts['mean_error']} ({texts['low']} to {texts['high']}, "
        f"from {audit.n} random checks of the model as it was then); always answering "
        f"{texts['baseline_number']} would have {texts['baseline']}"
    ]
