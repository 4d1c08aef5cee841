"""Random sampling, the baseline."""

import numpy as np
from numpy.typing import NDArray

from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._pool_view import PoolView


class RandomSampling(QueryStrategy):
    """Ask rows at random (passive learning): the baseline of every comparison.

    Needs no estimator. The rows depend on the learner's `random_state` and on the
    number of known labels alone.

    Notes
    -----
    Utilities are uniform in [0, 1). Cost per query: O(n_candidates).

    References
    ----------
    B. Settles, "Active Learning Literature Survey", University of
    Wisconsin-Madison, Technical Report 1648, 2009.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> learner = ActiveLearner(LogisticRegression(), "random", random_state=0)
    >>> learner.start([[0.0], [1.0], [2.0], [3.0]]).query().indices
    array([2])
    """

    needs = ()
    pointwise = True
    deterministic = False

    def utilities(self, pool: PoolView) -> NDArray[np.floating]:
        """Return a random utility of each candidate, shape (n_candidates,)."""
        return pool.draws.uniforms(pool.candidates)
