"""Which row is asked of whom: open questions, audits, and what to do when behind."""

from dataclasses import dataclass, field
from itertools import islice
from time import monotonic

from sklearn_active._loop.query import Query

_THROWS = 100


class StaleQueryError(ValueError):
    """An answer came to a question that is not open: nothing was recorded.

    The question may be answered already, taken back by an undo, or from a session that
    ended. Ask again, and answer what is asked now.

    Examples
    --------
    >>> from sklearn_active.labeling import StaleQueryError
    >>> issubclass(StaleQueryError, ValueError)
    True
    """


@dataclass
class Question:
    """A query that waits for answers, and what was expected of them."""

    query: Query
    predicted: dict
    asked_at: float = field(default_factory=monotonic)
    told: dict = field(default_factory=dict)

    @property
    def rows(self):
        """The rows of the query."""
        return self.query.indices.tolist()

    @property
    def rows_left(self):
        """The rows that nobody has answered yet."""
        return [row for row in self.rows if row not in self.told]

    @property
    def seconds(self):
        """How long it has been open."""
        return round(monotonic() - self.asked_at, 3)

    def events(self, answers, annotator, seconds):
        """Return one event per answer.

        Parameters
        ----------
        answers : dict of int to label or None
            None skips.
        annotator : str or None
            Who answers.
        seconds : float or None
            How long it took.

        Returns
        -------
        events : list of dict
        """
        common = {"annotator": annotator, "query": self.query.id}
        common |= {"reason": self.query.reason, "seconds": seconds}
        return [
            {"event": "skip", "row": row, **common}
            if label is None
            else {"event": "answer", "row": row, "label": label, **common}
            | {"predicted": self.predicted[row]}
            for row, label in answers.items()
        ]


def check_same(answers, told):
    """Raise where an answer is another one than was told before."""
    for row, label in answers.items():
        if row in told and told[row] != label:
            raise StaleQueryError(
                f"Row {row} is answered already: {told[row]!r}. Nothing was recorded; "
                "change a label with relabel() or undo()."
            )


def choose(
    n_rows, n_pool, barred, undone, ranking, behind, max_lag, random_state, audit
):
    """Choose the rows of the next question.

    Parameters
    ----------
    n_rows : int
        How many rows to ask.
    n_pool : int
        Number of rows of the pool.
    barred : Barred
        The rows that can't be asked, and those that others have begun.
    undone : dict of int to int
        Rows whose answer was taken back, the latest last; it comes first.
    ranking : Ranking
        Of the last finished refit.
    behind : int
        Number of answers that it doesn't know.
    max_lag : int
        How many it may not know.
    random_state : RandomState
        The question's own.
    audit : float
        The share of the questions about rows that nobody has begun which are uniformly
        random.

    Returns
    -------
    rows : list of int
        At least one.
    reason : str
        'undone', 'vote' (others have begun them), 'audit', 'stale' (random rows, as
        the ranking is too old), or the ranking's.
    """
    # What somebody took back is asked first: they want to answer it now.
    again = next((row for row in reversed(undone) if row not in barred), None)
    if again is not None:
        return [again], "undone"
    # Then rows that lack votes: a row with two of three is worth more finished than a
    # new one begun, whatever its utility.
    begun = list(islice(barred.begun(), n_rows))
    if begun:
        return begun, "vote"
    # The chance is drawn before the ranking is looked at: rows that check the model
    # must be a random sample of all rows, not of those that the ranking left.
    if random_state.uniform() < audit:
        return _drawn(n_rows, n_pool, barred, random_state), "audit"
    ranked = list(islice((r for r in ranking.rows if r not in barred), n_rows))
    if ranked and behind <= max_lag:
        return ranked, ranking.reason
    return _drawn(n_rows, n_pool, barred, random_state), "stale"


def _drawn(n_rows, n_pool, barred, random_state):
    """Draw distinct rows that are not barred, at random."""
    drawn, n_rows = {}, min(n_rows, n_pool - len(barred))
    for _ in range(_THROWS * n_rows):  # most often enough, with no look at every row
        row = random_state.randint(n_pool)
        if row not in barred:
            drawn[row] = None
        if len(drawn) == n_rows:
            return list(drawn)
    # Nearly all are barred: throws would go on and on, so the rest is listed once.
    left = [row for row in range(n_pool) if row not in barred]
    return random_state.permutation(left)[:n_rows].tolist()
