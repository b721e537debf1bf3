"""The sources for Tiingo and Alpha Vantage, against local servers with valid and invalid responses."""

import asyncio
import gzip
import json
import logging
import re
import traceback
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import HttpUrl, SecretStr

from services.data.ports import VendorFailed
from services.data.records import RawBars
from services.data.settings import DataSettings, VendorName
from services.data.vendors.client import Timing
from services.data.vendors.registry import open_vendor

KEY = "CANARYKEY0123456789"
SECRET = SecretStr(f"{KEY}\n")  # a file of secrets ends with a newline
NOW = datetime(2024, 1, 10, 15, 0, tzinfo=UTC)
COLUMNS = ["open", "high", "low", "close", "volume"]
BARS = {"2024-01-02": [10, 12, 9, 11.5, 1000], "2024-01-03": [11.5, 13, 11, 12, 2000]}
both = pytest.mark.parametrize("name", ["tiingo", "alpha_vantage"])
Reply = bytes | Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]]
Asked = tuple[list[RawBars], list[float]]  # the responses, and the pauses between requests


@dataclass
class Server:
    answers: list[Reply]  # in this order; the last one repeats
    requests: list[str] = field(default_factory=list)
    url: str = "http://127.0.0.1:9/"  # a port without a server

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            writer.write(answer) if isinstance(answer, bytes) else await answer(reader, writer)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def serve(*answers: Reply) -> AsyncIterator[Server]:
    server = Server(list(answers))
    async with await asyncio.start_server(server.handle, "127.0.0.1", 0) as listening:
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        yield server


def response(content: object, status: str = "200 OK", kind: str = "application/json", **headers: str) -> bytes:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    given = {"Content-Type": kind, "Content-Length": str(len(body))} | headers
    head = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *head, "", ""]).encode() + body


def good(name: VendorName, **renamed: str) -> Any:
    columns = [renamed.get(column, column) for column in COLUMNS]
    if name == "tiingo":
        rows = {day: dict(zip(columns, bar, strict=True)) for day, bar in BARS.items()}
        return [{"date": f"{day}T00:00:00.000Z", "adjClose": 5.5, "divCash": 0.0} | row for day, row in rows.items()]
    names = [f"{n}. {column}" for n, column in enumerate(columns, 1)]
    series = {day: dict(zip(names, map(str, BARS[day]), strict=True)) for day in sorted(BARS, reverse=True)}
    return {"Meta Data": {"2. Symbol": "AAPL"}, "Time Series (Daily)": series}


async def ask(name: VendorName, server: Server, *symbols: str, start: date | None = None, **settings: Any) -> Asked:
    slept: list[float] = []  # only sleeping advances the clock

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    keys = {"tiingo_key": SECRET, "alpha_vantage_key": SECRET}
    urls = {"tiingo_url": HttpUrl(server.url), "alpha_vantage_url": HttpUrl(server.url)}
    limits = {"vendor_timeout_seconds": 200.0, "vendor_interval_seconds": 1e-9}
    given = DataSettings(vendor=name, **keys | urls | limits | settings)
    timing = Timing(lambda: sum(slept), lambda: NOW + timedelta(seconds=sum(slept)), sleep, lambda: 1)
    async with open_vendor(given, timing=timing) as vendor:
        return [await vendor.bars(symbol, start) for symbol in symbols or ("AAPL",)], slept


