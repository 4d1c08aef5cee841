"""What the tests of the labeling page share."""

import shutil
from contextlib import ExitStack

import pytest
from page_browser import FLAGS, Page
from page_client import Client


@pytest.fixture
def page_of():
    """Serve the page of a session until the test ends; return its client."""
    with ExitStack() as servers:

        def served(session, annotator=None, **options):
            if annotator is not None:
                options["annotators"] = [annotator]
            server = servers.enter_context(session.serve(**options))
            return Client(server, annotator)

        yield served


@pytest.fixture
def server(session):
    """Serve the session of the test's own module."""
    with session.serve() as server:
        yield server


@pytest.fixture(scope="module")
def playwright():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright):
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=FLAGS
    )
    yield browser
    browser.close()


@pytest.fixture
def new_page(browser):
    contexts, pages = [], []

    def opener(context=None, **options):
        if context is None:
            context = browser.new_context(**options)
            contexts.append(context)
        pages.append(Page(context.new_page()))
        return pages[-1]

    yield opener
    for context in contexts:
        context.close()
    assert [page.wrongs for page in pages] == [[]] * len(pages)


@pytest.fixture
def folders(tmp_path):
    class Folders:
        n = 0

        def make(self):
            self.n += 1
            folder = tmp_path / str(self.n)
            folder.mkdir()
            return folder

    return Folders()
