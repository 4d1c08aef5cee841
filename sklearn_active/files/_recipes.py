"""Which model learns from few labels of which kind of data."""

from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_active._learner import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading

MODELS = {
    "boosting": lambda: HistGradientBoostingClassifier(
        class_weight="balanced", min_samples_leaf=5, random_state=0
    ),
    "forest": lambda: RandomForestClassifier(
        200, class_weight="balanced_subsample", random_state=0
    ),
    "graph": GraphLabelSpreading,
    "linear": lambda: LogisticRegression(C=10, class_weight="balanced", max_iter=1000),
    "scaled_linear": lambda: make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000)
    ),
}
DEFAULTS = {
    "text": ("linear", "herding"),
    "table": ("linear", "herding"),
    "images": ("graph", "graph_herding"),
    "numbers": ("graph", "graph_herding"),
    "features": ("graph", "graph_herding"),
}


def make_learner(kind, model, query_strategy, random_state):
    """Return a learner for a kind of data.

    Parameters
    ----------
    kind : str
        As of LabelingData.
    model : str or None
        A name in MODELS.
    query_strategy : str or None
        As of ActiveLearner.
    random_state : int or RandomState
        As there.

    Returns
    -------
    learner : ActiveLearner
    """
    names = DEFAULTS[kind]
    if model is not None and model not in MODELS:
        raise ValueError(f"There is no model {model!r}; there are {sorted(MODELS)}.")
    return ActiveLearner(
        MODELS[model or names[0]](),
        query_strategy or names[1],
        missing_label=None,
        random_state=random_state,
    )
