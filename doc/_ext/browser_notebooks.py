"""What the examples need to run in a reader's browser."""

import subprocess
import sys
from pathlib import Path

NOTE = """\
**This notebook runs in your browser.** Python, numpy, scipy and scikit-learn are
loaded from Pyodide's public server with the first cell, which takes half a minute the
first time. If the first cell doesn't end, that server can't be reached: you are
offline, or your network keeps it out. Then download the notebook from its page on
this site, and run it on a machine on which the package is installed."""
FIRST_CELL = """\
# The package's own wheel comes with this site; what it needs is fetched on import.
import piplite

await piplite.install("sklearn-active")"""


def build_options(doc):
    """Build the project's wheel, and return what tells JupyterLite where it is."""
    folder = doc / "_build" / "wheels"
    (doc / "_build" / "lite").mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(
        [*command, "-d", folder], cwd=doc.parent, check=True, capture_output=True
    )
    (wheel,) = folder.glob("*.whl")
    return {"piplite-wheels": str(wheel)}


def add_first_cell(content, filename):
    """Let a notebook begin with what to know, and a cell that installs the package."""
    code = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": FIRST_CELL.splitlines(keepends=True),
    }
    note = {
        "cell_type": "markdown",
        "metadata": {},
        "source": NOTE.splitlines(keepends=True),
    }
    content["cells"][:0] = [note, code]


def binder_conf(variable, doc):
    """Return sphinx-gallery's settings of `organization/repository[/branch]`."""
    organization, repository, *branch = variable.split("/")
    requirements = doc / "_build" / "binder" / "requirements.txt"
    requirements.parent.mkdir(parents=True, exist_ok=True)
    source = f"https://github.com/{organization}/{repository}"
    requirements.write_text(f"sklearn-active @ git+{source}\npandas\n")
    return {
        "org": organization,
        "repo": repository,
        "branch": branch[0] if branch else "gh-pages",
        "binderhub_url": "https://mybinder.org",
        "dependencies": str(requirements),
        "notebooks_dir": "notebooks",
    }


def lay_out_contents(app):
    """Let a notebook lie where sphinx-gallery's link to it points.

    jupyterlite-sphinx keeps the name of a folder that it is given; what sphinx-gallery
    gives it is the folder above that of the gallery.
    """
    folders = app.config.jupyterlite_contents or []
    app.config.jupyterlite_contents = [str(Path(folder, "*")) for folder in folders]


def drop_web_fonts(app, config):
    """Let no page ask another site for a font."""
    files = app.registry.css_files
    files[:] = [file for file in files if "fonts.googleapis" not in file[0]]


def setup(app):
    """Mend, where they are on, what two extensions leave open between them."""
    if "jupyterlite_sphinx" in app.config.extensions:
        app.connect("builder-inited", lay_out_contents, priority=900)
        app.connect("config-inited", drop_web_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
