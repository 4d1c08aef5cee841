"""What an oracle raises to end the loop."""


class StopLabeling(Exception):
    """Raise it in an oracle to end the loop; what was answered is kept.

    `fit` then refits on all labels known, returns, and `termination_condition_` is
    'oracle_stopped'. Rows of the open query that were not answered stay candidates.
    (StopIteration, in contrast, is treated as a bug in the oracle.)

    Examples
    --------
    >>> from sklearn.semi_supervised import LabelSpreading
    >>> from sklearn_active import ActiveLearner, StopLabeling
    >>> def tired(query):
    ...     raise StopLabeling
    >>> learner = ActiveLearner(LabelSpreading(gamma=1), oracle=tired)
    >>> learner.fit([[0.0], [1.0], [2.5]], [0, -1, 1]).termination_condition_
    'oracle_stopped'
    """
