"""Refits off the answer path: one at a time, only ever for the latest labels."""

from threading import Condition

from sklearn_active.labeling._engine.follower import Ranking


class Refitter:
    """Bring the model up to date in the background, coalescing what piled up.

    Parameters
    ----------
    follower : Follower
        Used by the worker alone.
    executor : object with `submit`
        Runs the refits.
    n_ranked : int
        How many rows to rank after each refit.
    lock : RLock
        Of the session; given up while anybody waits here.
    snapshot : callable
        Returns the version, the labels, the declined rows and the number of rows asked
        that a refit starts from, and how many rows more are to be ranked; called with
        the lock held.

    Attributes
    ----------
    ranking : Ranking
        Of the last finished refit.
    error : Exception or None
        What the last refit raised.
    """

    def __init__(self, follower, executor, n_ranked, lock, snapshot):
        self.follower = follower
        self.ranking = Ranking()
        self.error = None
        self._executor = executor
        self.n_ranked = n_ranked
        self._snapshot = snapshot
        # Two flags and no queue: however many answers come while a refit runs, one more
        # refit follows, on the labels of then.
        self._wanted = self._running = False
        # On the session's own lock: "nothing runs" and "no answer is new" must be true
        # at the same moment for whoever waits.
        self._changed = Condition(lock)

    @property
    def busy(self):
        """Whether a refit is under way."""
        return self._running

    def request(self):
        """Ask for a refit on the labels in force when it starts."""
        with self._changed:
            self._wanted = True
            if self._running:
                return
            self._running = True
        # Now that the flag stands, nobody else submits: there is one worker at most,
        # whatever the executor, so the model is never used by two threads.
        try:
            self._executor.submit(self._work)
        except BaseException:
            self._stop()
            raise

    def wait(self, timeout=None):
        """Return when nothing is wanted and nothing runs, or the time is over.

        Waiting gives up the session's lock, however often the caller holds it: others
        go on, so what the caller knew before may have changed.

        Parameters
        ----------
        timeout : float, default=None
            For how many seconds at most.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._running, timeout)

    def _stop(self):
        with self._changed:
            self._running = False
            self._changed.notify_all()

    def _work(self):
        while True:
            # "Nothing is wanted" and "nothing runs" change under one hold of the lock:
            # a request in between would find a worker running that is about to end.
            with self._changed:
                if not self._wanted:
                    self._stop()
                    return
                self._wanted = False
                version, labels, declined, n_asked, n_more = self._snapshot()
            # A thread of its own holds no lock while the model learns, for minutes
            # maybe: the snapshot is of copies, and answers need not wait.
            try:
                self.follower.update(labels, declined, n_asked)
                ranking = self.follower.rank(version, self.n_ranked + n_more)
            except Exception as error:  # shown by report(), raised by close()
                self.error = error
            except BaseException as error:
                self.error = error
                self._stop()
                raise
            else:
                # One assignment of a finished object: whoever reads `ranking` without
                # the lock has the old one or the new one, never half of each.
                self.ranking, self.error = ranking, None
