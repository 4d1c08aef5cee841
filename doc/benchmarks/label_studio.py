"""Does a session that is labeled in Label Studio ask the same, and lose nothing?

    python doc/benchmarks/label_studio.py [--server label-studio] [--seeds 10] [--check]

Needs the extra label-studio, and Label Studio, in an environment of its own: `--server`
is its program. One is started with SQLite in a temporary folder, on a port of this
machine, and ends with this script. Two people label the digits through its API, each
asking for the next task as its page does, and answer at once, which is harder on the
bridge than people are. The exit status is 1, with a sentence, where something is not as
the guide says:

- one person, one task at a time: the same rows as without Label Studio;
- two people: the accuracy, no row twice, as many tasks waiting as were wanted;
- how long from an answer until the next task is there;
- SIGKILL of the bridge, and of Label Studio, in the middle: both agree afterwards;
- skips, and answers, tasks, a token and a project that are changed or taken away.

The results go to results/label_studio.json, and a table of them to
results/label_studio.inc; not with --check. --tabulate makes the table, and runs
nothing.
"""

import argparse
import importlib.metadata
import inspect
import json
import logging
import os
import platform
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median, stdev
from tempfile import TemporaryDirectory
from threading import Timer

import numpy as np
import sklearn
from at_once import AtOnce
from own_label_studio import Crew, Person, Server
from sklearn.datasets import load_digits

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession, LabelJournal, LabelStudioBridge

RESULTS = Path(__file__).parent / "results" / "label_studio.json"
TABLE = RESULTS.with_suffix(".inc")
DIGITS = load_digits()
KEYS = [str(row) for row in range(len(DIGITS.target))]
TRUTH = dict(zip(KEYS, map(str, DIGITS.target), strict=True))
BUDGET, N_KILLS = 30, 5
N_WAITING = inspect.signature(LabelStudioBridge).parameters["n_waiting"].default
LONGEST = 180  # seconds of one session
THINKING, ROUND = "two people who look for 2 s", "the whole way round"
AHEAD = "without it, as many rows waiting"
DELETED = "said of a deleted project"


