"""A person at the page's list of rows: for the tests in Chromium."""

import json
import re
from contextlib import contextmanager

from page_client import X, new_session, truth_of

TEXTS = [f"text {i} about {truth_of(i)}s" for i in range(len(X))]


@contextmanager
def listed_session(journal):
    """Yield a session on texts, the first twelve of them labeled."""
    with new_session(journal, items=TEXTS) as session:
        for row in range(12):
            session.relabel(row, truth_of(row))
        session.wait()
        yield session


class List:
    """The list at a page."""

    def __init__(self, page):
        page.page.set_default_timeout(8000)
        self.page, self.root = page, page.root
        self.rows = self.root.locator(".labeler-one")
        self.count = self.root.locator(".labeler-found")

    def open(self):
        self.page.page.keyboard.press("/")
        self.page.wait("changing")
        return self

    def choose(self, name, option, found):
        """Choose an option, and wait until the list says what was found."""
        self.root.get_by_label(name, exact=True).select_option(option)
        self.count.filter(has_text=re.compile(f"^{found}")).wait_for()
        return self

    def search(self, words, found):
        self.root.get_by_role("searchbox").fill(words)
        self.count.filter(has_text=re.compile(f"^{found}")).wait_for()
        return self

    def wait_for(self, row):
        state = f".labeler[data-row='{row}'][data-mode=changing]"
        self.page.page.locator(state).wait_for()

    @property
    def picked(self):
        return self.root.locator("[aria-selected=true]")

    def label(self, key):
        """Press a key at the list, and wait until the next row can be labeled."""
        before = self.page.row
        self.page.page.keyboard.press(key)
        self.page.page.wait_for_function(
            """before => {
                const { row, mode } = document.querySelector(".labeler").dataset;
                return mode === "changing" && Number(row) !== before;
            }""",
            arg=before,
        )


class Held:
    """Hold the page's requests of one kind until they are let go.

    Parameters
    ----------
    page : Page
        Whose requests.
    action : str
        Their kind.
    """

    def __init__(self, page, action):
        self.page, self.routes, self.sent = page.page, [], []
        self.holds = True
        self.page.route(f"**/{action}", self._hold)

    def _hold(self, route):
        self.sent.append(json.loads(route.request.post_data))
        if self.holds:
            self.routes.append(route)
        else:
            route.continue_()

    def wait(self, n=1):
        """Wait until so many requests were sent."""
        while len(self.sent) < n:
            self.page.wait_for_timeout(10)
        return self

    def let_go(self):
        """Answer those that wait, and hold no more."""
        self.holds = False
        for route in self.routes:
            route.continue_()
        self.routes = []


def sent(page, action):
    """Return the bodies of the page's requests of a kind, as they come."""
    bodies = []

    def note(request):
        if request.url.endswith(f"/{action}"):
            bodies.append(json.loads(request.post_data))

    page.page.on("request", note)
    return bodies
