"""How far long work has come, told to whoever listens."""

from contextlib import contextmanager
from contextvars import ContextVar

_LISTENER = ContextVar("sklearn_active_progress", default=None)


@contextmanager
def listening(listener):
    """Let what is done inside tell `listener` how far it has come.

    Parameters
    ----------
    listener : callable
        `listener(name, n_parts)` begins a piece of work and returns a function to be
        called after each part.
    """
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def begin_work(name, n_parts):
    """Begin a piece of work; return a function to be called after each of its parts.

    Parameters
    ----------
    name : str
        What is done.
    n_parts : int
        How many parts it has.

    Returns
    -------
    done : callable
    """
    listener = _LISTENER.get()
    return (lambda: None) if listener is None else listener(name, n_parts)
