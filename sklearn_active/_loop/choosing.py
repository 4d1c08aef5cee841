"""The next question: what the query strategy chooses, checked."""

from dataclasses import dataclass

import numpy as np

from sklearn_active._data.rows import RowsInChunks, piece_length, read_only, take
from sklearn_active._loop.query import Query
from sklearn_active._loop.reviews import REVIEW
from sklearn_active._loop.scoring import best_of_parts
from sklearn_active.query_strategies import RandomSampling
from sklearn_active.query_strategies._registry import (
    check_in_chunks,
    declared,
    is_pointwise,
    reasons_of,
)


def choose(strategy, pool, batch_size, cold, distributions, again=()):
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
    distributions : Distributions
        Where the estimator's uncertainty comes from.
    again : sequence of int
        Labeled rows, not more than `batch_size`, which are asked again behind those
        that the strategy chooses.

    Returns
    -------
    query : Query
    """
    state = pool.state
    check_in_chunks(strategy, pool.X)
    n_candidates = state.n_candidates
    if not n_candidates:
        raise ValueError(
            f"No row is left to ask: of {len(pool)} rows {state.labels.n_known} are "
            f"labeled and {len(pool.declined)} were declined.{state.labels.remark}"
        )
    n_chosen = min(batch_size - len(again), n_candidates)
    chosen = Chosen.none()
    if n_chosen:
        chosen = _chosen(strategy, pool, n_chosen, cold, distributions)
    if len(again):
        chosen = chosen.with_reviews(again)
    state.n_queries += 1
    return Query(
        indices=read_only(chosen.indices.copy()),
        X=take(pool.X, chosen.indices),
        utilities=read_only(chosen.utilities.copy()),
        proba=chosen.proba if chosen.proba is None else read_only(chosen.proba),
        classes=pool.classes,
        round=state.round,
        n_pool=len(pool),
        id=f"{state.token}-{state.n_queries}",
        reasons=tuple(chosen.reasons),
        n_candidates=n_candidates,
        task=state.labels.task,
    )


@dataclass
class Chosen:
    """Rows to ask, as a query has them; the fields are those of `Query`."""

    indices: np.ndarray
    utilities: np.ndarray
    reasons: list[str]
    proba: np.ndarray | None

    @classmethod
    def none(cls):
        """Return no row."""
        return cls(np.zeros(0, dtype=int), np.zeros(0), [], None)

    def with_reviews(self, rows):
        """Return these rows, and behind them labeled ones, to be asked again."""
        n_rows, proba = len(rows), self.proba
        if proba is not None:
            # The model has learned their labels: what it says of them would give away
            # the first answer.
            unsaid = np.full((n_rows, proba.shape[1]), np.nan)
            proba = np.concatenate([proba, unsaid])
        return Chosen(
            np.concatenate([self.indices, rows]),
            np.concatenate([self.utilities, np.full(n_rows, -np.inf)]),
            [*self.reasons, *[REVIEW] * n_rows],
            proba,
        )


def _chosen(strategy, pool, n_rows, cold, distributions):
    """Return what a strategy chooses, or random rows in its place, and why."""
    # The uncertainty of a model that knows one class, or that can't learn any more,
    # says nothing of where the other classes are; random rows find them. A strategy
    # that needs no estimator is asked all the same.
    falls_back = cold and declared(strategy, "needs")
    asked = RandomSampling() if falls_back else strategy
    if _in_parts(asked, pool, distributions):
        best = best_of_parts(asked, pool, n_rows)
        distributions.warn_of(best.n_empty, best.n_scored)
        indices, utilities, proba = best.indices, best.utilities, best.proba
    else:
        choice = asked.select(pool, n_rows)
        indices, utilities = _checked(choice, pool, n_rows)
        proba = pool.proba_of(indices)
    if falls_back:
        return Chosen(indices, utilities, ["cold_start"] * len(indices), proba)
    pool.state.mark_all_as_heard()
    return Chosen(indices, utilities, reasons_of(asked, indices), proba)


def _in_parts(strategy, pool, distributions):
    """Say whether rows are scored part by part: never a copy of the whole pool."""
    if isinstance(pool.X, RowsInChunks):
        return True
    return (
        declared(strategy, "needs")  # else it reads no row at all
        and len(pool) > piece_length(pool.X)
        and is_pointwise(strategy)
        and not distributions.is_transductive(pool.estimator)
        and pool.masses is None
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
