"""What rows are called, and the words by which they are found."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from inside import main_text, title_of, words_of
from scipy import sparse

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen"


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ("a fine\n  kettle", "a fine kettle"),
        (LONG, "one two three four five six seven eight nine ten eleven …"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60 + " …"),
        (Path("folder") / "cat.png", "cat.png"),
        ({"price": 3, "text": "a kettle", "color": "red"}, "a kettle"),
        (pd.Series({"price": "3", "text": "a kettle"}), "a kettle"),
        (pd.DataFrame({"price": ["3"], "text": ["a kettle"]}), "a kettle"),
        ({"price": 3}, "Row 8"),
        ("", "Row 8"),
        (np.zeros(3), "Row 8"),
    ],
)
def test_a_row_is_called_by_its_file_or_its_first_words(item, title):
    assert title_of(item, 7) == title


def test_what_has_no_words_is_called_by_its_key_where_that_says_something():
    assert title_of(np.zeros(3), 7, "sample 12") == "sample 12"
    assert title_of("words", 7, "sample 12") == "words"
    assert title_of(np.zeros(3), 7, "0123456789abcdef") == "Row 8"
    assert title_of(np.zeros(3), 7, "0123456789abcdef-2") == "Row 8"


def test_a_row_of_polars_is_read_like_one_of_pandas():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"price": [3], "text": ["a kettle"]})
    assert main_text(frame) == "a kettle"
    assert words_of(frame, 1) == ["3\na kettle"]


def test_words_are_those_of_all_columns_or_the_name_of_the_file():
    records = [{"n": 3, "text": "Kettle"}, {"n": 4, "text": None}]
    assert words_of(records, 2) == ["3\nkettle", "4\n"]
    assert words_of([Path("a") / "Cat.PNG"], 1) == ["cat.png"]
    assert words_of([np.zeros((2, 3))] * 2, 2) == ["", ""]  # images


def test_words_of_columns_are_by_position_as_two_may_have_one_name():
    frame = pd.DataFrame([["a", "b"], ["c", "d"]], columns=["text", "text"])
    assert words_of(frame, 2) == ["a\nb", "c\nd"]
    assert words_of(frame[[]], 2) == ["", ""]


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([["Red", 3, np.nan], ["blue", 2.5, None]], ["red\n3\n", "blue\n2.5\n"]),
        ([[1, 2.5], (3, 4)], ["1.0\n2.5", "3\n4"]),
        (np.array([[0.1234567, 2.0], [np.nan, 3.0]]), ["0.123457\n2.0", "\n3.0"]),
        ([7, 2.5], ["7", "2.5"]),
        (sparse.csr_array([[0.0, 2.5]]), ["2.5"]),
        (pd.DataFrame({"x": [0.1234567, np.nan]}), ["0.123457", ""]),
        (pd.DataFrame({"x": ["nan", pd.NA, None, np.nan]}), ["nan", "", "", ""]),
        (pd.DataFrame({"at": [pd.NaT, pd.Timestamp("2024-05-06")]}).iloc[:1], [""]),
    ],
)
def test_values_are_searched_as_the_page_writes_them_and_not_what_is_missing(
    items, words
):
    assert words_of(items, len(words)) == words


def test_a_row_that_cannot_be_read_is_found_by_no_word_and_stops_no_other(caplog):
    class Lazy:
        def __getitem__(self, row):
            if row == 1:
                raise OSError("gone")
            return f"text {row}"

    assert words_of(Lazy(), 3) == ["text 0", "", "text 2"]
    assert "Row 1 can't be searched" in caplog.text


def test_of_a_long_text_only_the_beginning_is_looked_at():
    class Counted(str):
        def split(self, *args):
            raise AssertionError("The whole text was split.")

    assert title_of(Counted("word " * 1000), 0).startswith("word word")
    assert title_of("a b" + " " * 300 + "c", 0) == "a b …"
    assert title_of(" " * 300 + "late", 0) == "late"
    assert title_of("early" + " " * 300, 0) == "early"
