"""Texts to numbers by a language model, computed once and kept in a file."""

from hashlib import blake2b
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin


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


class TextEmbedder(TransformerMixin, BaseEstimator):
    """Turn texts into the vectors of a model of sentence-transformers.

    Parameters
    ----------
    model : str
        Its name, or its folder.
    cache : str or path, default=None
        A .npz file that keeps the vectors by the texts' hashes; None: they are computed
        anew.
    """

    def __init__(self, model, cache=None):
        self.model = model
        self.cache = cache

    def fit(self, X, y=None):
        """Do nothing: the model has learned elsewhere.

        Parameters
        ----------
        X : list of str
            Texts.
        y : None
            Ignored.

        Returns
        -------
        embedder : TextEmbedder
        """
        return self

    def __sklearn_is_fitted__(self):
        return True

    def transform(self, X):
        """Return one vector a text, of length 1.

        Parameters
        ----------
        X : list of str
            Texts.

        Returns
        -------
        X : ndarray of float32 of shape (n_texts, n_dimensions)
        """
        keys = [self._key(text) for text in X]
        known = self._known()
        new = {key: text for key, text in zip(keys, X, strict=True) if key not in known}
        if new:
            vectors = self._encode(list(new.values()))
            known |= dict(zip(new, vectors, strict=True))
            self._keep(known)
        return np.array([known[key] for key in keys], dtype=np.float32)

    def _key(self, text):
        content = f"{self.model}\x1f{text}".encode(errors="surrogatepass")
        return blake2b(content, digest_size=16).hexdigest()

    def _known(self):
        if self.cache is None or not Path(self.cache).exists():
            return {}
        with np.load(self.cache, allow_pickle=False) as kept:
            return dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    def _keep(self, known):
        if self.cache is not None:
            from io import BytesIO

            from sklearn_active.labeling._formats import replace_all

            file = BytesIO()
            np.savez(file, keys=list(known), vectors=np.array(list(known.values())))
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
