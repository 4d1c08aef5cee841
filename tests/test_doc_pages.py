"""The pages of the site do what they say."""

import doctest
import importlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOC = ROOT / "doc"
EXTRAS = {"large_pools.rst": ["dask.array", "pyarrow"]}  # what a page imports
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
