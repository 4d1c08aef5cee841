"""The rows of a session: for the model, for a person, and for files."""

from functools import cached_property

from sklearn_active._data.rows import row_at
from sklearn_active._sklearn import num_samples
from sklearn_active.labeling._fronts.titles import title_of, words_of


class SessionRows:
    """All rows of a session, in the three forms in which they are known.

    Parameters
    ----------
    X : container of shape (n_rows, ...)
        As the model sees them.
    items : sequence of length n_rows
        As a person sees them.
    keys : list of length n_rows or None
        What identifies them, where somebody stated that.

    Attributes
    ----------
    n : int
        Number of rows.
    """

    def __init__(self, X, items, keys):
        self.X = X
        self.n = num_samples(X)
        self._items, self._stated_keys = items, keys

    @cached_property
    def keys(self):
        """What identifies each row in a file, as text; without keys its position."""
        keys = range(self.n) if self._stated_keys is None else self._stated_keys
        return list(map(str, keys))

    def item(self, row):
        """Return what a person sees of a row.

        Parameters
        ----------
        row : int
            The row.

        Returns
        -------
        item : object
        """
        return row_at(self._items, row)

    def title(self, row):
        """Return what a row is called.

        Parameters
        ----------
        row : int
            The row.

        Returns
        -------
        title : str
        """
        key = None if self._stated_keys is None else str(self._stated_keys[row])
        return title_of(self.item(row), row, key)

    @cached_property
    def words(self):
        """What can be searched for of each row; made at the first search, then kept."""
        return words_of(self._items, self.n)
