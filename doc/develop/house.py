"""Measure the house: sizes, comments, reflection, cycles and repetition of the code.

Run `python doc/develop/house.py`, or with a folder to measure another package.

Code lines are those that hold code: no blank line, no comment, no docstring. Of
functions the docstring is not counted. Repeated lines stand in a run of six code lines
or more that also stands elsewhere, word for word but for its indentation.
"""

import argparse
import ast
import io
import statistics
import tokenize
from collections import Counter
from pathlib import Path

REFLECTION = {"hasattr", "getattr", "setattr", "delattr", "vars"}
RUN = 6


def comments_of(text):
    """Return the lines that hold a comment."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0] for token in tokens if token.type == tokenize.COMMENT}


def docstring_lines(tree):
    """Return the lines of all docstrings."""
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                lines |= set(range(first.lineno, first.end_lineno + 1))
    return lines


def code_lines(text, tree):
    """Return (number, content) of each line of code."""
    left_out = docstring_lines(tree)
    return [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.strip().startswith("#") and number not in left_out
    ]


def function_sizes(tree):
    """Return the lines of each function, its docstring left out."""
    docstrings = docstring_lines(tree)
    return [
        sum(n not in docstrings for n in range(node.lineno, node.end_lineno + 1))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]


def reflections(tree):
    """Return how often attributes are read or set by a name in a text."""
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call))
    names = (c.func.id for c in calls if isinstance(c.func, ast.Name))
    return sum(name in REFLECTION for name in names)


def private_reads(tree):
    """Return how often a private attribute of another object is read or set."""
    own = {"self", "cls"}
    return sum(
        isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.endswith("__")
        and not (isinstance(node.value, ast.Name) and node.value.id in own)
        for node in ast.walk(tree)
    )


def bases(tree):
    """Return how many bases each class has."""
    return [len(n.bases) for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]


def imports_of(tree, names):
    """Return the modules of the package that a module imports when it is loaded."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & names


def cycles(graph):
    """Return the groups of modules that import each other, however far around."""
    reached = {}
    for start in graph:
        seen, todo = set(), [start]
        while todo:
            new = graph[todo.pop()] - seen
            seen |= new
            todo += new
        reached[start] = seen
    both = {m: {o for o in seen if m in reached[o]} for m, seen in reached.items()}
    return {frozenset(group) for group in both.values() if len(group) > 1}


def repeated(all_lines):
    """Return how many lines stand in a run of lines that also stands elsewhere."""
    runs = [
        (module, first, tuple(line for _, line in lines[first : first + RUN]))
        for module, lines in all_lines.items()
        for first in range(len(lines) - RUN + 1)
    ]
    counts = Counter(content for _, _, content in runs)
    places = {
        (module, first + k)
        for module, first, content in runs
        if counts[content] > 1
        for k in range(RUN)
    }
    return len(places)


def module_name(path, package):
    """Return the dotted name of a module."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def measure(package):
    """Return what there is to know of a package, by name."""
    paths = sorted(p for p in package.rglob("*.py") if "tests" not in p.parts)
    texts = {module_name(path, package): path.read_text() for path in paths}
    trees = {name: ast.parse(text) for name, text in texts.items()}
    lines = {name: code_lines(texts[name], trees[name]) for name in texts}
    sizes = sorted(s for tree in trees.values() for s in function_sizes(tree))
    lengths = [len(text.splitlines()) for text in texts.values()]
    n_code = sum(map(len, lines.values()))
    graph = {name: imports_of(trees[name], set(texts)) - {name} for name in texts}
    n_comments = sum(len(comments_of(text)) for text in texts.values())
    return {
        "modules": len(texts),
        "modules and rooms at the top": len(
            {p.relative_to(package).parts[0] for p in paths}
        ),
        "module lines, median": statistics.median(lengths),
        "module lines, largest": max(lengths),
        "function lines, median": statistics.median(sizes),
        "function lines, 99 %": sizes[int(0.99 * (len(sizes) - 1))],
        "function lines, largest": sizes[-1],
        "import cycles": len(cycles(graph)),
        "repeated lines, %": 100 * repeated(lines) / n_code,
        "comments per 100 code lines": 100 * n_comments / n_code,
        "most bases of a class": max(n for t in trees.values() for n in bases(t)),
        "reflection per 1,000 lines of code": 1000
        * sum(map(reflections, trees.values()))
        / n_code,
        "private attributes of others per 1,000 lines of code": 1000
        * sum(map(private_reads, trees.values()))
        / n_code,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).parents[2] / "sklearn_active"
    parser.add_argument("package", nargs="?", type=Path, default=default)
    for name, value in measure(parser.parse_args().package.resolve()).items():
        print(f"{name:55} {value:8.4g}")
