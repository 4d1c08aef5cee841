"""check_oracle: what every oracle must keep to."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from sklearn_active._data.columns import is_null, is_sequence
from sklearn_active._data.containers import as_rows, name_of
from sklearn_active._data.rows import take
from sklearn_active._learner import ActiveLearner
from sklearn_active._loop.stopping import StopLabeling
from sklearn_active.testing._planted import (
    Constant,
    assert_copies,
    global_state_untouched,
    planted_pool,
    require,
    unmodified,
)

_CLONE_WAY_OUT = (
    "Derive it from sklearn_active.oracles.Oracle, which clone leaves as it is."
)


def check_oracle(
    oracle: Callable[..., Any], X: Any = None, estimator: Any = None, y: Any = None
) -> None:
    """Ask an oracle as a learner does, and raise where it breaks a rule.

    For a test of an oracle of your own. It is asked about batches of five rows and of
    one, from no label known on. It must give one label per row in a sequence or one by
    one, None where it can't tell, all of one kind; it must leave the query and the
    global random state alone; and it must survive `clone` and `pickle`. Where a row may
    have several labels, `y` says how many.

    If it has an attribute `deterministic` that is true, a row must get the same label
    whenever it is asked, alone or in a batch, of the oracle or of its clone.

    Parameters
    ----------
    oracle : callable
        Any oracle. It may raise :class:`~sklearn_active.StopLabeling`.
    X : container of shape (n_rows, ...), default=None
        Rows that it can label, ten at least. None: 30 rows of 4 numbers.
    estimator : estimator, default=None
        What is to learn its labels. None: a classifier; an oracle of numbers needs a
        regressor.
    y : array-like of shape (n_rows,) or (n_rows, n_labels), default=None
        What is known at the start; None: nothing. For several labels per row
        `np.full((n_rows, n_labels), np.nan)`.

    Raises
    ------
    AssertionError
        Where a rule is broken, and which. Errors of the oracle itself come through
        with a note on what was being checked.

    Examples
    --------
    >>> from sklearn_active.testing import check_oracle
    >>> def sign_of_the_first_column(query):
    ...     return [int(x > 0) for x in query.X[:1, 0]]
    >>> check_oracle(sign_of_the_first_column)
    Traceback (most recent call last):
        ...
    AssertionError: sign_of_the_first_column gave 1 labels for 5 rows. ...
    """
    name = name_of(oracle)
    X = planted_pool()[0] if X is None else X
    learner = ActiveLearner(
        Constant() if estimator is None else estimator,
        "random",
        batch_size=5,
        random_state=0,
    )
    for check in _CHECKS:
        try:
            check(oracle, learner.start(X, y), name)
        except Exception as error:
            error.add_note(f"check_oracle was checking: {check.__doc__}")
            raise


def _answers(oracle, query, name):
    """Return what a learner would get, or None where the oracle stops."""
    try:
        answers = as_rows(oracle(query))
        if isinstance(answers, Iterator):
            answers = list(islice(answers, len(query) + 1))
    except StopLabeling:
        return None
    except StopIteration as error:
        raise AssertionError(
            f"{name} raises StopIteration. Raise sklearn_active.StopLabeling to end "
            "the loop."
        ) from error
    require(
        is_sequence(answers),
        f"{name} must give a sequence of labels, one per row; got a "
        f"{type(answers).__name__}.",
    )
    require(
        len(answers) == len(query),
        f"{name} gave {len(answers)} labels for {len(query)} rows. Give one per row, "
        "and None for a row that it can't label.",
    )
    return answers


def _check_callable(oracle, learner, name):
    """It is callable."""
    require(callable(oracle), f"{name} must be callable: oracle(query) -> labels.")


def _check_answers(oracle, learner, name):
    """It gives one label per row, and changes nothing but the labels."""
    for batch_size in (5, 1, 3):
        query = learner.query(batch_size)
        before = vars(query).copy()
        with (
            unmodified(query.X, name, "the rows of the query"),
            global_state_untouched(name),
        ):
            answers = _answers(oracle, query, name)
        same = all(value is before[field] for field, value in vars(query).items())
        require(same, f"{name} sets attributes of the query.")
        if answers is not None:
            _teach(learner, query, answers, name)


def _teach(learner, query, answers, name):
    try:
        learner.teach(query, answers)
    except ValueError as error:
        raise AssertionError(
            f"{name} gives answers that can't be learned: {error}"
        ) from error


def _check_copies(oracle, learner, name):
    """It survives clone and pickle."""
    for copy in assert_copies(oracle, name, _CLONE_WAY_OUT):
        kind = type(copy).__name__
        require(callable(copy), f"A copy of {name} is a {kind}, and not callable.")
        _check_answers(copy, deepcopy(learner), f"A copy of {name}")


def _check_same_answers(oracle, learner, name):
    """A row gets the same label whenever it is asked, as deterministic = True says."""
    if not getattr(oracle, "deterministic", False):
        return
    query = learner.query()
    first = _answers(oracle, query, name)
    if first is None:
        return
    parts = [_cut(query, [i]) for i in range(len(query))]
    alone = [_answers(oracle, part, name) for part in parts]
    others = {
        "again": _answers(oracle, query, name),
        "one by one": [None if a is None else next(iter(a)) for a in alone],
    }
    for copy in assert_copies(oracle, name, _CLONE_WAY_OUT):
        others["as a copy by clone or pickle"] = _answers(copy, query, name)
        for when, answers in others.items():
            require(
                answers is not None and _equal(first, answers),
                f"{name} says deterministic, but answers {list(first)}, and when asked "
                f"{when} {answers if answers is None else list(answers)}.",
            )


def _cut(query, positions):
    return replace(
        query,
        indices=query.indices[positions],
        X=take(query.X, np.array(positions)),
        utilities=query.utilities[positions],
        reasons=tuple(query.reasons[i] for i in positions),
        proba=None,
    )


def _equal(answers, others):
    return [*map(_entries, answers)] == [*map(_entries, others)]


def _entries(answer):
    """Return what is said of each label of a row, None where nothing is."""
    labels = answer if is_sequence(answer) else [answer]
    # NaN abstains too, and is unequal to itself.
    return [None if is_null(label) else label for label in labels]


_CHECKS = [_check_callable, _check_answers, _check_copies, _check_same_answers]