class Lines(logging.Handler):
    """What the bridges of this process have logged."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        """Keep a line."""
        self.lines.append(record.getMessage())


LOGGED = Lines()


def check(is_so, sentence):
    """Raise where something is not as it should be."""
    if not is_so:
        raise AssertionError(sentence)


def new_session(seed, strategy="graph_herding", **options):
    """Return a session on the digits, without a label."""
    learner = ActiveLearner(
        GraphLabelSpreading(), strategy, random_state=seed, budget=BUDGET
    )
    options = {"classes": range(10), "items": DIGITS.images, "keys": KEYS, **options}
    return LabelingSession(learner, DIGITS.data, **options)


def accuracy(session):
    """Return the accuracy of a closed session on the rows that were not labeled."""
    rest = np.setdiff1d(np.arange(len(KEYS)), list(session.labels))
    guess = session.learner.predict(DIGITS.data[rest])
    return float(np.mean(guess == DIGITS.target[rest]))


def without(seed, strategy="graph_herding"):
    """Return the rows and labels of a session without Label Studio, and its accuracy.

    The same session, asked by `run`.
    """
    with new_session(seed, strategy, executor=AtOnce()) as session:
        session.run(lambda query: DIGITS.target[query.indices])
    return list(session.labels.items()), accuracy(session)


def ahead(seed):
    """Return the accuracy of a session whose rows wait as those of the bridge do.

    Answered in their order, without Label Studio: what choosing rows ahead costs.
    """
    with new_session(seed, executor=AtOnce()) as session:
        shown = {}
        while queries := session.queue(N_WAITING, shown):
            shown |= {query.indices.item(): query.id for query in queries}
            row = queries[0].indices.item()
            session.reconcile(shown[row], row, {None: DIGITS.target[row]})
    return accuracy(session)


def number_of(bridge):
    """Return the number of its project."""
    return int(bridge.url.split("/")[-2])


@contextmanager
def ends_in_time(bridge):
    """Stop a bridge that goes on for ever."""
    timer = Timer(LONGEST, bridge.stop)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Room:
    """The Label Studio that is measured, and who labels there.

    Parameters
    ----------
    server : Server
        Started.
    """

    def __init__(self, server):
        self.server, self.url = server, server.url
        self.ann = Person(server, "ann")
        self.bob = Person(server, "bob", self.ann.invitation())

    def bridge(self, session, title, **options):
        """Return a bridge to a new project."""
        return LabelStudioBridge(session, self.url, self.ann.token, title, **options)

    def votes(self, project):
        """Return what a project holds, as `session.votes`, and the skips.

        Raises where two tasks are of one row.
        """
        emails, votes, skips = self.ann.emails(), {}, {}
        tasks = self.ann.tasks(project)
        doubles = [k for k, n in Counter(map(_key, tasks)).items() if n > 1]
        check(not doubles, f"Rows {doubles} have two tasks in the project {project}.")
        for task in tasks:
            by_age = sorted(task["annotations"], key=lambda x: x["updated_at"])
            for annotation in by_age:
                who, result = emails[annotation["completed_by"]], annotation["result"]
                if annotation["was_cancelled"]:
                    skips.setdefault(int(_key(task)), set()).add(who)
                else:
                    (label,) = result[0]["value"]["choices"]
                    votes.setdefault(int(_key(task)), {})[who] = int(label)
        return votes, skips

    def agrees(self, votes, project):
        """Raise where the journal holds something else than the project."""
        theirs, _ = self.votes(project)
        differing = {
            row: (votes.get(row), theirs.get(row))
            for row in votes.keys() | theirs.keys()
            if votes.get(row) != theirs.get(row)
        }
        check(
            not differing,
            f"Journal and project {project} differ, by row: {differing}.",
        )


def _key(task):
    return task["data"]["key"]


def most_waiting(tasks):
    """Return how many tasks without an annotation there were at most, at any time."""
    changes = [(_time(task["created_at"]), 1) for task in tasks]
    for task in tasks:
        first = [_time(x["created_at"]) for x in task["annotations"]]
        changes += [(min(first), -1)] if first else []
    return int(np.cumsum([change for _, change in sorted(changes)]).max())


def _time(text):
    return datetime.fromisoformat(text)


def same_rows(room, n_seeds):
    """One person, one task at a time: rows, labels and accuracy are identical."""
    for seed in range(n_seeds):
        expected = without(seed)
        asked = {}
        with new_session(seed, executor=AtOnce()) as session:
            bridge = room.bridge(session, f"one person, {seed}", n_waiting=1)
            while bridge.sync():
                task = room.ann.next(number_of(bridge))
                room.ann.answer(task["id"], TRUTH[_key(task)])
                asked[int(_key(task))] = int(TRUTH[_key(task)])
            room.agrees(session.votes(), number_of(bridge))
        found = list(session.labels.items()), accuracy(session)
        check(
            found == expected and list(asked.items()) == expected[0],
            f"Seed {seed}: rows and labels through Label Studio are {found}, without "
            f"it {expected}.",
        )
    return {"seeds": n_seeds, "answers": BUDGET, "identical": True}


def labeled_by(room, people, title, seed, seconds=0.0, **options):
    """Let people label a session; return it, closed, the crew and the tasks."""
    with TemporaryDirectory() as folder:
        journal = Path(folder, "labels.jsonl")
        with new_session(seed, journal=journal) as session:
            bridge = room.bridge(session, title, **options)
            project = number_of(bridge)
            crew = Crew(people, project, TRUTH, seconds)
            with ends_in_time(bridge), crew.at_work(bridge.stop):
                reason = bridge.run()
            check(reason == "budget", f"{title}: it ended with {reason!r}.")
            bridge.sync()  # what came while it ended
            room.agrees(session.votes(), project)
    tasks = room.ann.tasks(project)
    check_tasks(title, tasks, session.votes(), options.get("n_waiting", N_WAITING))
    twice = [each for each in tasks if len(each["annotations"]) > 1]
    return session, crew, len(twice)


def check_tasks(title, tasks, votes, n_waiting=N_WAITING):
    """Raise where a project has not as many tasks as it should."""
    # Label Studio may give one task to two people who come at the same moment. Both
    # answers count, and come out of the budget.
    n_answers = sum(map(len, votes.values()))
    check(n_answers >= BUDGET, f"{title}: {n_answers} answers of {BUDGET}.")
    n_more = n_answers - len(votes)
    check(
        BUDGET - n_more <= len(tasks) == len(votes) <= BUDGET,
        f"{title}: {len(tasks)} tasks, {n_answers} answers, of {len(votes)} rows.",
    )
    most = most_waiting(tasks)
    check(most <= n_waiting, f"{title}: {most} tasks waited.")


def two_people(room, n_seeds):
    """The accuracy of sessions of two people beside those without Label Studio."""
    both = [room.ann, room.bob]
    runs, waits, n_twice, shares, n_failed = [], [], 0, [], 0
    for seed in range(n_seeds):
        title = f"two people, {seed}"
        session, crew, n = labeled_by(room, both, title, seed)
        n_twice += n
        by_ann = [who for *_, who, _ in crew.acknowledged if who == room.ann.email]
        shares.append(len(by_ann) / len(crew.acknowledged))
        waits += crew.waits
        n_failed += crew.n_failed
        alone, random = (without(seed, x)[1] for x in ("graph_herding", "random"))
        runs.append([accuracy(session), alone, ahead(seed), random])
        print(f"   seed {seed}: " + ", ".join(f"{x:.4f}" for x in runs[-1]), flush=True)
    through, alone, waiting, random = np.transpose(runs)
    return {
        "seeds": n_seeds,
        "answers": BUDGET,
        "accuracy": mean(through),
        "without Label Studio": mean(alone),
        "difference": difference(through, alone),
        AHEAD: mean(waiting),
        "difference from that": difference(through, waiting),
        "random rows": mean(random),
        "accuracies": np.round(runs, 4).tolist(),
        "tasks annotated by both": n_twice,
        "share of the first person": [min(shares), max(shares)],
        "requests that failed": n_failed,
        "next task": spread(waits),
    }


def difference(values, others):
    """Return a mean difference, and its standard error."""
    each = values - others
    return [mean(each), stdev(each) / len(each) ** 0.5 if len(each) > 1 else None]


def spread(seconds):
    """Return the median and the worst of some times."""
    return {"n": len(seconds), "median": median(seconds), "worst": max(seconds)}


def next_task(room):
    """Time until the next task: for people who think, and the whole way round."""
    both = [room.ann, room.bob]
    _, thinking, n_twice = labeled_by(room, both, "two who think", 0, seconds=2.0)
    _, alone, _ = labeled_by(room, [room.ann], "one at a time", 0, n_waiting=1)
    return {
        THINKING: spread(thinking.waits),
        "tasks annotated by both of these": n_twice,
        ROUND: spread(alone.waits),
    }


class Child:
    """The bridge in a process of its own, which may be killed.

    Parameters
    ----------
    room : Room
        Where.
    title : str
        Of the project.
    folder : Path
        For the journal, and what is logged.
    token : str
        Whose.
    interval : float, default=1.0
        As of the bridge.
    """

    def __init__(self, room, title, folder, token, interval=1.0):
        self.journal = folder / f"{title}.jsonl"
        self._log = folder / f"{title}.log"
        self._options = ["--bridge", title, "--journal", str(self.journal)]
        self._options += ["--interval", str(interval)]
        own = {"LABEL_STUDIO_URL": room.url, "LABEL_STUDIO_TOKEN": token}
        self._environment = os.environ | own
        self.process, self.title = None, title

    def start(self):
        """Start it, or start it again."""
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, __file__, *self._options],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def has_ended(self):
        """Whether it ended by itself."""
        return self.process.poll() is not None

    @property
    def lines(self):
        """What it printed and logged."""
        return self._log.read_text().splitlines() if self._log.exists() else []

    @property
    def last_line_at(self):
        """The time of the last line."""
        return self._log.stat().st_mtime

    def kill(self):
        """SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def votes(self):
        """Return what the journal holds."""
        with new_session(0, journal=self.journal, executor=AtOnce()) as session:
            return session.votes()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *details):
        self.kill()


