"""Rules that end the loop before the budget does."""

from itertools import pairwise

import numpy as np
import pytest
from helpers import blobs
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import BayesianRidge, LogisticRegression, Ridge
from sklearn.metrics import cohen_kappa_score
from sklearn.naive_bayes import GaussianNB
from sklearn.semi_supervised import LabelSpreading, SelfTrainingClassifier

from sklearn_active import ActiveLearner
from sklearn_active.pools import ChunkedPool
from sklearn_active.query_strategies import QueryByCommittee, WithChecks
from sklearn_active.stopping_rules import Confident, StablePredictions

X, _, TRUTH = blobs(120, centers=3, seed=1)
START = np.arange(120) < 6


def fitted(stop_when, estimator=None, strategy="margin", **params):
    estimator = LogisticRegression() if estimator is None else estimator
    learner = ActiveLearner(estimator, strategy, stop_when=stop_when, **params)
    return learner.fit(X, TRUTH, labeled=START)


def models_by_hand(learner):
    """Return what each round's model predicts, refitted from the history."""
    known = START.copy()
    predictions = [LogisticRegression().fit(X[known], TRUTH[known]).predict(X)]
    for record in learner.history_:
        known[record.rows] = True
        predictions.append(LogisticRegression().fit(X[known], TRUTH[known]).predict(X))
    return predictions


@pytest.mark.parametrize(("threshold", "window"), [(0.97, 4), (0.99, 3), (1, 2)])
def test_stable_predictions_stop_at_the_first_window_that_agrees_enough(
    threshold, window
):
    rule = StablePredictions(threshold, window=window)
    learner = fitted(lambda learner: rule(learner), batch_size=2)  # not a clone of it
    # Over all rows: a class may have no unlabeled row left.
    kappas = [cohen_kappa_score(*two) for two in pairwise(models_by_hand(learner))]
    assert rule.kappas_ == pytest.approx(kappas)
    means = [np.mean(kappas[k - window : k]) for k in range(window, len(kappas) + 1)]
    assert learner.termination_condition_ == "stop_when"
    assert means[-1] >= threshold
    assert max(means[:-1], default=-1) < threshold


def test_stable_predictions_stop_where_a_rare_class_is_found_entirely():
    rows, truth = make_classification(
        300, n_informative=4, weights=[0.95], class_sep=2, flip_y=0, random_state=3
    )
    assert np.sum(truth) < 20
    first = np.zeros(300, dtype=bool)
    for k in (0, 1):
        first[np.flatnonzero(truth == k)[:2]] = True
    learner = ActiveLearner(
        LogisticRegression(), "margin", batch_size=5, stop_when="stable_predictions"
    ).fit(rows, truth, labeled=first)
    assert learner.termination_condition_ == "stop_when"
    assert learner.n_asked_ <= 100
    assert learner.score(rows, truth) > 0.99


def test_a_rule_that_looks_at_the_question_computes_it_once_also_the_last_short_one():
    batches = []

    def utilities(pool):
        batches.append(len(pool.candidates))
        return np.ones(len(pool.candidates))

    learner = fitted(
        Confident(0.5), strategy=utilities, batch_size=4, budget=10, random_state=0
    )
    assert [len(record.rows) for record in learner.history_] == [4, 4, 2]
    assert batches == [114, 110, 106]


def test_confident_goes_on_at_the_threshold_itself():
    ones = lambda pool: np.ones(len(pool.candidates))  # noqa: E731
    counts = [
        fitted(Confident(at), strategy=ones, budget=3).n_asked_ for at in (1.0, 1.001)
    ]
    assert counts == [3, 0]


def test_a_rule_is_validated_where_it_is_first_asked():
    with pytest.raises(ValueError, match="'threshold' parameter of StablePredictions"):
        fitted(StablePredictions(threshold=1.5))
    with pytest.raises(ValueError, match="'threshold' parameter of Confident"):
        fitted(Confident(threshold="high"))


