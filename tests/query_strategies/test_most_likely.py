"""MostLikely: the likeliest rows of one class, and a share that explores."""

import pickle
import warnings

import numpy as np
import pytest
from helpers import blobs
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.frozen import FrozenEstimator
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import (
    ExploreExploit,
    GraphUncertaintyHerding,
    MarginSampling,
    MostLikely,
    QueryStrategy,
    RandomSampling,
)

X, TRUTH = make_blobs([180, 20], cluster_std=3, shuffle=False, random_state=4)
START = np.where(np.isin(np.arange(200), [0, 5, 190]), TRUTH, -1)
FEW, FEW_TRUTH = X[140:], TRUTH[140:]


class LastRows(QueryStrategy):
    """Explore from the end of the pool, so that its rows are known by their place."""

    needs = ()

    def utilities(self, pool):
        return pool.candidates.astype(float)


def started(strategy, y=START, **params):
    params = {"random_state": 0, "missing_label": -1, **params}
    return ActiveLearner(GaussianNB(var_smoothing=0.1), strategy, **params).start(X, y)


def asked(learner, n_rounds, truth=TRUTH):
    """Answer some questions truly; return the rows of each."""
    rounds = []
    for _ in range(n_rounds):
        query = learner.query()
        learner.teach(query, truth[query.indices])
        rounds.append(query.indices.tolist())
    return rounds


def test_without_a_share_the_likeliest_rows_are_asked():
    learner = started(MostLikely(1, share=0), batch_size=4)
    query = learner.query()
    candidates = np.flatnonzero(START == -1)
    likely = learner.predict_proba(X[candidates])[:, 1]
    best = np.argsort(-likely)[:4]
    assert query.indices.tolist() == candidates[best].tolist()
    assert query.utilities == pytest.approx(likely[best])


def test_the_class_may_be_any_and_a_text():
    names = np.array(["no", "yes"], dtype=object)
    y = np.array([None if k < 0 else names[k] for k in START], dtype=object)
    learner = ActiveLearner(
        GaussianNB(var_smoothing=0.1), MostLikely("no", share=0)
    ).start(X, y)
    candidates = np.flatnonzero(START == -1)
    likely = learner.predict_proba(X[candidates])[:, 0]
    assert learner.query().indices.tolist() == [candidates[likely.argmax()]]


@pytest.mark.parametrize("share", [0, 0.1, 0.25, 0.5, 1 / 3, 1])
@pytest.mark.parametrize("batch_size", [1, 3, 7])
def test_the_share_holds_over_a_run_for_every_batch_size(share, batch_size):
    learner = started(MostLikely(1, share=share, explore=LastRows()))
    n_explored = 0
    for n_asked in range(0, 40, batch_size):
        query = learner.query(batch_size)
        likely = learner.predict_proba(X[query.indices])[:, 1]
        assert query.utilities == pytest.approx(likely)
        last = np.flatnonzero(learner.labeled_iter_ < 0)[-batch_size:]
        n_before = n_asked + 3
        due = int((n_before + batch_size) * share) - int(n_before * share)
        # The rows explored stand behind; others may be among the last by chance.
        behind = query.indices[batch_size - due :]
        assert behind.tolist() == last[::-1][:due].tolist()
        n_explored += due
        learner.teach(query, TRUTH[query.indices])
    assert abs(n_explored - share * learner.n_asked_) <= 1


def test_a_declined_row_counts_as_asked():
    learner = started(MostLikely(1, share=0.5, explore=LastRows()))
    query = learner.query()  # the fourth row to be known
    assert query.indices.tolist() == [199]
    learner.teach(query, [None])
    candidates = np.flatnonzero(START == -1)[:-1]
    likely = learner.predict_proba(X[candidates])[:, 1]
    assert learner.query().indices.tolist() == [candidates[likely.argmax()]]


def test_in_a_large_batch_the_likeliest_come_first_and_in_order():
    learner = started(MostLikely(1, share=0.25, explore=LastRows()))
    query = learner.query(100)
    candidates = np.flatnonzero(START == -1)
    explored = candidates[-25:][::-1]  # 103 / 4 - 3 / 4, each rounded down
    others = candidates[:-25]
    likely = learner.predict_proba(X[others])[:, 1]
    best = others[np.argsort(-likely, kind="stable")[:75]]
    assert query.indices.tolist() == [*best, *explored]


