"""The conformance kit: what we ship passes it, and broken parts get the complaint."""

import random
import subprocess
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsClassifier

from sklearn_active import StopLabeling, oracles, query_strategies
from sklearn_active.oracles import AbstainingOracle, ArrayOracle, NoisyOracle, Oracle
from sklearn_active.query_strategies import (
    GraphUncertaintyHerding,
    MarginSampling,
    QueryStrategy,
    RandomSampling,
)
from sklearn_active.testing import check_oracle, check_query_strategy


def least_likely_first_class(pool):
    return -pool.proba[:, 0]


# What a constructor must be told, or should be: metric="auto" is cosine where rows
# are sparse, and then rows in arrays are not answered alike.
EUCLIDEAN = {"metric": "euclidean"}
ARGUMENTS = {
    "ExploreExploit": {
        "explore": GraphUncertaintyHerding(**EUCLIDEAN),
        "exploit": MarginSampling(),
    },
    "FunctionStrategy": {"function": least_likely_first_class},
    "GraphUncertaintyHerding": EUCLIDEAN,
    "MostLikely": {"label": 0, "explore": GraphUncertaintyHerding(**EUCLIDEAN)},
    "SigmaOptimality": EUCLIDEAN,
    "SpreadBatch": {"strategy": MarginSampling()},
    "WithChecks": {"strategy": MarginSampling(), "share": 0.3},
    "ArrayOracle": {"y": [0, 1, 2] * 10},
    "AbstainingOracle": {"oracle": ArrayOracle([0, 1, 2] * 10), "rate": 0.5},
    "NoisyOracle": {"oracle": ArrayOracle(list("abc") * 10), "flip_rate": 0.5},
}


def shipped(room, base):
    for name in room.__all__:
        value = getattr(room, name)
        if issubclass(value, base) and value is not base:
            yield pytest.param(value, ARGUMENTS.get(name, {}), id=name)


@pytest.mark.parametrize(
    ("kind", "arguments"), shipped(query_strategies, QueryStrategy)
)
def test_every_strategy_of_ours_keeps_the_rules(kind, arguments):
    check_query_strategy(kind(**arguments))


@pytest.mark.parametrize(("kind", "arguments"), shipped(oracles, Oracle))
def test_every_oracle_of_ours_keeps_the_rules(kind, arguments):
    check_oracle(kind(**arguments))


class LikesTheFirstClass(QueryStrategy):
    needs = ("predict_proba",)
    deterministic = False

    def utilities(self, pool):
        return pool.proba[:, 0]


class ForClasses(LikesTheFirstClass):
    tasks = ("classification", "regression")


def test_a_strategy_is_tried_for_every_kind_of_labels_that_it_says():
    with pytest.raises(AssertionError, match="fails where the task is multilabel"):
        check_query_strategy(LikesTheFirstClass())
    # Around a regressor it is refused before a label is bought.
    check_query_strategy(ForClasses())


def test_an_oracle_of_numbers_is_checked_with_a_regressor():
    numbers = ArrayOracle(np.linspace(-1, 1, 30))
    oracle = NoisyOracle(numbers, scale=0.1, random_state=0)
    check_oracle(oracle, estimator=Ridge())
    with pytest.raises(AssertionError, match="can't be learned.*continuous"):
        check_oracle(numbers)


SEVERAL = np.random.RandomState(0).randint(2, size=(30, 3))


@pytest.mark.parametrize(
    "oracle",
    [
        ArrayOracle(SEVERAL),
        AbstainingOracle(ArrayOracle(SEVERAL), rate=0.2, random_state=0),
    ],
    ids=lambda oracle: type(oracle).__name__,
)
def test_an_oracle_of_several_labels_is_checked_with_a_y_of_as_many(oracle):
    check_oracle(oracle, y=np.full((30, 3), np.nan))
    with pytest.raises(AssertionError, match=r"can't be learned.*begin with a y"):
        check_oracle(oracle)


class SeveralChangeTheirMind(Oracle):
    deterministic = True

    def __init__(self):
        self.n_asked = 0

    def __call__(self, query):
        self.n_asked += 1
        return [[0, np.nan, self.n_asked % 2]] * len(query)


def test_of_several_labels_too_a_row_must_get_the_same_whenever_it_is_asked():
    with pytest.raises(AssertionError, match="says deterministic, but answers"):
        check_oracle(SeveralChangeTheirMind(), y=np.full((30, 3), np.nan))


