"""What others write for the loop, as types: query strategies and oracles.

A stopping rule is a function of the learner, `rule(learner) -> bool`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from numpy.typing import ArrayLike

from sklearn_active._loop.query import Query
from sklearn_active.query_strategies._pool_view import PoolView

# One label per row; None, NaN, NA or the mark where there is none. (None is no part of
# numpy's ArrayLike.)
Labels = ArrayLike | Sequence[Any]

# One label per row that was asked, None where the oracle abstains: an array, a list, or
# an iterator, of which each label is kept as it comes.
Oracle = Callable[[Query], Iterable[Any]]


class _HasUtilities(Protocol):
    def utilities(self, pool: PoolView, /) -> ArrayLike: ...


class _HasSelect(Protocol):
    def select(
        self, pool: PoolView, batch_size: int, /
    ) -> tuple[ArrayLike, ArrayLike]: ...


# Higher utilities mean: ask first.
Strategy = _HasUtilities | _HasSelect | Callable[[PoolView], ArrayLike]
