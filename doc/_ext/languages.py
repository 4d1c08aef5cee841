"""The site in several languages: PAGES in each of LANGUAGES, and a switch on them.

After the English site a small one is built per language, in a folder of its name. Its
words come from the catalogs in doc/locale, everything else from the English site: no
example runs again, and links to other pages lead to the English ones.
"""

import posixpath
import re
import shutil
import subprocess
import sys
from pathlib import Path

from sphinx.errors import SphinxError

DOC = Path(__file__).parent.parent
LANGUAGES = {  # its name, and its word for language
    "en": ("English", "Language"),
    "de": ("Deutsch", "Sprache"),
    "zh_CN": ("简体中文", "语言"),
}
TRANSLATED = [language for language in LANGUAGES if language != "en"]
PAGES = (
    "index",
    "user_guide/what_is_active_learning",
    "user_guide/learner",
    "auto_examples/plot_digits_active_learning",
    "auto_examples/plot_digits_performance",
    "glossary",
)
FILES = (  # what the pages show beside their text
    "images/digits_loop.png",
    "user_guide/active_learning_steps.py",
    "user_guide/asked_rows.py",
    "auto_examples/images/sphx_glr_plot_digits_*.png",
    "auto_examples/plot_digits_*.py",
    "auto_examples/plot_digits_*.ipynb",
)
TOCTREE = """\
.. toctree::
   :hidden:

   Active learning <user_guide/what_is_active_learning>
   The learner <user_guide/learner>
   Digits: active learning <auto_examples/plot_digits_active_learning>
   Digits: performance <auto_examples/plot_digits_performance>
   Glossary <glossary>

"""
FOOTER = """\
.. container:: sphx-glr-footer sphx-glr-footer-example

   .. container:: sphx-glr-download

      :download:`{name}.ipynb`

   .. container:: sphx-glr-download

      :download:`{name}.py`
"""


def source_of(page, doc=DOC):
    """Return the English rst of a page as it is translated."""
    text = (doc / f"{page}.rst").read_text(encoding="utf-8")
    if page == "index":
        text = re.sub(r"^\.\. title::.*\n", "", text, flags=re.M)
        return re.sub(r"^\.\. toctree::\n(?: .*\n|\n)+", TOCTREE, text, flags=re.M)
    if page.startswith("auto_examples/"):
        # Without what sphinx-gallery writes in English above and below the example.
        text = re.sub(
            r"^\.\. only:: html\n(?: .*\n|\n)+", "", text, count=1, flags=re.M
        )
        text = re.split(
            r"^\.\. (?:_sphx_glr_download|rst-class:: sphx-glr-timing)",
            text,
            flags=re.M,
        )[0]
        return text + FOOTER.format(name=posixpath.basename(page))
    return text


def copy_sources(doc, folder):
    """Lay out the pages, and the files that they show, in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for page in PAGES:
        path = folder / f"{page}.rst"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source_of(page, doc), encoding="utf-8")
    for file in (file for pattern in FILES for file in doc.glob(pattern)):
        copy = folder / file.relative_to(doc)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copy)


def build_translations(app, exception):
    """Build the small sites, side by side, into folders of the English one."""
    if exception or app.builder.name != "html" or app.config.language != "en":
        return
    builds = {}
    for language in TRANSLATED:
        work = Path(app.doctreedir, "languages", language)
        copy_sources(Path(app.srcdir), work / "source")
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
        command += ["-c", DOC / "locale", "-D", f"language={language}"]
        command += ["-d", work / "doctrees", work / "source"]
        builds[language] = subprocess.Popen([*command, Path(app.outdir, language)])
    failed = [language for language, build in builds.items() if build.wait()]
    if failed:
        raise SphinxError(f"the translated site was not built: {sorted(failed)}")


def add_switch(app, pagename, templatename, context, doctree):
    """Tell the template languages.html where a page stands in each language."""
    if pagename not in PAGES:
        return
    here = app.config.language

    def place(language):
        return posixpath.join("" if language == "en" else language, f"{pagename}.html")

    context["languages_label"] = LANGUAGES[here][1]
    context["languages"] = [
        {
            "name": name,
            "tag": language.replace("_", "-"),
            "here": language == here,
            "url": posixpath.relpath(
                place(language), posixpath.dirname(place(here)) or "."
            ),
        }
        for language, (name, _) in LANGUAGES.items()
    ]


def setup(app):
    """Build the translations after the English site, and link them with each other."""
    app.connect("html-page-context", add_switch)
    app.connect("build-finished", build_translations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
