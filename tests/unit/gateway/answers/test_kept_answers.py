"""Kept answers through the whole gateway, with a feed of revisions whose time a test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.answers.keeper import BOUNDED_SECONDS
from shared.errors import StoreUnavailable
from shared.staleness import STALE
from tests.support.gateway.feed import FakeFeed
from tests.support.gateway.service import ETAG, WITH_KEY, FakeData, FakePrediction, serve_gateway
from tests.support.polling import settle

RESULT = "/api/stocks/AAPL/result"
PATHS = [
    RESULT,
    "/api/stocks/AAPL/forecast?horizon=3",
    "/api/stocks/AAPL/evaluation",
    "/api/stocks/AAPL/bars",
    "/api/stocks/AAPL/bars?format=csv",
    "/api/stocks/AAPL",
    "/api/stocks/all",
    "/api/stocks?query=aa",
    "/api/models",
]


class System:
    """A gateway in front of doubles."""

    def __init__(self, client: httpx.AsyncClient, data: FakeData, prediction: FakePrediction, feed: FakeFeed) -> None:
        self.client, self.data, self.prediction, self.feed = client, data, prediction, feed

    def n_asked(self) -> int:
        return self.data.n_requests + self.prediction.n_requests

    async def is_served_unasked(self, path: str = RESULT, method: str = "GET", **options: object) -> bool:
        before = self.n_asked()
        response = await self.client.request(method, path, **options)  # type: ignore[arg-type]  # of httpx
        assert response.status_code in {200, 304}, response.text
        return self.n_asked() == before


@asynccontextmanager
async def system(**settings: object) -> AsyncIterator[System]:
    feed = FakeFeed()
    data, prediction = FakeData(feed=feed), FakePrediction()
    async with serve_gateway(data, prediction, **settings) as client:
        await feed.send()
        await feed.pass_seconds(6)
        yield System(client, data, prediction, feed)


@pytest.mark.parametrize("path", PATHS)
async def test_an_answer_is_served_without_asking_until_its_symbol_changes(path: str) -> None:
    async with system() as it:
        first = await it.client.get(path)
        again = [await it.client.get(path) for _ in range(3)]
        assert it.n_asked() == 1
        for response in again:
            assert response.content == first.content
            ignored = {"x-request-id", "content-length"}
            assert {k: v for k, v in response.headers.items() if k not in ignored} == {
                k: v for k, v in first.headers.items() if k not in ignored
            }
        await it.feed.send(["AAPL"])
        assert await it.is_served_unasked(path) is (path == "/api/models")


async def test_post_and_its_twin_share_one_answer_and_each_form_is_recognised() -> None:
    async with system() as it:
        body = {"stock_symbol": "aapl"}
        assert not await it.is_served_unasked(RESULT)
        assert await it.is_served_unasked("/api/result", "POST", json=body)
        assert await it.is_served_unasked("/api/result", "POST", json=body)
        assert await it.is_served_unasked("/api/stocks/aapl/result?adjusted=false")
        assert not await it.is_served_unasked("/api/stocks/aapl/result?adjusted=true")
        assert not await it.is_served_unasked("/api/result", "POST", json={"stock_symbol": "MSFT"})


async def test_a_change_of_another_symbol_leaves_an_answer_but_not_the_lists() -> None:
    async with system() as it:
        for path in (RESULT, "/api/stocks/all"):
            await it.is_served_unasked(path)
        await it.feed.send(["MSFT"])
        assert await it.is_served_unasked(RESULT)
        assert not await it.is_served_unasked("/api/stocks/all")


async def test_a_copy_of_the_caller_is_confirmed_from_what_is_kept() -> None:
    async with system() as it:
        await it.client.get(RESULT)
        for tag in (ETAG, f"W/{ETAG}", f'"x", {ETAG[:-1]}-gzip"', "*"):
            response = await it.client.get(RESULT, headers={"If-None-Match": tag})
            assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", ETAG)
        assert (await it.client.get(RESULT, headers={"If-None-Match": '"other"'})).status_code == 200
        assert it.n_asked() == 1


async def test_a_confirmed_copy_is_kept_without_its_body_for_callers_that_have_it() -> None:
    async with system() as it:
        tag = {"If-None-Match": ETAG}
        assert not await it.is_served_unasked(RESULT, headers=tag)
        assert await it.is_served_unasked(RESULT, headers=tag)
        assert not await it.is_served_unasked(RESULT)
        assert await it.is_served_unasked(RESULT)


@pytest.mark.parametrize("event", ["change", "gap"])  # in a gap, what no event reports may have been acknowledged
async def test_an_answer_that_was_in_progress_at_a_change_or_a_gap_is_neither_kept_nor_joined(event: str) -> None:
    async with system() as it:
        it.prediction.may_answer.clear()
        waiting = asyncio.create_task(it.client.get(RESULT))
        await it.prediction.asked_once.wait()
        if event == "gap":
            it.feed.cut()
        await it.feed.send(["AAPL"] if event == "change" else [])
        joining = asyncio.create_task(it.client.get(RESULT))  # must not share the request that began before
        await settle()
        it.prediction.may_answer.set()
        assert {response.status_code for response in await asyncio.gather(waiting, joining)} == {200}
        assert it.n_asked() == 2
        assert not await it.is_served_unasked()


async def test_while_a_change_settles_an_answer_is_confirmed_by_its_tag() -> None:
    async with system() as it:
        await it.client.get(RESULT)
        await it.feed.send(["AAPL"])
        assert not await it.is_served_unasked()
        assert it.prediction.if_none_match[-1] == ETAG
        await it.feed.pass_seconds(6)
        assert not await it.is_served_unasked()
        assert await it.is_served_unasked()


@pytest.mark.parametrize("place", ["/api/stocks/AAPL/bars", "/api/bars"])
async def test_a_write_through_the_gateway_evicts_before_it_is_acknowledged(place: str) -> None:
    async with system() as it:
        path = "/api/stocks/AAPL/bars"
        await it.client.get(path)
        csv = {"content": b"rows", "headers": {"Content-Type": "text/csv"} | WITH_KEY}
        for error, status in ((None, 200), (StoreUnavailable("The answer is lost."), 503)):  # it may be stored, too
            it.data.error = error
            assert (await it.client.put(place, **csv)).status_code == status  # type: ignore[arg-type]
            it.data.error = None
            assert not await it.is_served_unasked(path)
            await it.feed.pass_seconds(6)
            await it.client.get(path)
            assert await it.is_served_unasked(path)
        await it.client.delete("/api/stocks/AAPL", headers=WITH_KEY)
        assert not await it.is_served_unasked(path)


@pytest.mark.parametrize("failure", ["silent", "cut", "not alive", "anything changed"])
async def test_without_a_feed_an_answer_is_served_only_after_asking(failure: str) -> None:
    async with system() as it:
        await it.client.get(RESULT)
        assert await it.is_served_unasked()
        if failure == "silent":
            it.feed.now += 2.0
        elif failure == "cut":
            it.feed.cut()
            await it.feed.send()
        elif failure == "not alive":
            await it.feed.send(is_alive=False)
        else:
            await it.feed.send(None)
        assert not await it.is_served_unasked()
        assert it.prediction.if_none_match[-1] == ETAG
        await it.feed.pass_seconds(7)
        assert not await it.is_served_unasked()
        assert await it.is_served_unasked()


async def test_a_prediction_is_confirmed_once_a_minute_as_a_deployment_may_change_it() -> None:
    async with system() as it:
        for path in (RESULT, "/api/stocks/AAPL/bars"):
            await it.client.get(path)
        await it.feed.pass_seconds(int(BOUNDED_SECONDS))
        assert await it.is_served_unasked("/api/stocks/AAPL/bars")
        assert not await it.is_served_unasked(RESULT)
        assert await it.is_served_unasked(RESULT)


async def test_a_stale_answer_and_an_error_are_not_kept() -> None:
    async with system() as it:
        it.data.extra_headers = {"Warning": STALE}
        response = await it.client.get("/api/stocks/AAPL/bars")
        assert (response.headers["warning"], response.headers["cache-control"]) == (STALE, "no-store")
        it.data.extra_headers = {}
        it.data.error = StoreUnavailable("The store does not answer.")
        assert (await it.client.get("/api/stocks/AAPL/bars")).status_code == 503
        it.data.error = None
        assert "warning" not in (await it.client.get("/api/stocks/AAPL/bars")).headers
        assert await it.is_served_unasked("/api/stocks/AAPL/bars")


async def test_with_0_bytes_nothing_is_kept() -> None:
    async with system(answer_bytes=0) as it:
        await it.client.get(RESULT)
        assert not await it.is_served_unasked()


@pytest.mark.parametrize("settings", [{"open_reads": False}, {"computations_per_minute": 3}])
async def test_keys_and_limits_come_before_a_kept_answer(settings: dict[str, object]) -> None:
    async with system(**settings) as it:
        statuses = [(await it.client.get(RESULT, headers=WITH_KEY)).status_code for _ in range(4)]
        without = await it.client.get(RESULT)
        assert it.n_asked() == 1
        if "open_reads" in settings:
            assert (statuses, without.status_code) == ([200] * 4, 401)
        else:
            assert statuses == [200, 200, 200, 429]


async def test_a_request_for_a_strange_host_is_refused() -> None:
    async with system() as it:
        await it.client.get(RESULT)
        assert (await it.client.get(RESULT, headers={"Host": "evil.example"})).status_code == 400


async def test_a_compressed_answer_is_the_same_and_has_a_weak_tag() -> None:
    async with system() as it:
        path = "/api/stocks/AAPL/forecast"
        plain = await it.client.get(path)
        for _ in range(2):  # rendered, then from the shortcut
            response = await it.client.get(path, headers={"Accept-Encoding": "gzip"})
            assert (response.headers["content-encoding"], response.headers["etag"]) == ("gzip", f"W/{ETAG}")
            assert int(response.headers["content-length"]) < len(plain.content) == len(response.content)
            assert response.json() == plain.json()
        assert {plain.headers["vary"], response.headers["vary"]} == {"Accept-Encoding"}
        assert (await it.client.head(path)).headers["etag"] == ETAG


async def test_kept_answers_are_counted_logged_and_named() -> None:
    async with system() as it:
        for _ in range(3):
            response = await it.client.get(RESULT, headers={"X-Request-ID": "mine"})
            assert response.headers["x-request-id"] == "mine"
            assert response.headers["x-content-type-options"] == "nosniff"
        metrics = (await it.client.get("/api/metrics")).text
        assert 'answer_requests_total{outcome="hit"} 2.0' in metrics
        assert 'answer_requests_total{outcome="miss"} 1.0' in metrics
        assert 'http_requests_total{endpoint="/api/stocks/{symbol}/result",method="GET"} 3.0' in metrics
        assert "revision_feed_alive 1.0" in metrics
