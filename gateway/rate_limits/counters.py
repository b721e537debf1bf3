"""Counts requests over a sliding minute: in Redis or Valkey for all gateways, or in this process while that is away."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from pydantic import SecretStr
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from shared.breaker import Breaker

TIMEOUT_SECONDS = 0.1  # as the data service's cache; then the request is counted here
N_CONNECTIONS = 32  # further requests wait for one, within the timeout
MAX_COUNTERS = 2_000  # in this process; two per caller. The library looks at all of them after each request: 0.3 ms
PREFIX = "bellwether:limits"
Place = Literal["shared", "local"]
log = structlog.get_logger()


@dataclass(frozen=True)
class Count:
    """What one caller has left after a request.

    Attributes:
        is_allowed: Whether the request is within the limit.
        remaining: How many further requests would be.
        reset_seconds: When further ones are allowed.
        place: Where it was counted.
    """

    is_allowed: bool
    remaining: int
    reset_seconds: int
    place: Place


class Counters:
    """Counts for all gateways in `shared`, or here if there is none or it does not answer, so that limits always apply.

    Args:
        shared: Where all gateways count; None to count here only.
        breaker: Decides whether `shared` is asked at all, so that a hanging one delays few requests.
    """

    def __init__(self, shared: RedisStorage | None = None, breaker: Breaker | None = None) -> None:
        self._shared = SlidingWindowCounterRateLimiter(shared) if shared else None
        self._memory = MemoryStorage()
        self._local = SlidingWindowCounterRateLimiter(self._memory)
        self._breaker = breaker or Breaker(on_change=_log_change())

    @property
    def n_local(self) -> int:
        """Return the number of counters in this process."""
        return len(self._memory.storage)

    async def count(self, limit: RateLimitItem, caller: str) -> Count:
        """Count one request of `caller` against `limit`."""
        if self._shared is not None:
            period = self._breaker.period
            if self._breaker.state == "closed":
                try:
                    count = await self._hit_shared(limit, caller)
                except (RedisError, OSError, TimeoutError):
                    self._breaker.failed(period)
                else:
                    self._breaker.succeeded(period)
                    return count
            elif self._breaker.allows_probe():
                return await self._probe(limit, caller)
        return await self._count_here(limit, caller)

    async def _probe(self, limit: RateLimitItem, caller: str) -> Count:
        try:
            count = await self._hit_shared(limit, caller)
        except (RedisError, OSError, TimeoutError):
            self._breaker.probe_failed()
            return await self._count_here(limit, caller)
        except asyncio.CancelledError:
            self._breaker.probe_failed()
            raise
        self._breaker.probe_succeeded()
        return count

    async def _hit_shared(self, limit: RateLimitItem, caller: str) -> Count:
        assert self._shared is not None
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await _hit(self._shared, limit, caller, "shared")

    async def _count_here(self, limit: RateLimitItem, caller: str) -> Count:
        if self.n_local >= MAX_COUNTERS:
            await self._memory.reset()  # a caller with that many addresses has as many limits anyway
        return await _hit(self._local, limit, caller, "local")


async def _hit(limiter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, caller: str, place: Place) -> Count:
    is_allowed = await limiter.hit(limit, caller)
    stats = await limiter.get_window_stats(limit, caller)
    reset_seconds = max(1, min(limit.get_expiry(), math.ceil(stats.reset_time - time.time())))
    return Count(is_allowed, stats.remaining if is_allowed else 0, reset_seconds, place)


def _log_change() -> Callable[[str], None]:
    logged = "closed"

    def log_change(state: str) -> None:
        nonlocal logged
        if state not in ("half_open", logged):
            logged = state
            log.warning("shared_rate_limits_back" if state == "closed" else "shared_rate_limits_away")

    return log_change


@asynccontextmanager
async def open_counters(url: SecretStr | None) -> AsyncIterator[Counters]:
    """Open the connection pool, which connects on first use; without `url`, count in this process."""
    if url is None:
        yield Counters()
        return
    pool = BlockingConnectionPool.from_url(
        url.get_secret_value(),
        max_connections=N_CONNECTIONS,
        timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    storage = RedisStorage("async+redis://", implementation="redispy", key_prefix=PREFIX, connection_pool=pool)  # type: ignore[arg-type]
    try:
        yield Counters(storage)
    finally:
        await Redis(connection_pool=pool).aclose()
        await pool.disconnect()
