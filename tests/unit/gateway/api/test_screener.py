"""The leaderboard and the screener at the public door: asked for by their ETag each time, and kept compressed."""

import pytest

from gateway.examples.screener import LEADERBOARD, SCREENER
from shared.errors import NoCompleteRun
from shared.staleness import STALE
from tests.support.gateway.feed import FakeFeed
from tests.support.gateway.service import RUN_ETAG, FakeData, serve_gateway
from tests.support.gateway.shared import Gateway


async def test_both_are_passed_on_with_their_defaults(gateway: Gateway) -> None:
    leaderboard = await gateway.client.get("/api/leaderboard")
    screener = await gateway.client.get("/api/screener")
    await gateway.client.get("/api/leaderboard?horizon=5")
    await gateway.client.get("/api/screener?horizon=5&level=50&format=csv")
    assert (leaderboard.json(), screener.json()) == (LEADERBOARD, SCREENER)
    assert gateway.asked == [
        ("/leaderboards/1", {}),
        ("/screener", {"format": "json"}),
        ("/leaderboards/5", {}),
        ("/screener", {"horizon": "5", "level": "50", "format": "csv"}),
    ]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("*/*", "json"),
        ("text/html, */*", "json"),
        ("text/csv", "csv"),
        ("Text/CSV; q=0.9, application/json; q=0.5", "csv"),
        ("application/vnd.apache.parquet", "parquet"),
        ("application/vnd.apache.arrow.stream", "arrow"),
        ("text/csv; q=0, application/vnd.apache.parquet; Q=0.5", "parquet"),
        ("text/csv;q=0.000", "json"),
        ("x," * 10_000 + "text/csv", "json"),
    ],
)
async def test_accept_chooses_the_format_unless_the_query_does(gateway: Gateway, accept: str, chosen: str) -> None:
    response = await gateway.client.get("/api/screener", headers={"Accept": accept})
    named = await gateway.client.get("/api/screener?format=csv", headers={"Accept": accept})
    assert gateway.asked == [("/screener", {"format": chosen}), ("/screener", {"format": "csv"})]
    assert "Accept" in [part.strip() for part in response.headers["Vary"].split(",")]
    assert "Accept" not in [part.strip() for part in named.headers["Vary"].split(",")]


@pytest.mark.parametrize("path", ["/api/leaderboard", "/api/screener"])
async def test_what_is_kept_is_confirmed_each_time_although_the_feed_is_alive(path: str) -> None:
    feed = FakeFeed()
    data = FakeData(feed=feed)
    async with serve_gateway(data) as client:
        await feed.send()
        await feed.pass_seconds(6)
        responses = [await client.get(path, headers={"Accept-Encoding": "zstd"}) for _ in range(3)]
        known = await client.get(path, headers={"If-None-Match": f"W/{RUN_ETAG}"})
    assert data.if_none_match == [None, RUN_ETAG, RUN_ETAG, RUN_ETAG]
    assert known.status_code == 304
    assert {response.headers["ETag"] for response in responses} == {f"W/{RUN_ETAG}"}
    assert {response.json()["sentence"] for response in responses} == {SCREENER["sentence"]}


async def test_what_is_confirmed_as_stale_is_served_whole_to_a_caller_that_has_it_not() -> None:
    data = FakeData()
    async with serve_gateway(data) as client:
        first = await client.get("/api/screener")
        data.extra_headers = {"Warning": STALE}
        again = await client.get("/api/screener")
    assert (again.status_code, again.content, again.headers["warning"]) == (200, first.content, STALE)
    assert again.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["horizon=0", "horizon=21", "level=60", "level=x", "format=xml", "sort=skill"])
async def test_what_is_not_offered_is_refused_here(gateway: Gateway, query: str) -> None:
    response = await gateway.client.get(f"/api/screener?{query}")
    assert response.status_code == 422
    assert gateway.asked == []


@pytest.mark.parametrize("path", ["/api/leaderboard", "/api/screener"])
async def test_without_a_run_the_problem_says_how_to_start_one(path: str) -> None:
    data = FakeData(error=NoCompleteRun("Start one with POST /api/runs."))
    async with serve_gateway(data) as client:
        response = await client.get(path)
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/no-complete-run"
    assert response.json()["detail"] == "Start one with POST /api/runs."
