"""S: hostile requests at the public door of the running system."""

import json
from urllib.parse import quote

import pytest

from tests.support.faults.client import Request, send
from tests.support.faults.load import check_errors
from tests.support.faults.stack import FaultStack, random_bars
from tests.support.faults.table import Figures
from tests.support.servers.processes import mongo_client

ECHO = "ZZECHO"
JSON_BODIES = {
    "malformed": b'{"stock_symbol": ZZECHO',
    "60,000 deep": b"[" * 60_000,
    "10 MB": b'{"stock_symbol":"' + b"A" * 10_000_000 + b'"}',
    "NaN in another member": b'{"stock_symbol":"CH01","ZZECHO":NaN}',
    "Infinity in another member": b'{"stock_symbol":"CH01","ZZECHO":[-Infinity]}',
    "a duplicate key": b'{"stock_symbol":"ZZECHO","stock_symbol":"CH01"}',
    "a duplicate key further in": b'{"stock_symbol":"CH01","other":{"ZZECHO":1,"ZZECHO":2}}',
    "lone surrogate": b'{"stock_symbol":"\\ud800ZZECHO"}',
    "5,000 digits": b'{"stock_symbol":' + b"9" * 5_000 + b"}",
    "UTF-16": '{"stock_symbol":"CH01"}'.encode("utf-16"),
    "not UTF-8": b'{"stock_symbol":"\xffZZECHO"}',
    "an operator": b'{"stock_symbol":{"$ne":"ZZECHO"}}',
    "an array": b'["ZZECHO"]',
    "nothing": b"",
}
SYMBOLS = [
    '{"$ne":null}',
    "[$gt]=",
    "$where",
    "system.users",
    "admin.$cmd",
    "../AAPL",
    "A\0B",
    "A\u202eB",
    "ＡＡＰＬ",
    "A" * 10_000,
    "😀",
    "__proto__",
    "bellwether_catalogue",
]


@pytest.mark.scenario("S1")
@pytest.mark.parametrize("kind", JSON_BODIES)
async def test_odd_json_is_refused_without_repeating_it(stack: FaultStack, figures: Figures, kind: str) -> None:
    request = Request("/api/result", "POST", {"Content-Type": "application/json"}, JSON_BODIES[kind], kind)
    answer = await stack.ask(request)
    check_errors([answer])
    assert 400 <= answer.status < 500, f"{kind}: {answer.status}"
    assert ECHO not in answer.body.decode()
    figures.within(kind, answer.seconds, 0.25)


@pytest.mark.fast
@pytest.mark.scenario("S2")
async def test_odd_symbols_are_refused_and_make_no_collection(stack: FaultStack, figures: Figures) -> None:
    with mongo_client(stack.servers.mongo_url) as client:
        before = set(client["SP500_Stocks"].list_collection_names())
        answers = []
        for symbol in SYMBOLS:
            path = f"/api/stocks/{quote(symbol, safe='')}"
            answers += [await stack.ask(path + rest) for rest in ("", "/bars", "/result", "/forecast")]
            body = json.dumps({"stock_symbol": symbol}).encode()
            answers.append(await stack.ask(Request("/api/result", "POST", {"Content-Type": "application/json"}, body)))
            answers.append(await stack.put(quote(symbol, safe=""), b"date,open,high,low,close\n2020-01-02,1,2,1,1\n"))
        check_errors(answers)
        assert [answer.name[:80] for answer in answers if not 400 <= answer.status < 500] == []
        assert set(client["SP500_Stocks"].list_collection_names()) == before
    figures.note(f"{len(answers)} requests with {len(SYMBOLS)} symbols: all 4xx, no new collection")


