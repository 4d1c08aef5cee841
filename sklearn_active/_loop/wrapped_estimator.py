"""What the wrapped estimator is given, and what it says of the pool."""

from collections.abc import Mapping
from copy import copy

import numpy as np
from scipy import sparse
from sklearn.base import is_regressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    StackingClassifier,
    StackingRegressor,
)
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from sklearn_active._data.columns import is_null, is_sequence
from sklearn_active._data.containers import is_frame
from sklearn_active._data.rows import (
    RowsInChunks,
    refuse_chunks,
    take,
    template_of,
)
from sklearn_active._sklearn import (
    BaseLabelPropagation,
    BaseSearchCV,
    check_method_params,
    is_fitted,
    num_samples,
)
from sklearn_active._sklearn.warnings import warn_user

_ACCEPTING = (BaseLabelPropagation, SelfTrainingClassifier)
_TAKING_CATEGORIES = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
_ROWS_LOOKED_AT = 100
_TAKING_ANYTHING = (
    "sklearn.compose.",
    "sklearn.feature_extraction.",
    "sklearn.impute.",
    "sklearn.pipeline",
)


def accepts_unlabeled(estimator):
    """Say whether an estimator understands rows whose label is -1.

    True for scikit-learn's three semi-supervised classifiers and for every class
    that says `accepts_unlabeled = True`, also as the last step of a Pipeline or
    inside a search.
    """
    if isinstance(estimator, Pipeline):
        return accepts_unlabeled(estimator.steps[-1][1])
    if isinstance(estimator, BaseSearchCV):
        return accepts_unlabeled(estimator.estimator)
    declared = getattr(type(estimator), "accepts_unlabeled", False) is True
    return declared or isinstance(estimator, _ACCEPTING)


def _contains_search(estimator):
    """Say whether a search would score unlabeled rows as errors."""
    if isinstance(estimator, Pipeline):
        return any(_contains_search(step) for _, step in estimator.steps)
    return isinstance(estimator, BaseSearchCV) and not _knows_marks(estimator)


def _knows_marks(search):
    """Say whether a search splits or scores so that unlabeled rows don't count."""
    scorers = search.scoring
    scorers = scorers.values() if isinstance(scorers, dict) else [scorers]
    return _ignores_unlabeled(search.cv) or all(map(_ignores_unlabeled, scorers))


def _ignores_unlabeled(part):
    return getattr(part, "ignores_unlabeled", False)


def final_estimator(estimator):
    """Return the fitted estimator at the end of pipelines and searches."""
    if isinstance(estimator, Pipeline):
        return final_estimator(estimator.steps[-1][1])
    if isinstance(estimator, BaseSearchCV) and hasattr(estimator, "best_estimator_"):
        return final_estimator(estimator.best_estimator_)
    return estimator


def is_pretrained(estimator):
    """Say whether a clone is fitted already, as of scikit-learn's FrozenEstimator.

    Such an estimator ranks rows from the first question on.
    """
    # FrozenEstimator says that it is fitted, and clones to itself; a clone of any other
    # estimator is unfitted, so that this is no question of what the user passed.
    steps = [estimator]
    if isinstance(estimator, Pipeline):  # which asks its last step only
        steps = [step for _, step in estimator.steps]
    try:
        for step in steps:
            if step not in (None, "passthrough"):
                check_is_fitted(step)
    except (NotFittedError, TypeError):  # TypeError: it has no fit
        return False
    if not is_regressor(estimator):
        return hasattr(estimator, "classes_")
    # A Gaussian process needs no fit, and predicts by its prior: that tells no row from
    # another.
    return is_fitted(final_estimator(estimator))


def with_more_labels(state):
    """Return the labels known and made-up ones, or None.

    Of rows that could be labeled, from all over the pool. None where no row is left,
    or where there are as many labels already.
    """
    labels, candidates = state.labels, state.candidates
    made_up = labels.made_up(len(candidates))
    if not len(made_up):
        return None
    # Spread over the pool, since rows side by side may be of one group, one file or one
    # day, and a column constant there.
    places = np.linspace(0, len(candidates) - 1, len(made_up)).astype(int)
    more = labels.copy()
    more.add(candidates[places], made_up)
    return more


def state_the_mark(estimator):
    """Tell estimators with a `missing_label` of their own that it is -1, in place.

    That is what they are given, whatever mark was stated to them; what they would
    find by themselves depends on the labels known at the moment.
    """
    for name in estimator.get_params(deep=True):
        if name.split("__")[-1] == "missing_label":
            estimator.set_params(**{name: -1})


