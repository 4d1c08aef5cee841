"""What a page is given of a row: what to draw, what it is called, its words."""

import os
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy import sparse

from sklearn_active.files import read_file
from sklearn_active.labeling._fronts.row_display import (
    broken_item,
    item_as_json,
    limits_of,
    png,
)
from sklearn_active.labeling._fronts.titles import main_text, title_of, words_of


def pixels_of(shown):
    assert shown["kind"] == "image"
    head, data = shown["src"].split(",", 1)
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(BytesIO(b64decode(data))))


@given(
    shape=st.sampled_from([(1, 1), (3, 5), (5, 3, 3), (2, 7, 4), (64, 1)]),
    seed=st.integers(0, 2**32 - 1),
)
def test_another_reader_of_png_sees_the_very_same_pixels(shape, seed):
    pixels = np.random.RandomState(seed).randint(0, 256, shape).astype(np.uint8)
    np.testing.assert_array_equal(np.asarray(Image.open(BytesIO(png(pixels)))), pixels)


def test_gray_images_are_stretched_between_the_limits_of_all():
    images = np.array([[[0, 8]], [[4, 16]]], dtype=float)
    assert limits_of(images) == (0, 16)
    shown = pixels_of(item_as_json(images[0], limits_of(images)))
    assert shown.tolist() == [[0, 128]]
    assert pixels_of(item_as_json(images[0])).tolist() == [[0, 255]]
    assert pixels_of(item_as_json(np.ones((2, 2)))).tolist() == [[0, 0], [0, 0]]


def test_bytes_booleans_and_colors_are_shown_as_they_are():
    gray = np.array([[3, 7]], dtype=np.uint8)
    assert pixels_of(item_as_json(gray)).tolist() == [[3, 7]]
    assert limits_of(gray[np.newaxis]) is None
    assert pixels_of(item_as_json(np.array([[True, False]]))).tolist() == [[255, 0]]
    color = np.array([[[0.0, 0.5, 2.0]]])
    assert pixels_of(item_as_json(color)).tolist() == [[[0, 128, 255]]]
    assert pixels_of(item_as_json(np.array([[[-1, 7, 300]]]))).tolist() == [
        [[0, 7, 255]]
    ]
    assert pixels_of(item_as_json([[0, 1], [1, 0]])).tolist() == [[0, 255], [255, 0]]
    assert pixels_of(item_as_json(np.array([[[0.0], [1.0]]]))).tolist() == [[0, 255]]


def test_nan_is_black_and_does_not_spoil_the_rest():
    shown = pixels_of(item_as_json(np.array([[np.nan, 1.0, 2.0]]), (0, 2)))
    assert shown.tolist() == [[0, 128, 255]]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "F", "I"])
def test_images_of_pil_of_every_mode_are_shown(mode):
    shown = item_as_json(Image.new(mode, (4, 3)))
    assert pixels_of(shown).shape[:2] == (3, 4)


def test_a_large_photograph_is_made_smaller_and_stays_as_it_was():
    image = Image.new("RGB", (4000, 1000))
    assert pixels_of(item_as_json(image)).shape == (400, 1600, 3)
    assert image.size == (4000, 1000)


def test_a_path_is_the_image_in_that_file(tmp_path):
    path = tmp_path / "a.JPG"
    Image.new("RGB", (4, 3)).save(path, format="JPEG")
    shown = item_as_json(path)
    head, data = shown["src"].split(",", 1)
    assert head == "data:image/jpeg;base64"
    assert b64decode(data) == path.read_bytes()
    for name in ("notes.txt", "drawing.svg", "passwd"):
        with pytest.raises(ValueError, match="leads to an image"):
            item_as_json(tmp_path / name)


def test_the_text_of_a_path_is_text():
    assert item_as_json("/etc/passwd") == {"kind": "text", "text": "/etc/passwd"}


@pytest.mark.parametrize(
    "row",
    [
        pd.DataFrame({"a": [1], "b": ["x"], "c": [np.nan]}).iloc[0],
        pl.DataFrame({"a": [1], "b": ["x"], "c": [None]}),
        {"a": 1, "b": "x", "c": None},
    ],
    ids=["pandas", "polars", "dict"],
)
def test_a_row_with_names_is_a_table(row):
    shown = item_as_json(row)
    assert shown == {"kind": "table", "rows": [["a", "1"], ["b", "x"], ["c", ""]]}


