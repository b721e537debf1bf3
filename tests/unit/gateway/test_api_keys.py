"""Only a valid key may write: attempts to get around it, and keys added and withdrawn while the gateway runs."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from gateway.api_keys import ApiKeys, compute_digest, main, parse_digests
from tests.support.gateway.service import KEY, WITH_KEY, FakeData, serve_gateway
from tests.support.gateway.shared import Gateway

WRITES = [
    ("PUT", "/api/bars"),
    ("PUT", "/api/stocks/AAPL/bars"),
    ("PATCH", "/api/stocks/AAPL"),
    ("DELETE", "/api/stocks/AAPL"),
    ("POST", "/api/stocks/AAPL/ledger"),
]
WRITES_OF_RUNS = [
    ("POST", "/api/runs"),
    ("POST", "/api/runs/0123456789abcdef/cancel"),
    ("DELETE", "/api/runs/0123456789abcdef"),
]  # tests/unit/gateway/api/ and tests/contract/ have what a known key does with them
OPEN = {"/api/health", "/api/metrics", "/healthz", "/readyz"}
KEYLESS: dict[str, dict[str, str]] = {
    "no key": {},
    "empty": {"X-API-Key": ""},
    "wrong": {"X-API-Key": "wrong"},
    "other case": {"X-API-Key": KEY.upper()},
    "the digest": {"X-API-Key": compute_digest(KEY)},
    "longer": {"X-API-Key": KEY + "x"},
    "not ASCII": {"X-API-Key": "schlüssel"},
    "bearer without a token": {"Authorization": "Bearer"},
    "wrong bearer": {"Authorization": "Bearer wrong"},
    "basic": {"Authorization": f"Basic {KEY}"},
    "in a cookie": {"Cookie": f"X-API-Key={KEY}"},
    "two": {"X-API-Key": f"wrong, {KEY}"},
}


@pytest.mark.parametrize("headers", KEYLESS.values(), ids=KEYLESS.keys())
@pytest.mark.parametrize(("method", "path"), [*WRITES, *WRITES_OF_RUNS])
@pytest.mark.scenario("S3")
async def test_a_write_without_a_known_key_is_refused(
    gateway: Gateway, method: str, path: str, headers: dict[str, str]
) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    response = await gateway.client.request(method, path, headers=raw, content=b"Date,Close\n")
    assert (response.status_code, response.json()["type"]) == (401, "/problems/not-authorised")
    assert response.headers["www-authenticate"].startswith("Bearer ")
    assert KEY not in response.text
    assert gateway.n_requests == 0


@pytest.mark.parametrize("query", [f"?X-API-Key={KEY}", f"?api_key={KEY}", f"?access_token={KEY}"])
@pytest.mark.scenario("S3")
async def test_a_key_in_the_address_opens_nothing_and_is_not_logged(
    query: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serve_gateway() as client:
        response = await client.delete(f"/api/stocks/AAPL{query}")
    assert response.status_code == 401
    assert KEY not in capsys.readouterr().out


@pytest.mark.parametrize("headers", [WITH_KEY, {"Authorization": f"Bearer {KEY}"}, {"authorization": f"bearer {KEY}"}])
@pytest.mark.scenario("S3")
async def test_a_known_key_opens_writes_and_is_not_logged(
    headers: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    data = FakeData()
    async with serve_gateway(data, log_level="DEBUG") as client:
        for method, path in WRITES:
            json = {"name": "Apple"} if method == "PATCH" else None
            response = await client.request(method, path, headers=headers, json=json)
            assert response.is_success, (method, path)
    assert len(data.asked) == len(WRITES)
    output = capsys.readouterr().out
    assert KEY not in output
    assert compute_digest(KEY) not in output


DETOURS = [
    ("PUT", "/api/stocks/AAPL/bars/"),
    ("PUT", "//api/stocks/AAPL/bars"),
    ("PUT", "/api//stocks/AAPL/bars"),
    ("PUT", "/api/stocks/AAPL%2Fbars"),
    ("PUT", "/api/stocks/%41APL/bars"),
    ("PUT", "/API/stocks/AAPL/bars"),
    ("PUT", "/api/stocks/x/../AAPL/bars"),
    ("DELETE", "/api/stocks/AAPL/"),
    ("DELETE", "/api/stocks/all"),
    ("HEAD", "/api/result"),
    ("PATCH", "/api/stocks/AAPL/bars"),
    ("POST", "/api/stocks/AAPL/bars"),
]


@pytest.mark.parametrize(("method", "path"), DETOURS)
@pytest.mark.scenario("S3")
async def test_no_detour_leads_around_the_key(gateway: Gateway, method: str, path: str) -> None:
    response = await gateway.client.request(method, path, content=b"Date,Close\n")
    assert response.status_code in {401, 404, 405}
    assert gateway.n_requests == 0


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
@pytest.mark.scenario("S3")
async def test_a_method_cannot_be_overridden(gateway: Gateway, header: str) -> None:
    read = await gateway.client.get("/api/stocks/AAPL?_method=DELETE", headers={header: "DELETE"})
    posted = await gateway.client.post("/api/stocks/AAPL", headers={header: "DELETE"})
    assert (read.status_code, posted.status_code) == (422, 405)
    assert gateway.n_requests == 0


async def test_without_any_key_set_up_writes_are_refused_with_how_to_set_one_up() -> None:
    async with serve_gateway(api_keys=None) as client:
        response = await client.delete("/api/stocks/AAPL", headers=WITH_KEY)
    assert response.status_code == 401
    for word in ("python -m gateway.api_keys", "GATEWAY_API_KEYS", "GATEWAY_API_KEYS_FILE", "X-API-Key"):
        assert word in response.json()["detail"]


async def _operations(client: httpx.AsyncClient) -> list[tuple[str, str]]:
    paths = (await client.get("/openapi.json")).json()["paths"]
    return [
        (method, path.format(symbol="AAPL", run_id="0123456789abcdef"))
        for path, found in paths.items()
        for method in found
    ]


async def test_with_closed_reads_all_but_health_and_metrics_needs_a_key() -> None:
    async with serve_gateway(open_reads=False) as client:
        operations = await _operations(client)
        found = {
            (method, path): (await client.request(method, path, json={"stock_symbol": "AAPL"})).status_code
            for method, path in operations
        }
        with_key = await client.get("/api/stocks/all", headers=WITH_KEY)
        slash = await client.post("/api/result/", json={"stock_symbol": "AAPL"})
    assert len(found) == 28
    assert {key: status for key, status in found.items() if status != 401} == {("get", path): 200 for path in OPEN}
    assert (with_key.status_code, slash.status_code) == (200, 401)


async def test_with_open_reads_only_writes_need_a_key() -> None:
    async with serve_gateway() as client:
        operations = await _operations(client)
        refused = {
            (method.upper(), path)
            for method, path in operations
            if (await client.request(method, path, json={"stock_symbol": "AAPL"})).status_code == 401
        }
    assert refused == {*WRITES, *WRITES_OF_RUNS}


def test_a_key_that_is_not_ascii_has_the_digest_of_the_bytes_that_were_sent() -> None:
    assert compute_digest("schlüssel".encode().decode("latin-1")) == compute_digest("schl\u00c3\u00bcssel")
    ApiKeys(frozenset({compute_digest("a")}), None).require("a")


def test_comments_blanks_and_case_do_not_matter_in_a_list_of_digests() -> None:
    digest = compute_digest("one")
    assert parse_digests(["", " # nothing", f" {digest.upper()} # one", digest[:-1], digest + "0"]) == (
        frozenset({digest}),
        [4, 5],
    )


@pytest.mark.parametrize(("words", "status"), [(["--help"], 0), (["make"], 2)])
def test_the_command_explains_itself_and_makes_no_key(
    words: list[str], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["api_keys", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    output = "".join(capsys.readouterr())
    assert ended.value.code == status
    assert "usage: python -m gateway.api_keys" in output
    assert "digest  " not in output


def test_the_command_makes_a_new_key_each_time_and_says_its_digest() -> None:
    made = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "gateway.api_keys"],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[3],
            env={"PATH": os.environ["PATH"]},
        )
        words = done.stdout.split()
        key, digest = words[words.index("key") + 1], words[words.index("digest") + 1]
        assert compute_digest(key) == digest
        assert len(key) == 43
        made.append(key)
    assert made[0] != made[1]