def prepared_for_rows(prototype, unlabeled, X):
    """Say whether fits are given all rows, and tell the estimator their mark, in place.

    Parameters
    ----------
    prototype : estimator
        A clone of what the user gave.
    unlabeled : {'auto', 'pass', 'drop'}
        What becomes of the rows without a label.
    X : container of shape (n_rows, ...)
        All rows.
    """
    all_rows = unlabeled == "pass" or (
        unlabeled == "auto" and accepts_unlabeled(prototype)
    )
    if all_rows:
        way_out = "set unlabeled='drop'"
        refuse_chunks(X, type(prototype).__name__, way_out)
        state_the_mark(prototype)
    return all_rows


def updated(estimator, data, last):
    """Return a fitted estimator with `update_labels`, taught what changed, or None.

    None where it must be fitted anew: on other rows, or where labels are encoded only
    now.
    """
    if data.X is not last.X or data.encoded != last.encoded:
        return None
    # Only what changed is told: an update costs by the number of labels that it is
    # told of, and most of them are known to it since long.
    rows = np.union1d(last.rows, data.rows)
    now, before = data.targets_of(rows), last.targets_of(rows)
    # What is open stays so, also where NaN, which differs from itself, says it.
    same = (now == before) | ((now != now) & (before != before))
    changed = ~same.reshape(len(rows), -1).all(axis=1)
    return estimator.update_labels(rows[changed], now[changed])


def check_supported(estimator, labels):
    """Raise for what the learner can't wrap, before anything is forgotten."""
    name = type(estimator).__name__
    if not labels.all_known and get_tags(estimator).input_tags.pairwise:
        raise ValueError(
            f"{name} takes a precomputed kernel or distance matrix, which is not "
            "supported with unlabeled rows. Pass the features, and a kernel or metric "
            "by name."
        )
    takes_one, takes_several = _columns_taken(estimator)
    labels.check_columns(name, takes_one, takes_several)


def _columns_taken(estimator):
    """Say whether an estimator takes a y of one column, and of several.

    The first fit would say so, too, but after labels were paid for.
    """
    if isinstance(estimator, Pipeline):
        return _columns_taken(estimator.steps[-1][1])
    if isinstance(estimator, BaseSearchCV):
        swaps = _swaps_steps(estimator)  # then what stands in it is a placeholder
        return (True, True) if swaps else _columns_taken(estimator.estimator)
    if not type(estimator).__module__.startswith("sklearn."):
        return True, True  # what others say of themselves is mostly the default
    tags = get_tags(estimator)
    several = (
        tags.target_tags.multi_output
        or (tags.classifier_tags is not None and tags.classifier_tags.multi_label)
        # Stacking takes what its estimators take, and doesn't say so.
        or isinstance(estimator, (StackingClassifier, StackingRegressor))
    )
    return tags.target_tags.single_output, several


def _swaps_steps(search):
    """Say whether a search tries estimators, and not their parameters alone."""
    params = search.get_params(deep=False)
    grids = params.get("param_grid", params.get("param_distributions"))
    grids = [grids] if isinstance(grids, Mapping) else grids
    tried = [values for grid in grids for values in grid.values()]
    return any(hasattr(v, "fit") for some in tried if is_sequence(some) for v in some)


def check_takes(estimator, X):
    """Raise where X is text, or sparse, and scikit-learn's estimator can't take that.

    The first fit would say so, too, but after labels were paid for. Of estimators of
    other packages nobody can tell before.
    """
    first = _first_to_see(estimator)
    if first is None or not num_samples(template_of(X)):
        return
    if sparse.issparse(X):
        _check_takes_sparse(first)
        return
    some = template_of(X)
    some = take(some, np.arange(min(num_samples(some), _ROWS_LOOKED_AT)))
    text = _text_in(some, isinstance(first, _TAKING_CATEGORIES))
    if text:
        raise ValueError(
            f"{type(first).__name__} takes numbers, but X holds {text}. Make numbers "
            "of it in the estimator, for example make_pipeline(TfidfVectorizer(), ...) "
            "for texts, or make_column_transformer(...) for columns of a frame."
        )


def _check_takes_sparse(estimator):
    if not get_tags(estimator).input_tags.sparse:
        raise ValueError(
            f"{type(estimator).__name__} takes dense rows, but X is a sparse matrix. "
            "Pass X.toarray() where that fits into memory, or let a step before it "
            "make few columns of many: make_pipeline(TruncatedSVD(100), ...)."
        )


