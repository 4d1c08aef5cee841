"""Chance: seeds for estimators, and numbers that belong to a row."""

import numpy as np

_GAMMA = np.uint64(0x9E3779B97F4A7C15)  # odd, 2^64 over the golden ratio: see below


def row_uniforms(key, rows):
    """Return a number in [0, 1) for each row, which depends on key and row alone.

    Whichever other rows are asked for, in whichever process: a draw of all n would
    have to be made in one piece.

    Parameters
    ----------
    key : sequence of int
        Names the draw.
    rows : array-like of int of shape (n_rows,)
        Positions.

    Returns
    -------
    uniforms : ndarray of float64 of shape (n_rows,)

    References
    ----------
    G. L. Steele, D. Lea and C. H. Flood, "Fast Splittable Pseudorandom Number
    Generators", OOPSLA 2014. :doi:`10.1145/2660193.2660195`
    """
    # The generator splitmix64: its k-th number is scrambled(seed + k gamma), so that
    # any of them can be had without those before. As gamma is odd, k gamma modulo 2^64
    # takes every value once. Each part of the key is scrambled in, in its turn.
    # An array of one, since numpy warns where scalars overflow, which is meant here.
    state = np.zeros(1, dtype=np.uint64)
    for part in key:
        state = _scrambled(state + np.uint64(part) + _GAMMA)
    # A counter-based generator: row i's number is a hash of (key, i), without the i - 1
    # before it. The golden-ratio step spreads consecutive counters over all bits.
    bits = _scrambled(state + np.asarray(rows).astype(np.uint64) * _GAMMA)
    # The 53 bits of a float64 in [0, 1), so that it never rounds up to 1.
    # The upper 53 bits are as many as a float64 holds in [0, 1).
    return (bits >> np.uint64(11)) * 2.0**-53


class Draws:
    """The chance of one round: small, and the same in every process.

    Parameters
    ----------
    key : sequence of int
        Names the round.
    random_ties : bool
        Whether ties are broken at random rather than by row order.
    """

    def __init__(self, key, random_ties):
        self.key = key
        self.random_ties = random_ties

    def random_state(self, stream=0):
        """Return the round's random state; `stream` tells its uses apart."""
        return np.random.RandomState([*self.key, stream])

    def uniforms(self, rows, stream=0):
        """Return the round's random numbers of some rows, shape (n_rows,)."""
        return row_uniforms([*self.key, stream], rows)

    def tie_ranks(self, rows):
        """Return what decides between rows of equal utility: the lowest is first."""
        # Another stream than that of `uniforms`: random sampling would else break its
        # own ties by the numbers that made them.
        return self.uniforms(rows, stream=1) if self.random_ties else rows


def _scrambled(z):
    """Return the finalizer of splitmix64, modulo 2^64."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def set_random_states(estimator, random_state, only_unset=False):
    """Set every `random_state` parameter of an estimator, in place.

    Parameters
    ----------
    estimator : estimator
        Not fitted.
    random_state : RandomState
        Gives the seeds.
    only_unset : bool, default=False
        Whether those that are not None stay as they are.

    Returns
    -------
    estimator : estimator
        The same object.
    """
    # In the order of their names, not in that of the estimator's dict: the seeds of a
    # clone are then the same.
    seeds = {
        name: random_state.randint(np.iinfo(np.int32).max)
        for name, value in sorted(estimator.get_params(deep=True).items())
        if (name == "random_state" or name.endswith("__random_state"))
        and (value is None or not only_unset)
    }
    return estimator.set_params(**seeds) if seeds else estimator
