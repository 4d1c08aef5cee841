"""What texts are as numbers."""

import numpy as np
from inside import TextEncoder

PETS, CARS = ["cat", "purrs", "whisker", "meows"], ["motor", "brake", "clutch", "gears"]


def texts_of_pairs():
    """Return texts of two words of one subject each: all pairs but the first."""
    pairs = [(a, b) for words in (PETS, CARS) for a in words for b in words if a < b]
    return [f"{a} {b}" for a, b in pairs]


def test_topics_bring_texts_together_that_share_no_word():
    encoder = TextEncoder().fit(texts_of_pairs() * 2)
    X = encoder.transform(["cat", "whisker", "brake"]).toarray()
    n_words = len(encoder.words_.vocabulary_) + len(encoder.letters_.vocabulary_)
    topics = X[:, n_words:]
    assert topics.shape[1] == encoder.n_vectors_
    assert topics[0] @ topics[1] > 0.1
    assert topics[0] @ topics[2] < 0


def test_texts_that_are_all_the_same_or_one_alone_are_numbers_too():
    for texts in (["the same"] * 20, ["alone"]):
        X = TextEncoder().fit_transform(texts).toarray()
        assert np.isfinite(X).all()
        np.testing.assert_array_equal(X, X[:1].repeat(len(texts), axis=0))
