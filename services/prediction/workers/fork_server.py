"""The process that worker processes are forked from. It has imported what they need, once for all of them."""

import multiprocessing
import multiprocessing.forkserver
from collections.abc import Sequence

TIE = "services.prediction.workers.fork_server_tie"
context = multiprocessing.get_context("forkserver")  # fork would copy the event loop and its threads; spawn, nothing


def start(preload: Sequence[str]) -> None:
    """Start the fork server, unless it runs. It dies with the thread that starts it, and its workers with it.

    It returns at once; the imports take seconds, during which a fork waits.

    Args:
        preload: Modules that it imports. A module that is not found is left to the workers.
    """
    context.set_forkserver_preload([TIE, *preload])
    multiprocessing.forkserver.ensure_running()
