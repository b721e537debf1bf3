"""Caches encoded bars in Redis or Valkey. The only module that imports the client.

An entry is `MAGIC`, a SHA-256 over symbol, revision and payload, the revision, and the payload. Nothing in it is ever
executed or unpickled. A truncated entry, or one of another version or symbol, is corrupt and counts as a miss.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from hashlib import sha256

import structlog
from opentelemetry.trace import SpanKind
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from services.data.ports import CacheOutcome, ObserveDuration
from shared.breaker import State
from shared.errors import StoreUnavailable
from shared.probed_breaker import ProbedBreaker
from shared.schemas.bars import EncodedBars
from shared.telemetry import tracing

MAGIC = b"BELLWETHER-BARS-1\n"
EVICT_ALL_SECONDS = 5.0
N_FAILURES_IN_A_ROW = 1  # a hanging cache costs every caller its timeout, and skipping it costs little
N_CONNECTIONS = 64  # further calls wait for one, within the timeout
_DIGEST = 32
_REVISION = re.compile(rb"[0-9a-f]{16}")
NO_ANSWER = "The cache does not answer. Reads are slower until it does."
FAILURES = (RedisError, OSError, TimeoutError)
log = structlog.get_logger()


class RedisBarCache:
    """A BarCache. While it does not answer, it is skipped; missed evictions happen before it is read again.

    Args:
        seconds: The lifetime of an entry.
        stale_seconds: How much longer an entry is kept.
        timeout_seconds: The timeout of a call.
        observe: Called for each command except pings; `on_breaker` with each new state of the circuit breaker.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        seconds: int,
        stale_seconds: int,
        timeout_seconds: float,
        observe: ObserveDuration,
        on_breaker: Callable[[State], None],
    ) -> None:
        self._redis = redis
        self._observe = observe
        self._seconds = seconds
        self._stale_seconds = stale_seconds
        self._timeout_seconds = timeout_seconds
        self._breaker = ProbedBreaker(self._evict_owed, n_in_a_row=N_FAILURES_IN_A_ROW, on_change=on_breaker)
        self._owed: set[str] = set()  # symbols whose entries are outdated and could not be evicted
        self._owes_all = False

    async def get(self, symbol: str) -> tuple[EncodedBars | None, CacheOutcome]:
        """Return the cached bars, None unless the outcome is a hit or stale."""
        if not self._breaker.is_closed:
            return None, "unavailable"
        try:
            with self._measure("get"):
                async with asyncio.timeout(self._timeout_seconds), self._redis.pipeline(transaction=True) as pipeline:
                    pipeline.get(_key(symbol))
                    pipeline.pttl(_key(symbol))
                    entry, milliseconds_left = await pipeline.execute()
        except FAILURES as error:
            if isinstance(error, ResponseError) and "WRONGTYPE" in str(error):
                return None, "corrupt"
            self._failed(error)
            return None, "unavailable"
        self._breaker.succeeded(self._breaker.period)
        if entry is None:
            return None, "miss"
        if (bars := _unseal(symbol, entry)) is None:
            return None, "corrupt"
        return bars, "hit" if milliseconds_left > 1000 * self._stale_seconds else "stale"

    async def put(self, symbol: str, bars: EncodedBars) -> None:
        """Store the bars of `symbol`."""
        if not self._breaker.is_closed:
            return
        try:
            with self._measure("set"):
                async with asyncio.timeout(self._timeout_seconds):
                    await self._redis.set(_key(symbol), _seal(symbol, bars), ex=self._seconds + self._stale_seconds)
        except FAILURES as error:
            self._failed(error)

    async def evict(self, symbol: str) -> None:
        """Evict the bars of `symbol`, now or before the cache is read again."""
        if self._breaker.is_closed:
            with suppress(*FAILURES):
                await self._delete(symbol)
        else:
            self._owed.add(symbol)

    async def evict_all(self) -> None:
        """Evict all bars, now or before the cache is read again."""
        if self._breaker.is_closed:
            with suppress(*FAILURES):
                await self._unlink_all()
        else:
            self._owes_all = True

    async def ping(self) -> None:
        """Check that the cache answers.

        Raises:
            StoreUnavailable: It does not.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._redis.ping()
        except FAILURES as error:
            raise StoreUnavailable(NO_ANSWER) from error

    def close(self) -> None:
        """End the probing."""
        self._breaker.close()

    async def _evict_owed(self) -> None:
        """Probe the cache, and make the missed evictions before it is read again."""
        await self.ping()
        try:
            while self._owes_all or self._owed:  # more may come while one is made
                if self._owes_all:
                    await self._unlink_all()
                else:
                    await self._delete(next(iter(self._owed)))
        except FAILURES as error:
            raise StoreUnavailable(NO_ANSWER) from error

    async def _delete(self, symbol: str) -> None:
        self._owed.discard(symbol)
        with self._measure("delete"), self._failing(lambda: self._owed.add(symbol)):
            async with asyncio.timeout(self._timeout_seconds):
                await self._redis.delete(_key(symbol))

    async def _unlink_all(self) -> None:
        self._owes_all = False
        with self._measure("clear"), self._failing(self._owe_all):
            async with asyncio.timeout(EVICT_ALL_SECONDS):
                async for key in self._redis.scan_iter(_key("*"), count=1000):
                    await self._redis.unlink(key)

    def _owe_all(self) -> None:
        self._owes_all = True

    @contextmanager
    def _failing(self, owe: Callable[[], None]) -> Iterator[None]:
        """Open the breaker if the enclosed eviction fails, or is cancelled: its entries must not be read.

        Only then is it owed: one that is asked for again meanwhile, and fails, is owed although this one succeeds.
        """
        try:
            yield
        except BaseException as error:
            owe()
            self._failed(error)
            raise

    @contextmanager
    def _measure(self, command: str) -> Iterator[None]:
        """Record a span, and observe the duration."""
        began_at, outcome, name = time.perf_counter(), "failed", command.upper()
        attributes = {"db.system.name": "redis", "db.operation.name": name}
        try:
            with tracing.span(f"redis {name}", SpanKind.CLIENT, attributes):
                yield
            outcome = "ok"
        finally:
            self._observe(command, outcome, time.perf_counter() - began_at)

    def _failed(self, error: BaseException) -> None:
        log.warning("cache_failed", error=type(error).__name__)
        self._breaker.failed(self._breaker.period)


def _key(symbol: str) -> str:
    return f"bellwether:bars:1:{symbol}"


def _digest(symbol: str, revision: bytes, payload: bytes | memoryview) -> bytes:
    digest = sha256(b"\0".join((symbol.encode(), revision, b"")))
    digest.update(payload)
    return digest.digest()


def _seal(symbol: str, bars: EncodedBars) -> bytes:
    revision = bars.revision.encode()
    return b"".join((MAGIC, _digest(symbol, revision, bars.arrow), revision, bars.arrow))


def _unseal(symbol: str, entry: bytes | str) -> EncodedBars | None:
    """Return the bars that `_seal` encoded, None if this is not a valid entry."""
    if not isinstance(entry, bytes) or not entry.startswith(MAGIC):
        return None
    revision = _REVISION.match(entry, len(MAGIC) + _DIGEST)
    if revision is None:
        return None
    payload = memoryview(entry)[revision.end() :]
    if entry[len(MAGIC) : revision.start()] != _digest(symbol, revision[0], payload):
        return None
    return EncodedBars(revision=revision[0].decode(), arrow=bytes(payload))


@asynccontextmanager
async def open_redis_bar_cache(
    url: str,
    *,
    seconds: int,
    timeout_seconds: float,
    stale_seconds: int = 0,
    observe: ObserveDuration = lambda *_: None,
    on_breaker: Callable[[State], None] = lambda _: None,
) -> AsyncIterator[RedisBarCache]:
    """Open the connection pool. It connects on first use, so the service starts without the cache."""
    seconds_each = dict.fromkeys(("timeout", "socket_timeout", "socket_connect_timeout"), timeout_seconds)
    retry = Retry(NoBackoff(), 0)  # the client's own ten retries would take seconds
    pool = BlockingConnectionPool.from_url(url, max_connections=N_CONNECTIONS, retry=retry, **seconds_each)
    redis = Redis.from_pool(pool)
    cache = RedisBarCache(
        redis,
        seconds=seconds,
        stale_seconds=stale_seconds,
        timeout_seconds=timeout_seconds,
        observe=observe,
        on_breaker=on_breaker,
    )
    try:
        yield cache
    finally:
        cache.close()
        await redis.aclose()
