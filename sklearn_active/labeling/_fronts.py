"""Who may answer a session: an oracle, a person at a terminal or at a web page."""

from collections.abc import Iterator

import numpy as np

from sklearn_active._recording import ask as ask_oracle
from sklearn_active._stopping import StopLabeling


class Fronts:
    """Give the session its front ends."""

    def run(self, oracle):
        """Let an oracle answer: the loop of `fit`, with everything kept as it comes.

        After each batch the refit is awaited, so with `audit=0` the rows asked are
        those of `fit` with the same oracle.

        Parameters
        ----------
        oracle : callable
            As the learner's `oracle`. StopLabeling ends the loop.

        Returns
        -------
        reason : str
            As `termination_condition_`.
        """
        n_ranked = self._refitter.n_ranked
        try:
            return self._loop(oracle)
        finally:
            self._refitter.n_ranked = n_ranked

    def _loop(self, oracle):
        while True:
            self._refitter.n_ranked = max(self._next_batch_size(), 1)
            self._request_refit()
            self._refitter.wait()
            if self._refitter.error is not None:
                raise self._refitter.error
            query = self.ask(self._refitter.n_ranked)
            if query is None:
                return self.done
            try:
                self._tell_all(query, ask_oracle(oracle, query))
            except StopLabeling:
                with self._lock:
                    self._open.pop(None, None)
                return "oracle_stopped"

    def terminal(self, **options):
        """Ask in the terminal until nothing is left or the person quits.

        Parameters
        ----------
        **options : object
            As of :class:`TerminalOracle`, without the items.

        Returns
        -------
        reason : str
            'quit', 'end_of_file', or as `done`.
        """
        from sklearn_active.labeling._terminal import label_in_terminal

        return label_in_terminal(self, **options)

    def serve(self, open_browser=False, port=0):
        """Open the web page for one person on this machine.

        Parameters
        ----------
        open_browser : bool, default=False
            Whether to open it in the browser.
        port : int, default=0
            0: a free one; state one for a tunnel.

        Returns
        -------
        server : LabelingServer
            `server.url` leads to the page, `server.close()` ends it; a context
            manager.
        """
        from sklearn_active.labeling._server import LabelingServer

        return LabelingServer(self, open_browser=open_browser, port=port)

    def _undo_at_a_front(self):
        """Undo for a person who sees answers; a renaming was done in a program."""
        last = self._state.last
        if last is None:
            raise ValueError("There is nothing to take back.")
        if last.event == "rename":
            raise ValueError(
                "The last thing done was to rename a class, in a program; only undo() "
                "in a program takes that back."
            )
        self.undo()

    def _next_batch_size(self):
        learner, n_asked = self._model.learner, self._state.n_asked
        left = np.inf if learner.budget is None else learner.budget - n_asked
        return int(min(learner.batch_size, left))

    def _tell_all(self, query, answers):
        if not isinstance(answers, Iterator):
            self.tell(query.id, answers)
            return
        n_told = 0
        for row, label in zip(query.indices.tolist(), answers, strict=False):
            self.tell(query.id, {row: label})
            n_told += 1
        if n_told < len(query):
            raise ValueError(
                f"The oracle ended after {n_told} labels of {len(query)} rows; they "
                "are kept. Yield one label a row, or raise StopLabeling."
            )
