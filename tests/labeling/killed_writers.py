"""Kill writers of a journal in the middle of their work; print what was found.

    python tests/labeling/killed_writers.py FOLDER N_KILLS

Children are forked from this small process, so that 200 of them take seconds. Each
writes answers and acknowledges them through a pipe until it is killed.
"""

import json
import os
import random
import signal
import sys
from pathlib import Path

from sklearn_active.labeling import LabelJournal

HEADER = {"n_rows": 10**9, "keys": "", "classes": [0, 1]}
KILLS_A_FILE = 25


def write_until_killed(path, first, acknowledge, seed):
    """Append events numbered from `first` on, in batches; acknowledge each batch."""
    rng = random.Random(seed)
    journal = LabelJournal(path)
    journal.open(HEADER)
    while True:
        n = rng.choice([1, 3, 30, 60])
        rows = range(first, first + n)
        journal.append([{"event": "answer", "row": row, "label": 1} for row in rows])
        first += n
        os.write(acknowledge, b"%d\n" % first)


def kill_one(path, first, seed):
    """Fork a writer and kill it after some answers; return how many it acknowledged."""
    rng = random.Random(seed)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        write_until_killed(path, first, write, seed)
    os.close(write)
    received = b""
    for _ in range(rng.randrange(1, 30)):
        received += os.read(read, 1 << 16)
    for _ in range(rng.randrange(20000)):
        pass  # so that it dies anywhere in its loop
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while chunk := os.read(read, 1 << 16):
        received += chunk
    os.close(read)
    return int(received[: received.rfind(b"\n")].split(b"\n")[-1])


def main(folder, n_kills):
    found = {
        "kills": 0,
        "acknowledged": 0,
        "lost": 0,
        "doubled": 0,
        "unacknowledged": 0,
    }
    first, path = 0, None
    for seed in range(n_kills):
        if seed % KILLS_A_FILE == 0:
            first, path = 0, Path(folder, f"{seed}.jsonl")
        acknowledged = kill_one(path, first, seed)
        journal = LabelJournal(path)
        rows = [event["row"] for event in journal.open(HEADER)]
        journal.close()
        found["kills"] += 1
        found["acknowledged"] += acknowledged - first
        found["lost"] += len(set(range(acknowledged)) - set(rows))
        found["doubled"] += len(rows) - len(set(rows))
        found["unacknowledged"] += max(0, len(rows) - acknowledged)
        first = len(rows)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
