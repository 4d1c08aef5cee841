"""Tables out of files as people have them, and into files as programs read them."""

import csv
import io
import json
import shutil
import subprocess

import pandas as pd
import pytest
import skrub  # noqa: F401  (the extra)
from hypothesis import given
from hypothesis import strategies as st

from sklearn_active.files._separated import Form, read_cells, written_cells
from sklearn_active.files._tables import read_table, texts_of
from sklearn_active.files._write import write_table

ROWS = [["text", "price"], ["Café, “good”", "1"], ["bad; late", "2"], ["ok", ""]]


def as_file(tmp_path, content, name="t.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def separated(separator, rows=ROWS):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue()


class TestSeparatedText:
    @pytest.mark.parametrize("separator", list(",;\t|"))
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
    )
    def test_any_separator_and_encoding_gives_the_same_cells(
        self, separator, encoding, tmp_path
    ):
        path = as_file(tmp_path, separated(separator).encode(encoding))
        table = read_table(path)
        assert table.names == ROWS[0]
        assert table.frame.to_numpy().tolist() == ROWS[1:]
        assert table.places == ["line 2", "line 3", "line 4"]

    @pytest.mark.parametrize("separator", list(";\t|"))
    def test_a_separator_that_was_guessed_is_said(self, separator, tmp_path):
        names = {";": "semicolon", "\t": "tab", "|": "vertical bar"}
        table = read_table(as_file(tmp_path, separated(separator)))
        assert table.notes == [f"the separator was guessed: {names[separator]}"]
        assert names[separator] in table.about

    def test_decimal_commas_don_t_make_the_comma_a_separator(self, tmp_path):
        table = read_table(as_file(tmp_path, "a;b\n1,5;x\n2,5;y\n"))
        assert table.frame.to_numpy().tolist() == [["1,5", "x"], ["2,5", "y"]]

    def test_windows_1252_is_said_aloud_with_the_line_and_an_example(self, tmp_path):
        table = read_table(as_file(tmp_path, "a,b\n1,x\n2,Gruß\n".encode("cp1252")))
        (note,) = table.notes
        assert "line 3 is not UTF-8" in note
        assert "Windows-1252" in note
        assert "Gruß" in note

    def test_what_is_neither_utf_8_nor_windows_1252_names_the_line(self, tmp_path):
        path = as_file(tmp_path, b"a,b\n1,x\n2,\x81\n")
        with pytest.raises(ValueError, match=r"line 3 is neither .* name its encoding"):
            read_table(path)
        assert read_table(path, encoding="latin-1").frame.iloc[1, 1] == "\x81"

    def test_an_encoding_that_was_named_and_is_wrong_is_an_error(self, tmp_path):
        path = as_file(tmp_path, b"a,b\n1,\xff\n")
        with pytest.raises(ValueError, match="line 2 is not ascii text"):
            read_table(path, encoding="ascii")
        with pytest.raises(ValueError, match="There is no encoding 'utf-9'"):
            read_table(path, encoding="utf-9")

    def test_a_stated_separator_is_taken(self, tmp_path):
        table = read_table(as_file(tmp_path, "a;b,c\n1;2,3\n"), separator=",")
        assert table.names == ["a;b", "c"]
        with pytest.raises(ValueError, match="one character"):
            read_table(as_file(tmp_path, "a\n1\n"), separator=", ")

    def test_one_column_with_commas_in_it_is_one_column(self, tmp_path):
        table = read_table(as_file(tmp_path, "text\nwell, well\nno; never\n\nyes\n"))
        assert table.frame["text"].tolist() == ["well, well", "no; never", "yes"]
        assert "each line is one cell" in table.notes[0]

    def test_lines_within_quotes_are_one_cell_and_lines_are_counted_on(self, tmp_path):
        text = 'a,b\n1,"two\nlines"\n\n2,x\n'
        table = read_table(as_file(tmp_path, text))
        assert table.frame["b"].tolist() == ["two\nlines", "x"]
        assert table.places == ["line 2", "line 5"]

    def test_quotes_after_backslashes_and_single_quotes_are_found(self, tmp_path):
        table = read_table(as_file(tmp_path, 'a,b\n1,"say \\"hi\\", ok"\n'))
        assert table.frame["b"].tolist() == ['say "hi", ok']
        table = read_table(as_file(tmp_path, "'a','b'\n'x, y','z'\n"))
        assert table.frame.to_numpy().tolist() == [["x, y", "z"]]

    def test_backslashes_stay_where_quotes_are_doubled_or_follow_one(self, tmp_path):
        text = 'text,path\nhe said \\"hi\\" to me,C:\\temp\\new\nfine,D:\\x0\n'
        table = read_table(as_file(tmp_path, text))
        assert table.frame["path"].tolist() == ["C:\\temp\\new", "D:\\x0"]
        text = 'a,b\n1,"say \\"hi\\", ok"\n2,"C:\\temp\\new"\n'
        table = read_table(as_file(tmp_path, text))
        assert table.frame["b"].tolist() == ['say "hi", ok', "C:\\temp\\new"]
        assert "follow a backslash" in table.notes[0]

    def test_blanks_behind_separators_before_quotes_are_none_of_the_cell(
        self, tmp_path
    ):
        table = read_table(as_file(tmp_path, 'a, b\n1, "x, y"\n2, "z"\n'))
        assert table.frame.to_numpy().tolist() == [["1", "x, y"], ["2", "z"]]

    def test_of_separators_that_fit_alike_the_tidier_is_taken_and_both_are_said(
        self, tmp_path
    ):
        table = read_table(as_file(tmp_path, "Text;Preis, EUR\nfoo;1,50\nx;2,25\n"))
        assert table.names == ["Text", "Preis, EUR"]
        assert "semicolon, though comma would fit as well" in table.notes[0]

    def test_a_name_with_a_separator_in_it_is_one_name_where_no_row_has_two_cells(
        self, tmp_path
    ):
        table = read_table(as_file(tmp_path, "review; text\nfine\nlate and broken\n"))
        assert table.names == ["review; text"]
        assert table.frame["review; text"].tolist() == ["fine", "late and broken"]

    def test_a_first_line_with_numbers_in_it_may_be_a_row(self, tmp_path):
        table = read_table(as_file(tmp_path, "1,foo bar\n2,baz\n"))
        assert "taken for names of columns, '1', 'foo bar'" in table.notes[0]

    @pytest.mark.parametrize(
        ("encoding", "stated"),
        [
            ("utf-16", "utf-16"),
            ("utf-16-be", "utf-16"),
            ("utf-8-sig", "utf-8-sig"),
            ("utf-8-sig", "utf-8"),
        ],
    )
    def test_a_mark_is_kept_once_also_where_the_encoding_is_stated(
        self, encoding, stated, tmp_path
    ):
        content = "a,b\n1,é\n".encode(encoding)
        if encoding == "utf-16-be":
            content = b"\xfe\xff" + content
        path = as_file(tmp_path, content)
        table = read_table(path, encoding=stated)
        assert table.names == ["a", "b"]
        write_table(table, tmp_path / "o.csv", {})
        assert (tmp_path / "o.csv").read_bytes() == content

    def test_lines_that_end_as_on_old_macs_stay_so(self, tmp_path):
        path = as_file(tmp_path, "a,b\r1,2\r")
        table = read_table(path)
        write_table(table, tmp_path / "o.csv", {})
        assert (tmp_path / "o.csv").read_bytes() == b"a,b\r1,2\r"

    def test_quotes_that_don_t_close_name_the_line_where_they_open(self, tmp_path):
        path = as_file(tmp_path, 'a,b\n1,x\n2,"y\n3,z\n')
        with pytest.raises(ValueError, match="line 3: the quotes .* don't close"):
            read_table(path)

    def test_the_line_that_excel_puts_first_names_the_separator(self, tmp_path):
        table = read_table(as_file(tmp_path, "sep=;\r\na;b\r\n1;2\r\n"))
        assert table.names == ["a", "b"]
        assert table.places == ["line 3"]

    def test_texts_longer_than_the_limit_of_csv_are_read(self, tmp_path):
        limit = csv.field_size_limit()
        table = read_table(as_file(tmp_path, f"a,b\n1,{'x' * 300_000}\n"))
        assert len(table.frame["b"][0]) == 300_000
        assert csv.field_size_limit() == limit


