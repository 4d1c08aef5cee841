"""When to stop, and why it stopped."""


class StopLabeling(Exception):
    """Raise it in an oracle to end the loop; what was answered is kept.

    `fit` then refits on all labels known, returns, and `termination_condition_`
    is 'oracle_stopped'. Rows of the open query that were not answered stay
    candidates. (StopIteration, in contrast, is taken for a bug in the oracle.)

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


def reason_to_stop(learner, state):
    """Return the termination condition that holds before the next round, or None.

    Parameters
    ----------
    learner : ActiveLearner
        The learner, whose budget and rule are read.
    state : PoolState
        Its pool.

    Returns
    -------
    reason : {'all_labeled', 'all_asked', 'budget', 'callback', 'stop_when'} or None
    """
    if learner._tasks.stopped:
        return "callback"
    if state.labels.all_known:
        return "all_labeled"
    if not state.n_candidates:
        return "all_asked"
    if learner._budget is not None and state.n_asked >= learner._budget:
        return "budget"
    fitted = hasattr(learner, "estimator_")
    if learner._stop_when is not None and fitted and learner._stop_when(learner):
        return "stop_when"
    return None
