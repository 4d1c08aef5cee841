"""What a session is bound to: its learner, its rows, its journal."""

from array import array
from base64 import b64decode, b64encode
from collections import Counter
from functools import cached_property
from hashlib import sha256
from itertools import chain, islice, permutations, product
from pathlib import Path
from zlib import crc32

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import gen_batches

from sklearn_active._data.marks import is_auto
from sklearn_active._data.rows import row_keys, take
from sklearn_active._sklearn import num_samples
from sklearn_active.labeling._book.journal import LabelJournal

_ROWS_AT_ONCE = 512
_SUMS = np.dtype("<u4")  # the same bytes in the header on every machine
_NAMED = 3
_MOST_ORDERS = 64
THE_WAY_OUT = (
    "take the data, in the order that it was begun with, or another file for this data."
)


def with_class_minus_one(learner):
    """Return a learner that doesn't take the class -1 for the mark."""
    if is_auto(learner.missing_label):
        return clone(learner).set_params(missing_label=None)
    return learner


class Binding:
    """Know the rows again that a journal is about, and see which were added.

    A row is known by its key, else by its content. The journal holds what identifies
    all rows together, and 32 bits of each, by which those that changed are named.

    Parameters
    ----------
    X : container of shape (n_rows, ...)
        The rows; not looked at where there are keys.
    keys : sequence of length n_rows or None
        What identifies them.
    """

    def __init__(self, X, keys):
        self.n_rows = num_samples(X if keys is None else keys)
        self._rows = X, keys

    @cached_property
    def digests(self):
        """A SHA-256 of all keys together, and 32 bits of each.

        The one tells for certain whether all is as it was, the others which rows are
        not: 4 bytes per row, where the keys themselves would make the header as long
        as the data.
        """
        whole, sums = sha256(), array("I")
        for keys in _identities(*self._rows):
            sums.extend(map(crc32, keys))
            # With their lengths: "ab", "c" must not be the same as "a", "bc".
            whole.update(b"".join(map(_framed, keys)))
        return whole.hexdigest(), np.array(sums).astype(_SUMS)

    @property
    def header(self):
        """What a journal says of the rows, as a dict."""
        whole, sums = self.digests
        sums = b64encode(sums.tobytes()).decode()
        return {"n_rows": self.n_rows, "keys": whole, "sums": sums}

    def check(self, header, path):
        """Raise where the rows that a journal knows are not the first ones here.

        Parameters
        ----------
        header : dict
            What it says of them.
        path : path
            The journal.

        Raises
        ------
        ValueError
            Naming the first that are not.
        """
        n_known, there = header.get("n_rows"), _sums_of(header)
        here = self.digests[1]
        knows_each = there is not None and len(there) == n_known
        if type(n_known) is not int or n_known < 0:
            what = f"its number of rows is {n_known!r}, here it is {self.n_rows}"
        elif knows_each and not np.array_equal(there, here[:n_known]):
            what = _difference(there, here)
        elif header.get("keys") == self._keys_of_first(n_known):
            return
        else:
            what = f"its {n_known} rows are not the {self.n_rows} rows here"
        raise ValueError(
            f"{path} belongs to other data: {what}. Rows may be added at the end, but "
            f"nothing else may change: {THE_WAY_OUT}"
        )

    def _keys_of_first(self, n_rows):
        if n_rows >= self.n_rows:
            return self.digests[0] if n_rows == self.n_rows else None
        X, keys = self._rows
        if keys is not None:
            return Binding(None, keys[:n_rows]).digests[0]
        return Binding(take(X, np.arange(n_rows)), None).digests[0]


