"""Counting in this process, and where to count when the shared store is away, without a server."""

from typing import Any

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from redis.exceptions import ConnectionError as Away

from gateway.rate_limits.counters import MAX_COUNTERS, Counters
from shared.breaker import N_IN_A_ROW, Breaker

LIMIT = RateLimitItemPerMinute(3, namespace="reads")


class SharedStorage(MemoryStorage):
    """A store of all gateways that can be away, and counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.n_asked = 0

    async def acquire_sliding_window_entry(self, *arguments: Any, **options: Any) -> bool:
        self.n_asked += 1
        if self.is_away:
            raise Away
        return await super().acquire_sliding_window_entry(*arguments, **options)


async def test_many_addresses_take_a_bounded_place() -> None:
    counters, most = Counters(), 0
    for n in range(10_000):
        await counters.count(LIMIT, f"address:{n}")
        most = max(most, counters.n_local)
    assert most <= MAX_COUNTERS
    assert len(counters._memory.locks) <= MAX_COUNTERS
    assert [(await counters.count(LIMIT, "address:x")).is_allowed for _ in range(4)] == [True, True, True, False]


async def test_while_the_shared_store_is_away_each_gateway_counts_by_itself() -> None:
    shared, now = SharedStorage(), [0.0]
    counters = Counters(shared, Breaker(monotonic=lambda: now[0], jitter=lambda: 0))  # type: ignore[arg-type]
    assert (await counters.count(LIMIT, "a")).place == "shared"
    shared.is_away = True
    counts = [await counters.count(LIMIT, "a") for _ in range(20)]
    assert [count.is_allowed for count in counts] == [True] * 3 + [False] * 17  # never an open door
    assert {count.place for count in counts} == {"local"}
    assert shared.n_asked == 1 + N_IN_A_ROW  # and then never asked in vain
    now[0] += 60
    assert [(await counters.count(LIMIT, "a")).place for _ in range(3)] == ["local"] * 3
    assert shared.n_asked == 1 + N_IN_A_ROW + 1  # one looks
    shared.is_away = False
    now[0] += 60
    assert (await counters.count(LIMIT, "a")).place == "shared"
    assert (await counters.count(LIMIT, "b")).place == "shared"


async def test_all_gateways_count_together() -> None:
    shared = SharedStorage()
    gateways = [Counters(shared), Counters(shared)]  # type: ignore[arg-type]
    allowed = [(await gateways[n % 2].count(LIMIT, "a")).is_allowed for n in range(5)]
    assert allowed == [True, True, True, False, False]
