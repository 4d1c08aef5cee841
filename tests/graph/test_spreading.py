"""GraphLabelSpreading against the closed form, and its updates against fresh fits."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits, make_blobs
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading, knn_affinity, resolvent

X, TRUTH = make_blobs(80, centers=4, random_state=2)


def partly(n_labeled, seed=0):
    y = np.full(80, -1)
    rows = np.random.RandomState(seed).permutation(80)[:n_labeled]
    y[rows] = TRUTH[rows]
    return y


def quiet_fit(y, X=X, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return GraphLabelSpreading(**params).fit(X, y)


@pytest.mark.filterwarnings("default")  # the checks' own y of -1 and 1
@parametrize_with_checks(
    [
        GraphLabelSpreading(),
        GraphLabelSpreading(weights="connectivity", metric="cosine"),
        ActiveLearner(GraphLabelSpreading()),
    ]
)
def test_it_passes_every_check_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("alpha", [0.5, 0.9, 0.99])
def test_masses_are_those_of_the_closed_form(alpha):
    y = partly(12)
    model = quiet_fit(y, alpha=alpha)
    Y = (y[:, None] == model.classes_).astype(float)
    expected = resolvent(knn_affinity(X), alpha) @ Y
    np.testing.assert_allclose(model.label_masses_, expected, atol=1e-11)
    totals = expected.sum(axis=1)
    reached = totals > 1e-9
    np.testing.assert_allclose(
        model.label_distributions_[reached],
        expected[reached] / totals[reached, None],
        atol=1e-8,
    )


def test_rows_that_no_label_reaches_are_uniform_and_it_says_so():
    far = np.vstack([X, X + 1000])
    y = np.full(160, -1)
    y[:2] = [0, 1]
    with pytest.warns(
        UserWarning, match=r"No label reaches \d+ of 160 rows.*component"
    ):
        model = GraphLabelSpreading().fit(far, y)
    assert (model.label_distributions_[80:] == 0.5).all()
    assert not model.label_masses_[80:].any()
    assert (model.predict_proba(X[:3] + 1000) == 0.5).all()


def test_a_new_row_takes_the_weighted_mean_of_its_neighbors_masses():
    model = quiet_fit(partly(12), n_neighbors=4)
    new = np.random.RandomState(5).normal(size=(6, 2)) * 5
    index = NearestNeighbors(n_neighbors=4).fit(X)
    own = np.sort(np.linalg.norm(X[:, None] - X, axis=2), axis=1)[:, 4]
    for row, proba in zip(new, model.predict_proba(new), strict=True):
        (d,), (j,) = index.kneighbors([row])
        w = np.exp(-(d**2) / (d.max() * own[j]))
        f = w @ model.label_masses_[j] / w.sum()
        np.testing.assert_allclose(proba, f / f.sum(), atol=1e-9)


def test_a_twin_of_a_row_far_away_is_predicted_without_a_warning():
    model = quiet_fit(partly(12), n_neighbors=1)
    assert np.isfinite(model.predict_proba(X)).all()
    np.testing.assert_allclose(
        model.predict_proba(X), model.label_distributions_, atol=1e-12
    )


class TestUpdates:
    @settings(max_examples=25)
    @given(st.data())
    def test_any_sequence_equals_a_fresh_fit(self, data):
        y = partly(6)
        model = quiet_fit(y)
        for _ in range(data.draw(st.integers(1, 4))):
            rows = data.draw(
                st.lists(st.integers(0, 79), min_size=1, max_size=5, unique=True)
            )
            labels = [data.draw(st.sampled_from([-1, 0, 1, 2, 3, 7])) for _ in rows]
            after = y.copy()
            after[rows] = labels
            if (after == -1).all():
                continue
            y = after
            model.update_labels(rows, labels)
            fresh = quiet_fit(y, missing_label=-1)
            np.testing.assert_array_equal(model.classes_, fresh.classes_)
            for name in ("label_masses_", "label_distributions_"):
                np.testing.assert_allclose(
                    getattr(model, name), getattr(fresh, name), atol=1e-8
                )
            np.testing.assert_allclose(
                model.predict_proba(X[:5] + 0.1),
                fresh.predict_proba(X[:5] + 0.1),
                atol=1e-8,
            )

    @pytest.mark.parametrize(
        ("rows", "labels", "match"),
        [
            ([1, 1], [0, 0], "must not repeat"),
            ([80], [0], "0 ... 79"),
            ([1, 2], [0], "1 labels for 2 rows"),
            ([1, 2], [0, "cat"], "mixes number and text"),
            ([1], ["cat"], "kind text"),
        ],
        ids=repr,
    )
    def test_what_is_wrong_changes_nothing(self, rows, labels, match):
        model = quiet_fit(partly(6))
        before = model.label_masses_.copy(), model.classes_.copy()
        with pytest.raises(ValueError, match=match):
            model.update_labels(rows, labels)
        np.testing.assert_array_equal(model.label_masses_, before[0])
        np.testing.assert_array_equal(model.classes_, before[1])

    def test_the_last_label_stays(self):
        model = quiet_fit(partly(1), missing_label=-1)
        row = np.flatnonzero(model._labels.known)
        with pytest.raises(ValueError, match="No label would be left"):
            model.update_labels(row, [-1])
        assert model.label_masses_.any()

    def test_text_classes_come_and_go(self):
        names = np.array(["ape", "bee", "cat", "dog"])[TRUTH].astype(object)
        y = np.where(partly(8) == -1, None, names)
        model = quiet_fit(y)
        model.update_labels([0], ["zebra"])
        assert model.classes_[-1] == "zebra"
        assert model.label_masses_[0, -1] > 0.1
        model.update_labels([0], [None])
        assert "zebra" not in model.classes_


class TestLeaveOneOut:
    def test_it_equals_taking_each_label_out_in_turn(self):
        y = partly(30)
        model = quiet_fit(y)
        right, left_out = (
            [],
            dict(
                zip(np.flatnonzero(y != -1), model.leave_one_out_masses_, strict=True)
            ),
        )
        for row, masses in left_out.items():
            without = y.copy()
            without[row] = -1
            other = quiet_fit(without, missing_label=-1)
            of_others = np.zeros(len(model.classes_))
            known = np.isin(model.classes_, other.classes_)
            of_others[known] = other.label_masses_[row]
            assert masses == pytest.approx(of_others, abs=1e-10)
            reached = other.label_masses_[row].max() > 1e-11
            right.append(reached and other.transduction_[row] == y[row])
        assert model.leave_one_out_accuracy_ == np.mean(right)

    def test_of_all_digits_it_is_the_known_reference(self):
        digits, target = load_digits(return_X_y=True)
        model = GraphLabelSpreading().fit(digits, target)
        A = resolvent(model.affinity_)
        Y = np.eye(10)[target]
        held_out = A @ Y - A.diagonal()[:, None] * Y
        expected = np.mean(held_out.argmax(axis=1) == target)
        assert model.leave_one_out_accuracy_ == pytest.approx(expected, abs=1e-12)


class TestInTheLearner:
    def test_labels_update_it_and_nothing_is_fitted_anew(self, monkeypatch):
        fits = []
        fit = GraphLabelSpreading.fit
        monkeypatch.setattr(
            GraphLabelSpreading,
            "fit",
            lambda self, X, y: fits.append(1) or fit(self, X, y),
        )
        learner = ActiveLearner(GraphLabelSpreading(), "margin", batch_size=3)
        learner.start(X, partly(20))
        for _ in range(4):
            query = learner.query()
            learner.teach(query, TRUTH[query.indices])
        assert len(fits) == 1
        monkeypatch.undo()
        fresh = quiet_fit(learner.y_)
        np.testing.assert_allclose(
            learner.estimator_.label_distributions_,
            fresh.label_distributions_,
            atol=1e-8,
        )

    @pytest.mark.parametrize("names", [["ape", "bee", "cat", "dog"], [-1, 1, 2, 3]])
    def test_a_class_found_late_is_learned_whatever_the_labels_are(self, names):
        truth = np.array(names, dtype=object)[TRUTH]
        y = np.where((partly(20) != -1) & (TRUTH != 1), truth, None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            learner = ActiveLearner(GraphLabelSpreading(), missing_label=None).start(
                X, y
            )
        row = np.flatnonzero(TRUTH == 1)[:1]
        learner.teach(row, truth[row])
        assert learner.classes_.tolist() == sorted(names)
        assert learner.transduction_[row] == truth[row]
        other = np.flatnonzero((TRUTH == 2) & (learner.labeled_iter_ < 0))[:1]
        learner.teach(other, truth[other])
        expected = quiet_fit(learner.y_, missing_label=None)
        np.testing.assert_allclose(
            learner.estimator_.label_masses_, expected.label_masses_, atol=1e-8
        )

    def test_one_known_class_of_one_is_no_class_minus_one(self):
        learner = ActiveLearner(GraphLabelSpreading(), unlabeled="pass")
        y = np.full(80, -1)
        y[3] = 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            learner.set_params(oracle=lambda query: [None], budget=1).fit(X, y)
        assert learner.estimator_.classes_.tolist() == [1]

    @pytest.mark.parametrize("stated", [None, np.nan, -9, "auto"], ids=repr)
    def test_whatever_mark_was_stated_to_it_unlabeled_rows_are_no_class(self, stated):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            learner = ActiveLearner(GraphLabelSpreading(missing_label=stated))
            learner.start(X, partly(20))
        assert -1 not in learner.estimator_.classes_

    def test_it_offers_its_masses_to_strategies(self):
        seen = []
        learner = ActiveLearner(
            GraphLabelSpreading(),
            lambda pool: seen.append(pool.masses) or np.zeros(len(pool.candidates)),
        )
        learner.start(X, partly(20)).query()
        assert np.shares_memory(seen[0], learner.estimator_.label_masses_)