def test_options_of_our_strategies_keep_the_rules_too():
    for kind in ("consensus_entropy", "kl"):
        check_query_strategy(query_strategies.QueryByCommittee(disagreement=kind))
    check_query_strategy(query_strategies.ExpectedErrorReduction(subsample=4))
    check_query_strategy(GraphUncertaintyHerding("none", **EUCLIDEAN))
    for distance in ("X", "y"):
        check_query_strategy(query_strategies.GreedySampling(distance))


def test_names_functions_and_objects_without_select_can_be_checked():
    class Duck:
        needs = ()

        def utilities(self, pool):
            values = pool.X[:, [0]] if hasattr(pool.X, "tocsr") else pool.X
            values = values.toarray() if hasattr(values, "toarray") else values
            return np.asarray(values)[pool.candidates, 0]

    global TopLevelDuck
    TopLevelDuck = Duck
    Duck.__qualname__ = "TopLevelDuck"
    check_query_strategy("entropy")
    check_query_strategy(least_likely_first_class)
    check_query_strategy(Duck())


def test_an_estimator_may_be_given():
    check_query_strategy(MarginSampling(), KNeighborsClassifier(2, weights="distance"))
    with pytest.raises(ValueError, match="needs class masses") as error:
        check_query_strategy(MarginSampling(unseen_class=True))
    assert "check_query_strategy was checking:" in error.value.__notes__[0]


class Broken(QueryStrategy):
    """Correct as it is; each below breaks one rule."""

    needs = ()

    def utilities(self, pool):
        X = pool.X.toarray() if hasattr(pool.X, "toarray") else np.asarray(pool.X)
        return X[pool.candidates] @ np.arange(1.0, X.shape[1] + 1)


def test_the_strategy_that_the_broken_ones_derive_from_is_not():
    check_query_strategy(Broken())


def test_a_strategy_for_numbers_is_asked_for_numbers():
    global OfNumbers

    class OfNumbers(Broken):
        tasks = ("regression",)
        seen = []

        def utilities(self, pool):
            self.seen.extend(np.asarray(pool.y)[pool.labeled].tolist())
            return super().utilities(pool)

    OfNumbers.__qualname__ = "OfNumbers"
    check_query_strategy(OfNumbers())
    assert len(set(OfNumbers.seen)) > 20
    OfNumbers.select = ChoosesLabeled.select
    with pytest.raises(AssertionError, match="OfNumbers chooses rows that are labeled"):
        check_query_strategy(OfNumbers())


class ChoosesLabeled(Broken):
    def select(self, pool, batch_size):
        rows = np.arange(batch_size)
        return rows, np.zeros(batch_size)


class ChoosesDeclined(Broken):
    def select(self, pool, batch_size):
        if len(pool.declined):
            return pool.declined[:1], np.zeros(1)
        return super().select(pool, batch_size)


class ChoosesBeyondThePool(Broken):
    def select(self, pool, batch_size):
        return np.array([len(pool)]), np.zeros(1)


class ChoosesTwice(Broken):
    def select(self, pool, batch_size):
        rows = np.repeat(pool.candidates[:1], min(batch_size, 2))
        return rows, np.zeros(len(rows))


class ChoosesTwins(Broken):
    def select(self, pool, batch_size):
        best = np.argsort(-self.utilities(pool), kind="stable")[:batch_size]
        return pool.candidates[best], np.zeros(len(best))


class ChoosesTooMany(Broken):
    def select(self, pool, batch_size):
        return super().select(pool, batch_size + 1)


class ChoosesNone(Broken):
    def select(self, pool, batch_size):
        return np.array([], dtype=int), np.array([])


class ReturnsOnlyRows(Broken):
    def select(self, pool, batch_size):
        return super().select(pool, batch_size)[0]


class ReturnsTruths(Broken):
    def select(self, pool, batch_size):
        return np.isin(np.arange(len(pool)), pool.candidates), np.zeros(len(pool))


class ReturnsNaN(Broken):
    def select(self, pool, batch_size):
        rows, utilities = super().select(pool, batch_size)
        return rows, np.full(len(utilities), np.nan)


class DrawsGlobally(Broken):
    deterministic = False

    def utilities(self, pool):
        return np.random.uniform(size=len(pool.candidates))


class DrawsFromPython(Broken):
    deterministic = False

    def utilities(self, pool):
        return [random.random() for _ in pool.candidates]


class DrawsUnseeded(Broken):
    deterministic = False

    def utilities(self, pool):
        return np.random.default_rng().uniform(size=len(pool.candidates))


