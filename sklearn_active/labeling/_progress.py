"""How the labeling goes: honest figures for the person who pays for it."""

from collections import Counter
from statistics import median

from scipy.stats import binomtest
from sklearn.utils import Bunch

STABLE = 0.01


def audit_accuracy(events):
    """Estimate the model's accuracy on the uniformly random questions alone.

    Parameters
    ----------
    events : list of dict
        The events in force.

    Returns
    -------
    audit : Bunch
        `n`, `n_right`, `accuracy`, and `low`, `high`, the 95 % Wilson interval; None
        where nothing was audited. A prediction counts that was made before the
        answer was given.
    """
    audited = [
        event["label"] == event["predicted"]
        for event in events
        if event["event"] == "answer"
        and event["reason"] == "audit"
        and event["predicted"] is not None
    ]
    n, n_right = len(audited), sum(audited)
    if not n:
        return Bunch(n=0, n_right=0, accuracy=None, low=None, high=None)
    interval = binomtest(n_right, n).proportion_ci(method="wilson")
    return Bunch(
        n=n,
        n_right=n_right,
        accuracy=n_right / n,
        low=float(interval.low),
        high=float(interval.high),
    )


def report(n_rows, state, labels, ranking, refitter, budget, behind):
    """Return the figures of a session; see `LabelingSession.report`."""
    answers = [event for event in state.in_force if event["event"] == "answer"]
    seconds = [e["seconds"] for e in answers if e["seconds"] is not None]
    changed = ranking.changed
    return Bunch(
        n_rows=n_rows,
        n_labeled=len(labels),
        n_skipped=len(set(state.skipped) - set(labels)),
        n_flagged=len(state.flagged),
        n_asked=state.n_asked,
        budget=budget,
        class_counts=dict(Counter(labels.values())),
        seconds_per_label=median(seconds) if seconds else None,
        audit=audit_accuracy(state.in_force),
        changed=changed,
        still_changing=None if changed is None else changed > STABLE,
        refitting=refitter.busy,
        behind=behind,
        error=None if refitter.error is None else str(refitter.error),
    )
