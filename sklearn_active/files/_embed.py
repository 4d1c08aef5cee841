"""Texts to numbers by a language model, computed once and kept in a file."""

import warnings
from hashlib import blake2b
from io import BytesIO
from pathlib import Path

import numpy as np

from sklearn_active.files._arrays import LearnsNothing


def as_embedder(embed):
    """Return a transformer of lists of texts, None for none.

    Parameters
    ----------
    embed : str, path, transformer or None
        What the user gave.

    Returns
    -------
    embedder : transformer or None
    """
    is_name = isinstance(embed, (str, Path))
    return TextEmbedder(str(embed)) if is_name else embed


class TextEmbedder(LearnsNothing):
    """Turn texts into the vectors of a model of sentence-transformers.

    Parameters
    ----------
    model : str
        Its name, or its folder.
    cache : str or path, default=None
        A .npz file that keeps the vectors of each model by the texts' hashes; None:
        they are computed anew, as where the file can't be read.
    """

    def __init__(self, model, cache=None):
        self.model = model
        self.cache = cache

    def transform(self, X):
        """Return one vector per text, of length 1.

        Parameters
        ----------
        X : list of str
            Texts.

        Returns
        -------
        X : ndarray of float32 of shape (n_texts, n_dimensions)
        """
        keys = [self._key(text) for text in X]
        kept = self._kept()
        known = self._known(kept)
        new = {key: text for key, text in zip(keys, X, strict=True) if key not in known}
        if new:
            vectors = self._encode(list(new.values()))
            known |= dict(zip(new, vectors, strict=True))
            self._keep(kept, known)
        return np.array([known[key] for key in keys], dtype=np.float32)

    def _key(self, text):
        return _hash(f"{self.model}\x1f{text}")

    def _known(self, kept):
        names = self._names()
        if names[0] not in kept:
            return {}
        return dict(zip(kept[names[0]].tolist(), kept[names[1]], strict=True))

    def _names(self):
        """Return what this model's arrays are called: vectors of others are longer."""
        return [f"{what}_{_hash(str(self.model))}" for what in ("keys", "vectors")]

    def _kept(self):
        """Return the arrays in the file, of every model; none where it is no such."""
        if self.cache is None or not Path(self.cache).exists():
            return {}
        try:
            with open(self.cache, "rb") as file:  # numpy leaves a broken one open
                arrays = np.load(file, allow_pickle=False)
                kept = {name: arrays[name] for name in arrays.files}
            for name in kept:
                what, _, model = name.partition("_")
                if what not in ("keys", "vectors") or not model:
                    raise ValueError(f"it holds {name!r}")
                if len(kept[f"keys_{model}"]) != len(kept[f"vectors_{model}"]):
                    raise ValueError("there are not as many keys as vectors")
        except Exception as error:  # whatever is in a file of that name
            warnings.warn(
                f"{self.cache} holds no vectors of texts that can be read ({error}): "
                "they are computed again, and the file is replaced.",
                stacklevel=3,
            )
            return {}
        return kept

    def _keep(self, kept, known):
        if self.cache is not None:
            from sklearn_active.labeling._files.formats import replace_all

            arrays = list(known), np.array(list(known.values()))
            kept = kept | dict(zip(self._names(), arrays, strict=True))
            file = BytesIO()
            np.savez(file, **kept)
            replace_all({Path(self.cache).resolve(): file.getvalue()})

    def _encode(self, texts):
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ImportError(
                f"Embedding texts by {self.model} needs sentence-transformers: pip "
                "install 'sklearn-active[embed]'."
            ) from error
        model = SentenceTransformer(self.model)
        return model.encode(
            texts, normalize_embeddings=True, show_progress_bar=len(texts) > 200
        )


def _hash(text):
    content = text.encode(errors="surrogatepass")
    return blake2b(content, digest_size=16).hexdigest()