def run_bridge(title, journal, interval):
    """Be such a process."""
    where = [os.environ["LABEL_STUDIO_URL"], os.environ["LABEL_STUDIO_TOKEN"], title]
    with new_session(0, journal=journal) as session:
        bridge = LabelStudioBridge(session, *where, interval=interval)
        print(f"project {number_of(bridge)}", flush=True)
        signal.signal(signal.SIGTERM, lambda *_: bridge.stop())
        print(bridge.run(), flush=True)


def until(is_so, what, patience=LONGEST):
    """Wait."""
    began = time.monotonic()
    while not is_so():
        check(time.monotonic() - began < patience, f"{what}: not within {patience} s.")
        time.sleep(0.02)


def project_of(child):
    """Return the number of the project, as soon as there is one."""

    def numbers():
        return [x.split()[1] for x in child.lines if x.startswith("project ")]

    until(lambda: numbers() or child.has_ended, f"{child.title}: a project")
    check(numbers(), f"{child.title}: it ended, {child.lines[-1:]}.")
    return int(numbers()[0])


def through_kills(room, title, kill, moment):
    """Let two people label while something is killed again and again.

    Returns how often it was, the crew, and what the bridge logged.
    """
    n_kills = 0
    with (
        TemporaryDirectory() as folder,
        Child(room, title, Path(folder), room.ann.token) as child,
    ):
        project = project_of(child)
        crew = Crew([room.ann, room.bob], project, TRUTH)
        with crew.at_work(on_error=child.kill):
            until(lambda: len(crew.acknowledged) >= 10, f"{title}: ten answers")
            while True:
                moment(crew, child, project)
                if child.has_ended:
                    break
                kill(child)
                n_kills += 1
        check(
            child.lines[-1] == "budget",
            f"{title}: the bridge ended with {child.lines[-1]!r}.",
        )
        child.start()  # reads what came while it ended
        until(lambda: child.has_ended, f"{title}: the end")
        lost = set(crew.acknowledged) - set(held(room, project))
        check(not lost, f"{title}: Label Studio lost acknowledged answers {lost}.")
        votes = child.votes()
        room.agrees(votes, project)
        check_tasks(title, room.ann.tasks(project), votes)
        return n_kills, crew, child.lines


