"""How the labeling goes: honest figures for the person who pays for it."""

from scipy.stats import binomtest
from sklearn.utils import Bunch

STABLE = 0.01


def audit_accuracy(n, n_right):
    """Estimate the model's accuracy on the uniformly random questions alone.

    Parameters
    ----------
    n : int
        Number of audits: answers to random questions with a prediction that was made
        before.
    n_right : int
        Number of right predictions among them.

    Returns
    -------
    audit : Bunch
        `n`, `n_right`, `accuracy`, and `low`, `high`, the 95 % Wilson interval; None
        where nothing was audited.
    """
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


def _n_right(audits):
    return sum(n for (label, predicted), n in audits.items() if label == predicted)


def report(n_rows, ledger, ranking, refitter, budget, behind):
    """Return the figures of a session; see `LabelingSession.report`."""
    state, changed = ledger.state, ranking.changed
    return Bunch(
        n_rows=n_rows,
        n_labeled=len(ledger.labels),
        n_skipped=len(ledger.left_out),
        n_flagged=len(state.flagged),
        n_asked=state.n_asked,
        budget=budget,
        class_counts=dict(ledger.counts),
        seconds_per_label=state.seconds.value,
        audit=audit_accuracy(state.audits.total(), _n_right(state.audits)),
        changed=changed,
        still_changing=None if changed is None else changed > STABLE,
        refitting=refitter.busy,
        behind=behind,
        error=None if refitter.error is None else str(refitter.error),
    )
