"""A run over the sample, computed here and kept by the real data service, as the gateway answers with it."""

import csv
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from io import BytesIO, StringIO

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from services.prediction.universe.outcome import build_outcome
from services.prediction.universe.symbol_result import compute_symbol_result
from shared.clients.data import DataClient
from shared.clients.runs import RunsClient
from shared.schemas.leaderboard import Leaderboard
from shared.schemas.runs import NewRun, RunRequest, RunSymbol
from shared.schemas.screener import Screener
from tests.support.polling import PATIENCE_SECONDS
from tests.support.servers.processes import GENEROUS_LIMITS, Server, mongo_server, redis_server, running, service

REQUEST = RunRequest(horizons=[1, 5], windows=60)
RUN_ID = "0123456789abcdef"
SYMBOLS = ["AAPL", "FB", "GOOG", "IBM", "MSFT"]


@pytest.fixture(scope="module")
def data_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the data service with the sample."""
    folder = tmp_path_factory.mktemp("data")
    with mongo_server() as (_, mongo), redis_server() as (_, cache):
        stores = {"DATA_MONGO_URL": mongo, "DATA_REDIS_URL": cache, "DATA_MONGO_DATABASE": "run_answers"}
        command = [sys.executable, "-m", "services.data", "load-sample"]
        subprocess.run(command, env=os.environ | GENEROUS_LIMITS | stores, check=True, capture_output=True)
        with running(service(folder, "services.data.app", stores)) as server:
            yield _wait(server)


@pytest.fixture(scope="module")
def gateway_url(tmp_path_factory: pytest.TempPathFactory, data_url: str) -> Iterator[str]:
    """Start a gateway without a prediction service."""
    environment = {"GATEWAY_DATA_URL": data_url, "GATEWAY_PREDICTION_URL": "http://127.0.0.1:9"}
    with running(service(tmp_path_factory.mktemp("gateway"), "gateway.app", environment)) as server:
        yield _wait(server)


@pytest.fixture
async def api(gateway_url: str, data_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the gateway, after a run."""
    async with httpx.AsyncClient(base_url=gateway_url, timeout=PATIENCE_SECONDS) as client:
        if (await client.get("/api/leaderboard")).status_code == 404:
            await _run(data_url)
        yield client


async def _run(data_url: str) -> None:
    """Do what a coordinator does, one symbol after another."""
    async with httpx.AsyncClient(base_url=data_url) as http:
        data = DataClient(http, timeout_seconds=PATIENCE_SECONDS)
        runs = RunsClient(http, timeout_seconds=PATIENCE_SECONDS)
        bars = {symbol: await data.bars(symbol=symbol) for symbol in await data.symbols()}
        symbols = [RunSymbol(symbol=symbol, revision=one.revision) for symbol, one in bars.items()]
        await runs.put(new=NewRun(id=RUN_ID, request=REQUEST, code="c1", universe="u1", symbols=symbols))
        claim = await runs.claim(owner="a-coordinator")
        assert claim is not None
        token = claim.token
        results = []
        for one in claim.missing:
            payload = compute_symbol_result(bars[one.symbol], one.symbol, REQUEST)
            await runs.add(run_id=RUN_ID, token=token, symbol=one.symbol, revision=one.revision, payload=payload)
            await runs.extend(run_id=RUN_ID, token=token)
            results.append((one.symbol, one.revision, payload))
        outcome = build_outcome(results, [], claim.run)
        for board in outcome.leaderboards:
            await runs.put_leaderboard(run_id=RUN_ID, token=token, horizon=board.universe.horizon, leaderboard=board)
        for horizon, body in outcome.screeners.items():
            await runs.put_screener(run_id=RUN_ID, token=token, horizon=horizon, body=body)
        await runs.finish(run_id=RUN_ID, token=token, state="succeeded")


def _wait(server: Server) -> str:
    url = f"http://127.0.0.1:{server.port}"
    server.wait_until(lambda: httpx.get(f"{url}/healthz", timeout=5).is_success)
    return url


async def test_the_leaderboard_is_of_the_run(api: httpx.AsyncClient) -> None:
    boards = [
        Leaderboard.model_validate_json((await api.get("/api/leaderboard", params={"horizon": horizon})).content)
        for horizon in REQUEST.horizons
    ]
    assert [(board.universe.run_id, board.universe.horizon) for board in boards] == [(RUN_ID, 1), (RUN_ID, 5)]
    assert {board.universe.n_symbols for board in boards} == {5}
    assert len(boards[0].models) == 6
    assert boards[0].range is not None
    assert boards[0].range.skill > 0


async def test_the_screener_reads_back_in_every_format(api: httpx.AsyncClient) -> None:
    screener = Screener.model_validate_json((await api.get("/api/screener")).content)
    columns = screener.columns
    assert columns.symbol == SYMBOLS
    assert columns.is_current == [True] * 5
    assert [len(spark) for spark in columns.spark] == [30] * 5
    expected = columns.model_dump()
    parquet = await api.get("/api/screener", headers={"Accept": "application/vnd.apache.parquet"})
    assert pq.read_table(BytesIO(parquet.content)).to_pydict() == expected
    arrow = await api.get("/api/screener?format=arrow")
    assert pa.ipc.open_stream(arrow.content).read_all().to_pydict() == expected
    rows = list(csv.DictReader(StringIO((await api.get("/api/screener?format=csv")).text)))
    assert [float(row["width"]) for row in rows] == columns.width


async def test_a_new_name_and_a_new_bar_are_seen_at_once(api: httpx.AsyncClient, data_url: str) -> None:
    before = await api.get("/api/screener")
    known = {"If-None-Match": before.headers["ETag"]}
    assert (await api.get("/api/screener", headers=known)).status_code == 304
    async with httpx.AsyncClient(base_url=data_url, timeout=PATIENCE_SECONDS) as data:
        (await data.patch("/symbols/IBM", json={"name": "Big Blue"})).raise_for_status()
        renamed = await api.get("/api/screener", headers=known)
        bars = "date,open,high,low,close,volume\n2013-03-01,36,37,35,36.5,1000\n"
        (await data.put("/symbols/MSFT/bars", content=bars, headers={"Content-Type": "text/csv"})).raise_for_status()
        changed = await api.get("/api/screener", headers={"If-None-Match": renamed.headers["ETag"]})
    assert renamed.json()["columns"]["name"][3] == "Big Blue"
    assert (renamed.status_code, changed.status_code) == (200, 200)
    assert changed.json()["columns"]["is_current"] == [True, True, True, True, False]


async def test_a_horizon_without_a_run_says_how_to_start_one(api: httpx.AsyncClient) -> None:
    response = await api.get("/api/screener?horizon=20")
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/no-complete-run"
    assert "POST /api/runs" in response.json()["detail"]
