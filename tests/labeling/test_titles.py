"""What rows are called, and the words by which they are found."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sklearn_active.labeling._titles import main_text, title_of, words_of

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
    assert words_of(records, 2) == ["3\nkettle", "4\nnone"]
    assert words_of([Path("a") / "Cat.PNG"], 1) == ["cat.png"]
    assert words_of(np.zeros((2, 3)), 2) == ["", ""]
