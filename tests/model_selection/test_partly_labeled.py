"""Model selection when only some rows have a label."""

import numpy as np
import pandas as pd
import pytest
from helpers import blobs
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    log_loss,
    make_scorer,
    roc_auc_score,
)
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    LeaveOneOut,
    StratifiedKFold,
    cross_val_score,
    cross_validate,
)
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active.model_selection import PartiallyLabeledSplit, labeled_scorer


def partly_labeled(n_rows=90, share=0.4, seed=0):
    X, _, truth = blobs(n_rows, centers=3, seed=seed)
    hidden = np.random.RandomState(seed).rand(n_rows) > share
    return X, np.where(hidden, -1, truth), truth


@settings(max_examples=40)
@given(
    n_rows=st.integers(6, 40),
    n_splits=st.integers(2, 3),
    seed=st.integers(0, 10**6),
    mark=st.sampled_from([-1, None, np.nan, "?"]),
)
def test_folds_hold_labeled_rows_and_training_keeps_every_unlabeled_one(
    n_rows, n_splits, seed, mark
):
    rng = np.random.RandomState(seed)
    labels = np.array(["a", "b"] if mark == "?" else [0, 1])
    y = labels[np.arange(n_rows) % 2].astype(object)
    known = rng.permutation(n_rows) >= n_rows - 6
    y[~known] = mark
    split = PartiallyLabeledSplit(KFold(n_splits), missing_label=mark)
    tested = []
    for train, test in split.split(np.zeros((n_rows, 1)), y):
        assert known[test].all()
        assert set(np.flatnonzero(~known)) <= set(train)
        assert sorted([*train, *test]) == list(range(n_rows))
        tested.extend(test)
    assert sorted(tested) == np.flatnonzero(known).tolist()
    assert split.get_n_splits(y, y) == n_splits


def test_folds_of_a_complete_y_are_the_inner_splitters():
    X, _, truth = blobs(30, centers=3)
    ours = PartiallyLabeledSplit(5).split(X, truth)
    for (a, b), (c, d) in zip(ours, StratifiedKFold(5).split(X, truth), strict=True):
        assert a.tolist() == c.tolist()
        assert b.tolist() == d.tolist()


def test_the_number_of_folds_may_depend_on_the_number_of_labels():
    X, y, _ = partly_labeled()
    n_known = np.count_nonzero(y != -1)
    assert PartiallyLabeledSplit(LeaveOneOut()).get_n_splits(X, y) == n_known
    assert PartiallyLabeledSplit(4).get_n_splits() == 4


def test_groups_of_the_labeled_rows_stay_together():
    X, y, _ = partly_labeled()
    groups = np.arange(len(y)) % 7
    splits = list(PartiallyLabeledSplit(GroupKFold(3)).split(X, y, groups))
    assert len(splits) == 3
    for train, test in splits:
        labeled = train[y[train] != -1]
        assert not set(groups[labeled]) & set(groups[test])


def test_numbers_and_several_labels_are_split_too():
    X = np.arange(20.0).reshape(10, 2)
    numbers = np.array([0.5, np.nan, -1, 2, 3, np.nan, 4, 5, 6, 7])
    several = np.arange(20).reshape(10, 2) // 3 % 2
    several[[1, 5], [0, 1]] = -1
    known = [0, 2, 3, 4, 6, 7, 8, 9]
    for y in (numbers, several):
        folds = list(PartiallyLabeledSplit(4).split(X, y))
        tested = [known[i] for _, test in KFold(4).split(known) for i in test]
        assert np.concatenate([test for _, test in folds]).tolist() == tested
        assert all({1, 5} <= set(train) for train, _ in folds)


def test_minus_one_is_a_whole_number_like_any_where_nan_is_the_mark():
    y = np.array([-1.0, np.nan, 3, 3, 4, 5, np.nan])
    split = PartiallyLabeledSplit(KFold(5), missing_label=np.nan)
    tested = [test.tolist() for _, test in split.split(y, y)]
    assert tested == [[0], [2], [3], [4], [5]]


@pytest.mark.parametrize(
    ("y", "message"),
    [(None, "needs y"), ([-1] * 5, "None of the 5 rows has a label")],
)
def test_nothing_to_split_is_an_error(y, message):
    with pytest.raises(ValueError, match=message):
        next(PartiallyLabeledSplit().split(np.zeros((5, 1)), y))


def test_a_list_of_splits_is_refused():
    with pytest.raises(ValueError, match="'cv' parameter"):
        next(PartiallyLabeledSplit([([0], [1])]).split(np.zeros((2, 1)), [0, 1]))


