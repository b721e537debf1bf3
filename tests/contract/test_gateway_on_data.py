"""The gateway on the data service's own app: what the one offers, the other takes, and bars pass through unchanged."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from gateway.app import create_app
from gateway.settings import GatewaySettings
from services.data.app import create_app as create_data_app
from services.data.settings import DataSettings
from shared.clients.data import DataClient
from shared.schemas.arrow import decode
from shared.staleness import STALE
from tests.support.asgi import serve
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarCache, FakeBarStore, serve_data
from tests.support.data.ledgers import Forecasting
from tests.support.data.uploads import join_lines
from tests.support.gateway.service import WITH_KEY, FakePrediction, gateway_resources, make_gateway

CSV = b"Date,Open,High,Low,Close\n2024-01-02,10,12,9,11\n2024-01-03,11,13,10,12\n"


@asynccontextmanager
async def _gateway(
    store: FakeBarStore,
    prediction: FakePrediction | None = None,
    cache: FakeBarCache | None = None,
    **settings: object,
) -> AsyncIterator[httpx.AsyncClient]:
    async with serve_data(store, cache) as http:
        resources = replace(gateway_resources(prediction=prediction), data=DataClient(http, timeout_seconds=60))
        async with serve(make_gateway(resources, **settings)) as client:
            yield client


PAIRS = [
    ("get", "/api/stocks", "/search"),
    ("get", "/api/stocks/{symbol}", "/symbols/{symbol}"),
    ("get", "/api/stocks/{symbol}/bars", "/symbols/{symbol}/bars"),
    ("put", "/api/stocks/{symbol}/bars", "/symbols/{symbol}/bars"),
    ("put", "/api/bars", "/bars"),
    ("delete", "/api/stocks/{symbol}", "/symbols/{symbol}"),
    ("get", "/api/stocks/{symbol}/ledger", "/symbols/{symbol}/ledger"),
]


@pytest.mark.parametrize(("method", "public", "internal"), PAIRS)
def test_what_may_be_asked_for_is_the_same_at_both_doors(method: str, public: str, internal: str) -> None:
    outer = create_app(GatewaySettings()).openapi()["paths"][public][method]
    inner = create_data_app(DataSettings()).openapi()["paths"][internal][method]

    def taken(operation: dict[str, Any]) -> dict[str, dict[str, object]]:
        words = {"description", "title", "examples"}
        return {
            parameter["name"]: {key: value for key, value in parameter["schema"].items() if key not in words}
            for parameter in operation["parameters"]
            if parameter["in"] != "header"
        }

    assert taken(outer) == taken(inner)
    assert set(outer.get("requestBody", {}).get("content", {})) == set(inner.get("requestBody", {}).get("content", {}))


async def test_bars_that_are_loaded_are_found_described_read_and_deleted() -> None:
    async with _gateway(FakeBarStore()) as client:
        loaded = await client.put(
            "/api/stocks/new/bars?name=New%20Corp", content=CSV, headers=WITH_KEY | {"Content-Type": "text/csv"}
        )
        assert loaded.status_code == 200, loaded.text
        found = (await client.get("/api/stocks", params={"query": "corp"})).json()
        described = (await client.get("/api/stocks/NEW")).json()
        arrow = await client.get("/api/stocks/NEW/bars?format=arrow&start=2024-01-03")
        to_csv = await client.get("/api/stocks/NEW/bars?format=csv")
        known = await client.get("/api/stocks/NEW/bars", headers={"If-None-Match": arrow.headers["etag"]})
        deleted = await client.delete("/api/stocks/NEW", headers=WITH_KEY)
        gone = await client.get("/api/stocks/NEW/bars")
    assert (loaded.json()["inserted"], loaded.json()["rejected"]) == (2, [])
    assert [stock["symbol"] for stock in found["stocks"]] == ["NEW"]
    assert (described["name"], described["bars"]) == ("New Corp", 2)
    assert described["revision"] == loaded.json()["revision"] == arrow.headers["etag"].strip('"')
    assert decode(arrow.content).numbers["close"].tolist() == [12]
    assert 'filename="NEW_' in to_csv.headers["content-disposition"]
    assert (known.status_code, deleted.status_code, gone.status_code) == (304, 204, 404)


async def test_a_file_with_many_symbols_is_loaded_and_what_is_kept_of_each_is_not_served_again() -> None:
    lines = CSV.decode().splitlines()
    many = "\n".join([f"symbol,{lines[0]}", *(f"{symbol},{line}" for symbol in ("NEW", "AAPL") for line in lines[1:])])
    headers = WITH_KEY | {"Content-Type": "text/csv"}
    async with _gateway(FakeBarStore({"AAPL": make_frame()})) as client:
        before = (await client.get("/api/stocks/AAPL/bars")).json()
        checked = await client.put("/api/bars?mode=replace&dry_run=true", content=many, headers=headers)
        unchanged = (await client.get("/api/stocks/AAPL/bars")).json()
        loaded = await client.put("/api/bars?mode=replace", content=many, headers=headers)
        after = (await client.get("/api/stocks/AAPL/bars")).json()
        refused = await client.put("/api/bars", content=many)
    reports = join_lines(loaded)["reports"]
    assert [report["symbol"] for report in reports] == ["AAPL", "NEW"]
    assert join_lines(checked)["reports"][1] | {"dry_run": False} == reports[1]
    assert before == unchanged
    assert after["revision"] == reports[0]["revision"] != before["revision"]
    assert loaded.headers["content-type"] == "application/x-ndjson"
    assert refused.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/api/stocks/NOPE", 404, "symbol-not-found"),
        ("GET", "/api/stocks/AAPL/bars?start=2024-01-03&end=2024-01-02", 422, "invalid-request"),
        ("GET", "/api/stocks?cursor=nonsense", 422, "invalid-request"),
        ("DELETE", "/api/stocks/NOPE", 404, "symbol-not-found"),
        ("PUT", "/api/stocks/AAPL/bars", 422, "unreadable-file"),
        ("PUT", "/api/bars", 422, "unreadable-file"),
    ],
)
async def test_what_the_data_service_refuses_is_refused_at_the_public_door(
    method: str, path: str, status: int, slug: str
) -> None:
    async with _gateway(FakeBarStore({"AAPL": make_frame()})) as client:
        response = await client.request(
            method, path, content=b"\0\1\2", headers=WITH_KEY | {"Content-Type": "text/csv"}
        )
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{slug}")
    assert response.json()["instance"] == path.partition("?")[0]


async def test_a_row_that_rejects_a_strict_file_is_pointed_at() -> None:
    bad = CSV + b"2024-01-04,10,1,9,11\n"
    async with _gateway(FakeBarStore()) as client:
        response = await client.put(
            "/api/stocks/NEW/bars?strict=true", content=bad, headers=WITH_KEY | {"Content-Type": "text/csv"}
        )
        listed = await client.get("/api/stocks/all")
    assert (response.status_code, response.json()["type"]) == (422, "/problems/rows-rejected")
    assert len(response.json()["errors"]) == 1
    assert listed.json() == []


async def test_a_forecast_is_kept_and_compared_when_its_session_has_come_and_no_longer_taken_then() -> None:
    async with _gateway(FakeBarStore({"AAPL": make_frame()}), Forecasting()) as client:
        path = "/api/stocks/AAPL/ledger"
        kept = await client.post(path, json={"horizon": 2}, headers=WITH_KEY)
        again = await client.post(path, json={"horizon": 3}, headers=WITH_KEY)
        bar = b"Date,Open,High,Low,Close\n2024-01-04,12,14,11,13\n"
        await client.put("/api/stocks/AAPL/bars", content=bar, headers=WITH_KEY | {"Content-Type": "text/csv"})
        late = await client.post(path, json={"horizon": 20}, headers=WITH_KEY)
        page = (await client.get(path, params={"limit": 1})).json()
        rest = (await client.get(path, params={"cursor": page["next_cursor"]})).json()
    assert [(one.status_code, one.json()["kept"], one.json()["known"]) for one in (kept, again)] == [
        (201, 2, 0),
        (201, 1, 2),
    ]
    assert (late.status_code, late.json()["type"]) == (422, "/problems/invalid-request")
    assert "before the outcome" in late.json()["detail"]
    assert (page["n_scored"], page["n_late"]) == (0, 3)  # of sessions of 2024, recorded later
    assert [record["actual"] for record in page["records"] + rest["records"]] == [13.0, None, None]


async def test_stale_answers_are_marked_at_the_public_door_too() -> None:
    store = FakeBarStore({"AAPL": make_frame()})
    paths = ["/api/stocks/AAPL/bars", "/api/stocks/AAPL", "/api/stocks/all"]
    # Keeping nothing: with an ETag, the data service confirms a revision that it remembers for as long as it may.
    async with _gateway(store, cache=FakeBarCache(is_old=True), answer_bytes=0) as client:
        fresh = [await client.get(path) for path in paths]
        assert (await client.get("/api/health")).json()["stale"] is False
        store.is_down = True
        for path, before in zip(paths, fresh, strict=True):
            answer = await client.get(path)
            assert (answer.status_code, answer.content) == (200, before.content)
            assert (answer.headers["warning"], answer.headers["cache-control"]) == (STALE, "no-store")
            assert "warning" not in before.headers
        assert (await client.get("/api/health")).json()["stale"] is True
