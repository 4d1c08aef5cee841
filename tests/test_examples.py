"""The examples and the README do what they say."""

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import sklearn_active

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("plot_*.py"))
# Who knows scikit-learn's gallery finds these two pages by its own titles.
CLASSIC_TITLES = {
    "plot_digits_active_learning": "Label Propagation digits: Active learning",
    "plot_digits_performance": "Label Propagation digits: Demonstrating performance",
}
REFERENCE = json.loads((ROOT / "tests" / "data" / "digits.json").read_text())


@pytest.fixture(autouse=True)
def close_figures(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["example"])
    yield
    plt.close("all")


def test_the_active_learning_example_shows_the_classic_numbers_and_right_captions():
    seen = runpy.run_path(str(ROOT / "examples" / "plot_digits_active_learning.py"))
    expected = REFERENCE["digits_active_learning"]["rounds"]
    assert len(seen["rounds"]) == len(expected) == 5
    for shown, printed in zip(seen["rounds"], expected, strict=True):
        np.testing.assert_array_equal(shown["confusion"], printed["confusion_matrix"])
        assert shown["n_labeled"] == printed["n_labeled"]
        assert round(shown["accuracy"], 4) == printed["accuracy"]
        asked = shown["query"].indices.tolist()
        assert asked[:4] == printed["queried_rows"][:4]
        assert shown["predicted"][:4].tolist() == printed["predicted"][:4]
    captions = [ax.get_ylabel() for ax in plt.gcf().axes if ax.get_ylabel()]
    assert len(seen["same"]) >= 24  # the last row may be another: see the page
    numbers = [int(re.search(r"(\d+) labels", caption)[1]) for caption in captions]
    assert numbers == [40, 45, 50, 55, 60]
    assert len(plt.gcf().axes) == 25


def test_the_performance_example_shows_the_classic_numbers():
    seen = runpy.run_path(str(ROOT / "examples" / "plot_digits_performance.py"))
    expected = REFERENCE["digits_performance"]
    np.testing.assert_array_equal(seen["confusion"], expected["confusion_matrix"])
    printed = expected["top_10_most_uncertain_rows_ascending"]
    assert seen["query"].indices[::-1].tolist() == printed


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_asks_one_question_is_short_and_says_what_to_read_next(path):
    source = path.read_text()
    title = source.split("\n")[1]
    assert title.endswith("?") or title == CLASSIC_TITLES[path.stem]
    assert source.count("\n") < 160
    assert "What to read next" in source
    assert "np.delete" not in source


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_without_a_warning(path):
    runpy.run_path(str(path))
    assert plt.get_fignums()


class TestReadme:
    text = (ROOT / "README.md").read_text()

    def test_it_is_short_and_says_what_it_is_by_line_three(self):
        lines = self.text.split("\n")
        assert len(lines) <= 120
        assert lines[2].endswith(".")

    def test_the_code_prints_what_is_printed_below_it(self):
        code = re.search(r"```python\n(.*?)```", self.text, re.S)[1]
        printed = re.search(r"```text\n(.*?)```", self.text, re.S)[1]
        result = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(sklearn_active.__file__).parent.parent,
        )
        assert result.stdout == printed

    def test_its_links_lead_somewhere(self):
        links = re.findall(r"\]\((?!https?:)([^)#]+)\)", self.text)
        assert links
        assert [link for link in links if not (ROOT / link).exists()] == []
