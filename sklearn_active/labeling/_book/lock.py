"""An exclusive lock on an open file, given back when the file is closed."""

import errno

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# What systems say of a lock that somebody holds; all else is that there are no locks.
HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)


def lock(file, path):
    """Lock a file, or raise where that can't be done.

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
    OSError
        Where the file can't be locked at all.
    """
    try:
        if fcntl is None:
            _lock_on_windows(file)
        else:
            # flock and not lockf: that one would let another session of the same
            # process in, and would be lost as soon as any of its files is closed.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in HELD:
            raise RuntimeError(
                f"{path} is in use by another session. Close that one, or take another "
                "file: two sessions would ask about the same rows."
            ) from error
        raise OSError(
            error.errno,
            f"{path} can't be locked ({error.strerror}). Without a lock two sessions "
            "could write to it at once. Some network and cloud folders have no locks: "
            "keep the file on a disk of this machine, and copy it from there",
        ) from error


def unlock(file):
    """Give the lock back, whoever else has inherited the open file.

    Parameters
    ----------
    file : file object
        As it was locked.
    """
    # By name, before the file is closed: a child that was started meanwhile may have
    # inherited the open file, and with it the lock. Windows gives it back at closing.
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_UN)


def _lock_on_windows(file):
    import msvcrt

    # A byte beyond any content: what is locked can't be read by others there.
    file.seek(2**62)
    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    file.seek(0)
