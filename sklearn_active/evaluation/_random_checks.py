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

    Notes
    -----
    For a value v of each row, with the n checks i of the rounds :math:`t_i`, the rows
    :math:`L_t` labeled in round t or later and the U rows left,
    :math:`N_i = U + |L_{t_i}|` candidates there were, and

    .. math:: \hat T = \frac 1 n \sum_i \left( N_i v_i - \sum_{j \in L_{t_i}} v_j
              \right)

    is an unbiased estimate of the total of v over the rows left, given the number of
    checks in each round: in each round, the mean of v over its checks is one of the
    mean over the candidates.
    """

    def __init__(self, drawn, learned_in, n_left):
        self.drawn, self.n_left = drawn, n_left
        self._order = np.argsort(-learned_in, kind="stable")
        # How many labels were learned in the round of each check, or later.
        newest_first = -learned_in[self._order]
        self._n_later = np.searchsorted(newest_first, -learned_in[drawn], side="right")
        self.n_candidates = n_left + self._n_later

    def __len__(self):
        return len(self.n_candidates)

    def later(self, values):
        """Return the mean, over checks, of the total of the rows labeled since.

        Parameters
        ----------
        values : ndarray of shape (n_labels,)
            Of each label.
        """
        totals = np.cumsum(values[self._order])
        return totals[self._n_later - 1].mean()

    def mean_then(self, values):
        """Return the mean over the candidates of all rounds, from the checks.

        Parameters
        ----------
        values : ndarray of shape (n_labels,)
            Of each label; those of checks are read.
        """
        return np.average(values[self.drawn], weights=self.n_candidates)

    def mean_left(self, mean_then, values):
        """Return the mean over the rows left that belongs to one over candidates.

        Parameters
        ----------
        mean_then : float or ndarray
            Mean over the candidates of all rounds.
        values : ndarray of shape (n_labels,)
            Of each label; those learned since are subtracted.
        """
        return (self.n_candidates.mean() * mean_then - self.later(values)) / self.n_left

    @property
    def stretch(self):
        """Return by how much an interval widens from candidates to rows left."""
        return self.n_candidates.mean() / self.n_left

    @property
    def unseen(self):
        """Return the share of the candidates that are no checks: the finite pool."""
        return 1 - len(self) / self.n_candidates.mean()
