"""Labels that the others contradict: ranked as by hand, whatever X, y and model are."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_digits, make_blobs
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import SVC, LinearSVC

from sklearn_active import ActiveLearner
from sklearn_active.evaluation import suspect_labels
from sklearn_active.graph import GraphLabelSpreading

X, TRUTH = make_blobs(60, centers=3, cluster_std=0.6, random_state=0)
NB = GaussianNB(var_smoothing=1e-2)
WRONG = [5, 22, 33]


def labels_of(n_labels=40, wrong=WRONG):
    """Return y of which the first are labeled, some of them wrongly."""
    y = np.full(len(X), -1)
    y[:n_labels] = TRUTH[:n_labels]
    y[wrong] = (TRUTH[wrong] + 1) % 3
    return y


def left_out(model, y, doubted=()):
    """Return {row: probabilities of a model without its label}, one by one."""
    rows = np.flatnonzero(y != -1)
    found = {}
    for row in rows:
        others = [r for r in rows if r != row and r not in doubted]
        found[row] = model.fit(X[others], y[others]).predict_proba(X[[row]])[0]
    return found


def by_row(suspects, name="proba"):
    return dict(zip(suspects.rows.tolist(), suspects[name], strict=True))


class TestProbabilities:
    def test_of_few_labels_each_is_left_out_alone(self):
        y = labels_of()
        found = by_row(suspect_labels(NB, X, y, n_passes=1))
        expected = left_out(NB, y)
        assert found.keys() == expected.keys()
        for row, proba in expected.items():
            assert found[row] == pytest.approx(proba, abs=1e-12)

    def test_the_second_pass_learns_no_label_that_the_first_clearly_contradicts(self):
        y = labels_of()
        first = left_out(NB, y)
        margins = {
            row: proba[y[row]] - np.delete(proba, y[row]).max()
            for row, proba in first.items()
        }
        doubted = [row for row, margin in margins.items() if margin < -0.3]
        assert set(doubted) >= set(WRONG)
        found = by_row(suspect_labels(NB, X, y))
        for row, proba in left_out(NB, y, doubted).items():
            assert found[row] == pytest.approx(proba, abs=1e-12)

    @pytest.mark.parametrize("n_passes", [1, 2])
    def test_on_a_graph_they_equal_fits_without_each_label(self, n_passes):
        y, model = labels_of(50), GraphLabelSpreading(n_neighbors=5)
        first = by_row(suspect_labels(model, X, y, n_passes=1))
        doubted = []
        if n_passes == 2:
            margin = {r: p[y[r]] - np.delete(p, y[r]).max() for r, p in first.items()}
            doubted = [row for row in margin if margin[row] < -0.3]
            assert doubted != []
        found = by_row(suspect_labels(model, X, y, n_passes=n_passes))
        for row, proba in found.items():
            others = y.copy()
            others[[row, *doubted]] = -1
            expected = model.fit(X, others).label_distributions_[row]
            assert proba == pytest.approx(expected, abs=1e-6)

    def test_in_folds_no_model_sees_the_label_and_each_has_a_share_of_each_class(self):
        seen = []

        class Watched(GaussianNB):
            def fit(self, X, y):
                seen.append(set(X[:, 0].astype(int).tolist()))
                return super().fit(X, y)

        rows, y = np.arange(90.0)[:, None], np.arange(90) % 3
        suspect_labels(Watched(), rows, y, n_passes=1, random_state=0)
        folds = [set(range(90)) - each for each in seen]
        assert len(folds) == 20
        assert sorted(row for fold in folds for row in fold) == list(range(90))
        counts = {sum(row % 3 == k for row in f) for f in folds for k in range(3)}
        assert counts == {1, 2}

    def test_a_step_that_looks_at_y_never_sees_the_label(self):
        noise = np.random.RandomState(0).randn(60, 1000)
        y = np.arange(60) % 2
        graph = GraphLabelSpreading(missing_label=-1)
        model = make_pipeline(SelectKBest(k=5), graph)
        right = suspect_labels(model, noise, y, n_passes=1, random_state=0)
        assert np.mean(~right.contradicted) < 0.7
        model.fit(noise, y)
        chosen = model[:-1].transform(noise)
        leaked = suspect_labels(graph, chosen, y, n_passes=1, random_state=0)
        assert np.mean(~leaked.contradicted) > 0.8

    def test_unlabeled_rows_are_given_to_models_that_take_them(self):
        y = labels_of()
        model = LabelSpreading(kernel="knn", n_neighbors=5)
        found = by_row(suspect_labels(model, X, y, n_passes=1))
        for row, proba in found.items():
            others = y.copy()
            others[row] = -1
            expected = model.fit(X, others).label_distributions_[row]
            assert proba == pytest.approx(expected, nan_ok=True)


class TestScores:
    @pytest.mark.parametrize(
        ("scoring", "formula"),
        [
            ("odds", lambda own, other: own / (own + other)),
            ("self_confidence", lambda own, other: own),
            ("normalized_margin", lambda own, other: own - other),
        ],
    )
    def test_they_are_the_formula_and_rank_the_rows(self, scoring, formula):
        y = labels_of()
        suspects = suspect_labels(NB, X, y, scoring=scoring, n_passes=1)
        first = left_out(NB, y)
        expected = {
            row: formula(proba[y[row]], np.delete(proba, y[row]).max())
            for row, proba in first.items()
        }
        assert by_row(suspects, "scores") == pytest.approx(expected, abs=1e-12)
        assert np.all(np.diff(suspects.scores) >= 0)
        predicted = [first[row].argmax() for row in suspects.rows]
        assert suspects.predicted.tolist() == predicted
        assert suspects.labels.tolist() == y[suspects.rows].tolist()
        contradicted = suspects.predicted != suspects.labels
        assert suspects.contradicted.tolist() == contradicted.tolist()

    def test_wrong_labels_come_first(self):
        suspects = suspect_labels(NB, X, labels_of())
        assert set(suspects.rows[:3].tolist()) == set(WRONG)

    def test_of_digits_the_first_k_hold_four_times_the_errors_of_random_ones(self):
        digits, truth = load_digits(return_X_y=True)
        rng = np.random.RandomState(0)
        y = np.full(len(digits), -1)
        y[:300] = truth[:300]
        wrong = rng.choice(300, 30, replace=False)
        y[wrong] = (y[wrong] + rng.randint(1, 10, 30)) % 10
        once, twice = (
            suspect_labels(GraphLabelSpreading(), digits, y, n_passes=n) for n in (1, 2)
        )
        assert np.isin(twice.rows[:30], wrong).sum() >= 4 * 30 * 0.1
        areas = [
            average_precision_score(np.isin(s.rows, wrong), -s.scores)
            for s in (once, twice)
        ]
        assert areas[1] >= areas[0] > 0.8

    def test_a_class_that_nobody_else_has_is_last_and_unknown(self):
        y = labels_of().astype(object)
        y[y == -1] = None
        y[7] = 9
        suspects = suspect_labels(NB, X, y)
        assert suspects.rows[-1] == 7
        assert np.isnan(suspects.scores[-1])
        assert suspects.predicted[-1] is None or np.isnan(suspects.predicted[-1])
        assert not suspects.contradicted[-1]
        assert np.isnan(suspects.scores).sum() == 1

    def test_a_row_that_no_other_label_reaches_is_last_and_unknown(self):
        far = np.vstack([X, np.full((3, X.shape[1]), 1e4) + np.eye(3, X.shape[1])])
        y = np.append(labels_of(), [0, -1, -1])
        suspects = suspect_labels(GraphLabelSpreading(2), far, y)
        assert suspects.rows[-1] == 60
        assert np.isnan(suspects.scores[-1])

    def test_where_the_label_has_no_vote_the_surer_contradiction_is_first(self):
        class Votes(ClassifierMixin, BaseEstimator):
            def fit(self, X, y):
                self.classes_ = np.unique(y)
                return self

            def predict(self, X):
                return self.classes_[self.predict_proba(X).argmax(axis=1)]

            def predict_proba(self, X):
                return np.column_stack([np.zeros(len(X)), X[:, 0], 1 - X[:, 0]])

        rows = np.array([[0.5], [0.9], [0.6], [0.1], [0.2], [0.3], [0.4]])
        y = [0, 0, 0, 1, 1, 2, 2]
        suspects = suspect_labels(Votes(), rows, y)
        assert suspects.rows[:3].tolist() == [1, 2, 0]


class TestWhatItTakes:
    @pytest.mark.parametrize("mark", [-1, None, np.nan, "none"])
    def test_the_marks_of_the_library(self, mark):
        y = labels_of()
        names = np.array(["a", "b", "c"], dtype=object)
        marked = [names[k] if k >= 0 else mark for k in y]
        if mark == -1:
            marked = y
        missing = mark if mark == "none" else "auto"
        found = suspect_labels(NB, X, marked, missing_label=missing)
        assert found.rows.tolist() == suspect_labels(NB, X, y).rows.tolist()

    @pytest.mark.parametrize("container", [sparse.csr_matrix, pd.DataFrame])
    def test_frames_and_sparse_matrices(self, container):
        model = LogisticRegression()
        found = suspect_labels(model, container(X), labels_of())
        expected = suspect_labels(model, X, labels_of())
        assert found.rows.tolist() == expected.rows.tolist()

    def test_a_series_is_read_by_the_names_of_its_rows(self):
        frame = pd.DataFrame(X, index=[f"r{i}" for i in range(len(X))])
        y = pd.Series(labels_of(), frame.index).sample(frac=1, random_state=0)
        found = suspect_labels(NB, frame, y)
        assert found.rows.tolist() == suspect_labels(NB, X, labels_of()).rows.tolist()

    def test_texts(self):
        texts = ["good fine"] * 5 + ["bad awful"] * 5 + ["good fine", "dull"]
        y = ["yes"] * 5 + ["no"] * 5 + ["no", None]
        model = make_pipeline(TfidfVectorizer(), LogisticRegression())
        assert suspect_labels(model, texts, y).rows[0] == 10

    @pytest.mark.parametrize(
        "model", [LinearSVC(), NearestCentroid(), SVC(decision_function_shape="ovo")]
    )
    def test_models_without_probabilities_find_what_they_contradict(self, model):
        suspects = suspect_labels(model, X, labels_of())
        assert set(suspects.rows[:3].tolist()) == set(WRONG)

    def test_decision_values_of_two_classes_rank_like_their_margins(self):
        y = (TRUTH > 0).astype(int)
        suspects = suspect_labels(LinearSVC(), X, y, n_folds=5, n_passes=1)
        own = np.where(suspects.labels == 1, 1, -1)
        model = LinearSVC().fit(X, y)
        assert (
            np.corrcoef(
                suspects.scores, own * model.decision_function(X[suspects.rows])
            )[0, 1]
            > 0.8
        )

    def test_a_learner_is_not_fitted_but_what_it_wraps(self):
        def oracle(query):
            raise AssertionError("nobody is asked")

        learner = ActiveLearner(NB, oracle=oracle)
        found = suspect_labels(learner, X, labels_of())
        assert found.rows.tolist() == suspect_labels(NB, X, labels_of()).rows.tolist()

    def test_a_model_that_knows_more_classes_than_the_labels(self):
        model = FrozenEstimator(NB.fit(X, TRUTH))
        y = np.where(labels_of() == 0, -1, labels_of())
        suspects = suspect_labels(model, X, y, missing_label=-1)
        assert suspects.classes.tolist() == [1, 2]
        assert suspects.proba.sum(axis=1) == pytest.approx(1)

    def test_fit_parameters_per_row_are_cut_like_the_rows(self):
        weights = np.ones(len(X))
        weights[WRONG] = 1e-9
        model = LogisticRegression(tol=1e-9, max_iter=1000)
        weighed = suspect_labels(
            model, X, labels_of(), n_passes=1, params={"sample_weight": weights}
        )
        without = left_out(model, labels_of(), WRONG)
        for row, proba in by_row(weighed).items():
            assert proba == pytest.approx(without[row], abs=1e-6)

    def test_a_frame_of_the_result_has_the_rows_as_index(self):
        suspects = suspect_labels(NB, X, labels_of())
        frame = suspects.to_frame()
        assert frame.index.tolist() == suspects.rows.tolist()
        assert frame.columns.tolist() == ["label", "predicted", "score", "contradicted"]
        assert set(frame.index[:3]) == set(WRONG)


class TestVotes:
    @staticmethod
    def votes(n_annotators=4, seed=0):
        rng = np.random.RandomState(seed)
        votes = np.repeat(TRUTH[:, None], n_annotators, axis=1)
        wrong = rng.rand(*votes.shape) < 0.15
        votes[wrong] = (votes[wrong] + 1) % 3
        votes[rng.rand(*votes.shape) < 0.4] = -1
        return votes

    def test_probabilities_are_the_formula_of_crowdlab(self):
        votes = self.votes()
        suspects = suspect_labels(NB, X, votes=votes, random_state=0)
        y = np.full(len(X), -1)
        y[suspects.rows] = suspects.labels
        alone = by_row(suspect_labels(NB, X, y, random_state=0))
        pairs = {j: [] for j in range(4)}
        for i, j, other in np.ndindex(60, 4, 4):
            if j != other and votes[i, j] >= 0 and votes[i, other] >= 0:
                pairs[j].append(votes[i, j] == votes[i, other])
        agreement = [np.mean(pairs[j]) for j in range(4)]
        assert suspects.agreement == pytest.approx(agreement)
        n_votes = (votes >= 0).sum(axis=1)
        shared = np.flatnonzero(n_votes > 1)
        error = 1 - np.bincount(y[shared]).max() / len(shared)
        accuracy = np.mean([alone[i].argmax() == y[i] for i in shared])
        w_model = (1 - (1 - accuracy) / error) * np.sqrt(n_votes[n_votes > 0].mean())
        w = [1 - (1 - a) / error for a in agreement]
        P = np.mean([np.mean(votes[i][votes[i] >= 0] == y[i]) for i in shared])
        for i, proba in by_row(suspects).items():
            total = w_model * alone[i]
            for j in np.flatnonzero(votes[i] >= 0):
                total = total + w[j] * np.where(
                    np.arange(3) == votes[i, j], P, (1 - P) / 2
                )
            assert proba == pytest.approx(total / total.sum())

    def test_without_y_most_votes_are_the_label(self):
        votes = np.column_stack([TRUTH, TRUTH, (TRUTH + 1) % 3])
        suspects = suspect_labels(NB, X, votes=votes)
        assert suspects.labels.tolist() == TRUTH[suspects.rows].tolist()
        assert suspects.agreement[2] == 0

    def test_a_label_that_most_others_vote_against_comes_first(self):
        votes = self.votes()
        y = TRUTH.copy()
        y[9] = (TRUTH[9] + 1) % 3
        votes[9] = TRUTH[9]
        assert suspect_labels(NB, X, y, votes=votes).rows[0] == 9

    def test_texts_with_missing_answers_are_read_like_numbers(self):
        votes = self.votes()
        names = np.array(["a", "b", "c", None], dtype=object)
        numbers = suspect_labels(NB, X, votes=votes, random_state=0)
        texts = suspect_labels(NB, X, votes=pd.DataFrame(names[votes]), random_state=0)
        assert texts.rows.tolist() == numbers.rows.tolist()

    def test_where_no_row_has_two_votes_the_model_decides(self):
        votes = np.full((60, 2), -1)
        votes[:30, 0], votes[30:, 1] = TRUTH[:30], TRUTH[30:]
        found = suspect_labels(NB, X, votes=votes, random_state=0)
        alone = suspect_labels(NB, X, TRUTH, random_state=0)
        assert found.scores.tolist() == alone.scores.tolist()
        assert np.isnan(found.agreement).all()


class TestErrors:
    def test_nothing_is_doubted_where_no_two_classes_have_two_labels(self):
        y = np.full(len(X), -1)
        y[[0, 1, 2]] = [0, 0, 1]
        with pytest.raises(ValueError, match="No label can be doubted yet"):
            suspect_labels(NB, X, y)

    def test_neither_labels_nor_votes(self):
        with pytest.raises(ValueError, match="Pass y, the labels, or votes"):
            suspect_labels(NB, X)

    @pytest.mark.parametrize("votes", [TRUTH, TRUTH[:5, None]])
    def test_votes_of_a_wrong_shape(self, votes):
        with pytest.raises(ValueError, match=r"shape \(60, n_annotators\); got shape"):
            suspect_labels(NB, X, votes=votes)

    @pytest.mark.parametrize(
        "wrong", [{"scoring": "odd"}, {"n_folds": 1}, {"n_passes": 0}]
    )
    def test_parameters_out_of_range(self, wrong):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            suspect_labels(NB, X, labels_of(), **wrong)

    def test_a_seed_makes_it_the_same_twice(self):
        y = np.where(np.arange(60) % 7 == 0, (TRUTH + 1) % 3, TRUTH)
        one, other = (suspect_labels(NB, X, y, random_state=3) for _ in range(2))
        assert one.scores.tolist() == other.scores.tolist()

    def test_the_scaler_before_a_graph_leaves_the_exact_way(self):
        y, graph = labels_of(), GraphLabelSpreading(missing_label=-1)
        scaled = StandardScaler().fit_transform(X)
        found = suspect_labels(make_pipeline(StandardScaler(), graph), X, y)
        expected = suspect_labels(graph, scaled, y)
        assert found.scores == pytest.approx(expected.scores, abs=1e-9)
