"""Runs a command of the services next to a running `make run`: `python -m local.attach services.data load FILE…`."""

import os
import sys
from pathlib import Path

from local.credentials import read_stores
from local.errors import CannotRun
from local.folder import is_locked
from local.settings import load_settings


def main() -> None:
    """Become the command, with the addresses and passwords of the run in LOCAL_DIR."""
    try:
        stores = _read_stores(Path(os.path.realpath(load_settings().local_dir)))
    except CannotRun as error:
        sys.exit(str(error))
    os.execve(sys.executable, [sys.executable, "-m", *sys.argv[1:]], os.environ | stores)


def _read_stores(folder: Path) -> dict[str, str]:
    if not is_locked(folder):
        raise CannotRun(f"Start `make run` in another terminal first: none runs in {folder}.")
    if not (stores := read_stores(folder)):
        raise CannotRun("`make run` is still starting. Try again when it has printed its address.")
    return stores


if __name__ == "__main__":
    main()
