"""What texts are as numbers."""

import numpy as np
import pandas as pd
import pytest
import skrub  # noqa: F401  (the extra)

from sklearn_active.files import read_file

PETS, CARS = ["cat", "purrs", "whisker", "meows"], ["motor", "brake", "clutch", "gears"]


def texts_of_pairs():
    """Return texts of two words of one subject each: all pairs but the first."""
    pairs = [(a, b) for words in (PETS, CARS) for a in words for b in words if a < b]
    return [f"{a} {b}" for a, b in pairs]


@pytest.fixture
def data_of(tmp_path):
    """Return a function that reads texts from a file."""

    def read(texts):
        path = tmp_path / "texts.csv"
        pd.DataFrame({"text": texts}).to_csv(path, index=False)
        return read_file(path, text="text")

    return read


def test_topics_bring_texts_together_that_share_no_word(data_of):
    encoder = data_of(texts_of_pairs() * 2).encoder.texts_
    X = encoder.transform(["cat", "whisker", "brake"]).toarray()
    n_words = len(encoder.words_.vocabulary_) + len(encoder.letters_.vocabulary_)
    topics = X[:, n_words:]
    assert topics.shape[1] == encoder.n_vectors_
    assert topics[0] @ topics[1] > 0.1
    assert topics[0] @ topics[2] < 0


def test_texts_that_are_all_the_same_or_one_alone_are_numbers_too(data_of):
    for texts in (["the same"] * 20, ["alone"]):
        X = data_of(texts).X.toarray()
        assert np.isfinite(X).all()
        np.testing.assert_array_equal(X, X[:1].repeat(len(texts), axis=0))
