"""Which model learns from few labels of which kind of data."""

from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from sklearn_active._learner import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading

# Each gets the kind of the data, and is not fitted.
MODELS = {
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


def make_learner(data, model, query_strategy, random_state):
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

    Returns
    -------
    learner : ActiveLearner
    """
    if model is not None and model not in MODELS:
        raise ValueError(f"There is no model {model!r}; there are {sorted(MODELS)}.")
    default = "graph" if data.kind == "images" else "linear"
    return ActiveLearner(
        MODELS[model or default](data.kind),
        query_strategy,
        missing_label=None,
        random_state=random_state,
    )
