"""Folders of images and of texts: what can be read is labeled, the rest is named."""

import os

import numpy as np
import pytest
import skrub  # noqa: F401  (the extra)
from PIL import Image

from sklearn_active.files import read_file


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder


def write_texts(folder, n=4):
    for i in range(n):
        (folder / f"my note {i}.txt").write_text(f"a story of kettle {i}")


def test_one_text_that_can_not_be_read_is_named_and_left_out(folder):
    write_texts(folder)
    (folder / "a.txt").write_bytes(b"PK\x03\x04rest")
    (folder / "b.txt").write_bytes(b"\x81 is in neither")
    (folder / "c.txt").symlink_to(folder / "nowhere.txt")
    (folder / "d.txt").symlink_to(folder / "d.txt")
    os.mkfifo(folder / "e.txt")
    data = read_file(folder)
    assert data.keys == [f"my note {i}.txt" for i in range(4)]
    note = next(note for note in data.notes if "can't be read" in note)
    assert note.startswith("files a.txt, b.txt, c.txt and 2 more: left out")
    assert "it is not text: it is a spreadsheet" in note
    assert "it, line 1 is neither UTF-8 nor Windows-1252" in note
    assert "No such file" in note


def test_one_image_that_can_not_be_read_is_named_and_left_out(folder):
    Image.new("L", (4, 4)).save(folder / "z.png")
    (folder / "a.png").write_bytes(b"no image")
    (folder / "b.png").symlink_to(folder / "nowhere.png")
    with (folder / "c.png").open("wb") as file:
        file.truncate(300 * 2**20)
    data = read_file(folder)
    assert data.items == [folder / "z.png"]
    (note,) = (note for note in data.notes if "left out" in note)
    assert note.startswith("files a.png, b.png, c.png: left out, can't be read (")
    assert "(cannot identify image file; No such file" in note
    assert "it has 300 MB, and 32 are the most" in note


@pytest.mark.parametrize("name", ["a.txt", "a.png"])
def test_where_nothing_can_be_read_the_first_is_named_with_the_reason(folder, name):
    (folder / name).symlink_to(folder / "nowhere")
    with pytest.raises(ValueError, match=rf"can be read. {name}: No such file"):
        read_file(folder)


def test_names_with_blanks_stay_whole_in_sentences(folder):
    write_texts(folder)
    for i in (5, 6):
        (folder / f"my note {i}.txt").write_text(" ")
    data = read_file(folder)
    expected = "files 'my note 5.txt', 'my note 6.txt' have nothing to look at"
    assert expected in " ".join(data.notes)


def test_texts_are_read_in_the_encoding_that_is_named(folder):
    (folder / "a.txt").write_bytes("café".encode("cp437"))
    assert read_file(folder).table.frame["text"][0] != "café"
    assert read_file(folder, encoding="cp437").table.frame["text"][0] == "café"
    with pytest.raises(ValueError, match="There is no encoding 'klingon'"):
        read_file(folder, encoding="klingon")


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_gray_of_more_than_8_bits_is_seen_as_the_same_in_8_bits(folder, dtype):
    pytest.importorskip("skimage")
    # TIFF holds all three; what a file is, its content says and not its name.
    pixels = np.random.RandomState(0).randint(0, 256, (64, 64))
    pixels[0, :2] = 0, 255
    Image.fromarray(pixels.astype(np.uint8)).save(folder / "8.png")
    Image.fromarray((pixels * 256).astype(dtype)).save(folder / "16.png", "TIFF")
    data = read_file(folder)
    assert data.keys == ["16.png", "8.png"]
    many, few = data.X
    np.testing.assert_allclose(few, many, atol=1e-3)
    assert np.ptp(many[-192:]) > 0
