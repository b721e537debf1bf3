"""Evictions that overlap. On a real server: tests/integration/test_adapters.py."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast

import pytest
from redis.asyncio import Redis

from services.data.redis_bar_cache import RedisBarCache
from shared.breaker import State
from tests.support.polling import wait_until


@dataclass
class SlowRedis:
    """A client whose next deletions end as `outcomes` do, and further ones at once."""

    outcomes: list[asyncio.Future[int]] = field(default_factory=list)
    n_deletions: int = 0
    n_scans: int = 0

    async def ping(self) -> bool:
        return True

    async def delete(self, _: str) -> int:
        self.n_deletions += 1
        return await self.outcomes.pop(0) if self.outcomes else 1

    async def scan_iter(self, _: str, count: int) -> AsyncIterator[bytes]:
        self.n_scans += 1
        for key in [b"a key"][:count]:
            yield key

    async def unlink(self, _: bytes) -> int:
        return 1


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> list[State]:
    monkeypatch.setattr("shared.breaker.FIRST_PAUSE_SECONDS", 0.0)
    return []


def _open(redis: SlowRedis, states: list[State]) -> RedisBarCache:
    return RedisBarCache(
        cast(Redis, redis),
        seconds=60,
        stale_seconds=0,
        timeout_seconds=10,
        observe=lambda *_: None,
        on_breaker=states.append,
    )


def _outcomes(n: int) -> list[asyncio.Future[int]]:
    return [asyncio.get_running_loop().create_future() for _ in range(n)]


async def test_an_eviction_of_all_requested_during_missed_evictions_is_made_before_the_cache_is_read(
    states: list[State],
) -> None:
    first, second = _outcomes(2)
    redis = SlowRedis([first, second])
    cache = _open(redis, states)
    first.set_exception(OSError())
    await cache.evict("AAPL")
    await wait_until(lambda: redis.n_deletions == 2)
    await cache.evict_all()
    second.set_result(1)
    await wait_until(lambda: states[-1] == "closed")
    assert redis.n_scans == 1


async def test_a_failed_eviction_is_repeated_although_a_concurrent_one_of_the_symbol_succeeds(
    states: list[State],
) -> None:
    first, second = _outcomes(2)
    redis = SlowRedis([first, second])
    cache = _open(redis, states)
    evictions = [asyncio.create_task(cache.evict("AAPL")) for _ in range(2)]
    await wait_until(lambda: redis.n_deletions == 2)
    first.set_result(1)
    await evictions[0]
    second.set_exception(OSError())
    await evictions[1]
    await wait_until(lambda: states[-1] == "closed")
    assert redis.n_deletions == 3