def test_confident_stops_when_no_utility_left_reaches_the_threshold():
    learner = fitted(Confident(0.6))
    assert learner.termination_condition_ == "stop_when"
    assert all(record.utilities[0] >= 0.6 for record in learner.history_)
    assert learner.query().utilities[0] < 0.6


@pytest.mark.parametrize("name", ["stable_predictions", "confident"])
def test_a_name_stands_for_the_rule_with_its_defaults(name):
    rule = {"stable_predictions": StablePredictions(), "confident": Confident()}[name]
    by_name, by_object = fitted(name, budget=60), fitted(rule, budget=60)
    assert by_name.n_asked_ == by_object.n_asked_
    assert by_name.termination_condition_ == by_object.termination_condition_


@pytest.mark.parametrize(
    ("strategy", "estimator"),
    [
        ("design", Ridge()),
        ("gsx", Ridge()),
        ("igs", Ridge()),
        ("auto", Ridge()),
        ("gsx", LogisticRegression()),
        ("random", LogisticRegression()),
        ("graph_coverage", LogisticRegression()),
        (WithChecks("design"), Ridge()),
    ],
    ids=str,
)
def test_confident_by_name_is_refused_where_no_utility_says_how_sure_a_model_is(
    strategy, estimator
):
    learner = ActiveLearner(estimator, strategy, stop_when="confident", budget=2)
    with pytest.raises(ValueError, match=r"don't say how sure.*Confident\(threshold="):
        learner.fit(X, TRUTH, labeled=START)
    learner.set_params(stop_when=Confident(threshold=-1.0))
    assert learner.fit(X, TRUTH, labeled=START).n_asked_ == 2


@pytest.mark.parametrize(
    ("strategy", "estimator"),
    [
        ("margin", LogisticRegression()),
        ("herding", LogisticRegression()),
        (QueryByCommittee(n_members=2), LogisticRegression()),
        (WithChecks("entropy"), LogisticRegression()),
        (lambda pool: np.ones(len(pool.candidates)), LogisticRegression()),
        ("auto", LogisticRegression()),
        ("std", BayesianRidge()),
    ],
)
def test_confident_by_name_goes_with_what_may_say_how_sure_a_model_is(
    strategy, estimator
):
    learner = ActiveLearner(estimator, strategy, stop_when="confident", budget=1)
    assert learner.fit(X, TRUTH, labeled=START).n_asked_ <= 1


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"stop_when.*stable_predictions"):
        fitted("stable")


def test_a_class_instead_of_an_object_is_refused():
    with pytest.raises(ValueError, match=r"pass an object: Confident\(\)"):
        fitted(Confident)


def test_a_fit_starts_with_a_fresh_rule_and_leaves_the_parameter_alone():
    rule = StablePredictions(threshold=0.9)
    learner = ActiveLearner(LogisticRegression(), "margin", stop_when=rule, budget=30)
    first = learner.fit(X, TRUTH, labeled=START).n_asked_
    second = learner.fit(X, TRUTH, labeled=START).n_asked_
    assert first == second
    assert not hasattr(rule, "kappas_")
    assert clone(learner).stop_when.threshold == 0.9


def test_confident_holds_back_while_random_rows_stand_in():
    learner = ActiveLearner(
        LogisticRegression(),
        "margin",
        stop_when=Confident(threshold=10.0),
        oracle=lambda query: TRUTH[query.indices],
        random_state=0,
    )
    learner.fit(X, np.full(len(X), -1))
    assert learner.n_asked_ >= 2  # until two classes were known
    assert learner.termination_condition_ == "stop_when"


def test_rounds_in_which_nobody_answers_are_no_agreement():
    learner = ActiveLearner(
        LogisticRegression(),
        "margin",
        oracle=lambda query: [None] * len(query),
        stop_when="stable_predictions",
        random_state=0,
    )
    learner.fit(X, np.where(START, TRUTH, -1))
    assert learner.termination_condition_ == "all_asked"


