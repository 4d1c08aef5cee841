"""What a session is bound to: its learner, its rows, its journal."""

from hashlib import sha256

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import gen_batches

from sklearn_active._rows import row_keys, take
from sklearn_active._sklearn import num_samples

_ROWS_AT_ONCE = 1024


def with_class_minus_one(learner):
    """Return a learner that doesn't take the class -1 for the mark."""
    if isinstance(learner.missing_label, str) and learner.missing_label == "auto":
        return clone(learner).set_params(missing_label=None)
    return learner


def digest(X, keys):
    """Return what binds a journal to its rows: their keys, else their content."""
    keys = _contents(X) if keys is None else (str(key).encode() for key in keys)
    digest = sha256()
    for key in keys:
        digest.update(len(key).to_bytes(8, "big") + key)
    return digest.hexdigest()


def _contents(X):
    """Yield one bytes object a row; a part of the rows is held twice at a time."""
    X = X.tocsr() if sparse.issparse(X) else X
    for batch in gen_batches(num_samples(X), _ROWS_AT_ONCE):
        yield from row_keys(take(X, np.arange(batch.start, batch.stop)))
