"""A: a service is killed, hangs, or starts before its stores."""

import asyncio
import functools
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.deploy.page_server import page_server
from tests.support.faults.client import Answer, Request, ask
from tests.support.faults.load import check_errors, named, paced, quantile, statuses
from tests.support.faults.stack import SYMBOLS, FaultStack, readiness, stopped
from tests.support.faults.table import Figures
from tests.support.polling import until
from tests.support.resources import metric
from tests.support.servers.processes import Server, build_stack, running, service
from tests.support.servers.readiness import ensure_primary

RATE = 15  # requests a second: far below what two cores can do
CACHED, UNCACHED = SYMBOLS[:4], SYMBOLS[4:]


def _bars(symbol: str) -> Request:
    return Request(f"/api/stocks/{symbol}/bars?start=2014-06-01", name="cached")


async def _symbols(stack: FaultStack) -> Answer:
    return await stack.ask(Request("/api/stocks/all", name="symbols"))


@pytest.mark.fast
@pytest.mark.scenario("A5")
async def test_a_data_service_that_is_killed_is_refused_at_once(stack: FaultStack, figures: Figures) -> None:
    data = stack.servers.data
    await asyncio.to_thread(data.stop, signal.SIGKILL)
    during = await paced(lambda _: _symbols(stack), RATE, 3)
    models = await stack.ask("/api/models")
    check_errors(during)
    assert set(statuses(during)) <= {502, 503}
    assert models.status == 200
    figures.note(f"statuses {statuses(during)}")
    figures.within("after 5 failures p95", quantile(during[5:], 0.95), 0.1)
    await asyncio.to_thread(data.start)
    figures.within("answers again", await asyncio.to_thread(stack.wait_until_healthy), 10)
    assert (await _symbols(stack)).status == 200


@pytest.mark.scenario("A6")
async def test_a_data_service_that_hangs_delays_nothing_else(stack: FaultStack, figures: Figures) -> None:
    async def one(number: int) -> Answer:
        return await (stack.ask(Request("/api/models", name="models")) if number % 2 else _symbols(stack))

    before = named(await paced(one, RATE, 2), "models")
    with stopped(stack.servers.data):
        during = await paced(one, RATE, 6)
    check_errors(during)
    assert set(statuses(named(during, "models"))) == {200}
    figures.note(f"statuses {statuses(during)}")
    figures.within("longest", quantile(during, 1), 8.5)
    figures.within("other route p95 more", quantile(named(during, "models"), 0.95) - quantile(before, 0.95), 0.1)


def _forget_time(answer: Answer) -> dict[str, object]:
    return {name: value for name, value in answer.json.items() if name != "computed_at"}


@pytest.mark.scenario("A7")
async def test_a_prediction_service_that_is_killed_while_it_computes(stack: FaultStack, figures: Figures) -> None:
    prediction, path = stack.servers.prediction, "/api/stocks/{}/forecast?horizon=5&model=ridge"
    right = await stack.ask(path.format("CH01"))
    assert right.status == 200, right.body
    computing = asyncio.gather(*(stack.ask(path.format(symbol)) for symbol in UNCACHED))
    await asyncio.to_thread(until, lambda: metric(prediction, "workers_busy") > 0)
    await asyncio.to_thread(prediction.stop, signal.SIGKILL)
    cut = await computing
    check_errors(cut)
    figures.note(f"statuses {statuses(cut)}")
    assert set(statuses(cut)) <= {200, 502, 503}
    assert set(statuses(cut)) & {502, 503}, "nothing was computing"
    await asyncio.to_thread(prediction.start)
    await asyncio.to_thread(stack.wait_until_healthy)
    assert _forget_time(await stack.ask(path.format("CH01"))) == _forget_time(right)


@pytest.mark.scenario("A8")
async def test_a_gateway_of_two_that_is_killed_fails_no_request(
    stack: FaultStack, figures: Figures, tmp_path: Path
) -> None:
    gateways = [service(tmp_path, "gateway.app", stack.servers.gateway.environment) for _ in range(2)]
    nginx = page_server(tmp_path, tmp_path, gateways[0].port)
    replicas = "".join(f"server 127.0.0.1:{gateway.port};" for gateway in gateways)
    config = tmp_path / "nginx.conf"
    config.write_text(config.read_text().replace("http {", f"http {{ upstream replicas {{ {replicas} }}", 1))
    nginx.environment["GATEWAY_ADDRESS"] = "replicas"
    with ExitStack() as started:
        for server in (*gateways, nginx):
            started.enter_context(running(server))
        for server in (*gateways, nginx):
            server.wait_until(functools.partial(_lives, server))
        async with asyncio.TaskGroup() as tasks:
            load = tasks.create_task(paced(lambda n: ask(nginx.port, _bars(CACHED[n % len(CACHED)])), 30, 4))
            await asyncio.sleep(2)
            await asyncio.to_thread(gateways[0].stop, signal.SIGKILL)
    figures.note(f"statuses {statuses(load.result())}")
    assert set(statuses(load.result())) == {200}


def _lives(server: Server) -> bool:
    return httpx.get(f"http://127.0.0.1:{server.port}/healthz", timeout=60).is_success


def _has_workers(prediction: Server) -> bool:
    checks = httpx.get(f"http://127.0.0.1:{prediction.port}/readyz", timeout=60).json()["checks"]
    return bool(checks["workers"]["status"] == "ok")


@pytest.mark.scenario("A10")
async def test_services_start_without_their_stores(tmp_path: Path, figures: Figures) -> None:
    servers = build_stack(tmp_path)
    services = (servers.data, servers.prediction, servers.gateway)
    with ExitStack() as started:
        for server in services:
            started.enter_context(running(server))
        for server in services:
            server.wait_until(functools.partial(_lives, server))
        servers.prediction.wait_until(functools.partial(_has_workers, servers.prediction))
        assert [await readiness(server) for server in services[:2]] == [(200, 503), (200, 503)]
        started.enter_context(running(servers.valkey))
        started.enter_context(running(servers.mongod))
        await asyncio.to_thread(ensure_primary, servers.mongod.port)
        both_at = time.monotonic()
        await asyncio.to_thread(servers.gateway.wait_until, servers.is_healthy)
        figures.within("ready by itself after", time.monotonic() - both_at, 10)