class CountsOnTheClass(Broken):
    calls = []

    def utilities(self, pool):
        self.calls.append(1)
        return super().utilities(pool) * (-1) ** (len(self.calls) // 3)


class WritesIntoX(Broken):
    def utilities(self, pool):
        utilities = super().utilities(pool)
        if isinstance(pool.X, np.ndarray):
            pool.X[0, 0] += 1
        return utilities


class WritesIntoSparseX(Broken):
    def utilities(self, pool):
        utilities = super().utilities(pool)
        if hasattr(pool.X, "tocsr"):
            pool.X.data[0] += 1
        return utilities


class DependsOnOrder(Broken):
    def utilities(self, pool):
        return pool.candidates.astype(float)


class SaysItIsDeterministic(RandomSampling):
    deterministic = True


class ChangesItsParameters(Broken):
    def __init__(self, columns=()):
        self.columns = list(columns)


class CanNotBePickled(Broken):
    def __init__(self):
        self._function = lambda x: x


class ForgetsWhatItWasTold(Broken):
    sign = 1

    def __init__(self, sign=1):
        self.sign = sign

    def __getstate__(self):
        return {}

    def utilities(self, pool):
        return self.sign * super().utilities(pool)


class CanNotDoWithSparse(Broken):
    def utilities(self, pool):
        if hasattr(pool.X, "tocsr"):
            return -super().utilities(pool)
        return super().utilities(pool)


class TakesFramesForColumns(Broken):
    def utilities(self, pool):
        if isinstance(pool.X, pd.DataFrame):
            return pool.X.iloc[pool.candidates].to_numpy()[:, 0]
        return super().utilities(pool)


class CountsQuestions(Broken):
    def utilities(self, pool):
        self.n_ = getattr(self, "n_", 0) + 1
        return super().utilities(pool) * (-1 if self.n_ == 3 else 1)


class LosesItsState(Broken):
    def utilities(self, pool):
        self.n_ = max(getattr(self, "n_", 0), len(pool.labeled))
        return super().utilities(pool) * (1 if self.n_ < 99 else -1)

    def __getstate__(self):
        return dict.fromkeys(vars(self), 99)


class KeepsLabels(Broken):
    def by_parity(self, pool):
        heard, some = self.heard_.values(), pool.classes[:1].tolist()
        return super().utilities(pool) * (-1) ** sum(label in some for label in heard)


class HearsOfNewLabelsOnly(KeepsLabels):
    def utilities(self, pool):
        self.heard_ = getattr(self, "heard_", {})
        self.heard_ |= {row: pool.class_of(row) for row in pool.newly_known.tolist()}
        return self.by_parity(pool)


class HearsNoCorrections(KeepsLabels):
    def utilities(self, pool):
        first = {row: pool.class_of(row) for row in pool.newly_known.tolist()}
        first |= getattr(self, "heard_", {})
        self.heard_ = {row: first[row] for row in pool.labeled.tolist()}
        return self.by_parity(pool)


class StumblesOverNaN(Broken):
    needs = ("predict_proba",)

    def utilities(self, pool):
        return pool.estimator.predict_proba(pool.X)[pool.candidates, 0]


class KnowsTwoClasses(Broken):
    needs = ("predict_proba",)

    def utilities(self, pool):
        return 1 - np.abs(np.diff(pool.proba, axis=1)[:, 0]) - pool.proba[:, 2]


class ReadsLabelsAsNumbers(Broken):
    def utilities(self, pool):
        numeric = pool.y.dtype.kind in "if"
        return super().utilities(pool) * (1 if numeric else -1)


class StumblesOverEqualRows(Broken):
    def utilities(self, pool):
        utilities = super().utilities(pool)
        if len(utilities) > 5 and np.ptp(utilities) == 0:
            raise ZeroDivisionError("all utilities are equal")
        return utilities


class NeedsALabel(Broken):
    def utilities(self, pool):
        return super().utilities(pool) * pool.labeled[0]


class LooksAround(Broken):
    pointwise = True

    def utilities(self, pool):
        utilities = super().utilities(pool)
        return -np.abs(utilities - utilities.max() + 1)


class Boasts(Broken):
    beats_random = True

    def utilities(self, pool):
        return -np.abs(super().utilities(pool))  # the large class in the middle


COMPLAINTS = {
    ChoosesLabeled: r"chooses rows that are labeled: \[0, 1, 2\]",
    ChoosesDeclined: r"chooses rows that are declined: \[\d+\]",
    ChoosesBeyondThePool: r"chooses rows that are no candidates: \[30\]",
    ChoosesTwice: "rows of the same content in one batch",
    ChoosesTwins: "rows of the same content in one batch",
    ChoosesTooMany: "must choose 1 to 3 rows, as asked; got 4",
    ChoosesNone: "must choose 1 to 3 rows, as asked; got 0",
    ReturnsOnlyRows: r"must return a tuple \(indices, utilities\)",
    ReturnsTruths: "must choose rows by integer positions",
    ReturnsNaN: "none NaN",
    DrawsGlobally: "uses the global random state",
    DrawsFromPython: "uses the global random state",
    DrawsUnseeded: "asks other rows",
    CountsOnTheClass: "asks other rows",
    WritesIntoX: "modifies the rows of the pool",
    WritesIntoSparseX: "modifies the rows of the pool",
    DependsOnOrder: "depends on the order of the rows.*deterministic = False",
    SaysItIsDeterministic: "depends on the order of the rows",
    ChangesItsParameters: "can't be cloned.*only store its parameters",
    CanNotBePickled: "can't be pickled",
    ForgetsWhatItWasTold: "asks other rows after it was cloned",
    CanNotDoWithSparse: "asks other rows when they come in a sparse matrix",
    TakesFramesForColumns: "asks other rows when they come in a data frame",
    CountsQuestions: "after the learner was started anew with its labels",
    HearsOfNewLabelsOnly: "after a label was taken back",
    HearsNoCorrections: "after a label was corrected",
    LosesItsState: "after the learner was pickled",
    ReadsLabelsAsNumbers: "asks other rows when the classes are text",
    LooksAround: "says pointwise, but asks the rows .* instead of",
    Boasts: r"says beats_random, but .*0\.\d+, that of random rows 0\.\d+",
}


@pytest.mark.parametrize("kind", COMPLAINTS, ids=lambda kind: kind.__name__)
def test_a_strategy_that_breaks_a_rule_is_told_which(kind):
    strategy = kind(sign=-1) if kind is ForgetsWhatItWasTold else kind()
    message = rf"(?s)^{kind.__name__}.*{COMPLAINTS[kind]}"
    with pytest.raises(AssertionError, match=message) as error:
        check_query_strategy(strategy)
    assert error.value.__notes__[0].startswith("check_query_strategy was checking: ")


@pytest.mark.parametrize(
    ("kind", "error", "note"),
    [
        (StumblesOverNaN, "utilities are NaN", "NaN, zero or uniform"),
        (KnowsTwoClasses, "index 2 is out of bounds", "Two classes, forty classes"),
        (StumblesOverEqualRows, "all utilities are equal", "one candidate and equal"),
        (NeedsALabel, "index 0 is out of bounds", "before any label is known"),
    ],
)
def test_errors_of_a_strategy_come_through_with_what_was_checked(kind, error, note):
    with pytest.raises(Exception, match=error) as raised:
        check_query_strategy(kind())
    assert not isinstance(raised.value, AssertionError)
    assert note in raised.value.__notes__[0]


def test_a_class_instead_of_an_object_is_refused():
    with pytest.raises(ValueError, match=r"pass an object: MarginSampling\(\)"):
        check_query_strategy(MarginSampling)


def test_the_kit_leaves_the_global_random_state_alone():
    before = np.random.get_state()[1].tolist(), random.getstate()
    check_query_strategy(query_strategies.QueryByCommittee())
    check_oracle(ArrayOracle([0, 1, 2] * 10))
    assert (np.random.get_state()[1].tolist(), random.getstate()) == before


def test_neither_pytest_nor_pandas_is_needed():
    code = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('pandas', 'pytest'): raise ImportError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from sklearn_active.testing import *\n"
        "from sklearn_active.oracles import ArrayOracle\n"
        "check_query_strategy('margin'); check_oracle(ArrayOracle([0, 1, 2] * 10))"
    )
    subprocess.run([sys.executable, "-O", "-c", code], check=True)