def held(room, project):
    """Yield the annotations of a project as a crew has them."""
    emails = room.ann.emails()
    for task in room.ann.tasks(project):
        for each in task["annotations"]:
            (label,) = each["result"][0]["value"]["choices"]
            yield each["id"], _key(task), emails[each["completed_by"]], label


def any_moment(rng):
    """Return what waits for a few answers more, and then for a moment."""

    def wait(crew, child, _):
        n_wanted = len(crew.acknowledged) + rng.randint(1, 4)
        until(
            lambda: len(crew.acknowledged) >= n_wanted or child.has_ended, child.title
        )
        time.sleep(rng.uniform(0, 1.5))

    return wait


def new_task(room):
    """Return what waits until a task comes: while the bridge waits for the reply."""

    def wait(_, child, project):
        n_before = room.ann.n_tasks(project)
        until(
            lambda: room.ann.n_tasks(project) > n_before or child.has_ended,
            child.title,
        )

    return wait


def kills_of(room, name, kill, moments):
    """Kill at least so many times at each kind of moment; say what came of it."""
    found = {"kills": 0, "sessions": 0, "failed requests": 0, "lines": Counter()}
    for what, moment in moments.items():
        n_kills = 0
        while n_kills < N_KILLS:
            title = f"{name}, {what}, {found['sessions']}"
            n, crew, lines = through_kills(room, title, kill, moment)
            n_kills += n
            found["sessions"] += 1
            found["failed requests"] += crew.n_failed
            found["lines"].update(x for x in lines if not x.startswith("project "))
        found["kills"] += n_kills
    return found


def our_side_killed(room):
    """SIGKILL of the bridge."""

    def kill(child):
        child.kill()
        child.start()

    moments = {"any": any_moment(np.random.RandomState(0)), "new": new_task(room)}
    return kills_of(room, "ours killed", kill, moments)


def label_studio_killed(room):
    """SIGKILL of Label Studio."""
    rng, starts = np.random.RandomState(1), []

    def kill(_):
        room.server.kill()
        time.sleep(rng.uniform(0, 2))
        starts.append(room.server.start())

    moments = {"any": any_moment(rng)}
    found = kills_of(room, "theirs killed", kill, moments)
    return found | {"seconds of a start": spread(starts)}


def changes(room):
    """Skips, and answers, tasks and a project that are changed or taken away."""
    with TemporaryDirectory() as folder:
        journal = Path(folder, "labels.jsonl")
        with new_session(0, journal=journal, executor=AtOnce()) as session:
            bridge = room.bridge(session, "changes", n_waiting=2)
            project = number_of(bridge)
            bridge.sync()
            skipped(room, session, bridge, project)
            changed(room, session, bridge, project)
            deleted(room, session, bridge, project)
            votes = session.votes()
            room.ann.ask("DELETE", f"/api/projects/{project}/")
            with ends_in_time(bridge):
                reason = bridge.run()
            check(reason == "project_deleted", f"A deleted project: {reason!r}.")
            check(session.votes() == votes, "A deleted project changed the journal.")
            said = [line for line in LOGGED.lines if "is not in Label Studio" in line]
            check(len(said) == 1, f"A deleted project is said {len(said)} times.")
        with new_session(0, journal=journal, executor=AtOnce()) as session:
            check(session.votes() == votes, "The journal has other votes afterwards.")
    return {DELETED: said[0]}


