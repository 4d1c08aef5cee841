"""What the strategies that fit estimators of their own share."""

import numpy as np


def training_labels(pool):
    """Return labels in the form that the learner's estimator was given them.

    Positions in the classes, where it was given these instead of the labels.

    Parameters
    ----------
    pool : Pool
        The read-only view of the pool, with a fitted estimator.

    Returns
    -------
    y : ndarray of shape (n_labeled,)
        The labels of `pool.labeled`.
    classes : ndarray of shape (n_classes,)
        What stands for each of `pool.classes`.
    """
    # By way of lists: beside a mark that is None, numbers are objects.
    is_text = pool.classes.dtype.kind == "O"
    dtype = None if is_text else pool.classes.dtype
    y = np.array(pool.y[pool.labeled].tolist(), dtype=dtype)
    classes = np.array(pool.classes.tolist(), dtype=dtype)
    if not pool.fitted.encoded:
        return y, classes
    every = np.union1d(y, classes)
    return every.searchsorted(y), every.searchsorted(classes)
