"""Stop when enough of one class is found."""

from numbers import Real
from typing import Any

from sklearn.base import BaseEstimator

from sklearn_active._data.one_class import SoughtClass
from sklearn_active._sklearn import Interval, validate_params
from sklearn_active.stopping_rules._recall_bound import is_reached, reading_of


class Recall(BaseEstimator):
    r"""Stop when, most likely, a share of all rows of a class is found.

    For finding nearly all rows of a rare class without reading the whole pool: with
    :class:`~sklearn_active.query_strategies.MostLikely`, or any other strategy. It
    looks only at the answers and their order, whatever the model says.

    Parameters
    ----------
    label : object
        The label of the class, as it is answered.
    target : float, default=0.95
        In (0, 1): the share of its rows in the pool that must be found.
    confidence : float, default=0.95
        In (0, 1): the least probability that the target is reached where the rule
        stops.

    Attributes
    ----------
    p_value_ : float
        How likely it would have been to find so few lately if the target had been
        missed: the smallest over all splits of the order of reading.
    level_ : float
        The p-value at which it stops.

    See Also
    --------
    sklearn_active.query_strategies.MostLikely : What finds them.
    sklearn_active.inspection.RecallDisplay : What is found, and what is certain.

    Notes
    -----
    Let N rows not be labeled at the start, n of them be read, and r rows of the class
    be known. If the target t were missed, the class would have at least
    :math:`K = \lfloor r / t \rfloor + 1` rows. After each split i of the order, with
    :math:`r_i` of them known until then, the rows read are treated as a sample of those
    that were left:

    .. math:: p = \min_i P(X \le r - r_i), \quad
        X \sim \text{Hypergeometric}(N - i, K - r_i, n - i)

    That is the ranked quasi-sampling of the reference. There the rule stops at
    :math:`p < \alpha`, with :math:`\alpha` = 1 - `confidence`. Looked at once, that is
    nearly right; looked at after each batch, it fails the more often the more rows the
    class has (in random order, with 1,001 rows of a class and :math:`\alpha = .05`, in
    61 of 100 runs). Here it may be looked at after every row:

    .. math:: p \le \alpha (1 - q) / 2, \quad q^m = \alpha (1 - q), \quad m = K - r

    The factor 1 - q bounds the sum over all gaps between finds. The half pays for the
    choice of the split; it was measured, not proven.

    What it assumes: each row read is at least as likely to be of the class as a random
    one of those left. A ranking by any reasonable model reads the class first, and
    stays on the safe side; so do random rows. Rows of the class that a model considers
    least likely break the assumption: let a share of the questions explore. Where rows
    were added to the pool in the middle, what was read before says nothing about them.

    Rows known at the start count as found, but not as draws. Declined rows count as not
    read: any of them may be of the class. Each label counts as it is now, in the round
    in which it was first given. With n_found rows found so far, a call costs O(n_rows +
    n_found * n_found), most often far less. The estimator need not offer anything.

    References
    ----------
    M. W. Callaghan and F. Müller-Hansen, "Statistical Stopping Criteria for Automated
    Screening in Systematic Reviews", Systematic Reviews 9, 273, 2020.
    :doi:`10.1186/s13643-020-01521-4`

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import MostLikely
    >>> from sklearn_active.stopping_rules import Recall
    >>> X, truth = make_blobs([900, 100], shuffle=False, random_state=0)
    >>> learner = ActiveLearner(
    ...     LogisticRegression(), MostLikely(1), batch_size=10, stop_when=Recall(1)
    ... )
    >>> start = [i in (0, 950) for i in range(1000)]
    >>> learner.fit(X, truth, labeled=start).n_asked_
    620
    >>> int((learner.y_ == 1).sum())
    100
    """

    _sought = None  # what is said of the label; None: nobody has asked yet

    needs_classes = True

    _parameter_constraints: dict = {
        "label": "no_validation",
        "target": [Interval(Real, 0, 1, closed="neither")],
        "confidence": [Interval(Real, 0, 1, closed="neither")],
    }

    def __init__(
        self, label: Any, *, target: float = 0.95, confidence: float = 0.95
    ) -> None:
        self.label = label
        self.target = target
        self.confidence = confidence

    def __call__(self, learner: Any) -> bool:
        """Say whether to stop.

        Parameters
        ----------
        learner : ActiveLearner
            The fitted learner.

        Returns
        -------
        stop : bool
        """
        validate_params(self)
        if self._sought is None or self._sought.label is not self.label:
            self._sought = SoughtClass(self.label, type(self).__name__)
        reading = reading_of(learner, self._sought)
        stop, self.p_value_, self.level_ = is_reached(
            reading, self.target, self.confidence
        )
        return stop