def test_the_share_of_labels_is_no_longer_taken_for_the_accuracy():
    """scikit-learn's own folds and scorer rate a good model by how many are labeled."""
    X, truth = load_digits(return_X_y=True)
    y = np.where(np.random.RandomState(0).rand(len(X)) > 0.12, -1, truth)
    model = LabelSpreading(kernel="knn")
    right = np.mean(clone(model).fit(X, y).transduction_[y < 0] == truth[y < 0])
    folds = KFold(3, shuffle=True, random_state=0)
    naive = cross_val_score(model, X, y, cv=folds).mean()
    ours = cross_val_score(
        model, X, y, cv=PartiallyLabeledSplit(3), scoring=labeled_scorer()
    ).mean()
    assert right == pytest.approx(0.967, abs=0.005)
    assert naive < 0.13  # 12.9 % of the rows are labeled
    assert ours == pytest.approx(right, abs=0.02)


@pytest.mark.parametrize("routing", [False, True])
def test_a_search_scores_labeled_rows_only_with_routing_on_and_off(routing):
    X, y, _ = partly_labeled()
    with config_context(enable_metadata_routing=routing):
        search = GridSearchCV(
            LabelSpreading(),
            {"gamma": [0.1, 10]},
            cv=PartiallyLabeledSplit(3),
            scoring={"balanced": labeled_scorer("balanced_accuracy")},
            refit="balanced",
        ).fit(X, y)
    by_hand = []
    for train, test in PartiallyLabeledSplit(3).split(X, y):
        predicted = LabelSpreading(gamma=0.1).fit(X[train], y[train]).predict(X[test])
        by_hand.append(balanced_accuracy_score(y[test], predicted))
    assert search.cv_results_["mean_test_balanced"][0] == pytest.approx(
        np.mean(by_hand)
    )


@pytest.mark.parametrize("routing", [False, True])
def test_groups_and_weights_are_routed(routing):
    X, y, _ = partly_labeled()
    groups, weights = np.arange(len(y)) % 7, np.linspace(1, 2, len(y))
    model, scorer = LogisticRegression(), labeled_scorer("accuracy")
    split = PartiallyLabeledSplit(GroupKFold(3))
    learner = ActiveLearner(model, missing_label=-1)
    if not routing:
        cross_validate(learner, X, y, groups=groups, cv=split, scoring=scorer)
        return
    with config_context(enable_metadata_routing=True):
        model.set_fit_request(sample_weight=True)
        scorer.set_score_request(sample_weight=True)
        params = {"groups": groups, "sample_weight": weights}
        result = cross_validate(
            learner, X, y, cv=split, scoring=scorer, params=params, return_indices=True
        )
    train, test = result["indices"]["train"][0], result["indices"]["test"][0]
    known = train[y[train] != -1]
    by_hand = LogisticRegression().fit(X[known], y[known], sample_weight=weights[known])
    expected = by_hand.score(X[test], y[test], sample_weight=weights[test])
    assert result["test_score"][0] == pytest.approx(expected)


@pytest.mark.parametrize("routing", [False, True])
def test_a_search_over_the_strategy_takes_labeled(routing):
    X, _, truth = blobs(60, centers=3)
    mask = np.arange(60) % 4 == 0
    with config_context(enable_metadata_routing=routing):
        learner = ActiveLearner(LabelSpreading(), budget=4, random_state=0)
        if routing:
            learner.set_fit_request(labeled=True)
        grid = {"query_strategy": ["entropy", "random"], "estimator__gamma": [0.1, 1]}
        search = GridSearchCV(learner, grid, cv=3, error_score="raise")
        search.fit(X, truth, labeled=mask)
    assert search.best_estimator_.n_asked_ == 4
    train, test = next(StratifiedKFold(3).split(X, truth))
    by_hand = ActiveLearner(LabelSpreading(gamma=0.1), budget=4, random_state=0)
    by_hand.fit(X[train], truth[train], labeled=mask[train])
    first = search.cv_results_["params"].index(
        {"estimator__gamma": 0.1, "query_strategy": "entropy"}
    )
    score = search.cv_results_["split0_test_score"][first]
    assert score == by_hand.score(X[test], truth[test])


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("how", ["split", "scorer", "both"])
def test_a_search_inside_the_learner_no_longer_warns_nor_counts_marks(as_text, how):
    X, y, truth = partly_labeled()
    if as_text:
        names = np.array(["a", "b", "c"], dtype=object)
        y, truth = np.where(y < 0, None, names[y]), names[truth]
    search = GridSearchCV(
        LabelSpreading(),
        {"gamma": [0.1, 1]},
        cv=KFold(2) if how == "scorer" else PartiallyLabeledSplit(2),
        scoring=None if how == "split" else labeled_scorer("accuracy"),
        error_score="raise",
    )
    learner = ActiveLearner(search, oracle=lambda q: truth[q.indices], budget=2)
    learner.fit(X, y)
    assert np.all(
        learner.estimator_.cv_results_["mean_test_score"] > 0.6
    )  # 0.4 at best else


def test_a_class_minus_one_may_be_stated_inside_and_outside():
    X, y, truth = partly_labeled()
    names = np.array([-1, 0, 1])
    y = np.where(y < 0, np.nan, names[y])
    split = PartiallyLabeledSplit(3, missing_label=np.nan)
    scorer = labeled_scorer("accuracy", missing_label=np.nan)
    search = GridSearchCV(LabelSpreading(), {"gamma": [0.1]}, cv=split, scoring=scorer)
    learner = ActiveLearner(search, missing_label=np.nan)
    scores = cross_val_score(learner, X, y, cv=split, scoring=scorer)
    assert scores.mean() > 0.7
    assert len(names) == len(np.unique(truth))


