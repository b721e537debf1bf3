"""The whole system as real processes: the reference values, and the behaviour when a part of it is down."""

import concurrent.futures
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
import redis

from shared.breaker import FIRST_PAUSE_SECONDS
from tests.support.polling import PATIENCE_SECONDS, until
from tests.support.resources import metric
from tests.support.servers.processes import NOTHING_KEPT, Stack, load_sample, mongo_client, running_stack
from tests.support.servers.readiness import ensure_primary, is_listening

LIMITS = {"DATA_CACHE_SECONDS": "60", "DATA_CACHE_TIMEOUT_SECONDS": "1", "DATA_STORE_TIMEOUT_SECONDS": "2"}
REFERENCE = [
    ("AAPL", 3270, 2616, 654, "2010-07-27", 2.0745, 7.8828, 5.7206),
    ("FB", 196, 156, 40, "2013-01-03", 0.1931, 0.0618, 0.5910),
    ("GOOG", 2148, 1718, 430, "2011-06-15", 2.5063, 11.0101, 7.2357),
    ("IBM", 3270, 2616, 654, "2010-07-27", 0.5549, 0.5708, 1.4682),
    ("MSFT", 3270, 2616, 654, "2010-07-27", 0.1053, 0.0183, 0.2767),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack"), LIMITS | NOTHING_KEPT) as stack:
        load_sample(stack)
        yield stack


def _result(api: httpx.Client, symbol: str = "AAPL") -> httpx.Response:
    return api.post("/api/result", json={"stock_symbol": symbol})


def _flush(stack: Stack) -> None:
    with redis.Redis.from_url(stack.redis_url) as cache:
        cache.flushall()


@pytest.mark.parametrize("path", ["/api/result", "/api/result/"])
@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: row[0])
def test_the_reference_values_to_the_last_printed_digit(api: httpx.Client, path: str, row: tuple[object, ...]) -> None:
    result = api.post(path, json={"stock_symbol": row[0]}).json()
    assert row == (
        result["stock_symbol"],
        result["data"]["bars"],
        result["split"]["train"]["bars"],
        result["split"]["test"]["bars"],
        result["split"]["test"]["first_session"],
        round(result["metrics"]["mae"], 4),
        round(result["mse"], 4),
        round(result["baseline"]["mae"], 4),
    )
    assert result["mse"] == result["metrics"]["mse"]
    assert len(result["predictions"]["actual"]) == len(result["predictions"]["predicted"]) == row[3]
    assert "look_ahead" in [warning["code"] for warning in result["warnings"]]


def test_all_symbols_are_listed(api: httpx.Client) -> None:
    assert api.get("/api/stocks/all").json() == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]


def test_one_request_id_stands_in_the_logs_of_all_three_services(api: httpx.Client, stack: Stack) -> None:
    api.post("/api/result", json={"stock_symbol": "IBM"}, headers={"x-request-id": "trace-me-42"})
    logs = [server.log for server in (stack.gateway, stack.prediction, stack.data)]
    until(lambda: all('"request_id": "trace-me-42"' in log.read_text() for log in logs))  # written after the response


def test_metrics_have_the_public_names_and_made_up_paths_add_no_series(api: httpx.Client) -> None:
    _result(api)
    for number in range(200):
        api.get(f"/api/made/up/{number}")
    api.get("/api/metrics")  # counts itself from the second response on
    before = api.get("/api/metrics").text.splitlines()
    for number in range(2000):
        api.get(f"/api/made/up/other/{number}")
    after = api.get("/api/metrics").text.splitlines()
    assert len(after) == len(before)
    text = "\n".join(after)
    assert 'http_requests_total{endpoint="/api/result",method="POST"}' in text
    assert 'http_errors_total{endpoint="unmatched",method="GET"}' in text
    assert 'http_request_latency_seconds_bucket{endpoint="/api/result",le="0.1",method="POST"}' in text


def test_an_unknown_symbol_is_404_and_makes_no_collection(api: httpx.Client, stack: Stack) -> None:
    response = _result(api, "NOPE")
    assert (response.status_code, response.json()["type"]) == (404, "/problems/symbol-not-found")
    with mongo_client(stack.mongo_url) as client:
        assert "NOPE" not in client["SP500_Stocks"].list_collection_names()


def test_four_bars_are_409_and_the_answer_says_how_many_are_needed(api: httpx.Client, stack: Stack) -> None:
    bars = [{"Date": f"2024-01-0{n}", "Open": 1.0, "High": 2.0, "Low": 0.5, "Close": 1.5} for n in range(2, 6)]
    with mongo_client(stack.mongo_url) as client:
        client["SP500_Stocks"]["FOUR"].insert_many(bars)
        problem = _result(api, "FOUR").json()
        client["SP500_Stocks"]["FOUR"].drop()
    assert (problem["status"], problem["type"]) == (409, "/problems/not-enough-bars")
    assert problem["available"] == 4
    assert str(problem["required"]) in problem["detail"]


