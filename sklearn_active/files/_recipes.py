"""Which model learns from few labels of which kind of data."""

from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from sklearn_active._learner import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.query_strategies import GraphUncertaintyHerding

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
_MANY_TEXTS = 5000


def make_learner(data, model, query_strategy, random_state):
    """Return a learner that suits some data.

    Parameters
    ----------
    data : LabelingData
        The rows.
    model : str or None
        A name in MODELS.
    query_strategy : str, query strategy or None
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
    if query_strategy is None:
        query_strategy = _strategy(data)
    return ActiveLearner(
        MODELS[model or default](data.kind),
        query_strategy,
        missing_label=None,
        random_state=random_state,
    )


def _strategy(data):
    """Return the strategy for the kind of the data, and for its size."""
    if data.kind == "images":
        return "graph_herding"
    if not sparse.issparse(data.X) or data.X.shape[0] <= _MANY_TEXTS:
        return "herding"
    # Neighbors among thousands of columns take minutes, and these are as good.
    components = TruncatedSVD(min(100, data.X.shape[1] - 1), random_state=0)
    return GraphUncertaintyHerding("model", transformer=components)
