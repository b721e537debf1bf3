import re
from datetime import date

import pytest

from shared.errors import InvalidRequest, NoAdjustedPrices, SymbolNotFound
from shared.schemas.bars import BarsQuery
from tests.support.gateway.results import REVISION
from tests.support.gateway.service import FakeData, serve_gateway
from tests.support.gateway.shared import Gateway

ETAG = f'"{REVISION}"'


async def test_a_search_is_handed_on_with_its_defaults_and_its_page(gateway: Gateway) -> None:
    first = await gateway.client.get("/api/stocks")
    await gateway.client.get("/api/stocks", params={"query": "app inc", "limit": 100, "cursor": "QUFQTA"})
    assert gateway.asked == [("", 20, None), ("app inc", 100, "QUFQTA")]
    assert first.json()["stocks"][0]["name"] == "Apple Inc."
    assert first.json()["next_cursor"] == "QUFQTA"


async def test_a_stock_is_described_by_its_symbol_in_any_case(gateway: Gateway) -> None:
    response = await gateway.client.get("/api/stocks/aapl")
    assert response.json()["symbol"] == "AAPL"
    assert response.json()["findings"][0]["sessions"] == ["2005-02-28"]


async def test_all_in_lower_case_is_the_list_and_in_capitals_the_stock_of_that_symbol(gateway: Gateway) -> None:
    listed = await gateway.client.get("/api/stocks/all")
    allstate = await gateway.client.get("/api/stocks/ALL")
    await gateway.client.get("/api/stocks/ALL/bars")
    assert listed.json() == ["AAPL", "MSFT"]
    assert allstate.json()["symbol"] == "ALL"
    assert gateway.asked == [("ALL", BarsQuery(), None)]


async def test_bars_are_passed_on_byte_for_byte_with_what_says_what_they_are(gateway: Gateway) -> None:
    path = "/api/stocks/brk.b/bars?format=csv&start=2013-01-02&end=2013-03-01&adjusted=true"
    response = await gateway.client.get(path, headers={"If-None-Match": '"other"'})
    query = BarsQuery(start=date(2013, 1, 2), end=date(2013, 3, 1), format="csv", adjusted=True)
    assert gateway.asked == [("BRK.B", query, '"other"')]
    assert response.status_code == 200
    assert response.content == b"\xff as it came"
    assert response.headers["etag"] == ETAG
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="AAPL.csv"'
    assert response.headers["cache-control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2013-01-02", "/query/from: there is no such name: see /docs"),
        ("start=yesterday", "/query/start: use a date such as 2013-03-01"),
        ("end=2013-03-01T12:00", "/query/end: use a date such as 2013-03-01"),
    ],
)
async def test_a_mistake_in_the_query_of_bars_is_refused_with_what_to_write(
    gateway: Gateway, query: str, sentence: str
) -> None:
    response = await gateway.client.get(f"/api/stocks/AAPL/bars?{query}")
    assert (response.status_code, response.json()["detail"]) == (422, sentence)


async def test_bars_that_the_caller_has_are_not_sent_again(gateway: Gateway) -> None:
    response = await gateway.client.get("/api/stocks/AAPL/bars", headers={"If-None-Match": ETAG})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["etag"] == ETAG
    assert "content-type" not in response.headers


SEARCHES = ["limit=0", "limit=101", "limit=many", "query=" + "a" * 101, "cursor=" + "a" * 501]
VIEWS = ["format=xml", "end=2013-02-30", "adjusted=perhaps"]


@pytest.mark.parametrize("path", [f"?{query}" for query in SEARCHES] + [f"/AAPL/bars?{query}" for query in VIEWS])
async def test_a_search_out_of_bounds_or_a_view_that_does_not_exist_is_refused_here(
    gateway: Gateway, path: str
) -> None:
    response = await gateway.client.get(f"/api/stocks{path}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/query/" + re.split("[?=]", path)[1]
    assert gateway.asked == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SymbolNotFound("The store has no symbol NOPE."), 404),
        (NoAdjustedPrices("The bars of NOPE have no adjusted close."), 409),
        (InvalidRequest("start is after end", errors=[("/query", "start is after end")]), 422),
    ],
)
async def test_what_the_data_service_refuses_is_refused_in_its_words(error: InvalidRequest, status: int) -> None:
    async with serve_gateway(FakeData(error=error)) as client:
        response = await client.get("/api/stocks/NOPE/bars")
    assert (response.status_code, response.json()["detail"]) == (status, error.detail)
    assert [tuple(found.values()) for found in response.json().get("errors", [])] == list(error.errors)
