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
from playwright.sync_api import expect, sync_playwright

from sklearn_active.labeling import LabelJournal

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
WIDE = {"width": 1280, "height": 800}
LOOKS = ("background-color", "border", "border-radius", "color", "font-family")
LOOKS += ("font-size", "font-weight", "line-height", "padding", "letter-spacing")
LOOK_OF = "e => ((s) => %s.map((name) => s[name]))(getComputedStyle(e))" % [*LOOKS]
PARTS = (".labeler-class", ".labeler-card", ".labeler-title", ".labeler-item th")
PARTS += (".labeler-item td", ".labeler kbd", ".labeler-figures dt", ".labeler")
SETTINGS = {  # no question to the person, and none to the network
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    }
}
CELLS = [
    "from page_client import new_session\n"
    "from sklearn_active.labeling import LabelingWidget\n"
    "session = new_session('labels.jsonl', new_classes='allow')",
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
            "PYTHONPATH": f"{HERE.parent.parent}{os.pathsep}{HERE}",
        }
        options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
        options += [f"--ServerApp.root_dir={self.root}"]
        options += [f"--LabApp.app_settings_dir={settings}"]
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

    def write_notebook(self, name):
        """Write a notebook in a folder of its own; return the address it has."""
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
        (self.root / name).mkdir()
        (self.root / name / "label.ipynb").write_text(json.dumps(content))
        place = f"workspaces/{name}/tree/{name}/label.ipynb"
        return f"{self.url}/{place}?token=of-this-test"

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
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=flags
        )
        yield browser
        browser.close()


class Notebook:
    """A person at a notebook that shows the widget."""

    def __init__(self, page, journal):
        self.page, self.journal = page, journal
        self.cells = page.locator(".jp-Notebook .jp-Cell")
        self.root = page.locator(".labeler")

    def menu(self, *names):
        for name in names:
            self.page.get_by_role("menuitem", name=name, exact=True).click()

    def run_all(self):
        self.menu("Run", "Run All Cells")
        return self.wait()

    def wait(self, mode="ready"):
        self.page.locator(f".labeler[data-mode={mode}]").wait_for()
        return self

    @property
    def row(self):
        return int(self.root.locator("h2").first.inner_text().split()[-1])

    @property
    def events(self):
        return LabelJournal.read(self.journal)[1]

    def answer(self, act, *arguments):
        """Answer, and wait for the next question."""
        drawn = self.root.get_attribute("data-drawn")
        act(*arguments)
        another = f'.labeler[data-mode=ready]:not([data-drawn="{drawn}"])'
        self.page.locator(another).wait_for()

    def look(self, part):
        return self.page.locator(part).first.evaluate(LOOK_OF)


@pytest.fixture
def notebook(lab, browser, request, tmp_path):
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    name = f"n{len(list(lab.root.iterdir()))}"
    page.goto(lab.write_notebook(name))
    notebook = Notebook(page, lab.root / name / "labels.jsonl")
    expect(notebook.cells).to_have_count(len(CELLS), timeout=30_000)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    yield notebook.run_all()
    context.close()


def key_of(row):
    return str(CLASSES.index(truth_of(row)) + 1)


def test_labels_by_keys_and_by_mouse_are_in_the_journal(notebook):
    notebook.root.locator(".labeler-card").click()
    given = {}
    for _ in range(10):
        row = notebook.row
        given[row] = truth_of(row)
        notebook.answer(notebook.page.keyboard.press, key_of(row))
    for _ in range(2):
        row = notebook.row
        given[row] = truth_of(row)
        notebook.answer(notebook.root.get_by_role("button", name=given[row]).first.click)
    told = [(e["event"], e["row"], e["label"]) for e in notebook.events]
    assert told == [("answer", row, label) for row, label in given.items()]
    notebook.page.screenshot(path="/tmp/lab/shot.png")


def test_it_looks_as_the_page_on_its_own(notebook, browser):
    with new_session() as session, session.serve() as server:
        page = browser.new_page(viewport=WIDE)
        page.goto(server.url)
        page.locator(".labeler[data-mode=ready]").wait_for()
        alone = Notebook(page, None)
        assert {p: notebook.look(p) for p in PARTS} == {p: alone.look(p) for p in PARTS}
        page.close()
