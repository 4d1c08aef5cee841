"""Folders of images and of texts."""

from pathlib import Path

import numpy as np

from sklearn_active.files._arrays import LearnsNothing
from sklearn_active.files._separated import decoded, named
from sklearn_active.files._tables import Table, pandas
from sklearn_active.labeling._fronts.row_display import check_image_file

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
        Of texts; None: found out, file by file.

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

    Notes
    -----
    A file that can't be read is named and left out: the others can be labeled.
    """
    found = sorted(p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())
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
        # exists() first: a link to nothing, or to itself, leads nowhere.
        if path.exists() and not path.resolve().is_relative_to(folder.resolve()):
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
    if kind == "images":
        return _of_images(folder, paths, notes)
    return _of_texts(folder, paths, notes, encoding), None


def _of_texts(folder, paths, notes, encoding):
    def read(path):
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise ValueError("it is not a file")
        text, _, odd = decoded(path.read_bytes(), "it", encoding)
        return text, bool(odd)

    names, found = _whole(read, "text", folder, paths, notes)
    guessed = [name for name, (_, odd) in zip(names, found, strict=True) if odd]
    if guessed:
        notes.append(f"{named('file', guessed)}: no UTF-8, read as Windows-1252")
    columns = {"file": names, "text": [text for text, _ in found]}
    return _table(columns, folder, notes, "a folder of texts")


def _of_images(folder, paths, notes):
    from PIL import Image  # matplotlib brings it

    def read(path):
        check_image_file(path)
        try:
            with Image.open(path) as image:
                image.load()
        except (SyntaxError, Image.DecompressionBombError) as error:
            raise ValueError(error) from error
        return path

    names, whole = _whole(read, "image", folder, paths, notes)
    return _table({"file": names}, folder, notes, "a folder of images"), whole


def _whole(read, kind, folder, paths, notes):
    """Return the names of the files that can be read and what they hold."""
    names, found, broken = [], [], {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            found.append(read(path))
        except (OSError, ValueError) as error:
            broken[name] = _why(error, path)
        else:
            names.append(name)
    if broken:
        why = "; ".join([*dict.fromkeys(broken.values())][:3])
        notes.append(f"{named('file', [*broken])}: left out, can't be read ({why})")
    if not names:
        name, why = next(iter(broken.items()))
        raise ValueError(f"No {kind} in {folder} can be read. {name}: {why}.")
    return names, found


def _why(error, path):
    """Return what an error says, without the path."""
    why = str(error)
    if isinstance(error, OSError) and error.strerror:
        why = error.strerror
    why = why.removeprefix(f"{path} can't be shown: ").replace(f" {str(path)!r}", "")
    return why.removesuffix(".")


def _table(columns, folder, notes, about):
    frame = pandas(folder).DataFrame(columns, dtype=object)
    places = [f"file {name!r}" for name in columns["file"]]
    return Table(frame, list(columns), places, None, notes, about)


class ImageEncoder(LearnsNothing):
    """Turn image files into numbers: where which edges are, and a coarse copy.

    Notes
    -----
    Histograms of oriented gradients [1]_ of a gray copy of 64 x 64 pixels (9
    directions, cells of 8 x 8 pixels in blocks of four), 1,764 numbers, and the 192 of
    a copy of 8 x 8 pixels in color. About a millisecond per image.

    References
    ----------
    .. [1] N. Dalal and B. Triggs, "Histograms of Oriented Gradients for Human
       Detection", CVPR 2005. :doi:`10.1109/CVPR.2005.177`
    """

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
        image = _in_color(ImageOps.exif_transpose(image))
        gray = np.asarray(image.convert("L").resize((_SIDE, _SIDE)))
        coarse = np.asarray(image.resize((_COARSE, _COARSE)))
    edges = hog(gray, pixels_per_cell=(8, 8), cells_per_block=(2, 2))
    # Each of the 49 blocks has norm 1 at most: both parts count alike.
    return np.r_[edges, coarse.ravel() / 255] / (_SIDE // 8 - 1)


def _in_color(image):
    """Return an image as RGB; gray of more than 8 bits, over its own range.

    `convert` alone cuts those at 255: nearly all would be white.
    """
    from PIL import Image

    if image.mode[0] not in "IF":
        return image.convert("RGB")
    pixels = np.nan_to_num(np.asarray(image, dtype=float), posinf=0, neginf=0)
    low, high = pixels.min(), pixels.max()
    pixels = (pixels - low) * (255 / (high - low) if high > low else 0)
    return Image.fromarray(pixels.astype(np.uint8)).convert("RGB")
