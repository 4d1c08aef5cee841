"""What the pictures share: colors, marks, and the check of what is drawn."""

from sklearn.utils.validation import check_is_fitted

from sklearn_active._learner import ActiveLearner

# Okabe and Ito's palette without its yellow: told apart by color-blind readers. The
# line styles and markers tell the same apart in gray; 7 colors and 8 markers repeat
# together after 56 only.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)), (0, (8, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
WRONG = "#B30000"


def cycled(values, number):
    """Return the value at a number, beginning again after the last."""
    return values[number % len(values)]


def merged(defaults, given, artist):
    """Return keyword arguments of a matplotlib artist; what is given wins.

    Parameters
    ----------
    defaults : dict
        By their full names: `linewidth`, not `lw`.
    given : dict or None
        By any name: short ones are spelled out.
    artist : class
        A matplotlib class, which knows the short names.

    Returns
    -------
    keywords : dict
    """
    from matplotlib.cbook import normalize_kwargs

    return {**defaults, **normalize_kwargs(given or {}, artist)}


def check_has_pool(learner, method):
    """Raise unless `learner` is an ActiveLearner that was fitted or started."""
    if not isinstance(learner, ActiveLearner):
        raise TypeError(
            f"{method} draws an ActiveLearner, got a {type(learner).__name__}. Of a "
            "Pipeline or a search pass the fitted learner in it: pipeline[-1], "
            "search.best_estimator_."
        )
    check_is_fitted(
        learner,
        "history_",
        msg="This %(name)s knows no pool yet: call fit or start before drawing it.",
    )