def skipped(room, session, bridge, project):
    """A row that is skipped is not asked again, and another one comes."""
    task = room.bob.next(project)
    before = {_key(each) for each in room.ann.tasks(project)}
    room.bob.answer(task["id"], None)
    check(bridge.sync(), "Nothing waits after a skip.")
    check(session.report().n_skipped == 1, "A skip is not in the journal.")
    new = {_key(each) for each in room.ann.tasks(project)} - before
    check(len(new) == 1, f"After a skip {len(new)} tasks came.")


def changed(room, session, bridge, project):
    """What somebody answers later counts."""
    task = room.ann.next(project)
    row, truth = int(_key(task)), TRUTH[_key(task)]
    wrong = str((int(truth) + 1) % 10)
    made = room.ann.answer(task["id"], wrong)
    bridge.sync()
    check(session.votes() == {row: {room.ann.email: int(wrong)}}, "An answer is lost.")
    room.ann.change(made["id"], truth)
    bridge.sync()
    check(
        session.votes() == {row: {room.ann.email: int(truth)}},
        "A changed answer is not in the journal.",
    )


def deleted(room, session, bridge, project):
    """An answer that is deleted is taken back; one whose task is deleted stays."""
    before = session.votes()
    task = room.bob.next(project)
    made = room.bob.answer(task["id"], TRUTH[_key(task)])
    bridge.sync()
    check(len(session.votes()) == 2, "An answer is lost.")
    room.bob.ask("DELETE", f"/api/annotations/{made['id']}/")
    bridge.sync()
    check(session.votes() == before, "A deleted answer is in the journal still.")
    room.bob.answer(task["id"], TRUTH[_key(task)])
    bridge.sync()
    votes = session.votes()
    check(len(votes) == 2, "An answer after a deleted one is lost.")
    room.ann.ask("DELETE", f"/api/tasks/{task['id']}/")
    bridge.sync()
    check(session.votes() == votes, "Answers were deleted with their task.")
    open_task = room.ann.next(project)
    room.ann.ask("DELETE", f"/api/tasks/{open_task['id']}/")
    bridge.sync()
    tasks = room.ann.tasks(project)
    check(_key(task) not in map(_key, tasks), "A row with an answer was shown again.")
    n_waiting = sum(not each["annotations"] for each in tasks)
    check(
        n_waiting == 2,
        f"After a task was deleted before it was answered, {n_waiting} of 2 wait.",
    )


@contextmanager
def tokens_watched(room, folder):
    """Watch what comes of a token that is revoked, and of one that isn't.

    An access token of Label Studio lives for five minutes, and works until then.
    """
    person = Person(room.server, "cat", room.ann.invitation())
    child = Child(room, "revoked", folder, person.token, interval=10)
    other = Child(room, "kept", folder, room.ann.token, interval=10)
    with child, other:
        project_of(child)
        person.revoke_token()
        began = time.time()
        yield child, other, project_of(other), began


def tokens(room, child, other, project, began):
    """The one ends with a line, the other still reads."""
    until(lambda: child.has_ended, "A revoked token", 400)
    seconds = child.last_line_at - began
    check(child.lines[-1] == "token_refused", f"A revoked token: {child.lines[-1:]}.")
    said = [line for line in child.lines if "doesn't accept the token" in line]
    check(len(said) == 1, f"A revoked token is said {len(said)} times.")
    check(not other.has_ended, f"After five minutes it ended: {other.lines[-1:]}.")
    task = room.bob.next(project)
    room.bob.answer(task["id"], TRUTH[_key(task)])
    until(lambda: LabelJournal.read(other.journal)[1], "An answer, on disk", 60)
    other.process.terminate()
    until(lambda: other.has_ended, "A bridge that was told to stop")
    check(other.lines[-1] == "stopped", f"It ended with {other.lines[-1]!r}.")
    room.agrees(other.votes(), project)
    return {"said of a revoked token": said[0], "seconds until then": seconds}


