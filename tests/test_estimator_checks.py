"""scikit-learn's estimator checks: no expected failure, no skip of ours.

scikit-learn itself skips what a method says of several labels where there is no such
method, as it does for its own estimators.

SCIPY_ARRAY_API=1 is set in conftest.py, so that the array API checks run.
"""

import pytest
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import (
    LabelPropagation,
    LabelSpreading,
    SelfTrainingClassifier,
)
from sklearn.svm import SVC, SVR
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_active import ActiveLearner

# The checks reset the filter "error": SelfTrainingClassifier warns on a complete y,
# which the checks give it, and scikit-learn <= 1.8 hands pytest a generator.
pytestmark = pytest.mark.filterwarnings("default")

WRAPPED = [
    LabelSpreading(),
    LabelPropagation(),
    LabelSpreading(kernel="knn"),
    SelfTrainingClassifier(LogisticRegression()),
    LogisticRegression(),
    HistGradientBoostingClassifier(),
    RandomForestClassifier(),
    GaussianNB(),
    SVC(),
    KNeighborsClassifier(),
    OneVsRestClassifier(LogisticRegression()),
    make_pipeline(StandardScaler(), LabelSpreading()),
    GridSearchCV(LabelSpreading(), {"gamma": [20]}, cv=2),
]


REGRESSORS = [
    Ridge(),
    RandomForestRegressor(),
    GaussianProcessRegressor(),
    KNeighborsRegressor(),
    HistGradientBoostingRegressor(),
    make_pipeline(StandardScaler(), SVR()),
    GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2),
]


@parametrize_with_checks(
    [ActiveLearner(estimator) for estimator in [*WRAPPED, *REGRESSORS]]
)
def test_the_learner_passes_every_check_of_scikit_learn(estimator, check):
    check(estimator)
