"""__all__ is what is public, and what is public has a home."""

import importlib
import inspect
import pkgutil
import tomllib
from pathlib import Path

import pytest

import sklearn_active

ROOMS = ["sklearn_active"] + [
    f"sklearn_active.{module.name}"
    for module in pkgutil.iter_modules(sklearn_active.__path__)
    if not module.name.startswith("_")
]


@pytest.mark.parametrize("room", ROOMS)
def test_all_is_sorted_and_exactly_what_is_public(room):
    module = importlib.import_module(room)
    public = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert list(module.__all__) == sorted(module.__all__)
    assert set(module.__all__) == public


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_public_is_defined_in_its_room_and_documented(room):
    module = importlib.import_module(room)
    for name in module.__all__:
        value = getattr(module, name)
        assert value.__module__.startswith(room)
        assert inspect.getdoc(value)


def test_the_top_level_exports_three_names():
    assert sklearn_active.__all__ == ["ActiveLearner", "Query", "StopLabeling"]


def test_the_version_is_that_of_the_project_file():
    project = Path(__file__).parent.parent / "pyproject.toml"
    version = tomllib.loads(project.read_text())["project"]["version"]
    assert sklearn_active.__version__ == version
