"""What a person sees of a row, as JSON: text, an image, a table or HTML."""

import stat
import struct
import zlib
from base64 import b64encode
from collections.abc import Mapping
from io import BytesIO
from numbers import Number
from pathlib import PurePath

import numpy as np
from scipy import sparse

from sklearn_active._data.columns import is_null
from sklearn_active._data.containers import is_frame, is_pandas

_LONGEST_TEXT = 100_000
_LARGEST_SIDE = 1600
_LARGEST_FILE = 32 * 2**20
_IMAGE_TYPES = {
    ".bmp": "bmp",
    ".gif": "gif",
    ".jpeg": "jpeg",
    ".jpg": "jpeg",
    ".png": "png",
    ".webp": "webp",
}


def item_as_json(item, limits=None):
    """Return an item as the page draws it.

    Parameters
    ----------
    item : object
        Text; an image: of PIL, the path of a file, or an array of shape (height,
        width), or (height, width, n) with n of 1, 3 or 4; a row of numbers or of a
        frame; a mapping; or an object with `_repr_html_`. Anything else is shown as
        its text.
    limits : tuple of float, default=None
        The values that are black and white in an array of two dimensions; None: its
        least and its largest, but 0 and 255 for bytes.

    Returns
    -------
    shown : dict
        `kind` is 'text', 'image', 'table' or 'html'.
    """
    if isinstance(item, PurePath):
        return _file(item)
    if is_pil_image(item):
        return _image(_png_of_pil(item))
    if not isinstance(item, str):
        # Names before HTML: pandas has a table of its own for a series, which would be
        # shown in a frame and without the page's keys.
        named = named_values(item)
        if named is not None:
            return {"kind": "table", "rows": [[str(k), written(v)] for k, v in named]}
        html = getattr(item, "_repr_html_", lambda: None)()
        if html is not None and not isinstance(html, str):
            raise ValueError(
                f"_repr_html_ of a {type(item).__name__} returned a "
                f"{type(html).__name__}, not text."
            )
        if html is not None:
            return {"kind": "html", "html": html}
        if isinstance(item, (np.ndarray, list, tuple)):
            return _array(np.asarray(item), limits)
    text = str(item)
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}\n[cut here: {len(text)} characters in all]"
    return {"kind": "text", "text": text}


def broken_item(error):
    """Return what is shown of an item that can't be shown.

    One broken file must not end the labeling: its row can be skipped.

    Parameters
    ----------
    error : Exception
        What was raised when the item was opened.

    Returns
    -------
    shown : dict
        `kind` is 'broken'; `text` says why.
    """
    return {"kind": "broken", "text": str(error) or type(error).__name__}


def limits_of(items):
    """Return the values that are black and white in an array of gray images.

    Parameters
    ----------
    items : object
        All items of a session.

    Returns
    -------
    limits : tuple of float, or None
        None where every image has limits of its own.
    """
    # One scale for all: stretched each by itself, a nearly black image would look like
    # a bright one. Bytes have a scale already.
    is_array = isinstance(items, np.ndarray) and items.ndim == 3
    if not is_array or items.dtype.kind not in "iuf" or items.dtype == np.uint8:
        return None
    return float(np.nanmin(items)), float(np.nanmax(items))


def is_pil_image(item):
    """Say whether an item is an image of PIL, without importing PIL."""
    return hasattr(item, "getbands")


def named_values(item):
    """Return what a row with names holds.

    Parameters
    ----------
    item : object
        What a person sees of a row.

    Returns
    -------
    pairs : list of (name, value) or None
        None where the item is no such row.
    """
    if isinstance(item, Mapping):
        return list(item.items())
    if sparse.issparse(item):
        row = sparse.coo_array(item)
        return [
            (f"x{i}", value)
            for i, value in zip(row.col.tolist(), row.data, strict=True)
        ]
    if is_frame(item):  # polars has no other rows
        if len(item) != 1:
            return None
        values = [next(iter(column)) for column in columns_of(item)]
        return list(zip(item.columns, values, strict=True))
    is_series = hasattr(item, "index") and hasattr(item, "items")
    return list(item.items()) if is_series else None


def columns_of(frame):
    """Return the columns of a frame by position: two may have one name.

    Parameters
    ----------
    frame : data frame
        Of pandas or polars.

    Returns
    -------
    columns : list of series
    """
    if is_pandas(frame):
        return [frame.iloc[:, i] for i in range(len(frame.columns))]
    return [frame[name] for name in frame.columns]


