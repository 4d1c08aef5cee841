"""Answers on their way into the pool: checked, then recorded before any fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from inspect import isgenerator
from typing import Any

import numpy as np

from sklearn_active._data.alignment import in_order_of
from sklearn_active._data.containers import index_of
from sklearn_active._data.rows import checked_positions
from sklearn_active._loop.query import Query
from sklearn_active._loop.reviews import REVIEW


@dataclass
class Asked:
    """The rows that are answered now, and how they came to be asked.

    Attributes
    ----------
    rows : ndarray of int of shape (n_rows,)
        Positions.
    utilities : ndarray of float of shape (n_rows,) or None
        Their utilities, where a query asked them.
    reasons : sequence of str of length n_rows
        As `query.reasons`; 'taught' where no query asked the row.
    n_candidates : int
        How many rows could be asked then.
    predicted : list of length n_rows
        The labels that are expected, None without a model.
    """

    rows: np.ndarray
    utilities: np.ndarray | None
    reasons: Sequence[str]
    n_candidates: int
    predicted: list[Any]

    @classmethod
    def by(cls, query, model):
        """Return the rows of a query, which a model may expect something of."""
        expected = model.expected(query.indices)
        asked = query.utilities, query.reasons, query.n_candidates
        return cls(query.indices, *asked, expected)

    @classmethod
    def taught(cls, rows, state, model):
        """Return rows that somebody names, which an open query may have asked."""
        # Whoever takes the positions out of the query answers it all the same: a check
        # must not be lost for that.
        why = {
            row: reason
            for query in state.open_queries.values()
            for row, reason in zip(query.indices.tolist(), query.reasons, strict=True)
        }
        reasons = [why.get(row, "taught") for row in rows.tolist()]
        return cls(rows, None, reasons, state.n_candidates, model.expected(rows))

    @property
    def are_reviews(self):
        """Which rows are asked again, shape (n_rows,)."""
        return np.array([reason == REVIEW for reason in self.reasons], dtype=bool)

    def first(self, n_rows):
        """Return the first rows alone."""
        return replace(
            self,
            rows=self.rows[:n_rows],
            utilities=None if self.utilities is None else self.utilities[:n_rows],
            reasons=self.reasons[:n_rows],
            predicted=self.predicted[:n_rows],
        )


def ask(oracle, query):
    """Return the oracle's answers; a stray StopIteration becomes an error."""
    # Where `fit` runs inside of somebody's generator, a StopIteration that escapes
    # would end that generator without a word.
    try:
        return in_the_order_asked(oracle(query), query)
    except StopIteration as error:
        raise RuntimeError(
            "The oracle raised StopIteration, which is taken for a bug in it (next() "
            "on an exhausted iterator?). Raise sklearn_active.StopLabeling to end the "
            "loop."
        ) from error


def in_the_order_asked(answers, query, source="The oracle"):
    """Sort a series of answers by its index, where that names the rows asked."""
    names = index_of(query.X)
    names = query.indices if names is None else names
    return in_order_of(answers, names, f"{source}'s series", "the rows asked")


def in_the_order_of(labels, state, indices, source):
    """Sort a series of labels by its index, where that names the rows taught."""
    names = index_of(state.X)
    names = indices if names is None else names[indices]
    return in_order_of(labels, names, f"{source}'s series", "the rows taught")


def rows_to_teach(state, query):
    """Return the rows of what is taught, or raise.

    Parameters
    ----------
    state : PoolState
        The pool.
    query : Query or array-like of int of shape (n_rows,)
        What the user passed to `teach`.

    Returns
    -------
    indices : ndarray of int of shape (n_rows,)
    """
    if not isinstance(query, Query):
        return _checked_positions(state, query)
    if not query.id.startswith(state.token):
        raise ValueError(
            "This query belongs to another fit: its positions may mean other rows. "
            "Teach its rows by their positions in the current X."
        )
    if len(query.reasons) != len(query.indices):
        raise ValueError(
            f"This query has {len(query.indices)} rows and {len(query.reasons)} "
            "reasons, so it was changed since it was asked. To teach some of its rows, "
            "use teach(indices, labels)."
        )
    # Once only: the same answers, taught again, must be refused like any others.
    again = np.array([reason == REVIEW for reason in query.reasons], dtype=bool)
    once = again & ~np.isin(query.indices, state.reviewed)
    return _checked_positions(state, query.indices, once)


def _checked_positions(state, positions, again=False):
    indices = checked_positions(positions, len(state), "teach")
    known = indices[state.labels.known[indices] & ~np.array(again, dtype=bool)]
    if len(known):
        raise ValueError(
            f"The rows {known.tolist()} are labeled already. To correct their labels, "
            "use relabel(indices, labels)."
        )
    return indices


def rows_to_relabel(state, positions):
    """Return the rows to relabel, as an array; raise where one has no label."""
    indices = checked_positions(positions, len(state), "relabel")
    unknown = indices[~state.labels.known[indices]]
    if len(unknown):
        raise ValueError(
            f"The rows {unknown.tolist()} have no label to correct; teach() them."
        )
    return indices


def record(state, asked, answers, source):
    """Record one round of answers: of a sequence all or none, of an iterator each.

    Parameters
    ----------
    state : PoolState
        The pool.
    asked : Asked
        The rows.
    answers : array-like of shape (n_rows,) or iterator
        One label per row; None, NaN, the mark or a masked value abstains.
    source : str
        Who answered; begins the error messages.
    """
    if isinstance(answers, Iterator):
        _record_stream(state, asked, answers, source)
        return
    labels, answered = state.labels.parse_answers(answers, len(asked.rows), source)
    _keep(state, asked.rows, asked.are_reviews, labels, answered)
    state.close_round(asked, _with_none(state.labels.listed(labels), answered))


def _record_stream(state, asked, answers, source):
    # Each answer is in the pool before the next is asked for: what a person said is
    # kept, whatever the generator does then. The record of the round follows in any
    # case, of as many rows as were answered.
    given, indices = [], asked.rows
    rows = zip(indices, asked.are_reviews, answers, strict=False)
    try:
        for index, again, answer in rows:
            labels, answered = state.labels.parse_answers([answer], 1, source)
            _keep(state, np.array([index]), np.array([again]), labels, answered)
            given.extend(_with_none(state.labels.listed(labels), answered))
        if len(given) == len(indices) and isgenerator(answers):
            _finish(answers, len(indices), source)
    finally:
        n_given = len(given)
        if n_given:
            state.close_round(asked.first(n_given), given)
    if n_given < len(indices):
        raise ValueError(
            f"{source} ended after {n_given} labels of {len(indices)} rows; they are "
            "kept. Yield one label per row, None for a row that can't be labeled, or "
            "raise StopLabeling to end the loop."
        )


def _keep(state, rows, again, labels, answered):
    """Record answers: of rows that are asked again, they correct the labels known."""
    # A label that was taken back since the row was asked again can't be corrected.
    again = again & state.labels.known[rows]
    for part, keep in ((~again, state.record), (again, state.review)):
        if part.any():
            keep(rows[part], labels[part[answered]], answered[part])


def _finish(generator, n_rows, source):
    """Let a generator run to its end: it may stop the loop there, or clean up."""
    for _ in generator:
        generator.close()
        raise ValueError(
            f"{source} gave more than {n_rows} labels for {n_rows} rows. The first "
            f"{n_rows} are kept."
        )


def _with_none(answers, answered):
    """Return one answer per row, None where abstained."""
    answers = iter(answers)
    return [next(answers) if is_answer else None for is_answer in answered]