def test_a_pretrained_model_of_one_class_ranks_nothing():
    model = FrozenEstimator(GaussianNB().fit(X, np.ones(200, dtype=int)))
    learner = ActiveLearner(model, MostLikely(1, explore=LastRows()), missing_label=-1)
    assert learner.start(X).query().indices.tolist() == [199]


def test_no_two_rows_of_a_batch_have_the_same_content():
    rows = X.copy()
    candidates = np.flatnonzero(START == -1)
    rows[candidates] = rows[candidates // 4 * 4]  # up to four of a kind
    learner = ActiveLearner(
        GaussianNB(var_smoothing=0.1),
        MostLikely(1, share=0.5),
        batch_size=20,
        missing_label=-1,
    ).start(rows, START)
    query = learner.query()
    assert len(query.indices) == 20
    assert len(np.unique(rows[query.indices], axis=0)) == 20


def test_it_explores_from_no_label_on_until_the_class_is_known():
    learner = started(MostLikely(1, explore=LastRows()), np.full(200, -1), batch_size=3)
    truth = np.zeros(200, dtype=int)
    truth[195] = 1
    rounds = asked(learner, 2, truth)
    assert rounds == [[199, 198, 197], [196, 195, 194]]
    query = learner.query()
    assert query.utilities == pytest.approx(learner.predict_proba(query.X)[:, 1])


def test_one_row_of_the_class_is_no_model_yet_and_then_it_is():
    y = np.where(np.arange(200) == 190, 1, -1)
    learner = started(MostLikely(1), y, batch_size=2)
    coverage = started("graph_coverage", y, batch_size=2)
    first = learner.query().indices
    assert first.tolist() == coverage.query().indices.tolist()
    learner.teach(first, [0, 0])
    query = learner.query()
    assert query.utilities == pytest.approx(learner.predict_proba(query.X)[:, 1])


def test_the_default_finds_the_class_with_a_fraction_of_the_questions_of_chance():
    rows, truth = make_blobs([950, 20, 30], n_features=5, shuffle=False, random_state=1)
    truth = np.minimum(truth, 1)
    y = np.where(np.isin(np.arange(1000), [0, 960]), truth, -1)
    learner = ActiveLearner(
        GaussianNB(var_smoothing=0.1), MostLikely(1), batch_size=10, random_state=0
    ).start(rows, y)
    while np.sum(learner.y_ == 1) < 40:
        query = learner.query()
        learner.teach(query, truth[query.indices])
    of_chance = 40 * 1001 / 51
    assert learner.n_asked_ < of_chance / 4


OPERATIONS = st.lists(
    st.sampled_from(["teach", "teach", "decline", "undo", "relabel"]), max_size=8
)


@settings(deadline=None, max_examples=15)
@given(OPERATIONS, st.sampled_from([0.2, 0.5]))
def test_whatever_happened_it_asks_what_one_begun_now_asks(operations, share):
    strategy = MostLikely(1, share=share, explore=GraphUncertaintyHerding())
    y = np.where(np.isin(np.arange(60), [0, 5, 50]), FEW_TRUTH, -1)
    learner = ActiveLearner(
        GaussianNB(var_smoothing=0.1),
        strategy,
        batch_size=2,
        random_state=0,
        missing_label=-1,
    ).start(FEW, y)
    taught = []
    for operation in operations:
        query = learner.query()
        if operation == "decline":
            learner.teach(query, [None] * len(query))
        elif operation == "teach" or not taught:
            learner.teach(query, FEW_TRUTH[query.indices])
            taught += query.indices.tolist()
        elif operation == "undo":
            learner.relabel([taught.pop()], [None])
        else:
            learner.relabel([taught[-1]], [1 - learner.y_[taught[-1]]])
    declined = sorted(
        {
            int(row)
            for record in learner.history_
            for row, answer in zip(record.rows, record.answers, strict=True)
            if answer is None
        }
        - set(np.flatnonzero(learner.labeled_iter_ >= 0).tolist())
    )
    fresh = clone(learner).start(FEW, learner.y_)
    if declined:
        fresh.teach(declined, [None] * len(declined))
    assert fresh.query(5).indices.tolist() == learner.query(5).indices.tolist()


def last_view(learner):
    """Return what the strategy is shown, after it has noted what is new in it."""
    from sklearn_active._loop.run import run_of

    view = run_of(learner).view()
    learner.query_strategy_.utilities(view)
    return view


def test_a_pickled_run_goes_on_with_the_same_rows():
    learner = started(MostLikely(1, share=0.3), batch_size=3)
    asked(learner, 3)
    copy = pickle.loads(pickle.dumps(learner))
    assert asked(copy, 4) == asked(learner, 4)


def test_a_label_of_another_kind_is_an_error_that_says_what_there_is():
    message = r"label='1', a text, but each label so far is a number, such as 0: no"
    with pytest.raises(ValueError, match=message):
        started(MostLikely("1")).query()
    y = ["a", "b", *[None] * 28]
    with pytest.raises(ValueError, match=r"label=1, a number, .* a text, such as 'a'"):
        ActiveLearner(GaussianNB(var_smoothing=0.1), MostLikely(1)).start(
            X[:30], y
        ).query()


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        (None, "of type NoneType"),
        (np.nan, "no number"),
        ([1], "of type list"),
        (np.array([0, 1]), "of type ndarray"),
        (b"1", "of type bytes"),
    ],
    ids=str,
)
def test_what_is_no_label_at_all_is_an_error(label, kind):
    with pytest.raises(ValueError, match=f"looks for label=.*, {kind}, but each label"):
        started(MostLikely(label)).query()


