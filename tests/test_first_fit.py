"""A first fit that isn't possible yet is a cold start; one that never is, an error."""

from inspect import signature

import numpy as np
import pandas as pd
import pytest
from helpers import blobs
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import (
    BaggingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.utils import all_estimators

from sklearn_active import ActiveLearner
from sklearn_active._loop.wrapped_estimator import check_takes
from sklearn_active.labeling import LabelingSession

X, TRUTH = load_iris(return_X_y=True)
pytestmark = pytest.mark.filterwarnings(
    "ignore:The least populated class in y"  # scikit-learn's folds
)


def answer(query):
    return TRUTH[query.indices]


class NeedsFour(GaussianNB):
    """Can't be fitted on fewer than four rows of each class, as SMOTE."""

    def fit(self, X, y):
        n_least = np.unique(y, return_counts=True)[1].min()
        if n_least < 4:
            raise ValueError(f"Expected n_neighbors <= {n_least}.")
        return super().fit(X, y)


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (CalibratedClassifierCV(LinearSVC()), "n_splits=5"),
        (GridSearchCV(GaussianNB(), {}, cv=4), "n_splits=4"),
        (KNeighborsClassifier(7), "n_neighbors = 7"),
        (NeedsFour(), "Expected n_neighbors <= 1"),
    ],
    ids=["folds", "search", "neighbors", "own"],
)
def test_the_loop_goes_on_as_at_a_cold_start_and_fits_as_soon_as_it_can(
    estimator, words
):
    with pytest.warns(UserWarning, match=f"can't be fitted yet on .*{words}") as told:
        learner = ActiveLearner(
            estimator, "entropy", oracle=answer, budget=60, random_state=0
        ).fit(X, [None] * 150)
    assert len([w for w in told if "can't be fitted yet" in str(w.message)]) == 1
    assert learner.n_asked_ == 60
    assert learner.score(X, TRUTH) > 0.6
    # The rows asked with a model are those after the fit that succeeded first.
    with_model = [r.predicted != [None] for r in learner.history_]
    first = with_model.index(True)
    assert first > 2
    assert all(with_model[first:])
    assert not any(with_model[:first])


@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
def test_a_threshold_of_two_classes_is_tuned_as_soon_as_it_can_be():
    data, truth = load_breast_cancer(return_X_y=True)
    model = make_pipeline(
        StandardScaler(),
        TunedThresholdClassifierCV(LogisticRegression(), thresholds=8),
    )
    oracle = lambda query: truth[query.indices]  # noqa: E731
    learner = ActiveLearner(model, "random", oracle=oracle, budget=40, random_state=0)
    with pytest.warns(UserWarning, match="can't be fitted yet"):
        learner.fit(data, [None] * len(truth))
    assert learner.score(data, truth) > 0.75


def test_the_same_fit_again_goes_on_and_dies_nowhere():
    learner = ActiveLearner(NeedsFour(), oracle=answer, budget=3, random_state=0)
    y = [None] * 150
    with (
        pytest.warns(UserWarning, match="can't be fitted yet"),
        pytest.raises(ValueError, match="Expected n_neighbors <= 1"),
    ):
        learner.fit(X, y)
    assert learner.labeled_iter_.max() == np.sum(learner.labeled_iter_ > 0) == 3
    learner.set_params(budget=57)
    with pytest.warns(UserWarning, match="can't be fitted yet"):
        learner.fit(X, learner.y_)
    assert learner.score(X, TRUTH) > 0.85


def test_the_way_out_that_an_error_names_works():
    learner = ActiveLearner(SVC(), oracle=answer, budget=40, random_state=0)
    with pytest.raises(ValueError, match="wrap it in CalibratedClassifierCV"):
        learner.fit(X, [None] * 150)
    learner.set_params(estimator=CalibratedClassifierCV(SVC()))
    with pytest.warns(UserWarning, match="can't be fitted yet"):
        learner.fit(X, [None] * 150)
    assert learner.score(X, TRUTH) > 0.85


