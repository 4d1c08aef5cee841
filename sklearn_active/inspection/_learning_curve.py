"""Learning curves: scores against the number of labels, with bands."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sklearn_active._data.containers import name_of
from sklearn_active._learner import ActiveLearner
from sklearn_active._sklearn import check_matplotlib_support
from sklearn_active.inspection._style import COLORS, LINE_STYLES, cycled, merged
from sklearn_active.model_selection import active_learning_curve

_BANDS = ("std_error", "std", "minmax", None)


class ActiveLearningCurveDisplay:
    r"""Draw how the score grows with the number of labels, with bands.

    Make one with `from_curves` from what
    :func:`~sklearn_active.model_selection.active_learning_curve` or
    :func:`~sklearn_active.model_selection.compare_strategies` returned, or with
    `from_estimator`, which runs the curve of one learner. Strategies differ in color
    and in line style.

    Parameters
    ----------
    curves : dict of str to Bunch
        What to draw, by the name in the legend: objects with `n_labels`, ndarray of
        int of shape (n_points,), and `test_scores`, ndarray of float of shape
        (n_repeats, n_splits, n_points), NaN where there was no score.
    score_name : str, default=None
        Name of the vertical axis; None: 'Score'.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn in.
    figure_ : matplotlib Figure
        The figure of `ax_`.
    lines_ : list of matplotlib Line2D
        One line per curve: the mean.
    fills_ : list of matplotlib PolyCollection or None
        One band per curve; None where there is no band, or one run only.

    See Also
    --------
    sklearn.model_selection.LearningCurveDisplay : Rows that all have labels.

    Notes
    -----
    A run is a repetition, its score the mean over its splits; where there is one
    repetition, the runs are its splits. The line is the mean over the runs that have a
    score at that number of labels. Of k runs with the scores :math:`s_r` and the mean
    :math:`\bar s` the bands are

    .. math:: \text{std}^2 = \frac{1}{k - 1} \sum_r (s_r - \bar s)^2,
        \quad \text{std_error} = \text{std} / \sqrt k

    on both sides of the line, and 'minmax' lies between the lowest and the highest
    score. Repetitions share the rows: a standard error over them says how much the
    start and the seed matter on these data, not on others. Over splits it is too
    small, as they train on each other's rows.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.utils import Bunch
    >>> from sklearn_active.inspection import ActiveLearningCurveDisplay
    >>> n_labels = np.array([5, 10, 15])
    >>> curves = {
    ...     "margin": Bunch(n_labels=n_labels, test_scores=np.full((4, 3, 3), 0.9)),
    ...     "random": Bunch(n_labels=n_labels, test_scores=np.full((4, 3, 3), 0.8)),
    ... }
    >>> display = ActiveLearningCurveDisplay.from_curves(curves)
    >>> [line.get_label() for line in display.lines_]
    ['margin', 'random']
    """

    def __init__(
        self, curves: dict[str, Any], *, score_name: str | None = None
    ) -> None:
        self.curves = curves
        self.score_name = score_name

    @classmethod
    def from_estimator(
        cls,
        learner: ActiveLearner,
        X: Any,
        y: ArrayLike,
        *,
        initial: int | ArrayLike,
        budget: int,
        cv: Any = None,
        n_repeats: int = 1,
        scoring: str | Callable[..., Any] | None = None,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        name: str | None = None,
        ax: Any = None,
        score_name: str | None = None,
        band: str | None = "std_error",
        line_kw: dict[str, Any] | None = None,
        fill_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Run the learning curve of one learner, and draw it.

        Parameters
        ----------
        learner : ActiveLearner
            What is run; it is cloned.
        X : container of shape (n_samples, ...)
            All rows.
        y : array-like of shape (n_samples,)
            Their labels, complete.
        initial : int or array-like of bool of shape (n_samples,)
            The labels known at the start, as in
            :func:`~sklearn_active.model_selection.active_learning_curve`; so are the
            next six.
        budget : int
            Number of labels to ask for.
        cv : int, splitter or None, default=None
            How the rows are split.
        n_repeats : int, default=1
            Number of repetitions.
        scoring : str, callable or None, default=None
            The score; a str also names the vertical axis.
        n_jobs : int, default=None
            Number of jobs run in parallel.
        random_state : int, RandomState instance or None, default=None
            Seed of the runs.
        name : str, default=None
            Name of the curve; None: that of the learner's query strategy.
        ax : matplotlib Axes, default=None
            See `plot`; so are the rest.
        score_name : str, default=None
            Name of the vertical axis.
        band : {'std_error', 'std', 'minmax'} or None, default='std_error'
            What the band shows.
        line_kw : dict, default=None
            Keyword arguments of the lines.
        fill_kw : dict, default=None
            Keyword arguments of the bands.

        Returns
        -------
        display : ActiveLearningCurveDisplay
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        curve = active_learning_curve(
            learner,
            X,
            y,
            initial=initial,
            budget=budget,
            cv=cv,
            n_repeats=n_repeats,
            scoring=scoring,
            n_jobs=n_jobs,
            random_state=random_state,
        )
        if score_name is None and isinstance(scoring, str):
            score_name = scoring[:1].upper() + scoring[1:].replace("_", " ")
        name = _strategy_name(learner) if name is None else name
        display = cls({name: curve}, score_name=score_name)
        return display.plot(ax, band=band, line_kw=line_kw, fill_kw=fill_kw)

    @classmethod
    def from_curves(
        cls,
        result: Any,
        *,
        ax: Any = None,
        score_name: str | None = None,
        band: str | None = "std_error",
        line_kw: dict[str, Any] | None = None,
        fill_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the curves that were run before.

        Parameters
        ----------
        result : Bunch or dict of str to Bunch
            What :func:`~sklearn_active.model_selection.compare_strategies` or
            :func:`~sklearn_active.model_selection.active_learning_curve` returned, or
            a dict of what the latter returned.
        ax : matplotlib Axes, default=None
            See `plot`; so are the rest.
        score_name : str, default=None
            Name of the vertical axis.
        band : {'std_error', 'std', 'minmax'} or None, default='std_error'
            What the band shows.
        line_kw : dict, default=None
            Keyword arguments of the lines.
        fill_kw : dict, default=None
            Keyword arguments of the bands.

        Returns
        -------
        display : ActiveLearningCurveDisplay
        """
        curves = result.get("curves", result)
        if "test_scores" in curves:
            curves = {"active learning": curves}
        display = cls(curves, score_name=score_name)
        return display.plot(ax, band=band, line_kw=line_kw, fill_kw=fill_kw)

    def plot(
        self,
        ax: Any = None,
        *,
        score_name: str | None = None,
        band: str | None = "std_error",
        line_kw: dict[str, Any] | None = None,
        fill_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw one line and one band per curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None: a new figure. Curves are added to those already in the
            axes, in the next colors and line styles.
        score_name : str, default=None
            Name of the vertical axis; None: that of the display.
        band : {'std_error', 'std', 'minmax'} or None, default='std_error'
            What the band shows: the standard error or the standard deviation of the
            runs on both sides, or their range. None: no band.
        line_kw : dict, default=None
            Keyword arguments of all lines, for
            `matplotlib.axes.Axes.plot`.
        fill_kw : dict, default=None
            Keyword arguments of all bands, for
            `matplotlib.axes.Axes.fill_between`.

        Returns
        -------
        self : ActiveLearningCurveDisplay
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if band not in _BANDS:
            options = ", ".join(map(repr, _BANDS))
            raise ValueError(f"band must be one of {options}; got {band!r}.")
        runs = {name: _runs(name, curve) for name, curve in self.curves.items()}
        if not runs:
            raise ValueError("There is no curve to draw: curves is empty.")
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots(layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        self.lines_, self.fills_ = [], []
        for name, (n_labels, scores) in runs.items():
            line = self._draw_line(n_labels, _mean(scores), name, line_kw)
            limits = None if len(scores) < 2 else _limits(scores, band)
            fill = None
            if limits is not None:
                keywords = _fill_keywords(line, fill_kw)
                fill = ax.fill_between(n_labels, *limits, **keywords)
            self.lines_.append(line)
            self.fills_.append(fill)
        self._name_axes(score_name or self.score_name or "Score")
        return self

    def _draw_line(self, n_labels, mean, name, line_kw):
        from matplotlib.lines import Line2D

        number = len(self.ax_.get_lines())
        defaults = {
            "color": cycled(COLORS, number),
            "linestyle": cycled(LINE_STYLES, number),
            "linewidth": 2,
            "label": name,
        }
        keywords = merged(defaults, line_kw, Line2D)
        return self.ax_.plot(n_labels, mean, **keywords)[0]

    def _name_axes(self, score_name):
        from matplotlib.ticker import MaxNLocator

        self.ax_.set(xlabel="Number of labels", ylabel=score_name)
        locator = self.ax_.xaxis.get_major_locator()
        if isinstance(locator, MaxNLocator):  # not where the user set a log scale
            locator.set_params(integer=True)
        self.ax_.grid(alpha=0.3)
        if len(self.ax_.get_lines()) > 1:
            self.ax_.legend()


def _strategy_name(learner):
    strategy = getattr(learner, "query_strategy", learner)
    if isinstance(strategy, str):
        return strategy
    return name_of(strategy)


def _runs(name, curve):
    """Return the numbers of labels, and scores of shape (n_runs, n_points)."""
    n_labels = np.asarray(curve.n_labels)
    scores = np.asarray(curve.test_scores, dtype=float)
    if scores.ndim != 3 or scores.shape[2:] != n_labels.shape:
        raise ValueError(
            f"test_scores of {name!r} must have the shape (n_repeats, n_splits, "
            f"n_points) with {n_labels.size} points, as n_labels has; got "
            f"{scores.shape}."
        )
    return n_labels, scores[0] if len(scores) == 1 else _mean(scores, axis=1)


def _mean(scores, axis=0):
    """Return the mean of what is not NaN; NaN, and no warning, where all are."""
    known = ~np.isnan(scores)
    n_known = known.sum(axis=axis)
    total = np.where(known, scores, 0).sum(axis=axis)
    return np.divide(
        total, n_known, out=np.full(total.shape, np.nan), where=n_known > 0
    )


def _limits(scores, band):
    """Return the lower and the upper limit of the band, each (n_points,), or None."""
    if band is None:
        return None
    if band == "minmax":
        return np.fmin.reduce(scores), np.fmax.reduce(scores)
    mean, n_known = _mean(scores), (~np.isnan(scores)).sum(axis=0)
    variance = _mean((scores - mean) ** 2)
    freedom = np.where(n_known > 1, n_known - 1, np.nan)
    width = np.sqrt(variance * n_known / freedom)
    if band == "std_error":
        width = width / np.sqrt(np.maximum(n_known, 1))
    return mean - width, mean + width


def _fill_keywords(line, fill_kw):
    from matplotlib.collections import PolyCollection

    defaults = {"facecolor": line.get_color(), "alpha": 0.2, "linewidth": 0}
    return merged(defaults, fill_kw, PolyCollection)