class Positive(Oracle):
    """Correct as it is; each below breaks one rule."""

    deterministic = True

    def __call__(self, query):
        return [int(x > 0) for x in query.X[:, 0]]


class ByTheRow(Positive):
    def __call__(self, query):
        yield from super().__call__(query)


class Tired(Positive):
    def __call__(self, query):
        yield 1
        raise StopLabeling


class Abstains(Positive):
    def __call__(self, query):
        return np.full(len(query), np.nan)


@pytest.mark.parametrize("kind", [Positive, ByTheRow, Tired, Abstains])
def test_oracles_that_keep_the_rules_pass(kind):
    check_oracle(kind())


def test_an_oracle_is_asked_for_the_rows_that_are_given():
    texts = [f"{word} {i}" for i in range(6) for word in ("good", "bad")]
    check_oracle(is_good, texts)
    check_oracle(by_index, pd.DataFrame({"a": np.arange(12.0)}, index=range(12, 0, -1)))
    with pytest.raises(
        ValueError, match="holds 3 labels, but the pool has 30"
    ) as error:
        check_oracle(ArrayOracle([0, 1, 2]))
    assert "check_oracle was checking:" in error.value.__notes__[0]


def is_good(query):
    return ["yes" if text.startswith("good") else "no" for text in query.X]


