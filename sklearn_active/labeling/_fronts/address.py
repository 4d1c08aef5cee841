"""Where the page was served last, so that a tab that is open is found again."""

import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from time import time

_SECONDS = 24 * 3600
_FEWEST_CHARACTERS = 32


class Address:
    """The port and the tokens of a page, in a file that only its owner can read.

    Parameters
    ----------
    path : str, path or None
        The file; None: nothing is kept.
    journal : str, default=None
        What the journal is called; of another one nothing is read.
    """

    def __init__(self, path, journal=None):
        self._path = None if path is None else Path(path)
        self._journal = journal

    def read(self):
        """Return what was kept in the last day, where only its owner could read it.

        Returns
        -------
        port : int
            0 where nothing is known.
        tokens : dict of str to str
            By annotator, "" for one without a name.
        """
        nothing = 0, {}
        if self._path is None:
            return nothing
        try:
            # No link is followed, and the open file is looked at, not its name: in a
            # folder where others may write, a name can lead elsewhere a moment later.
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
            with os.fdopen(os.open(self._path, flags), encoding="utf-8") as file:
                if not _is_private(os.fstat(file.fileno())):
                    return nothing
                kept = json.load(file)
            port, tokens = kept["port"], kept["tokens"]
            if kept.get("journal") != self._journal:
                return nothing
            is_port = type(port) is int and 0 < port < 2**16
            return (port, tokens) if is_port and _are_tokens(tokens) else nothing
        except (OSError, ValueError, KeyError, TypeError):  # then there is a new one
            return nothing

    def write(self, port, tokens):
        """Keep an address; where that can't be done, the next one is new.

        Parameters
        ----------
        port : int
            Where the page is served.
        tokens : dict of str to str
            As of `read`.
        """
        if self._path is None:
            return
        kept = {"port": port, "tokens": tokens, "journal": self._journal}
        with suppress(OSError):
            # Removed, then made anew with O_EXCL: whoever has put a file or a link of
            # that name there meanwhile doesn't get the tokens. And a file that was
            # there keeps its mode, whatever mode is asked for.
            self.forget()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(self._path, flags, 0o600), "w") as file:
                # Some file systems ignore the mode: others could read it there.
                if _is_private(os.fstat(file.fileno())):
                    json.dump(kept, file)

    def forget(self):
        """Remove the file."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


def _is_private(status):
    is_ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    is_closed = os.name == "nt" or not status.st_mode & 0o077
    is_new = 0 <= time() - status.st_mtime < _SECONDS
    return stat.S_ISREG(status.st_mode) and is_ours and is_closed and is_new


def _are_tokens(tokens):
    return isinstance(tokens, dict) and all(
        isinstance(token, str) and len(token) >= _FEWEST_CHARACTERS
        for token in tokens.values()
    )
