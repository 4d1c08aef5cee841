"""Bring the catalogs of the translated pages up to what the English pages say.

    python doc/locale/update.py

Needs Sphinx, and builds nothing. What is new gets an empty translation, what was changed
a fuzzy one beside the English of before; what is gone is removed. Translate the empty
ones, correct the fuzzy ones and delete their line `#, fuzzy`.
"""

import ast
import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

DOC = Path(__file__).parent.parent
sys.path.insert(0, str(DOC / "_ext"))

from languages import LANGUAGES, PAGES, source_of  # noqa: E402

HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def prose_of(example):
    """Return the rst of an example, as sphinx-gallery reads it, without its code."""
    text = (DOC.parent / "examples" / f"{example}.py").read_text(encoding="utf-8")
    blocks = re.findall(r"^# %%\n((?:#.*\n)*)", text, re.M)
    blocks = [re.sub(r"^# ?", "", block, flags=re.M) for block in blocks]
    return "\n\n".join([ast.get_docstring(ast.parse(text)), *blocks])


def english():
    """Return for each page the catalog of what is to be translated."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        for page in PAGES:
            path = folder / f"{page}.rst"
            path.parent.mkdir(exist_ok=True)
            path.write_text(_source(page), encoding="utf-8")
        stack.enter_context(patch_docutils())
        stack.enter_context(docutils_namespace())
        silent = io.StringIO()  # references lead out of these few pages
        options = {"gettext_compact": False, "default_role": "literal"}
        places = (folder, None, folder / "pot", folder / "trees", "gettext")
        Sphinx(*places, options, status=silent, warning=silent).build()
        return {page: _read(folder / "pot" / f"{page}.pot") for page in PAGES}


def _source(page):
    if page.startswith("auto_examples/"):
        return prose_of(page.removeprefix("auto_examples/"))
    # The picture need not be drawn for the words beside it.
    return source_of(page).replace(".. plot:: ", ".. figure:: ")


def path_of(language, page):
    """Return the catalog of a page."""
    return DOC / "locale" / language / "LC_MESSAGES" / f"{page}.po"


def _read(path, locale=None):
    with path.open("rb") as file:
        return read_po(file, locale=locale, ignore_obsolete=False)


def translated(language, page):
    """Return the catalog of a page in a language; an empty one if there is none."""
    path = path_of(language, page)
    return _read(path, language) if path.exists() else Catalog(language)


def write(catalog, language, page):
    """Write a catalog that changes where its words do, and nowhere else."""
    entries = io.BytesIO()
    write_po(
        entries,
        catalog,
        width=88,
        no_location=True,
        omit_header=True,
        ignore_obsolete=True,
        include_previous=True,
    )
    path = path_of(language, page)
    path.parent.mkdir(parents=True, exist_ok=True)
    header = HEADER.format(language=language).encode()
    path.write_bytes(header + entries.getvalue())


def main():
    """Rewrite all catalogs."""
    for page, template in english().items():
        for language in TRANSLATED:
            catalog = translated(language, page)
            catalog.update(template)
            write(catalog, language, page)


if __name__ == "__main__":
    main()
