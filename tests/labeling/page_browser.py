"""A person at the labeling page, and the page's enemies: for the tests in Chromium."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from page_client import CLASSES, truth_of

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDE = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 375, "height": 667},
    "has_touch": True,
    "is_mobile": True,
}
KEY = {label: str(i + 1) for i, label in enumerate(CLASSES)}


def key_of(row):
    return KEY[truth_of(row)]


class Page:
    """A person at the page."""

    def __init__(self, page):
        self.page = page
        self.wrongs = []
        page.on("pageerror", lambda error: self.wrongs.append(str(error)))
        page.on("console", self._note)
        self.root = page.locator(".labeler")

    def _note(self, message):
        expected = ("Failed to load resource", "frame-ancestors")
        if message.type == "error" and not any(e in message.text for e in expected):
            self.wrongs.append(message.text)

    def open(self, url, mode="ready"):
        self.page.goto(url)
        return self.wait(mode)

    def wait(self, mode="ready"):
        self.page.locator(f".labeler[data-mode={mode}]").wait_for()
        return self

    def wait_for_no_dialog(self):
        """Wait until the page knows that a dialog is closed, too: not by its role.

        A closed dialog loses its role at once, and the page hears of it a moment later:
        a key in between counts as too soon.
        """
        self.root.locator("dialog").wait_for(state="detached")
        return self.wait()

    @property
    def question(self):
        return self.root.get_attribute("data-drawn")

    @property
    def row(self):
        return int(self.root.get_attribute("data-row"))

    @property
    def title(self):
        return self.root.get_by_role("heading", level=2).inner_text()

    @property
    def banner(self):
        return self.root.get_by_role("alert").inner_text()

    def wait_for_another(self, question):
        another = f'.labeler[data-mode=ready]:not([data-drawn="{question}"])'
        self.page.locator(another).wait_for()

    def press(self, key, mode="ready"):
        """Press a key, and wait for another question, or for another mode."""
        before = self.question
        self.page.keyboard.press(key)
        if mode == "ready":
            self.wait_for_another(before)
        else:
            self.wait(mode)

    def command(self, key, action):
        """Press a key that leaves the question as it is, and wait for the reply."""
        with self.page.expect_response(f"**/{action}"):
            self.page.keyboard.press(key)
        self.wait()


def alter(server, change=lambda state: None, about=None):
    """Let `change` alter every state on its way to the page; `about` are instructions.

    So a test can show the page what few sessions have.
    """
    (desk,) = server.desks.values()
    handle = desk.handle

    def altered(action, request):
        if action == "about":
            return 200, {"instructions": about}
        status, reply = handle(action, request)
        if "report" in reply:
            reply["has_instructions"] = about is not None
            change(reply)
        return status, reply

    desk.handle = altered


def serious_violations(page):
    """Return what axe-core finds serious or critical, and where."""
    from axe_playwright_python.sync_playwright import Axe

    return {
        violation["id"]: [node["html"][:200] for node in violation["nodes"][:3]]
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
    }


class Attacker:
    """Another site."""

    def __enter__(self):
        asked = self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>evil</title><body>")

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *details):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
