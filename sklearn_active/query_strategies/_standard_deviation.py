"""The standard deviation of a regressor's prediction, where it has one."""

from inspect import signature

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import (
    BaggingRegressor,
    ExtraTreesRegressor,
    RandomForestRegressor,
    VotingRegressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array

from sklearn_active._data.rows import take
from sklearn_active._sklearn import BaseSearchCV
from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._pool_view import PoolView

STD = "predict(return_std=True)"  # as strategies say that they need it
_FORESTS = (RandomForestRegressor, ExtraTreesRegressor)


class StandardDeviationSampling(QueryStrategy):
    r"""Ask the rows of whose number the model is least sure.

    For Gaussian processes whose kernel suits the data. A model that is unsure at the
    rim of the data, as most are, has the rim labeled first: :class:`ExperimentalDesign`
    looks at what a label says about the other rows.

    Notes
    -----
    .. math:: u_i = \sqrt{\operatorname{Var} \hat y_i}

    as `predict(X, return_std=True)` says it (GaussianProcessRegressor, BayesianRidge,
    ARDRegression), or by the M members of a forest, of bagging or of voting,

    .. math:: u_i^2 = \frac{1}{M} \sum_m (\hat y_{mi} - \bar y_i)^2

    The estimator must be one of these, also at the end of a Pipeline or inside a
    search. Cost per query: a prediction of the candidates by each member; memory
    O(n_candidates * M).

    References
    ----------
    D. J. C. MacKay, "Information-Based Objective Functions for Active Data Selection",
    Neural Computation 4, 1992. :doi:`10.1162/neco.1992.4.4.590`

    Examples
    --------
    >>> from sklearn.linear_model import BayesianRidge
    >>> from sklearn_active import ActiveLearner
    >>> learner = ActiveLearner(BayesianRidge(), "std")
    >>> X = [[0.0], [1.0], [2.0], [9.0]]
    >>> learner.start(X, [0.1, 1.2, None, None]).query().indices
    array([3])
    """

    needs = (STD,)
    tasks = ("regression",)
    pointwise = True

    def utilities(self, pool: PoolView) -> NDArray[np.floating]:
        """Return the standard deviation of each candidate, shape (n_candidates,)."""
        return predicted_std(pool.estimator, take(pool.X, pool.candidates))


def has_std(estimator):
    """Say whether an estimator, fitted or not, has a standard deviation."""
    model = estimator
    while not isinstance(model, (BaggingRegressor, VotingRegressor)):
        if isinstance(model, Pipeline):
            model = model.steps[-1][1]
        elif isinstance(model, (BaseSearchCV, FrozenEstimator)):
            model = model.estimator
        else:
            return isinstance(model, _FORESTS) or _returns_std(model)
    return True


def predicted_std(model, X):
    """Return the standard deviation of the prediction of each row.

    Parameters
    ----------
    model : fitted estimator
        One that `has_std`.
    X : container of shape (n_rows, ...)
        Rows as the estimator takes them.

    Returns
    -------
    std : ndarray of float of shape (n_rows,)
    """
    if isinstance(model, Pipeline):
        *before, (_, last) = model.steps
        return predicted_std(last, model[:-1].transform(X) if before else X)
    if isinstance(model, BaseSearchCV):
        return predicted_std(model.best_estimator_, X)
    if isinstance(model, FrozenEstimator):
        return predicted_std(model.estimator, X)
    if _returns_std(model):
        return np.asarray(model.predict(X, return_std=True)[1]).ravel()
    return np.std([*_predictions_of_members(model, X)], axis=0)


def _returns_std(model):
    predict = getattr(model, "predict", None)
    return predict is not None and "return_std" in signature(predict).parameters


def _predictions_of_members(model, X):
    """Yield what each member predicts, given the rows as the ensemble gives them."""
    if isinstance(model, VotingRegressor):
        for member in model.estimators_:
            yield member.predict(X)
        return
    # Members of the others were fitted on arrays: of a frame they would warn.
    dtype = np.float32 if isinstance(model, _FORESTS) else None
    X = check_array(X, accept_sparse="csr", dtype=dtype, ensure_all_finite=False)
    if isinstance(model, _FORESTS):
        for tree in model.estimators_:
            yield tree.predict(X)
        return
    for member, columns in zip(
        model.estimators_, model.estimators_features_, strict=True
    ):
        yield member.predict(X[:, columns])
