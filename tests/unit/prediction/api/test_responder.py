import asyncio
import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import ParamSpec, TypeVar

import pytest
from fastapi import Response
from prometheus_client import CollectorRegistry

from services.prediction.api.responder import ComputationKey, Responder
from services.prediction.ports import Resources
from shared.errors import Busy, NotEnoughBars, SymbolNotFound
from shared.schemas.bars import EncodedBars
from shared.schemas.forecasts import FeatureInfo
from shared.schemas.wire import Warning, Wire
from tests.support.deadlines import within
from tests.support.polling import settle
from tests.support.prediction.one_symbol import FakeBars
from tests.support.prediction.runs import FakeRunStore

P = ParamSpec("P")
T = TypeVar("T")
FORECAST = ComputationKey("forecast", "AAPL", adjusted=False, query="{}")


@dataclass
class SlowWorkers:
    """Workers that run when `may_end` is set, unless `error` is."""

    error: Exception | None = None
    has_room: bool = True
    n_runs: int = 0
    has_begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, key: Hashable, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self.n_runs += 1
        self.has_begun.set()
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        return work(*args, **kwargs)

    def require_room(self) -> None:
        if not self.has_room:
            raise Busy("240 requests are running or waiting.")

    async def wait_until_ready(self) -> None:
        pass

    async def ping(self) -> None:
        pass


class Service:
    """A responder on fakes."""

    def __init__(self, calendar: str | None = "XNYS", *, is_slow: bool = False) -> None:
        self.bars, self.workers, self.registry = FakeBars(), SlowWorkers(), CollectorRegistry()
        self.responder = Responder(calendar, self.registry)
        if not is_slow:
            self.workers.may_end.set()

    async def ask(
        self,
        key: ComputationKey = FORECAST,
        if_none_match: str = "",
        work: Callable[[EncodedBars, str], Wire] | None = None,
    ) -> Response:
        resources = Resources(data=self.bars, workers=self.workers, runs=FakeRunStore(), queued=asyncio.Event())
        return await self.responder.respond(key, if_none_match, resources, work or _echo)

    def count(self, kind: str) -> float | None:
        return self.registry.get_sample_value(f"{kind}_duration_seconds_count")


def _echo(payload: EncodedBars, symbol: str) -> FeatureInfo:
    return FeatureInfo(name=symbol, description=f"{payload.revision} {payload.arrow.decode()}")


class _WithWarnings(Wire):
    warnings: list[Warning]


def _echo_with_warnings(_: EncodedBars, __: str) -> _WithWarnings:
    return _WithWarnings(warnings=[Warning(code="known", detail="A sentence.")])


async def test_the_response_holds_the_value_of_the_work() -> None:
    service = Service()
    response = await service.ask()
    adjusted = await service.ask(ComputationKey("evaluation", "MSFT", adjusted=True))
    assert response.body == b'{"name":"AAPL","description":"old raw"}'
    assert adjusted.body == b'{"name":"MSFT","description":"old adjusted"}'
    assert response.headers["content-type"] == "application/json"


async def test_a_matching_etag_gets_304_without_bars_or_work() -> None:
    service = Service()
    etag = (await service.ask()).headers["etag"]
    known = await service.ask(if_none_match=f"W/{etag}")
    assert (known.status_code, known.body, known.headers["etag"]) == (304, b"", etag)
    assert (service.bars.n_reads, service.workers.n_runs) == (1, 1)


async def test_an_outdated_etag_gets_the_new_response() -> None:
    service = Service()
    etag = (await service.ask()).headers["etag"]
    service.bars.revision_now = "new"
    response = await service.ask(if_none_match=etag)
    assert response.status_code == 200
    assert response.body == b'{"name":"AAPL","description":"new raw"}'
    assert response.headers["etag"] != etag
    with pytest.raises(SymbolNotFound):
        await service.ask(ComputationKey("result", "NOPE", adjusted=False), if_none_match=etag)


async def test_without_room_for_a_computation_no_bars_are_fetched_but_a_matching_etag_still_gets_304() -> None:
    service = Service()
    etag = (await service.ask()).headers["etag"]
    service.workers.has_room = False
    with pytest.raises(Busy):
        await service.ask(if_none_match='"another"')
    assert (await service.ask(if_none_match=etag)).status_code == 304
    assert (service.bars.n_reads, service.workers.n_runs) == (1, 1)


async def test_without_room_a_computation_that_is_running_is_still_joined() -> None:
    service = Service(is_slow=True)
    leaving = asyncio.create_task(service.ask())
    await service.workers.has_begun.wait()
    service.bars.revision_now = "new"
    first = asyncio.create_task(service.ask())
    await settle()
    service.workers.has_room = False
    leaving.cancel()
    await settle()
    keys = FORECAST, replace(FORECAST, query='{"horizon": 2}')
    equal, other = (asyncio.create_task(service.ask(key)) for key in keys)
    await settle()
    service.workers.may_end.set()
    assert (await equal).body == (await first).body
    with pytest.raises(Busy):
        await other
    with pytest.raises(Busy):
        await service.ask()
    assert service.workers.n_runs == 2


