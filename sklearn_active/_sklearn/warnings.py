"""Warnings that point to the user's own line."""

import sys
import warnings

_NOT_THE_USERS = ("sklearn_active", "sklearn", "joblib")


def warn_user(message):
    """Warn, with the first line outside the libraries as the place."""
    # `stacklevel` counts frames, and how many of them are the libraries' depends on the
    # way in: a Pipeline, a search, a decorator. `skip_file_prefixes` needs Python 3.12.
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and _package(frame) in _NOT_THE_USERS:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, UserWarning, stacklevel=level)


def _package(frame):
    return frame.f_globals.get("__name__", "").partition(".")[0]
