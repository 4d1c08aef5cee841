"""How far long work has come, in one line of a terminal."""

import logging
from contextlib import contextmanager


class _Line(logging.Handler):
    """Write each message over the one before."""

    def __init__(self, stream):
        super().__init__(logging.INFO)
        self._stream = stream

    def emit(self, record):
        message = record.getMessage()
        # With what is done the line ends: what comes next has a line of its own.
        end = "\n" if message.endswith(" 100 %") else ""
        self._stream.write(f"\r  {message:<20}{end}")
        self._stream.flush()


@contextmanager
def progress_shown(stream):
    """Show on a terminal how far the graph and its kernel have come; elsewhere nothing.

    Parameters
    ----------
    stream : text stream
        Where to write, as stderr: what is piped elsewhere stays as it is.
    """
    if not stream.isatty():
        yield
        return
    logger, line = logging.getLogger("sklearn_active"), _Line(stream)
    before = logger.level
    logger.addHandler(line)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(line)
