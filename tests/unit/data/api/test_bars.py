import math

import pytest

from services.data.api.bar_formats import PART_BARS
from shared.schemas.arrow import MEDIA_TYPE, BarFrame, decode
from tests.support.data.bars import make_bars, make_entry, make_frame
from tests.support.data.fakes import FakeBarCache, FakeBarStore, FakeChangeFeed, serve_data
from tests.support.polling import wait_until


async def test_a_long_history_is_encoded_in_parts() -> None:
    closes = [float(close) for close in range(10, PART_BARS + 20)]
    async with serve_data(FakeBarStore({"AAPL": make_frame(closes=closes)})) as client:
        body = (await client.get("/symbols/AAPL/bars")).json()
    assert [bar["close"] for bar in body["bars"]] == closes
    assert len({bar["session"] for bar in body["bars"]}) == len(closes)


async def test_bars_are_json_with_their_revision_as_etag() -> None:
    frame = make_frame(closes=[10, 11], skipped=3)
    frame.bars.loc[1, "volume"] = math.nan
    async with serve_data(FakeBarStore({"AAPL": frame})) as client:
        response = await client.get("/symbols/aapl/bars")
    assert response.headers["etag"] == f'"{frame.revision}"'
    body = response.json()
    assert (body["symbol"], body["revision"], body["skipped"]) == ("AAPL", frame.revision, 3)
    assert body["bars"][0] == {
        "session": "2024-01-01",
        "open": 10,
        "high": 11,
        "low": 9,
        "close": 10,
        "volume": 1000,
        "adj_close": 10,
    }
    assert body["bars"][1]["volume"] is None


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
async def test_a_number_that_json_does_not_have_is_null(number: float) -> None:
    frame = make_frame(closes=[10, 11])
    frame.bars.loc[1, "high"] = number
    async with serve_data(FakeBarStore({"AAPL": frame})) as client:
        bars = (await client.get("/symbols/AAPL/bars")).json()["bars"]
    assert [bar["high"] for bar in bars] == [11, None]


async def test_bars_are_arrow_when_asked_for() -> None:
    frame = make_frame()
    async with serve_data(FakeBarStore({"AAPL": frame})) as client:
        response = await client.get("/symbols/AAPL/bars", params={"format": "arrow"})
    assert response.headers["content-type"] == MEDIA_TYPE
    assert decode(response.content).revision == frame.revision


@pytest.mark.parametrize(
    ("given", "status"),
    [('"{}"', 304), ('W/"{}"', 304), ('"other", "{}"', 304), ("*", 304), ('"other"', 200), ("{}", 200)],
)
async def test_a_revision_that_the_caller_has_is_not_sent_again(given: str, status: int) -> None:
    frame = make_frame()
    async with serve_data(FakeBarStore({"AAPL": frame})) as client:
        response = await client.get("/symbols/AAPL/bars", headers={"if-none-match": given.format(frame.revision)})
    assert response.status_code == status
    assert response.headers["etag"] == f'"{frame.revision}"'
    assert bool(response.content) == (status == 200)


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/symbols/NOPE/bars", 404, "symbol-not-found"),
        ("/symbols/NONE/bars", 404, "no-bars"),
        ("/symbols/system.users/bars", 422, "invalid-request"),
        ("/symbols/AAPL/bars?format=pickle", 422, "invalid-request"),
        ("/symbols/A%00/bars", 422, "invalid-request"),
        ("/nothing", 404, "not-found"),
    ],
)
async def test_a_missing_resource_is_a_problem(path: str, status: int, slug: str) -> None:
    none = BarFrame("NONE", make_bars([]))
    async with serve_data(FakeBarStore({"AAPL": make_frame(), "NONE": none})) as client:
        response = await client.get(path)
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{slug}")


async def test_the_outcomes_of_the_cache_are_counted() -> None:
    cache = FakeBarCache()
    async with serve_data(FakeBarStore({"AAPL": make_frame()}), cache) as client:
        await client.get("/symbols/AAPL/bars")
        await client.get("/symbols/AAPL/bars")
        cache.is_down = True
        await client.get("/symbols/AAPL/bars")
        metrics = (await client.get("/metrics")).text
    for outcome, n in (("hit", 1), ("miss", 1), ("unavailable", 1), ("corrupt", 0)):
        assert f'cache_requests_total{{outcome="{outcome}"}} {n}.0' in metrics


async def test_it_is_ready_without_its_cache_and_not_without_its_store() -> None:
    store, cache = FakeBarStore(), FakeBarCache(is_down=True)
    async with serve_data(store, cache) as client:
        slow = await client.get("/readyz")
        store.is_down = True
        down = await client.get("/readyz")
        alive = await client.get("/healthz")
    assert (slow.status_code, slow.json()["status"]) == (200, "degraded")
    assert (down.status_code, down.json()["checks"]["store"]["status"]) == (503, "down")
    assert alive.status_code == 200


async def test_a_change_by_another_tool_is_visible_when_the_feed_reports_it() -> None:
    store, cache, feed = FakeBarStore({"AAPL": make_frame()}), FakeBarCache(), FakeChangeFeed()
    async with serve_data(store, cache, feed) as client:
        await client.get("/symbols/AAPL/bars")
        await client.get("/search")
        store.frames |= {"AAPL": make_frame(closes=[1, 2]), "NEW": make_frame("NEW")}
        await feed.queue.put({"AAPL", "NEW"})
        await wait_until(lambda: not cache.entries)
        bars = (await client.get("/symbols/AAPL/bars")).json()["bars"]
        stocks = (await client.get("/search")).json()["stocks"]
    assert [bar["close"] for bar in bars] == [1, 2]
    assert [stock["symbol"] for stock in stocks] == ["AAPL", "NEW"]


async def test_a_feed_that_is_down_is_degraded() -> None:
    async with serve_data(FakeBarStore(), feed=FakeChangeFeed(is_down=True)) as client:
        response = await client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["feed"]["detail"] == "Changes are not reported."


async def test_a_symbol_of_another_tool_is_described_from_its_bars() -> None:
    store = FakeBarStore({"AAPL": make_frame(closes=[10, 10.5, 5.2])})
    store.catalogue["AAPL"] = make_entry(make_frame(), name="Apple Inc.")  # describes bars that are no longer stored
    async with serve_data(store) as client:
        stock = (await client.get("/symbols/AAPL")).json()
    assert (stock["name"], stock["source"], stock["loaded_at"]) == ("Apple Inc.", None, None)
    assert (stock["bars"], stock["revision"]) == (3, store.frames["AAPL"].revision)
    assert "short_history" in [finding["code"] for finding in stock["findings"]]


async def test_adjusted_prices_that_end_early_are_refused_with_until_when() -> None:
    frame = make_frame()
    frame.bars.loc[2, "adj_close"] = math.nan
    async with serve_data(FakeBarStore({"AAPL": frame})) as client:
        refused = await client.get("/symbols/AAPL/bars?adjusted=true")
        until = await client.get("/symbols/AAPL/bars?adjusted=true&end=2024-01-02")
        stock = (await client.get("/symbols/AAPL")).json()
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (409, "/problems/no-adjusted-prices")
    assert problem["adjusted_until"] == "2024-01-02"
    assert "end on 2024-01-02, but its bars on 2024-01-03" in problem["detail"]
    assert "A request for bars, but not for a forecast, may also end on 2024-01-02" in problem["detail"]
    assert len(until.json()["bars"]) == 2
    assert not stock["has_adjusted_prices"]
    assert "adjusted_ends_early" in {finding["code"] for finding in stock["findings"]}
