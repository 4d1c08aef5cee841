"""The learner as stopping rules see it, for type checkers."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class FittedLearner(Protocol):
    """What a stopping rule may read of the fitted learner that it is called with.

    All that is public of :class:`~sklearn_active.ActiveLearner` is there; this is what
    most rules need. The learner imports the rules, so that they don't import it.
    """

    @property
    def estimator_(self) -> Any:
        """The estimator fitted on all labels known."""

    @property
    def classes_(self) -> NDArray[Any]:
        """The classes that it knows, sorted."""

    @property
    def y_(self) -> NDArray[Any]:
        """All labels known, the mark elsewhere."""

    @property
    def labeled_iter_(self) -> NDArray[np.intp]:
        """Round in which each label was learned; -1: never."""

    @property
    def history_(self) -> list[Any]:
        """One record per round."""

    @property
    def n_asked_(self) -> int:
        """Number of rows asked."""

    def query(self, batch_size: int | None = None) -> Any:
        """Return the rows that will be asked next."""

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict the classes of rows."""
