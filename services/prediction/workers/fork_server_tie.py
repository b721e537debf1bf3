"""Imported first by the fork server, and nowhere else: ties it to its parent, and keeps its libraries single-threaded.

A library's pool of threads does not survive a fork: a worker would wait for it for good. OpenMP and OpenBLAS read how
many threads they may start when they are imported.
"""

import os
import signal

from services.prediction.workers.tie import die_with_parent

os.environ.setdefault("OMP_NUM_THREADS", "1")  # noqa: TID251  # no setting of ours: the libraries read it
signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal
die_with_parent()
