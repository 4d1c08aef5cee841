"""The pool in two dimensions."""

from copy import deepcopy
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import clone
from sklearn.decomposition import PCA, TruncatedSVD

from sklearn_active._data.containers import name_of
from sklearn_active._data.rows import refuse_chunks
from sklearn_active._learner import ActiveLearner
from sklearn_active._loop.run import run_of
from sklearn_active._sklearn import check_matplotlib_support, num_samples
from sklearn_active.inspection._style import (
    COLORS,
    MARKERS,
    check_has_pool,
    cycled,
    merged,
)
from sklearn_active.query_strategies import FunctionStrategy, RandomSampling
from sklearn_active.query_strategies._registry import check_compatible, declared


class PoolDisplay:
    """Draw the pool in two dimensions: known labels, rows asked about, useful rows.

    Use it to see whether the questions follow the boundary between classes or spread
    over the pool. Candidates are the darker the higher their utility, labeled rows
    differ in color and marker by class, or in color by their number, and rows that were
    asked about have a ring.

    Parameters
    ----------
    points : ndarray of float of shape (n_rows, 2)
        Where to draw each row of the pool.
    y : ndarray of shape (n_rows,)
        The labels of the labeled rows, several labels as one text; anything elsewhere.
    labeled : ndarray of bool of shape (n_rows,)
        Which rows are labeled.
    utilities : ndarray of float of shape (n_rows,), default=None
        Utilities of the candidates, NaN for other rows; None: no row has one.
    asked : ndarray of int of shape (n_asked,), default=None
        Positions of the rows that were asked about, in this order.
    axis_names : tuple of (str or None), default=(None, None)
        Names of the two axes.
    utility_name : str, default='utility'
        Name of the color bar.
    continuous : bool, default=False
        Whether labels are numbers, as a regressor's are, instead of classes.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn in.
    figure_ : matplotlib Figure
        The figure of `ax_`.
    unlabeled_ : matplotlib PathCollection
        Unlabeled rows without a utility, gray.
    candidates_ : matplotlib PathCollection or None
        Candidates, colored by their utility; None where there are no utilities.
    labeled_ : list of matplotlib PathCollection
        Labeled rows, one collection per class, in sorted order; one in all where labels
        are numbers.
    asked_ : matplotlib PathCollection
        The rings of the rows that were asked about.
    numbers_ : list of matplotlib Annotation
        The order in which they were asked about, with `numbers=True`.
    colorbar_ : matplotlib Colorbar or None
        The color bar of the utilities.
    label_colorbar_ : matplotlib Colorbar or None
        The color bar of labels that are numbers.

    See Also
    --------
    QueryDisplay : The rows themselves that were asked about.
    sklearn.inspection.DecisionBoundaryDisplay : What the model makes of the plane.

    Notes
    -----
    Utilities are those of the next question, each candidate taken alone: what a
    strategy that chooses batches jointly subtracts after its first pick is not shown.
    They come from a copy of the strategy; the learner stays as it is. There are none,
    and all unlabeled rows are gray, where rows are chosen at random
    (:class:`~sklearn_active.query_strategies.RandomSampling`, and before two classes
    are known with a strategy that needs a model) and with a strategy that has `select`
    but no `utilities`. Rows with the utility -inf, and rows that the oracle declined,
    are gray too.

    Cost: one query of the strategy and a copy of its state, and the projection.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.inspection import PoolDisplay
    >>> X, y = make_blobs(60, centers=3, random_state=0)
    >>> learner = ActiveLearner(LogisticRegression(), "margin", budget=5)
    >>> learner.fit(X, y, labeled=[i < 6 for i in range(60)]).n_asked_
    5
    >>> display = PoolDisplay.from_estimator(learner)
    >>> len(display.asked), len(display.candidates_.get_offsets())
    (5, 49)
    """

    def __init__(
        self,
        points: NDArray[Any],
        y: NDArray[Any],
        labeled: NDArray[Any],
        *,
        utilities: NDArray[Any] | None = None,
        asked: NDArray[Any] | None = None,
        axis_names: tuple[str | None, str | None] = (None, None),
        utility_name: str = "utility",
        continuous: bool = False,
    ) -> None:
        self.points = points
        self.y = y
        self.labeled = labeled
        self.utilities = utilities
        self.asked = asked
        self.axis_names = axis_names
        self.utility_name = utility_name
        self.continuous = continuous

    @classmethod
    def from_estimator(
        cls,
        learner: ActiveLearner,
        *,
        projection: ArrayLike | None = None,
        ax: Any = None,
        numbers: bool = False,
        colorbar: bool = True,
        candidates_kw: dict[str, Any] | None = None,
        labeled_kw: dict[str, Any] | None = None,
        asked_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the pool of a learner.

        Parameters
        ----------
        learner : ActiveLearner
            After `start`, `teach` or `fit`.
        projection : array-like of shape (n_rows, 2) or transformer, default=None
            Where to draw the rows: points, or a transformer with `fit_transform`,
            which is cloned and fitted on the whole pool. None: the columns of X
            where there are two, else their first two principal components (of sparse
            X :class:`~sklearn.decomposition.TruncatedSVD`).
        ax : matplotlib Axes, default=None
            See `plot`; so are the rest.
        numbers : bool, default=False
            Whether to write the order beside the rows that were asked.
        colorbar : bool, default=True
            Whether to draw color bars: of the utilities, and of labels that are
            numbers.
        candidates_kw : dict, default=None
            Keyword arguments of the candidates.
        labeled_kw : dict, default=None
            Keyword arguments of the labeled rows.
        asked_kw : dict, default=None
            Keyword arguments of the rings.

        Returns
        -------
        display : PoolDisplay
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        check_has_pool(learner, f"{cls.__name__}.from_estimator")
        points, axis_names = _project(learner, projection)
        labels = run_of(learner).pool.labels
        asked = [record.rows for record in learner.history_]
        display = cls(
            points,
            labels.shown(),
            labels.known.copy(),
            utilities=_utilities(learner),
            asked=np.concatenate([np.array([], dtype=int), *asked]),
            axis_names=axis_names,
            utility_name=f"utility ({_name(learner.query_strategy_)})",
            continuous=labels.continuous,
        )
        return display.plot(
            ax,
            numbers=numbers,
            colorbar=colorbar,
            candidates_kw=candidates_kw,
            labeled_kw=labeled_kw,
            asked_kw=asked_kw,
        )

    def plot(
        self,
        ax: Any = None,
        *,
        numbers: bool = False,
        colorbar: bool = True,
        candidates_kw: dict[str, Any] | None = None,
        labeled_kw: dict[str, Any] | None = None,
        asked_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the pool.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None: a new figure.
        numbers : bool, default=False
            Whether to write the order beside the rows that were asked.
        colorbar : bool, default=True
            Whether to draw color bars: of the utilities, and of labels that are
            numbers.
        candidates_kw : dict, default=None
            Keyword arguments of the candidates (also the gray ones), for
            `matplotlib.axes.Axes.scatter`.
        labeled_kw : dict, default=None
            Keyword arguments of the labeled rows, for the same.
        asked_kw : dict, default=None
            Keyword arguments of the rings, for the same.

        Returns
        -------
        self : PoolDisplay
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots(layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        self._draw_unlabeled(candidates_kw)
        self._draw_labeled(labeled_kw)
        self._draw_asked(asked_kw, numbers)
        self.colorbar_ = self.label_colorbar_ = None
        if colorbar and self.candidates_ is not None:
            self.colorbar_ = self.figure_.colorbar(
                self.candidates_, ax=ax, label=self.utility_name
            )
        if colorbar and self.continuous and self.labeled_:
            (numbers_of,) = self.labeled_
            self.label_colorbar_ = self.figure_.colorbar(
                numbers_of, ax=ax, label="label"
            )
        for axis, name in zip((ax.xaxis, ax.yaxis), self.axis_names, strict=True):
            if name is not None:
                axis.set_label_text(name)
        self._draw_legend()
        return self

    def _scatter(self, rows, keywords):
        return self.ax_.scatter(*self.points[rows].T, **keywords)

    def _draw_unlabeled(self, candidates_kw):
        from matplotlib.collections import PathCollection

        defaults = {"s": 16, "linewidth": 0, "zorder": 1}
        keywords = merged(defaults, candidates_kw, PathCollection)
        utilities = np.full(len(self.points), np.nan)
        if self.utilities is not None:
            utilities = np.asarray(self.utilities, dtype=float)
        has_utility = np.isfinite(utilities) & ~self.labeled
        gray = {k: v for k, v in keywords.items() if k not in ("cmap", "norm")}
        gray = {"color": "0.8", **gray}
        self.unlabeled_ = self._scatter(~self.labeled & ~has_utility, gray)
        self.candidates_ = None
        if has_utility.any():
            rows = np.flatnonzero(has_utility)
            # Drawn last, useful rows lie on top of the crowd.
            rows = rows[np.argsort(utilities[rows], kind="stable")]
            keywords = {"c": utilities[rows], "cmap": _light_to_dark(), **keywords}
            self.candidates_ = self._scatter(rows, keywords)

    def _draw_labeled(self, labeled_kw):
        from matplotlib.collections import PathCollection

        y = np.asarray(self.y)
        self.labeled_ = []
        if self.continuous:
            if self.labeled.any():
                keywords = {"s": 45, "edgecolor": "white", "linewidth": 0.8}
                keywords |= {"zorder": 3, "cmap": "summer", "c": y[self.labeled]}
                keywords = merged(keywords, labeled_kw, PathCollection)
                self.labeled_.append(self._scatter(self.labeled, keywords))
            return
        for number, label in enumerate(np.unique(y[self.labeled])):
            defaults = {
                "s": 45,
                "color": cycled(COLORS, number),
                "marker": cycled(MARKERS, number),
                "edgecolor": "white",
                "linewidth": 0.8,
                "label": str(label),
                "zorder": 3,
            }
            rows = self.labeled.copy()
            rows[rows] = y[rows] == label
            keywords = merged(defaults, labeled_kw, PathCollection)
            self.labeled_.append(self._scatter(rows, keywords))

    def _draw_asked(self, asked_kw, numbers):
        from matplotlib.collections import PathCollection

        asked = np.array([], dtype=int) if self.asked is None else self.asked
        defaults = {
            "s": 130,
            "color": "black",
            "facecolor": "none",
            "linewidth": 1.2,
            "label": "asked",
            "zorder": 4,
        }
        self.asked_ = self._scatter(asked, merged(defaults, asked_kw, PathCollection))
        self.numbers_ = []
        if numbers:
            self.numbers_ = [
                _write_number(self.ax_, str(number), self.points[row])
                for number, row in enumerate(asked, start=1)
            ]

    def _draw_legend(self):
        shown = [self.asked_] if self.continuous else [*self.labeled_, self.asked_]
        handles = [h for h in shown if len(h.get_offsets())]
        if not handles:
            return
        # Below the axes it hides no row.
        self.ax_.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.13),
            ncols=min(len(handles), 6),
            frameon=False,
        )


def _write_number(ax, number, point):
    from matplotlib.patheffects import withStroke

    return ax.annotate(
        number,
        point,
        xytext=(6, 5),
        textcoords="offset points",
        size=8,
        zorder=5,
        path_effects=[withStroke(linewidth=2, foreground="white")],
    )


def _light_to_dark():
    """Return a color map of violets whose light end shows on white."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(
        "light_to_dark", ["#DAD8EB", "#9E9AC8", "#3F007D"]
    )


def _name(strategy):
    if isinstance(strategy, FunctionStrategy):
        return name_of(strategy.function)
    return type(strategy).__name__


def _utilities(learner):
    """Return utilities of all rows, NaN where there is none, or None; see the Notes."""
    run = run_of(learner)
    state, strategy = run.pool, run.strategy
    falls_back = run.model.is_cold and declared(strategy, "needs")
    at_random = isinstance(strategy, RandomSampling) or falls_back
    if at_random or not hasattr(strategy, "utilities") or not state.n_candidates:
        return None
    check_compatible(strategy, learner.estimator, state.labels.task)
    pool = run.view(quiet=True)  # the one warning of a fit belongs to its queries
    # A copy is asked, so that looking changes nothing: a strategy that keeps sums
    # would take what it is shown as heard. X is shared, not copied: strategies know
    # their pool by its identity, and would build a graph anew.
    strategy = deepcopy(strategy, {id(state.X): state.X})
    utilities = np.full(len(state), np.nan)
    utilities[pool.candidates] = pool.checked(strategy.utilities(pool))
    return utilities


def _project(learner, projection):
    """Return points of shape (n_rows, 2), and the names of the axes."""
    X = run_of(learner).pool.X
    refuse_chunks(X, "PoolDisplay")
    if projection is None:
        return _by_default(learner, X)
    points = projection
    if hasattr(projection, "fit_transform"):
        points = clone(projection).fit_transform(X)
    points = points.toarray() if sparse.issparse(points) else np.asarray(points)
    if points.shape != (num_samples(X), 2):
        raise ValueError(
            f"projection must give two numbers per row, an array of shape "
            f"{(num_samples(X), 2)}; got {points.shape}."
        )
    return points, (None, None)


def _by_default(learner, X):
    names = getattr(learner, "feature_names_in_", None)
    if sparse.issparse(X):
        svd = TruncatedSVD(2, random_state=0)
        return svd.fit_transform(X), ("first component", "second component")
    values = np.asarray(X)
    if values.dtype.kind not in "biuf" or values.ndim < 2:
        raise ValueError(
            f"X is a {type(X).__name__} of dtype {values.dtype} and shape "
            f"{values.shape}: there is no projection of it by default. Pass "
            "projection=..., an array of shape (n_rows, 2) or a transformer, such as "
            "make_pipeline(TfidfVectorizer(), TruncatedSVD(2)) for text."
        )
    # Images are flattened. Two columns are drawn as they are: principal components
    # would turn and mirror what the user knows.
    values = values.reshape(len(values), -1)
    if values.shape[1] == 1:
        return np.column_stack([values, np.zeros(len(values))]), (
            "x0" if names is None else names[0],
            None,
        )
    if values.shape[1] == 2:
        return values, ("x0", "x1") if names is None else tuple(names)
    pca = PCA(2, random_state=0)
    names = ("first principal component", "second principal component")
    return pca.fit_transform(values), names