async def failure(name: VendorName, *answers: Reply, **settings: Any) -> VendorFailed:
    async with serve(*answers) as server:
        with pytest.raises(VendorFailed) as caught:
            await ask(name, server, **settings)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    return caught.value


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    for name in (None, "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, name)
    yield caplog
    assert not [record for record in caplog.get_records("call") if KEY in record.getMessage()]


async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    while True:
        writer.write(b" " * 65_536)
        await writer.drain()


@both
async def test_bars_come_in_our_form(name: VendorName, log: pytest.LogCaptureFixture) -> None:
    async with serve(response(good(name))) as server:
        ((raw,), _) = await ask(name, server)
    rows = raw.rows.sort_values("session")
    assert rows["session"].dt.strftime("%Y-%m-%d").tolist() == list(BARS)
    assert rows[COLUMNS].to_numpy().tolist() == list(BARS.values())
    assert (raw.symbol, raw.rows["row"].tolist()) == ("AAPL", [1, 2])
    assert rows["adj_close"].isna().all() if name == "alpha_vantage" else (rows["adj_close"] == 5.5).all()
    assert (f"Authorization: Token {KEY}\r\n" if name == "tiingo" else f"&apikey={KEY} HTTP") in server.requests[0]
    assert f"GET {server.url}" in log.text  # httpx logs the address, which must not contain the key


async def test_tiingo_is_asked_from_the_start_on_by_its_names_and_not_too_often() -> None:
    async with serve(response([])) as server:
        (_, raw), slept = await ask("tiingo", server, "BRK.B", "^X", start=date(2024, 1, 2), vendor_interval_seconds=12)
        await ask("tiingo", server)
    assert (slept, raw.rows.empty) == ([12], True)
    assert [request.split()[1] for request in server.requests] == [
        "/tiingo/daily/BRK-B/prices?startDate=2024-01-02&format=json",
        "/tiingo/daily/%5EX/prices?startDate=2024-01-02&format=json",
        "/tiingo/daily/AAPL/prices?startDate=1960-01-01&format=json",
    ]


async def test_alpha_vantage_is_asked_for_no_more_than_is_needed() -> None:
    async with serve(response(good("alpha_vantage"))) as server:
        ((raw,), _) = await ask("alpha_vantage", server, "BRK.B", start=date(2024, 1, 3))
        await ask("alpha_vantage", server, "TSCO.LON", start=date(2023, 1, 3))
    assert raw.rows["close"].tolist() == [12]
    for request, asked in zip(server.requests, ("BRK-B&outputsize=compact", "TSCO.LON&outputsize=full"), strict=True):
        assert request.split()[1] == f"/query?function=TIME_SERIES_DAILY&symbol={asked}&datatype=json&apikey={KEY}"


@both
@pytest.mark.parametrize(
    ("answer", "is_for_all", "said"),
    [
        (response(b"<!doctype html>", kind="application/json"), False, "web page"),
        (response(b"Please log in", kind="text/html; charset=utf-8"), False, "web page"),
        (response(b""), False, "sent an empty response"),
        (response(b'[{"date": "2024-01'), False, "truncated"),
        (response(b"[" * 100_000), False, "truncated"),
        (response([], **{"Content-Length": "1000"}), False, "was interrupted"),
        (response(b"not packed", Content_Encoding="gzip"), False, "was interrupted"),
        (lambda reader, _: reader.read(), False, "did not answer in full within 0.2 s"),
        (response({}, "401 Unauthorized"), True, "key for .* is refused"),
        (response({}, "403 Forbidden"), True, "key for .* is refused"),
        (response({}, "404 Not Found"), False, "has no symbol AAPL"),
        (response({}, "500 Oops"), False, "failed with status 500"),
        (response({}, "302 Found", Location=f"/?apikey={KEY}"), False, "redirects to another page on the same host"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.scenario("D12")
async def test_what_is_not_data_is_refused(name: VendorName, answer: Reply, is_for_all: bool, said: str) -> None:
    found = await failure(name, answer, vendor_timeout_seconds=0.2 if "0.2 s" in said else 200.0)
    assert (found.is_for_all, bool(re.search(said, found.reason))) == (is_for_all, True)


@both
@pytest.mark.scenario("D12")
async def test_memory_does_not_grow_with_the_answer(name: VendorName) -> None:
    bomb = response(gzip.compress(bytes(200 * 2**20), 1), Content_Encoding="gzip")
    tracemalloc.start()
    reasons = [(await failure(name, answer, vendor_timeout_seconds=600)).reason for answer in (endless, bomb)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert all("is longer than 16,777,216 bytes and was discarded" in reason for reason in reasons)
    assert peak < 64 * 2**20


@both
@pytest.mark.scenario("D12")
async def test_shifted_and_missing_columns_are_named(name: VendorName) -> None:
    found = await failure(name, response(good(name, high="peak", close="price")))
    assert re.search(r"the expected columns \(missing: (2\. )?high, (4\. )?close\)\.$", found.reason)
    shifted = json.dumps(good(name)).replace("11.5,", '"2024-01-03",').replace('"11.5"', '"2024-01-03"')
    assert "unreadable: " in (await failure(name, response(shifted.encode()))).reason


@both
@pytest.mark.scenario("D12", "S4")
async def test_a_redirect_is_named_and_not_followed(name: VendorName) -> None:
    async with serve(response(good(name))) as canary:
        found = await failure(name, response({}, "301 Moved", Location=canary.url))
    assert "redirects to 127.0.0.1; redirects are not followed" in found.reason
    assert canary.requests == []


@both
async def test_a_vendor_that_is_busy_is_asked_again_when_it_says(name: VendorName) -> None:
    asks = [response({}, "429 Slow", Retry_After=at) for at in ("7", "Wed, 10 Jan 2024 15:00:30 GMT")]
    async with serve(*asks, response({}, "503 Busy", Retry_After="soon"), response(good(name))) as server:
        ((raw,), slept) = await ask(name, server)
    assert (len(raw.rows), slept) == (2, [7, 23, 4])


@both
@pytest.mark.scenario("D12")
async def test_a_vendor_that_stays_busy_is_left_alone(name: VendorName) -> None:
    for seconds, n_requests, until in (("2", 4, "15:00:08"), ("3600", 1, "16:00:00")):
        async with serve(response({}, "429 Slow", Retry_After=seconds)) as server:
            with pytest.raises(VendorFailed, match=f"Try again after 2024-01-10 {until} UTC") as caught:
                await ask(name, server)
        assert (caught.value.is_for_all, len(server.requests)) == (True, n_requests)


@pytest.mark.parametrize(
    ("answer", "is_for_all", "said"),
    [
        ({"Note": f"Your key {KEY.lower()} is for 25 a day."}, True, r"Your key \[key\] is for 25 a day"),
        ({"Information": "The outputsize=full is a premium feature."}, False, "premium"),
        ({"Error Message": "Invalid API call."}, False, "has no symbol AAPL"),
        ({"Error Message": "the parameter apikey is invalid or missing."}, True, "key for .* is refused"),
        ({"Time Series (Daily)": {}}, False, "missing: Time Series"),
    ],
)
async def test_alpha_vantage_s_notices_are_read(answer: object, is_for_all: bool, said: str) -> None:
    found = await failure("alpha_vantage", response(answer))
    assert (found.is_for_all, bool(re.search(said, found.reason))) == (is_for_all, True)


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("tiingo", {}, "cannot be reached"),
        ("alpha_vantage", {}, "cannot be reached"),
        ("tiingo", {"tiingo_key": None}, "Set DATA_TIINGO_KEY"),
        ("alpha_vantage", {"alpha_vantage_key": SecretStr("é")}, "characters that no key has"),
        ("tiingo", {"tiingo_url": HttpUrl("http://169.254.169.254/")}, "DATA_TIINGO_URL must begin with https"),
        (None, {}, "Set DATA_VENDOR"),
    ],
)
async def test_settings_that_cannot_work_fail_for_all(name: VendorName, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(VendorFailed, match=said) as caught:
        await ask(name, Server([]), **settings)
    assert caught.value.is_for_all
