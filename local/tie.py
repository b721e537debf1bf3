"""Runs a command that dies with its parent, even if that is killed: `TIED_TO=<pid of the parent> tie.py COMMAND…`.

The command finds its own pid in TIED_TO, so that what it starts can be tied to it. On other systems than Linux, where a
process cannot ask for this, the command merely runs.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h; kept by exec, not by fork
TIED_TO = "TIED_TO"


def tied(command: list[str]) -> list[str]:
    """Return the command that runs `command` tied to the process that TIED_TO names."""
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), *command]


def main() -> None:
    """Ask for the signal, and become the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(os.environ[TIED_TO]):  # it died before the request
            sys.exit(1)
    os.environ[TIED_TO] = str(os.getpid())
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
