"""Make the pictures of the labeling page, in an installed Chromium.

pip install sklearn-active[label,site-test]
python doc/images/make_page_images.py
"""

import json
import runpy
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright
from sklearn.datasets import load_digits

from sklearn_active import ActiveLearner
from sklearn_active.files import read_file
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession

HERE = Path(__file__).parent
SIZE = {"width": 1280, "height": 800}
CLASSES = ["refund", "delivery", "question"]


@contextmanager
def digits():
    """Yield a session on digits with forty labels."""
    X, truth = load_digits(return_X_y=True)
    learner = ActiveLearner(GraphLabelSpreading(), "graph_herding", random_state=0)
    options = {"items": load_digits().images, "classes": range(10), "audit": 0.4}
    with TemporaryDirectory() as folder:
        options["journal"] = Path(folder, "labels.jsonl")
        with LabelingSession(learner, X, **options) as session:
            answer(session, 40, lambda row: int(truth[row]))
        as_by_a_person(options["journal"])
        with LabelingSession(learner, X, **options) as session:
            yield session


@contextmanager
def tickets(n_labels, **options):
    """Yield a session on the tutorial's letters."""
    make = runpy.run_path(str(HERE.parent / "tutorial" / "make_tickets.py"))
    with TemporaryDirectory() as folder:
        make["main"](Path(folder))
        data = read_file(Path(folder) / "tickets.csv", id="ticket")
    truth = make["tickets"](len(data.keys))[1]
    session = LabelingSession(
        data.make_learner(), data.X, items=data.items, classes=CLASSES, **options
    )
    with session:
        answer(session, n_labels, truth.__getitem__)
        yield session


def answer(session, n_labels, label_of):
    """Answer questions truly; what is asked next follows every answer."""
    for _ in range(n_labels):
        query = session.ask()
        session.tell(query.id, [label_of(row) for row in query.indices.tolist()])
        session.wait()


def as_by_a_person(journal):
    """Let answers have taken as long as those of a person."""
    header, *events = map(json.loads, journal.read_text().splitlines())
    for i, event in enumerate(events):
        event["seconds"] = 2 + i % 7 / 5
    lines = map(json.dumps, [header, *events])
    journal.write_text("".join(f"{line}\n" for line in lines))


class Camera:
    """Open pages and keep what is seen."""

    def __init__(self, browser):
        self.browser = browser

    def take(self, session, name, act=lambda page: None, **options):
        """Open the page of a session, do something there, and save what is seen."""
        with session.serve() as server:
            page = self.browser.new_page(viewport=SIZE, **options)
            page.goto(server.url)
            page.locator(".labeler[data-mode=ready]").wait_for()
            act(page)
            page.screenshot(path=HERE / name)
            page.close()
        print(name)


def open_list(page):
    """Search in the list of all rows."""
    page.keyboard.press("/")
    page.get_by_role("searchbox").fill("parcel")
    page.locator(".labeler-found", has_text="rows").wait_for()
    page.get_by_label("Show guesses").check()
    page.locator(".labeler[data-mode=changing]").wait_for()


def main():
    """Make all of them."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        camera = Camera(browser)
        with digits() as session:
            for scheme in ("light", "dark"):
                camera.take(session, f"labeling_page_{scheme}.png", color_scheme=scheme)
        with tickets(0, audit=0) as session:
            camera.take(session, "tickets_page.png")
        with tickets(30, audit=0.3) as session:
            camera.take(session, "labeling_list.png", open_list)
        browser.close()


if __name__ == "__main__":
    main()
