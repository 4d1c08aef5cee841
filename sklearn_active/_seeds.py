"""Seeds for the random states of estimators."""

import numpy as np


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
    seeds = {
        name: random_state.randint(np.iinfo(np.int32).max)
        for name, value in sorted(estimator.get_params(deep=True).items())
        if (name == "random_state" or name.endswith("__random_state"))
        and (value is None or not only_unset)
    }
    return estimator.set_params(**seeds) if seeds else estimator
