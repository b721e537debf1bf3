"""A circuit breaker with a probe of its own in the background, so that no caller waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context

from shared.breaker import Breaker, State
from shared.errors import Unavailable


class ProbedBreaker:
    """Rejects calls after repeated failures, and probes until one probe succeeds.

    Args:
        probe: A cheap call that raises Unavailable while the other side does not answer.
        n_in_a_row: The number of failures in a row that opens it.
        on_change: Called with every new state.
    """

    def __init__(
        self, probe: Callable[[], Awaitable[None]], *, n_in_a_row: int, on_change: Callable[[State], None]
    ) -> None:
        self._probe = probe
        self._breaker = Breaker(n_in_a_row=n_in_a_row, on_change=on_change)
        self._probing: asyncio.Task[None] | None = None

    @property
    def is_closed(self) -> bool:
        """Say whether calls may go out."""
        return self._breaker.state == "closed"

    @property
    def period(self) -> int:
        """Return the period that a call starting now passes to `succeeded` or `failed`."""
        return self._breaker.period

    def succeeded(self, period: int) -> None:
        """Record that a call was answered."""
        self._breaker.succeeded(period)

    def failed(self, period: int) -> None:
        """Record that a call was not answered."""
        self._breaker.failed(period)
        if not self.is_closed and (self._probing is None or self._probing.done()):
            # In a context of its own: the deadline of the request that failed must not end the probes.
            self._probing = asyncio.create_task(self._probe_until_closed(), context=Context())

    def probe_succeeded(self) -> None:
        """Close it: the other side answered a health check."""
        self._breaker.probe_succeeded()

    def close(self) -> None:
        """End the probing."""
        if self._probing is not None:
            self._probing.cancel()

    async def _probe_until_closed(self) -> None:
        while not self.is_closed:
            await asyncio.sleep(self._breaker.seconds_until_probe)
            if not self._breaker.allows_probe():
                continue
            try:
                await self._probe()
            except Unavailable:
                self._breaker.probe_failed()
            except BaseException:
                self._breaker.probe_failed()
                raise
            else:
                self._breaker.probe_succeeded()
