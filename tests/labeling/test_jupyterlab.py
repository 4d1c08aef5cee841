"""The labeling page in a cell of JupyterLab, as a person's browser shows it.

Needs a Chromium, and the extra `site-test`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from page_client import CLASSES, new_session, truth_of

from sklearn_active.labeling import LabelJournal

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
WIDE = {"width": 1280, "height": 800}
# What a page has of its style wherever it stands, and however wide it is.
LOOKS = (
    *(f"{name}-{of}" for name in ("padding", "margin") for of in ("top", "bottom")),
    *("padding-left", "padding-right", "text-indent", "border-collapse", "list-style"),
    *("border-top", "border-left", "border-radius", "box-shadow", "outline-style"),
    *("background-color", "color", "opacity", "visibility", "cursor", "float", "clear"),
    *("display", "position", "overflow-x", "overflow-y", "vertical-align"),
    *("font-family", "font-size", "font-style", "font-weight", "line-height"),
    *("letter-spacing", "text-align", "text-decoration", "text-transform"),
    *("white-space", "word-break", "overflow-wrap"),
)
LOOKS_BELOW = """(root, names) => [...root.querySelectorAll("*")].map((element) => {
    const style = getComputedStyle(element);
    const looks = names.map((name) => `${name}: ${style.getPropertyValue(name)}`);
    return [element.className || element.tagName, ...looks];
})"""
SOURCES = """() => {
    const { model } = jupyterapp.shell.currentWidget.content;
    return model.sharedModel.cells.map((cell) => cell.source);
}"""
SETTINGS = {  # no question to the person, and none to the network
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    }
}
CELLS = [
    "from pathlib import Path\n"
    "from page_client import new_session\n"
    "from sklearn_active.labeling import LabelingWidget\n"
    "n_journals = len(list(Path().glob('*.jsonl')))\n"
    "session = new_session(f'{n_journals}.jsonl', new_classes='allow')",
    "LabelingWidget(session)",
    "session.report()",
]


class Lab:
    """A JupyterLab that knows nothing of the person's own, until it is ended."""

    def __init__(self, home):
        settings = home / "settings"
        settings.mkdir()
        (settings / "overrides.json").write_text(json.dumps(SETTINGS))
        self.root = home / "notebooks"
        self.root.mkdir()
        environment = os.environ | {
            "HOME": str(home),
            "IPYTHONDIR": str(home / "ipython"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "user-settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "JUPYTER_TOKEN": "of-this-test",
            # The package, what all tests share, and page_client.py.
            "PYTHONPATH": os.pathsep.join(map(str, [*HERE.parents[:2], HERE])),
        }
        options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
        options += [f"--ServerApp.root_dir={self.root}"]
        options += [f"--LabApp.app_settings_dir={settings}"]
        options += ["--LabApp.expose_app_in_browser=True"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        lines = iter(self.process.stdout.readline, "")
        found = (re.search(r"http://127\.0\.0\.1:\d+/lab", line) for line in lines)
        self.url = next(match for match in found if match).group()
        self.reader = Thread(target=self.process.stdout.read)
        self.reader.start()  # or its pipe would fill up

    def write_notebook(self):
        """Write a notebook; return the address that it has."""
        cells = [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{i}",
                "metadata": {},
                "outputs": [],
                "source": source,
            }
            for i, source in enumerate(CELLS)
        ]
        python = {"name": "python3", "display_name": "Python 3", "language": "python"}
        content = {
            "cells": cells,
            "metadata": {"kernelspec": python},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (self.root / "label.ipynb").write_text(json.dumps(content))
        return f"{self.url}/tree/label.ipynb?token=of-this-test"

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.end()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=flags
        )
        yield browser
        browser.close()


class Notebook:
    """A person at a notebook that shows the widget."""

    def __init__(self, page, folder=None):
        self.page, self.folder = page, folder
        self.cells = page.locator(".jp-Notebook .jp-Cell")
        self.root = page.locator(".labeler")

    def menu(self, menu, *entries):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        for entry in entries:
            text = self.page.locator(".lm-Menu-item").get_by_text(entry, exact=True)
            text.click()

    def wait(self):
        self.page.locator(".labeler[data-mode=ready]").wait_for()
        return self

    def wait_for_a_new_one(self, act, *arguments):
        """Do what shows the widget anew, and wait for it."""
        olds = self.root.element_handles()
        act(*arguments)
        self.page.wait_for_function(
            "olds => !olds.some((e) => e.isConnected)", arg=olds
        )
        return self.wait()

    @property
    def row(self):
        return int(self.root.get_attribute("data-row"))

    @property
    def events(self):
        """What the journal of the last session holds."""
        n_journals = len(list(self.folder.glob("*.jsonl")))
        return LabelJournal.read(self.folder / f"{n_journals - 1}.jsonl")[1]

    def answer(self, act, *arguments):
        """Answer, and wait for the next question."""
        drawn = self.root.get_attribute("data-drawn")
        act(*arguments)
        another = f'.labeler[data-mode=ready]:not([data-drawn="{drawn}"])'
        self.page.locator(another).wait_for()

    @property
    def sources(self):
        """What stands in the cells; of one out of sight, the page has no text."""
        return self.page.evaluate(SOURCES)

    def color_of(self, part):
        style = "e => getComputedStyle(e).backgroundColor"
        return self.root.locator(part).first.evaluate(style)


@pytest.fixture(scope="module")
def expect():
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)  # as long as locators wait
    yield expect
    expect.set_options()


