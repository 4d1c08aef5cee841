"""Texts by a language model: beside the words, computed once, kept in a file."""

import sys
from types import ModuleType

import joblib
import numpy as np
import pandas as pd
import pytest
import skrub  # noqa: F401  (the extra)
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from sklearn_active.files import read_file

TEXTS = [
    f"{word} {i}" for i in range(10) for word in ("quick and fine", "late, broken")
]


class Model:
    """Stand for a model of sentence-transformers; count what it is asked."""

    asked = []

    def __init__(self, name):
        self.name = name

    def encode(self, texts, normalize_embeddings, show_progress_bar):
        self.asked.extend(texts)
        more = [1] if self.name == "a model" else [1, 2]
        vectors = np.array(
            [[len(text), text.count("e") + 1, *more] for text in texts], float
        )
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def _sentence_transformers(monkeypatch):
    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = Model
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    monkeypatch.setattr(Model, "asked", [])


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "t.csv"
    pd.DataFrame({"text": TEXTS}).to_csv(path, index=False)
    return path


@pytest.fixture
def embedder_of(path):
    """Return a function that makes what turns texts into vectors, and keeps them."""

    def made(name, kept):
        embedder = clone(read_file(path, embed=name).encoder.embedder)
        Model.asked.clear()
        return embedder.set_params(cache=kept)

    return made


def test_each_text_is_embedded_once_also_when_rows_were_added(embedder_of, tmp_path):
    embedder = embedder_of("a model", tmp_path / "kept.npz")
    first = embedder.transform(["b", "a", "b"])
    assert sorted(Model.asked) == ["a", "b"]
    again = clone(embedder).transform(["a", "c", "b"])
    assert sorted(Model.asked) == ["a", "b", "c"]
    np.testing.assert_array_equal(again[[2, 0, 2]], first)


def test_vectors_of_another_model_are_others(embedder_of, tmp_path):
    for name in ("a model", "another"):
        embedder = embedder_of(name, tmp_path / "kept.npz")
        embedder.transform(["a"])
        assert Model.asked == ["a"]


def test_models_of_different_lengths_keep_their_vectors_in_one_file(
    embedder_of, tmp_path
):
    for asked in (["a", "b"], []):
        for name, length in (("a model", 3), ("another", 4)):
            embedder = embedder_of(name, tmp_path / "kept.npz")
            assert embedder.transform(["a", "b"]).shape == (2, length)
            assert Model.asked == asked


@pytest.mark.parametrize("kind", ["broken", "cut", "foreign", "array"])
def test_a_file_that_holds_no_vectors_is_replaced_and_that_is_said(
    embedder_of, tmp_path, kind
):
    kept = tmp_path / "kept.npz"
    embedder = embedder_of("a model", kept)
    if kind == "foreign":
        np.savez(kept, X=np.ones((2, 2)))
    elif kind == "array":
        with kept.open("wb") as file:
            np.save(file, np.ones(3))
    else:
        embedder.transform(["a"])
        whole = kept.read_bytes()
        kept.write_bytes(whole[: len(whole) // 2] if kind == "cut" else b"no")
    with pytest.warns(UserWarning, match="computed again, and the file is replaced"):
        embedder.transform(["a"])
    asked = len(Model.asked)
    embedder.transform(["a"])
    assert len(Model.asked) == asked


def test_the_vectors_stand_beside_the_words_and_count_as_much(path):
    plain, data = read_file(path), read_file(path, embed="a model")
    texts = data.encoder.texts_
    n_words = len(texts.words_.vocabulary_) + len(texts.letters_.vocabulary_)
    X = data.X.toarray()
    np.testing.assert_array_equal(X[:, :n_words], plain.X.toarray()[:, :n_words])
    for vectors in (X[:, n_words:], plain.X.toarray()[:, n_words:]):
        np.testing.assert_allclose(vectors.mean(axis=0), 0, atol=1e-12)
        assert np.linalg.norm(vectors, axis=1).mean() == pytest.approx(1)
    assert "3 numbers of an embedding" in data.roles[0].gets
    assert "topics" in plain.roles[0].gets


def test_a_saved_model_embeds_new_texts_without_the_file_of_vectors(
    path, embedder_of, tmp_path
):
    kept = tmp_path / "kept.npz"
    data = read_file(path, embed=embedder_of("a model", kept))
    truth = np.array([text.split()[0] for text in TEXTS])
    estimator = LogisticRegression(C=10).fit(data.X, truth)
    joblib.dump(data.make_pipeline(estimator), tmp_path / "m.joblib")
    kept.unlink()
    model = joblib.load(tmp_path / "m.joblib")
    new = pd.DataFrame({"text": ["late, broken 99", "quick and fine 98"]})
    assert model.predict(new).tolist() == ["late,", "quick"]
    assert not kept.exists()
    assert data.encoder.embedder.cache == kept  # the data's own is as it was


def test_without_the_package_the_extra_is_named(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ImportError, match=r"sklearn-active\[embed\]"):
        read_file(path, embed="a model")


def test_a_transformer_of_ones_own_embeds_too(path):
    lengths = FunctionTransformer(lambda texts: np.array([[len(t)] for t in texts]))
    data = read_file(path, embed=lengths)
    texts = data.encoder.texts_
    n_words = len(texts.words_.vocabulary_) + len(texts.letters_.vocabulary_)
    assert data.X.shape[1] == n_words + 1
    estimator = LogisticRegression().fit(data.X, [t[0] for t in TEXTS])
    assert len(data.make_pipeline(estimator).predict(pd.read_csv(path))) == 20