def test_stable_predictions_read_a_transductive_fit():
    learner = fitted("stable_predictions", LabelSpreading(gamma=1), batch_size=2)
    assert learner.termination_condition_ == "stop_when"
    assert learner.n_asked_ < 114


class OnlyTransductive(LabelSpreading):
    def predict(self, X):
        raise AssertionError("The pool is predicted already.")


def test_a_transductive_fit_is_not_predicted_again():
    learner = ActiveLearner(OnlyTransductive(gamma=1), batch_size=2, budget=20)
    rule = StablePredictions(window=3)
    learner.set_params(stop_when=lambda learner: rule(learner), oracle=answered)
    learner.fit(X, np.where(START, TRUTH, -1))
    kappas = [cohen_kappa_score(*two) for two in pairwise(transductions(learner))]
    assert rule.kappas_ == pytest.approx(kappas)


def answered(query):
    return TRUTH[query.indices]


def transductions(learner):
    known = START.copy()
    yield LabelSpreading(gamma=1).fit(X, np.where(known, TRUTH, -1)).transduction_
    for record in learner.history_:
        known[record.rows] = True
        yield LabelSpreading(gamma=1).fit(X, np.where(known, TRUTH, -1)).transduction_


def test_a_pool_in_chunks_is_refused_with_the_rule_that_takes_it():
    pool = ChunkedPool(lambda: (X[i : i + 40] for i in (0, 40, 80)))
    learner = ActiveLearner(LogisticRegression(), "margin", oracle=answered)
    learner.set_params(stop_when="stable_predictions", budget=20)
    message = "^StablePredictions needs the whole pool .* or take stop_when='confident'"
    with pytest.raises(ValueError, match=message):
        learner.fit(pool, np.where(START, TRUTH, -1))


def test_the_defaults_are_those_of_the_docstrings():
    assert StablePredictions().get_params() == {"threshold": 0.99, "window": 3}
    assert Confident().get_params() == {"threshold": 0.1}


def test_two_models_that_know_one_class_only_do_not_count_as_agreement():
    rule = StablePredictions(threshold=-1, window=3)
    model = DummyClassifier(strategy="constant", constant=1)
    fitted(lambda learner: rule(learner), model, "random", random_state=0, budget=4)
    assert rule.kappas_ == [0.0] * 3


def test_rows_that_a_model_gives_no_label_count_as_a_class_of_their_own():
    names = np.array(["ape", "bee", "cat"], dtype=object)[TRUTH]
    rule = StablePredictions(window=6)
    given = []

    def watch(learner):
        given.append(learner.transduction_)
        return rule(learner)

    model = SelfTrainingClassifier(GaussianNB(), criterion="k_best", max_iter=1)
    ActiveLearner(model, "random", stop_when=watch, budget=5, random_state=0).fit(
        X, names, labeled=START
    )
    assert all(None in labels for labels in given)
    texts = [[str(label) for label in labels] for labels in given]
    kappas = [cohen_kappa_score(*two) for two in pairwise(texts)]
    assert rule.kappas_ == pytest.approx(kappas)


@pytest.mark.parametrize("window", [0, 1.5])
def test_a_window_that_is_no_positive_integer_is_refused(window):
    with pytest.raises(ValueError, match="window"):
        fitted(StablePredictions(window=window))


def test_stable_predictions_serve_an_estimator_without_probabilities():
    from sklearn.svm import LinearSVC

    learner = fitted("stable_predictions", LinearSVC(), "random", random_state=0)
    assert learner.termination_condition_ == "stop_when"


def test_history_holds_what_was_predicted_before_the_answer():
    learner = fitted(None, budget=10, batch_size=5)
    *before, _ = models_by_hand(learner)
    expected = [
        model[r.rows].tolist()
        for r, model in zip(learner.history_, before, strict=True)
    ]
    assert [record.predicted for record in learner.history_] == expected


def test_history_says_none_where_no_model_could_predict():
    learner = ActiveLearner(LabelSpreading(gamma=1)).start(X)
    learner.teach([0, 1], TRUTH[:2])
    assert learner.history_[0].predicted == [None, None]
