"""The table comes out as it went in, with labels behind it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import skrub  # noqa: F401  (the extra)

from sklearn_active.files import read_file, write_labeled
from sklearn_active.labeling import LabelingSession

LINES = [
    "nr;text;price;note",
    '007;"fine; quick";13,50; spaces ',
    "008;awful and late;2,00;=1+1",
    "009;;3,00;",
    "010;fine lamp;4,25;x",
    "011;awful lamp;5,00;x",
]
ADDED = ["label", "guess", "confidence", "flagged", "annotator", "labeled_at"]
TRUTH = {"007": "good", "008": "bad", "010": "good", "011": "bad"}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_bytes("\r\n".join([*LINES, ""]).encode("cp1252"))
    return path


def labeled(path, out, n_labels=3, **options):
    """Label some rows, write the table; return the data and the session."""
    data = read_file(path, text="text", ignore=["price", "note", "nr"], **options)
    truth = [TRUTH.get(nr) for nr in data.raw["nr"]]
    with LabelingSession(
        data.make_learner(),
        data.X,
        data.y,
        items=data.items,
        keys=data.keys,
        unasked=data.left_out,
        classes=["good", "bad"],
    ) as session:
        for _ in range(n_labels):
            query = session.ask(annotator="ann")
            session.tell(query.id, [truth[i] for i in query.indices], annotator="ann")
        session.flag(int(query.indices[0]))
        write_labeled(data, session, out)
    return data, session


def test_a_csv_comes_out_with_its_lines_as_they_were_and_columns_behind(path, tmp_path):
    labeled(path, tmp_path / "out.csv")
    written = (tmp_path / "out.csv").read_bytes().decode("cp1252")
    assert written.count("\r\n") == len(LINES)
    for line, before in zip(written.split("\r\n"), LINES, strict=False):
        assert line.startswith(before)
    assert written.split("\r\n")[0] == f"{LINES[0]};{';'.join(ADDED)}"


def test_what_was_answered_is_in_the_rows_that_were_asked(path, tmp_path):
    data, session = labeled(path, tmp_path / "out.csv")
    frame = pd.read_csv(tmp_path / "out.csv", sep=";", dtype=str)
    assert len(frame) == 5
    assert data.left_out.tolist() == [2]
    for row, place in enumerate(data.places):
        label = session.labels.get(row)
        cells = frame.iloc[place]
        assert (cells["label"] if label else None) == label
        assert (cells["annotator"] == "ann") == (label is not None)
        assert pd.isna(cells["labeled_at"]) == (label is None)
    assert frame["flagged"].tolist().count("True") == 1
    blank = frame.iloc[2]
    assert blank[["label", "guess", "confidence"]].isna().all()


def test_guesses_are_those_of_the_model_with_its_probability(path, tmp_path):
    data, session = labeled(path, tmp_path / "out.csv", n_labels=4)
    frame = pd.read_csv(tmp_path / "out.csv", sep=";", decimal=",")
    seen = [0, 1, 3, 4]
    assert (
        frame["guess"].dropna().tolist()
        == session.learner.predict(data.X[seen]).tolist()
    )
    proba = session.learner.predict_proba(data.X[seen]).max(axis=1)
    np.testing.assert_allclose(frame["confidence"][seen], proba, atol=1e-4)


def test_without_a_model_there_is_no_guess(path, tmp_path):
    labeled(path, tmp_path / "out.csv", n_labels=1)
    frame = pd.read_csv(tmp_path / "out.csv", sep=";")
    assert frame["guess"].isna().all()
    assert frame["label"].notna().sum() == 1


def test_names_that_are_taken_get_a_number(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,label,label_2\nfine kettle,good,\nlate lamp,,\n")
    data = read_file(path, text="text", label_column="label")
    with LabelingSession(
        data.make_learner(), data.X, data.y, classes=["good", "bad"]
    ) as session:
        write_labeled(data, session, tmp_path / "out.csv")
    frame = pd.read_csv(tmp_path / "out.csv")
    assert list(frame.columns) == ["text", "label", "label_2", "label_3", *ADDED[1:]]
    assert frame["label_3"].tolist()[0] == "good"
    assert frame["annotator"].isna().all()


@pytest.mark.parametrize(
    "suffix", [".csv", ".tsv", ".xlsx", ".parquet", ".jsonl", ".json"]
)
def test_every_kind_of_table_is_read_back_with_the_same_cells(suffix, path, tmp_path):
    import openpyxl  # noqa: F401
    import pyarrow  # noqa: F401

    out = tmp_path / f"out{suffix}"
    labeled(path, out)
    again = read_file(out).raw
    assert list(again.columns) == [*LINES[0].split(";"), *ADDED]
    assert again["nr"].tolist() == ["007", "008", "009", "010", "011"]
    assert again["note"].tolist()[1] == "=1+1"
    assert again["text"].tolist()[0] == "fine; quick"
    in_csv = read_file(tmp_path / "out.csv").raw if suffix == ".csv" else None
    assert in_csv is None or in_csv.equals(again)


def test_data_in_another_order_than_the_sessions_is_refused(path, tmp_path):
    data = read_file(path, text="text")
    other = replace(data, keys=data.keys[::-1])
    with LabelingSession(
        data.make_learner(), data.X, keys=data.keys, classes=["good", "bad"]
    ) as session:
        with pytest.raises(ValueError, match="in another order"):
            write_labeled(other, session, tmp_path / "o.csv")
        with pytest.raises(ValueError, match="would be overwritten"):
            write_labeled(data, session, path)


def test_nothing_is_overwritten_that_is_read(path, tmp_path):
    for out, message in [
        (path, "would be overwritten"),
        (tmp_path / "out.doc", r"end its name in one of \.csv"),
        (tmp_path / "no" / "out.csv", "is in none"),
    ]:
        with pytest.raises(ValueError, match=message):
            labeled(path, out)
