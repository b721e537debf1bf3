"""Bars that are kept are served while MongoDB hangs, marked as stale on their whole way, and never once it is back."""

import signal
from collections.abc import Iterator

import httpx
import pytest
import redis

from shared.staleness import STALE
from tests.support.polling import until
from tests.support.resources import metric
from tests.support.servers.processes import Stack, load_sample, running_stack

STALE_SECONDS = 3600
LIMITS = {"DATA_STALE_SECONDS": str(STALE_SECONDS), "DATA_STORE_TIMEOUT_SECONDS": "2"}


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stale"), LIMITS) as stack:
        load_sample(stack)
        yield stack


def _result(api: httpx.Client, symbol: str = "AAPL") -> httpx.Response:
    return api.post("/api/result", json={"stock_symbol": symbol})


def _age_cached_bars(stack: Stack) -> None:
    """Make all entries of the cache as old as they would be after their lifetime."""
    with redis.Redis.from_url(stack.redis_url) as cache:
        for key in cache.keys("bellwether:bars:*"):
            cache.pexpire(key, 1000 * STALE_SECONDS)


@pytest.mark.scenario("stale")
def test_bars_that_are_cached_outlive_the_store_and_then_say_so(api: httpx.Client, stack: Stack) -> None:
    bars, fresh = api.get("/api/stocks/AAPL/bars"), _result(api)
    stack.mongod.send(signal.SIGSTOP)
    try:
        assert _result(api).json() == fresh.json()
        _age_cached_bars(stack)
        until(lambda: "warning" in _result(api).headers)  # at first, the gateway knows that nothing has changed
        stale = _result(api)
        assert (stale.status_code, stale.headers["warning"]) == (200, STALE)
        assert stale.json()["warnings"][0]["code"] == "stale_bars"
        assert stale.json()["mse"] == fresh.json()["mse"]
        stale_bars = api.get("/api/stocks/AAPL/bars")
        assert (stale_bars.content, stale_bars.headers["warning"]) == (bars.content, STALE)
        health = api.get("/api/health")
        assert (health.status_code, health.json()["stale"]) == (503, True)
        for symbol in ("GOOG", "MSFT", "GOOG", "MSFT"):  # until the breaker before the store has opened
            assert _result(api, symbol).status_code in (200, 503)
        assert metric(stack.data, "breaker_state", upstream="store") != 0
    finally:
        stack.mongod.send(signal.SIGCONT)
    until(lambda: "warning" not in _result(api).headers)
    assert _result(api).json() == fresh.json()
    assert api.get("/api/health").json()["stale"] is False
