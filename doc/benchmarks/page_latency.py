"""Time the labeling page: from a key press until the next item is drawn.

    pip install sklearn-active[label,site-test]
    python doc/benchmarks/page_latency.py [--rows 20000] [--labels 200] [--tabulate]

A file of texts and a folder of images are read as `python -m sklearn_active label`
reads them, with the model and the strategy that each gets by default; the digits are
labeled with three more. Rows are labeled in Chromium as fast as the page allows, while
the model is refitted in the background. Both ends are measured in the browser: the time
stamp of the key event, and the end of the first frame with the next item.

One line each: the wait for the first question, the median time of a refit with its
choice of rows, of the time to the next item the median, the 90th percentile and the
longest, and how many presses came while a refit was running. `server_ms` is the longest
that the program took for an answer, of what the page waited for. What is run is added
to results/page_latency.csv, with the load of the machine; --tabulate prints it, and
runs nothing.
"""

import argparse
import csv
import os
import platform
import shutil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import sklearn
from playwright.sync_api import sync_playwright
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from sklearn_active import ActiveLearner
from sklearn_active.files import read_file
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession
from sklearn_active.labeling._fronts.row_display import png

RESULTS = Path(__file__).parent / "results" / "page_latency.csv"
FIELDS = ["data", "rows", "labels", "model", "first_s", "refit_s", "median_ms"]
FIELDS += ["p90_ms", "max_ms", "server_ms", "in_refit", "load"]
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
# What is drawn is on the screen when the task after its frame runs.
STOPWATCH = """() => {
    window.latencies = [];
    let pressed = null;
    addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
    const root = document.querySelector(".labeler");
    new MutationObserver(() => {
        const from = pressed;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => latencies.push(performance.now() - from);
        port2.postMessage(null);
    }).observe(root, { attributes: true, attributeFilter: ["data-drawn"] });
}"""


def texts(folder, n_rows):
    """Write a table of texts of four subjects; return its path, and what each is."""
    rng = np.random.RandomState(0)
    words = np.array(
        [f"{a}{b}{c}" for a in "bdfgklmn" for b in "aeiou" for c in "lrst"]
    )
    classes = rng.randint(4, size=n_rows)
    path = folder / "texts.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text"])
        for subject in classes:
            share = np.roll(rng.zipf(1.3, 60) % 40, 40 * subject)
            picked = (share + 30 * subject + rng.randint(12, size=60)) % len(words)
            writer.writerow([" ".join(words[picked])])
    return path, classes


def images(folder, n_rows):
    """Write digits with noise as a folder of images; return it, and what each is."""
    rng, digits = np.random.RandomState(0), load_digits()
    rows = rng.randint(len(digits.images), size=n_rows)
    path = folder / "images"
    path.mkdir()
    for i, row in enumerate(rows):
        pixels = np.kron(digits.images[row], np.ones((4, 4))) * 15
        noisy = np.clip(pixels + rng.normal(0, 12, pixels.shape), 0, 255)
        (path / f"{i:06d}.png").write_bytes(png(noisy.astype(np.uint8)))
    return path, digits.target[rows]


def sessions(names, n_rows):
    """Yield what each session is, it, and the classes of its rows."""
    for make in (texts, images):
        if make.__name__ in names:
            with TemporaryDirectory() as folder:
                path, truth = make(Path(folder), n_rows)
                data = read_file(path)
                learner = data.make_learner()
                strategy = learner.query_strategy
                kind = (
                    strategy if isinstance(strategy, str) else type(strategy).__name__
                )
                yield (
                    {"data": make.__name__, "model": f"{_name(learner)}, {kind}"},
                    LabelingSession(
                        learner,
                        data.X,
                        items=data.items,
                        keys=data.keys,
                        classes=np.unique(truth).tolist(),
                        journal=Path(folder, "labels.jsonl"),
                    ),
                    truth,
                )
    digits = load_digits()
    for name, learner in LEARNERS.items() if "digits" in names else ():
        session = LabelingSession(
            learner, digits.data, items=digits.images, classes=range(10)
        )
        yield {"data": "digits", "model": name}, session, digits.target


def _name(learner):
    return type(learner.estimator).__name__


def label(page, truth, session, n_labels):
    """Label by keys; return the latencies and whether a refit ran at the press."""
    root, refitting = page.locator(".labeler"), []
    page.evaluate(STOPWATCH)
    for n_before in range(n_labels):
        row = int(root.get_attribute("data-row"))
        before = root.get_attribute("data-drawn")
        refitting.append(session.report().refitting)
        page.keyboard.press(str(truth[row]))
        page.locator(
            f'.labeler[data-mode=ready]:not([data-drawn="{before}"])'
        ).wait_for()
        page.wait_for_function("n => latencies.length > n", arg=n_before)
    return np.array(page.evaluate("latencies")), np.array(refitting)


def timed(desk):
    """Have a desk note how long it takes for what the page waits for."""
    seconds, handle = [], desk.handle

    def handle_timed(action, request):
        start = perf_counter()
        try:
            return handle(action, request)
        finally:
            if action == "answer":
                seconds.append(perf_counter() - start)

    desk.handle = handle_timed
    return seconds


def run(names, n_rows, n_labels):
    """Label in every session, print one line each, and return the lines."""
    lines = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        print(
            f"scikit-learn {sklearn.__version__}, Python {platform.python_version()}, "
            f"Chromium {browser.version}, {os.cpu_count()} cores; {n_labels} labels"
        )
        for line, session, truth in sessions(names, n_rows):
            with session, session.serve() as server:
                (desk,) = server.desks.values()
                seconds = timed(desk)
                page = browser.new_page()
                start = perf_counter()
                page.goto(server.url)
                page.locator(".labeler[data-mode=ready]").wait_for(timeout=1_000_000)
                first = perf_counter() - start
                latencies, refitting = label(page, truth, session, n_labels)
                page.close()
            records = session.learner.history_
            refit = median(r.fit_seconds + r.query_seconds for r in records)
            line |= {
                "rows": len(truth),
                "labels": n_labels,
                "first_s": f"{first:.1f}",
                "refit_s": f"{refit:.3f}",
                "median_ms": round(np.median(latencies)),
                "p90_ms": round(np.quantile(latencies, 0.9)),
                "max_ms": round(latencies.max()),
                "server_ms": round(1000 * max(seconds)),
                "in_refit": int(refitting.sum()),
                "load": f"{os.getloadavg()[0]:.1f}",
            }
            show(line)
            lines.append(line)
    return lines


def show(line):
    """Print one line."""
    print("  ".join(f"{name} {line[name]}" for name in FIELDS), flush=True)


def main():
    """Time what is asked for, or print what was."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ["texts", "images", "digits"]
    parser.add_argument("--data", nargs="+", default=names, choices=names)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--labels", type=int, default=200)
    parser.add_argument("--tabulate", action="store_true")
    args = parser.parse_args()
    if args.tabulate:
        with RESULTS.open(newline="") as file:
            for line in csv.DictReader(file):
                show(line)
        return
    lines = run(args.data, args.rows, args.labels)
    is_new = not RESULTS.exists()
    with RESULTS.open("a", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        if is_new:
            writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    main()
