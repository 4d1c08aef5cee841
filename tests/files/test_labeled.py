"""The table comes out as it went in, with labels behind it."""

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import skrub  # noqa: F401  (the extra)
from inside import check_out, read_table, texts_of, write_table

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
    again = read_table(out).frame
    assert list(again.columns) == [*LINES[0].split(";"), *ADDED]
    assert again["nr"].tolist() == ["007", "008", "009", "010", "011"]
    assert again["note"].tolist()[1] == "=1+1"
    assert again["text"].tolist()[0] == "fine; quick"
    in_csv = read_table(tmp_path / "out.csv").frame if suffix == ".csv" else None
    assert in_csv is None or in_csv.equals(again)


def test_each_kind_of_table_becomes_each_other(tmp_path):
    import openpyxl  # noqa: F401
    import pyarrow  # noqa: F401

    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "x": [0.5, None],
            "t": ["a", "@b"],
            "d": pd.to_datetime(["2024-05-01"] * 2),
        }
    )
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    frame.assign(d=frame["d"].astype(str)).to_json(
        tmp_path / "a.jsonl", orient="records", lines=True
    )
    suffixes = [".csv", ".xlsx", ".parquet", ".jsonl"]
    for source in suffixes:
        table = read_table(tmp_path / f"a{source}")
        for target in suffixes:
            write_table(table, tmp_path / f"b{target}", {"label": ["yes", None]})
            frame = read_table(tmp_path / f"b{target}").frame
            cells = {name: texts_of(frame[name]) for name in frame.columns}
            assert cells == {
                "n": ["1", "2"],
                "x": ["0.5", None],
                "t": ["a", "@b"],
                "d": ["2024-05-01"] * 2,
                "label": ["yes", None],
            }


def test_pandas_and_a_spreadsheet_see_numbers_as_numbers(tmp_path):
    import openpyxl

    path = tmp_path / "a.csv"
    path.write_text("price,code,big\n13.50,007,12345678901234567890\n2,1,1\n")
    write_table(read_table(path), tmp_path / "b.xlsx", {"label": ["a", "b"]})
    rows = list(openpyxl.load_workbook(tmp_path / "b.xlsx").active.values)
    assert rows[1:] == [
        (13.5, "007", "12345678901234567890", "a"),
        (2, "1", "1", "b"),
    ]


def test_what_a_spreadsheet_can_t_hold_is_said(tmp_path):
    import openpyxl  # noqa: F401

    path = tmp_path / "a.csv"
    path.write_text("t\nok\na\x07b\n")
    (note,) = write_table(read_table(path), tmp_path / "b.xlsx", {})
    assert "line 3" in note
    path.write_text(f"t\n{'x' * 40_000}\n")
    before = (tmp_path / "b.xlsx").read_bytes()
    with pytest.raises(ValueError, match=r"line 2 has 40,000 characters"):
        write_table(read_table(path), tmp_path / "b.xlsx", {})
    assert (tmp_path / "b.xlsx").read_bytes() == before


def test_labels_that_the_files_encoding_lacks_are_written_as_utf_8(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("t\né\n".encode("cp1252"))
    notes = write_table(read_table(path), tmp_path / "b.csv", {"label": ["はい"]})
    assert "written as UTF-8" in notes[0]
    assert pd.read_csv(tmp_path / "b.csv")["label"].tolist() == ["はい"]


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


def test_another_ending_means_its_separator(path, tmp_path):
    write_table(read_table(path), tmp_path / "o.tsv", {"label": [None] * 5})
    frame = pd.read_csv(tmp_path / "o.tsv", sep="\t", dtype=str, encoding="cp1252")
    assert list(frame.columns) == ["nr", "text", "price", "note", "label"]


def test_numbers_with_commas_are_numbers_in_a_spreadsheet_and_beside_them(tmp_path):
    import openpyxl

    path = tmp_path / "a.csv"
    path.write_text("price;text\n1.234,50;a\n2;b\n")
    table, columns = read_table(path), {"confidence": [0.25, None]}
    write_table(table, tmp_path / "b.xlsx", columns)
    rows = list(openpyxl.load_workbook(tmp_path / "b.xlsx").active.values)
    assert rows[1:] == [(1234.5, "a", 0.25), (2, "b", None)]
    write_table(table, tmp_path / "b.csv", columns)
    assert "1.234,50;a;0,25" in (tmp_path / "b.csv").read_text()


def test_nothing_is_overwritten_that_is_read(path, tmp_path):
    with pytest.raises(ValueError, match="would be overwritten"):
        check_out(path, path)
    with pytest.raises(ValueError, match=r"end its name in one of \.csv"):
        check_out(tmp_path / "out.doc")
    with pytest.raises(ValueError, match="is in none"):
        check_out(tmp_path / "no" / "out.csv")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_spreadsheet_program_opens_it_right(suffix, tmp_path):
    import openpyxl  # noqa: F401

    path = tmp_path / f"a{suffix}"
    frame = pd.DataFrame({"text": ["Größe, “gut”", "=1+1", "zwei\nZeilen"]})
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    columns = {"label": ["はい", None, "no"]}
    write_table(read_table(tmp_path / "a.jsonl"), path, columns)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile"]
    if suffix == ".csv":  # what its dialog proposes: comma, quotes, UTF-8
        command.append("--infilter=CSV:44,34,76")
    command += ["--headless", "--convert-to", "fods", "--outdir", str(tmp_path)]
    subprocess.run(
        [*command, str(path)],
        check=True,
        capture_output=True,
    )
    opened = (tmp_path / "a.fods").read_text()
    for text in ("Größe, “gut”", "はい", "zwei", "Zeilen"):
        assert text in opened
    if suffix == ".xlsx":
        assert "of:=1+1" not in opened
