"""Query by committee: ask where models of the same labels disagree."""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.utils.parallel import Parallel, delayed

from sklearn_active._data.fitted import (
    FittedClassifier,
    fit_on_labels_or_codes,
    one_dimensional,
)
from sklearn_active._data.probabilities import predicted
from sklearn_active._data.rows import take
from sklearn_active._data.seeds import set_random_states
from sklearn_active._sklearn import HasMethods, Interval, StrOptions, validate_params
from sklearn_active.query_strategies._base import QueryStrategy
from sklearn_active.query_strategies._pool_view import PoolView
from sklearn_active.query_strategies._refits import training_labels


class QueryByCommittee(QueryStrategy):
    r"""Ask the rows on which a committee of models disagrees most.

    For classifiers without probabilities, or with badly calibrated ones, since votes
    need none, and for regressors of any kind. It costs a fit per member in every query.

    Parameters
    ----------
    members : list of estimators or estimator, default=None
        A list: its estimators are the committee, classifiers or regressors like the
        learner's own. One estimator: it is fitted on bootstrap samples of the labeled
        rows. None: the learner's own is fitted so.
    disagreement : {'auto', 'vote_entropy', 'consensus_entropy', 'kl'}, default='auto'
        'auto': for classes 'vote_entropy', for regression the variance of the numbers
        that members predict. 'vote_entropy': entropy of the votes of `predict`;
        'consensus_entropy': entropy of the mean distribution; 'kl': mean divergence of
        the members' distributions from it.
    n_members : int, default=10
        Number of bootstrap samples; not used with a list.
    n_jobs : int, default=None
        How many members are fitted at a time, through joblib; None: as its context
        says, else one. It doesn't change which rows are chosen.

    Notes
    -----
    With M members, their distributions :math:`p_m`, the mean :math:`\bar p` and the
    share :math:`v_{ik}` of the members that predict class k in row i,

    .. math:: u_i = -\sum_k v_{ik} \log v_{ik}, \quad
              u_i = -\sum_k \bar p_{ik} \log \bar p_{ik}, \quad
              u_i = \frac{1}{M} \sum_m \sum_k
                    p_{mik} \log \frac{p_{mik}}{\bar p_{ik}}

    and for regression, with the predictions :math:`\hat y_{mi}` and their mean
    :math:`\bar y_i`,

    .. math:: u_i = \frac{1}{M} \sum_m (\hat y_{mi} - \bar y_i)^2

    The entropy of the votes takes few values, so ties are frequent.

    Members see the labeled rows only, semi-supervised ones too, and no fit
    parameters. A bootstrap sample of one label is drawn again; a class that a member
    has not seen has probability 0. Seeds of the members come from the round's random
    state, and those set in a list are kept. The members (with None: the learner's
    estimator) must implement `predict`, or `predict_proba` for 'consensus_entropy'
    and 'kl'. Cost per query: a fit per member, and its prediction of the candidates;
    memory O(n_candidates * n_classes), for regression O(n_candidates * M).

    References
    ----------
    H. S. Seung, M. Opper and H. Sompolinsky, "Query by Committee", COLT 1992.
    :doi:`10.1145/130385.130417`

    I. Dagan and S. P. Engelson, "Committee-Based Sampling for Training
    Probabilistic Classifiers", ICML 1995. :doi:`10.1016/B978-1-55860-377-6.50027-X`

    A. K. McCallum and K. Nigam, "Employing EM and Pool-Based Active Learning for
    Text Classification", ICML 1998.

    N. Abe and H. Mamitsuka, "Query Learning Strategies Using Boosting and Bagging",
    ICML 1998.

    R. Burbidge, J. J. Rowland and R. D. King, "Active Learning for Regression Based on
    Query by Committee", IDEAL 2007. :doi:`10.1007/978-3-540-77226-2_22`

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.query_strategies import QueryByCommittee
    >>> committee = QueryByCommittee(
    ...     [LogisticRegression(), GaussianNB(), DecisionTreeClassifier()]
    ... )
    >>> learner = ActiveLearner(LogisticRegression(), committee, random_state=0)
    >>> X = [[0.0], [1.0], [0.9], [4.0], [2.7], [4.0]]
    >>> learner.start(X, [0, 0, -1, 1, -1, -1]).query().indices
    array([4])
    """

    deterministic = False
    beats_random = True

    _parameter_constraints: dict = {
        "members": [list, tuple, HasMethods("fit"), None],
        "disagreement": [
            StrOptions({"auto", "vote_entropy", "consensus_entropy", "kl"})
        ],
        "n_members": [Interval(Integral, 2, None, closed="left")],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        members: Any | None = None,
        *,
        disagreement: str = "auto",
        n_members: int = 10,
        n_jobs: int | None = None,
    ) -> None:
        self.members = members
        self.disagreement = disagreement
        self.n_members = n_members
        self.n_jobs = n_jobs

    @property
    def tasks(self):
        """The labels that the disagreement is of; raises for members of two kinds."""
        validate_params(self)
        members = self._named_members()
        # Of a class of one's own that says nothing of its kind, nothing is known.
        learn_numbers = {
            is_regressor(member)
            for member in members.values()
            if is_regressor(member) or _is_of_classes(member)
        }
        if len(learn_numbers) > 1:
            kinds = {name: type(member).__name__ for name, member in members.items()}
            raise ValueError(
                "A committee is of classifiers or of regressors, as the learner's "
                f"estimator is; QueryByCommittee was given both: {kinds}."
            )
        of_classes = ("classification",) if learn_numbers != {True} else ()
        of_numbers = ("regression",) if learn_numbers != {False} else ()
        return of_classes + (of_numbers if self.disagreement == "auto" else ())

    @property
    def needs(self):
        """What the learner's estimator must implement; raises for unfit members."""
        validate_params(self)
        method = "predict_proba" if self._of_distributions else "predict"
        if self.members is None:
            return (method,)
        self._check_members(method)
        return ("fit",)

    def utilities(self, pool: PoolView) -> NDArray[np.floating]:
        """Return the disagreement on each candidate, shape (n_candidates,)."""
        validate_params(self)
        X = take(pool.X, pool.candidates)
        labeled = take(pool.X, pool.labeled)
        if not len(pool.classes):  # a fitted regressor knows none
            return self._variance(pool, labeled, X)
        y, _ = training_labels(pool)
        classes = np.unique(y)
        if len(classes) < 2:  # members can't learn from one: all rows are alike
            return np.zeros(len(pool.candidates))
        opinion = _aligned if self._of_distributions else _votes
        total = np.zeros((len(pool.candidates), len(classes)))
        own_entropy, n_members = 0, 0
        parallel = Parallel(n_jobs=self.n_jobs, return_as="generator")
        opinions = parallel(
            delayed(_opinion)(opinion, member, labeled, y, rows, X, classes)
            for member, rows in self._members(pool, y)
        )
        for given in opinions:  # in the order of the members
            total += given
            own_entropy += entr(given).sum(axis=1)
            n_members += 1
        utilities = entr(total / n_members).sum(axis=1)
        if self.disagreement == "kl":  # the Jensen-Shannon divergence
            utilities = utilities - own_entropy / n_members
        # Rounded, so that rounding errors decide no tie.
        return np.round(utilities, 9)

    @property
    def _of_distributions(self):
        return self.disagreement in ("consensus_entropy", "kl")

    def _variance(self, pool, labeled, X):
        """Return the variance of the numbers that members predict."""
        y = np.array(pool.y[pool.labeled], dtype=float)
        parallel = Parallel(n_jobs=self.n_jobs)
        predictions = parallel(
            delayed(_number)(member, take(labeled, rows), y[rows], X)
            for member, rows in self._members(pool, y)
        )
        return np.var(predictions, axis=0)

    def _members(self, pool, y):
        """Yield each member, not fitted, and the positions in y to fit it on."""
        random_state = pool.random_state
        if isinstance(self.members, (list, tuple)):
            for member in self.members:
                member = set_random_states(clone(member), random_state, only_unset=True)
                yield member, np.arange(len(y))
            return
        bagged = pool.estimator if self.members is None else self.members
        for _ in range(self.n_members):
            rows = _bootstrap(y, random_state)
            yield set_random_states(clone(bagged), random_state), rows

    def _named_members(self):
        """Return the estimators that were given, by the names that they go by."""
        if isinstance(self.members, (list, tuple)):
            return {f"members[{i}]": m for i, m in enumerate(self.members)}
        return {} if self.members is None else {"members": self.members}

    def _check_members(self, method):
        if isinstance(self.members, (list, tuple)) and len(self.members) < 2:
            raise ValueError(
                "A committee needs at least 2 members to disagree; members holds "
                f"{len(self.members)}. members=None bags the learner's own estimator."
            )
        for name, member in self._named_members().items():
            if not hasattr(member, method):
                raise ValueError(
                    f"{name} of QueryByCommittee is a {type(member).__name__}, but "
                    f"disagreement={self.disagreement!r} needs `{method}` of every "
                    "member. Wrap it in CalibratedClassifierCV, or take "
                    "disagreement='vote_entropy', which needs `predict`."
                )


