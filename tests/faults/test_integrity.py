"""D: loads and reads through the public door that must never mix, lose or exhaust anything."""

import asyncio
import gzip
import time
from collections.abc import Iterator

import pytest

from tests.support.faults.client import Answer, Request, ask
from tests.support.faults.load import check_errors, quantile, statuses
from tests.support.faults.stack import WITH_KEY, FaultStack, random_bars
from tests.support.faults.table import Figures
from tests.support.resources import peak_mb, reset_peak, usage

N_LOADERS = 10
ROW = b"2020-01-02,1,2,1,1,1\n"
HEADER = b"date,open,high,low,close,volume\n"


def _closes(csv: bytes) -> list[bytes]:
    head, *rows = csv.splitlines()
    column = head.split(b",").index(b"close")
    return [row.split(b",")[column] for row in rows]


@pytest.mark.fast
@pytest.mark.scenario("D3")
@pytest.mark.parametrize("kind", ["different files", "one file"])
async def test_loads_of_one_symbol_at_once_leave_one_of_them(stack: FaultStack, figures: Figures, kind: str) -> None:
    files = [random_bars(seed if kind == "different files" else 0, 400) for seed in range(N_LOADERS)]
    answers = await asyncio.gather(*(stack.put("DTHREE", content, "?mode=replace") for content in files))
    check_errors(answers)
    figures.note(f"{kind} {statuses(answers)}")
    assert set(statuses(answers)) <= {200, 409, 503}
    loaded = {answer.json["revision"] for answer in answers if answer.status == 200}
    stored = await stack.ask("/api/stocks/DTHREE/bars?format=csv")
    described = await stack.ask("/api/stocks/DTHREE")
    assert _closes(stored.body) in [_closes(content) for content in files]
    assert described.json["revision"] in loaded


def _chunks(n_mb: int) -> Iterator[bytes]:
    chunk = b"f4240\r\n" + b"a" * 1_000_000 + b"\r\n"
    for _ in range(n_mb):
        yield chunk


