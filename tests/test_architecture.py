"""The house: rooms import in one direction only, and stay of a readable size."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
import textwrap
from functools import cache
from pathlib import Path

import pytest

import sklearn_active

PACKAGE = Path(sklearn_active.__file__).parent
ROOMS = [
    {"_sklearn"},
    {"_data"},
    {"pools"},
    {"graph"},
    {"query_strategies", "oracles"},
    {"_loop"},
    {"evaluation"},
    {"stopping_rules"},
    {"_delegation"},
    {"_learner"},
    {"labeling", "model_selection"},
    {"files"},
    {"inspection"},
    {"testing"},
    {"__init__"},
    {"_commands"},
    {"__main__"},
]
ROOMS_OF_LABELING = [
    {"_number_range", "_several_labels"},
    {"_base"},
    {"_book"},
    {"_files"},
    {"_engine"},
    {"_fronts"},
    {"_session_parts", "_label_studio"},
    {"_session", "_web_oracle", "_journaled_oracle"},
    {"__init__"},
]


def levels(order):
    return {room: level for level, rooms in enumerate(order) for room in rooms}


LEVEL = levels(ROOMS)
LEVEL_IN_LABELING = levels(ROOMS_OF_LABELING)
LOADED_WHERE_USED = (
    "matplotlib",
    "pandas",
    "polars",
    "http",
    "PIL",
    "dask",
    "faiss",
    "pyarrow",
    "httpx",
    "label_studio_sdk",
)
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(path):
    """Yield (module name, at the top of the module) for every import."""
    tree = ast.parse(path.read_text())
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", id(node) in top
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in top


def ids(path):
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_imports_go_one_way(path):
    room = room_of(path)
    assert room in LEVEL, f"{room} has no place in the house"
    for name, _ in imports_of(path):
        parts = name.split(".")
        if parts[0] != "sklearn_active" or len(parts) < 2 or parts[1] not in LEVEL:
            continue
        if parts[1] != room:
            assert LEVEL[parts[1]] < LEVEL[room], f"{room} imports {parts[1]}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "labeling").rglob("*.py")), ids=ids)
def test_imports_within_labeling_go_one_way(path):
    room = path.relative_to(PACKAGE / "labeling").parts[0].removesuffix(".py")
    assert room in LEVEL_IN_LABELING, f"{room} has no place in labeling"
    for name, _ in imports_of(path):
        other = name.removeprefix("sklearn_active.labeling.").split(".")[0]
        if name.startswith("sklearn_active.labeling.") and other != room:
            assert LEVEL_IN_LABELING[other] < LEVEL_IN_LABELING[room], name


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_private_names_of_scikit_learn_come_through_the_one_door(path):
    if path.parent.name == "_sklearn":
        return
    private = [
        name
        for name, _ in imports_of(path)
        if name.startswith("sklearn.") and re.search(r"\._[a-z]", name)
    ]
    assert private == []


def names_written(tree):
    """Return the names of all attributes, functions and variables that are set."""
    names = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and sets(n)}
    names |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and sets(n)}
    defined = (ast.FunctionDef, ast.ClassDef)
    return names | {n.name for n in ast.walk(tree) if isinstance(n, defined)}


def sets(node):
    return isinstance(node.ctx, ast.Store)


def names_of_ours():
    """Return what is set anywhere but behind the door, which sets names of others."""
    outside = [path for path in MODULES if path.parent.name != "_sklearn"]
    return set().union(*(names_written(ast.parse(p.read_text())) for p in outside))


OURS = names_of_ours()
# Private by their look alone: documented for those who write what they belong to.
DOCUMENTED_ELSEWHERE = {"_repr_mimebundle_", "_replace", "_asdict", "_getframe"}


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_private_attributes_of_others_are_read_behind_the_one_door(path):
    if path.parent.name == "_sklearn":
        return
    read = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr)
    }
    assert read - OURS - DOCUMENTED_ELSEWHERE == set()


@cache
def own_attributes(cls):
    """Return what a class sets or declares, by name, its bases included."""
    names = set(dir(cls)) | set(getattr(cls, "__annotations__", ()))
    names |= {n.attr for n in of_self(tree_of(cls)) if sets(n)}
    return names.union(*(own_attributes(base) for base in cls.__bases__))


@cache
def tree_of(cls):
    """Return the syntax tree of a class, an empty one where it has no source."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError):  # of an extension module
        return ast.parse("")


def of_self(tree):
    """Yield the attributes of `self` that are read or set."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            yield node


def classes_of(path):
    """Yield the classes that a module defines; none where an extra is missing."""
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    try:
        module = importlib.import_module(name.removesuffix(".__init__"))
    except ImportError:
        return
    for value in vars(module).values():
        if inspect.isclass(value) and value.__module__ == module.__name__:
            yield value


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_a_class_reads_only_what_it_or_a_declared_base_sets(path):
    unknown = {
        f"{cls.__name__}.{node.attr}"
        for cls in classes_of(path)
        for node in of_self(tree_of(cls))
        if node.attr not in own_attributes(cls)
    }
    assert unknown == set()


def test_the_engine_has_no_loops_over_attributes():
    for room in ("_loop", "labeling/_engine"):
        for path in (PACKAGE / room).glob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text()))
            called = {node.func.id for node in nodes if calls_a_name(node)}
            assert called & {"vars", "setattr", "delattr"} == set()


def calls_a_name(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_optional_packages_are_imported_where_they_are_used(path):
    at_top = [
        name
        for name, top in imports_of(path)
        if top and name.split(".")[0] in LOADED_WHERE_USED
    ]
    # Itself imported where it is used, see below.
    if path.parts[-2:] == ("_fronts", "server.py"):
        at_top = [name for name in at_top if not name.startswith("http.")]
    assert at_top == []


def test_strategies_never_import_each_others_rooms_or_the_learner():
    for room in ("query_strategies", "oracles"):
        other = {"query_strategies": "oracles", "oracles": "query_strategies"}[room]
        for path in (PACKAGE / room).glob("*.py"):
            names = " ".join(name for name, _ in imports_of(path))
            assert f"sklearn_active.{other}" not in names
            assert "sklearn_active._learner" not in names


def test_importing_it_loads_no_labeling_matplotlib_or_http_code():
    loaded = (
        "import sys, sklearn_active; labeling = 'sklearn_active.labeling' "
        "in sys.modules; import sklearn_active.labeling; "
        "print(labeling, [m for m in sys.modules if m.split('.')[0] == 'matplotlib' "
        "or m == 'http.server'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False []"


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_functions_are_of_a_readable_size(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            n_lines = node.end_lineno - node.lineno + 1 - docstring.count("\n")
            assert n_lines <= 60, f"{node.name} has {n_lines} lines"
