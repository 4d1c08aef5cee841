"""From rows drawn at random, while others were asked, to all rows that are left."""

import numpy as np

# Why rows are asked that any other candidate might have been as well.
DRAWN = frozenset({"check", "RandomSampling"})


class RandomChecks:
    r"""Estimate totals over the rows left from labels drawn uniformly along the way.

    A row drawn in round t stands for all candidates of that round. Some of them are
    labeled by now, and what is true of these is known: it is subtracted.

    Parameters
    ----------
    drawn : ndarray of bool of shape (n_labels,)
        Which labels are checks.
    learned_in : ndarray of int of shape (n_labels,)
        The round in which each label was learned.
    n_left : int
        How many candidates are left.

    Attributes
    ----------
    n_then : float
        How many candidates there were, in the mean over checks as they are weighed.
    size : float
        Of how many checks, drawn with replacement, a mean would vary as much.

    Notes
    -----
    For a value v of each row, with the checks i of the rounds :math:`t_i`, the rows
    :math:`L_t` labeled in round t or later and the U rows left,
    :math:`N_i = U + |L_{t_i}|` candidates there were, and

    .. math:: \hat T = \sum_i w_i \left( N_i v_i - \sum_{j \in L_{t_i}} v_j \right),
              \quad w_i \propto \frac{1}{N_i (N_i - k_i)}, \quad \sum_i w_i = 1

    is an unbiased estimate of the total of v over the rows left, given the numbers of
    checks and labels in each round: the mean of v over the :math:`k_i` checks of a
    round is one of the mean over its candidates. The errors of rounds are uncorrelated,
    with a variance proportional to :math:`N_i (N_i - k_i)` per check, which the weights
    are inverse to. In one round, or of rows that are all checks, it is the estimate of
    a simple random sample, and has its variance.
    """

    def __init__(self, drawn, learned_in, n_left):
        self.drawn, self.n_left = drawn, n_left
        self._order = np.argsort(-learned_in, kind="stable")
        # How many labels were learned in the round of each check, or later.
        newest_first, rounds = -learned_in[self._order], learned_in[drawn]
        self._n_later = np.searchsorted(newest_first, -rounds, side="right")
        n_candidates = n_left + self._n_later
        _, at, n_of_round = np.unique(rounds, return_inverse=True, return_counts=True)
        weights = 1 / (n_candidates * (n_candidates - n_of_round[at]))
        self._weights = weights / weights.sum()
        self._of_value = self._weights * n_candidates
        self.n_then = self._of_value.sum()
        self.size = self.n_then**2 * weights.sum()

    def __len__(self):
        return len(self._n_later)

    def later(self, values):
        """Return the mean, over checks, of the total of the rows labeled since.

        Parameters
        ----------
        values : ndarray of shape (n_labels,)
            Of each label.
        """
        totals = np.cumsum(values[self._order])
        return self._weights @ totals[self._n_later - 1]

    def mean_then(self, values):
        """Return the mean over the candidates of all rounds, from the checks.

        Parameters
        ----------
        values : ndarray of shape (n_labels,)
            Of each label; those of checks are read.
        """
        return self._of_value @ values[self.drawn] / self.n_then

    def mean_left(self, mean_then, values):
        """Return the mean over the rows left that belongs to one over candidates.

        Parameters
        ----------
        mean_then : float or ndarray
            Mean over the candidates of all rounds.
        values : ndarray of shape (n_labels,)
            Of each label; those learned since are subtracted.
        """
        return (self.n_then * mean_then - self.later(values)) / self.n_left
