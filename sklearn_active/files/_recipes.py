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
_DEFAULTS = {"images": ("graph", "graph_herding")}


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
    names = _DEFAULTS.get(kind, ("linear", "herding"))
    if model is not None and model not in MODELS:
        raise ValueError(f"There is no model {model!r}; there are {sorted(MODELS)}.")
    return ActiveLearner(
        MODELS[model or names[0]](kind),
        query_strategy or names[1],
        missing_label=None,
        random_state=random_state,
    )
