"""Caches encoded bars in Redis or Valkey. The only module that imports the client.

An entry is `MAGIC`, a SHA-256 over symbol, revision and payload, the revision, and the payload. Nothing in it is ever
executed or unpickled. A truncated entry, or one of another version or symbol, is corrupt and counts as a miss.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from hashlib import sha256
from typing import Any

import structlog
from opentelemetry.trace import SpanKind
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from services.data.ports import CacheOutcome, ObserveDuration
from shared.errors import StoreUnavailable
from shared.schemas.bars import EncodedBars
from shared.telemetry import tracing

MAGIC = b"BELLWETHER-BARS-1\n"
PAUSE_SECONDS = 1.0  # after a failure, so that a hanging cache delays one request per second, not all of them
EVICT_ALL_SECONDS = 5.0
_DIGEST = 32
_REVISION = re.compile(rb"[0-9a-f]{16}")
log = structlog.get_logger()


class _TracedRedis(Redis):
    """A client that records a span per command."""

    async def execute_command(self, *arguments: Any, **options: Any) -> Any:
        attributes = {"db.system.name": "redis", "db.operation.name": str(arguments[0])}
        with tracing.span(f"redis {arguments[0]}", SpanKind.CLIENT, attributes):
            return await super().execute_command(*arguments, **options)  # type: ignore[no-untyped-call]


class RedisBarCache:
    """A BarCache whose entries live for `seconds`; calls time out after `timeout_seconds`.

    `observe` is called for each command except pings.
    """

    def __init__(
        self, redis: Redis, *, seconds: int, timeout_seconds: float, observe: ObserveDuration = lambda *_: None
    ) -> None:
        self._redis = redis
        self._observe = observe
        self._seconds = seconds
        self._timeout_seconds = timeout_seconds
        self._paused_until = 0.0

    async def get(self, symbol: str) -> tuple[EncodedBars | None, CacheOutcome]:
        """Return the cached bars, None unless the outcome is a hit."""
        if self._is_paused():
            return None, "unavailable"
        try:
            with self._measure("get"):
                async with asyncio.timeout(self._timeout_seconds):
                    entry = await self._redis.get(_key(symbol))
        except (RedisError, OSError, TimeoutError) as error:
            if isinstance(error, ResponseError) and str(error).startswith("WRONGTYPE"):
                return None, "corrupt"
            self._pause(error)
            return None, "unavailable"
        if entry is None:
            return None, "miss"
        bars = _unseal(symbol, entry)
        return bars, "corrupt" if bars is None else "hit"

    async def put(self, symbol: str, bars: EncodedBars) -> None:
        """Store the bars of `symbol`."""
        if self._is_paused():
            return
        try:
            with self._measure("set"):
                async with asyncio.timeout(self._timeout_seconds):
                    await self._redis.set(_key(symbol), _seal(symbol, bars), ex=self._seconds)
        except (RedisError, OSError, TimeoutError) as error:
            self._pause(error)

    async def evict(self, symbol: str) -> None:
        """Evict the bars of `symbol`; if that fails, the entry expires."""
        try:
            with self._measure("delete"):
                async with asyncio.timeout(self._timeout_seconds):
                    await self._redis.delete(_key(symbol))
        except (RedisError, OSError, TimeoutError) as error:
            self._pause(error)

    async def evict_all(self) -> None:
        """Evict all bars; entries for which that fails expire."""
        try:
            with self._measure("clear"):
                async with asyncio.timeout(EVICT_ALL_SECONDS):
                    async for key in self._redis.scan_iter(_key("*"), count=1000):
                        await self._redis.unlink(key)
        except (RedisError, OSError, TimeoutError) as error:
            self._pause(error)

    async def ping(self) -> None:
        """Return if the cache answers.

        Raises:
            StoreUnavailable: It does not.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._redis.ping()
        except (RedisError, OSError, TimeoutError) as error:
            raise StoreUnavailable("The cache does not answer. Reads are slower until it does.") from error

    @contextmanager
    def _measure(self, command: str) -> Iterator[None]:
        began_at, outcome = time.perf_counter(), "failed"
        try:
            yield
            outcome = "ok"
        finally:
            self._observe(command, outcome, time.perf_counter() - began_at)

    def _is_paused(self) -> bool:
        return time.monotonic() < self._paused_until

    def _pause(self, error: Exception) -> None:
        self._paused_until = time.monotonic() + PAUSE_SECONDS
        log.warning("cache_failed", error=type(error).__name__)


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
    url: str, *, seconds: int, timeout_seconds: float, observe: ObserveDuration = lambda *_: None
) -> AsyncIterator[RedisBarCache]:
    """Open the connection pool. It connects on first use, so the service starts without the cache."""
    redis = _TracedRedis.from_url(
        url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),  # the client's own ten retries would take seconds
        max_connections=64,
    )
    try:
        yield RedisBarCache(redis, seconds=seconds, timeout_seconds=timeout_seconds, observe=observe)
    finally:
        await redis.aclose()
