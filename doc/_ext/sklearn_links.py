"""Link scikit-learn's public names to its site, without asking the network.

Only names that the installed scikit-learn has are linked; a wrong one stays an
unresolved reference, and so an error.
"""

from importlib import import_module

from docutils import nodes

PAGE = "https://scikit-learn.org/stable/modules/generated/{}.html"


def resolve(app, env, node, contnode):
    """Return a link to the page of a name `sklearn.module.name[.member]`, or None."""
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py" or not target.startswith("sklearn."):
        return None
    module, _, name = target.rpartition(".")
    page, anchor = target, ""
    if node["reftype"] in ("meth", "attr"):
        page, anchor = module, f"#{target}"
        module, _, name = module.rpartition(".")
    try:
        getattr(import_module(module), name)
    except (ImportError, AttributeError):
        return None
    link = nodes.reference("", "", contnode, refuri=PAGE.format(page) + anchor)
    link["internal"] = False
    return link


def setup(app):
    """Ask after intersphinx, whose inventories know more."""
    app.connect("missing-reference", resolve, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
