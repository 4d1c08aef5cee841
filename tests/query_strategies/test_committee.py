"""Query by committee against the definitions, written out."""

import math

import numpy as np
import pandas as pd
import pytest
from helpers import blobs
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from sklearn_active import ActiveLearner
from sklearn_active.query_strategies import QueryByCommittee

KINDS = ["vote_entropy", "consensus_entropy", "kl"]
MEMBERS = [
    GaussianNB(),
    KNeighborsClassifier(3),
    LogisticRegression(C=0.01),
    DecisionTreeClassifier(random_state=5),
]


def noisy_blobs(n_labeled=12, classes=("a", "b", "c")):
    X, y, truth = blobs(40, n_labeled, seed=4)
    names = np.array(classes)
    return X, [names[k] if k >= 0 else None for k in y], names[truth]


def asked(strategy, X, y, estimator=None, batch_size=28, **params):
    learner = ActiveLearner(
        GaussianNB() if estimator is None else estimator,
        strategy,
        batch_size=batch_size,
        random_state=0,
        **params,
    )
    return learner.start(X, y).query()


def disagreement(kind, members, x, classes):
    """Return the disagreement of fitted members on one row, by the definition."""
    if kind == "vote_entropy":
        votes = [m.predict(x[None])[0] for m in members]
        shares = [votes.count(c) / len(votes) for c in classes]
        return -sum(v * math.log(v) for v in shares if v)
    P = []
    for member in members:
        columns = dict(
            zip(member.classes_, member.predict_proba(x[None])[0], strict=True)
        )
        P.append([float(columns.get(c, 0)) for c in classes])
    mean = [sum(p[k] for p in P) / len(P) for k in range(len(classes))]
    if kind == "consensus_entropy":
        return -sum(v * math.log(v) for v in mean if v)
    divergences = [
        sum(v * math.log(v / mean[k]) for k, v in enumerate(p) if v) for p in P
    ]
    return sum(divergences) / len(P)


@pytest.mark.parametrize("kind", KINDS)
def test_the_utilities_of_a_list_are_those_of_the_definition(kind):
    X, y, truth = noisy_blobs()
    query = asked(QueryByCommittee(MEMBERS, disagreement=kind), X, y)
    fitted = [m.fit(X[:12], truth[:12]) for m in MEMBERS]
    for row, utility in zip(query.indices, query.utilities, strict=True):
        expected = disagreement(kind, fitted, X[row], ["a", "b", "c"])
        assert utility == pytest.approx(expected, abs=2e-9)
    assert query.utilities.max() > 0.1
    assert np.all(np.diff(query.utilities) <= 0)


class Bare(BaseEstimator):
    """Predict the mean, and say nowhere that this is regression."""

    def fit(self, X, y):
        self.mean_ = np.mean(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.mean_)


class Remembering(ClassifierMixin, BaseEstimator):
    """Notes the rows that it was fitted on, and predicts like its nearest one."""

    seen = []

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y):
        self.seen.append((X[:, 0].tolist(), list(y), self.random_state))
        self.X_, self.y_, self.classes_ = X, y, np.unique(y)
        return self

    def predict_proba(self, X):
        nearest = np.abs(X[:, :1] - self.X_[:, 0]).argmin(axis=1)
        return (self.y_[nearest][:, None] == self.classes_) * 1.0

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.fixture
def seen():
    Remembering.seen.clear()
    yield Remembering.seen
    Remembering.seen.clear()


@pytest.mark.parametrize("kind", KINDS)
def test_bootstrap_members_may_lack_classes_and_the_columns_are_aligned(kind, seen):
    X = np.array([[0.0], [1.0], [2.0], [3.0], [0.4], [1.6], [2.2], [9.0]])
    y = [7, 5, 3, 5, -1, -1, -1, -1]
    strategy = QueryByCommittee(disagreement=kind, n_members=20)
    query = asked(strategy, X, y, Remembering(), batch_size=4)
    members = seen[1:]  # the first is the learner's
    assert len(members) == 20
    assert {len(set(labels)) for _, labels, _ in members} == {2, 3}
    truth = dict(zip([0.0, 1.0, 2.0, 3.0], [7, 5, 3, 5], strict=True))
    assert all(labels == [truth[x] for x in rows] for rows, labels, _ in members)
    fitted = [
        Remembering().fit(np.array(rows)[:, None], np.array(labels))
        for rows, labels, _ in members.copy()
    ]
    for row, utility in zip(query.indices, query.utilities, strict=True):
        expected = disagreement(kind, fitted, X[row], [3, 5, 7])
        assert utility == pytest.approx(expected, abs=2e-9)


