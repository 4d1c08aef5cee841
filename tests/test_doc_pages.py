"""The pages of the site do what they say."""

import doctest
import importlib
import io
import re
import runpy
import shlex
import textwrap
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from sklearn_active.__main__ import main

ROOT = Path(__file__).parent.parent
DOC = ROOT / "doc"
EXTRAS = {  # what a page imports
    "files.rst": ["skrub"],
    "large_pools.rst": ["dask.array", "pyarrow"],
}
GENERATED = {"_build", "api", "auto_examples"}
PAGES = sorted(
    path.relative_to(DOC)
    for path in DOC.rglob("*.rst")
    if path.relative_to(DOC).parts[0] not in GENERATED
)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_code_of_a_page_prints_what_stands_below_it(page):
    for package in EXTRAS.get(page.name, ()):
        importlib.import_module(package)
    failed, _ = doctest.testfile(
        str(DOC / page),
        module_relative=False,
        optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS,
    )
    assert not failed


def test_the_lines_of_the_tutorial_work_one_after_the_other(tmp_path, monkeypatch):
    importlib.import_module("skrub")
    importlib.import_module("openpyxl")
    text = (DOC / "user_guide" / "my_csv.rst").read_text()
    make, *lines = re.findall(r"^   python (?:-m sklearn_active )?(.+)$", text, re.M)
    runpy.run_path(str(ROOT / make))["main"](tmp_path)
    monkeypatch.chdir(tmp_path)
    (begin,) = [line for line in lines if line.startswith("label ")]
    typed = "1\n2\n3\n" * 3 + ":q\n"
    for line in lines:
        is_label = line.startswith("label ")
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert main([*shlex.split(line), *["--terminal"] * is_label]) == 0
        if line == begin:
            assert len(pd.read_csv("labeled.csv", sep=";")["label"].dropna()) == 9
    assert pd.read_csv("guesses.csv", sep=";")["guess"].notna().sum() == 50
    assert set(pd.read_excel("labeled.xlsx")["label"].dropna()) == {
        "refund",
        "delivery",
        "question",
    }
    monkeypatch.setattr("sys.stdin", io.StringIO(":q\n"))
    more = ["--classes", "refund,delivery,other,praise", "--terminal"]
    assert main(["label", "tickets.csv", *more]) == 0


def test_all_ways_of_the_comparison_are_shown():
    text = (DOC / "user_guide" / "comparison.rst").read_text()
    titles = re.findall(r"^(.+)\n-{3,}$", text, re.M)
    assert titles == [
        "Plain scikit-learn",
        "modAL",
        "scikit-activeml",
        "sklearn_active",
    ]


def test_every_citation_with_a_doi_has_a_well_formed_one():
    text = (DOC / "bibliography.rst").read_text()
    dois = re.findall(r":doi:`([^`]+)`", text)
    assert len(dois) >= 10
    assert [doi for doi in dois if not re.fullmatch(r"10\.\d{4,9}/\S+", doi)] == []


def test_the_glossary_has_the_terms_of_the_interface():
    text = (DOC / "glossary.rst").read_text()
    terms = set(re.findall(r"^   (\w[\w ]*)$", text, re.M))
    assert terms >= {
        "pool",
        "candidates",
        "labeled",
        "unlabeled",
        "query strategy",
        "utility",
        "oracle",
        "batch_size",
        "budget",
        "query",
        "teach",
        "declined",
        "round",
    }


def test_the_citation_file_names_the_version_of_the_project_file():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = (ROOT / "CITATION.cff").read_text()
    assert re.search(r"^version: (.+)$", citation, re.M)[1] == project["version"]
    assert re.search(r"^license: (.+)$", citation, re.M)[1] == project["license"]


def test_the_strategy_of_the_page_keeps_the_rules(tmp_path, monkeypatch):
    page = (DOC / "develop" / "write_strategy.rst").read_text()
    examples = doctest.DocTestParser().get_examples(page)
    own = [e.source for e in examples if e.source.startswith("class FarFromLabels")]
    imports = [e.source for e in examples if e.source.startswith(("import", "from"))]
    (tmp_path / "my_strategies.py").write_text("".join([*imports, *own]))
    block = page.split("a pickle finds it there::")[1]
    block = block.split("A strategy that depends")[0]
    (tmp_path / "test_mine.py").write_text(textwrap.dedent(block))
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("test_mine").test_it_keeps_the_rules()
