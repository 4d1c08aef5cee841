"""The house as measured: sizes, comments, reflection, cycles, repetition."""

import importlib.util
from pathlib import Path

import pytest

import sklearn_active

PACKAGE = Path(sklearn_active.__file__).parent
SCRIPT = PACKAGE.parent / "doc" / "develop" / "house.py"


@pytest.fixture(scope="module")
def house():
    spec = importlib.util.spec_from_file_location("house", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def measured(house):
    return house.measure(PACKAGE)


@pytest.mark.parametrize(
    ("what", "most"),
    [
        ("most bases of a class", 4),
        ("reflection per 1,000 lines of code", 8),
        ("import cycles", 0),
        ("repeated lines, %", 2),
        ("function lines, largest", 60),
    ],
)
def test_there_is_at_most(what, most, measured):
    assert measured[what] <= most


def test_what_is_hard_is_commented(measured):
    assert measured["comments per 100 code lines"] >= 5


LEFT = '''"""A module."""

import left_and_right.right  # counts as a comment


class Child(dict, Mixin):
    """Not code."""

    def long(self, other):
        """Not code, either.

        However long it is.
        """
        one = getattr(self, "x")
        two = other._private
        return one + self._own + two
'''
RUN = "".join(f"x{i} = {i}\n" for i in range(7))


@pytest.fixture
def made(tmp_path, house):
    """A package of three modules, of which every figure is known."""
    package = tmp_path / "left_and_right"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "left.py").write_text(LEFT + RUN)
    indented = RUN.replace("x", "    x")
    (package / "right.py").write_text(
        f"from left_and_right import left\nif left:\n{indented}"
    )
    return house.measure(package)


def test_the_figures_are_right_where_they_are_known(made):
    # left: import, class, def, three lines of its body, seven of the run; right: two
    # lines and the run again. Seven lines hold two runs of six.
    n_code = 6 + 7 + 2 + 7
    assert made["modules"] == 3
    assert made["import cycles"] == 1
    assert made["most bases of a class"] == 2
    assert made["function lines, largest"] == 4
    assert made["comments per 100 code lines"] == pytest.approx(100 / n_code)
    assert made["reflection per 1,000 lines of code"] == pytest.approx(1000 / n_code)
    others = made["private attributes of others per 1,000 lines of code"]
    assert others == pytest.approx(1000 / n_code)
    assert made["repeated lines, %"] == pytest.approx(100 * 14 / n_code)
