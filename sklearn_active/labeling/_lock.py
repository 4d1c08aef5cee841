"""An exclusive lock on an open file, given back when the file is closed."""

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


def lock(file, path):
    """Lock a file, or raise where somebody else holds it.

    Parameters
    ----------
    file : file object
        Open for writing.
    path : path
        Named in the error.

    Raises
    ------
    RuntimeError
        Where another session, also of this process, holds the lock.
    """
    try:
        if fcntl is None:
            _lock_on_windows(file)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise RuntimeError(
            f"{path} is in use by another session. Close that one, or take another "
            "file: two sessions would ask the same rows."
        ) from error


def _lock_on_windows(file):
    import msvcrt

    # A byte beyond any content: what is locked can't be read by others there.
    file.seek(2**62)
    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    file.seek(0)