def _array(values, limits):
    if values.ndim < 2:
        values = np.atleast_1d(values).tolist()
        return {
            "kind": "table",
            "rows": [[f"x{i}", written(v)] for i, v in enumerate(values)],
        }
    is_color = values.ndim == 3 and values.shape[2] in (1, 3, 4)
    if values.dtype.kind not in "biuf" or not (values.ndim == 2 or is_color):
        raise ValueError(
            "An image is an array of numbers of shape (height, width), or (height, "
            f"width, n) with n of 1, 3 or 4; got {values.dtype} of shape "
            f"{values.shape}."
        )
    if is_color and values.shape[2] == 1:
        values, is_color = values[:, :, 0], False
    return _image(png(_bytes_of_color(values) if is_color else _gray(values, limits)))


def _gray(values, limits):
    if values.dtype == bool:
        return values * np.uint8(255)
    if values.dtype == np.uint8:
        return values
    values = np.nan_to_num(values.astype(float))
    low, high = limits or (values.min(), values.max())
    scaled = (values - low) / ((high - low) or 1)
    return np.rint(255 * np.clip(scaled, 0, 1)).astype(np.uint8)


def _bytes_of_color(values):
    """As matplotlib has it: floats lie in 0 ... 1, integers in 0 ... 255."""
    if values.dtype.kind == "f":
        values = np.rint(255 * np.nan_to_num(values))
    return np.clip(values, 0, 255).astype(np.uint8)


def png(pixels):
    """Return an image as the bytes of a PNG file.

    Parameters
    ----------
    pixels : ndarray of uint8 of shape (height, width) or (height, width, 3 or 4)
        Gray, RGB or RGBA.

    Returns
    -------
    data : bytes
    """
    height, width = pixels.shape[:2]
    color_type = {1: 0, 3: 2, 4: 6}[pixels[0, 0].size]
    rows = pixels.reshape(height, -1)
    unfiltered = np.zeros((height, 1), dtype=np.uint8)
    data = np.hstack([unfiltered, rows]).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, content)
        for kind, content in (
            (b"IHDR", header),
            (b"IDAT", zlib.compress(data, 1)),
            (b"IEND", b""),
        )
    )


def _chunk(kind, content):
    checksum = zlib.crc32(kind + content)
    return (
        struct.pack(">I", len(content)) + kind + content + checksum.to_bytes(4, "big")
    )


def _png_of_pil(image):
    if max(image.size) > _LARGEST_SIDE:
        image = image.copy()
        image.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        image = image.convert("RGB")
    file = BytesIO()
    image.save(file, format="PNG", compress_level=1)
    return file.getvalue()


def _file(path):
    kind = _IMAGE_TYPES.get(path.suffix.lower())
    if kind is None:
        raise ValueError(
            f"{path} can't be shown: a path leads to an image, and its name ends with "
            f"one of {', '.join(_IMAGE_TYPES)}. Read other files, and pass what is in "
            "them."
        )
    check_image_file(path)
    return _image(path.read_bytes(), kind)


def check_image_file(path):
    """Raise for what should not be opened.

    Looked at first: a pipe would be waited for, a device read without an end.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"{path} can't be shown: it is not a file.")
    if status.st_size > _LARGEST_FILE:
        raise ValueError(
            f"{path} can't be shown: it has {status.st_size / 2**20:.0f} MB, and "
            f"{_LARGEST_FILE // 2**20} are the most. Make a smaller copy to look at."
        )


def _image(data, kind="png"):
    return {
        "kind": "image",
        "src": f"data:image/{kind};base64,{b64encode(data).decode()}",
    }


def written(value):
    """Return one value of a row as the page writes it.

    Parameters
    ----------
    value : object
        A cell of a table, or an entry of an array.

    Returns
    -------
    text : str
        "" where it is missing.
    """
    if isinstance(value, str):
        return str(value)
    if type(value) is float and value == value:  # a search writes millions of them
        return f"{value:.6g}" if value % 1 else f"{value}"
    if is_null(value):
        return ""
    is_number = isinstance(value, (Number, np.number))
    if is_number and not isinstance(value, (bool, np.bool_)):
        return f"{value:.6g}" if value % 1 else f"{value}"
    text = str(value)
    return "" if text == "NaT" else text  # a time that is missing
