"""Write the pages of the API reference from `__all__` of the package's rooms."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import sklearn_active

INDEX = """\
API reference
=============

Every public name of the package, by room. A room is a part of the package; most hold
what fills one parameter of the learner.

"""

TABLE = """\
.. autosummary::
   :nosignatures:

"""

TOCTREE = """\

.. toctree::
   :hidden:
   :caption: {}

"""


def rooms():
    """Return the names of the public modules, the package itself first."""
    prefix = f"{sklearn_active.__name__}."
    found = pkgutil.iter_modules(sklearn_active.__path__, prefix)
    public = [m.name for m in found if not m.name.removeprefix(prefix).startswith("_")]
    return [sklearn_active.__name__, *public]


def write(folder):
    """Write the listing and one page a public name; remove pages of gone names."""
    pages, listing = {}, [INDEX]
    for room in rooms():
        module = importlib.import_module(room)
        names = getattr(module, "__all__", ())
        if not names:
            continue
        full_names = [f"{room}.{name}" for name in names]
        summary = inspect.getdoc(module).split("\n\n")[0]
        listing += [
            f"{room}\n{'-' * len(room)}\n\n.. module:: {room}\n\n{summary}\n\n",
            TABLE,
            *(f"   {name}\n" for name in names),
            TOCTREE.format(room.rpartition(".")[2]),
            *(f"   {name}\n" for name in full_names),
            "\n",
        ]
        for name, full_name in zip(names, full_names, strict=True):
            pages[full_name] = _page(room, name, getattr(module, name))
    pages["index"] = "".join(listing)
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.rst"):
        if old.stem not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        if not path.exists() or path.read_text() != text:  # else Sphinx reads it again
            path.write_text(text)


def _page(room, name, value):
    title = f"{name}\n{'=' * len(name)}\n\n.. currentmodule:: {room}\n\n"
    gallery = f".. minigallery:: {room}.{name}\n   :add-heading: Examples that use it\n"
    return title + _directive(name, value) + "\n" + gallery


def _directive(name, value):
    if not inspect.isclass(value):
        kind = "autofunction" if inspect.isroutine(value) else "autodata"
        return f".. {kind}:: {name}\n"
    methods, properties = [], []
    for member in _in_order_of_source(value):
        found = inspect.getattr_static(value, member)
        if isinstance(found, property) and _is_ours(found.fget):
            properties.append(f"\n   .. autoproperty:: {member}\n")
        elif _is_ours(getattr(value, member)):
            methods.append(f"\n   .. automethod:: {member}\n")
    return "".join([f".. autoclass:: {name}\n", *methods, *properties])


def _in_order_of_source(cls):
    """Return the names of public members, those of the class itself first."""
    names = (name for owner in cls.__mro__ for name in vars(owner))
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]


def _is_ours(function):
    """Say whether this package defines a method.

    What scikit-learn defines is left out: its docstrings refer to its own pages.
    """
    module = getattr(function, "__module__", None) or ""
    return inspect.isroutine(function) and module.startswith("sklearn_active")


def fitted_names_as_literals(app, what, name, obj, options, lines):
    """Keep `shape (n_features_in_,)` from being read as a reference of rst."""
    lines[:] = [re.sub(r"\((\w+_),\)", r"(``\1``,)", line) for line in lines]


def setup(app):
    """Write the pages before Sphinx looks for its sources."""
    write(Path(app.srcdir) / "api")
    app.connect("autodoc-process-docstring", fitted_names_as_literals, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