@pytest.mark.parametrize("label", [1, 1.0, True, np.True_, np.int8(1), np.float32(1)])
def test_a_number_is_the_same_label_in_every_type(label):
    expected = asked(started(MostLikely(1)), 3)
    assert asked(started(MostLikely(label)), 3) == expected
    of_floats = started(MostLikely(label), START.astype(float))
    assert asked(of_floats, 3, TRUTH.astype(float)) == expected


def test_a_name_that_only_the_learner_knows_is_refused_with_the_reason():
    learner = started(MostLikely(1, explore="auto"))
    with pytest.raises(ValueError, match="so only the learner takes it: .* 'herding'"):
        learner.query()


def test_a_label_that_none_of_two_classes_has_is_warned_of_once_and_may_come():
    rows, y, truth = blobs(60, n_labeled=4)
    y[:4], truth[truth == 2] = [0, 1, 0, 1], 7
    learner = ActiveLearner(
        GaussianNB(var_smoothing=0.1), MostLikely(7, explore="random")
    )
    learner.set_params(missing_label=-1, random_state=0).start(rows, y)
    message = r"label=7, which no row has so far; the classes known are 0, 1\. If you"
    with pytest.warns(UserWarning, match=message):
        learner.query()
    learner.teach([4], [0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        learner.query()
    found = np.flatnonzero(truth == 7)[-1]
    learner.teach([found], [7])
    query = learner.query()
    assert query.utilities == pytest.approx(learner.predict_proba(query.X)[:, 2])


def test_one_class_known_that_is_another_is_no_news():
    learner = started(MostLikely(1), np.where(np.arange(200) < 3, 0, -1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(learner.query()) == 1


def test_what_it_needs_is_missed_before_a_label_is_bought():
    learner = ActiveLearner(SVC(), MostLikely(1)).start(np.eye(5))
    with pytest.raises(ValueError, match="MostLikely is not compatible with SVC"):
        learner.query()
    needy = MostLikely(1, explore=ExploreExploit(MarginSampling(), RandomSampling()))
    assert needy.needs == ("predict_proba",)
    assert not needy.deterministic

    class Later(LastRows):
        needs_later = ("decision_function", "predict_proba")

    later = MostLikely(1, explore=Later()).needs_later
    assert later == ("predict_proba", "decision_function")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"share": 1.5}, "'share' parameter of MostLikely"),
        ({"explore": 3}, "'explore' parameter of MostLikely"),
    ],
)
def test_a_wrong_parameter_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        started(MostLikely(1).set_params(**wrong)).query()


def test_utilities_are_the_probabilities_of_the_class():
    learner = started(MostLikely(1))
    learner.query()
    values = learner.query_strategy_.utilities(last_view(learner))
    candidates = np.flatnonzero(START == -1)
    assert values == pytest.approx(learner.predict_proba(X[candidates])[:, 1])
