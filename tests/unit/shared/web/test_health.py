import asyncio
from collections.abc import Awaitable, Callable

import pytest
from fastapi import Request

from shared import deadline
from shared.errors import StoreUnavailable
from shared.web.health import Check, Dependency, Health, Inspection, inspect_all
from tests.support.asgi import bare_app, serve
from tests.support.polling import settle

REQUEST = Request({"type": "http"})
Ping = Callable[[Request], Awaitable[Health | None]]


async def _works(_: Request) -> None:
    return None


async def _fails(_: Request) -> None:
    raise StoreUnavailable("The store does not answer.")


async def _hangs(_: Request) -> None:
    await asyncio.sleep(3600)


async def _is_slow_inside(_: Request) -> Health:
    return Health.of({"store": Check(status="ok"), "cache": Check(status="degraded", detail="Reads are slower.")})


SLOW = {"store": Check(status="ok"), "cache": Check(status="degraded", detail="Reads are slower.")}


@pytest.mark.parametrize(
    ("ping", "inspection"),
    [
        (_works, Inspection(is_up=True, check=Check(status="ok"))),
        (_fails, Inspection(is_up=False, check=Check(status="degraded", detail="The store does not answer."))),
        (_hangs, Inspection(is_up=False, check=Check(status="degraded", detail="No answer within 0.05 s."))),
        (
            _is_slow_inside,
            Inspection(is_up=True, check=Check(status="degraded", detail="cache: Reads are slower."), inner=SLOW),
        ),
    ],
)
async def test_an_inspection_says_what_is_wrong(ping: Ping, inspection: Inspection) -> None:
    assert await Dependency(ping, when_failing="degraded", timeout_seconds=0.05).inspect(REQUEST) == inspection


async def test_dependencies_are_pinged_at_the_same_time() -> None:
    both = asyncio.Barrier(2)

    async def meets(_: Request) -> None:
        await both.wait()

    inspections = await inspect_all({"a": Dependency(meets), "b": Dependency(meets)}, REQUEST)
    assert [inspection.is_up for inspection in inspections.values()] == [True, True]


async def test_whoever_asks_at_the_same_time_shares_one_ping_and_a_later_one_makes_another() -> None:
    n_pings, may_answer = 0, asyncio.Event()

    async def ping(_: Request) -> None:
        nonlocal n_pings
        n_pings += 1
        await may_answer.wait()

    dependency = Dependency(ping, timeout_seconds=200)
    asking = [asyncio.create_task(dependency.inspect(REQUEST)) for _ in range(500)]
    await settle()
    may_answer.set()
    assert {inspection.is_up for inspection in await asyncio.gather(*asking)} == {True}
    assert n_pings == 1
    await dependency.inspect(REQUEST)
    assert n_pings == 2


async def test_a_caller_without_time_is_told_so_and_the_ping_goes_on_for_the_others() -> None:
    may_answer = asyncio.Event()

    async def ping(_: Request) -> None:
        await may_answer.wait()

    dependency = Dependency(ping, timeout_seconds=200)
    patient = asyncio.create_task(dependency.inspect(REQUEST))
    await settle()
    with deadline.within(0.01):
        hurried = await dependency.inspect(REQUEST)
    assert (hurried.is_up, hurried.check.detail) == (False, "No answer in the time that was left.")
    may_answer.set()
    assert (await patient).is_up


async def test_readiness_and_the_gauge_read_one_list() -> None:
    dependencies = {"store": Dependency(_works), "feed": Dependency(_fails, when_failing="degraded")}
    async with serve(bare_app(dependencies=dependencies)) as client:
        ready = await client.get("/readyz")
        metrics = (await client.get("/metrics")).text
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert list(ready.json()["checks"]) == ["store", "feed"]
    assert 'dependency_up{dependency="store"} 1.0' in metrics
    assert 'dependency_up{dependency="feed"} 0.0' in metrics


async def test_a_service_without_what_it_cannot_do_without_is_not_ready() -> None:
    async with serve(bare_app(dependencies={"store": Dependency(_fails)})) as client:
        ready, alive = await client.get("/readyz"), await client.get("/healthz")
    assert (ready.status_code, ready.json()["checks"]["store"]["detail"]) == (503, "The store does not answer.")
    assert alive.status_code == 200


def test_health_is_the_worst_of_its_checks() -> None:
    ok, degraded, down = Check(status="ok"), Check(status="degraded"), Check(status="down")
    assert Health.of({}).status == "ok"
    assert Health.of({"a": ok, "b": degraded}).status == "degraded"
    assert Health.of({"a": down, "b": degraded}).status == "down"
