"""How the labeling goes: honest figures for the person who pays for it."""

from collections import Counter
from math import isnan

from scipy.stats import binomtest
from sklearn.utils import Bunch

from sklearn_active.evaluation._estimate_score import NothingToEstimateError
from sklearn_active.labeling._book.continuing import n_of
from sklearn_active.labeling._fronts.number_figures import (
    FEWEST_CHECKS,
    audit_of_numbers,
    sentences_of_numbers,
)
from sklearn_active.labeling._several_labels import SeveralLabels

STABLE = 0.01
RARE = 0.2


def audit_figures(audits, classes=()):
    """Estimate how right the model is on the uniformly random questions alone.

    Parameters
    ----------
    audits : Counter of (label, predicted label)
        Answers to random questions, with the prediction that was made before.
    classes : sequence of labels, default=()
        Their order.

    Returns
    -------
    audit : Bunch
        As in `LabelingSession.report`.
    """
    answered, right = Counter(), Counter()
    for (label, predicted), n in audits.items():
        answered[label] += n
        right[label] += n * (label == predicted)
    answered = ordered(answered, classes)
    n = sum(answered.values())
    share = _share(n, right.total())
    audit = Bunch(n=n, n_right=right.total(), accuracy=share.pop("share"), **share)
    recalls = {label: _recall(k, right[label]) for label, k in answered.items()}
    most = max(answered, key=answered.get) if n >= FEWEST_CHECKS else None
    audit.baseline_class = most
    audit.baseline = None if most is None else answered[most] / n
    audit.recalls, audit.balanced_accuracy = recalls, None
    shares = [each.recall for each in recalls.values()]
    if any(k / n < RARE for k in answered.values()) and None not in shares:
        audit.balanced_accuracy = sum(shares) / len(shares)
    return audit


def _share(n, k):
    """Return a share with its 95 % Wilson interval, None of too few."""
    if n < FEWEST_CHECKS:
        return {"share": None, "low": None, "high": None}
    interval = binomtest(k, n).proportion_ci(method="wilson")
    return {"share": k / n, "low": float(interval.low), "high": float(interval.high)}


def _recall(n, n_right):
    share = _share(n, n_right)
    return Bunch(n=n, n_right=n_right, recall=share.pop("share"), **share)


def counts_of_each(counts):
    """Return how many rows have each label, where a row may have several.

    Parameters
    ----------
    counts : Counter of tuple of labels
        How many rows have exactly these.

    Returns
    -------
    counts : Counter of labels
    """
    of_each = Counter()
    for label, n in counts.items():
        of_each.update(dict.fromkeys(label, n))
    return of_each


def recalls_of_each(audits, names):
    """Return of how many rows with a label the model had said so, for each label.

    Parameters
    ----------
    audits : Counter of (label, predicted label)
        As of `audit_figures`; labels are tuples of names.
    names : sequence of labels
        All there are.

    Returns
    -------
    recalls : dict of label to Bunch
        Of the labels that a row of them has.
    """
    answered, right = Counter(), Counter()
    for (label, predicted), n in audits.items():
        answered.update(dict.fromkeys(label, n))
        right.update(dict.fromkeys(set(label).intersection(predicted), n))
    return {x: _recall(n, right[x]) for x, n in ordered(answered, names).items()}


def ordered(counts, classes):
    """Return counts of labels that there are, in the order of the classes.

    Parameters
    ----------
    counts : Counter of labels
        How many each has.
    classes : sequence of labels
        Those that come first.

    Returns
    -------
    counts : dict
    """
    return {x: counts[x] for x in dict.fromkeys([*classes, *counts]) if counts[x]}


def left(n_rows, n_labeled, n_asked, budget, seconds):
    """Estimate what is left to do, at the pace so far.

    Parameters
    ----------
    n_rows, n_labeled, n_asked : int
        Numbers of rows.
    budget : int or None
        How many questions there are in all.
    seconds : float or None
        A label.

    Returns
    -------
    left : Bunch
        `n` and `of`: 'questions' of the budget, or 'rows' without a label; `seconds`,
        None where no label says how long one takes.
    """
    of, n = "rows", n_rows - n_labeled
    if budget is not None:
        of, n = "questions", max(min(budget - n_asked, n), 0)
    return Bunch(n=n, of=of, seconds=None if seconds is None else n * seconds)


def report(n_rows, ledger, ranking, refitter, budget, behind):
    """Return the figures of a session; see `LabelingSession.report`."""
    state, changed = ledger.state, ranking.changed
    counts, audit = _of_kind(ledger)
    n_labeled, pace = len(ledger.labels), state.seconds.value
    return Bunch(
        n_rows=n_rows,
        n_labeled=n_labeled,
        n_skipped=len(ledger.left_out),
        n_flagged=len(state.flagged),
        n_asked=state.n_asked,
        budget=budget,
        class_counts=counts,
        seconds_per_label=pace,
        left=left(n_rows, n_labeled, state.n_asked, budget, pace),
        agreement=ledger.agreement(),
        audit=audit,
        changed=changed,
        still_changing=None if changed is None else changed > STABLE,
        refitting=refitter.busy,
        behind=behind,
        error=None if refitter.error is None else str(refitter.error),
    )


def _of_kind(ledger):
    """Return the counts of the classes, and what the random checks say."""
    state, classes = ledger.state, ledger.classes
    if ledger.numbers is not None:
        return {}, audit_of_numbers(state.audits, ledger.numbers)
    counts, audit = ledger.counts, audit_figures(state.audits, classes)
    if ledger.several_labels is not None:
        counts = counts_of_each(counts)
        audit.recalls = recalls_of_each(state.audits, classes)
        audit.balanced_accuracy = None
    audit.curve = [[n_votes, int(right)] for n_votes, right in state.checks()]
    return ordered(counts, classes), audit