RESULT = b'{"stock_symbol":"CH01"}'
SMUGGLED = b"0\r\n\r\nGET /api/models HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /api/result HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
GET = b"GET /api/stocks/all HTTP/1.1\r\nConnection: close\r\n"
MALFORMED = {
    "CL.TE": POST + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "TE.CL": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n17\r\n" + RESULT + b"\r\n0\r\n\r\n",
    "unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + SMUGGLED,
    "two lengths": POST + b"Content-Length: 23\r\nContent-Length: 5\r\n\r\n" + RESULT,
    "signed length": POST + b"Content-Length: +23\r\n\r\n" + RESULT,
    "negative length": POST + b"Content-Length: -1\r\n\r\n" + RESULT,
    "space before the colon": GET + b"Host : evil.example\r\n\r\n",
    "NUL in a header": GET + b"Host: localhost\r\nX-A: a\0b\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303") + b"\0" * 160,
}
OVERSIZED = {
    "100 KB of header": GET + b"Host: localhost\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n",
    "20,000 headers": GET + b"Host: localhost\r\n" + b"".join(b"X-H%d: v\r\n" % n for n in range(20_000)) + b"\r\n",
    "target of 100 KB": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
}


@pytest.mark.fast
@pytest.mark.scenario("S5")
@pytest.mark.parametrize("kind", MALFORMED)
async def test_a_malformed_head_is_refused(stack: FaultStack, figures: Figures, kind: str) -> None:
    answer = await send(stack.port, MALFORMED[kind], kind, 30)
    figures.note(f"{kind} {answer.status}")
    assert answer.status in (0, 400, 422, 501), f"{kind}: {answer.status}"
    assert b"evil.example" not in answer.body
    assert b"/models" not in answer.body


@pytest.mark.scenario("S5")
@pytest.mark.parametrize("kind", OVERSIZED)
async def test_an_oversized_head_is_refused(stack: FaultStack, figures: Figures, kind: str) -> None:
    answer = await send(stack.port, OVERSIZED[kind], kind, 30)
    figures.note(f"{kind} {answer.status}")
    assert answer.status in (0, 414, 431), f"{kind}: {answer.status}"  # 0: reset while the caller still sent


@pytest.mark.fast
@pytest.mark.scenario("S5")
@pytest.mark.parametrize("path", ["/api/stocks/all", "/api/stocks/all/", "/api/stocks/NOPE", "/docs", "/nowhere"])
async def test_no_header_of_the_caller_is_reflected(stack: FaultStack, path: str) -> None:
    spoofed = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil.example",
        "Forwarded": "for=1.2.3.4;host=evil.example",
        "X-Original-URL": "/evil.example",
        "X-Request-ID": "a%0d%0aX-Injected: evil.example",
    }
    for headers in (spoofed, {"Host": "evil.example"}):
        answer = await stack.ask(Request(path, headers=headers))
        assert answer.status
        assert b"evil.example" not in answer.body
        assert "evil.example" not in str(answer.headers)


@pytest.mark.fast
@pytest.mark.scenario("S6")
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://sub.127.0.0.1", "https://127.0.0.1"])
async def test_a_foreign_origin_is_granted_nothing(stack: FaultStack, origin: str) -> None:
    preflight = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-api-key"}
    for method, more in (("GET", {}), ("OPTIONS", preflight)):
        answer = await stack.ask(Request("/api/stocks/all", method, {"Origin": origin, "Cookie": "a=b"} | more))
        assert [name for name in answer.headers if name.startswith("access-control")] == []


@pytest.mark.fast
@pytest.mark.scenario("inner token")
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_the_data_service_writes_only_for_the_gateway(stack: FaultStack, method: str) -> None:
    path = "/symbols/CH18/bars" if method == "PUT" else "/symbols/CH18"
    await stack.put("CH18", random_bars(18))
    body = b"date,open,high,low,close\n2020-01-02,1,2,1,1\n" if method == "PUT" else b""
    request = Request(path, method, {"Content-Type": "text/csv"}, body)
    answer = await send(stack.servers.data.port, request.encode(), method)
    assert answer.status in (401, 403), f"{method} straight to the data service: {answer.status}"
    assert (await stack.ask("/api/stocks/CH18")).status == 200
