"""ActiveLearner: fit is a loop over query and teach."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from math import ceil
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.metadata_routing import process_routing
from sklearn.utils.validation import validate_data

from sklearn_active._data.alignment import in_order_of
from sklearn_active._data.containers import index_of
from sklearn_active._data.parsing import AUTO, kind_of_y, parse_complete_y, parse_y
from sklearn_active._data.rows import refuse_chunks
from sklearn_active._data.seeds import set_random_states
from sklearn_active._delegation import DelegatesToEstimator
from sklearn_active._loop.hooks import Labels, Oracle, Strategy
from sklearn_active._loop.model import Model
from sklearn_active._loop.pool import PoolState
from sklearn_active._loop.query import Query
from sklearn_active._loop.recording import (
    Asked,
    ask,
    in_the_order_asked,
    in_the_order_of,
    record,
    rows_to_relabel,
    rows_to_teach,
)
from sklearn_active._loop.reviews import Reviews
from sklearn_active._loop.run import ColumnNames, Run, run_of
from sklearn_active._loop.stopping import StopLabeling
from sklearn_active._loop.wrapped_estimator import (
    check_supported,
    check_takes,
    prepared_for_rows,
    warn_of_search,
)
from sklearn_active._sklearn import (
    CallbackSupportMixin,
    HasMethods,
    Interval,
    StrOptions,
    fit_context,
    num_samples,
    raise_for_params,
    routing_enabled,
    with_callbacks,
)
from sklearn_active._sklearn.callbacks import begin_tasks
from sklearn_active._sklearn.warnings import warn_user
from sklearn_active.evaluation._suspect_labels import suspects_in
from sklearn_active.oracles import ArrayOracle
from sklearn_active.pools._dask import as_chunks
from sklearn_active.query_strategies._registry import (
    NAMES,
    check_compatible,
    check_in_chunks,
    given_strategy,
)
from sklearn_active.stopping_rules._registry import RULES, as_rule


class ActiveLearner(
    CallbackSupportMixin, DelegatesToEstimator, MetaEstimatorMixin, BaseEstimator
):
    """Label the rows worth labeling, and fit a classifier or regressor on them.

    Wraps any scikit-learn classifier, semi-supervised or not, of one label per row or
    of several, and any regressor. `fit` asks an oracle for the labels of the rows that
    the query strategy chooses, a batch at a time, and refits after each. Without an
    oracle, go step by step: `start`, then `query` and `teach` as often as you like,
    also from no label at all.

    Parameters
    ----------
    estimator : estimator object
        The classifier or regressor. Semi-supervised ones get all rows, others the
        labeled rows only; see `unlabeled`.
    query_strategy : {'auto', 'design', 'entropy', 'graph_coverage', \
            'graph_herding', 'gsx', 'gsy', 'herding', 'igs', 'least_confident', \
            'margin', 'random', 'std'}, query strategy or callable, default='entropy'
        Chooses the rows to ask about: a name, an object of
        :mod:`sklearn_active.query_strategies` or a function
        `f(pool) -> utilities (n_candidates,)`, higher means ask first. 'auto': what the
        user guide advises for the estimator; `query_strategy_` is the one chosen.
    oracle : callable, default=None
        `oracle(query) -> labels`, one label per row, called by `fit`. None abstains
        from a row; a generator answers row by row; raising
        :class:`~sklearn_active.StopLabeling` ends the loop.
    batch_size : int, default=1
        Number of rows to ask about per round.
    budget : int, default=None
        Number of rows that one `fit` asks about at most, answered or not; None: no
        limit.
    stop_when : {'confident', 'stable_predictions'} or callable, default=None
        A rule of :mod:`sklearn_active.stopping_rules`, by name or as an object, or
        `stop_when(learner) -> bool`, called before each round on the fitted
        learner; a true value ends the loop.
    reask : float, default=0.0
        In [0, 1): the share of the questions that ask again about a labeled row, for
        oracles that err, and not always in the same way. See Notes.
    missing_label : object, default='auto'
        What marks an unlabeled row in `y`. 'auto': -1 in numeric y, and None, NaN,
        NA or a masked value; to a regressor -1 is a number. State it where -1 is a
        class, and inside cross-validation, where a fold may look different from the
        whole.
    unlabeled : {'auto', 'pass', 'drop'}, default='auto'
        Whether the estimator is given the unlabeled rows: marked with -1, for a
        regressor with NaN, for several labels per row with a row of -1. 'auto': for
        scikit-learn's semi-supervised classifiers and every class that says
        `accepts_unlabeled = True`, also at the end of a Pipeline or in a search.
    random_state : int, RandomState instance or None, default=None
        Seeds random choices, and every `random_state` of the estimator that is
        None. With None, ties go by row order.

    Attributes
    ----------
    estimator_ : estimator object
        The estimator fitted on all labels known.
    query_strategy_ : query strategy
        The strategy of this fit, a clone.
    classes_ : ndarray of shape (n_classes,)
        The classes that `estimator_` knows, sorted. For several labels per row, what
        `estimator_` has; a regressor has none.
    y_ : ndarray of shape (n_samples,) or (n_samples, n_labels)
        All labels known, the mark elsewhere; `fit(X, learner.y_)` goes on with it.
    labeled_iter_ : ndarray of int of shape (n_samples,)
        0: labeled from the start, k: learned in round k, -1: never.
    transduction_ : ndarray of shape (n_samples,)
        Label of every row, where the estimator has one.
    history_ : list of Bunch
        One record per round: `round`, `rows`, `answers` (None where abstained, with
        several labels also in the place of one), `predicted` (labels expected before
        the answers, None without a model; for a row asked about again, by a model that
        knows its label), `utilities` (None where no query was taught), `reasons` (as
        those of the query, one per row; 'taught' where no query asked about the row),
        `n_candidates` (rows that could be asked about at that time), `n_labeled`
        (labels known after the round), `seconds` (to choose the rows and to refit, the
        oracle's left out), and its two parts `query_seconds` and `fit_seconds`.
    n_asked_ : int
        Number of rows that the oracle answered or abstained from.
    termination_condition_ : {'budget', 'all_labeled', 'all_asked', \
            'oracle_stopped', 'stop_when', 'callback', 'interrupted', 'no_oracle'}
        Why `fit` ended.
    n_features_in_ : int
        Number of features, where X has any.
    feature_names_in_ : ndarray of str of shape (`n_features_in_`,)
        Names of features, where X has names that are all strings.

    See Also
    --------
    sklearn.semi_supervised.SelfTrainingClassifier : Labels rows by its own predictions,
        without an oracle.

    Notes
    -----
    Labels are recorded before the estimator is refitted. Whatever error is raised (by
    the oracle, the estimator, Ctrl-C), `y_` holds every answer given and `estimator_`
    is the last fitted model. Cost per round: one query of the strategy, one fit.

    With `reask` = r, floor((n + b) r) - floor(n r) of the b rows of a round, after n
    questions, are asked about again: rows whose label the others contradict, the most
    suspect first, as :func:`~sklearn_active.evaluation.suspect_labels` ranks them;
    where there are too few, the query strategy chooses instead. They come last in the
    query, with the reason 'review', and count for the budget. The second answer counts;
    an abstention keeps the first. Each row is asked about again at most once, those
    labeled at the start too; a later `fit` on `y_` may ask once more. Such a round
    costs up to 100 fits more, or two with
    :class:`~sklearn_active.graph.GraphLabelSpreading`.

    References
    ----------
    B. Settles, "Active Learning Literature Survey", University of
    Wisconsin-Madison, Technical Report 1648, 2009.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.semi_supervised import LabelSpreading
    >>> from sklearn_active import ActiveLearner
    >>> X, truth = make_blobs(60, centers=3, random_state=0)
    >>> y = [truth[i] if i < 5 else -1 for i in range(60)]
    >>> learner = ActiveLearner(
    ...     LabelSpreading(gamma=1),
    ...     oracle=lambda query: truth[query.indices],
    ...     batch_size=2,
    ...     budget=6,
    ... )
    >>> learner.fit(X, y).history_[0].rows
    array([20, 24])
    >>> learner.termination_condition_
    'budget'
    """

    _parameter_constraints: dict = {
        "estimator": [HasMethods("fit")],
        "query_strategy": [
            StrOptions(set(NAMES)),
            HasMethods("utilities"),
            HasMethods("select"),
            callable,
        ],
        "oracle": [callable, None],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "budget": [Interval(Integral, 0, None, closed="left"), None],
        "stop_when": [StrOptions(set(RULES)), callable, None],
        "reask": [Interval(Real, 0, 1, closed="left")],
        "missing_label": "no_validation",
        "unlabeled": [StrOptions({"auto", "pass", "drop"})],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any,
        query_strategy: str | Strategy = "entropy",
        *,
        oracle: Oracle | None = None,
        batch_size: int = 1,
        budget: int | None = None,
        stop_when: str | Callable[[Any], bool] | None = None,
        reask: float = 0.0,
        missing_label: Any = AUTO,
        unlabeled: Literal["auto", "pass", "drop"] = "auto",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.estimator = estimator
        self.query_strategy = query_strategy
        self.oracle = oracle
        self.batch_size = batch_size
        self.budget = budget
        self.stop_when = stop_when
        self.reask = reask
        self.missing_label = missing_label
        self.unlabeled = unlabeled
        self.random_state = random_state

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self, X: Any, y: Labels, *, labeled: ArrayLike | None = None, **params: Any
    ) -> Self:
        """Fit, ask the oracle, refit, until there is a reason to stop.

        Without an oracle this is one plain fit of the estimator.

        Parameters
        ----------
        X : container of shape (n_samples, ...)
            All rows: array, sparse matrix, data frame, list. Not copied. Larger
            than memory: see :mod:`sklearn_active.pools`.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Labels, and the mark (see `missing_label`) where unlabeled; several labels
            per row as columns of 0 and 1.
        labeled : array-like of bool of shape (n_samples,), default=None
            For experiments: `y` is complete, and the mask says which labels are known
            at the start. The others answer the questions; an oracle is neither needed
            nor allowed.
        **params : dict
            Fit parameters routed to the estimator, if metadata routing is enabled.

        Returns
        -------
        self : ActiveLearner

        Raises
        ------
        ValueError
            Where y can't be understood, the estimator lacks a method that the
            query strategy needs, or the loop ends before a model could be fitted.
        """
        if y is None:
            raise ValueError(
                "This ActiveLearner estimator requires y to be passed, but the target "
                "y is None. To begin without any label, use start(X)."
            )
        X, oracle = as_chunks(X), self.oracle
        if labeled is None:
            labels = self._labels(X, y, oracle is not None)
        elif oracle is None:
            labels, truth = self._labels_and_truth(X, y, labeled)
            oracle = ArrayOracle(truth)
        else:
            raise ValueError(
                "labeled= makes y its own oracle, but an oracle was given too. Leave "
                "one of them out."
            )
        if oracle is None and not labels.n_known:
            raise ValueError(
                "y holds no label, and there is no oracle to ask. Pass an oracle, or "
                "use start(X), then query() and teach(query, labels)."
            )
        run = self._begin(X, labels, params, "nobody" if oracle is None else "oracle")
        run.tasks = begin_tasks(
            self,
            most_rounds(run, oracle),
            {"X": X, "y": lambda: self.y_},
            lambda: None if run.model.fitted is None else {"_run": run.frozen()},
        )
        try:
            if oracle is None:
                run.fit(last_chance=True)
                run.why_ended = "no_oracle"
            else:
                with run.memory.open(), run.tasks.watching():
                    run.refit_if_possible()
                    run.in_loop = True
                    run.why_ended = self._loop(run, oracle)
                    run.ensure_fitted()
            run.tasks.end()
        finally:
            run.end_loop()
        return self

    @fit_context(prefer_skip_nested_validation=False)
    def start(self, X: Any, y: Labels | None = None, **params: Any) -> Self:
        """Record the pool and its labels, fit if possible, and ask nothing.

        The entry to the step-by-step loop, also from no label at all.

        Parameters
        ----------
        X : container of shape (n_samples, ...)
            All rows: array, sparse matrix, data frame, list. Not copied. Larger
            than memory: see :mod:`sklearn_active.pools`.
        y : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Labels, and the mark where unlabeled; None: nothing is labeled.
        **params : dict
            Fit parameters routed to the estimator, if metadata routing is enabled.

        Returns
        -------
        self : ActiveLearner
        """
        X = as_chunks(X)
        # `**params` would take it for a fit parameter of the estimator.
        if "labeled" in params:
            raise ValueError(
                "start() has no labeled=: step by step, you answer. Mark unlabeled "
                "rows in y, or use fit(X, y, labeled=mask)."
            )
        # Whoever steps answers too: a y of -1 and 1 is a pool with one class known.
        labels = self._labels(X, y, has_oracle=True)
        self._begin(X, labels, params, "caller").refit_if_possible()
        return self

    def query(self, batch_size: int | None = None) -> Query:
        """Return the rows to ask about next.

        The same query is returned until something is taught.

        Parameters
        ----------
        batch_size : int, default=None
            Number of rows; None: the learner's, and during `fit` not more than the
            budget leaves.

        Returns
        -------
        query : Query
            Fewer rows than `batch_size` where fewer distinct ones are left.

        Raises
        ------
        NotFittedError
            Where neither `fit` nor `start` was called.
        ValueError
            Where no row is left, or the estimator lacks a method that the query
            strategy needs.
        """
        run = run_of(self)
        batch_size = run.next_batch_size if batch_size is None else batch_size
        if not isinstance(batch_size, Integral) or batch_size < 1:
            raise ValueError(f"batch_size must be an int >= 1, got {batch_size!r}.")
        return run.query(batch_size)

    def teach(
        self,
        query: Query | ArrayLike,
        labels: Labels | Iterator[Any],
        *,
        refit: bool = True,
    ) -> Self:
        """Record labels, then refit.

        Parameters
        ----------
        query : Query or array-like of int of shape (n_rows,)
            What was asked: a query of this fit, or positions of unlabeled rows.
        labels : array-like of shape (n_rows,), or iterator of n_rows labels
            One label per row; None, NaN, the mark or a masked value abstains: the row
            is not asked about again. What an iterator yields is recorded one by one. A
            series whose index names the rows is put in their order.
        refit : bool, default=True
            False: only record. The model follows with the next `teach`, or with
            `refit`.

        Returns
        -------
        self : ActiveLearner

        Raises
        ------
        NotFittedError
            Where neither `fit` nor `start` was called.
        ValueError
            Where the rows are known already, duplicated or out of range, the query
            is of another fit, or the labels are wrong in number or kind. Nothing
            is recorded then (of an iterator: what it yielded before is).
        """
        run = run_of(self)
        rows = rows_to_teach(run.pool, query)
        is_query = isinstance(query, Query)
        if is_query:
            labels = in_the_order_asked(labels, query, "teach")
        else:
            labels = in_the_order_of(labels, run.pool, rows, "teach")
        if not len(rows):
            return self
        asked = (
            Asked.by(query, run.model)
            if is_query
            else Asked.taught(rows, run.pool, run.model)
        )
        with suppress(StopLabeling):  # out of an iterator: what it gave is recorded
            record(run.pool, asked, labels, "teach")
        if refit:
            run.refit()
        return self

    def relabel(
        self, indices: ArrayLike, labels: Labels, *, refit: bool = True
    ) -> Self:
        """Correct labels that are known, or take them back; then refit.

        Parameters
        ----------
        indices : array-like of int of shape (n_rows,)
            Positions of labeled rows.
        labels : array-like of shape (n_rows,)
            Their right labels; None takes a label back: the row can be asked about
            again. A series whose index names the rows is put in their order.
        refit : bool, default=True
            False: only record, as in `teach`.

        Returns
        -------
        self : ActiveLearner

        Raises
        ------
        NotFittedError
            Where neither `fit` nor `start` was called.
        ValueError
            Where a row has no label, is duplicated or out of range, or the labels
            are wrong in number or kind. Nothing is changed then.
        """
        run = run_of(self)
        indices = rows_to_relabel(run.pool, indices)
        run.relabel(indices, in_the_order_of(labels, run.pool, indices, "relabel"))
        return self.refit() if refit else self

    def extend(self, X: Any, y: Labels | None = None, *, refit: bool = True) -> Self:
        """Append rows to the pool; then refit.

        Labels, declined rows, history and counts stay, and so do positions.

        Parameters
        ----------
        X : container of shape (n_more, ...)
            More rows, in the container and with the columns of the first.
        y : array-like of shape (n_more,), default=None
            Their labels, and the mark where unlabeled; None: nothing is labeled.
        refit : bool, default=True
            False: only record, as in `teach`; without effect where the estimator is
            fitted on the unlabeled rows too, and knows no others.

        Returns
        -------
        self : ActiveLearner

        Raises
        ------
        NotFittedError
            Where neither `fit` nor `start` was called.
        ValueError
            Where the rows don't match those of the pool, or the fit was given
            parameters per row. Nothing is changed then.
        """
        run = run_of(self)
        self._check_more_rows(X)
        run.extend(X, y)
        return self.refit() if refit or run.model.all_rows else self

    def refit(self) -> Self:
        """Fit on all labels known, if any came or changed since the last fit.

        For `teach`, `relabel` and `extend` with `refit=False`.

        Returns
        -------
        self : ActiveLearner
        """
        run_of(self).refit()
        return self

    def _check_more_rows(self, X):
        run = run_of(self)
        for rows in (run.pool.X, X):
            refuse_chunks(as_chunks(rows), "extend", "begin anew with start(X)")
        per_row = run.model.params_per_row
        if per_row:
            raise ValueError(
                f"The fit was given {per_row} for each row, and extend has none for "
                "the new ones. Start again with start(X, learner.y_, ...) on all rows."
            )
        validate_data(self, X, reset=False, skip_check_array=True)

    def _labels(self, X, y, has_oracle):
        """Return the labels that a y tells of, in the order of the rows."""
        y = in_order_of(y, index_of(X), "y")
        return parse_y(
            y,
            num_samples(X),
            self.missing_label,
            has_oracle=has_oracle,
            kind=kind_of_y(self.estimator, y),
        )

    def _labels_and_truth(self, X, y, labeled):
        """Return the labels where `labeled`, and all of a y that is complete."""
        y = in_order_of(y, index_of(X), "y")
        labeled = in_order_of(labeled, index_of(X), "labeled")
        return parse_complete_y(
            y,
            num_samples(X),
            labeled,
            self.missing_label,
            kind=kind_of_y(self.estimator, y),
        )

    def _begin(self, X, labels, params, asks):
        """Check everything that can be checked, then forget the last run for a new one.

        `asks`: who will be asked for labels, 'oracle', 'caller' (step by step) or
        'nobody'.
        """
        raise_for_params(params, self, "fit")
        check_supported(self.estimator, labels)
        strategy = given_strategy(self.query_strategy)
        if asks != "nobody":
            check_takes(self.estimator, X)
        # The one that is advised is compatible, whatever the estimator.
        if asks == "oracle" and strategy is not None:
            check_compatible(strategy, self.estimator, labels.task)
            check_in_chunks(strategy, X)
        # Drawn once: a RandomState instance moves on with each draw, and the seeds of
        # later rounds derive from this one and the number of labels.
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        pool = PoolState(X, labels, seed, self.random_state is not None)
        if routing_enabled():
            params = process_routing(self, "fit", **params).estimator.fit
        if self.reask:
            labels.check_are_classes("reask")
        # The arguments are evaluated first: where one raises, the last run stays.
        self._run = Run(
            pool,
            Model(*self._prototype(X, seed), pool, params),
            strategy,
            ColumnNames.of(X),
            self.batch_size,
            self.budget,
            as_rule(self.stop_when, labels, strategy),
            Reviews(self.reask, suspects_in),
        )
        if self._run.model.all_rows and not labels.all_known:
            warn_of_search(self.estimator)
        return self._run

    def _prototype(self, X, seed):
        """Return what each fit clones, and whether it is given all rows."""
        prototype = clone(self.estimator)
        if self.random_state is not None:
            set_random_states(prototype, np.random.RandomState(seed), only_unset=True)
        return prototype, prepared_for_rows(prototype, self.unlabeled, X)

    def _loop(self, run, oracle):
        """Ask, record and refit until there is a reason to stop; return it."""
        while True:
            reason = run.reason_to_stop(self)
            if reason is not None:
                return reason
            # What the model expects is asked before the oracle is: where `predict`
            # raises, no answer is lost that somebody gave already.
            query = self.query()
            asked = Asked.by(query, run.model)
            try:
                record(run.pool, asked, ask(oracle, query), "The oracle")
            except StopLabeling:
                reason = "oracle_stopped"
            except KeyboardInterrupt:
                reason = "interrupted"
                warn_user(
                    "Interrupted in the oracle: every answer given is kept, and the "
                    "estimator is fitted on them.",
                )
            # Also after the last answers, and when it was interrupted: the model that
            # is handed back knows all labels.
            run.refit()
            if reason is not None:
                return reason


def most_rounds(run, oracle):
    """Return how many rounds a fit can have, the first fit included."""
    n_asked = 0 if oracle is None else run.pool.n_candidates
    # Of the questions a share asks nothing new, and lets the loop go on for longer.
    n_asked = ceil(n_asked / (1 - run.reviews.share))
    if run.budget is not None:
        n_asked = min(n_asked, run.budget)
    return 1 + ceil(n_asked / run.batch_size)
