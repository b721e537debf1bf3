"""Computations that ended their worker process. Pure.

The usual cause is memory: the system kills the largest process. Such a computation would end one worker after another.
"""

import time
from collections.abc import Callable, Hashable

from shared.errors import ComputationRefused

MAX_DEATHS = 2  # the first may have been another's fault, such as a kill by hand or a machine without memory
REFUSED_SECONDS = 600.0  # long enough to spare the workers, short enough to follow more memory or other bars


class Suspects:
    """Counts deaths by computation, and refuses those with too many.

    Args:
        monotonic: The clock.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._deaths: dict[Hashable, list[float]] = {}

    def record_death(self, key: Hashable) -> None:
        """Record that a worker process died while it ran this computation."""
        self._forget_old()
        self._deaths.setdefault(key, []).append(self._monotonic())

    def require_harmless(self, key: Hashable) -> None:
        """Check that this computation may run.

        Raises:
            ComputationRefused: It ended two worker processes within ten minutes.
        """
        self._forget_old()
        if len(self._deaths.get(key, ())) >= MAX_DEATHS:
            raise ComputationRefused(
                f"This computation ended its worker process {MAX_DEATHS} times, most likely for lack of memory, so it "
                f"is refused for {REFUSED_SECONDS / 60:.0f} minutes. Load fewer bars of this symbol, or give the "
                "prediction service more memory (PREDICTION_WORKER_MEMORY_MB)."
            )

    def _forget_old(self) -> None:
        since = self._monotonic() - REFUSED_SECONDS
        for key, times in list(self._deaths.items()):
            if times[-1] < since:
                del self._deaths[key]
