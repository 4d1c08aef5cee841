"""Folders of images and of texts."""

from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_active.files._separated import decoded, named
from sklearn_active.files._tables import Table, pandas
from sklearn_active.labeling._items import check_image_file

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
TEXTS = (".txt", ".md")
SIDE = 32


def read_folder(folder):
    """Read a folder of images, or of texts.

    Parameters
    ----------
    folder : path
        Its folders are looked into as well.

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
    reader = _of_texts if kind == "texts" else _of_images
    return reader(folder, paths, notes)


def _of_texts(folder, paths, notes):
    texts, guessed = [], []
    for path in paths:
        text, _, odd = decoded(path.read_bytes(), path)
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
    """Turn image files into numbers: gray pixels of a small copy."""

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
        X : ndarray of float32 of shape (n_images, 1024)
        """
        from PIL import Image

        rows = np.empty((len(X), SIDE * SIDE), dtype=np.float32)
        for row, path in zip(rows, X, strict=True):
            with Image.open(Path(path)) as image:
                small = image.convert("L").resize((SIDE, SIDE))
                row[:] = np.asarray(small).ravel() / 255
        return rows
