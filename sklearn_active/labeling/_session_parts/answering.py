"""Who may answer a session: an oracle, a person at a terminal or at a web page."""

from collections.abc import Iterator

import numpy as np

from sklearn_active._data.columns import is_sequence
from sklearn_active._loop.recording import ask as ask_oracle
from sklearn_active._loop.stopping import StopLabeling
from sklearn_active.labeling._fronts.address import Address
from sklearn_active.labeling._fronts.desk import Desk
from sklearn_active.labeling._fronts.hints import Hints


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
                with self.lock:
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
        from sklearn_active.labeling._fronts.terminal import label_in_terminal

        return label_in_terminal(self, **options)

    def serve(
        self,
        open_browser=False,
        port=0,
        *,
        annotators=None,
        keys=None,
        descriptions=None,
        instructions=None,
    ):
        """Open the web page, for people on this machine.

        Parameters
        ----------
        open_browser : bool, default=False
            Whether to open it in the browser; of several annotators the first's.
        port : int, default=0
            0: that of an earlier run on the journal, if it is free, else any; state
            one for a tunnel.
        annotators : sequence of str, default=None
            Who labels: each gets an address of their own (`server.urls`), and other
            questions, or with `votes_per_row` the same. None: one person, without a
            name.
        keys : dict of label to str, default=None
            The key of a class, one character; the other classes get digits.
        descriptions : dict of label to str, default=None
            What a class means, in a line.
        instructions : str or path, default=None
            Markdown, or the path of a file with it. Needs markdown-it-py, of the extra
            'label'.

        Returns
        -------
        server : LabelingServer
            `server.url` leads to the page, `server.close()` ends it; a context
            manager.

        Notes
        -----
        With a journal, a tab that was open goes on when the program is started again
        within a day, at the same address: the port and the tokens are kept beside the
        journal, in a file that only you can read (on Windows: whoever can read the
        folder), until everybody has pressed "Finish".
        """
        from sklearn_active.labeling._fronts.server import LabelingServer

        hints = Hints(keys, descriptions, instructions)
        names = [None] if annotators is None else checked_names(annotators)
        with self.lock:
            self._annotators.update(names)
        desks = {name: Desk(self, name, hints) for name in names}
        place = None if self.kept_in is None else f"{self.kept_in}.page"
        address = Address(place, self._ledger.name)
        return LabelingServer(desks, open_browser, port, address)

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


def checked_names(names):
    """Return the names of annotators as a list, or raise.

    Parameters
    ----------
    names : sequence of str
        As they were given.

    Returns
    -------
    names : list of str
    """
    is_list = is_sequence(names) and len(names)
    texts = list(names) if is_list else []
    if not texts or not all(isinstance(name, str) and name.strip() for name in texts):
        raise ValueError(
            f"annotators is a list of names, as in ['ann', 'bob']; got {names!r}."
        )
    if len(set(texts)) < len(texts):
        raise ValueError(
            f"Each annotator needs a name of their own; got {', '.join(texts)}."
        )
    return texts