def test_bootstraps_are_as_long_as_the_labels_of_two_classes_and_differ(seen):
    X = np.arange(12.0)[:, None]
    y = [0, 1, *[-1] * 10]
    asked(QueryByCommittee(n_members=8), X, y, Remembering(), batch_size=1)
    assert all(sorted(rows) == [0.0, 1.0] for rows, _, _ in seen[1:])
    seen.clear()
    y = [0, 0, 0, 0, 1, 1, *[-1] * 6]
    asked(QueryByCommittee(n_members=8), X, y, Remembering(), batch_size=1)
    assert all(len(rows) == 6 and len(set(ls)) == 2 for rows, ls, _ in seen[1:])
    assert len({tuple(rows) for rows, _, _ in seen[1:]}) == 8


def test_bagged_members_differ_in_seed_and_a_seed_set_in_a_list_is_kept(seen):
    X, y, _ = blobs(20, 6)
    asked(QueryByCommittee(n_members=5), X, y, Remembering(3), batch_size=1)
    seeds = [state for _, _, state in seen]
    assert seeds[0] == 3
    assert len(set(seeds)) == 6
    seen.clear()
    members = [Remembering(7), Remembering()]
    asked(QueryByCommittee(members), X, y, batch_size=1)
    first, second = [state for _, _, state in seen]
    assert first == 7
    assert second is not None
    assert members[1].random_state is None


@pytest.mark.parametrize("members", [None, GaussianNB(), MEMBERS])
@pytest.mark.parametrize("kind", KINDS)
def test_one_seed_one_answer_whatever_the_global_state_is(members, kind):
    X, y, _ = noisy_blobs()
    strategy = QueryByCommittee(members, disagreement=kind, n_members=4)
    forest = RandomForestClassifier(5)
    first = asked(strategy, X, y, forest)
    np.random.rand()
    second = asked(strategy, X, y, forest)
    np.testing.assert_array_equal(first.indices, second.indices)
    np.testing.assert_array_equal(first.utilities, second.utilities)


class TestNeeds:
    def test_of_the_own_estimator_are_declared(self):
        X, y, _ = noisy_blobs()
        assert QueryByCommittee().needs == ("predict",)
        assert len(asked(QueryByCommittee(), X, y, LinearSVC())) == 28
        message = r"QueryByCommittee is not compatible with LinearSVC.*predict_proba"
        with pytest.raises(ValueError, match=message):
            asked(QueryByCommittee(disagreement="kl"), X, y, LinearSVC())

    @pytest.mark.parametrize("kind", ["consensus_entropy", "kl"])
    def test_of_members_fail_before_a_label_is_bought(self, kind):
        X, y, _ = noisy_blobs()
        bought = []
        strategy = QueryByCommittee([GaussianNB(), SVC()], disagreement=kind)
        learner = ActiveLearner(GaussianNB(), strategy, oracle=bought.append)
        message = (
            rf"members\[1\] of QueryByCommittee is a SVC.*'{kind}' needs "
            r"`predict_proba`.*CalibratedClassifierCV"
        )
        with pytest.raises(ValueError, match=message):
            learner.fit(X, y)
        assert bought == []

    def test_of_the_estimator_to_bag_are_named_too(self):
        X, y, _ = noisy_blobs()
        strategy = QueryByCommittee(LinearSVC(), disagreement="kl")
        with pytest.raises(ValueError, match="members of QueryByCommittee is a Linea"):
            asked(strategy, X, y)
        strategy = QueryByCommittee(
            CalibratedClassifierCV(LinearSVC(), cv=2, ensemble=False),
            disagreement="kl",
            n_members=2,
        )
        assert len(asked(strategy, X, y)) == 28

    @pytest.mark.parametrize(
        "members", [[Bare(), SVR()], [Bare(), Bare()], Bare()], ids=repr
    )
    def test_a_member_that_does_not_say_what_it_learns_is_taken(self, members):
        X, _, _ = noisy_blobs()
        y = np.where(np.arange(len(X)) < 5, X[:, 0], np.nan)
        learner = ActiveLearner(Ridge(), QueryByCommittee(members), random_state=0)
        assert len(learner.start(X, y).query(3)) == 3

    @pytest.mark.parametrize(
        ("members", "estimator", "message"),
        [
            ([GaussianNB(), Ridge()], GaussianNB(), r"both: .*'members\[1\]': 'Ridge'"),
            ([GaussianNB(), Ridge()], Ridge(), r"both: .*'members\[1\]': 'Ridge'"),
            ([Ridge(), SVR()], GaussianNB(), "not for classification"),
            (Ridge(), GaussianNB(), "not for classification"),
            ([GaussianNB(), SVC()], Ridge(), "not for regression"),
            (make_pipeline(GaussianNB()), Ridge(), "not for regression"),
        ],
        ids=str,
    )
    def test_who_learn_other_labels_are_refused_before_one_is_bought(
        self, members, estimator, message
    ):
        X, _, _ = noisy_blobs()
        bought = []
        y = [0, 1] + [None] * (len(X) - 2)
        committee = QueryByCommittee(members)
        learner = ActiveLearner(estimator, committee, oracle=bought.append)
        with pytest.raises(ValueError, match=message):
            learner.fit(X, y)
        assert bought == []

    def test_of_a_committee_are_two_members(self):
        X, y, _ = noisy_blobs()
        with pytest.raises(ValueError, match=r"at least 2 members.*holds 1"):
            asked(QueryByCommittee([GaussianNB()]), X, y)


