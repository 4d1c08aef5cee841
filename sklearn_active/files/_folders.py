"""Folders of images and of texts."""

from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_active.files._separated import decoded, named
from sklearn_active.files._tables import Table, pandas
from sklearn_active.labeling._items import check_image_file

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
TEXTS = (".txt", ".md")
_SIDE, _COARSE = 64, 8


def read_folder(folder, encoding=None):
    """Read a folder of images, or of texts.

    Parameters
    ----------
    folder : path
        Its folders are looked into as well.
    encoding : str, default=None
        Of texts; None: found out.

    Returns
    -------
    table : Table
        A column `file`; of texts, also `text`.
    paths : list of path
        The files, where they are images, else None.

    Raises
    ------
    ValueError
        Where there is none, or a link leads out of the folder.
    """
    found = sorted(p for p in folder.rglob("*") if p.is_file() or p.is_symlink())
    kinds = {
        "images": [p for p in found if p.suffix.lower() in IMAGES],
        "texts": [p for p in found if p.suffix.lower() in TEXTS],
    }
    kind = max(kinds, key=lambda kind: len(kinds[kind]))
    paths = kinds[kind]
    if not paths:
        raise ValueError(
            f"{folder} holds neither images ({', '.join(IMAGES)}) nor texts (.txt)."
        )
    for path in paths:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(
                f"{path} leads out of the folder, to {path.resolve()}. Copy the file "
                "into the folder, or remove the link."
            )
    notes = []
    others = [p for p in found if p not in set(paths)]
    if others:
        places = [path.relative_to(folder).as_posix() for path in others]
        notes.append(
            f"{named('file', places)}: left out, as most are {kind}"
            if kinds["images"] and kinds["texts"]
            else f"{named('file', places)}: left out, neither image nor text"
        )
    if kind == "texts":
        return _of_texts(folder, paths, notes, encoding)
    return _of_images(folder, paths, notes)


def _of_texts(folder, paths, notes, encoding):
    texts, guessed = [], []
    for path in paths:
        text, _, odd = decoded(path.read_bytes(), path, encoding)
        texts.append(text)
        guessed.extend([path.relative_to(folder).as_posix()] if odd else [])
    if guessed:
        notes.append(f"{named('file', guessed)}: no UTF-8, read as Windows-1252")
    names = [path.relative_to(folder).as_posix() for path in paths]
    frame = pandas(folder).DataFrame({"file": names, "text": texts}, dtype=object)
    places = [f"the file {name}" for name in names]
    return Table(
        frame, ["file", "text"], places, None, notes, "a folder of texts"
    ), None


def _of_images(folder, paths, notes):
    from PIL import Image  # matplotlib brings it

    whole, broken = [], {}
    for path in paths:
        check_image_file(path)
        try:
            with Image.open(path) as image:
                image.load()
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as why:
            broken[path.relative_to(folder).as_posix()] = why
        else:
            whole.append(path)
    if broken:
        why = next(iter(broken.values()))
        notes.append(f"{named('file', list(broken))}: left out, can't be read ({why})")
    if not whole:
        raise ValueError(f"No image in {folder} can be read: {why}.")
    names = [path.relative_to(folder).as_posix() for path in whole]
    frame = pandas(folder).DataFrame({"file": names}, dtype=object)
    places = [f"the file {name}" for name in names]
    return Table(frame, ["file"], places, None, notes, "a folder of images"), whole


class ImageEncoder(TransformerMixin, BaseEstimator):
    """Turn image files into numbers: where which edges are, and a coarse copy.

    Notes
    -----
    Histograms of oriented gradients [1]_ of a gray copy of 64 x 64 pixels (9
    directions, cells of 8 x 8 pixels in blocks of four), 1,764 numbers, and the 192 of
    a copy of 8 x 8 pixels in color. About a millisecond an image.

    References
    ----------
    .. [1] N. Dalal and B. Triggs, "Histograms of Oriented Gradients for Human
       Detection", CVPR 2005. :doi:`10.1109/CVPR.2005.177`
    """

    def fit(self, X, y=None):
        """Do nothing: there is nothing to learn.

        Parameters
        ----------
        X : list of path
            The image files.
        y : None
            Ignored.

        Returns
        -------
        encoder : ImageEncoder
        """
        return self

    def __sklearn_is_fitted__(self):
        return True

    def transform(self, X):
        """Return the images as numbers.

        Parameters
        ----------
        X : list of path
            The image files.

        Returns
        -------
        X : ndarray of float32 of shape (n_images, 1956)
        """
        return np.array([_features(Path(path)) for path in X], dtype=np.float32)


def _features(path):
    from PIL import Image, ImageOps

    try:
        from skimage.feature import hog
    except ImportError as error:
        raise ImportError(
            f"Turning {path} into numbers needs scikit-image: pip install "
            "'sklearn-active[label]'. Or bring numbers of your own with --features."
        ) from error
    with Image.open(path) as image:
        image = ImageOps.exif_transpose(image).convert("RGB")
        gray = np.asarray(image.convert("L").resize((_SIDE, _SIDE)))
        coarse = np.asarray(image.resize((_COARSE, _COARSE)))
    edges = hog(gray, pixels_per_cell=(8, 8), cells_per_block=(2, 2))
    # Each of the 49 blocks has norm 1 at most: both parts count alike.
    return np.r_[edges, coarse.ravel() / 255] / (_SIDE // 8 - 1)
