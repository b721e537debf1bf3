"""The one shape of every error, whichever way a request fails.

Each error is `application/problem+json` with exactly these members: type, title, status, detail, instance,
request_id, retryable; `errors` where fields of the request are wrong; further members only where the type has them.
`X-Request-ID` is the same id. A retryable error has `Retry-After`. The input is never repeated.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from shared.errors import Busy, NoAdjustedPrices, NotEnoughBars, ServiceError, UpstreamFailed, UpstreamTimeout
from tests.support.gateway.service import WITH_KEY, FakeData, FakePrediction, serve_gateway
from tests.support.gateway.shared import Gateway

MEMBERS = {"type", "title", "status", "detail", "instance", "request_id", "retryable"}
HOSTILE = "<script>" + "A" * 10_000


@dataclass
class Case:
    body: bytes
    status: int
    slug: str
    method: str = "POST"
    path: str = "/api/result"
    query: str = ""
    content_type: str = "application/json"
    error: Exception | None = None
    key: bool = False


def _symbol(value: object) -> bytes:
    return json.dumps({"stock_symbol": value}).encode()


CASES = {
    "operator injection": Case(_symbol({"$gt": ""}), 422, "invalid-request"),
    "path traversal": Case(_symbol("../x"), 422, "invalid-request"),
    "reserved name": Case(_symbol("system.users"), 422, "invalid-request"),
    "database command": Case(_symbol("admin.$cmd"), 422, "invalid-request"),
    "10 kB of text": Case(_symbol(HOSTILE), 422, "invalid-request"),
    "full-width letters": Case(_symbol("ＡＡＰＬ"), 422, "invalid-request"),
    "right-to-left override": Case(_symbol("AA\u202ePL"), 422, "invalid-request"),
    "null byte": Case(_symbol("AAPL\0"), 422, "invalid-request"),
    "lone surrogate": Case(b'{"stock_symbol": "\\ud800"}', 422, "invalid-request"),
    "empty": Case(_symbol(""), 422, "invalid-request"),
    "number": Case(_symbol(5), 422, "invalid-request"),
    "NaN": Case(b'{"stock_symbol": NaN}', 422, "invalid-request"),
    "missing field": Case(b"{}", 422, "invalid-request"),
    "array": Case(b"[]", 422, "invalid-request"),
    "nothing": Case(b"", 422, "invalid-request"),
    "broken JSON": Case(b'{"stock_symbol": ', 422, "invalid-request"),
    "100,000 deep": Case(b"[" * 30_000, 422, "invalid-request"),
    "5,000 digits": Case(b'{"stock_symbol": ' + b"9" * 5000 + b"}", 422, "invalid-request"),
    "not UTF-8": Case(b'{"stock_symbol": "\xff"}', 422, "invalid-request"),
    "hostile member": Case(
        json.dumps({HOSTILE: 1}).encode(), 422, "invalid-request", path="/api/stocks/AAPL/ledger", key=True
    ),
    "1,000 members": Case(
        json.dumps({f"k{n}": 1 for n in range(1000)}).encode(),
        422,
        "invalid-request",
        path="/api/stocks/AAPL/ledger",
        key=True,
    ),
    "hostile parameter": Case(
        b"", 422, "invalid-request", method="GET", path="/api/stocks/AAPL/forecast", query=f"{HOSTILE[:500]}=1"
    ),
    "wrong content type": Case(_symbol("AAPL"), 415, "unsupported-media-type", content_type="text/plain"),
    "too large": Case(b" " * 70_000, 413, "payload-too-large"),
    "no key": Case(b"", 401, "not-authorised", method="PUT", path="/api/stocks/AAPL/bars"),
    "no key to keep": Case(b"{}", 401, "not-authorised", path="/api/stocks/AAPL/ledger"),
    "no key to delete": Case(b"", 401, "not-authorised", method="DELETE", path="/api/stocks/AAPL"),
    "reserved name in the path": Case(b"", 422, "invalid-request", method="GET", path="/api/stocks/system.users"),
    "no prices to adjust by": Case(
        _symbol("AAPL"), 409, "no-adjusted-prices", error=NoAdjustedPrices("No adjusted close.")
    ),
    "unknown model": Case(
        b"", 422, "invalid-request", method="GET", path="/api/stocks/AAPL/evaluation", query=f"models={HOSTILE[:500]}"
    ),
    "forecast from too few bars": Case(
        b"", 409, "not-enough-bars", method="GET", path="/api/stocks/AAPL/forecast", error=NotEnoughBars("Too few.")
    ),
    "forecast while busy": Case(
        b"", 503, "busy", method="GET", path="/api/stocks/AAPL/forecast", error=Busy("Too much is waiting.")
    ),
    "unknown path": Case(b"", 404, "not-found", path="/api/nothing"),
    "wrong method": Case(b"", 405, "method-not-allowed", method="DELETE"),
    "busy": Case(_symbol("AAPL"), 503, "busy", error=Busy("Too much is waiting.")),
    "upstream slow": Case(_symbol("AAPL"), 504, "upstream-timeout", error=UpstreamTimeout("No answer.")),
    "upstream broken": Case(_symbol("AAPL"), 502, "upstream-failed", error=UpstreamFailed("No sense.")),
    "defect": Case(_symbol("AAPL"), 500, "internal-error", error=RuntimeError("secret detail at /srv/app")),
}


@pytest.fixture(scope="module")
async def gateway() -> AsyncIterator[Gateway]:
    data, prediction = FakeData(), FakePrediction()
    async with serve_gateway(data, prediction) as client:
        yield Gateway(client, data, prediction)


@pytest.fixture
def client(gateway: Gateway) -> httpx.AsyncClient:
    gateway.prediction.error = None
    return gateway.client


@pytest.mark.parametrize("name", CASES)
@pytest.mark.scenario("S1")
async def test_every_error_has_the_one_shape(gateway: Gateway, name: str) -> None:
    case = CASES[name]
    gateway.prediction.error = case.error
    headers = {"content-type": case.content_type, "x-request-id": "from-the-caller"} | (WITH_KEY if case.key else {})
    response = await gateway.client.request(
        case.method, f"{case.path}?{case.query}", content=case.body, headers=headers
    )
    problem = response.json()
    assert (response.status_code, problem["type"]) == (case.status, f"/problems/{case.slug}")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == problem["request_id"] == "from-the-caller"
    assert MEMBERS <= set(problem) <= MEMBERS | {"errors"}
    assert (problem["status"], problem["instance"]) == (case.status, case.path)
    assert problem["retryable"] == ("retry-after" in response.headers) == _is_retryable(case.error)
    assert len(response.content) < 2000
    assert "AAAA" not in response.text
    assert "secret" not in response.text


def _is_retryable(error: Exception | None) -> bool:
    return isinstance(error, ServiceError) and error.retryable


async def test_an_invalid_field_is_pointed_at(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/result", json={"stock_symbol": "no spaces"})
    assert response.json()["errors"] == [
        {"pointer": "/body/stock_symbol", "detail": "use 1 to 15 of the characters A-Z 0-9 . - ^ = &"}
    ]


async def test_an_invalid_field_is_described_by_its_own_form(client: httpx.AsyncClient) -> None:
    run = await client.get("/api/runs/latest")
    zone = await client.put("/api/stocks/AAPL/bars?timezone=5", headers=WITH_KEY)
    assert run.json()["detail"] == "/path/run_id: use the id of a run: 16 of the characters 0-9 a-f"
    assert zone.json()["detail"] == "/query/timezone: use the name of a time zone, such as Europe/Paris"


@pytest.mark.parametrize("name", ["adjusted_until", "slug", "path", "headers", "codes"])
async def test_a_member_of_an_upstream_problem_reaches_the_caller(gateway: Gateway, name: str) -> None:
    error = gateway.prediction.error = NoAdjustedPrices("No adjusted close.")
    error.extras = {name: "2024-01-31"}
    response = await gateway.client.get("/api/stocks/AAPL/result")
    problem = response.json()
    assert (response.status_code, problem["type"]) == (409, "/problems/no-adjusted-prices")
    assert problem.get(name) == (None if name == "slug" else "2024-01-31")


async def test_a_body_that_is_not_sent_as_json_is_refused_with_the_header_to_send(client: httpx.AsyncClient) -> None:
    as_text = await client.post("/api/result", content=_symbol("AAPL"), headers={"content-type": "text/plain"})
    broken = await client.post("/api/result", content=b'{"a" 1}', headers={"content-type": "application/json"})
    assert "Content-Type: application/json" in as_text.json()["detail"]
    assert broken.json()["detail"] == "/body/5: the JSON is invalid from this character on"


async def test_a_body_without_a_length_is_cut_off_when_it_grows_too_large(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 10_000

    response = await client.post("/api/result", content=endless(), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["type"]) == (413, "/problems/payload-too-large")


async def test_a_body_that_stops_coming_is_given_up() -> None:
    async def stalling() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    async with serve_gateway(budget_seconds=0.2, data_timeout_seconds=0.1, prediction_timeout_seconds=0.1) as client:
        response = await client.post("/api/result", content=stalling())
    assert (response.status_code, response.json()["type"]) == (408, "/problems/request-timeout")
    assert set(response.json()) == MEMBERS


async def test_a_missing_key_is_answered_with_how_to_send_one(client: httpx.AsyncClient) -> None:
    response = await client.delete("/api/stocks/AAPL")
    assert response.headers["www-authenticate"] == 'Bearer realm="Bellwether"'
    assert "X-API-Key" in response.json()["detail"]


ALLOWED = [
    ("PUT", "/api/stocks/AAPL", "GET, HEAD, PATCH, DELETE"),
    ("POST", "/api/stocks/AAPL/bars", "GET, HEAD, PUT"),
    ("DELETE", "/api/stocks/AAPL/ledger", "GET, HEAD, POST"),
    ("GET", "/api/result", "POST"),
    ("HEAD", "/api/result", "POST"),
    ("TRACE", "/api/models", "GET, HEAD"),
    ("PROPFIND", "/healthz", "GET, HEAD"),
    ("PUT", "/openapi.json", "GET, HEAD"),
    ("POST", "/docs/assets/favicon.png", "GET, HEAD"),
]


@pytest.mark.parametrize("open_reads", [True, False])
async def test_allow_names_all_methods_of_the_path(open_reads: bool) -> None:
    async with serve_gateway(open_reads=open_reads) as client:
        for method, path, allowed in ALLOWED:
            response, options = await client.request(method, path), await client.options(path)
            assert (response.status_code, response.headers["allow"]) == (405, allowed), (method, path)
            assert response.headers["content-type"] == "application/problem+json"
            if not path.startswith("/docs"):
                assert (options.status_code, options.headers["allow"], options.content) == (204, allowed, b"")


async def test_head_is_get_without_the_body() -> None:
    paths = ["/api/stocks/AAPL", "/api/stocks/AAPL/bars", "/healthz", "/openapi.json", "/docs"]
    varying = {"x-request-id", "date"}
    async with serve_gateway() as client:
        for path in paths:
            head, get = await client.head(path), await client.get(path)
            assert (head.status_code, head.content) == (get.status_code, b"") == (200, b"")
            sent, expected = ({k: v for k, v in one.headers.items() if k not in varying} for one in (head, get))
            assert sent == expected, path
        counted = (await client.get("/api/metrics")).text
    assert counted.count('method="HEAD"} 1.0') >= len(paths)


async def test_head_and_options_of_what_is_not_there_are_not_found(client: httpx.AsyncClient) -> None:
    head, options = await client.head("/api/nothing"), await client.options("/api/nothing")
    assert (head.status_code, head.content, options.status_code) == (404, b"", 404)


async def test_a_request_id_that_could_forge_a_log_line_is_replaced(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/nothing", headers={"x-request-id": "a b=c"})
    assert len(response.json()["request_id"]) == 32