def test_numbers_are_a_table_with_names_made_up():
    rows = [["x0", "0.333333"], ["x1", "2.0"], ["x2", "1000000.0"]]
    assert item_as_json(np.array([1 / 3, 2, 1e6])) == {"kind": "table", "rows": rows}


def test_of_a_sparse_row_what_is_not_zero_is_shown():
    row = sparse.csr_matrix([[0, 0.5, 0, 2]])
    for same in (row, sparse.csr_array(row)):
        shown = item_as_json(same)
        assert shown == {"kind": "table", "rows": [["x1", "0.5"], ["x3", "2.0"]]}


def test_what_has_html_of_its_own_is_shown_as_html():
    frame = pd.DataFrame({"a": [1, 2]})
    assert item_as_json(frame) == {"kind": "html", "html": frame._repr_html_()}


def test_anything_else_is_shown_as_its_text():
    assert item_as_json(3.5) == {"kind": "text", "text": "3.5"}
    assert item_as_json(np.str_("a")) == {"kind": "text", "text": "a"}
    assert item_as_json(None) == {"kind": "text", "text": "None"}


def test_a_very_long_text_is_cut_and_says_so():
    text = item_as_json("x" * 100_001)["text"]
    assert text.endswith("\n[cut here: 100001 characters in all]")
    assert len(text) < 100_100


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 2, 2, 2), (8, 8, 5)])
def test_an_array_that_is_no_image_is_refused_with_what_would_be_one(shape):
    with pytest.raises(ValueError, match=r"\(height, width\), or \(height, width, n\)"):
        item_as_json(np.zeros(shape))


class TestWhatCannotBeShown:
    def test_of_a_broken_item_is_said_why(self, tmp_path):
        with pytest.raises(OSError, match="gone.png") as caught:
            item_as_json(tmp_path / "gone.png")
        shown = broken_item(caught.value)
        assert shown == {"kind": "broken", "text": str(caught.value)}
        assert broken_item(KeyError()) == {"kind": "broken", "text": "KeyError"}

    def test_html_that_is_no_text_is_refused_by_name(self):
        class Odd:
            def _repr_html_(self):
                return {"html": "<b>"}

        with pytest.raises(
            ValueError, match="_repr_html_ of a Odd returned a dict, not text"
        ):
            item_as_json(Odd())

    def test_a_huge_file_is_not_loaded(self, tmp_path):
        path = tmp_path / "huge.png"
        with path.open("wb") as file:
            file.truncate(300 * 2**20)  # holes: no bytes on disk
        with pytest.raises(ValueError, match="it has 300 MB, and 32 are the most"):
            item_as_json(path)

    def test_a_pipe_is_not_waited_for_and_a_folder_is_no_image(self, tmp_path):
        os.mkfifo(tmp_path / "pipe.png")
        (tmp_path / "folder.png").mkdir()
        for name in ("pipe.png", "folder.png"):
            with pytest.raises(ValueError, match="can't be shown: it is not a file"):
                item_as_json(tmp_path / name)

    def test_a_folder_of_images_holds_no_link_out_of_it_and_no_pipe(self, tmp_path):
        folder, outside = tmp_path / "images", tmp_path / "secret.png"
        folder.mkdir()
        content = png(np.zeros((2, 2), dtype=np.uint8))
        outside.write_bytes(content)
        (folder / "link.png").symlink_to(outside)
        with pytest.raises(ValueError, match=r"link.png leads out of the folder"):
            read_file(folder)
        (folder / "link.png").unlink()
        (folder / "a.png").write_bytes(content)
        os.mkfifo(folder / "pipe.png")
        with (folder / "huge.bmp").open("wb") as file:
            file.truncate(300 * 2**20)
        # One file that can't be looked at doesn't keep the others from being labeled.
        data = read_file(folder)
        assert data.keys == ["a.png"]
        assert "it is not a file" in " ".join(data.notes)
        assert "300 MB, and 32 are the most" in " ".join(data.notes)


def test_two_columns_of_one_name_are_both_shown():
    frame = pd.DataFrame([["a", "b"]], columns=["text", "text"])
    shown = item_as_json(frame)
    assert shown == {"kind": "table", "rows": [["text", "a"], ["text", "b"]]}


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