@pytest.fixture(scope="module")
def opened(lab, browser):
    page = browser.new_page(viewport=WIDE)
    page.set_default_timeout(60_000)  # JupyterLab and the kernel start
    page.goto(lab.write_notebook())
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # the kernel is there
    return Notebook(page, lab.root)


@pytest.fixture
def notebook(opened):
    """Run all cells anew: a session and a journal for each test."""
    return opened.wait_for_a_new_one(opened.menu, "Run", "Run All Cells")


def key_of(row):
    return str(CLASSES.index(truth_of(row)) + 1)


def test_labels_by_keys_and_by_mouse_are_in_the_journal(notebook):
    page, root = notebook.page, notebook.root
    root.locator(".labeler-card").click()  # it has the keys now, and shows it
    assert root.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    given = {}
    for _ in range(10):
        row = notebook.row
        given[row] = truth_of(row)
        notebook.answer(page.keyboard.press, key_of(row))
    for _ in range(2):
        row = notebook.row
        given[row] = truth_of(row)
        notebook.answer(root.get_by_role("button", name=given[row]).first.click)
    told = [(e["event"], e["row"], e["label"]) for e in notebook.events]
    assert told == [("answer", row, label) for row, label in given.items()]


def test_no_key_reaches_the_notebook_while_the_widget_has_the_focus(notebook, expect):
    page = notebook.page
    notebook.root.locator(".labeler-card").click()
    before = notebook.sources
    assert len(before) == len(CELLS)
    field = notebook.root.get_by_role("textbox", name="Find or add a class")
    page.keyboard.type("ddabxvmy")
    expect(field).to_have_value("ddabxvmy")
    for key in ("ArrowDown", "ArrowUp", "Delete", "Escape"):
        page.keyboard.press(key)
    expect(field).to_have_value("")
    for key in ("ArrowDown", "ArrowUp", "Enter", "Delete", " "):
        page.keyboard.press(key)
    row = notebook.row
    notebook.answer(page.keyboard.press, "1")
    page.keyboard.type("dd a bxz")
    expect(field).to_have_value("dd a bxz")
    other = notebook.row
    notebook.answer(page.keyboard.press, "Enter")
    assert notebook.sources == before
    told = [(e["row"], e["label"]) for e in notebook.events if e["event"] == "answer"]
    assert told == [(row, "ape"), (other, "dd a bxz")]
    notebook.cells.last.locator(".jp-InputPrompt").click()
    page.keyboard.press("a")  # here it inserts one
    expect(notebook.cells).to_have_count(len(CELLS) + 1)
    page.keyboard.press("d")
    page.keyboard.press("d")
    expect(notebook.cells).to_have_count(len(CELLS))


def test_it_looks_as_the_page_on_its_own(notebook, browser):
    with new_session(new_classes="allow") as session, session.serve() as server:
        page = browser.new_page(viewport=WIDE)
        page.goto(server.url)
        alone = Notebook(page).wait()
        # There it fills the window; here it is as long as it needs.
        page.evaluate("document.body.classList.remove('labeler-page')")
        for each in (alone, notebook):
            each.answer(each.root.get_by_role("button", name="ape").first.click)
            each.root.get_by_role("button", name="Finish").focus()
            each.page.mouse.move(0, 0)
        looks = notebook.root.evaluate(LOOKS_BELOW, LOOKS)
        assert len(looks) > 60
        assert looks == alone.root.evaluate(LOOKS_BELOW, LOOKS)
        page.close()


def test_it_is_as_dark_as_the_notebook(notebook, expect):
    page = notebook.page
    colors = {}
    for theme, is_light in (("Dark", "false"), ("Light", "true")):
        notebook.menu("Settings", "Theme", f"JupyterLab {theme}")
        body = page.locator(f"body[data-jp-theme-light={is_light}]")
        body.wait_for(state="attached")
        expect(notebook.root).to_have_css("color-scheme", theme.lower())
        colors[theme] = notebook.color_of(".labeler-card")
    assert colors == {"Dark": "rgb(30, 34, 39)", "Light": "rgb(255, 255, 255)"}


def test_a_cell_run_again_and_a_notebook_opened_again_ask_the_same(notebook):
    page = notebook.page
    notebook.root.locator(".labeler-card").click()
    notebook.answer(page.keyboard.press, "2")
    row = notebook.row
    notebook.cells.nth(1).locator(".cm-content").click()
    notebook.wait_for_a_new_one(page.keyboard.press, "Control+Enter")
    assert notebook.row == row
    notebook.menu("File", "Save Notebook")
    page.locator(".jp-mod-dirty").wait_for(state="detached")
    page.reload()
    assert notebook.wait().row == row
    notebook.root.locator(".labeler-card").click()
    notebook.answer(page.keyboard.press, "3")
    assert [e["label"] for e in notebook.events] == ["bear", "cat"]