def test_step_by_step_it_goes_on_too_and_predict_says_why_it_cannot_yet():
    learner = ActiveLearner(NeedsFour(), random_state=0)
    with pytest.warns(UserWarning, match="can't be fitted yet on 2 labels"):
        learner.start(X, [0, *[None] * 148, 2])
    message = r"has no model yet. On 2 labels NeedsFour raised: Expected n_neighbors"
    with pytest.raises(NotFittedError, match=message):
        learner.predict(X)
    assert learner.query().reason == "cold_start"
    learner.teach([1, 2, 3], [0, 0, 0]).teach([147, 148, 146], [2, 2, 2])
    assert set(learner.predict(X)) == {0, 2}
    assert learner.query().reason == "EntropySampling"


def _answer_all(session, n):
    for _ in range(n):
        query = session.ask()
        session.tell(query.id, TRUTH[query.indices])
        session.wait()


def test_a_session_goes_on_too():
    learner = ActiveLearner(NeedsFour(), random_state=0)
    with LabelingSession(learner, X, classes=[0, 1, 2]) as session:
        with pytest.warns(UserWarning, match="can't be fitted yet"):
            _answer_all(session, 60)
        assert session.report().error is None
        assert session.guess(0) == 0


class Broken(GaussianNB):
    """Never works, whatever it is given."""

    def fit(self, X, y):
        raise TypeError(f"a bug, seen with {len(y)} labels")


@pytest.mark.parametrize(
    ("estimator", "error"),
    [
        (Broken(), "a bug, seen with 2 labels"),
        (LogisticRegression(C=-1), "'C' parameter of LogisticRegression"),
    ],
    ids=["bug", "parameter"],
)
def test_what_can_never_work_is_raised_before_a_label_is_bought(estimator, error):
    asked = []
    learner = ActiveLearner(estimator, oracle=asked.append, random_state=0)
    with pytest.raises((TypeError, ValueError), match=error):
        learner.fit(X, [0, *[None] * 148, 2])
    assert asked == []
    assert learner.y_[0] == 0


def test_what_would_be_wrong_with_more_labels_is_noted_on_the_error():
    search = GridSearchCV(GaussianNB(), {"unknown": [1]}, cv=5)
    with pytest.raises(ValueError, match="n_splits=5") as raised:
        ActiveLearner(search, oracle=answer).fit(X, [0, *[None] * 148, 2])
    (note,) = raised.value.__notes__
    assert note.startswith("With more labels of this pool it raises: Invalid parameter")


def test_what_can_never_work_is_raised_as_soon_as_two_classes_are_known():
    learner = ActiveLearner(Broken(), oracle=answer, random_state=0)
    with pytest.raises(TypeError, match="a bug"):
        learner.fit(X, [None] * 150)
    last = learner.history_[-1].answers[0]
    before = {r.answers[0] for r in learner.history_[:-1]}
    assert len(before) == 1
    assert last not in before


def test_the_error_of_the_last_labels_is_raised_where_nobody_is_left_to_ask():
    few = X[::50]
    learner = ActiveLearner(NeedsFour(), oracle=lambda q: TRUTH[::50][q.indices])
    with pytest.raises(ValueError, match="Expected n_neighbors"):
        learner.fit(few, [0, None, None])
    known = learner.labeled_iter_ >= 0
    assert np.sum(known) == 2 + learner.n_asked_ - 1
    assert learner.y_[known].tolist() == TRUTH[::50][known].tolist()


def test_without_an_oracle_one_plain_fit_raises_as_scikit_learn_does():
    with pytest.raises(ValueError, match="Expected n_neighbors <= 1"):
        ActiveLearner(NeedsFour()).fit(X, [0, *[None] * 148, 2])
    learner = ActiveLearner(KNeighborsClassifier(7)).fit(X, [0, *[None] * 148, 2])
    with pytest.raises(ValueError, match="n_neighbors = 7"):
        learner.predict(X)


def test_after_a_success_what_more_labels_do_not_mend_is_an_error():
    class UpToEight(GaussianNB):
        def fit(self, X, y):
            if len(y) > 8:
                raise ValueError("too many rows")
            return super().fit(X, y)

    rows, y, truth = blobs(30, 4)
    learner = ActiveLearner(UpToEight(), oracle=lambda q: truth[q.indices])
    with pytest.raises(ValueError, match="too many rows"):
        learner.fit(rows, y)
    assert np.sum(learner.y_ != -1) == 9
    assert learner.estimator_.class_count_.sum() == 8


