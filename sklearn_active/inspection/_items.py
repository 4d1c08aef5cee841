"""What a row of the pool looks like: an image, a text, or its numbers."""

from textwrap import wrap

import numpy as np
from scipy import sparse

from sklearn_active._data.containers import is_frame
from sklearn_active._data.rows import take

_MOST_VALUES = 6  # longer rows of numbers become a strip
_LINE_LENGTH = 30
_MOST_LINES = 6


def items_of(container, rows, image_shape=None):
    """Return the items at some positions, ready to be drawn.

    Parameters
    ----------
    container : container of shape (n_rows, ...)
        Images, texts, or rows of numbers: array, sparse matrix, frame, list.
    rows : ndarray of int of shape (n_items,)
        Positions.
    image_shape : tuple of int, default=None
        Turns rows of numbers into images.

    Returns
    -------
    items : list of (ndarray or str)
        Arrays of 2 or 3 dimensions are images, of 1 dimension strips.
    """
    taken, names = take(container, np.asarray(rows)), None
    if sparse.issparse(taken):
        taken = taken.toarray()
    if is_frame(taken):
        names = list(taken.columns)
        taken = np.asarray(taken)
    return [_item(item, image_shape, names) for item in taken]


def _item(item, image_shape, names):
    if isinstance(item, str):
        return item
    values = np.asarray(item)
    if image_shape is not None:
        return _as_image(values, image_shape)
    is_numeric = values.dtype.kind in "biuf"
    if values.ndim >= 2 or (is_numeric and values.ndim and len(values) > _MOST_VALUES):
        return values
    if not values.ndim:
        return str(item)
    names = [f"x{i}" for i in range(len(values))] if names is None else names
    pairs = zip(names, values.tolist(), strict=True)
    return "\n".join(f"{name}: {_written(value)}" for name, value in pairs)


def _as_image(values, image_shape):
    n_pixels = np.prod(image_shape, dtype=int)
    if values.size != n_pixels:
        raise ValueError(
            f"image_shape={tuple(image_shape)} needs rows of {n_pixels} values; they "
            f"have {values.size}."
        )
    return values.reshape(image_shape)


def _written(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def folded(text):
    """Return a text in a few short lines, cut where it is longer."""
    lines = [
        part
        for line in text.splitlines()
        for part in wrap(line, _LINE_LENGTH, break_long_words=True)
    ]
    if len(lines) > _MOST_LINES:
        lines = lines[:_MOST_LINES]
        lines[-1] += " \N{HORIZONTAL ELLIPSIS}"
    return "\n".join(lines)


def is_strip(item):
    """Say whether an item is drawn as a strip of colors."""
    return not isinstance(item, str) and item.ndim == 1


def cell_size(items):
    """Return width and height in inches that show the largest of some items well."""
    texts = [folded(item).split("\n") for item in items if isinstance(item, str)]
    if texts:
        longest = max(len(line) for lines in texts for line in lines)
        return max(1.1, 0.085 * longest), max(0.5, 0.16 * max(map(len, texts)))
    if all(map(is_strip, items)):
        return 1.7, 0.3
    height, width = np.max([i.shape[:2] for i in items if not is_strip(i)], axis=0)
    return 1.1, float(np.clip(1.1 * height / width, 0.4, 2.2))


def draw_item(ax, item, limits, image_kw, text_kw):
    """Draw one item into axes without ticks.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    item : ndarray or str
        What `items_of` returned.
    limits : tuple of float
        Range of colors of the strips.
    image_kw, text_kw : dict
        What the user asks of matplotlib.

    Returns
    -------
    image : AxesImage or None
    text : Text or None
    """
    ax.set(xticks=[], yticks=[])
    if isinstance(item, str):
        defaults = {"va": "center", "size": 8, "clip_on": True}
        ax.spines[:].set_color("0.8")
        keywords = {**defaults, **text_kw, "parse_math": False}
        return None, ax.text(
            0.04, 0.5, folded(item), transform=ax.transAxes, **keywords
        )
    ax.spines[:].set_visible(False)
    if is_strip(item):
        low, high = limits
        defaults = {"cmap": "cividis", "aspect": "auto", "vmin": low, "vmax": high}
        return ax.imshow(item[np.newaxis], **{**defaults, **image_kw}), None
    return ax.imshow(item, **{"cmap": "gray_r", **image_kw}), None