def _bootstrap(y, random_state):
    """Draw len(y) positions with replacement, of two classes where y has two."""
    while True:
        rows = random_state.randint(len(y), size=len(y))
        if np.any(y[rows] != y[rows[0]]) or np.all(y == y[0]):
            return rows


def _stratified(y, rows):
    """Draw as many positions of each class as there are, instead of `rows`."""
    random_state = np.random.RandomState(rows)
    places = [np.flatnonzero(y == label) for label in np.unique(y)]
    return np.concatenate([random_state.choice(p, size=len(p)) for p in places])


def _opinion(opinion, member, X_labeled, y, rows, X, classes):
    """Fit a member on rows of those labeled, and return what it says of X."""
    try:
        fitted = _fit(member, take(X_labeled, rows), y[rows])
    except Exception:
        if len(np.unique(rows)) == len(y):
            raise
        # Folds and neighbors need some rows of each class, and all labels have them.
        rows = _stratified(y, rows)
        fitted = _fit(clone(member), take(X_labeled, rows), y[rows])
    return opinion(fitted, X, classes)


def _fit(member, X, y):
    classes = np.unique(y)
    given = fit_on_labels_or_codes(
        lambda y: member.fit(X, y), y, lambda: classes.searchsorted(y), classes
    )
    learned = getattr(member, "classes_", classes)
    if len(learned) < len(classes) and -1 in classes:
        raise ValueError(
            f"The committee's {type(member).__name__} was given the classes "
            f"{classes.tolist()} and learned {list(learned)}: it takes "
            "the class -1 for unlabeled rows. Give that class another name."
        )
    return FittedClassifier(member, classes, encoded=given is not y)


def _number(member, X_labeled, y, X):
    """Fit a member on numbers, and return what it predicts."""
    member.fit(X_labeled, y)
    return one_dimensional(member.predict(X), member)


def _votes(member, X, classes):
    """Return which of `classes` the member predicts, as rows of zeros and a one."""
    return (member.predict(X)[:, None] == classes).astype(float)


def _aligned(member, X, classes):
    """Return the member's distributions with a column for each of `classes`."""
    known = np.isin(member.classes, classes)  # a pre-trained member may know more
    proba = predicted(member, X)[0][:, known]
    aligned = np.zeros((len(proba), len(classes)))
    aligned[:, np.searchsorted(classes, member.classes[known])] = proba
    return aligned


def _is_of_classes(member):
    return is_classifier(member) or hasattr(member, "predict_proba")
