"""Which model learns from few labels of which kind of data."""

import numpy as np
from scipy.sparse import issparse
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.multiclass import OneVsRestClassifier

from sklearn_active._learner import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading

# Each gets the kind of the data, and is not fitted.
CLASSIFIERS = {
    "boosting": lambda kind: HistGradientBoostingClassifier(
        class_weight="balanced", min_samples_leaf=5, random_state=0
    ),
    "forest": lambda kind: RandomForestClassifier(
        200, class_weight="balanced_subsample", random_state=0
    ),
    "graph": lambda kind: GraphLabelSpreading(),
    "linear": lambda kind: LogisticRegression(
        # Rows of texts and tables have a norm of about one, others one a column.
        C=10 if kind in ("text", "table") else 1,
        class_weight="balanced",
        solver="newton-cg",  # a quarter of the default's time on many words
        max_iter=1000,
    ),
}
REGRESSORS = {
    "boosting": lambda kind: HistGradientBoostingRegressor(
        min_samples_leaf=5, random_state=0
    ),
    "forest": lambda kind: RandomForestRegressor(200, random_state=0),
    # Its penalty is found anew with each label: what two labels need, hundred don't.
    "linear": lambda kind: RidgeCV(np.logspace(-4, 3, 15)),
}
# Trees take several columns by themselves.
OF_SEVERAL = {
    "boosting": lambda kind: OneVsRestClassifier(CLASSIFIERS["boosting"](kind)),
    "forest": CLASSIFIERS["forest"],
    "linear": lambda kind: OneVsRestClassifier(CLASSIFIERS["linear"](kind)),
}
MODELS = {
    "classification": CLASSIFIERS,
    "regression": REGRESSORS,
    "multilabel": OF_SEVERAL,
}


def make_learner(data, model, query_strategy, random_state, task="classification"):
    """Return a learner that suits some data.

    Parameters
    ----------
    data : LabelingData
        The rows.
    model : str or None
        A name in MODELS.
    query_strategy : str or query strategy
        As of ActiveLearner.
    random_state : int or RandomState
        As there.
    task : {'classification', 'regression', 'multilabel'}, default='classification'
        Whether labels are classes, numbers, or several per row.

    Returns
    -------
    learner : ActiveLearner
    """
    models = MODELS[task]
    if model is not None and model not in models:
        raise ValueError(
            f"There is no model {model!r} for {task}; there are {sorted(models)}."
        )
    if model == "boosting" and issparse(data.X):
        raise ValueError(
            "The model 'boosting' takes no words, and a text is a column per word: "
            "take 'linear' or 'forest'."
        )
    return ActiveLearner(
        models[model or _default_for(data, task)](data.kind),
        query_strategy,
        missing_label=None,
        random_state=random_state,
    )


def _default_for(data, task):
    if task == "multilabel":
        return "linear"
    if task == "classification":
        return "graph" if data.kind == "images" else "linear"
    # From 20 to 100 labels of tables of numbers the forest is ahead in the mean (R2 of
    # .55 to .70, the linear model .51 to .67); words are too many columns for trees.
    return "linear" if issparse(data.X) else "forest"
