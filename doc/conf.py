"""How Sphinx builds the site; environment variables ask for what is optional.

SKLEARN_ACTIVE_DOC_INTERSPHINX=1
    Resolve references to other projects with their inventories; needs the network.
SKLEARN_ACTIVE_DOC_BINDER=organization/repository[/branch]
    Give each example a link to Binder, for a site that GitHub Pages serves.
SKLEARN_ACTIVE_DOC_REPOSITORY=https://host/organization/repository
    Link to the repository, and to each page's source in it ("edit this page").
SKLEARN_ACTIVE_DOC_VERSIONS=https://host/versions.json
    Show the version switcher, which reads the list of versions there.
SKLEARN_ACTIVE_DOC_LITE=0
    Leave JupyterLite out: a quicker build while writing.
SKLEARN_ACTIVE_DOC_LANGUAGES=0
    Leave the translated pages out, too.
"""

import os
import sys

# Read when numpy is first imported. The examples are small: on a busy machine threads
# cost them ten times what they bring.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from importlib.metadata import version as installed_version
from pathlib import Path

DOC = Path(__file__).parent
sys.path.insert(0, str(DOC / "_ext"))

import browser_notebooks  # noqa: E402

project = "sklearn_active"
copyright = "the sklearn_active developers, BSD-3-Clause"
release = version = installed_version("sklearn-active")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "matplotlib.sphinxext.plot_directive",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "accessible",
    "api_pages",
    "browser_notebooks",
    "changelog",
    "mathml",
    "sklearn_links",
]
exclude_patterns = [
    "_build",
    "_contents",
    "benchmarks",
    "locale",
    "whats_new/*",
    "binder",
]
default_role = "literal"
nitpicky = True
extlinks = {"doi": ("https://doi.org/%s", "doi:%s")}
html_math_renderer = "mathml"

if os.environ.get("SKLEARN_ACTIVE_DOC_LANGUAGES") != "0":
    extensions.append("languages")

if os.environ.get("SKLEARN_ACTIVE_DOC_INTERSPHINX") == "1":
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {
        "python": ("https://docs.python.org/3", None),
        "numpy": ("https://numpy.org/doc/stable", None),
        "scipy": ("https://docs.scipy.org/doc/scipy", None),
        "matplotlib": ("https://matplotlib.org/stable", None),
        "pandas": ("https://pandas.pydata.org/docs", None),
        "sklearn": ("https://scikit-learn.org/stable", None),
    }

# -- Pictures that are drawn when the site is built ------------------------------------
plot_formats = [("svg", 100)]
plot_html_show_formats = plot_html_show_source_link = False

# -- API reference ---------------------------------------------------------------------
autosummary_generate = False  # api_pages writes the pages, from __all__
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False  # api_pages lists them by name
numpydoc_class_members_toctree = False
add_module_names = False
toc_object_entries_show_parents = "hide"

# -- Gallery ---------------------------------------------------------------------------
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"[\\/]plot_",
    "within_subsection_order": "reading_order.reading_order",
    "minigallery_sort_order": "reading_order.reading_order",
    "abort_on_example_error": True,
    "capture_repr": (),
    "doc_module": ("sklearn_active",),
    "backreferences_dir": "api/backreferences",
    "log_level": {"backreference_missing": "info"},
    "recommender": {"enable": True, "n_examples": 3, "min_df": 2, "max_df": 0.95},
    "remove_config_comments": True,
    "show_signature": False,
    "thumbnail_size": (480, 336),
    "image_srcset": ["2x"],
    "write_computation_times": False,
}

binder = os.environ.get("SKLEARN_ACTIVE_DOC_BINDER")
if binder:
    sphinx_gallery_conf["binder"] = browser_notebooks.binder_conf(binder, DOC)

if os.environ.get("SKLEARN_ACTIVE_DOC_LITE") != "0":
    extensions.append("jupyterlite_sphinx")
    jupyterlite_dir = str(DOC / "_build" / "lite")
    jupyterlite_build_command_options = browser_notebooks.build_options(DOC)
    sphinx_gallery_conf["jupyterlite"] = {
        "use_jupyter_lab": False,
        "jupyterlite_contents": "_build/lite-notebooks",  # see browser_notebooks
        "notebook_modification_function": "browser_notebooks.add_first_cell",
    }

# -- Look ------------------------------------------------------------------------------
html_theme = "pydata_sphinx_theme"
html_title = "sklearn_active"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_favicon = "_static/favicon.svg"
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_context = {"default_mode": "auto"}
repository = os.environ.get("SKLEARN_ACTIVE_DOC_REPOSITORY", "").rstrip("/")
versions = os.environ.get("SKLEARN_ACTIVE_DOC_VERSIONS", "")
html_theme_options = {
    "logo": {"text": "sklearn_active"},
    "navbar_align": "left",
    "header_links_before_dropdown": 5,
    "show_prev_next": True,
    "article_header_end": ["languages"],
    "show_toc_level": 2,
    "secondary_sidebar_items": {
        "**": ["page-toc", "sg_download_links", "sg_launcher_links"],
        "index": [],
        "auto_examples/index": [],
    },
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
if repository:
    # An example's page is made of its program; API pages are made of nothing to edit.
    html_context["edit_page_url_template"] = (
        f"{repository}/edit/main/{{{{ 'examples/' ~ file_name.split('/')[-1].replace("
        "'.rst', '.py') if file_name.startswith('auto_examples/plot_') else "
        "'doc/' ~ file_name }}"
    )
    html_theme_options |= {
        "use_edit_page_button": True,
        "icon_links": [
            {"name": "Repository", "url": repository, "icon": "fa-solid fa-code-branch"}
        ],
    }
    html_theme_options["secondary_sidebar_items"]["**"].append("edit-this-page")
if versions:
    html_theme_options |= {
        "switcher": {"json_url": versions, "version_match": version},
        "navbar_end": ["version-switcher", "theme-switcher", "navbar-icon-links"],
        "check_switcher": False,
    }
html_sidebars = {"index": [], "auto_examples/index": [], "whats_new": []}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos, .gp, .go"


def setup(app):
    """Leave the API pages, which are made of docstrings, without "Edit this page"."""

    def without_button(app, pagename, templatename, context, doctree):
        if pagename.startswith("api/"):
            context["theme_use_edit_page_button"] = False

    app.connect("html-page-context", without_button)