class TakesAnything(ClassifierMixin, BaseEstimator):
    """Of another package: nobody can tell what it takes."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


FRAME = pd.DataFrame(
    {"size": [1.0, 2, 3, 4] * 5, "color": ["red", "green", None, "blue"] * 5}
)
CATEGORIES = FRAME.assign(color=FRAME["color"].astype("category"))


SPARSE = sparse.csr_array(np.eye(20))


def learns(estimator, X):
    try:
        estimator.fit(X, np.arange(20) % 2).predict(X)
    except Exception:
        return False
    return True


@pytest.mark.parametrize(
    "estimator",
    [
        plain
        for kind in ("classifier", "regressor")
        for _, plain in all_estimators(kind)
        if not {"estimator", "estimators"} & set(signature(plain).parameters)
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_no_estimator_that_learns_sparse_rows_is_refused_for_them(estimator):
    estimator = estimator()
    refused = False
    try:
        check_takes(estimator, SPARSE)
    except ValueError:
        refused = True
    assert not (refused and learns(estimator, SPARSE))


def test_sparse_rows_may_go_through_a_step_that_takes_them():
    check_takes(make_pipeline(TruncatedSVD(2), GaussianNB()), SPARSE)


@pytest.mark.parametrize(
    "estimator",
    [
        GaussianNB(),
        HistGradientBoostingClassifier(),
        GaussianProcessRegressor(),
        make_pipeline(GaussianNB()),
        BaggingClassifier(GaussianNB()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_sparse_rows_are_refused_before_a_label_is_bought(estimator):
    with pytest.raises(ValueError, match="takes dense rows, but X is a sparse matrix"):
        ActiveLearner(estimator, "random").start(SPARSE)


class TestTextForAnEstimatorOfNumbers:
    @pytest.mark.parametrize(
        "estimator",
        [
            LogisticRegression(),
            make_pipeline(StandardScaler(), LogisticRegression()),
            make_pipeline("passthrough", GaussianNB()),
            GridSearchCV(LogisticRegression(), {}),
            CalibratedClassifierCV(LinearSVC()),
            BaggingClassifier(GaussianNB()),
            RandomForestClassifier(),
        ],
        ids=lambda e: type(e).__name__,
    )
    @pytest.mark.parametrize(
        "rows",
        [FRAME, CATEGORIES, FRAME["color"].tolist(), FRAME.to_numpy(dtype=object)],
        ids=["frame", "categories", "texts", "array"],
    )
    def test_it_is_refused_before_a_label_is_bought(self, estimator, rows):
        asked = []
        learner = ActiveLearner(estimator, "random", oracle=asked.append)
        with pytest.raises(ValueError, match="takes numbers, but X holds text"):
            learner.fit(rows, [None] * 20)
        with pytest.raises(ValueError, match="takes numbers, but X holds text"):
            learner.start(rows)
        assert asked == []

    def test_the_error_names_the_columns(self):
        message = r"GaussianNB takes numbers, .* text in the columns \['color'\]"
        with pytest.raises(ValueError, match=message):
            ActiveLearner(GaussianNB()).start(FRAME)

    @pytest.mark.parametrize(
        ("estimator", "rows"),
        [
            (make_pipeline(TfidfVectorizer(), LogisticRegression()), ["a b", "c"] * 9),
            (
                make_pipeline(
                    make_column_transformer((OneHotEncoder(), ["color"])), GaussianNB()
                ),
                FRAME,
            ),
            (make_pipeline(OneHotEncoder(), LogisticRegression()), FRAME[["color"]]),
            (
                HistGradientBoostingClassifier(categorical_features="from_dtype"),
                CATEGORIES,
            ),
            (TakesAnything(), FRAME),
            (GaussianNB(), FRAME[["size"]].astype(object)),
            (GaussianNB(), FRAME[["size"]].astype("Float64")),
            (GaussianNB(), [["1.5"], ["2"]]),
        ],
        ids=lambda x: type(x).__name__,
    )
    def test_what_an_estimator_takes_is_let_through(self, estimator, rows):
        assert len(ActiveLearner(estimator, "random").start(rows).query()) == 1


class TestAClassFoundLater:
    """It begins with one row, and folds or neighbors want more of it."""

    y = np.where((TRUTH < 2) & (np.arange(150) % 8 == 0), TRUTH, -1)

    def test_the_last_model_stays_and_rows_come_at_random_until_it_is_learned(self):
        learner = ActiveLearner(
            NeedsFour(), "random", oracle=answer, budget=40, random_state=0
        )
        with pytest.warns(UserWarning, match="the last model stays") as told:
            learner.fit(X, self.y)
        assert len(told) == 1
        new = [2 in record.answers for record in learner.history_]
        waiting = learner.history_[new.index(True) + 1]
        assert waiting.predicted[0] in (0, 1)
        assert learner.classes_.tolist() == [0, 1, 2]
        assert learner.estimator_.class_count_.sum() == np.sum(learner.y_ != -1)

    def test_step_by_step_the_last_model_stays_and_the_label_too(self):
        learner = ActiveLearner(NeedsFour()).start(X, self.y)
        model = learner.estimator_
        with pytest.warns(UserWarning, match="can't be fitted yet"):
            learner.teach([149], [2])
        assert learner.estimator_ is model
        assert learner.classes_.tolist() == [0, 1]
        assert learner.y_[149] == 2
        assert learner.query().reason == "cold_start"
        learner.teach([148, 147, 146], [2, 2, 2])
        assert learner.query().reason == "EntropySampling"
        assert learner.classes_.tolist() == [0, 1, 2]

    def test_where_the_loop_ends_so_the_error_is_raised(self):
        learner = ActiveLearner(NeedsFour(), lambda pool: pool.candidates, budget=1)
        learner.set_params(oracle=answer)
        with (
            pytest.warns(UserWarning, match="can't be fitted yet"),
            pytest.raises(ValueError, match="Expected n_neighbors <= 1"),
        ):
            learner.fit(X, self.y)
        assert learner.y_[149] == 2
        assert learner.estimator_.classes_.tolist() == [0, 1]

    def test_what_takes_two_classes_only_says_so(self):
        class TwoClasses(GaussianNB):
            def fit(self, X, y):
                if len(np.unique(y)) > 2:
                    raise ValueError("Only binary classification is supported")
                return super().fit(X, y)

        learner = ActiveLearner(TwoClasses()).start(X, self.y)
        with pytest.raises(ValueError, match="Only binary"):
            learner.teach([149], [2])
        assert learner.y_[149] == 2


def test_where_each_class_has_many_labels_an_error_is_an_error():
    class NeverTwice(GaussianNB):
        fits = []

        def fit(self, X, y):
            self.fits.append(len(y))
            if len(self.fits) == 2:
                raise RuntimeError("the line is dead")
            return super().fit(X, y)

    rows, truth = np.arange(120.0)[:, None], np.arange(120) % 2
    learner = ActiveLearner(NeverTwice()).start(rows, [*truth[:110], *[None] * 10])
    with pytest.raises(RuntimeError, match="the line is dead"):
        learner.teach([119], [1])
    assert NeverTwice.fits == [110, 111]


def test_a_class_may_be_out_of_balance_for_a_while():
    class Neighbors(GaussianNB):
        """As SMOTE: only where classes differ in size it wants neighbors."""

        def fit(self, X, y):
            counts = np.unique(y, return_counts=True)[1]
            if counts.max() > counts.min() and counts.min() < 4:
                raise ValueError("Expected n_neighbors <= n_samples_fit")
            return super().fit(X, y)

    learner = ActiveLearner(Neighbors()).start(X, [0, *[None] * 148, 2])
    model = learner.estimator_
    with pytest.warns(UserWarning, match="the last model stays"):
        learner.teach([1], [0])
    assert learner.estimator_ is model
    assert learner.query().reason == "cold_start"  # else it may never be in balance
    learner.teach([2, 3, 148, 147, 146], [0, 0, 2, 2, 2])
    assert learner.query().reason == "EntropySampling"
    assert learner.estimator_.class_count_.tolist() == [4, 4]
