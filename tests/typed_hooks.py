"""What a user writes, with types: mypy checks it (see pyproject.toml)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner, Query, StopLabeling
from sklearn_active.labeling import BaseLabelingSession
from sklearn_active.oracles import AbstainingOracle, ArrayOracle, NoisyOracle, Oracle
from sklearn_active.query_strategies import MarginSampling, PoolView, QueryStrategy


class FarFromKnown(QueryStrategy):
    """A query strategy of one's own."""

    needs = ()

    def utilities(self, pool: PoolView) -> NDArray[np.floating]:
        known = pool.X[pool.labeled].mean(axis=0)
        return np.linalg.norm(pool.X[pool.candidates] - known, axis=1)


def last_first(pool: PoolView) -> NDArray[np.intp]:
    return pool.candidates


def of_a_person(query: Query) -> list[str | None]:
    if query.round > 3:
        raise StopLabeling
    return [None if row % 2 else "ape" for row in query.indices]


class Counted(Oracle):
    """An oracle that must not be copied."""

    def __init__(self) -> None:
        self.n_asked = 0

    def __call__(self, query: Query) -> list[int | None]:
        self.n_asked += len(query)
        return [None for _ in query.indices]


def one_by_one(query: Query) -> Iterator[int]:
    for row in query.indices:
        yield int(row) % 2


def ten_labels(learner: ActiveLearner) -> bool:
    return bool(np.sum(learner.labeled_iter_ >= 0) >= 10)


def say(session: BaseLabelingSession, label: Any) -> int:
    query = session.ask()
    if query is None:
        return 0
    session.tell(query.id, [label])
    return len(query)


class Listed(QueryStrategy):
    """A list will do."""

    def utilities(self, pool: PoolView) -> list[float]:
        return [float(row) for row in pool.candidates]


def use() -> NDArray[np.intp]:
    learners = [
        ActiveLearner(GaussianNB(), FarFromKnown(), oracle=of_a_person, budget=3),
        ActiveLearner(
            GaussianNB(), last_first, oracle=one_by_one, stop_when=ten_labels
        ),
        ActiveLearner(GaussianNB(), "margin", oracle=ArrayOracle([0]), random_state=0),
        ActiveLearner(GaussianNB(), MarginSampling(), stop_when="confident"),
        ActiveLearner(GaussianNB(), oracle=NoisyOracle(of_a_person, 0.1)),
        ActiveLearner(GaussianNB(), oracle=AbstainingOracle(Counted(), 0.1)),
    ]
    learners[0].start([[0.0], [1.0]], ["ape", None]).teach([1], ["bee"])
    learners[0].relabel([0], [None]).extend([[2.0]], [None])
    learners[1].fit([[0.0], [1.0]], ["ape", None])
    return learners[0].start([[0.0], [1.0]]).query(batch_size=2).indices
