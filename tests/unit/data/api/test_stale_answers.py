"""While the store is away, what is kept beyond its lifetime is served and marked; never while the store is up."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from services.data.app import create_app
from services.data.settings import DataSettings
from shared.staleness import STALE
from tests.support.asgi import serve
from tests.support.data.bars import make_entry, make_frame
from tests.support.data.fakes import FakeBarCache, FakeBarStore, FakeChangeFeed, fakes, serve_data

OLD, NEW = make_frame(closes=[1, 2]), make_frame(closes=[3, 4])
READS = ["/symbols/AAPL/bars", "/symbols/AAPL/bars?format=csv", "/symbols/AAPL", "/symbols"]


@dataclass
class Service:
    """A data service that has read AAPL, whose cache entry is now beyond its lifetime."""

    store: FakeBarStore
    cache: FakeBarCache
    client: httpx.AsyncClient

    async def warnings(self) -> dict[str, str | None]:
        answers = {path: await self.client.get(path) for path in READS}
        assert {answer.status_code for answer in answers.values()} == {200}
        return {path: answer.headers.get("warning") for path, answer in answers.items()}


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    store = FakeBarStore({"AAPL": OLD}, catalogue={"AAPL": make_entry(OLD, name="Apple")})
    cache = FakeBarCache(is_old=True)
    async with serve_data(store, cache) as client:
        service = Service(store, cache, client)
        await service.warnings()
        yield service


async def test_every_answer_that_is_kept_says_so_and_no_cache_may_store_it(service: Service) -> None:
    fresh = [await service.client.get(path) for path in READS]
    service.store.is_down = True
    assert await service.warnings() == dict.fromkeys(READS, STALE)
    for path, before in zip(READS, fresh, strict=True):
        answer = await service.client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert (answer.content, answer.headers.get("etag")) == (before.content, before.headers.get("etag"))


async def test_a_caller_that_has_the_bars_is_not_told_that_they_are_current(service: Service) -> None:
    async with serve_data(FakeBarStore(is_down=True), service.cache, FakeChangeFeed(is_down=True)) as client:
        known = await client.get("/symbols/AAPL/bars", headers={"if-none-match": f'"{OLD.revision}"'})
    assert (known.status_code, known.headers["warning"]) == (200, STALE)
    assert known.headers["etag"] == f'"{OLD.revision}"'


async def test_health_says_that_answers_are_stale_until_the_store_is_back(service: Service) -> None:
    assert (await service.client.get("/readyz")).json()["stale"] is False
    service.store.is_down = True
    assert (await service.client.get("/readyz")).json()["stale"] is False  # nothing stale has been served
    await service.warnings()
    health = await service.client.get("/readyz")
    assert (health.status_code, health.json()["stale"]) == (503, True)
    assert health.json()["checks"]["freshness"]["status"] == "degraded"
    service.store.is_down = False
    assert (await service.client.get("/readyz")).json()["stale"] is False
    assert await service.warnings() == dict.fromkeys(READS)


async def test_stale_answers_are_counted(service: Service) -> None:
    service.store.is_down = True
    await service.warnings()
    metrics = (await service.client.get("/metrics")).text
    assert f"stale_responses_total {len(READS)}.0" in metrics
    assert 'cache_requests_total{outcome="stale"} 2.0' in metrics


async def test_a_store_that_answers_is_always_asked(service: Service) -> None:
    service.store.frames["AAPL"] = NEW
    answer = await service.client.get("/symbols/AAPL/bars", headers={"cache-control": "no-cache"})
    assert (answer.json()["revision"], answer.headers.get("warning")) == (NEW.revision, None)


@pytest.mark.parametrize("path", READS)
async def test_what_was_deleted_is_not_served_from_the_past(service: Service, path: str) -> None:
    assert (await service.client.delete("/symbols/AAPL")).status_code == 204
    service.store.is_down = True
    assert (await service.client.get(path)).status_code == 503


@pytest.mark.parametrize("path", READS)
async def test_zero_seconds_serve_nothing_beyond_its_lifetime(path: str) -> None:
    store, cache = FakeBarStore({"AAPL": OLD}), FakeBarCache()
    settings = DataSettings.model_validate({"stale_seconds": 0, "cache_seconds": 1})
    async with serve(create_app(settings, open_resources=fakes(store, cache))) as client:
        store.is_down = True
        assert (await client.get(path)).status_code == 503
