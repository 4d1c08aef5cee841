"""The command line, as a person types it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import image
from sklearn.datasets import load_digits

from sklearn_active.__main__ import main
from sklearn_active.labeling import LabelJournal, read_votes
from sklearn_active.labeling._data import load

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
COMMAND = [sys.executable, "-m", "sklearn_active"]


def run(arguments, typed="", status=0):
    """Run a command in a process of its own; return what it printed."""
    result = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=typed,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
    )
    assert result.returncode == status, result.stderr
    return result.stdout if not status else result.stderr


@pytest.fixture
def reviews(tmp_path):
    rng = np.random.RandomState(0)
    words = {"good": ["fine", "great", "lovely"], "bad": ["broken", "awful", "late"]}
    truth = rng.choice(["good", "bad"], 40)
    texts = [" ".join([*rng.choice(words[t], 2), "parcel", "shop"]) for t in truth]
    path = tmp_path / "reviews.csv"
    pd.DataFrame({"text": texts}).to_csv(path, index=False)
    return path


def test_a_table_is_labeled_in_the_terminal_and_exported(reviews, tmp_path):
    journal, out = tmp_path / "labels.jsonl", tmp_path / "out.csv"
    label = ["label", reviews, "--classes", "good,bad", "--journal", journal]
    printed = run([*label, "--terminal"], "good\nbad\n\nugly\ngood\n:q\n")
    assert "40 rows" in printed
    assert "text column 'text': TF-IDF of 8 words" in printed
    assert "GraphLabelSpreading" in printed
    assert "'ugly' is no class" in printed
    assert "3 labels in" in printed
    again = run([*label, "--terminal"], "bad\n")
    assert "3 labels so far" in again
    run(["export", journal, out])
    votes = read_votes(out)
    assert [vote.label for vote in votes].count(None) == 1
    assert sum(vote.label is not None for vote in votes) == 4
    run(["export", journal, tmp_path / "out.json", "--data", reviews])
    assert "parcel" in (tmp_path / "out.json").read_text()


def test_a_table_that_has_grown_goes_on_with_its_journal(reviews, tmp_path):
    journal = tmp_path / "labels.jsonl"
    label = ["label", reviews, "--classes", "good,bad", "--journal", journal]
    run([*label, "--terminal"], "good\nbad\n:q\n")
    with reviews.open("a") as file:
        file.write("fine lovely parcel\nbroken parcel shop\n")
    printed = run([*label, "--terminal"], "good\n:q\n")
    assert "42 rows" in printed
    assert "2 labels so far" in printed
    run(["export", journal, tmp_path / "out.csv", "--data", reviews])
    assert len(read_votes(tmp_path / "out.csv")) == 3


def test_rows_in_another_order_are_refused(reviews, tmp_path, capsys):
    journal, other = tmp_path / "labels.jsonl", tmp_path / "other.csv"
    label = ["--classes", "good,bad", "--journal", journal, "--terminal"]
    run(["label", reviews, *label], "good\n:q\n")
    pd.read_csv(reviews)[::-1].to_csv(other, index=False)
    assert "its rows 0, " in run(["label", other, *label], status=1)
    out = tmp_path / "out.csv"
    refused = run(["export", journal, out, "--data", other], status=1)
    assert "its rows 0, " in refused


def test_the_page_is_served_until_ctrl_c(reviews, tmp_path):
    journal = tmp_path / "labels.jsonl"
    label = ["label", reviews, "--classes", "a,b", "--journal", journal]
    with subprocess.Popen(
        [*COMMAND, *map(str, label), "--no-browser"],
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        for line in process.stdout:
            if line.startswith("End with"):
                break
            if line.startswith("Label at"):
                assert re.search(r"http://127\.0\.0\.1:\d+/#\S{20,}", line)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert "0 labels in" in rest
    assert LabelJournal.read(journal)[1] == []


def test_the_demo_labels_digits(tmp_path):
    printed = run(["demo", "--terminal", "--journal", tmp_path / "d.jsonl"], "3\n:q\n")
    assert "1797 rows" in printed
    assert "1 labels in" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["label", "nowhere.csv", "--journal", "j"], "There is no nowhere.csv"),
        (["label", __file__, "--journal", "j"], "must be a .csv, .parquet, .npy"),
        (["export", "nowhere.jsonl", "out.csv"], "No such file"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line(arguments, message, capsys):
    assert main(arguments) == 1
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1


def test_without_classes_the_way_out_is_named(reviews, tmp_path, capsys):
    journal = tmp_path / "labels.jsonl"
    assert main(["label", str(reviews), "--journal", str(journal)]) == 1
    assert "classes" in capsys.readouterr().err


class TestLoad:
    def test_numbers_are_scaled_and_gaps_filled_and_text_becomes_tfidf(self, tmp_path):
        frame = pd.DataFrame(
            {"age": [1, 2, None, 3], "note": ["a cat", None, "a dog", "cat cat"]}
        )
        frame.to_csv(tmp_path / "t.csv", index=False)
        data = load(tmp_path / "t.csv")
        assert data.X.shape == (4, 1 + 3)
        numbers = np.asarray(
            data.X[:, [0]].todense() if hasattr(data.X, "todense") else data.X[:, 0]
        )
        assert numbers.mean() == pytest.approx(0)
        assert data.items.iloc[3]["note"] == "cat cat"

    def test_categories_of_one_letter_and_gaps_are_words_too(self, tmp_path):
        pd.DataFrame({"sex": ["M", "F", None]}).to_csv(tmp_path / "t.csv", index=False)
        assert load(tmp_path / "t.csv").X.shape == (3, 2)

    def test_a_label_column_is_taken_out_and_known(self, tmp_path):
        import pyarrow  # noqa: F401  (pandas writes Parquet with it)

        frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "label": ["a", None, "b"]})
        frame.to_parquet(tmp_path / "t.parquet")
        data = load(tmp_path / "t.parquet", label_column="label")
        assert data.y.tolist() == ["a", None, "b"]
        assert data.X.shape == (3, 1)
        with pytest.raises(ValueError, match="no column 'kind'"):
            load(tmp_path / "t.parquet", label_column="kind")

    def test_arrays_of_images_are_flattened_for_the_model_alone(self, tmp_path):
        images = load_digits().images[:20]
        np.save(tmp_path / "images.npy", images)
        np.savez(tmp_path / "images.npz", X=images)
        for name in ("images.npy", "images.npz"):
            data = load(tmp_path / name)
            assert data.X.shape == (20, 64)
            assert data.items.shape == (20, 8, 8)

    def test_a_folder_of_images_is_known_by_its_names(self, tmp_path):
        (tmp_path / "more").mkdir()
        for name, value in [("b.png", 1.0), ("more/a.png", 0.0)]:
            image.imsave(
                tmp_path / name, np.full((5, 7), value), vmin=0, vmax=1, cmap="gray"
            )
        data = load(tmp_path)
        assert data.keys == ["b.png", "more/a.png"]
        assert data.X.shape == (2, 32 * 32)
        assert data.X[:, 0].tolist() == [1, 0]

    def test_features_of_ones_own_take_the_place_of_the_pixels(self, tmp_path):
        np.save(tmp_path / "images.npy", np.zeros((3, 4, 4)))
        np.save(tmp_path / "features.npy", np.eye(3))
        data = load(tmp_path / "images.npy", tmp_path / "features.npy")
        assert data.X.tolist() == np.eye(3).tolist()
        np.save(tmp_path / "features.npy", np.eye(4))
        with pytest.raises(ValueError, match="each of the 3 rows"):
            load(tmp_path / "images.npy", tmp_path / "features.npy")

    def test_arrays_that_are_no_rows_are_refused(self, tmp_path):
        np.save(tmp_path / "x.npy", np.arange(3))
        with pytest.raises(ValueError, match="one row each"):
            load(tmp_path / "x.npy")
        np.savez(tmp_path / "x.npz", a=np.eye(2), b=np.eye(2))
        with pytest.raises(ValueError, match="name the one to label X"):
            load(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            {"event": "answer", "row": 7, "label": "a", "annotator": None},
            "its rows are",
        ),
        (
            {"event": "answer", "key": "k", "label": "a"},
            "line 2 can't be taken: .*'row'",
        ),
    ],
    ids=range(2),
)
def test_an_export_of_what_is_no_sessions_journal_says_so(event, message, tmp_path):
    journal = tmp_path / "j.jsonl"
    with LabelJournal(journal) as opened:
        opened.open({"n_rows": 2, "keys": "", "classes": ["a"]})
        opened.append([event])
    refused = run(["export", journal, tmp_path / "out.csv"], status=1)
    assert re.search(f"sklearn_active: {journal}.*{message}", refused)
