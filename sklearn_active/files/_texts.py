"""From texts to numbers: words, letters, topics, or a language model's vectors."""

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

_N_TOPICS = 50
_WORD = r"(?u)\b\w+\b|[^\w\s]"  # a smiley is one


class TextEncoder(TransformerMixin, BaseEstimator):
    """Turn texts into numbers.

    Parameters
    ----------
    embedder : transformer, default=None
        Lists of texts to arrays of numbers, which stand beside TF-IDF; None: the topics
        of the texts.

    Attributes
    ----------
    words_, letters_ : TfidfVectorizer
        Of words and pairs of them, and of groups of two to five letters.
    n_vectors_ : int
        Number of topics, or of the embedder's numbers.

    Notes
    -----
    Topics are the components of latent semantic analysis [1]_ of words and letters:
    what goes together in all texts, labeled or not, so that a label tells of words that
    are in no labeled text. Rows of words have norm 1, those of letters too; topics and
    vectors are centered and have norm 1 on average: each of the three counts alike.

    References
    ----------
    .. [1] S. Deerwester, S. T. Dumais, G. W. Furnas, T. K. Landauer and R. Harshman,
       "Indexing by Latent Semantic Analysis", JASIS 41, 1990.
       :doi:`10.1002/(SICI)1097-4571(199009)41:6<391::AID-ASI1>3.0.CO;2-9`
    """

    def __init__(self, embedder=None):
        self.embedder = embedder

    def fit(self, X, y=None):
        """Learn words, letters and topics.

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
        tfidf = self._tfidf(X)
        if self.embedder is None:
            n_texts, n_columns = tfidf.shape
            # Of few texts few: as many as there are texts would only turn the axes.
            n_topics = max(min(_N_TOPICS, n_texts // 10, n_columns - 1), 1)
            self._topics = make_pipeline(
                TruncatedSVD(n_topics, random_state=0), Normalizer()
            )
            with np.errstate(divide="ignore", invalid="ignore"):  # all texts the same
                vectors = self._topics.fit_transform(tfidf)
        else:
            vectors = np.asarray(self.embedder.fit_transform(X), dtype=float)
        self.n_vectors_ = vectors.shape[1]
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
        tfidf = self._tfidf(X)
        if self.embedder is None:
            vectors = self._topics.transform(tfidf)
        else:
            vectors = np.asarray(self.embedder.transform(X), dtype=float)
        vectors = sparse.csr_array((vectors - self._center) / self._length)
        return sparse.csr_matrix(sparse.hstack([tfidf, vectors]))

    def _tfidf(self, X):
        words, letters = self.words_.transform(X), self.letters_.transform(X)
        return sparse.hstack([words, letters], format="csr")


def _fitted(texts, **options):
    try:
        return TfidfVectorizer(sublinear_tf=True, min_df=2, **options).fit(texts)
    except ValueError:  # nothing is there twice: few texts, or none with spaces
        return TfidfVectorizer(sublinear_tf=True, **options).fit(texts)