def _first_to_see(estimator):
    """Return scikit-learn's estimator of numbers that X is given to, or None."""
    if isinstance(estimator, Pipeline):
        steps = [s for _, s in estimator.steps if s not in (None, "passthrough")]
        return _first_to_see(steps[0]) if steps else None
    params = estimator.get_params(deep=False)
    inside = [params["estimator"]] if "estimator" in params else []
    if isinstance(params.get("estimators"), list):  # of an ensemble: each is given X
        inside = [part for _, part in params["estimators"]]
    inside = [part for part in inside if hasattr(part, "fit")]
    if inside:
        found = map(_first_to_see, inside)
        return next((part for part in found if part is not None), None)
    module = type(estimator).__module__
    if not module.startswith("sklearn.") or module.startswith(_TAKING_ANYTHING):
        return None
    tags = get_tags(estimator)
    taken = tags.input_tags
    anything = tags.no_validation or taken.string or taken.categorical
    return None if anything or not taken.two_d_array else estimator


def _text_in(X, takes_categories):
    """Return what of some rows can't be turned into numbers, in words, or ''."""
    if is_frame(X):
        columns = [
            name
            for name in X.columns
            if not _are_numbers(X[name])
            and not (takes_categories and _is_categorical(X[name]))
        ]
        return f"text in the columns {columns}" if columns else ""
    values = np.asarray(X)
    return "" if values.dtype.kind not in "OUT" or _are_numbers(values) else "text"


def _is_categorical(column):
    return str(column.dtype).lower().startswith(("category", "categorical", "enum"))


def _are_numbers(values):
    values = np.asarray(values)
    if values.dtype.kind == "O":
        values = np.array([0 if is_null(v) else v for v in values.ravel()])
    try:
        values.astype(np.float64)
    except (TypeError, ValueError):
        return False
    return True


def warn_of_search(estimator):
    """Warn where a search is given unlabeled rows, and would count them as errors."""
    if not _contains_search(estimator):
        return
    warn_user(
        "A search is given unlabeled rows: its folds hold them, and its scorer counts "
        "each as an error. Pass cv=PartiallyLabeledSplit(...) and "
        "scoring=labeled_scorer(...) of sklearn_active.model_selection to the search, "
        "or unlabeled='drop'.",
    )


class TrainingData:
    """The rows, labels and parameters that an estimator is fitted with.

    Parameters
    ----------
    X : container of shape (n_rows, ...)
        All rows.
    labels : Labels
        The labels known.
    all_rows : bool
        Whether unlabeled rows are passed, marked with -1; with NaN where labels are
        numbers.
    params : dict
        Fit parameters; those of length n_rows are cut like the rows.
    takes_minus_one_for_a_mark : bool, default=False
        Whether the estimator would not learn a class -1.
    encoded : bool, default=False
        Whether the estimator needs positions in the classes.

    Attributes
    ----------
    encoded : bool
        Whether y holds positions in the classes instead of the labels: the
        estimator needs them, or text can't stand beside -1, and a class -1 can't
        either.
    rows : ndarray of int of shape (n_known,)
        The labeled rows, ascending.
    classes : ndarray of shape (n_classes,)
        The distinct labels, sorted.
    """

    def __init__(
        self,
        X,
        labels,
        all_rows,
        params,
        takes_minus_one_for_a_mark=False,
        encoded=False,
    ):
        self.encoded = encoded or labels.need_codes(
            all_rows, takes_minus_one_for_a_mark
        )
        self._labels = labels
        self.rows = labels.rows
        self.classes = labels.classes
        self._targets = labels.targets(self.rows)
        if self.encoded:
            self._targets = labels.codes_of(self.rows)
        self._all_rows = all_rows
        # Rows in chunks have to be taken, even where they are all labeled.
        whole = labels.all_known and not isinstance(X, RowsInChunks)
        some = None if all_rows or whole else self.rows
        self.X = X if some is None else take(X, some)
        self.params = check_method_params(X, params, indices=some)

    def with_codes(self):
        """Return the same rows with positions in the classes instead of the labels."""
        data = copy(self)
        data.encoded = True
        data._targets = self._labels.codes_of(self.rows)
        return data

    def fitted(self, estimator):
        """Return an estimator that was fitted on them, in the learner's own words."""
        return self._labels.fitted(estimator, self.encoded)

    @property
    def y(self):
        """What stands for the labels of the rows of X; to be read in its round."""
        if not self._all_rows:
            return self._targets
        return self._labels.beside_marks(self.encoded)

    def targets_of(self, rows):
        """Return what stands for the labels of some rows, all labeled ones included."""
        dtype = np.result_type(self._targets.dtype, np.int8)  # as y's
        shape = (len(rows), *self._targets.shape[1:])
        targets = np.full(shape, self._labels.told_as_open, dtype=dtype)
        targets[np.searchsorted(rows, self.rows)] = self._targets
        return targets
