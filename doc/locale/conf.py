"""How Sphinx builds the translated pages: as the English ones, which see.

doc/_ext/languages.py asks for it, with the language.
"""

import os
import runpy
from pathlib import Path

DOC = Path(__file__).parent.parent
os.environ["SKLEARN_ACTIVE_DOC_LITE"] = "0"
os.environ["SKLEARN_ACTIVE_DOC_INTERSPHINX"] = "0"
english = runpy.run_path(str(DOC / "conf.py"))
globals().update({k: v for k, v in english.items() if not k.startswith("_")})

extensions = [
    "sphinx.ext.intersphinx",
    "matplotlib.sphinxext.plot_directive",
    "sphinx_copybutton",
    "sphinx_gallery.load_style",
    "accessible",
    "mathml",
    "sklearn_links",
    "translation",
]
exclude_patterns = []
locale_dirs = [str(DOC / "locale")]
gettext_compact = False
templates_path = [str(DOC / "_templates")]
html_static_path = [str(DOC / "_static")]
html_favicon = str(DOC / "_static" / "favicon.svg")
html_use_index = False
html_theme_options = english["html_theme_options"] | {
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
}
html_sidebars = {"**": []}
