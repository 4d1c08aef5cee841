"""Which row a value is of: by its place, or by the name in its index."""

import numpy as np

from sklearn_active._data.containers import index_of


def in_order_of(values, names, what, rows="the rows of X"):
    """Return values in the order of some rows, which may have names.

    A series comes with an index. Where that names the rows it is followed; a fresh
    one (0, 1, 2, ...) says nothing, and the values stand in the order of the rows.
    Where both may be meant, and the two differ, nothing is guessed.

    Parameters
    ----------
    values : object
        Returned as they are where they have no index of their own.
    names : index, ndarray of shape (n_rows,) or None
        Of the rows, in their order. An ndarray holds positions, which are names only
        where the index holds exactly these.
    what : str
        What the values are; begins the error message.
    rows : str
        What the rows are, for the error message.

    Returns
    -------
    values : object

    Raises
    ------
    ValueError
        Where the index can be read in two ways, or names some of the rows but not
        each once.
    """
    index = index_of(values)
    if names is None or index is None:
        return values
    if not isinstance(names, np.ndarray) and index.equals(names):
        return values
    # Three readings of a series are told apart: by place (a fresh index 0 ... n-1),
    # by name (the index holds the rows' names), and neither, which is by place too.
    given, wanted = index.tolist(), names.tolist()
    is_fresh, is_named = given == list(range(len(given))), set(given) == set(wanted)
    if given == wanted or (is_fresh and not is_named):
        return values
    if is_fresh:
        raise ValueError(
            f"{what} is indexed by 0 ... {len(given) - 1}, and so are {rows}, in "
            "another order: it can be read by place or by name. Pass it without an "
            "index (.to_numpy()) in the order of the rows, or with their own index."
        )
    place = {name: position for position, name in enumerate(given)}
    if is_named and len(place) == len(given) == len(wanted):
        return values.iloc[[place[name] for name in wanted]]
    some = [name for name in wanted if name in place]
    if some and not isinstance(names, np.ndarray):
        raise ValueError(
            f"The index of {what} names {len(set(some))} of {rows}, and not each of "
            f"them once: it begins {given[:3]}, theirs {wanted[:3]}. Pass one value "
            "per row with the rows' own index, or without an index (.to_numpy()) in "
            "their order."
        )
    return values