def appraisal(session):
    """Return how good the model of a session is now, None where nobody can say yet.

    Parameters
    ----------
    session : LabelingSession
        It may be closed.

    Returns
    -------
    appraisal : Bunch or None
        `accuracy` and `recall`, as of `LabelingSession.estimate_score`, and
        `n_labeled`.
    """
    report = session.report()
    if "estimate" not in session.can:
        return None
    if report.audit is None or report.audit.n < FEWEST_CHECKS:
        return None
    try:
        return Bunch(
            n_labeled=report.n_labeled,
            accuracy=session.estimate_score(),
            recall=session.estimate_score(scoring="recall"),
        )
    except NothingToEstimateError:
        return None


def appraisal_as_json(found):
    """Return an appraisal as the page shows it.

    Parameters
    ----------
    found : Bunch or None
        Of `appraisal`.

    Returns
    -------
    shown : dict
    """
    if found is None or isnan(found.accuracy.score):
        return {"error": "Too few random checks for a model of two classes yet."}
    accuracy = found.accuracy
    names = "score", "low", "high", "baseline", "n_checks", "n_left"
    recalls = [
        {"text": str(label), "score": None}
        if isnan(score)
        else {"text": str(label), "score": score, "low": low, "high": high}
        for label, score, low, high in _of_classes(found.recall)
    ]
    shown = {name: accuracy[name] for name in names}
    needed = {"n_labeled": found.n_labeled, "n_needed": found.recall.n_needed}
    return shown | needed | {"recalls": recalls}


def _of_classes(recall):
    figures = (recall[name].tolist() for name in ("classes", "score", "low", "high"))
    return zip(*figures, strict=True)


def sentences(report, found=None):
    """Return the lines that tell a person at a terminal how the labeling goes.

    Parameters
    ----------
    report : Bunch
        Of `LabelingSession.report`.
    found : Bunch, default=None
        Of `appraisal`: goes before what the models of then said.

    Returns
    -------
    lines : list of str
    """
    counts = [f"{label} {n}" for label, n in report.class_counts.items()]
    labels = n_of("label", report.n_labeled)
    lines = [f"{labels}: {', '.join(counts)}." if counts else f"{labels}."]
    lines += _agreed(report.agreement)
    audit = report.audit
    if audit is None:
        return lines
    if "mean_error" in audit:
        return [*lines, *sentences_of_numbers(audit)]
    if audit.accuracy is None:
        checks = n_of("random check", audit.n)
        needed = f"{FEWEST_CHECKS} are needed"
        return [*lines, f"no accuracy yet: {checks} of a model so far, and {needed}"]
    if found is not None and not isnan(found.accuracy.score):
        return [*lines, *_appraised(found)]
    accuracy = _spread(
        audit.accuracy,
        audit,
        f"from {audit.n} random checks of the model as it was then",
    )
    what, most = _in_words(audit.baseline_class)
    lines.append(
        f"{what} {accuracy}; always answering {most!r} would have "
        f"{_percent(audit.baseline)}"
    )
    found = [_found(label, recall) for label, recall in audit.recalls.items()]
    lines.append(f"found of each class: {', '.join(found)}")
    if audit.balanced_accuracy is not None:
        lines.append(
            f"balanced accuracy {_percent(audit.balanced_accuracy)}: the mean over the "
            "classes, however rare"
        )
    return lines


def _in_words(most):
    """Return what is counted, and the most frequent answer: a tuple, of several."""
    if isinstance(most, tuple):
        return "all labels of a row right", SeveralLabels.written(most)
    return "accuracy", most


def _appraised(found):
    accuracy = found.accuracy
    source = f"from {accuracy.n_checks} random checks"
    spread = _spread(accuracy.score, accuracy, source)
    baseline = _percent(accuracy.baseline)
    recalls = [
        f"{label} {_percent(score)} ({_percent(low)} to {_percent(high)})"
        for label, score, low, high in _of_classes(found.recall)
        if not isnan(score)
    ]
    if len(recalls) < len(found.recall.classes):
        which = "the others" if recalls else "to be said"
        recalls.append(f"{which} after about {found.recall.n_needed} checks")
    return [
        f"accuracy on the {n_of('row', accuracy.n_left)} left {spread}; always "
        f"answering the most frequent class would have {baseline}",
        f"found of each class: {', '.join(recalls)}",
    ]


def _agreed(agreement):
    if agreement is None:
        return []
    several = f"{n_of('row', agreement.n)} answered by several"
    if agreement.share is None:
        return [f"{several}, {agreement.n_agreed} the same"]
    line = f"agreement {_percent(agreement.share)}, of {several}"
    if agreement.value is not None:
        line += f"; {agreement.name} {agreement.value:.2f}"
    return [line, *([agreement.error] if agreement.error else [])]


def _found(label, recall):
    found = f"{label} {recall.n_right} of {recall.n}"
    if recall.recall is None:
        return found
    return f"{found} ({_percent(recall.recall)})"


def _spread(share, interval, source):
    low, high = _percent(interval.low), _percent(interval.high)
    return f"{_percent(share)} ({low} to {high}, {source})"


def _percent(share):
    rounded = round(100 * share)
    return f"{min(rounded, 99) if share < 1 else rounded} %"  # 199 of 200 is not all
