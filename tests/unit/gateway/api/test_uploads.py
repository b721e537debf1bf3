import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.app import create_app
from gateway.settings import GatewaySettings
from shared.errors import RowsRejected
from shared.schemas.loads import LoadQuery
from tests.support.gateway.service import WITH_KEY, FakeData, serve_gateway
from tests.support.gateway.shared import Gateway

CSV = WITH_KEY | {"Content-Type": "text/csv"}


async def test_an_upload_is_handed_on_with_its_type_its_length_and_how_to_load_it() -> None:
    data = FakeData()
    async with serve_gateway(data) as client:
        response = await client.put(
            "/api/stocks/aapl/bars?mode=replace&strict=true&dry_run=true&date_format=dmy&name=Apple%20Inc.",
            content=b"Date,Close\n",
            headers=CSV,
        )
    query = LoadQuery(mode="replace", strict=True, dry_run=True, date_format="dmy", name="Apple Inc.")
    assert data.asked == [("AAPL", query, "text/csv", "11")]
    assert data.loaded == {"AAPL": b"Date,Close\n"}
    assert response.status_code == 200
    assert response.json()["rejected"][0]["row"] == 4


async def test_an_upload_without_a_length_is_handed_on_as_it_comes() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"Date,", b"Close\n"):
            yield piece

    data = FakeData()
    async with serve_gateway(data) as client:
        await client.put("/api/stocks/AAPL/bars", content=pieces(), headers=CSV)
    assert data.asked == [("AAPL", LoadQuery(), "text/csv", None)]
    assert data.loaded == {"AAPL": b"Date,Close\n"}


@pytest.mark.parametrize(
    "query", ["mode=merge", "strict=perhaps", "date_format=ydm", "name=", "name=" + "a" * 201, "dry-run=true"]
)
async def test_a_way_to_load_that_does_not_exist_is_refused_before_the_body_is_read(
    gateway: Gateway, query: str
) -> None:
    response = await gateway.client.put(f"/api/stocks/AAPL/bars?{query}", content=_unread(), headers=CSV)
    assert response.status_code == 422
    assert gateway.asked == []


async def _unread() -> AsyncIterator[bytes]:
    raise AssertionError("no code may read this")
    yield b""


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}, CSV | {"Content-Encoding": "gzip"}])
async def test_an_upload_that_is_refused_is_not_read(gateway: Gateway, headers: dict[str, str]) -> None:
    response = await gateway.client.put("/api/stocks/AAPL/bars", content=_unread(), headers=headers)
    assert response.status_code == (415 if "Content-Encoding" in headers else 401)


async def test_why_rows_are_rejected_reaches_the_caller_one_by_one() -> None:
    errors = [("/body/4", "The high is below the low."), ("/body/9", "The date is in the future.")]
    async with serve_gateway(FakeData(error=RowsRejected("2 rows are not bars.", errors=errors))) as client:
        response = await client.put("/api/stocks/AAPL/bars", content=b"", headers=CSV)
    assert (response.status_code, response.json()["type"]) == (422, "/problems/rows-rejected")
    assert response.json()["errors"] == [{"pointer": pointer, "detail": detail} for pointer, detail in errors]


async def test_an_upload_may_be_larger_than_other_bodies_and_no_larger_than_the_limit() -> None:
    data = FakeData()
    async with serve_gateway(data, max_body_bytes=10, max_upload_bytes=100) as client:
        fits = await client.put("/api/stocks/AAPL/bars", content=b"x" * 100, headers=CSV)
        too_large = await client.put("/api/stocks/MSFT/bars", content=b"x" * 101, headers=CSV)
        other = await client.post("/api/result", content=b"x" * 11)
    assert (fits.status_code, too_large.status_code, other.status_code) == (200, 413, 413)
    assert "100 bytes" in too_large.json()["detail"]
    assert set(data.loaded) == {"AAPL"}


@pytest.mark.parametrize("is_announced", [True, False])
async def test_an_upload_that_is_too_large_is_refused_before_it_is_read_whole(is_announced: bool) -> None:
    n_read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal n_read
        while True:
            n_read += 1
            yield b"x" * 10

    data = FakeData()
    headers = CSV | ({"Content-Length": "1000"} if is_announced else {})
    async with serve_gateway(data, max_upload_bytes=100) as client:
        response = await client.put("/api/stocks/AAPL/bars", content=endless(), headers=headers)
    assert (response.status_code, response.json()["type"]) == (413, "/problems/payload-too-large")
    assert n_read == (0 if is_announced else 11)
    assert data.loaded == {}


async def test_an_upload_that_stalls_is_given_up_and_stores_nothing() -> None:
    is_closed = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield b"Date,Close\n"
        try:
            await asyncio.sleep(60)
        finally:
            is_closed.set()

    data = FakeData()
    async with serve_gateway(data, write_budget_seconds=8) as client:
        response = await client.put("/api/stocks/AAPL/bars", content=stalling(), headers=CSV)
    assert (response.status_code, response.json()["type"]) == (408, "/problems/request-timeout")
    assert "did not arrive" in response.json()["detail"]
    assert response.headers["connection"] == "close"
    assert is_closed.is_set()
    assert data.loaded == {}


async def test_a_stock_is_deleted_by_its_symbol(gateway: Gateway) -> None:
    response = await gateway.client.delete("/api/stocks/aapl", headers=WITH_KEY)
    assert (response.status_code, response.content) == (204, b"")
    assert gateway.asked == ["AAPL"]


async def test_the_list_cannot_be_deleted_and_the_stock_all_can(gateway: Gateway) -> None:
    listed = await gateway.client.delete("/api/stocks/all", headers=WITH_KEY)
    assert gateway.asked == []
    allstate = await gateway.client.delete("/api/stocks/ALL", headers=WITH_KEY)
    assert (listed.status_code, allstate.status_code) == (422, 204)
    assert "/api/stocks/ALL" in listed.json()["detail"]
    assert gateway.asked == ["ALL"]


def test_every_form_of_upload_is_in_the_schema() -> None:
    document = create_app(GatewaySettings()).openapi()
    content = document["paths"]["/api/stocks/{symbol}/bars"]["put"]["requestBody"]["content"]
    assert {"text/csv", "application/json", "application/vnd.apache.parquet"} <= set(content)


async def test_a_body_s_type_may_be_of_any_bytes(gateway: Gateway) -> None:
    headers = httpx.Headers(WITH_KEY | {"Content-Type": "tëxt"}, encoding="utf-8")
    response = await gateway.client.put("/api/stocks/AAPL/bars", content=b"", headers=headers)
    assert response.status_code == 200
