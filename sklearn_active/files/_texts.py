"""From texts to numbers: words, letters, and a language model's vectors."""

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer

_WORD = r"(?u)\b\w+\b|[^\w\s]"  # a smiley is one


class TextEncoder(TransformerMixin, BaseEstimator):
    """Turn texts into numbers.

    Parameters
    ----------
    embedder : transformer, default=None
        Lists of texts to arrays of numbers, which stand beside TF-IDF.

    Attributes
    ----------
    words_, letters_ : TfidfVectorizer
        Of words and pairs of them, and of groups of two to five letters.
    n_embedded_ : int
        Number of columns by the embedder.

    Notes
    -----
    Rows of words have norm 1, those of letters too; vectors of the embedder are
    centered and have norm 1 on average, so that each of the three counts alike.
    """

    def __init__(self, embedder=None):
        self.embedder = embedder

    def fit(self, X, y=None):
        """Learn words, letters and the vectors' center.

        Parameters
        ----------
        X : list of str
            Texts, not all blank.
        y : None
            Ignored.

        Returns
        -------
        encoder : TextEncoder
        """
        self.words_ = _fitted(X, token_pattern=_WORD, ngram_range=(1, 2))
        self.letters_ = _fitted(X, analyzer="char_wb", ngram_range=(2, 5))
        self.n_embedded_ = 0
        if self.embedder is not None:
            vectors = np.asarray(self.embedder.fit_transform(X), dtype=float)
            self.n_embedded_ = vectors.shape[1]
            self._center = vectors.mean(axis=0)
            lengths = np.linalg.norm(vectors - self._center, axis=1)
            self._length = lengths.mean() or 1.0
        return self

    def transform(self, X):
        """Return texts as numbers.

        Parameters
        ----------
        X : list of str
            Texts.

        Returns
        -------
        X : csr matrix of float of shape (n_texts, n_features)
        """
        blocks = [self.words_.transform(X), self.letters_.transform(X)]
        if self.embedder is not None:
            vectors = np.asarray(self.embedder.transform(X), dtype=float)
            blocks.append(sparse.csr_array((vectors - self._center) / self._length))
        return sparse.csr_matrix(sparse.hstack(blocks))


def _fitted(texts, **options):
    try:
        return TfidfVectorizer(sublinear_tf=True, min_df=2, **options).fit(texts)
    except ValueError:  # nothing is there twice: few texts, or none with spaces
        return TfidfVectorizer(sublinear_tf=True, **options).fit(texts)
