"""Docstrings against signatures: every parameter, its default, its options."""

import importlib
import inspect
import re
from typing import Protocol

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc
from test_public_api import ROOMS

CLASSES = sorted(
    {
        value
        for room in ROOMS
        for value in vars(importlib.import_module(room)).values()
        if inspect.isclass(value) and value.__module__.startswith("sklearn_active")
    },
    key=lambda c: c.__name__,
)
FUNCTIONS = sorted(
    {
        value
        for room in ROOMS
        for value in vars(importlib.import_module(room)).values()
        if inspect.isfunction(value) and value.__module__.startswith("sklearn_active")
    },
    key=lambda f: f.__name__,
)
METHODS = [
    pytest.param(member, id=f"{cls.__name__}.{name}")
    for cls in CLASSES
    for name, member in inspect.getmembers(cls, inspect.isfunction)
    if not name.startswith("_") and member.__module__.startswith("sklearn_active")
]


def is_protocol(cls):
    """Say whether a class is a type only, which nobody makes."""
    return Protocol in cls.__bases__


def described(doc):
    return {p.name.lstrip("*"): p.type for p in doc["Parameters"]}


def signature_of(function):
    parameters = inspect.signature(function).parameters
    return {n: p for n, p in parameters.items() if n not in ("self", "cls")}


def assert_defaults_agree(parameters, documented, where):
    for name, parameter in parameters.items():
        stated = re.search(r"default=(.+)$", documented[name])
        if parameter.default in (inspect.Parameter.empty, None):
            expected = {None, "None"}
        else:
            expected = {repr(parameter.default)}
        assert (stated and stated[1]) in expected, f"{where}: default of {name}"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_class_parameters_and_defaults_are_documented(cls):
    if not inspect.isfunction(cls.__init__) or is_protocol(cls):
        return
    documented = described(ClassDoc(cls))
    parameters = signature_of(cls.__init__)
    if issubclass(cls, Exception):
        return
    if hasattr(cls, "__dataclass_fields__"):
        # Users make some, and are only shown others.
        fields = documented or {p.name for p in ClassDoc(cls)["Attributes"]}
        assert set(fields) == set(cls.__dataclass_fields__)
        return
    assert list(documented) == list(parameters)
    assert_defaults_agree(parameters, documented, cls.__name__)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_options_in_docstrings_are_those_that_are_accepted(cls):
    constraints = getattr(cls, "_parameter_constraints", {})
    documented = described(ClassDoc(cls))
    for name, constraint in constraints.items():
        if not isinstance(constraint, list):
            continue
        accepted = {o for c in constraint for o in getattr(c, "options", ())}
        accepted = {o for o in accepted if isinstance(o, str)}
        stated = re.search(r"\{(.*?)\}", documented[name])
        options = set(re.findall(r"'([^']*)'", stated[1])) if stated else set()
        assert options == accepted, f"{cls.__name__}: options of {name}"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_every_class_shows_an_example(cls):
    assert ClassDoc(cls)["Examples"], cls.__name__


@pytest.mark.parametrize("function", [*FUNCTIONS, *METHODS])
def test_parameters_of_functions_are_documented(function):
    doc = FunctionDoc(function)
    parameters = signature_of(function)
    if not doc["Parameters"] and not doc["Returns"]:
        assert set(parameters) <= {
            "pool",
            "batch_size",
        }  # as in the base class
        return
    assert list(described(doc)) == list(parameters)
    assert_defaults_agree(parameters, described(doc), function.__qualname__)


def test_fitted_attributes_are_documented():
    from helpers import blobs
    from sklearn.semi_supervised import LabelSpreading

    from sklearn_active import ActiveLearner

    X, y, _ = blobs()
    learner = ActiveLearner(LabelSpreading(gamma=1)).fit(X, y)
    documented = {p.name for p in ClassDoc(ActiveLearner)["Attributes"]}
    fitted = {
        name for name in dir(learner) if re.fullmatch(r"[a-z]([a-z_]*[a-z])?_", name)
    }
    assert fitted | {"feature_names_in_"} == documented


def test_termination_conditions_are_the_documented_ones():
    from pathlib import Path

    import sklearn_active
    from sklearn_active import ActiveLearner

    types = {p.name: p.type for p in ClassDoc(ActiveLearner)["Attributes"]}
    documented = set(re.findall(r"'(\w+)'", types["termination_condition_"]))
    package = Path(sklearn_active.__file__).parent
    source = (package / "_learner.py").read_text() + (
        package / "_loop" / "run.py"
    ).read_text()
    used = set(re.findall(r'(?:return|reason =|why_ended =) "(\w+)"', source))
    assert documented == used
