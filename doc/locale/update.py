"""Bring the catalogs of the translated pages up to what the English pages say.

    python doc/locale/update.py

Needs Sphinx, and builds nothing. What is new gets an empty translation. What changed
keeps the old one, marked `#, fuzzy`, beside the English of before. What is gone is
removed. Then it says what is left to do.
"""

import ast
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

from languages import PAGES, TRANSLATED, source_of  # noqa: E402

HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
MARKUP = re.compile(r"``.+?``|:\w+:`[^`]+`|\[\w+\]_|\*\*?")


def prose_of(example):
    """Return the rst of an example, as sphinx-gallery reads it, without its code."""
    text = (DOC.parent / "examples" / f"{example}.py").read_text(encoding="utf-8")
    blocks = re.findall(r"^# %%\n((?:#.*\n)*)", text, re.M)
    blocks = [re.sub(r"^# ?", "", block, flags=re.M) for block in blocks]
    return "\n\n".join([ast.get_docstring(ast.parse(text)), *blocks])


def english():
    """Return for each page the catalog of what is to be translated."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for page in PAGES:
            path = folder / f"{page}.rst"
            path.parent.mkdir(exist_ok=True)
            path.write_text(_english_of(page), encoding="utf-8")
        silent = io.StringIO()  # references lead out of these few pages
        options = {"gettext_compact": False, "default_role": "literal"}
        places = (folder, None, folder / "pot", folder / "trees", "gettext")
        with patch_docutils(), docutils_namespace():
            Sphinx(*places, options, status=silent, warning=silent).build()
        return {page: _read(folder / "pot" / f"{page}.pot") for page in PAGES}


def _english_of(page):
    if page.startswith("auto_examples/"):
        return prose_of(page.removeprefix("auto_examples/"))
    # The words beside a picture are there without drawing it.
    return source_of(page).replace(".. plot:: ", ".. figure:: ")


def _read(path, locale=None):
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def path_of(language, page):
    """Return the catalog of a page."""
    return DOC / "locale" / language / "LC_MESSAGES" / f"{page}.po"


def translated(language, page):
    """Return what a page says in a language: an empty catalog if there is none."""
    path = path_of(language, page)
    return _read(path, language) if path.exists() else Catalog(language)


def write(catalog, language, page):
    """Write a catalog, in such a way that it changes only where its words do."""
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


def markup(text):
    """Return the code, references and emphasis of a text, without titles, sorted."""
    found = MARKUP.findall(text)
    return sorted(re.sub(r"`[^`<]+<([^`]+)>`", r"`\1`", part) for part in found)


def left_to_do(template, catalog):
    """Return what is wrong with a translation: a sentence per message."""
    wrong = []
    for message in filter(_is_no_header, template):
        found = catalog.get(message.id)
        if found is None or not found.string:
            wrong.append(f"not translated: {message.id}")
        elif found.fuzzy:
            wrong.append(f"the English has changed (fuzzy): {message.id}")
        elif markup(found.string) != markup(message.id):
            wrong.append(f"other code, references or emphasis: {message.id}")
    gone = [m.id for m in filter(_is_no_header, catalog) if m.id not in template]
    gone += catalog.obsolete
    return wrong + [f"the English page no longer says: {text}" for text in gone]


def _is_no_header(message):
    return message.id != ""


def main():
    """Rewrite all catalogs, and say what is left to do."""
    for page, template in english().items():
        for language in TRANSLATED:
            catalog = translated(language, page)
            catalog.update(template)
            write(catalog, language, page)
            for sentence in left_to_do(template, translated(language, page)):
                print(f"{path_of(language, page).relative_to(DOC)}: {sentence}")


if __name__ == "__main__":
    main()
