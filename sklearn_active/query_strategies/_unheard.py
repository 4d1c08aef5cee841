"""What the pool tells once, kept for strategies that are asked now and then."""

from collections.abc import Callable
from typing import Any

import numpy as np


class Unheard:
    """The changes that a strategy inside another has not heard of yet.

    The pool says once which labels came or went, to the outer strategy. An inner one
    that isn't asked in that round must hear of them when it is.
    """

    def __init__(self) -> None:
        self.known: list[int] = []
        self.withdrawn: list[int] = []

    def note(self, pool: Any) -> None:
        """Keep what the pool tells in this round; told again, it counts once."""
        # As the pool itself does: a label taken back before it was heard of is no
        # news, and a changed one comes again as newly known.
        withdrawn = pool.withdrawn.tolist()
        gone = set(withdrawn)
        known = [row for row in self.known if row not in gone]
        # A query that raised is told the same again.
        self.known = list(dict.fromkeys([*known, *pool.newly_known.tolist()]))
        self.withdrawn = list(dict.fromkeys([*self.withdrawn, *withdrawn]))

    def tell(self, pool: Any, ask: Callable[[Any], Any]) -> Any:
        """Return what `ask(pool)` does of a pool that tells all that was kept."""
        told = pool.newly_known, pool.withdrawn
        # Not on a copy of the pool: the probabilities that are computed on the way
        # would be lost to it, and computed once more.
        pool.newly_known = np.array(self.known, dtype=int)
        pool.withdrawn = np.array(self.withdrawn, dtype=int)
        try:
            answer = ask(pool)
        finally:
            pool.newly_known, pool.withdrawn = told
        # Only now: where it raised, it will be asked again, and has heard of nothing.
        self.known, self.withdrawn = [], []
        return answer
