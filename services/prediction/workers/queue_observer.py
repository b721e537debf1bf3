"""The observer of the queue of the worker processes, which need not know the metrics."""

from typing import Literal

Refusal = Literal["queue_full", "too_slow", "died", "not_ready", "harmful"]


class QueueObserver:
    """Observes the queue of the worker processes; this one does nothing."""

    def set_limit(self, limit: int) -> None:
        """Called with the queue limit."""

    def set_load(self, *, waiting: int, busy: int) -> None:
        """Called with the numbers of waiting and of running calls whenever they change."""

    def count_refusal(self, reason: Refusal) -> None:
        """Called for each call that is refused."""