def by_index(query):
    return pd.Series(query.X["a"] > 4, dtype=int).sort_index()


class TooFew(Positive):
    def __call__(self, query):
        return super().__call__(query)[:-1]


class OneForAll(Positive):
    def __call__(self, query):
        return 1


class EndsEarly(Positive):
    def __call__(self, query):
        yield from super().__call__(query)[1:]


class NeverEnds(Positive):
    def __call__(self, query):
        while True:
            yield 1


class MixesKinds(Positive):
    def __call__(self, query):
        return [k if i else str(k) for i, k in enumerate(super().__call__(query))]


class ChangesKinds(Positive):
    def __call__(self, query):
        return np.array(super().__call__(query)).astype(str if len(query) == 1 else int)


class SortsTheRows(Positive):
    def __call__(self, query):
        query.X.sort(axis=0)
        return super().__call__(query)


class SetsAttributes(Positive):
    def __call__(self, query):
        object.__setattr__(query, "indices", np.sort(query.indices))
        return super().__call__(query)


class GuessesGlobally(Positive):
    def __call__(self, query):
        return np.random.randint(2, size=len(query))


class ChangesItsMind(Positive):
    def __init__(self):
        self.rng = np.random.RandomState(0)

    def __call__(self, query):
        return self.rng.randint(9, size=len(query))


class DependsOnTheBatch(Positive):
    def __call__(self, query):
        return (query.X[:, 0] > query.X[:, 0].mean()).astype(int)


class ForgetsItsSign(Positive):
    sign = 1

    def __init__(self):
        self.sign = -1

    def __getstate__(self):
        return {}

    def __call__(self, query):
        return [int(self.sign * x > 0) for x in query.X[:, 0]]


class StopsIteration(Positive):
    def __call__(self, query):
        return next(iter([]))


class HoldsALock:
    def __init__(self):
        self.lock = threading.Lock()

    def __call__(self, query):
        return [0] * len(query)


class HoldsALockAndIsAnOracle(Positive):
    def __init__(self):
        self.lock = threading.Lock()


class LosesItself:
    def __sklearn_clone__(self):
        return None

    def __call__(self, query):
        return [0] * len(query)


ORACLE_COMPLAINTS = {
    TooFew: "gave 4 labels for 5 rows",
    OneForAll: "must give a sequence of labels, one per row; got a int",
    EndsEarly: "gave 4 labels for 5 rows",
    NeverEnds: "gave 6 labels for 5 rows",
    MixesKinds: "can't be learned",
    ChangesKinds: "can't be learned.*kind text",
    SortsTheRows: "modifies the rows of the query",
    SetsAttributes: "sets attributes of the query",
    GuessesGlobally: "uses the global random state",
    ChangesItsMind: "says deterministic, but answers .* when asked again",
    DependsOnTheBatch: "says deterministic, but answers .* when asked one by one",
    ForgetsItsSign: "says deterministic, but answers .* when asked as a copy by",
    StopsIteration: "Raise sklearn_active.StopLabeling",
    HoldsALock: r"can't be cloned.*Derive it from sklearn_active\.oracles\.Oracle",
    HoldsALockAndIsAnOracle: "can't be pickled",
    LosesItself: "is a NoneType, and not callable",
}


@pytest.mark.parametrize("kind", ORACLE_COMPLAINTS, ids=lambda kind: kind.__name__)
def test_an_oracle_that_breaks_a_rule_is_told_which(kind):
    name = f"A copy of {kind.__name__}" if kind is LosesItself else kind.__name__
    message = rf"(?s)^{name}.*{ORACLE_COMPLAINTS[kind]}"
    with pytest.raises(AssertionError, match=message) as error:
        check_oracle(kind())
    assert error.value.__notes__[0].startswith("check_oracle was checking: ")


def test_what_is_not_callable_is_no_oracle():
    with pytest.raises(AssertionError, match=r"list must be callable: oracle\(query\)"):
        check_oracle([0, 1])
