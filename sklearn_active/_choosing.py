"""The next question: what the query strategy chooses, checked."""

import numpy as np

from sklearn_active._query import Query
from sklearn_active._rows import read_only, take
from sklearn_active.query_strategies import RandomSampling


def choose(strategy, pool, batch_size, cold):
    """Let a query strategy choose the next rows.

    Parameters
    ----------
    strategy : query strategy
        The learner's.
    pool : Pool
        What the strategy is shown.
    batch_size : int
        How many rows at most.
    cold : bool
        Whether no estimator is fitted on two classes yet; a strategy that needs
        one then yields to random rows.

    Returns
    -------
    query : Query
    """
    state = pool.state
    n_candidates = state.n_candidates
    if not n_candidates:
        raise ValueError(
            f"No row is left to ask: of {len(pool)} rows {state.labels.n_known} are "
            f"labeled and {len(pool.declined)} were declined."
        )
    yields = cold and getattr(strategy, "needs", ("fit",))
    asked = RandomSampling() if yields else strategy
    batch_size = min(batch_size, n_candidates)
    choice = asked.select(pool, batch_size)
    indices, utilities = _checked(choice, pool, batch_size)
    if not yields:
        state.mark_all_as_heard()
    state.n_queries += 1
    return Query(
        indices=read_only(indices.copy()),
        X=take(pool.X, indices),
        utilities=read_only(utilities.copy()),
        proba=pool.proba_of(indices),
        classes=pool.classes,
        round=state.round,
        n_pool=len(pool),
        id=f"{state.token}-{state.n_queries}",
        reason="cold_start" if yields else type(strategy).__name__,
    )


def _checked(choice, pool, batch_size):
    if not isinstance(choice, tuple) or len(choice) != 2:
        raise ValueError(
            "A query strategy's select must return a tuple (indices, utilities); got a "
            f"{type(choice).__name__}."
        )
    indices, utilities = np.asarray(choice[0]), np.asarray(choice[1], dtype=float)
    valid = (
        indices.ndim == 1
        and indices.dtype.kind in "iu"
        and not np.isnan(utilities).any()
        and 1 <= len(indices) <= batch_size
        and utilities.shape == indices.shape == np.unique(indices).shape
        and pool.state.are_candidates(indices).all()
    )
    if not valid:
        raise ValueError(
            f"A query strategy's select must return 1 to {batch_size} distinct "
            "candidates (integer positions) and as many utilities, none NaN; got the "
            f"rows {indices!r} with the utilities {utilities!r}."
        )
    return indices, utilities