def order_of(path, keys):
    """Return the rows in the order in which a journal knows them, new ones last.

    Parameters
    ----------
    path : str or path
        The journal; there may be none yet.
    keys : sequence of str of length n_rows
        What identifies the rows here.

    Returns
    -------
    order : ndarray of int of shape (n_rows,), or None
        None where the journal knows a row that is not here.
    """
    if not Path(path).exists():
        return None
    header, _ = LabelJournal.read(path, lambda event: None)
    there, whole, binding = _sums_of(header), header.get("keys"), Binding(None, keys)
    if there is None:
        return None
    known, framed = None, [_framed(str(key).encode()) for key in keys]
    orders = _orders(there.tolist(), binding.digests[1].tolist())
    for order in islice(orders, _MOST_ORDERS):
        is_right = sha256(b"".join([framed[i] for i in order])).hexdigest() == whole
        if is_right or known is None:
            known = order.copy()
        if is_right:
            break
    if known is None:
        return None
    new = np.setdiff1d(np.arange(binding.n_rows), known)
    return np.array([*known, *new], dtype=int)


def known_rows(header, keys):
    """Return where the rows of a journal are, of those that are here without doubt.

    Parameters
    ----------
    header : dict
        Of the journal.
    keys : sequence of str of length n_rows
        What identifies the rows here.

    Returns
    -------
    rows : dict of int to int
        By the rows of the journal; one whose sum two rows share is left out.
    """
    there = _sums_of(header)
    sums = [[] if there is None else there.tolist()]
    sums.append(Binding(None, keys).digests[1].tolist())
    counts = [Counter(own) for own in sums]
    places = {s: row for row, s in enumerate(sums[1]) if counts[1][s] == 1}
    return {
        row: places[s]
        for row, s in enumerate(sums[0])
        if s in places and counts[0][s] == 1
    }


def _orders(there, here):
    """Yield the rows here in the order of the sums there, in each way that is possible.

    Of 100,000 rows one pair or so shares a sum by chance; which of them is which only
    all keys together tell. They are taken as they stand first, then turned round: so
    are most files that were sorted otherwise. It is one list, changed from way to way.
    """
    places, spots = {}, {}
    for row, key_sum in enumerate(here):
        places.setdefault(key_sum, []).append(row)
    for spot, key_sum in enumerate(there):
        spots.setdefault(key_sum, []).append(spot)
    if any(len(places.get(s, ())) < len(own) for s, own in spots.items()):
        return
    order = [places[key_sum][0] for key_sum in there]
    shared = {s: own for s, own in spots.items() if len(places[s]) > 1}
    rows = [places[s] for s in shared]
    ways = [
        islice(permutations(places[s], len(own)), _MOST_ORDERS)
        for s, own in shared.items()
    ]
    turned = [own[::-1] for own in rows]
    for chosen in chain([rows, turned], product(*ways)):
        for own, some in zip(shared.values(), chosen, strict=True):
            for spot, row in zip(own, some, strict=False):  # of new rows more
                order[spot] = row
        yield order


def _framed(key):
    return len(key).to_bytes(8, "big") + key


def _identities(X, keys):
    """Yield lists of one bytes object per row, of a part of the rows at a time."""
    X = X.tocsr() if sparse.issparse(X) else X
    for part in gen_batches(num_samples(X if keys is None else keys), _ROWS_AT_ONCE):
        if keys is None:
            yield row_keys(take(X, np.arange(part.start, part.stop)))
        else:
            yield [str(key).encode() for key in keys[part]]


def _sums_of(header):
    """Return the sums of a journal's rows, None where it has none that can be read."""
    try:
        return np.frombuffer(b64decode(header.get("sums"), validate=True), dtype=_SUMS)
    except (TypeError, ValueError):
        return None


def _difference(there, here):
    """Say which rows of a journal are not here, or not in their place."""
    rows, what = np.flatnonzero(~np.isin(there, here)), "changed"
    if len(rows) == len(there) > _NAMED:
        return (
            "none of its rows is here (was a column added, or is the "
            "data read in another way?)"
        )
    if not len(rows):
        n_both = min(len(there), len(here))
        in_place = np.zeros(len(there), dtype=bool)
        in_place[:n_both] = there[:n_both] == here[:n_both]
        rows, what = np.flatnonzero(~in_place), "moved"
    named = ", ".join(map(str, rows[:_NAMED].tolist()))
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    row, was = ("rows", "were") if len(rows) > 1 else ("row", "was")
    return f"its {row} {named}{more} {was} {what} or taken away"