def test_the_scorer_equals_the_scorer_on_the_labeled_rows_of_any_container():
    X, y, truth = partly_labeled()
    model = LogisticRegression().fit(X, truth)
    known = y != -1
    expected = balanced_accuracy_score(y[known], model.predict(X[known]))
    score = labeled_scorer("balanced_accuracy")
    assert score(model, X, y) == expected
    masked = np.ma.masked_array(truth, ~known)
    assert score(model, X, masked) == expected
    frame = pd.DataFrame(X, columns=["a", "b"])
    model = LogisticRegression().fit(frame, truth)
    assert score(model, frame, pd.Series(y).replace(-1, pd.NA)) == expected


@pytest.mark.parametrize(
    ("scoring", "metric"),
    [
        ("neg_log_loss", lambda y, p: -log_loss(y, p, labels=[0, 1, 2])),
        (
            "roc_auc_ovr",
            lambda y, p: roc_auc_score(y, p[:, 1] / p[:, :2].sum(axis=1)),
        ),
        (
            "average_precision",
            lambda y, p: average_precision_score(y, p[:, 1] / p[:, :2].sum(axis=1)),
        ),
    ],
)
def test_probability_scorers_take_a_fold_that_lacks_a_class(scoring, metric):
    X, truth = load_iris(return_X_y=True)
    model = LogisticRegression(C=0.01).fit(X, truth)
    fold = truth < 2
    score = labeled_scorer(scoring)(model, X[fold], truth[fold])
    expected = metric(truth[fold], model.predict_proba(X[fold]))
    assert score == pytest.approx(expected)


def test_log_loss_takes_a_fold_with_a_class_that_the_model_does_not_know():
    X, truth = load_iris(return_X_y=True)
    model = LogisticRegression(C=0.01).fit(X[truth > 0], truth[truth > 0])
    proba = np.column_stack([np.zeros(len(X)), model.predict_proba(X)])
    expected = -log_loss(truth, proba)
    assert labeled_scorer("neg_log_loss")(model, X, truth) == pytest.approx(expected)


def test_auc_over_three_of_four_classes_is_that_of_the_renormalized_columns():
    X, _, truth = blobs(80, centers=4)
    model = LogisticRegression(C=0.01).fit(X, truth)
    fold = truth != 1
    proba = model.predict_proba(X[fold])[:, [0, 2, 3]]
    proba /= proba.sum(axis=1, keepdims=True)
    expected = roc_auc_score(truth[fold], proba, multi_class="ovo")
    score = labeled_scorer("roc_auc_ovo")(model, X[fold], truth[fold])
    assert score == pytest.approx(expected)


def test_a_callable_and_a_metric_of_ones_own_are_scored_too():
    X, y, truth = partly_labeled()
    model = LogisticRegression().fit(X, truth)
    n_scored = labeled_scorer(lambda estimator, X, y: len(y))(model, X, y)
    assert n_scored == np.count_nonzero(y != -1)
    own = make_scorer(lambda y, p: p.shape[1], response_method="predict_proba")
    assert labeled_scorer(own)(model, X[truth < 2], truth[truth < 2]) == 3


def test_a_fold_without_labels_is_an_error_that_names_the_splitter():
    X, _, truth = partly_labeled()
    model = LogisticRegression().fit(X, truth)
    with pytest.raises(ValueError, match="PartiallyLabeledSplit"):
        labeled_scorer()(model, X[:4], [-1] * 4)


@pytest.mark.parametrize("scoring", [["accuracy"], {"a": "accuracy"}])
def test_several_scorers_are_refused_with_the_way_out(scoring):
    with pytest.raises(ValueError, match="wrap each"):
        labeled_scorer(scoring)


def test_a_wrong_name_is_refused_at_once():
    with pytest.raises((ValueError, KeyError), match="accurate"):
        labeled_scorer("accurate")


def test_splitter_and_scorer_can_be_cloned_with_the_search():
    search = GridSearchCV(
        LabelSpreading(),
        {"gamma": [1]},
        cv=PartiallyLabeledSplit(3, missing_label=-1),
        scoring=labeled_scorer("accuracy", missing_label=-1),
    )
    copy = clone(clone(search))
    assert copy.get_params()["cv__missing_label"] == -1
    assert copy.cv.cv == 3


def test_halving_search_takes_integer_marks():
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    X, y, _ = partly_labeled(180)
    search = HalvingGridSearchCV(
        LabelSpreading(),
        {"gamma": [0.1, 1.0, 5.0]},
        cv=PartiallyLabeledSplit(2),
        scoring=labeled_scorer("accuracy"),
        min_resources=60,
        random_state=0,
    ).fit(X, y)
    assert search.best_score_ > 0.8
