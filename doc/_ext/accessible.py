"""Small repairs of the built pages that a screen reader needs."""


def mend(app, pagename, templatename, context, doctree):
    """Take back a role of docutils' whose children have none that fits it."""
    if "body" in context:
        wrong = '<div role="list" class="citation-list">'
        context["body"] = context["body"].replace(wrong, '<div class="citation-list">')


def setup(app):
    """Mend pages before the theme puts them in their frame."""
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
