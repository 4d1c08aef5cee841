"""Give the changelog its page: all fragments of doc/whats_new, the newest first."""

import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList


def as_rst(fragment):
    """Return a fragment, written in the little Markdown it needs, as rst."""
    text = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", fragment)
    heading = re.compile(r"^# (.+)$", re.M)
    return heading.sub(lambda m: f"{m[1]}\n{'-' * len(m[1])}", text)


def _version(path):
    return [int(part) for part in re.findall(r"\d+", path.stem)]


class Changelog(Directive):
    """`.. changelog::`: the fragments, one section a release."""

    def run(self):
        """Return the sections."""
        env = self.state.document.settings.env
        section = nodes.section()
        section.document = self.state.document
        fragments = Path(env.srcdir, "whats_new").glob("[0-9]*.md")
        for path in sorted(fragments, key=_version, reverse=True):
            env.note_dependency(str(path))
            lines = StringList(as_rst(path.read_text()).splitlines(), source=str(path))
            self.state.nested_parse(lines, 0, section, match_titles=True)
        return section.children


def setup(app):
    """Register the directive."""
    app.add_directive("changelog", Changelog)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
