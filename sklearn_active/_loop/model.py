"""The estimator of a run: fitted anew, or updated, whenever labels came."""

import warnings
from functools import partial

import numpy as np
from sklearn.base import clone

from sklearn_active._data.fitted import fit_on_labels_or_codes
from sklearn_active._data.memory import PoolRows, remembered
from sklearn_active._data.rows import take
from sklearn_active._loop.distributions import Distributions
from sklearn_active._loop.wrapped_estimator import (
    TrainingData,
    accepts_unlabeled,
    final_estimator,
    is_pretrained,
    updated,
    with_more_labels,
)
from sklearn_active._sklearn.graph_memo import fit_with_kept_graph
from sklearn_active._sklearn.warnings import warn_user


class Model:
    """Fit the estimator on the labels known, and say what it makes of the rows.

    Each fit takes a fresh clone of the prototype; an estimator that offers
    `update_labels` is told what changed instead. Where a fit raises, the last fitted
    estimator stays in force.

    Parameters
    ----------
    prototype : estimator
        Never fitted itself. It may have been before: see `is_pretrained`.
    all_rows : bool
        Whether the estimator is given the unlabeled rows too.
    pool : PoolState
        The rows and the labels known.
    params : dict
        Fit parameters; those of length n_rows belong to the rows.

    Attributes
    ----------
    fitted : Fitted or None
        The one in force; None before one could be fitted.
    has_learned : bool
        Whether it was fitted on labels of this run.
    why_no_fit : Exception or None
        What the last fit raised, where more labels of this pool would help.
    distributions : Distributions
        Where its uncertainty comes from.
    """

    def __init__(self, prototype, all_rows, pool, params):
        self.prototype = prototype
        self.all_rows = all_rows
        self.pool = pool
        self.params = params
        self.distributions = Distributions(pool, all_rows, type(prototype).__name__)
        self.fitted = None
        self.has_learned = False
        self.why_no_fit = None
        self._last_data = None  # of the last fit, where an update compares with it
        self._n_learned = 0
        self._needs_codes = False
        self._warned_of_no_fit = False

    @property
    def classes(self):
        """The sorted classes of the fitted estimator; before, those known.

        Empty where labels are numbers.
        """
        return self._knows_classes.classes

    @property
    def public_classes(self):
        """What the learner says as `classes_`."""
        return self.pool.labels.public_classes(self._knows_classes)

    @property
    def _knows_classes(self):
        return self.pool.labels if self.fitted is None else self.fitted

    @property
    def is_cold(self):
        """Whether there is no model that can tell rows apart, or only an older one.

        What a model finds uncertain that can't learn any more hardly ever brings the
        labels that it lacks.
        """
        has_model = self.fitted is not None and self.fitted.is_informed
        return not has_model or self.why_no_fit is not None

    @property
    def can_predict(self):
        """Whether there is a fitted estimator that has `predict`."""
        return self.fitted is not None and self.fitted.can("predict")

    @property
    def final(self):
        """The fitted estimator at the end of pipelines and searches, or None."""
        return None if self.fitted is None else final_estimator(self.fitted.estimator)

    @property
    def solves_locally(self):
        """Whether masses of some rows can be had without solving for all."""
        return self.all_rows and hasattr(self.final, "masses_of")

    @property
    def changes_in_place(self):
        """Whether the next refit changes the estimator that is in force now."""
        return self.fitted is not None and _takes_updates(self.fitted.estimator)

    @property
    def params_per_row(self):
        """The names of the fit parameters that have one value per row."""
        return [
            name
            for name, value in self.params.items()
            if hasattr(value, "__len__") and len(value) == len(self.pool)
        ]

    def masses(self):
        """Return unnormalized class masses of all rows, None where there are none."""
        return getattr(self.final, "label_masses_", None) if self.all_rows else None

    def transduction(self):
        """Return the label that the fit gave each row, None where it gave none of all.

        Returns
        -------
        transduction : ndarray of shape (n_rows,) or None
            The mark stands where a row was given no label.
        """
        labels = self.pool.labels
        if not self.all_rows and not labels.all_known:
            return None
        transduction = getattr(self.final, "transduction_", None)
        if transduction is None:
            return None
        return labels.marked(self._decoded(transduction), labels.is_told(transduction))

    def expected(self, rows):
        """Return the label that the model expects of each of some rows, as a list.

        None without a model. What the fit itself found of a row goes before what
        `predict` says of it.
        """
        if not self.can_predict:
            return [None] * len(rows)
        # The two are not the same: scikit-learn's transduction is what the labels
        # spread to, predict_proba a mean over a new row's neighbors.
        if self.solves_locally:
            return self.best_of(self.final.masses_of(rows)).tolist()
        transduction = self.transduction()
        if transduction is None:
            return self.fitted.predict(take(self.pool.X, rows)).tolist()
        return transduction[rows].tolist()

    def best_of(self, masses):
        """Return the label with the largest mass of each row."""
        return self._decoded(self.final.classes_[masses.argmax(axis=1)])

    def _decoded(self, y):
        return self.fitted.classes[y] if self.fitted.encoded else y

    def update(self):
        """Teach the fitted estimator what changed, where it can be.

        Returns
        -------
        updated : bool
            False where it has to be fitted anew.
        """
        # Taken out first: an update that is interrupted leaves the estimator in a state
        # that nobody knows, and without `_last_data` a fresh fit follows.
        last, self._last_data = self._last_data, None
        if last is None or self.params:
            return False
        data = self._training_data(self.pool.labels)
        estimator = updated(self.fitted.estimator, data, last)
        if estimator is None:
            return False
        self._keep(estimator, data)
        return True

    def fit(self, fresh, last_chance=False):
        """Fit on all labels known; where that raises, the last one stays in force.

        Parameters
        ----------
        fresh : estimator
            A clone of the prototype.
        last_chance : bool, default=False
            Whether nobody is left to ask: then a first fit that fails is an error,
            even one that more labels would make possible.
        """
        data = self._training_data(self.pool.labels)
        # Whether it can answer is tried as long as it may not be able to: before the
        # first fit, and where labels were taken back, which may be those it needs.
        is_new = not self.has_learned or self.pool.labels.n_known < self._n_learned
        try:
            data = self._fit_on(fresh, data)
            if is_new and not last_chance:
                _try_to_predict(fresh, data)
        except Exception as error:
            if last_chance or not self._more_labels_help(error):
                raise
            self._warn_of_no_fit_yet(error)
        else:
            self._needs_codes |= data.encoded
            self._keep(fresh, data)

    def take_over_pretrained(self):
        """Put a prototype in force that was trained before, as long as none is."""
        if self.fitted is None and is_pretrained(self.prototype):
            self._publish(clone(self.prototype), encoded=False)

    def forget(self):
        """Be as after a start: labels were taken back until one class was left."""
        self.fitted, self._last_data = None, None
        self.has_learned = False

    def _training_data(self, labels):
        return TrainingData(
            self.pool.X,
            labels,
            self.all_rows,
            self.params,
            takes_minus_one_for_a_mark=accepts_unlabeled(self.prototype),
            encoded=self._needs_codes,
        )

    def _fit_on(self, estimator, data):
        """Fit on the labels, or on their positions; return what it was fitted on."""
        fit = partial(fit_with_kept_graph, estimator, remembered=_remembered)
        return fit_on_labels_or_codes(fit, data, data.with_codes, data.classes)

    def _more_labels_help(self, error):
        """Say whether a fit that failed for few labels succeeds on more of this pool.

        Folds, neighbors and the like want some rows of each class; also of one that is
        found late. Tried on real rows with made-up labels: what fails on them too (a
        column of text, a wrong parameter) would only become known after the labels
        are paid for. What is raised then is noted on the error of the labels known.
        """
        # The alternative is a list of the messages of all estimators. A trial costs
        # one fit, and only where a fit has failed already.
        labels = with_more_labels(self.pool)
        if labels is None:
            return False
        data = self._training_data(labels)
        trial = clone(self.prototype)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                _try_to_predict(trial, self._fit_on(trial, data))
            except Exception as then:
                if str(then) != str(error):
                    error.add_note(f"With more labels of this pool it raises: {then}")
                return False
        return True

    def _warn_of_no_fit_yet(self, error):
        self.why_no_fit = error
        if self._warned_of_no_fit:
            return
        self._warned_of_no_fit = True
        words = str(error).rstrip(". \n")
        stays = "; the last model stays" if self.has_learned else ""
        warn_user(
            f"{type(self.prototype).__name__} can't be fitted yet on "
            f"{self.pool.labels.n_known} labels: {words}. Until it can, rows are "
            f"chosen without a model{stays}."
        )

    def _keep(self, estimator, data):
        self._publish(estimator, data.encoded)
        self.has_learned, self.why_no_fit = True, None
        self._n_learned = self.pool.labels.n_known
        self.pool.is_stale = False
        # None of an estimator without `update_labels`, which is fitted anew: it would
        # keep a copy of the rows for nothing.
        self._last_data = data if _takes_updates(estimator) else None
        if self._last_data is None:  # else it warns of unreached rows by itself
            self.distributions.look_at(self.fitted)

    def _publish(self, estimator, encoded):
        pretrained = is_pretrained(self.prototype)
        self.fitted = self.pool.labels.fitted(estimator, encoded, pretrained)


def _remembered(slot, rows, make):
    return remembered(slot, [PoolRows(rows)], make)


def _takes_updates(estimator):
    return hasattr(estimator, "update_labels")


def _try_to_predict(estimator, data):
    """Raise where a model can be fitted, but can't answer yet.

    Nearest neighbors, for one, look at their number of neighbors in `predict`.
    """
    row = take(data.X, np.array([0]))
    fitted = data.fitted(estimator)
    if fitted.can("predict_proba"):
        fitted.predict_proba(row)
    elif fitted.can("predict"):
        fitted.predict(row)