async def test_a_load_during_the_computation_gives_the_old_response_no_new_etag() -> None:
    service = Service(is_slow=True)
    early = asyncio.create_task(service.ask())
    await service.workers.has_begun.wait()
    service.bars.revision_now = "new"
    late = asyncio.create_task(service.ask())
    await asyncio.sleep(0)
    service.workers.may_end.set()
    old, new = await early, await late
    assert (old.body, new.body) == (
        b'{"name":"AAPL","description":"old raw"}',
        b'{"name":"AAPL","description":"new raw"}',
    )
    assert old.headers["etag"] != new.headers["etag"] == (await service.ask()).headers["etag"]


async def test_a_response_that_depends_on_today_ends_with_the_day() -> None:
    """Its warnings may change at midnight although no bar does."""
    service = Service()
    yesterday, today = (replace(FORECAST, today=date(2024, 3, day)) for day in (4, 5))
    etag = (await service.ask(yesterday)).headers["etag"]
    statuses = [(await service.ask(key, if_none_match=etag)).status_code for key in (yesterday, today)]
    assert (statuses, service.workers.n_runs) == ([304, 200], 2)


async def test_another_calendar_gives_another_etag() -> None:
    tags = [(await Service(calendar).ask()).headers["etag"] for calendar in ("XNYS", "XLON", None, "XNYS")]
    assert tags[0] == tags[3]
    assert len(set(tags)) == 3


async def test_200_concurrent_requests_share_one_computation_and_one_measurement() -> None:
    service = Service(is_slow=True)
    callers = [asyncio.create_task(service.ask()) for _ in range(200)]
    await service.workers.has_begun.wait()
    service.workers.may_end.set()
    responses = await asyncio.gather(*callers)
    assert {response.body for response in responses} == {b'{"name":"AAPL","description":"old raw"}'}
    assert service.workers.n_runs == 1
    assert (service.count("forecast"), service.count("evaluation"), service.count("result")) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "other",
    [
        ComputationKey("evaluation", "AAPL", adjusted=False, query="{}"),
        ComputationKey("forecast", "MSFT", adjusted=False, query="{}"),
        ComputationKey("forecast", "AAPL", adjusted=True, query="{}"),
        ComputationKey("forecast", "AAPL", adjusted=False, query='{"horizon":2}'),
    ],
)
async def test_another_key_is_another_computation(other: ComputationKey) -> None:
    service = Service(is_slow=True)
    callers = [asyncio.create_task(service.ask(key)) for key in (FORECAST, other)]
    await service.workers.has_begun.wait()
    await asyncio.sleep(0)
    service.workers.may_end.set()
    await asyncio.gather(*callers)
    assert service.workers.n_runs == 2


async def test_a_request_without_time_left_is_busy_and_the_others_keep_waiting() -> None:
    service = Service(is_slow=True)
    patient = asyncio.create_task(service.ask())
    with pytest.raises(Busy, match="did not finish in time"):
        await within(0.02, service.ask)
    service.workers.may_end.set()
    assert (await patient).status_code == 200
    assert service.workers.n_runs == 1


@pytest.mark.parametrize("error", [Busy("Too much is waiting."), NotEnoughBars("Too few.", required=60, available=3)])
async def test_a_refusal_is_passed_on_and_not_measured(error: Exception) -> None:
    service = Service()
    service.workers.error = error
    outcomes = await asyncio.gather(*(service.ask() for _ in range(3)), return_exceptions=True)
    assert outcomes == [error] * 3
    assert service.count("forecast") == 0.0


async def test_a_response_without_bars_has_the_etag_of_the_code() -> None:
    fixed = partial(Service().responder.respond_with, FeatureInfo(name="a", description="b"))
    response = fixed("")
    assert response.body == b'{"name":"a","description":"b"}'
    assert fixed(response.headers["etag"]).status_code == 304
    assert fixed('"other"').status_code == 200


async def test_a_response_from_stale_bars_says_so_and_stands_for_no_other() -> None:
    service = Service()
    fresh = await service.ask(work=_echo_with_warnings)
    service.bars.is_stale = True
    stale = await service.ask(if_none_match=fresh.headers["etag"], work=_echo_with_warnings)
    assert stale.status_code == 200
    assert "etag" not in stale.headers
    assert [warning["code"] for warning in json.loads(bytes(stale.body))["warnings"]] == ["stale_bars", "known"]
    service.bars.is_stale = False
    assert (await service.ask(work=_echo_with_warnings)).body == fresh.body
