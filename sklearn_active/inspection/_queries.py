"""The rows that were asked, round by round."""

from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sklearn_active._data.containers import as_rows
from sklearn_active._learner import ActiveLearner
from sklearn_active._loop.run import run_of
from sklearn_active._sklearn import check_matplotlib_support, num_samples
from sklearn_active.inspection._items import (
    cell_size,
    draw_item,
    is_strip,
    items_of,
)
from sklearn_active.inspection._style import WRONG, check_has_pool

_MOST_ROUNDS = 10
_CAPTION_WIDTH, _TITLE_HEIGHT = 1.2, 0.5
_GAP = 0.15


class QueryDisplay:
    """Show the rows asked about, one line per round, guess and truth above each.

    The picture to look at first: what does the learner ask, and what does it get
    wrong? Images are drawn, texts are written, rows of up to 6 columns are written
    with their names, longer ones become a strip of colors, all on one scale.

    Parameters
    ----------
    history : list of Bunch
        One record per round, as `history_` of
        :class:`~sklearn_active.ActiveLearner`: `round`, `rows`, `answers`,
        `predicted` and `n_labeled`.
    items : container of shape (n_rows, ...)
        What to show, by position in the pool: images of shape (n_rows, height,
        width), texts, or rows of numbers.
    image_shape : tuple of int, default=None
        Turns rows of numbers into images: (height, width), or with colors.
    truth : array-like of shape (n_rows,) or (n_rows, n_labels), default=None
        The true labels by position in the pool. None: what was answered.
    continuous : bool, default=False
        Whether labels are numbers, as a regressor's are: then no guess is marked as
        wrong.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_rounds, n_columns)
        The axes of each row asked about; None where a round has fewer.
    bounding_ax_ : matplotlib Axes or None
        What the grid was fitted into; None where the axes were given.
    figure_ : matplotlib Figure
        The figure of `axes_`.
    images_ : ndarray of matplotlib AxesImage of shape (n_rounds, n_columns)
        Images and strips, None elsewhere.
    texts_ : ndarray of matplotlib Text of shape (n_rounds, n_columns)
        Texts, None elsewhere.

    See Also
    --------
    PoolDisplay : Where in the pool these rows lie.

    Notes
    -----
    The caption of a round says how many labels were known when it was asked: those
    that the guesses come from. A dash stands for the guess where there was no model
    yet. Guesses that differ from the true label are red and bold.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.inspection import QueryDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> X, y = X[:100] / 16, y[:100]
    >>> learner = ActiveLearner(LogisticRegression(), "margin", batch_size=3, budget=6)
    >>> learner.fit(X, y, labeled=[i < 20 for i in range(100)]).n_asked_
    6
    >>> display = QueryDisplay.from_estimator(learner, image_shape=(8, 8))
    >>> display.axes_.shape
    (2, 3)
    """

    def __init__(
        self,
        history: list[Any],
        items: Any,
        *,
        image_shape: tuple[int, ...] | None = None,
        truth: ArrayLike | None = None,
        continuous: bool = False,
    ) -> None:
        self.history = history
        self.items = items
        self.image_shape = image_shape
        self.truth = truth
        self.continuous = continuous

    @classmethod
    def from_estimator(
        cls,
        learner: ActiveLearner,
        *,
        items: Any = None,
        image_shape: tuple[int, ...] | None = None,
        truth: ArrayLike | None = None,
        rounds: Any = None,
        max_per_round: int = 10,
        ax: Any = None,
        image_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw what a learner has asked.

        Parameters
        ----------
        learner : ActiveLearner
            After `fit`, or after `teach`.
        items : container of shape (n_rows, ...), default=None
            What to show instead of the rows of X, in the same order: images, texts.
        image_shape : tuple of int, default=None
            Turns rows of numbers into images: (height, width), or with colors.
        truth : array-like of shape (n_rows,) or (n_rows, n_labels), default=None
            The true labels, where the answers may be wrong or missing. None: what
            was answered.
        rounds : int or sequence of int, default=None
            See `plot`; so are the rest.
        max_per_round : int, default=10
            Number of rows shown of a round at most.
        ax : matplotlib Axes or array-like of Axes, default=None
            Where to draw.
        image_kw : dict, default=None
            Keyword arguments of images and strips.
        text_kw : dict, default=None
            Keyword arguments of texts.

        Returns
        -------
        display : QueryDisplay
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        check_has_pool(learner, f"{cls.__name__}.from_estimator")
        n_rows = len(learner.y_)
        for name, given in (("items", items), ("truth", truth)):
            if given is not None and num_samples(given) != n_rows:
                raise ValueError(
                    f"{name} must have one entry per row of the pool, {n_rows}; got "
                    f"{num_samples(given)}."
                )
        pool = run_of(learner).pool
        display = cls(
            learner.history_,
            pool.X if items is None else items,
            image_shape=image_shape,
            truth=truth,
            continuous=pool.labels.continuous,
        )
        return display.plot(
            ax,
            rounds=rounds,
            max_per_round=max_per_round,
            image_kw=image_kw,
            text_kw=text_kw,
        )

    def plot(
        self,
        ax: Any = None,
        *,
        rounds: Any = None,
        max_per_round: int = 10,
        image_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the grid.

        Parameters
        ----------
        ax : matplotlib Axes or array-like of Axes, default=None
            Axes: the grid is fitted into them; make their figure with
            `layout="constrained"`, which leaves room for the captions. Array-like of
            n_rounds * n_columns axes: these are drawn in. None: a new figure.
        rounds : int or sequence of int, default=None
            Which rounds, counted from 1. None: all; of more than 10 the first 10.
        max_per_round : int, default=10
            Number of rows shown of a round at most, the most useful first. The
            captions tell where rounds or rows are left out.
        image_kw : dict, default=None
            Keyword arguments of images and strips, for
            `matplotlib.axes.Axes.imshow`.
        text_kw : dict, default=None
            Keyword arguments of texts, for `matplotlib.axes.Axes.text`.

        Returns
        -------
        self : QueryDisplay
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if not isinstance(max_per_round, Integral) or max_per_round < 1:
            raise ValueError(f"max_per_round must be an int >= 1, got {max_per_round}.")
        records = self._records(rounds)
        lines = [self._cells(record, max_per_round) for record in records]
        self._set_axes(ax, lines)
        self.images_, self.texts_ = np.full((2, *self.axes_.shape), None)
        items = [item for line in lines for item, _, _ in line]
        drawing = (_limits(items), image_kw or {}, text_kw or {})
        for i, (record, line) in enumerate(zip(records, lines, strict=True)):
            for j, (item, predicted, true) in enumerate(line):
                cell = self.axes_[i, j]
                self.images_[i, j], self.texts_[i, j] = draw_item(cell, item, *drawing)
                _write_title(cell, predicted, true, not self.continuous)
            _write_caption(
                self.axes_[i, 0], self._caption(record, len(line), len(records))
            )
        return self

    def _records(self, rounds):
        known = {record.round: record for record in self.history}
        if not known:
            raise ValueError(
                "Nothing was asked yet: there is no round to show. Call fit with an "
                "oracle, or query and teach, before."
            )
        if rounds is None:
            rounds = list(known)[:_MOST_ROUNDS]
        rounds = [rounds] if isinstance(rounds, Integral) else list(rounds)
        missing = [number for number in rounds if number not in known]
        if missing or not rounds:
            raise ValueError(
                f"rounds must name some of the rounds {min(known)} ... {max(known)}; "
                f"got {rounds}."
            )
        return [known[number] for number in rounds]

    def _cells(self, record, n_most):
        """Return (item, predicted, true) of the rows of one round."""
        rows = record.rows[:n_most]
        items = items_of(self.items, rows, self.image_shape)
        # While an oracle is asked, the round at hand has no record of guesses yet.
        predicted = record.get("predicted", [None] * len(record.rows))
        true = record.answers
        if self.truth is not None:
            true = np.asarray(as_rows(self.truth))[rows].tolist()
        return list(zip(items, predicted, true, strict=False))

    def _caption(self, record, n_shown, n_rounds):
        n_labels = record.n_labeled - _n_new_labels(record)
        has_model = any(p is not None for p in record.get("predicted", ()))
        cut = n_rounds < len(self.history)
        caption = [
            f"round {record.round}" + (f" of {len(self.history)}" if cut else ""),
            "fitted with" if has_model else "no model yet",
            f"{n_labels} label" + ("" if n_labels == 1 else "s"),
        ]
        if n_shown < len(record.rows):
            caption.append(f"({n_shown} of {len(record.rows)} rows)")
        return "\n".join(caption)

    def _set_axes(self, ax, lines):
        """Set the axes of all cells: made, fitted into others, or given."""
        from matplotlib.axes import Axes

        shape = len(lines), max(map(len, lines))
        if ax is None:
            ax = _new_axes(shape, lines)
        if isinstance(ax, Axes):
            self._set_grid(ax, lines, shape)
            return
        given = np.asarray(ax, dtype=object)
        if given.size != shape[0] * shape[1]:
            raise ValueError(
                f"Expected ax to have {shape[0]} x {shape[1]} axes, one per row asked; "
                f"got {given.size}."
            )
        self.axes_ = given.reshape(shape).copy()
        self.figure_, self.bounding_ax_ = self.axes_[0, 0].figure, None
        for i, line in enumerate(lines):
            for unused in self.axes_[i, len(line) :]:
                unused.set_axis_off()
            self.axes_[i, len(line) :] = None

    def _set_grid(self, ax, lines, shape):
        if not ax.axison:  # by an earlier call, most likely
            raise ValueError(
                "The axes hold a grid already. Pass ax=display.axes_ to draw into the "
                "same cells."
            )
        spec = ax.get_subplotspec()
        if spec is None:
            raise ValueError(
                "The grid can only be fitted into axes of a grid, such as those of "
                "plt.subplots(); these were placed by hand."
            )
        ax.set_axis_off()
        self.figure_, self.bounding_ax_ = ax.figure, ax
        # A layout engine makes room for the titles by itself.
        room = {} if self.figure_.get_layout_engine() else {"hspace": 0.6}
        grid = spec.subgridspec(*shape, **room)
        self.axes_ = np.full(shape, None)
        for i, line in enumerate(lines):
            for j in range(len(line)):
                self.axes_[i, j] = self.figure_.add_subplot(grid[i, j])


def _n_new_labels(record):
    """Return how many labels a round brought: an answer given again is none."""
    reasons = record.get("reasons", [""] * len(record.answers))
    pairs = zip(record.answers, reasons, strict=True)
    return sum(_is_whole(answer) and why != "review" for answer, why in pairs)


def _is_whole(answer):
    """Say whether an answer leaves nothing open; of several labels it is a list."""
    return answer is not None and not (isinstance(answer, list) and None in answer)


def _new_axes(shape, lines):
    """Return the axes of a new figure in which every cell is legible."""
    import matplotlib.pyplot as plt

    width, height = cell_size([item for line in lines for item, _, _ in line])
    titles = [title for line in lines for _, *pair in line for title in _title(*pair)]
    width = max(width, 0.08 * max(map(len, titles)))
    n_rows, n_columns = shape
    size = (
        _CAPTION_WIDTH + n_columns * (width + _GAP),
        n_rows * (height + _TITLE_HEIGHT + _GAP),
    )
    return plt.subplots(figsize=size, layout="constrained")[1]


def _limits(items):
    """Return the range of all strips, which makes their colors comparable."""
    strips = [item for item in items if is_strip(item) and not np.isnan(item).all()]
    if not strips:
        return None, None
    return min(map(np.nanmin, strips)), max(map(np.nanmax, strips))


def _title(predicted, true):
    predicted = "\N{EN DASH}" if predicted is None else _short(predicted)
    true = "declined" if true is None else _short(true)
    return f"predict: {predicted}", f"true: {true}"


def _short(label):
    return f"{label:.4g}" if isinstance(label, float) else label


def _write_title(ax, predicted, true, may_be_wrong):
    style = {"fontsize": 9, "parse_math": False}
    known = predicted is not None and true is not None
    if may_be_wrong and known and _differ(predicted, true):
        style |= {"color": WRONG, "fontweight": "bold"}
    ax.set_title("\n".join(_title(predicted, true)), **style)


def _differ(predicted, true):
    """Say whether a guess is wrong; what is open of several labels doesn't count."""
    if not isinstance(true, list):
        return predicted != true
    pairs = zip(predicted, true, strict=True)
    return any(said in (0, 1) and said != guess for guess, said in pairs)


def _write_caption(ax, caption):
    ax.set_ylabel(caption, rotation=0, ha="right", va="center", labelpad=12)