def test_garbage_and_a_pickle_in_the_cache_are_a_miss(api: httpx.Client, stack: Stack, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    pickled = b"cos\nsystem\n(S'touch " + str(canary).encode() + b"'\ntR."
    for poison in (b"garbage", pickled, b""):
        _flush(stack)
        _result(api)
        with redis.Redis.from_url(stack.redis_url) as cache:
            (key,) = cache.keys("*AAPL*")
            cache.set(key, poison)
            assert _result(api).status_code == 200
            assert cache.get(key) != poison
    assert metric(stack.data, "cache_requests_total", outcome="corrupt") == 3
    assert not canary.exists()


def _answer(api: httpx.Client) -> None:
    response = _result(api)
    assert response.status_code == 200, response.text


def _failed_tries(stack: Stack) -> float:
    """Count the commands that the cache has not answered."""
    return metric(stack.data, "cache_command_duration_seconds_count", outcome="failed")


def test_a_cache_that_is_killed_costs_speed_and_not_an_answer(api: httpx.Client, stack: Stack) -> None:
    with concurrent.futures.ThreadPoolExecutor(2) as load:
        running = [load.submit(_answer, api) for _ in range(60)]
        stack.valkey.stop(signal.SIGKILL)
        for future in running:
            future.result()
    before, began_at = _failed_tries(stack), time.monotonic()
    for _ in range(20):
        _answer(api)
    n_tries = _failed_tries(stack) - before
    assert n_tries <= 1 + (time.monotonic() - began_at) / FIRST_PAUSE_SECONDS
    health = api.get("/api/health")
    assert (health.status_code, health.json()["checks"]["data.cache"]["status"]) == (200, "degraded")
    stack.valkey.start()
    stack.valkey.wait_until(lambda: is_listening(stack.valkey.port))

    until(lambda: _is_cached_when_read(api, stack))


def test_a_cache_that_hangs_delays_only_a_little(api: httpx.Client, stack: Stack) -> None:
    _result(api)
    stack.valkey.send(signal.SIGSTOP)
    before, began_at = _failed_tries(stack), time.monotonic()
    try:
        for _ in range(10):
            _answer(api)
        n_tries, took = _failed_tries(stack) - before, time.monotonic() - began_at
    finally:
        stack.valkey.send(signal.SIGCONT)
    # Each times out after a second, and no other follows during the pause.
    assert 1 <= n_tries <= 1 + took / (1 + FIRST_PAUSE_SECONDS)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_store_outage_is_a_503_in_time_and_ends_with_the_store_back(
    api: httpx.Client, stack: Stack, number: signal.Signals
) -> None:
    _flush(stack)
    if number == signal.SIGSTOP:
        stack.mongod.send(number)
    else:
        stack.mongod.stop(number)
    started_at = time.monotonic()
    response = _result(api)
    took = time.monotonic() - started_at
    problem = response.json()
    assert (response.status_code, problem["type"]) == (503, "/problems/store-unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert "data service" in problem["detail"]
    assert took < 20  # the data service grants MongoDB 2 s here; its own budget would be 25 s
    assert api.get("/api/health").status_code == 503
    if number == signal.SIGSTOP:
        stack.mongod.send(signal.SIGCONT)
    else:
        stack.mongod.start()
        ensure_primary(stack.mongod.port)
    until(lambda: _result(api).status_code == 200)
    assert api.get("/api/health").status_code == 200


def test_bars_that_are_cached_outlive_the_store(api: httpx.Client, stack: Stack) -> None:
    until(lambda: _is_cached_when_read(api, stack))  # not in the first moments after an outage
    stack.mongod.send(signal.SIGSTOP)
    try:
        assert _result(api).status_code == 200
    finally:
        stack.mongod.send(signal.SIGCONT)


def test_a_prediction_service_that_is_gone_is_named_and_the_rest_answers(api: httpx.Client, stack: Stack) -> None:
    assert stack.prediction.process is not None
    workers = psutil.Process(stack.prediction.process.pid).children(recursive=True)
    assert len(workers) >= 2
    stack.prediction.stop(signal.SIGKILL)
    assert psutil.wait_procs(workers, timeout=PATIENCE_SECONDS)[1] == []
    response = _result(api)
    assert (response.status_code, response.json()["type"]) == (503, "/problems/upstream-unavailable")
    assert "prediction service" in response.json()["detail"]
    assert "retry-after" in response.headers
    assert api.get("/api/stocks/all").status_code == 200
    assert api.get("/api/health").json()["checks"]["prediction"]["status"] == "down"
    stack.prediction.start()
    until(lambda: _result(api).status_code == 200)


def test_a_request_in_flight_is_answered_when_its_services_are_told_to_stop(api: httpx.Client, stack: Stack) -> None:
    stack.prediction.send(signal.SIGSTOP)
    with concurrent.futures.ThreadPoolExecutor(4) as load:
        running = [load.submit(_result, api) for _ in range(4)]
        until(lambda: metric(stack.gateway, "http_requests_in_progress") == 4)
        stack.gateway.send(signal.SIGTERM)
        until(lambda: not is_listening(stack.gateway.port))
        stack.prediction.send(signal.SIGCONT)
        assert [future.result().status_code for future in running] == [200] * 4
        stack.gateway.stop()
    stack.gateway.start()
    stack.gateway.wait_until(stack.is_healthy)


def _is_cached_when_read(api: httpx.Client, stack: Stack) -> bool:
    _result(api)
    with redis.Redis.from_url(stack.redis_url) as cache:
        return bool(cache.keys("*AAPL*"))
