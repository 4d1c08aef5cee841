"""Files of results, a line a run, to which benchmarks add as they go.

One that was interrupted goes on where it stopped: it reads what is there, runs what is
missing, and appends each run as it is done.
"""

import csv


def read(path):
    """Return the lines of a file as dicts of texts; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def missing(path, names, tasks):
    """Return the tasks of which a file has no line.

    Parameters
    ----------
    path : Path
        The file.
    names : sequence of str
        The columns that say which task a line is of.
    tasks : iterable of tuple
        A value per column.

    Returns
    -------
    tasks : list of tuple
        In the same order.
    """
    # As texts: whatever a value was, that is what the file has of it.
    done = {tuple(line[name] for name in names) for line in read(path)}
    return [task for task in tasks if tuple(map(str, task)) not in done]


def append(path, fields, line):
    """Write a line behind those of a file, and the names of the fields before all.

    Parameters
    ----------
    path : Path
        The file; it need not be there.
    fields : sequence of str
        Its columns.
    line : dict
        A value per field.
    """
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(line)