async def _stream(port: int, head: bytes, parts: Iterator[bytes]) -> tuple[int, int]:
    """Send parts until the server answers; return the status and how many megabytes it took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    n_sent = 0
    try:
        writer.write(head)
        answer = asyncio.create_task(reader.readline())
        for part in parts:
            if answer.done():
                break
            writer.write(part)
            await asyncio.wait_for(writer.drain(), 30)
            n_sent += len(part)
        line = await asyncio.wait_for(answer, 30)
        return int(line.split(b" ")[1]) if line else 0, n_sent // 1_000_000
    except ConnectionError:
        return 0, n_sent // 1_000_000
    finally:
        writer.transport.abort()


UPLOAD = b"PUT /api/stocks/BIG/bars HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nX-API-Key: %s\r\n" % (
    WITH_KEY["X-API-Key"].encode()
)
ENDLESS = {
    "chunked upload": UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n",
    "announced 500 MB": UPLOAD + b"Content-Length: 500000000\r\n\r\n",
    "chunked upload without a key": b"PUT /api/stocks/BIG/bars HTTP/1.1\r\nHost: localhost\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n",
    "chunked result": b"POST /api/result HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
}


@pytest.mark.fast
@pytest.mark.scenario("D7")
@pytest.mark.parametrize("kind", ENDLESS)
async def test_an_endless_body_is_cut_off(stack: FaultStack, figures: Figures, kind: str) -> None:
    services = (stack.servers.gateway, stack.servers.data)
    before = [usage(server).rss_mb for server in services]
    for server in services:
        reset_peak(server)
    status, n_mb = await _stream(stack.port, ENDLESS[kind], _chunks(300))
    more = max(peak_mb(server) - then for server, then in zip(services, before, strict=True))
    figures.note(f"{kind}: {status} after {n_mb} MB")
    assert status in (0, 401, 413, 422)  # 0: reset while the caller still sent
    figures.at_most("MB taken", n_mb, 60)
    figures.at_most("MB more", more, 160)


@pytest.mark.fast
@pytest.mark.scenario("D7")
async def test_a_bomb_is_refused_in_little_memory(stack: FaultStack, figures: Figures) -> None:
    bomb = gzip.compress(HEADER + ROW * 10_000_000, compresslevel=6)
    reset_peak(stack.servers.data)
    before = usage(stack.servers.data).rss_mb
    answer = await stack.put("BIG", bomb)
    check_errors([answer])
    assert answer.status == 413
    figures.at_most("bomb: MB more", peak_mb(stack.servers.data) - before, 160)
    assert (await stack.ask("/api/stocks/BIG")).status == 404


@pytest.mark.scenario("bad files")
@pytest.mark.parametrize("n_rows", [300_000, 1_000_000, 1_480_000])
async def test_a_file_of_bad_rows_costs_no_one_else(stack: FaultStack, figures: Figures, n_rows: int) -> None:
    data = stack.servers.data
    reset_peak(data)
    probes: list[Answer] = []
    began_at = time.monotonic()
    load = asyncio.create_task(stack.put("BADROWS", HEADER + ROW * n_rows))
    while not load.done():
        probes.append(await ask(data.port, Request("/healthz", name="livez")))
        await asyncio.sleep(0.05)
    answer, seconds = await load, time.monotonic() - began_at
    check_errors([answer, *probes])
    figures.note(f"{n_rows} rows: {answer.status}, report {len(answer.body) / 1e6:.2f} MB")
    assert answer.status in (200, 413, 422)
    figures.at_most("report MB", len(answer.body) / 1e6, 1)
    figures.at_most("data service MB", peak_mb(data), 300)
    figures.within("in", seconds, 3)
    figures.within("livez at most", quantile(probes, 1), 0.25)


@pytest.mark.fast
@pytest.mark.scenario("D9")
@pytest.mark.parametrize("n_bars", [1, 2, 3, 5, 10, 15, 30])
async def test_too_few_bars_are_named_and_never_a_nan(stack: FaultStack, n_bars: int) -> None:
    assert (await stack.put("FEW", random_bars(1, n_bars), "?mode=replace")).status == 200
    paths = ("result", "forecast", "evaluation", "forecast?model=gradient_boosting&horizon=20", "evaluation?horizon=20")
    answers = [await stack.ask(f"/api/stocks/FEW/{path}") for path in paths]
    check_errors(answers)
    for answer in answers:
        assert answer.status in (200, 409)
        assert b"NaN" not in answer.body
        if answer.status == 409:
            assert answer.json["available"] <= n_bars < answer.json["required"] + 15


PRICES = {
    "constant": "10,10,10,10,100",
    "no volume": "10,11,9,10.{n},",
    "zero volume": "10,11,9,10.{n},0",
    "tiny": "1e-9,2e-9,1e-9,1.5e-9,1",
    "huge": "9e8,9.1e8,8.9e8,9e8,1e18",
    "smallest number": "5e-324,5e-324,5e-324,5e-324,1",
}


@pytest.mark.fast
@pytest.mark.scenario("D10")
@pytest.mark.parametrize("kind", PRICES)
async def test_degenerate_prices_give_finite_numbers_or_a_refusal(stack: FaultStack, kind: str) -> None:
    sessions = [row.split(b",")[0].decode() for row in random_bars(1, 300).splitlines()[1:]]
    rows = [f"{session},{PRICES[kind].format(n=n)}" for n, session in enumerate(sessions)]
    await stack.put("ODD", HEADER + "\n".join(rows).encode(), "?mode=replace")
    answers = [await stack.ask(f"/api/stocks/ODD/{path}") for path in ("result", "forecast?horizon=5", "evaluation")]
    check_errors(answers)
    for answer in answers:
        assert answer.status in (200, 404, 409, 422)
        assert b"NaN" not in answer.body
        assert b"Infinity" not in answer.body
    forecast = answers[1]
    assert forecast.status != 200 or all(0 <= step["lower"] <= step["upper"] for step in forecast.json["steps"])
