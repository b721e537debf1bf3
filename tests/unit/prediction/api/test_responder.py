import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
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
from shared.web.health import Health
from tests.support.deadlines import within

P = ParamSpec("P")
T = TypeVar("T")
FORECAST = ComputationKey("forecast", "AAPL", adjusted=False, query="{}")


@dataclass
class FakeBars:
    """A data service whose bars are told by their revision alone."""

    revision_now: str = "old"
    n_reads: int = 0

    async def symbols(self) -> list[str]:
        return ["AAPL"]

    async def revision(self, *, symbol: str) -> str:
        if symbol == "NOPE":
            raise SymbolNotFound("There is no symbol NOPE here.")
        return self.revision_now

    async def bars(self, *, symbol: str, adjusted: bool) -> EncodedBars:
        self.n_reads += 1
        return EncodedBars(await self.revision(symbol=symbol), b"adjusted" if adjusted else b"as they are")

    async def health(self) -> Health:
        return Health(status="ok")


@dataclass
class SlowWorkers:
    """Workers that run when `may_end` is set, unless `error` is."""

    error: Exception | None = None
    n_runs: int = 0
    has_begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self.n_runs += 1
        self.has_begun.set()
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        return work(*args, **kwargs)

    async def ping(self) -> None:
        pass


class Service:
    """A responder on fakes."""

    def __init__(self, calendar: str | None = "XNYS", *, is_slow: bool = False) -> None:
        self.bars, self.workers, self.registry = FakeBars(), SlowWorkers(), CollectorRegistry()
        self.responder = Responder(calendar, self.registry)
        if not is_slow:
            self.workers.may_end.set()

    async def ask(self, question: ComputationKey = FORECAST, if_none_match: str = "") -> Response:
        resources = Resources(data=self.bars, workers=self.workers)
        return await self.responder.respond(question, if_none_match, resources, _echo)

    def count(self, kind: str) -> float | None:
        return self.registry.get_sample_value(f"{kind}_duration_seconds_count")


def _echo(payload: EncodedBars, symbol: str) -> FeatureInfo:
    return FeatureInfo(name=symbol, description=f"{payload.revision} {payload.arrow.decode()}")


async def test_an_answer_is_what_the_work_makes_of_the_bars() -> None:
    service = Service()
    response = await service.ask()
    adjusted = await service.ask(ComputationKey("evaluation", "MSFT", adjusted=True))
    assert response.body == b'{"name":"AAPL","description":"old as they are"}'
    assert adjusted.body == b'{"name":"MSFT","description":"old adjusted"}'
    assert response.headers["content-type"] == "application/json"


async def test_who_has_the_answer_is_told_so_without_bars_or_work() -> None:
    service = Service()
    etag = (await service.ask()).headers["etag"]
    known = await service.ask(if_none_match=f"W/{etag}")
    assert (known.status_code, known.body, known.headers["etag"]) == (304, b"", etag)
    assert (service.bars.n_reads, service.workers.n_runs) == (1, 1)


async def test_who_has_an_answer_of_other_bars_or_of_none_is_sent_the_new_one() -> None:
    service = Service()
    etag = (await service.ask()).headers["etag"]
    service.bars.revision_now = "new"
    response = await service.ask(if_none_match=etag)
    assert response.status_code == 200
    assert response.body == b'{"name":"AAPL","description":"new as they are"}'
    assert response.headers["etag"] != etag
    with pytest.raises(SymbolNotFound):
        await service.ask(ComputationKey("result", "NOPE", adjusted=False), if_none_match=etag)


async def test_a_load_during_the_computation_gives_the_old_answer_no_new_tag() -> None:
    service = Service(is_slow=True)
    early = asyncio.create_task(service.ask())
    await service.workers.has_begun.wait()
    service.bars.revision_now = "new"
    late = asyncio.create_task(service.ask())
    await asyncio.sleep(0)
    service.workers.may_end.set()
    old, new = await early, await late
    assert (old.body, new.body) == (
        b'{"name":"AAPL","description":"old as they are"}',
        b'{"name":"AAPL","description":"new as they are"}',
    )
    assert old.headers["etag"] != new.headers["etag"] == (await service.ask()).headers["etag"]


async def test_an_answer_dated_by_another_exchange_has_another_tag() -> None:
    tags = [(await Service(calendar).ask()).headers["etag"] for calendar in ("XNYS", "XLON", None, "XNYS")]
    assert tags[0] == tags[3]
    assert len(set(tags)) == 3


async def test_what_200_ask_at_a_time_is_computed_and_measured_once() -> None:
    service = Service(is_slow=True)
    callers = [asyncio.create_task(service.ask()) for _ in range(200)]
    await service.workers.has_begun.wait()
    service.workers.may_end.set()
    responses = await asyncio.gather(*callers)
    assert {response.body for response in responses} == {b'{"name":"AAPL","description":"old as they are"}'}
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
async def test_another_question_is_another_computation(other: ComputationKey) -> None:
    service = Service(is_slow=True)
    callers = [asyncio.create_task(service.ask(question)) for question in (FORECAST, other)]
    await service.workers.has_begun.wait()
    await asyncio.sleep(0)
    service.workers.may_end.set()
    await asyncio.gather(*callers)
    assert service.workers.n_runs == 2


async def test_who_has_no_time_left_is_told_to_come_again_and_the_others_wait_on() -> None:
    service = Service(is_slow=True)
    patient = asyncio.create_task(service.ask())
    with pytest.raises(Busy, match="did not end in time"):
        await within(0.02, service.ask)
    service.workers.may_end.set()
    assert (await patient).status_code == 200
    assert service.workers.n_runs == 1


@pytest.mark.parametrize("error", [Busy("Too much is waiting."), NotEnoughBars("Too few.", required=60, available=3)])
async def test_what_the_work_refuses_is_refused_and_not_measured(error: Exception) -> None:
    service = Service()
    service.workers.error = error
    outcomes = await asyncio.gather(*(service.ask() for _ in range(3)), return_exceptions=True)
    assert outcomes == [error] * 3
    assert service.count("forecast") == 0.0


async def test_what_depends_on_no_bars_is_known_by_what_computes() -> None:
    fixed = partial(Service().responder.respond_with, FeatureInfo(name="a", description="b"))
    response = fixed("")
    assert response.body == b'{"name":"a","description":"b"}'
    assert fixed(response.headers["etag"]).status_code == 304
    assert fixed('"other"').status_code == 200
