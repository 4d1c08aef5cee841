"""Scoring a pool part by part: the best of each, then the best of these."""

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from sklearn_active._data.rows import (
    RowsInChunks,
    first_of_each,
    pieces,
    row_keys,
    scored_and_merged,
    stacked,
    take,
)
from sklearn_active._loop.pool import Pool
from sklearn_active.query_strategies import RandomSampling


@dataclass
class Best:
    """The best distinct rows of a part of the pool, best first.

    Attributes
    ----------
    indices : ndarray of int of shape (n_best,)
        Positions in the whole pool.
    utilities, ranks : ndarray of shape (n_best,)
        Higher utilities first; of equal ones the lower rank.
    rows : container of shape (n_best, ...)
    keys : ndarray of object of shape (n_best,)
        Equal exactly where the content is equal.
    proba : ndarray of float of shape (n_best, n_classes) or None
    n_empty, n_scored : int
        How many distributions of the part were empty, and how many there were.
    """

    indices: np.ndarray
    utilities: np.ndarray
    ranks: np.ndarray
    rows: Any
    keys: np.ndarray
    proba: np.ndarray | None
    n_empty: int
    n_scored: int


class Scoring:
    """Score rows wherever they are: small, so that it can travel to them.

    Parameters
    ----------
    strategy : query strategy
        A pointwise one.
    pool : Pool
        The whole pool.
    batch_size : int
        How many rows to keep of each part.
    """

    def __init__(self, strategy, pool, batch_size):
        self.strategy = strategy
        self.fitted = pool.fitted
        self.draws = pool.draws
        self.batch_size = batch_size

    def __call__(self, X, start, excluded):
        """Return the best rows of `X`, whose first is `start`, or None."""
        # Merged as they come: never more than two parts' best rows are held.
        best = (self.best_of(*piece) for piece in pieces(X, start, excluded))
        return reduce(lambda a, b: self.merged([a, b]), best, None)

    def merged(self, bests):
        """Return the best rows of several parts; None stands for no rows.

        A row that is among the best of all is among the best of its part, so parts
        may be merged in any grouping.
        """
        bests = [best for best in bests if best is not None]
        if len(bests) < 2:
            return bests[0] if bests else None
        joined = {
            name: np.concatenate([getattr(best, name) for best in bests])
            for name in ("indices", "utilities", "ranks", "keys")
        }
        # By position last of all: the order is the same however parts were grouped.
        order = np.lexsort((joined["indices"], joined["ranks"], -joined["utilities"]))
        if self.batch_size > 1:
            order = order[first_of_each(joined["keys"][order])]
        order = order[: self.batch_size]
        proba = None
        if bests[0].proba is not None:
            proba = np.concatenate([best.proba for best in bests])[order]
        return Best(
            **{name: values[order] for name, values in joined.items()},
            rows=take(stacked([best.rows for best in bests]), order),
            proba=proba,
            n_empty=sum(best.n_empty for best in bests),
            n_scored=sum(best.n_scored for best in bests),
        )

    def best_of(self, rows, positions):
        """Return the best of some rows, which stand at `positions` in the pool."""
        # Ties and chance go by the position in the whole pool, which the state of the
        # part knows: else the same row would have another fate in another part.
        state = _PartState(rows, positions, self.draws)
        distributions = _Predicted(self.fitted, rows)
        part = Pool(state, self.fitted, distributions)
        chosen, utilities = self.strategy.select(part, self.batch_size)
        rows = take(rows, chosen)
        keys = np.empty(len(chosen), dtype=object)
        # Computed where the rows are, and only for those kept: each copies a row.
        keys[:] = row_keys(rows) if self.batch_size > 1 else None
        proba = part.proba_of(chosen)
        return Best(
            indices=positions[chosen],
            utilities=utilities,
            ranks=part.draws.tie_ranks(chosen),
            rows=rows,
            keys=keys,
            proba=None if proba is None else proba.copy(),
            n_empty=distributions.n_empty,
            n_scored=len(positions),
        )


class _Predicted:
    """The distributions of a part, and how many were empty."""

    def __init__(self, fitted, X):
        self.fitted = fitted
        self.X = X
        self.n_empty = 0

    def __call__(self, candidates):
        proba, self.n_empty = self.fitted.distributions(self.X)
        return proba


class _PartState:
    """Some rows of a pool, all candidates, as a pool of their own."""

    def __init__(self, X, positions, draws):
        self.X = X
        self.positions = positions
        self.candidates = np.arange(len(positions))
        self.draws = _PartDraws(draws, positions)

    def __len__(self):
        return len(self.positions)

    def __getattr__(self, name):
        raise AttributeError(
            f"A part of a pool has no {name}: a pointwise strategy looks at "
            "`pool.X`, `pool.proba` and `pool.estimator` alone. Say pointwise = False "
            "where it needs more."
        )


class _PartDraws:
    """A row's chance is that of its position in the whole pool."""

    def __init__(self, draws, positions):
        self.draws = draws
        self.positions = positions

    def random_state(self, stream=0):
        return self.draws.random_state(stream)

    def uniforms(self, rows, stream=0):
        return self.draws.uniforms(self.positions[rows], stream)

    def tie_ranks(self, rows):
        return self.draws.tie_ranks(self.positions[rows])


def best_of_parts(strategy, pool, batch_size):
    """Return the best rows of the whole pool, which is scored part by part.

    Parameters
    ----------
    strategy : query strategy
        A pointwise one.
    pool : Pool
        The whole pool.
    batch_size : int
        How many rows at most.

    Returns
    -------
    best : Best
    """
    state = pool.state
    scoring = Scoring(strategy, pool, batch_size)
    excluded = state.others
    if not isinstance(pool.X, RowsInChunks):
        return scored_and_merged(
            scoring.best_of, scoring.merged, pieces(pool.X, 0, excluded)
        )
    if isinstance(strategy, RandomSampling):
        return _drawn(strategy, pool, batch_size, excluded)
    best = pool.X._fold(scoring, scoring.merged, excluded)
    # They are about to be shown, and soon to be learned: without a second reading.
    pool.X._keep(best.indices, best.rows)
    return best


def _drawn(strategy, pool, batch_size, excluded):
    """Draw rows by their positions; of rows in chunks only what is drawn is read."""
    # Twins among those drawn make the batch short: then twice as many are drawn. A draw
    # of more begins with the same rows, since each row has a number of its own.
    n_drawn, n_left = batch_size, len(pool) - len(excluded)
    while True:
        best = Scoring(strategy, pool, n_drawn)(range(len(pool)), 0, excluded)
        distinct = np.arange(len(best.indices))
        if batch_size > 1:
            keys = row_keys(take(pool.X, best.indices))
            distinct = first_of_each(keys)[:batch_size]
        if len(distinct) == batch_size or n_drawn >= n_left:
            chosen = best.indices[distinct], best.utilities[distinct]
            return replace(best, indices=chosen[0], utilities=chosen[1])
        n_drawn *= 2