class TestRowsOfDifferentLength:
    def test_a_row_with_too_many_cells_is_left_out_and_named(self, tmp_path):
        table = read_table(as_file(tmp_path, "a,b\n1,2\n3,4,5\n6,7\n"))
        assert table.frame["a"].tolist() == ["1", "6"]
        assert table.places == ["line 2", "line 4"]
        assert "line 3 has more than 2 cells: left out" in table.notes[0]

    def test_a_row_with_too_few_cells_is_filled_with_blanks_and_named(self, tmp_path):
        table = read_table(as_file(tmp_path, "a,b\n1,2\n3\n"))
        assert table.frame.to_numpy().tolist() == [["1", "2"], ["3", ""]]
        assert "line 3 has fewer than 2 cells" in table.notes[0]

    def test_blank_cells_behind_the_last_column_are_no_cells(self, tmp_path):
        table = read_table(as_file(tmp_path, "a,b\n1,2,,\n"))
        assert table.frame.to_numpy().tolist() == [["1", "2"]]
        assert "line 2 has blank cells after the 2 columns" in table.notes[0]

    def test_many_are_named_by_the_first_three_and_their_number(self, tmp_path):
        table = read_table(as_file(tmp_path, "a,b\n" + "1,2\n3\n" * 10))
        assert "lines 3, 5, 7 and 7 more have fewer" in table.notes[0]

    def test_a_file_where_most_rows_are_too_long_is_no_table(self, tmp_path):
        path = as_file(tmp_path, "a,b\n" + "1,2,3\n" * 25 + "1,2\n" * 5)
        with pytest.raises(ValueError, match=r"lines 2, 3, 4 and 22 more have more"):
            read_table(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"\n \n", "is empty"),
        ("t.csv", b"a,b\n", r"names of columns \('a', 'b'\), but no row"),
        ("t.csv", b"PK\x03\x04...", "it is a spreadsheet or another archive"),
        ("t.jsonl", b"", "is empty"),
        ("t.jsonl", b'{"a": 1}\n{"a": \n', "line 2 is not JSON"),
        ("t.jsonl", b'{"a": 1}\n[1]\n', r"line 2 is not a record .* but \[1\]"),
        ("t.json", b"[]", "holds no record"),
        ("t.json", b"3", "must be a list of records"),
        ("t.json", b"[", "is not JSON"),
        ("t.xlsx", b"no", "can't be read as a spreadsheet"),
        ("t.parquet", b"no", "can't be read as Parquet"),
    ],
)
def test_what_is_no_table_is_said_in_a_sentence(name, content, message, tmp_path):
    import openpyxl  # noqa: F401
    import pyarrow  # noqa: F401

    path = as_file(tmp_path, content, name)
    with pytest.raises(ValueError, match=message) as raised:
        read_table(path)
    assert str(path) in str(raised.value)


