"""Ties a process to the one that started it."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> None:
    """Let the kernel kill this process when the thread that started it ends; elsewhere than on Linux, do nothing.

    If the parent ended before this call, the process notices it by the pipes that the parent had open.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
