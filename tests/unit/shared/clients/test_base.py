import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import date

import httpx
import pytest

from gateway.examples import stocks as examples
from shared.clients.data import Upload
from shared.errors import (
    HistoryChanged,
    NoBars,
    NotEnoughBars,
    RowsRejected,
    ServiceError,
    SymbolNotFound,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from shared.schemas.bars import BarsQuery
from shared.schemas.loads import LoadQuery
from tests.support.upstream import client_of

Handler = Callable[[httpx.Request], httpx.Response]


def _problem(slug: str, status: int, **extras: object) -> httpx.Response:
    body = {"type": f"/problems/{slug}", "detail": "What happened.", **extras}
    return httpx.Response(status, json=body, headers={"content-type": "application/problem+json"})


def _refuse(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


def _cut(_: httpx.Request) -> httpx.Response:
    raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def _stall(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow")


@pytest.mark.parametrize(
    ("handler", "leaf"),
    [
        (_refuse, UpstreamUnavailable),
        (_cut, UpstreamUnavailable),
        (_stall, UpstreamTimeout),
        (lambda _: _problem("symbol-not-found", 404), SymbolNotFound),
        (lambda _: _problem("from-the-future", 418), UpstreamFailed),
        (lambda _: httpx.Response(502, text="<html>proxy</html>"), UpstreamFailed),
        (lambda _: httpx.Response(500, json=["no", "object"]), UpstreamFailed),
        (lambda _: httpx.Response(200, text='["AAPL"'), UpstreamFailed),
        (lambda _: httpx.Response(200, json={"AAPL": 1}), UpstreamFailed),
    ],
)
async def test_whatever_goes_wrong_is_a_leaf_of_ours(handler: Handler, leaf: type[ServiceError]) -> None:
    with pytest.raises(leaf) as caught:
        await client_of(handler).symbols()
    assert type(caught.value) is leaf
    assert "http" not in caught.value.detail


async def test_an_upstream_problem_keeps_its_numbers() -> None:
    with pytest.raises(NotEnoughBars) as caught:
        await client_of(lambda _: _problem("not-enough-bars", 409, required=7, available=4)).symbols()
    assert caught.value.extras == {"required": 7, "available": 4}


async def test_an_upstream_problem_keeps_every_member_of_its_own() -> None:
    extras = {"reason": "other_scale", "overlap": 20, "differing": 7, "factor": 0.5, "is_split": True}
    standard = {"title": "Other", "instance": "/inner", "request_id": "inner", "retryable": True}
    with pytest.raises(HistoryChanged) as caught:
        await client_of(lambda _: _problem("history-changed", 409, **extras, **standard)).symbols()
    assert caught.value.extras == extras


async def test_members_of_an_upstream_problem_are_bounded() -> None:
    body: dict[str, object] = {
        "type": "/problems/no-bars",
        "detail": "None.",
        "list": [1],
        "none": None,
        "nan": float("nan"),
    }
    body |= {"long": "x" * 201, "n" * 41: 1} | {f"n{number}": number for number in range(20)}
    with pytest.raises(NoBars) as caught:
        await client_of(lambda _: httpx.Response(404, text=json.dumps(body))).symbols()
    assert caught.value.extras == {f"n{number}": number for number in range(10)}


async def test_an_upstream_problem_keeps_what_is_wrong_one_by_one() -> None:
    errors = [{"pointer": "/body/4", "detail": "The high is below the low."}]
    with pytest.raises(RowsRejected) as caught:
        await client_of(lambda _: _problem("rows-rejected", 422, errors=errors)).symbols()
    assert caught.value.errors == [("/body/4", "The high is below the low.")]


@pytest.mark.parametrize("errors", ["text", [1], [{"pointer": "/body"}], 5])
async def test_errors_of_another_shape_make_no_sense(errors: object) -> None:
    with pytest.raises(UpstreamFailed):
        await client_of(lambda _: _problem("rows-rejected", 422, errors=errors)).symbols()


async def test_a_key_is_never_asked_for_from_inside() -> None:
    with pytest.raises(UpstreamFailed, match="does not accept our token"):
        await client_of(lambda _: _problem("not-authorised", 401)).symbols()


async def test_an_upstream_that_never_answers_is_given_up_in_time() -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError("not reached")

    with pytest.raises(UpstreamTimeout, match=r"The data service did not answer within 0\.1 s"):
        await client_of(never, timeout_seconds=0.1).symbols()


async def test_bars_without_a_revision_are_refused() -> None:
    with pytest.raises(UpstreamFailed, match="without a revision"):
        await client_of(lambda _: httpx.Response(200, content=b"bytes")).bars(symbol="AAPL")


async def test_adjusted_bars_are_asked_for() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert dict(request.url.params) == {"format": "arrow", "adjusted": "true"}
        return httpx.Response(200, content=b"bytes", headers={"etag": '"abc"'})

    assert (await client_of(answer).bars(symbol="AAPL", adjusted=True)).arrow == b"bytes"


async def test_a_revision_is_asked_for_without_the_bars() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["if-none-match"] == "*"
        return httpx.Response(304, headers={"etag": '"abc"'})

    assert await client_of(answer).current_revision(symbol="AAPL") == "abc"


async def test_bars_to_pass_on_are_as_the_upstream_sent_them_and_nothing_more_is() -> None:
    about = {"etag": '"abc"', "content-type": "text/csv", "content-disposition": "attachment"}

    def answer(request: httpx.Request) -> httpx.Response:
        assert dict(request.url.params) == {"format": "csv", "start": "2013-01-02"}
        assert request.headers["if-none-match"] == '"\xfc"'
        return httpx.Response(200, content=b"\xff", headers=about | {"server": "inner", "x-request-id": "inner"})

    query = BarsQuery(format="csv", start=date(2013, 1, 2))
    found = await client_of(answer).raw_bars(symbol="AAPL", query=query, if_none_match='"\xfc"')
    assert (found.status, found.body) == (200, b"\xff")
    assert {name.lower(): value for name, value in found.headers.items()} == about


@pytest.mark.parametrize("status", [204, 206, 302])
async def test_bars_with_a_status_that_makes_no_sense_are_refused(status: int) -> None:
    with pytest.raises(UpstreamFailed, match=f"status {status}"):
        await client_of(lambda _: httpx.Response(status)).raw_bars(symbol="AAPL", query=BarsQuery())


async def test_a_search_without_a_cursor_sends_none() -> None:
    asked: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        return httpx.Response(200, json=examples.STOCKS)

    for cursor in (None, "a/b+c=="):
        page = await client_of(answer).stocks(query="a&b", limit=5, cursor=cursor)
        assert page.stocks[0].symbol == "AAPL"
    assert asked == [{"query": "a&b", "limit": "5"}, {"query": "a&b", "limit": "5", "cursor": "a/b+c=="}]


async def _pieces(*pieces: bytes | Exception) -> AsyncIterator[bytes]:
    for piece in pieces:
        if isinstance(piece, Exception):
            raise piece
        yield piece


@pytest.mark.parametrize("length", ["11", None])
async def test_a_load_is_sent_as_it_comes_with_the_length_that_it_has(length: str | None) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("PUT", "/symbols/BRK.B/bars")
        assert dict(request.url.params) == {"mode": "replace", "strict": "true", "name": "Berkshire"}
        assert request.headers["content-type"] == "text/csv"
        assert request.headers.get("content-length") == length
        assert request.headers.get("transfer-encoding") == (None if length else "chunked")
        assert await request.aread() == b"Date,Close\n"
        return httpx.Response(200, json=examples.LOAD_REPORT)

    query = LoadQuery(mode="replace", strict=True, name="Berkshire")
    upload = Upload("text/csv", length, _pieces(b"Date,", b"Close\n"))
    assert (await client_of(answer).load(symbol="BRK.B", query=query, upload=upload)).inserted == 2


@pytest.mark.parametrize(("handler", "leaf"), [(_refuse, UpstreamUnavailable), (_cut, UpstreamUnavailable)])
async def test_a_write_is_never_sent_twice(handler: Handler, leaf: type[ServiceError]) -> None:
    n_sent = 0

    def counted(request: httpx.Request) -> httpx.Response:
        nonlocal n_sent
        n_sent += 1
        return handler(request)

    client = client_of(counted)
    with pytest.raises(leaf):
        await client.load(symbol="AAPL", query=LoadQuery(), upload=Upload("text/csv", None, _pieces(b"x")))
    with pytest.raises(leaf):
        await client.delete(symbol="AAPL")
    assert n_sent == 2


async def test_a_deletion_is_sent_and_its_error_raised() -> None:
    asked: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path))
        return _problem("symbol-not-found", 404) if len(asked) > 1 else httpx.Response(204)

    client = client_of(answer)
    await client.delete(symbol="^GSPC")
    with pytest.raises(SymbolNotFound):
        await client.delete(symbol="^GSPC")
    assert asked == [("DELETE", "/symbols/^GSPC")] * 2


async def test_bars_come_with_their_revision() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.url.path, request.url.query) == ("/symbols/BRK.B/bars", b"format=arrow")
        return httpx.Response(200, content=b"bytes", headers={"etag": '"abc"'})

    payload = await client_of(answer).bars(symbol="BRK.B")
    assert (payload.revision, payload.arrow) == ("abc", b"bytes")


async def test_health_of_a_service_that_is_not_ready_is_read_all_the_same() -> None:
    body = {"status": "down", "checks": {"store": {"status": "down", "detail": "No answer."}}}
    health = await client_of(lambda _: httpx.Response(503, content=json.dumps(body))).health()
    assert health.checks["store"].detail == "No answer."
