"""The folder of a run: may be written to, has space left, and belongs to one run at a time."""

import errno
import fcntl
import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from local.errors import CannotRun

SUBFOLDERS = ("secrets", "logs", "mongodb", "valkey", "models")
LOCK = "lock"
MB = 1_000_000
# Measured: MongoDB allocates 3 journal files of 100 MB, or fails; the rest is for data and logs.
NEW_DATA_BYTES = 500 * MB
MORE_DATA_BYTES = 100 * MB  # MongoDB begins a new journal file now and then
_OTHER = "set LOCAL_DIR to another folder"
_REASONS = {
    errno.EROFS: "{path} is on a read-only file system: " + _OTHER,
    errno.EACCES: "you may not write to {path}, which belongs to {owner}: change its owner, or " + _OTHER,
    errno.EPERM: "you may not change {path}, which belongs to {owner}: change its owner, or " + _OTHER,
    errno.EEXIST: "{path} is not a folder: " + _OTHER,
    errno.ENOTDIR: "{path} is not in a folder: " + _OTHER,
    errno.ENOSPC: "the disk of {path} is full: free some space, or " + _OTHER,
    errno.EDQUOT: "your quota on the disk of {path} is used up: free some space, or " + _OTHER,
    errno.ENAMETOOLONG: "the path {path} is too long: " + _OTHER,
    errno.ELOOP: "{path} is a symbolic link that leads to itself: " + _OTHER,
}


def prepare_folder(given: Path) -> Path:
    """Create the folder and those in it, closed to other users, and return its resolved path."""
    folder = Path(os.path.realpath(given))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in SUBFOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
        (folder / name).chmod(0o700)
    return folder


@contextmanager
def file_errors_explained(folder: Path) -> Iterator[None]:
    """Raise CannotRun with a sentence in place of an error of the file system."""
    try:
        yield
    except OSError as error:
        raise _explain(error, folder) from error


def _explain(error: OSError, folder: Path) -> CannotRun:
    path = Path(os.fsdecode(error.filename or folder))
    reason = _REASONS.get(error.errno or 0, f"{{path}}: {error.strerror}. Repair it, or {_OTHER}")
    return CannotRun(reason.format(path=path, owner=_owner(path)) + ".")


def _owner(path: Path) -> str:
    """Return who owns the path, or the nearest folder above it that exists."""
    for one in (path, *path.parents):
        with suppress(OSError):
            uid = one.stat().st_uid
            with suppress(KeyError):
                return pwd.getpwuid(uid).pw_name
            return f"the user {uid}"
    return "nobody"


def require_space(folder: Path, free: int) -> None:
    """Raise CannotRun if too few bytes are free for MongoDB, which fails badly without."""
    needed = MORE_DATA_BYTES if (folder / "mongodb" / "WiredTiger").exists() else NEW_DATA_BYTES
    if free < needed:
        left = f"the disk of {folder} has {free // MB} MB left, and {needed // MB} MB are needed"
        raise CannotRun(f"{left}: free some space, or {_OTHER}.")


def free_bytes(folder: Path) -> int:
    """Return how much may still be written to the disk of this folder."""
    return shutil.disk_usage(folder).free


@contextmanager
def locked(folder: Path, port: int) -> Iterator[None]:
    """Own the folder until this context or this process ends, however it ends; a leftover file has no effect.

    Raises:
        CannotRun: Another run owns it.
    """
    with (folder / LOCK).open("a+b", buffering=0) as file:
        if not _lock(file.fileno()):
            raise CannotRun(f"it already runs {_describe_owner(folder)}. Stop it, or {_OTHER}.")
        file.truncate(0)
        file.write(f"{os.getpid()} {port}\n".encode())
        yield


def is_locked(folder: Path) -> bool:
    """Report whether a run owns the folder."""
    try:
        with (folder / LOCK).open() as file:
            return not _lock(file.fileno(), fcntl.LOCK_SH)
    except OSError:
        return False


def _lock(file: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _describe_owner(folder: Path) -> str:
    pid, _, port = (folder / LOCK).read_text().strip().partition(" ")
    where = f"in {folder}"
    return f"{where} with pid {pid} on http://127.0.0.1:{port}" if port else where
