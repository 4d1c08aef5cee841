"""What long books cost: opening a journal, an undo, and a question with its answer.

    python doc/benchmarks/journal.py [--events 10000 1000000] [--tabulate]

writes journals of one answer per row, of one session, and opens each in a
process of its own: `open_s` is from the pool to a session that knows its labels,
`peak_mb` the most memory of that process, imports and pool included, `undo_ms` the
median of 20. Then a session in memory answers questions from the start, and
`ask_tell_100_ms` ... are the medians of 50 questions with their answers and a report,
after so many answers.

It is the books that are measured: the rows have keys, so that their content isn't
hashed, the learner chooses at random, and no refit runs beside what is timed. What is
run replaces results/journal.csv; --tabulate prints it, and runs nothing.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

EVENTS = [1_000, 10_000, 100_000, 1_000_000]
ANSWERS = [100, 1_000, 3_000, 10_000]
REPEATS, N_UNDONE = 50, 20
RESULTS = Path(__file__).parent / "results" / "journal.csv"
FIELDS = ["events", "open_s", "peak_mb", "undo_ms"]
FIELDS += [f"ask_tell_{n}_ms" for n in ANSWERS]


class Executor:
    """An executor that runs the first so many functions, at once, and no other."""

    def __init__(self, n_runs):
        self.n_left = n_runs

    def submit(self, function):
        self.n_left -= 1
        if self.n_left >= 0:
            function()


def session(n_rows, journal=None, n_refits=0):
    """Return a session on as many rows, of which little but the books is run."""
    from sklearn.naive_bayes import GaussianNB

    from sklearn_active import ActiveLearner
    from sklearn_active.labeling import LabelingSession

    pool = np.random.RandomState(0).normal(size=(n_rows, 2))
    learner = ActiveLearner(GaussianNB(), "random", random_state=0)
    return LabelingSession(
        learner,
        pool,
        journal=journal,
        keys=range(n_rows),
        classes=range(10),
        executor=Executor(n_refits),
    )


def write(path, n_events):
    """Write a journal of a pool with as many rows and one row in ten to spare."""
    session(pool_size(n_events), path)._ledger.close()
    common = {"annotator": "ann", "reason": "margin", "predicted": 1}
    common["time"] = "2026-01-01T12:00:00.000+00:00"
    rng = np.random.RandomState(0)
    rows = rng.permutation(pool_size(n_events))[:n_events].tolist()
    seconds = rng.gamma(2, 2, size=n_events).round(3).tolist()
    with Path(path).open("a") as file:
        for number, row in enumerate(rows, start=1):
            event = {"event": "answer", "row": row, "label": row % 10, **common}
            event |= {"query": f"{'0123456789abcdef' * 2}-{number}"}
            file.write(json.dumps(event | {"seconds": seconds[number - 1]}) + "\n")


def pool_size(n_events):
    return n_events + n_events // 10


def measured(path, n_events):
    """Open a journal and undo in it; return seconds, MB and milliseconds."""
    session(10)  # imports
    start = perf_counter()
    opened = session(pool_size(n_events), path)
    n_labeled = len(opened.labels)
    seconds = perf_counter() - start
    if n_labeled != n_events:
        raise RuntimeError(f"{n_labeled} of {n_events} labels were read.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    undone = [seconds_of(opened.undo) for _ in range(N_UNDONE)]
    opened._ledger.close()
    return seconds, peak, 1000 * float(np.median(undone))


def seconds_of(call, *args):
    start = perf_counter()
    call(*args)
    return perf_counter() - start


def one_more(opened):
    query = opened.ask()
    opened.tell(query.id, [0])
    opened.report()


def ask_and_tell(answers, n_rows):
    """Return the milliseconds of a question with its answer after so many."""
    opened, found = session(n_rows, n_refits=1), []
    for n in answers:
        while opened.report().n_asked < n:
            one_more(opened)
        taken = [seconds_of(one_more, opened) for _ in range(REPEATS)]
        found.append(1000 * float(np.median(taken)))
    return found


def in_a_process(path, n_events):
    """Return what `measured` finds in a fresh process."""
    code = (
        "import journal, json, sys; "
        "print(json.dumps(journal.measured(sys.argv[1], int(sys.argv[2]))))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(path), str(n_events)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    )
    return json.loads(result.stdout)


def run(events, answers=ANSWERS):
    """Return one row of figures for each number of events."""
    speeds = ask_and_tell(answers, 2 * max(answers) + 200)
    rows = []
    with TemporaryDirectory() as folder:
        for n_events in events:
            path = Path(folder, f"{n_events}.jsonl")
            write(path, n_events)
            figures = [*in_a_process(path, n_events), *speeds]
            rows.append([n_events, *(round(figure, 2) for figure in figures)])
    return rows


def tabulate(rows):
    """Print the figures as one table."""
    for row in [FIELDS, *rows]:
        print("  ".join(f"{cell!s:>16}" for cell in row))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, nargs="+", default=EVENTS)
    parser.add_argument("--tabulate", action="store_true")
    args = parser.parse_args()
    if not args.tabulate:
        rows = run(args.events)
        with RESULTS.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([FIELDS, *rows])
    with RESULTS.open(newline="") as file:
        tabulate(list(csv.reader(file))[1:])


if __name__ == "__main__":
    main()