class TestNamesOfColumns:
    def test_columns_of_one_name_are_told_apart_as_pandas_does(self, tmp_path):
        text = "a,b,a,,a.1\n1,2,3,4,5\n"
        path = as_file(tmp_path, text)
        table = read_table(path)
        assert list(table.frame.columns) == list(pd.read_csv(path).columns)
        assert table.names == ["a", "b", "a", "", "a.1"]
        assert "the column 'a' is there more than once" in table.notes[0]


class TestOtherTables:
    def test_a_spreadsheet_keeps_its_values_and_leaves_out_blank_rows(self, tmp_path):
        import openpyxl

        book = openpyxl.Workbook()
        for row in [["text", "n", "day"], ["NA", 1, pd.Timestamp("2024-05-01")]]:
            book.active.append(row)
        book.active.append([None, None, None])
        book.active.append(["b", 2.5, None])
        book.create_sheet("more").append(["x"])
        book.save(tmp_path / "t.xlsx")
        table = read_table(tmp_path / "t.xlsx")
        assert table.frame["text"].tolist() == ["NA", "b"]
        assert table.frame["n"].tolist() == [1, 2.5]
        assert table.places == ["row 2", "row 4"]
        assert "the first of 2" in table.notes[0]

    def test_a_formula_that_no_program_has_computed_is_named(self, tmp_path):
        import openpyxl

        book = openpyxl.Workbook()
        for row in [["a", "b"], [1, "=A2+1"], [2, 3]]:
            book.active.append(row)
        book.save(tmp_path / "t.xlsx")
        table = read_table(tmp_path / "t.xlsx")
        assert table.frame["b"].tolist() == [None, 3]
        assert "row 2 has a formula without a value" in table.notes[0]

    def test_records_of_json_have_the_columns_of_all(self, tmp_path):
        lines = ['{"a": 1, "b": ["x"]}', "", '{"c": 12345678901234567890}']
        table = read_table(as_file(tmp_path, "\n".join(lines), "t.jsonl"))
        assert list(table.frame.columns) == ["a", "b", "c"]
        assert table.frame["c"].tolist() == [None, 12345678901234567890]
        assert table.places == ["line 1", "line 3"]
        assert "lines 1, 3 have fewer than 3 values" in table.notes[0]
        records = json.dumps({"data": [{"a": 1}, {"a": None}]})
        table = read_table(as_file(tmp_path, records, "t.json"))
        assert table.frame["a"].tolist() == [1, None]

    def test_parquet_keeps_its_types_and_its_index(self, tmp_path):
        import pyarrow  # noqa: F401

        frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["p", "q"], name="key"))
        frame.to_parquet(tmp_path / "t.parquet")
        table = read_table(tmp_path / "t.parquet")
        assert table.frame["key"].tolist() == ["p", "q"]
        assert table.frame["x"].tolist() == [1, 2]

    def test_integers_in_parquet_stay_exact_beside_a_blank_and_are_written_so(
        self, tmp_path
    ):
        import pyarrow as pa
        from pyarrow import parquet

        numbers = [2**60 + 1, None, 2**60 + 3]
        parquet.write_table(pa.table({"n": numbers}), tmp_path / "t.parquet")
        table = read_table(tmp_path / "t.parquet")
        assert texts_of(table.frame["n"]) == [str(2**60 + 1), None, str(2**60 + 3)]
        for name in ("o.parquet", "o.jsonl", "o.csv"):
            write_table(table, tmp_path / name, {"label": ["a", None, "b"]})
            again = read_table(tmp_path / name)
            assert texts_of(again.frame["n"]) == texts_of(table.frame["n"])
        written = parquet.read_table(tmp_path / "o.parquet")
        assert written["n"].to_pylist() == numbers

    def test_an_index_without_a_name_is_a_column_where_it_is_no_counter(self, tmp_path):
        import pyarrow  # noqa: F401

        frame = pd.DataFrame({"x": [1, 2]}, index=["p", "q"])
        frame.to_parquet(tmp_path / "t.parquet")
        table = read_table(tmp_path / "t.parquet")
        assert table.frame["index"].tolist() == ["p", "q"]
        frame.reset_index(drop=True).to_parquet(tmp_path / "t.parquet")
        assert table.names == ["index", "x"]
        assert read_table(tmp_path / "t.parquet").names == ["x"]

    def test_half_a_character_is_replaced_and_named(self, tmp_path):
        path = as_file(tmp_path, '{"a": "ok"}\n{"a": "x \\ud800 y"}\n', "t.jsonl")
        table = read_table(path)
        assert table.frame["a"].tolist() == ["ok", "x ? y"]
        assert "line 2 has half a character" in table.notes[0]


cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00\x1f\r"),
    max_size=8,
)


@given(
    rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=6),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from([("utf-8", b""), ("utf-16-le", b"\xff\xfe")]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_read_back_as_it_was(rows, separator, encoding, line_end):
    form = Form(*encoding, separator=separator, line_end=line_end)
    data, used = written_cells(["a", "b", "c"], rows, form)
    found = read_cells(data, "t", separator, encoding[0])
    assert used == form
    assert found.names == ["a", "b", "c"]
    assert found.rows == rows


def test_labels_that_an_encoding_lacks_make_it_utf_8():
    form = Form("cp1252")
    data, used = written_cells(["é"], [["はい"]], form)
    assert used.encoding == "utf-8"
    assert data.decode("utf-8-sig") == "é\nはい\n"


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


def test_another_ending_means_its_separator(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("nr;text;price;note\n007;Gruß;13,50;x\n".encode("cp1252"))
    write_table(read_table(path), tmp_path / "o.tsv", {"label": [None]})
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
