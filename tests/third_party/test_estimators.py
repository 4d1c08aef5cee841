"""Real estimators of other packages, in an environment of their own (.ci/run)."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession
from sklearn_active.model_selection import active_learning_curve
from sklearn_active.query_strategies import QueryByCommittee

pytestmark = [
    pytest.mark.third_party,
    # What other packages warn of among themselves is not ours to mend.
    pytest.mark.filterwarnings("ignore"),
]

X, CODES = load_wine(return_X_y=True)
X = StandardScaler().fit_transform(X).astype(np.float32)
LABELS = {
    "0..2": np.arange(3),
    "1..3": np.arange(1, 4),
    "text": np.array(["early", "late", "middle"], dtype=object),
}
START = np.zeros(len(X), dtype=bool)
for k in range(3):
    START[np.flatnonzero(k == CODES)[:3]] = True


def xgboost():
    from xgboost import XGBClassifier

    return XGBClassifier(n_estimators=10, n_jobs=1)


def lightgbm():
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_estimators=20, min_child_samples=2, n_jobs=1, verbose=-1)


def catboost():
    from catboost import CatBoostClassifier

    return CatBoostClassifier(
        iterations=15, thread_count=1, verbose=0, allow_writing_files=False
    )


def skorch(**params):
    import torch
    from skorch import NeuralNetClassifier

    torch.manual_seed(0)
    params = {"train_split": None, "max_epochs": 30, "lr": 0.1, "verbose": 0} | params
    return NeuralNetClassifier(
        torch.nn.Linear,
        criterion=torch.nn.CrossEntropyLoss,
        module__in_features=X.shape[1],
        module__out_features=3,
        predict_nonlinearity="auto",
        **params,
    )


def skorch_with_validation():
    from skorch.dataset import ValidSplit

    return skorch(train_split=ValidSplit(4, stratified=True))


def imblearn_smote():
    from imblearn.over_sampling import SMOTE
    from imblearn.pipeline import make_pipeline

    return make_pipeline(
        SMOTE(k_neighbors=4, random_state=0), LogisticRegression(max_iter=1000)
    )


def imblearn_forest():
    from imblearn.ensemble import BalancedRandomForestClassifier

    return BalancedRandomForestClassifier(10, random_state=0)


def skrub():
    from skrub import tabular_pipeline

    return tabular_pipeline(LogisticRegression(max_iter=1000))


MAKERS = [
    xgboost,
    lightgbm,
    catboost,
    skorch,
    skorch_with_validation,
    imblearn_smote,
    imblearn_forest,
    skrub,
]
each = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
each_kind = pytest.mark.parametrize("kind", LABELS)


def rows_for(make):
    return pd.DataFrame(X).add_prefix("x") if make is skrub else X


@each
@each_kind
class TestEveryWay:
    def test_a_loop_with_an_oracle_learns(self, make, kind):
        rows, y = rows_for(make), LABELS[kind][CODES]
        learner = ActiveLearner(
            make(), "margin", batch_size=5, budget=35, random_state=0
        ).fit(rows, y, labeled=START)
        assert learner.classes_.tolist() == LABELS[kind].tolist()
        assert learner.predict(rows).shape == (len(X),)
        assert learner.predict_proba(rows).shape == (len(X), 3)
        assert np.mean(learner.predict(rows) == y) == learner.score(rows, y) > 0.8
        assert {x for r in learner.history_ for x in r.predicted} <= {
            *LABELS[kind],
            None,
        }

    def test_step_by_step_with_a_class_missing_at_the_start(self, make, kind):
        rows, names = rows_for(make), LABELS[kind]
        y = names[CODES]
        known = START & (CODES != 1)
        learner = ActiveLearner(make(), "entropy", batch_size=8, random_state=0)
        learner.start(rows, np.where(known, y, None))
        assert learner.classes_.tolist() == [names[0], names[2]]
        for _ in range(4):
            query = learner.query()
            learner.teach(query, y[query.indices])
        assert learner.classes_.tolist() == names.tolist()
        assert learner.score(rows, y) > 0.8

    def test_a_session_from_no_label_on(self, make, kind):
        rows, y = rows_for(make), LABELS[kind][CODES]
        learner = ActiveLearner(make(), "margin", random_state=0)
        with LabelingSession(learner, rows, classes=LABELS[kind], audit=0.3) as session:
            for _ in range(30):
                query = session.ask()
                session.tell(query.id, y[query.indices])
                session.wait()
            report = session.report()
        assert report.error is None
        assert report.audit.n_right <= report.audit.n
        assert session.learner.score(rows, y) > 0.7
        assert session.guess(0) in LABELS[kind]

    def test_a_curve(self, make, kind):
        rows, y = rows_for(make), LABELS[kind][CODES]
        learner = ActiveLearner(make(), "random", batch_size=15)
        curve = active_learning_curve(
            learner, rows, y, initial=15, budget=30, cv=2, random_state=0
        )
        assert np.isfinite(curve.test_scores).all()
        assert curve.test_scores[..., -1].mean() > 0.7


@each
def test_a_committee_of_it(make):
    rows, y = rows_for(make), LABELS["text"][CODES]
    many = np.arange(len(X)) % 4 == 0  # bootstrap samples hold each class often
    strategy = QueryByCommittee(n_members=2, disagreement="kl")
    learner = ActiveLearner(make(), strategy, budget=1, random_state=0)
    learner.fit(rows, y, labeled=many)
    assert learner.n_asked_ == 1


@pytest.mark.parametrize(
    "make", [xgboost, lightgbm, catboost, skorch], ids=lambda make: make.__name__
)
def test_inside_self_training(make):
    y = LABELS["text"][CODES]
    learner = ActiveLearner(
        SelfTrainingClassifier(make()),
        "margin",
        budget=10,
        batch_size=5,
        random_state=0,
    ).fit(X, y, labeled=START & (CODES != 1))
    assert learner.predict(X).shape == (len(X),)
    assert set(learner.predict(X)) <= set(LABELS["text"])
    assert set(learner.transduction_) <= {*LABELS["text"], None}


COLOR = np.array(["red", "white", "rose"])[(X[:, 1] > 0) + (X[:, 1] > 1).astype(int)]


def frame_of(kind):
    size = X[:, 0]
    columns = {
        "categorical": lambda: {"size": size, "color": pd.Categorical(COLOR)},
        "nullable": lambda: {"size": pd.array(size, dtype="Float64")},
        "arrow": lambda: {"size": pd.array(size, dtype="float[pyarrow]")},
        "arrow text": lambda: {"color": pd.array(COLOR, dtype="string[pyarrow]")},
    }
    return pd.DataFrame({**columns[kind](), "x": X[:, 6]})


def boosted_on_categories():
    from xgboost import XGBClassifier

    return XGBClassifier(n_estimators=10, n_jobs=1, enable_categorical=True)


def catboost_on_categories():
    return catboost().set_params(cat_features=("color",))


@pytest.mark.parametrize(
    ("make", "frame"),
    [
        (boosted_on_categories, "categorical"),
        (lightgbm, "categorical"),
        (catboost_on_categories, "categorical"),
        (skrub, "categorical"),
        (xgboost, "nullable"),
        (lightgbm, "nullable"),
        (skrub, "nullable"),
        (imblearn_forest, "nullable"),
        (xgboost, "arrow"),
        (skrub, "arrow"),
        (skrub, "arrow text"),
    ],
    ids=lambda x: x if isinstance(x, str) else x.__name__,
)
def test_columns_of_frames_that_it_takes(make, frame):
    rows = frame_of(frame)
    y = pd.Series(LABELS["text"][CODES])
    learner = ActiveLearner(make(), "margin", budget=10, batch_size=5)
    learner.fit(rows, y, labeled=pd.Series(START))
    assert isinstance(learner.query().X, pd.DataFrame)
    assert learner.query().X.dtypes.tolist() == rows.dtypes.tolist()
    assert learner.score(rows, y) > 0.6
