"""A person at a real terminal of 80 columns and 24 lines, who types and reads."""

import csv
import os
import random
import re
import sys
from pathlib import Path

import pexpect
import pytest
import skrub  # noqa: F401  (the extra)

from sklearn_active.labeling import LabelJournal

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
LABEL = ["-m", "sklearn_active", "label", "texts.csv", "--classes", "good,bad"]
PROMPT = "1 good, 2 bad, enter skips, :u undo, :q quit > "
COLUMNS = ["date", "price", "text", "city", "stars", "shop"]


@pytest.fixture
def texts(tmp_path):
    """Write a table of six columns; return its long texts."""
    rng = random.Random(0)
    words = ["kettle", "parcel", "arrived", "late", "fine", "broken", "lovely", "shop"]
    texts = [f"{' '.join(rng.choices(words, k=150))} end-of-{i}" for i in range(30)]
    with (tmp_path / "texts.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for i, text in enumerate(texts):
            city, shop = rng.choice(["Rome", "Oslo"]), rng.choice("AB")
            price, stars = rng.randint(1, 9), rng.randint(1, 5)
            date = f"2024-01-{i % 28 + 1:02d}"
            writer.writerow([date, price, text, city, stars, shop])
    return texts


class Person:
    """Reads up to the prompt, and types a line."""

    def __init__(self, folder):
        self.journal = folder / "texts.csv.labels.jsonl"
        self.process = pexpect.spawn(
            sys.executable,
            [*LABEL, "--terminal"],
            dimensions=(24, 80),
            encoding="utf-8",
            timeout=120,
            cwd=folder,
            env=ENVIRONMENT,
        )
        self.read()

    def read(self):
        self.process.expect_exact(PROMPT)
        self.screen = self.process.before.replace("\r\n", "\n")
        *_, shown = re.split(r"\[\d+ labeled; [^\]]+\]\n", self.screen)
        if shown != self.screen:  # else the row above is still asked
            self.item = shown

    @property
    def row(self):
        return int(re.search(r"end-of-(\d+)", self.item).group(1))

    @property
    def told(self):
        _, events = LabelJournal.read(self.journal)
        return [(e["event"], e.get("row"), e.get("label")) for e in events]

    def type(self, line):
        self.process.sendline(line)
        self.read()

    def leave(self, type_it, *keys):
        """End by what is typed; return what is said at the end."""
        type_it(*keys)
        self.process.expect(pexpect.EOF)
        self.process.close()
        assert self.process.exitstatus == 0
        return self.process.before.replace("\r\n", "\n")


@pytest.fixture
def sit_down(texts, tmp_path):
    people = []

    def sit_down():
        people.append(Person(tmp_path))
        return people[-1]

    yield sit_down
    for person in people:
        person.process.close(force=True)


def test_the_long_text_stands_first_and_whole_on_one_screen(sit_down, texts):
    person = sit_down()
    first, *others = [line.strip() for line in person.item.splitlines()]
    assert first == "text:"
    assert " ".join(others).startswith(f"{texts[person.row]} date: 2024-01-")
    names = [line.split(":")[0] for line in others if ": " in line]
    assert names == [name for name in COLUMNS if name != "text"]
    assert max(map(len, person.screen.splitlines())) < 80
    assert len(person.item.splitlines()) < 24
    assert person.leave(person.process.sendline, ":q").startswith(":q\n0 labels")


def test_the_journal_holds_what_was_typed_and_the_same_line_goes_on(sit_down):
    person, told = sit_down(), []
    for line, label in (("1", "good"), ("b", "bad"), ("GO", "good"), ("bad", "bad")):
        told.append(("answer", person.row, label))
        person.type(line)
        assert person.told == told
    told.append(("skip", person.row, None))
    person.type("")
    for line in ("3", "x", ":x", ":?"):
        person.type(line)
        assert "Type a label (1 good, 2 bad), or: enter = skip, " in person.screen
        assert "end-of-" not in person.screen  # the row still stands above
        assert person.told == told
    for _, row, _ in reversed(told[-2:]):
        person.type(":u")
        assert person.row == row
    told += [("undo", None, None)] * 2 + [("answer", person.row, "good")]
    person.type("good")
    row = person.row
    assert "4 labels: good 3, bad 1." in person.leave(person.process.sendline, ":q")
    again = sit_down()
    assert "4 labels so far" in again.screen
    assert again.row == row
    assert again.told == told


@pytest.mark.parametrize("keys", ["sendintr", "sendeof"])
def test_ctrl_c_and_ctrl_d_at_the_prompt_end_it_and_keep_what_was_typed(sit_down, keys):
    person = sit_down()
    told = [("answer", person.row, "good")]
    person.type("1")
    said = person.leave(getattr(person.process, keys))
    assert re.search(r"\n1 labels?: good 1\.", said)  # in a line of its own
    assert person.told == told


def test_ctrl_c_in_the_middle_of_a_line_gives_no_label(sit_down):
    person = sit_down()
    person.process.send("good")
    person.process.expect_exact("good")
    assert "0 labels" in person.leave(person.process.sendintr)
    assert person.told == []