class TestClasses:
    def test_a_class_minus_one_is_learned_where_the_estimator_marks_with_it(self):
        X, _, truth = blobs(30, 30, centers=2)
        y = [2 * int(k) - 1 if i < 8 else None for i, k in enumerate(truth)]
        estimator = LabelSpreading(gamma=1)
        strategy = QueryByCommittee(disagreement="kl", n_members=3)
        query = asked(strategy, X, y, estimator, 22, missing_label=None)
        y_coded = [None if k is None else (k + 1) // 2 for k in y]
        expected = asked(strategy, X, y_coded, estimator, 22)
        np.testing.assert_allclose(query.utilities, expected.utilities)
        assert query.utilities.max() > 0
        members = QueryByCommittee([LabelSpreading(gamma=1), GaussianNB()])
        with pytest.raises(ValueError, match=r"takes the class -1 for unlabeled"):
            asked(members, X, y, missing_label=None)

    def test_class_weights_are_by_the_original_labels(self):
        X, y, _ = noisy_blobs()
        weighted = LogisticRegression(class_weight={"a": 1, "b": 2, "c": 3})
        assert len(asked(QueryByCommittee([weighted, GaussianNB()]), X, y)) == 28


def test_rows_without_information_count_as_uniform():
    class Blind(GaussianNB):
        def predict_proba(self, X):
            proba = super().predict_proba(X)
            proba[::2], proba[1::4] = 0, np.nan
            return proba

    X, y, _ = noisy_blobs()
    strategy = QueryByCommittee([Blind(), Blind()], disagreement="consensus_entropy")
    query = asked(strategy, X, y)
    uniform = np.isclose(query.utilities, np.log(3))
    assert uniform.sum() >= 21


@pytest.mark.parametrize(
    "container", [sparse.csr_array, pd.DataFrame, lambda X: X.tolist()]
)
def test_members_get_rows_in_the_container_they_came_in(container):
    X, y, _ = noisy_blobs()
    members = [KNeighborsClassifier(3), DecisionTreeClassifier(random_state=0)]
    strategy = QueryByCommittee(members, disagreement="kl")
    expected = asked(strategy, X, y, KNeighborsClassifier(1))
    query = asked(strategy, container(X), y, KNeighborsClassifier(1))
    np.testing.assert_array_equal(query.indices, expected.indices)


def test_text_goes_through_the_members_pipelines():
    texts = [f"{word} {i}" for i in range(6) for word in ("good", "bad")]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    strategy = QueryByCommittee(n_members=2)
    query = asked(strategy, texts, ["+", "-", *[None] * 10], model, 3)
    assert len(query) == 3


@pytest.mark.parametrize(
    ("ours", "theirs"), [("vote_entropy", "vote_entropy"), ("kl", "KL_divergence")]
)
def test_scikit_activeml_asks_the_same_rows(ours, theirs):
    # Its mean distribution is taken after clipping at 1e-7; ours knows no clipping,
    # and its ties are random: so utilities are compared, not picks.
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import QueryByCommittee as Peer

    X, _, truth = noisy_blobs()
    marks = np.where(np.arange(40) < 12, np.unique(truth, return_inverse=True)[1], -1)
    members = [GaussianNB(), LogisticRegression(C=0.01), KNeighborsClassifier(3)]
    y = np.where(marks < 0, np.nan, marks)
    wrapped = [SklearnClassifier(m, classes=[0, 1, 2]) for m in members]
    _, theirs = Peer(method=theirs, random_state=0).query(
        X, y, wrapped, return_utilities=True
    )
    query = asked(QueryByCommittee(members, disagreement=ours), X, marks)
    np.testing.assert_allclose(
        query.utilities, theirs[0][query.indices], rtol=0, atol=1e-5
    )
    assert theirs[0][query.indices[0]] == pytest.approx(np.nanmax(theirs[0]), abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("members", [None, MEMBERS], ids=["bagged", "list"])
def test_members_fitted_two_at_a_time_say_the_same(kind, members):
    X, y, _ = noisy_blobs()
    one = QueryByCommittee(members, disagreement=kind)
    two = QueryByCommittee(members, disagreement=kind, n_jobs=2)
    expected, query = asked(one, X, y), asked(two, X, y)
    assert query.indices.tolist() == expected.indices.tolist()
    assert query.utilities.tolist() == expected.utilities.tolist()
