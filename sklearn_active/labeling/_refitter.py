"""Refits off the answer path: one at a time, only ever for the latest labels."""

from concurrent.futures import Future
from threading import Condition

from sklearn_active.labeling._model import Ranking


class Inline:
    """An executor that runs what is submitted at once, in the caller's thread."""

    def submit(self, function, *args):
        """Call the function; return a future that is done.

        Parameters
        ----------
        function : callable
            What to run.
        *args : object
            Its arguments.

        Returns
        -------
        future : Future
        """
        future = Future()
        future.set_result(function(*args))
        return future


class Refitter:
    """Bring the model up to date in the background, coalescing what piled up.

    Parameters
    ----------
    model : Model
        Used by the worker alone.
    executor : object with `submit`
        Runs the refits.
    n_ranked : int
        How many rows to rank after each refit.

    Attributes
    ----------
    ranking : Ranking
        Of the last finished refit.
    error : Exception or None
        What the last refit raised.
    """

    def __init__(self, model, executor, n_ranked):
        self.model = model
        self.ranking = Ranking()
        self.error = None
        self._executor = executor
        self.n_ranked = n_ranked
        self._wanted = None
        self._running = False
        self._changed = Condition()

    @property
    def busy(self):
        """Whether a refit is under way."""
        return self._running

    def request(self, version, labels, declined, n_asked):
        """Ask for a refit on these labels; it replaces one that waits.

        Parameters
        ----------
        version : int
            Number of the last event among them.
        labels : dict of int to label
            All labels in force.
        declined : set of int
            Rows not to be asked.
        n_asked : int
            Number of questions answered or skipped.
        """
        with self._changed:
            self._wanted = (version, labels, declined, n_asked)
            if self._running:
                return
            self._running = True
        try:
            self._executor.submit(self._work)
        except BaseException:
            self._stop()
            raise

    def wait(self):
        """Return when nothing is wanted and nothing runs."""
        with self._changed:
            self._changed.wait_for(lambda: not self._running)

    def _stop(self):
        with self._changed:
            self._running = False
            self._changed.notify_all()

    def _work(self):
        while True:
            with self._changed:
                wanted, self._wanted = self._wanted, None
                if wanted is None:
                    self._stop()
                    return
            version, labels, declined, n_asked = wanted
            try:
                self.model.update(labels, declined, n_asked)
                ranking = self.model.rank(version, self.n_ranked)
            except Exception as error:  # shown by report(), raised by close()
                self.error = error
            except BaseException as error:
                self.error = error
                self._stop()
                raise
            else:
                self.ranking, self.error = ranking, None
