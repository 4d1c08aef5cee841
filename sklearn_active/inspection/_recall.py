"""How much of a class is found, and how much of it for sure."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sklearn_active._data.one_class import SoughtClass
from sklearn_active._learner import ActiveLearner
from sklearn_active._sklearn import check_matplotlib_support, validate_params
from sklearn_active.inspection._style import COLORS, LINE_STYLES, check_has_pool, merged
from sklearn_active.stopping_rules import Recall
from sklearn_active.stopping_rules._recall_bound import (
    is_reached,
    lower_limit,
    reading_of,
)

_MOST_POINTS = 100


class RecallDisplay:
    """Draw how many rows of a class were found, and what share of all that is.

    Make one with `from_estimator`. The dark line counts the rows found over the rows
    read. The light one is the lower confidence limit of the recall: the share of all
    rows of the class in the pool that are found at least. Where it reaches the target,
    :class:`~sklearn_active.stopping_rules.Recall` stops.

    Parameters
    ----------
    n_read : ndarray of int of shape (n_points,)
        Rows read, ascending.
    n_found : ndarray of int of shape (n_points,)
        Rows of the class known by then, those of the start included.
    lower_limit : ndarray of float of shape (n_points,)
        In [0, 1]: the recall that was certain by then.
    target : float, default=0.95
        The recall aimed at.
    stop_at : int, default=None
        Rows read where the rule stops; None: nowhere so far.
    label : object, default=None
        The label of the class, for the name of the axis; None: it isn't named.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn in: rows found.
    limit_ax_ : matplotlib Axes
        The axes over it, with a scale on the right: the recall that is certain.
    figure_ : matplotlib Figure
        The figure of `ax_`.
    found_line_ : matplotlib Line2D
        Rows found.
    limit_line_ : matplotlib Line2D
        The lower limit of the recall.
    target_line_ : matplotlib Line2D
        The target, across.
    stop_line_ : matplotlib Line2D or None
        Where the rule stops, upright.

    See Also
    --------
    sklearn_active.stopping_rules.Recall : The rule, and what it assumes.

    Notes
    -----
    The limit is the highest target at which the rule would have stopped by then. For
    each single target it holds over the whole run, whenever one looks, with the
    confidence chosen, but not for all targets at once. It falls where a row is found
    after a long time without one.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.inspection import RecallDisplay
    >>> from sklearn_active.query_strategies import MostLikely
    >>> X, truth = make_blobs([900, 100], shuffle=False, random_state=0)
    >>> learner = ActiveLearner(
    ...     LogisticRegression(), MostLikely(1), batch_size=50, budget=500
    ... )
    >>> start = [i in (0, 950) for i in range(1000)]
    >>> display = RecallDisplay.from_estimator(
    ...     learner.fit(X, truth, labeled=start), 1, target=0.9
    ... )
    >>> int(display.n_found[-1]), display.stop_at
    (100, 500)
    """

    def __init__(
        self,
        n_read: ArrayLike,
        n_found: ArrayLike,
        lower_limit: ArrayLike,
        *,
        target: float = 0.95,
        stop_at: int | None = None,
        label: Any = None,
    ) -> None:
        self.n_read = n_read
        self.n_found = n_found
        self.lower_limit = lower_limit
        self.target = target
        self.stop_at = stop_at
        self.label = label

    @classmethod
    def from_estimator(
        cls,
        learner: ActiveLearner,
        label: Any,
        *,
        target: float = 0.95,
        confidence: float = 0.95,
        ax: Any = None,
        found_kw: dict[str, Any] | None = None,
        limit_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw what a learner has found so far.

        Parameters
        ----------
        learner : ActiveLearner
            After `fit`, or after `teach`.
        label : object
            The label of the class.
        target : float, default=0.95
            In (0, 1): the recall aimed at, as for the rule.
        confidence : float, default=0.95
            In (0, 1): how sure the limit is, as for the rule.
        ax : matplotlib Axes, default=None
            See `plot`; so are the rest.
        found_kw : dict, default=None
            Keyword arguments of the line of rows found.
        limit_kw : dict, default=None
            Keyword arguments of the line of the limit.

        Returns
        -------
        display : RecallDisplay
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        check_has_pool(learner, f"{cls.__name__}.from_estimator")
        validate_params(Recall(label, target=target, confidence=confidence))
        whole = reading_of(learner, SoughtClass(label, cls.__name__))
        n_read = _read_by_round(learner)
        # The rule is asked after each round, so also between the points drawn.
        stops = (n for n in n_read if is_reached(whole.until(n), target, confidence)[0])
        points = _some(n_read)
        readings = [whole.until(n) for n in points]
        display = cls(
            n_read=np.array(points),
            n_found=np.array([reading.n_found for reading in readings]),
            lower_limit=np.array([lower_limit(r, confidence) for r in readings]),
            target=target,
            stop_at=next(stops, None),
            label=label,
        )
        return display.plot(ax, found_kw=found_kw, limit_kw=limit_kw)

    def plot(
        self,
        ax: Any = None,
        *,
        found_kw: dict[str, Any] | None = None,
        limit_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw both lines.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None: a new figure.
        found_kw : dict, default=None
            Keyword arguments of the line of rows found, for
            `matplotlib.axes.Axes.plot`.
        limit_kw : dict, default=None
            Keyword arguments of the line of the limit, for
            `matplotlib.axes.Axes.plot`.

        Returns
        -------
        self : RecallDisplay
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots(layout="constrained")
        self.ax_, self.figure_, self.limit_ax_ = ax, ax.figure, ax.twinx()
        self.found_line_ = self._draw(ax, 0, self.n_found, "found", found_kw)
        self.limit_line_ = self._draw(
            self.limit_ax_, 1, self.lower_limit, "recall that is sure", limit_kw
        )
        color = self.limit_line_.get_color()
        thin = {"color": color, "linewidth": 1, "linestyle": ":"}
        self.target_line_ = self.limit_ax_.axhline(self.target, label="target", **thin)
        self.stop_line_ = None
        if self.stop_at is not None:
            gray = {"color": "0.3", "linewidth": 1, "linestyle": "-."}
            label = f"stops at {self.stop_at:,}"
            self.stop_line_ = self.limit_ax_.axvline(self.stop_at, label=label, **gray)
        self._name_axes()
        return self

    def _draw(self, ax, number, values, name, given):
        from matplotlib.lines import Line2D

        defaults = {
            "color": COLORS[number],
            "linestyle": LINE_STYLES[number],
            "linewidth": 2,
            "label": name,
        }
        return ax.plot(self.n_read, values, **merged(defaults, given, Line2D))[0]

    def _name_axes(self):
        rows = "Rows" if self.label is None else f"Rows of {self.label!r}"
        self.ax_.set(xlabel="Rows read", ylabel=f"{rows} found")
        self.ax_.set_ylim(bottom=0)
        self.ax_.grid(alpha=0.3)
        self.limit_ax_.set(ylabel="Recall that is sure", ylim=(0, 1.05))
        lines = [self.found_line_, self.limit_line_, self.target_line_, self.stop_line_]
        shown = [line for line in lines if line is not None]
        # In the upper axes, which hide the lower ones. Both lines end high.
        self.limit_ax_.legend(handles=shown, loc="lower right")


def _read_by_round(learner):
    """Return how many rows were read after each round, beginning with 0."""
    learned_in = learner.labeled_iter_
    counts = np.bincount(learned_in[learned_in > 0], minlength=1)
    return np.unique(np.append(0, np.cumsum(counts))).tolist()


def _some(points):
    """Return as many of the points as a picture can show, the last included."""
    kept = np.linspace(0, len(points) - 1, min(len(points), _MOST_POINTS))
    return [points[i] for i in np.round(kept).astype(int)]
