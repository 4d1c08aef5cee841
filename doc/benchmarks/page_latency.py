"""Time the labeling page: from a key press until the next item is drawn.

Digits are labeled in Chromium as fast as the page allows, while the model is refitted
in the background after every answer. Both ends are measured in the browser: the time
stamp of the key event, and the first frame with the next item.

    pip install sklearn-active[site-test]
    python doc/benchmarks/page_latency.py [--n-labels 60]
"""

import argparse
import platform
import shutil
from statistics import median

import numpy as np
import sklearn
from playwright.sync_api import sync_playwright
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession

LEARNERS = {
    "GraphLabelSpreading, graph_herding": ActiveLearner(
        GraphLabelSpreading(), "graph_herding", random_state=0
    ),
    "LogisticRegression, margin": ActiveLearner(
        LogisticRegression(max_iter=1000), "margin", random_state=0
    ),
    "RandomForest of 300 trees, entropy": ActiveLearner(
        RandomForestClassifier(300), "entropy", random_state=0
    ),
}
STOPWATCH = """() => {
    window.latencies = [];
    let pressed = null;
    addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
    const root = document.querySelector(".labeler");
    new MutationObserver(() => latencies.push(performance.now() - pressed)).observe(
        root, { attributes: true, attributeFilter: ["data-drawn"] });
}"""
ANOTHER = """before => {
    const { drawn, mode } = document.querySelector(".labeler").dataset;
    return mode === "ready" && drawn !== before;
}"""


def label(page, truth, session, n_labels):
    """Label by keys; return the latencies and whether a refit ran at the press."""
    root, refitting = page.locator(".labeler"), []
    page.evaluate(STOPWATCH)
    for _ in range(n_labels):
        row = int(root.get_attribute("data-row"))
        before = root.get_attribute("data-drawn")
        refitting.append(session.report().refitting)
        page.keyboard.press(str(truth[row]))
        page.wait_for_function(ANOTHER, arg=before)
    return np.array(page.evaluate("latencies")), np.array(refitting)


def main():
    """Label with every learner, and print one line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n-labels", type=int, default=60)
    n_labels = parser.parse_args().n_labels
    digits = load_digits()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        print(
            f"scikit-learn {sklearn.__version__}, Python {platform.python_version()}, "
            f"Chromium {browser.version}; {len(digits.data)} digits, {n_labels} labels"
        )
        print("model and strategy                  one refit  key press to next item")
        print(
            "                                       median  median     max  in a refit"
        )
        for name, learner in LEARNERS.items():
            session = LabelingSession(
                learner, digits.data, items=digits.images, classes=range(10)
            )
            with session, session.serve() as server:
                page = browser.new_page()
                page.goto(server.url)
                page.wait_for_selector(".labeler[data-mode=ready]")
                latencies, refitting = label(page, digits.target, session, n_labels)
                page.close()
            records = session.learner.history_
            refit = median(r.fit_seconds + r.query_seconds for r in records)
            print(
                f"{name:36}{refit:7.3f} s{np.median(latencies):5.0f} ms"
                f"{latencies.max():5.0f} ms  {refitting.sum():3d} of {n_labels}"
            )


if __name__ == "__main__":
    main()
