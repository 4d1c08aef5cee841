"""LabelingData: what a file holds, ready to be labeled."""

from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import is_regressor
from sklearn.pipeline import Pipeline

from sklearn_active._data.rows import take
from sklearn_active._learner import ActiveLearner
from sklearn_active.files._embed import TextEmbedder
from sklearn_active.files._encoder import TableEncoder
from sklearn_active.files._recipes import make_learner
from sklearn_active.files._roles import Role
from sklearn_active.files._tables import Table
from sklearn_active.labeling._book.binding import order_of


@dataclass
class LabelingData:
    r"""What a file or folder holds, as a labeling session takes it.

    Made by :func:`read_file`.

    Attributes
    ----------
    X : {ndarray, csr matrix} of shape (n_rows, n_features)
        What the model sees.
    items : sequence of length n_rows
        What a person sees.
    keys : list of str
        What identifies the rows.
    y : ndarray of object of shape (n_rows,), or None
        Labels that the file held, None where blank.
    kind : {'text', 'table', 'images', 'numbers'}
        What the rows are.
    roles : list of Role
        What each column of a table is, and what the model gets of it.
    notes : list of str
        What was guessed, repaired or left out, in sentences.
    path : path or None
        Where it is from.
    encoder : transformer
        Fitted: from raw rows to X.
    raw : container of shape (n_rows, ...)
        The rows as `encoder` takes them.
    table : Table
        All rows of the file, also those that nobody can be asked about.
    places : ndarray of int of shape (n_rows,)
        Which row of the table each row is.
    left_out : ndarray of int
        Rows that hold nothing to look at: nobody is asked about them.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_active.files import read_file
    >>> from sklearn_active.labeling import LabelingSession
    >>> path = Path(tempfile.mkdtemp(), "reviews.csv")
    >>> _ = path.write_text("text,price\na fine kettle,3\nbroken on arrival,9\n")
    >>> data = read_file(path)
    >>> with LabelingSession(data.make_learner(), data.X, items=data.items,
    ...                      keys=data.keys, classes=["good", "bad"]) as session:
    ...     session.item(0).to_dict()
    {'text': 'a fine kettle', 'price': '3'}
    """

    X: Any
    items: Any
    keys: list[str]
    y: np.ndarray | None
    kind: str
    encoder: Any
    raw: Any
    table: Table
    places: np.ndarray
    left_out: Any = ()
    roles: list[Role] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    path: Path | None = None

    def make_learner(
        self,
        model: str | None = None,
        query_strategy: Any = "auto",
        random_state: Any = 0,
        *,
        task: str = "classification",
    ) -> ActiveLearner:
        """Return a learner that does well with few labels of such data.

        Parameters
        ----------
        model : {'boosting', 'forest', 'graph', 'linear'}, default=None
            None: by the kind of the data. 'graph' is for one class per row.
        query_strategy : str or query strategy, default='auto'
            As of :class:`~sklearn_active.ActiveLearner`.
        random_state : int or RandomState, default=0
            As there.
        task : {'classification', 'regression', 'multilabel'}, default='classification'
            Whether labels are classes, numbers, or several per row.

        Returns
        -------
        learner : ActiveLearner
            Not fitted.
        """
        return make_learner(self, model, query_strategy, random_state, task)

    def in_order_of(self, journal: str | PathLike[str]) -> Self:
        """Return the data as a journal knows it: its rows first, in its order.

        Parameters
        ----------
        journal : str or path
            Of a session on such rows; nothing is done where there is no file.

        Returns
        -------
        data : LabelingData
            The same object where the order is right, or the rows are others: a session
            refuses those.
        """
        order = order_of(journal, self.keys)
        if order is None or np.array_equal(order, np.arange(len(order))):
            return self
        note = "rows are in other places than when you began: each was found again"
        return replace(
            self,
            X=self.X[order],
            items=take(self.items, order),
            keys=[self.keys[i] for i in order],
            y=None if self.y is None else self.y[order],
            raw=take(self.raw, order),
            places=self.places[order],
            left_out=np.flatnonzero(np.isin(order, self.left_out)),
            notes=[*self.notes, note],
        )

    def make_pipeline(self, estimator: Any) -> Pipeline:
        """Return a pipeline that predicts rows as they come out of such a file.

        Parameters
        ----------
        estimator : classifier or regressor
            Fitted on rows of `X`, as `session.learner.estimator_`.

        Returns
        -------
        pipeline : Pipeline
            Fitted; `predict` takes raw rows: a frame that pandas has read, paths of
            images, arrays.
        """
        encoder = self.encoder
        has_texts = isinstance(encoder, TableEncoder)
        if has_texts and isinstance(encoder.embedder, TextEmbedder):
            encoder = encoder.without_cache()
        name = "regressor" if is_regressor(estimator) else "classifier"
        return Pipeline([("encoder", encoder), (name, estimator)])