def measure(room, n_seeds, folder):
    """Return all results, a part at a time."""
    found = {
        "label-studio": room.ann.version(),
        "label-studio-sdk": importlib.metadata.version("label-studio-sdk"),
        "scikit-learn": sklearn.__version__,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load before": round(os.getloadavg()[0], 1),
        "date": datetime.now(UTC).date().isoformat(),
    }
    with tokens_watched(room, folder) as watched:
        parts = {
            "same rows": lambda: same_rows(room, n_seeds),
            "two people": lambda: two_people(room, n_seeds),
            "next task": lambda: next_task(room),
            "changes": lambda: changes(room),
            "ours killed": lambda: our_side_killed(room),
            "theirs killed": lambda: label_studio_killed(room),
            "tokens": lambda: tokens(room, *watched),
        }
        for name, part in parts.items():
            began = time.monotonic()
            found[name] = part()
            seconds = time.monotonic() - began
            print(f"{name} ({seconds:.0f} s): {json.dumps(found[name])}", flush=True)
    # Label Studio tries again after 3 s, which those who ask then wait.
    found["times that SQLite was locked"] = room.server.n_locked
    others = [x for x in LOGGED.lines if x != found["changes"][DELETED]]
    check(not others, f"The bridges logged {others}.")
    return found


def tabulate(found):
    """Write the table of the guide."""
    two, waits = found["two people"], found["next task"]
    ours, theirs = found["ours killed"], found["theirs killed"]
    n_seeds = found["same rows"]["seeds"]
    less, error = two["difference"]
    alone, waiting = two["without Label Studio"], two[AHEAD]
    lines = [
        [
            "One person, one task at a time",
            f"the same {BUDGET} rows and labels as without Label Studio, in each of "
            f"{n_seeds} runs",
        ],
        [
            f"Two people, {BUDGET} answers, {N_WAITING} tasks waiting",
            f"accuracy on the other rows {two['accuracy']:.3f}; without Label Studio "
            f"{waiting:.3f} with as many rows waiting, and {alone:.3f} with one row "
            f"after the other, which is {-less:.3f} ± {error:.3f} more; random rows "
            f"{two['random rows']:.3f} (means of {n_seeds} runs)",
        ],
        [
            "Tasks that Label Studio gave to both of them, who came at the same moment",
            f"{two['tasks annotated by both']} of {BUDGET * n_seeds} answers; both "
            "count",
        ],
        [
            "From an answer until the next task is there",
            f"{in_words(waits[THINKING])} where two people look at each task for 2 s; "
            f"{in_words(two['next task'])} where they answer at once",
        ],
        [
            "The same with one task at a time: read, learned, chosen, shown",
            in_words(waits[ROUND]),
        ],
        [
            f"The bridge killed {ours['kills']} times",
            "journal and project agree; no answer lost, no row twice",
        ],
        [
            f"Label Studio killed {theirs['kills']} times",
            "the same; the bridge goes on by itself",
        ],
    ]
    text = [".. list-table::", "   :widths: 40 60", ""]
    for what, came in lines:
        text += [f"   * - {what}", f"     - {came}"]
    versions = (
        f"Measured on {found['date']} with label-studio {found['label-studio']} "
        f"(SQLite), label-studio-sdk {found['label-studio-sdk']} and Python "
        f"{found['python']}, on {found['cores']} cores (load {found['load before']} "
        "before); the digits, from no label."
    )
    TABLE.write_text("\n".join([*text, "", versions, ""]))


def in_words(times):
    """Return a median and a worst."""
    return f"median {times['median']:.2f} s, worst {times['worst']:.2f} s"


def main():
    """Measure, and write what came of it; exit with 1 where something is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", default="label-studio", help="its program")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--check", action="store_true", help="write no results")
    parser.add_argument("--tabulate", action="store_true", help="run nothing")
    parser.add_argument("--bridge", help=argparse.SUPPRESS)
    parser.add_argument("--journal", help=argparse.SUPPRESS)
    parser.add_argument("--interval", type=float, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.bridge:
        run_bridge(args.bridge, args.journal, args.interval)
        return
    if args.tabulate:
        tabulate(json.loads(RESULTS.read_text()))
        return
    logging.getLogger("sklearn_active").addHandler(LOGGED)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("It was ended."))
    with TemporaryDirectory() as name:
        folder = Path(name)
        try:
            with Server(args.server, folder) as server:
                found = measure(Room(server), args.seeds, folder)
        except AssertionError as error:
            sys.exit(f"Not as it should be: {error}")
    if not args.check:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
        tabulate(found)
        print(TABLE.read_text())


if __name__ == "__main__":
    main()
