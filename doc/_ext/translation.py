"""What the build of one translated site does otherwise than that of the English one."""

import json
import re
from pathlib import Path

from docutils import nodes
from languages import add_switch
from sphinx.search.en import SearchEnglish
from sphinx.util import docname_join

# Sphinx 9.0 has no German for this one, and its script stops at a plural that is a
# condition: `translated[true]`.
GERMAN_RESULTS = {
    "Search finished, found one page matching the search query.": [
        "Suche beendet, eine Seite gefunden.",
        "Suche beendet, ${resultCount} Seiten gefunden.",
    ]
}


class SearchPairs(SearchEnglish):
    """Find Chinese words without a dictionary: every two neighboring characters.

    Words in Latin letters are found as on an English page.
    """

    lang = "zh"
    pair = re.compile(r"(?=([\u4e00-\u9fff]{2}))")
    latin = re.compile(r"[^\W\u4e00-\u9fff]+")
    js_splitter_code = r"""
var splitQuery = (query) =>
  (query.match(/[\u4e00-\u9fff]+|[\w-]+/g) || []).flatMap((word) =>
    /[\u4e00-\u9fff]{2}/.test(word)
      ? [...word].slice(1).map((character, k) => word[k] + character)
      : [word],
  );
"""

    def split(self, input):
        """Return the pairs of Chinese characters, and the Latin words."""
        return self.pair.findall(input) + self.latin.findall(input)


def find_english_site(app, config):
    """Let references to pages that aren't translated lead to the English ones."""
    inventory = Path(app.outdir).parent / "objects.inv"
    config.intersphinx_disabled_reftypes = []
    config.intersphinx_mapping = {"english": ("..", str(inventory))}


def name_page_in_full(app, env, node, contnode):
    """Let intersphinx find a page that is named from its neighbor."""
    if node.get("reftype") == "doc":
        node["reftarget"] = docname_join(node["refdoc"], node["reftarget"])


def resolve_citation(app, env, node, contnode):
    """Return a link to the English bibliography, which no inventory knows."""
    if node.get("refdomain") != "citation":
        return None
    up, key = "../" * (node["refdoc"].count("/") + 1), node["reftarget"]
    url = f"{up}bibliography.html#{key.lower()}"
    return nodes.reference("", f"[{key}]", refuri=url)


def complete_german(app):
    """Add what Sphinx says in German about the results of a search."""
    if app.config.language == "de":
        words = {"messages": GERMAN_RESULTS, "plural_expr": "n == 1 ? 0 : 1"}
        words["locale"] = "de"
        script = f"Documentation.addTranslations({json.dumps(words)});"
        app.add_js_file(None, body=script, priority=900)


def title_front_page(app, pagename, templatename, context, doctree):
    """Let the title of the front page be its first sentence; its heading is a name."""
    if pagename == app.config.root_doc:
        context["title"] = next(doctree.findall(nodes.paragraph)).astext()


def setup(app):
    """Prepare references for intersphinx, and search for Chinese."""
    app.add_search_language(SearchPairs)
    app.connect("config-inited", find_english_site)
    app.connect("builder-inited", complete_german)
    app.connect("missing-reference", name_page_in_full, priority=100)
    app.connect("missing-reference", resolve_citation)
    app.connect("html-page-context", add_switch)
    app.connect("html-page-context", title_front_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
