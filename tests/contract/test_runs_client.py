"""The client of runs against the data service's routes, on the fake store."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyarrow as pa
import pytest

from services.data.app import create_app
from services.data.settings import DataSettings
from shared.clients.base import RawResponse
from shared.clients.data import DataClient
from shared.clients.runs import RunsClient
from shared.errors import InvalidRequest, NoCompleteRun, NotTheOwner, PayloadTooLarge, RunActive, RunNotFound
from shared.schemas.runs import Run, RunList
from shared.schemas.screener import ScreenerQuery
from tests.support.asgi import serve
from tests.support.data.fakes import FakeBarStore, fakes
from tests.support.data.leaderboards import make_leaderboard
from tests.support.data.run_stores import FakeRunStore, make_new_run

RUN_ID = make_new_run().id


@pytest.fixture
def store() -> FakeRunStore:
    return FakeRunStore()


@pytest.fixture
async def http(store: FakeRunStore) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(DataSettings(), open_resources=fakes(FakeBarStore(), runs=store))
    async with serve(app) as client:
        yield client


@pytest.fixture
def client(http: httpx.AsyncClient) -> RunsClient:
    return RunsClient(http, timeout_seconds=60)


async def test_a_run_from_its_request_to_its_answers(client: RunsClient, http: httpx.AsyncClient) -> None:
    data = DataClient(http, timeout_seconds=60)
    run, is_new = await client.put(new=make_new_run())
    assert (is_new, run.state) == (True, "queued")
    assert await client.put(new=make_new_run()) == (run, False)
    claimed = await client.claim(owner="owner-one")
    assert claimed is not None
    assert [one.symbol for one in claimed.missing] == ["AAPL", "IBM", "MSFT"]
    assert await client.claim(owner="owner-two") is None
    whose: Any = {"run_id": RUN_ID, "token": claimed.token}
    for symbol in ("AAPL", "MSFT"):
        assert not (await client.add(**whose, symbol=symbol, revision="r1", payload=b"\x00\xff")).is_cancelling
    await client.add_failure(**whose, symbol="IBM", revision="r1", reason="It has 3 bars; 20 are needed.")
    assert not (await client.extend(**whose)).is_cancelling
    with pytest.raises(NoCompleteRun):
        await data.raw_leaderboard(horizon=1)
    await client.put_leaderboard(**whose, horizon=1, leaderboard=make_leaderboard())
    await client.put_screener(**whose, horizon=1, body=b"ARROW1")
    done = await client.finish(**whose, state="succeeded")
    assert (done.state, done.n_done, done.n_failed) == ("succeeded", 3, 1)
    assert await client.run(run_id=RUN_ID) == done
    board = await data.raw_leaderboard(horizon=1)
    assert board.body == make_leaderboard().model_dump_json().encode()
    again = await data.raw_leaderboard(horizon=1, if_none_match=board.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    with pytest.raises(NoCompleteRun, match=f"The screener of run {RUN_ID} was written by another version"):
        await data.raw_screener(query=ScreenerQuery())


async def test_results_come_in_pages_of_few(client: RunsClient) -> None:
    names = [f"S{n:03}" for n in range(70)]
    await client.put(new=make_new_run(symbols=names))
    claimed = await client.claim(owner="owner-one")
    assert claimed is not None
    for name in names[::2]:
        await client.add(run_id=RUN_ID, token=claimed.token, symbol=name, revision="r1", payload=name.encode() * 30_000)
    await client.add_failure(run_id=RUN_ID, token=claimed.token, symbol="S001", revision="r1", reason="Too short.")
    pages = [pa.ipc.open_stream(page).read_all().to_pylist() async for page in client.results(run_id=RUN_ID)]
    assert [len(page) for page in pages] == [17, 16, 3]
    rows = {row["symbol"]: row for page in pages for row in page}
    assert list(rows) == sorted([*names[::2], "S001"])
    assert rows["S010"] == {"symbol": "S010", "revision": "r1", "payload": b"S010" * 30_000, "reason": None}
    assert rows["S001"] == {"symbol": "S001", "revision": "r1", "payload": None, "reason": "Too short."}


async def test_the_whole_stream_is_in_small_batches(client: RunsClient, http: httpx.AsyncClient) -> None:
    names = [f"S{n:03}" for n in range(40)]
    await client.put(new=make_new_run(symbols=names))
    claimed = await client.claim(owner="owner-one")
    assert claimed is not None
    for name in names:
        await client.add(run_id=RUN_ID, token=claimed.token, symbol=name, revision="r1", payload=b"x")
    response = await http.get(f"/runs/{RUN_ID}/results")
    assert "Next-After" not in response.headers
    batches = list(pa.ipc.open_stream(response.content))
    assert [batch.num_rows for batch in batches] == [16, 16, 8]
    empty = await http.get(f"/runs/{RUN_ID}/results?after=S039")
    assert pa.ipc.open_stream(empty.content).read_all().num_rows == 0


async def test_an_owner_that_was_replaced_gets_an_error_that_says_so(client: RunsClient, store: FakeRunStore) -> None:
    passed = timedelta()
    store.now = lambda: datetime.now(UTC) + passed
    await client.put(new=make_new_run())
    old = await client.claim(owner="owner-one")
    passed = timedelta(seconds=11)
    new = await client.claim(owner="owner-two")
    assert old is not None
    assert new is not None
    with pytest.raises(NotTheOwner):
        await client.add(run_id=RUN_ID, token=old.token, symbol="IBM", revision="r1", payload=b"x")
    with pytest.raises(NotTheOwner):
        await client.extend(run_id=RUN_ID, token=old.token)


async def test_cancelling_and_removing(client: RunsClient) -> None:
    await client.put(new=make_new_run())
    claimed = await client.claim(owner="owner-one")
    assert claimed is not None
    with pytest.raises(RunActive):
        await client.delete(run_id=RUN_ID)
    assert (await client.cancel(run_id=RUN_ID)).state == "cancelling"
    assert (await client.extend(run_id=RUN_ID, token=claimed.token)).is_cancelling
    await client.finish(run_id=RUN_ID, token=claimed.token, state="cancelled")
    await client.delete(run_id=RUN_ID)
    for call in (client.cancel, client.delete, client.run, client.raw_run):
        with pytest.raises(RunNotFound):
            await call(run_id=RUN_ID)
    with pytest.raises(RunNotFound):
        _ = [page async for page in client.results(run_id=RUN_ID)]


async def test_a_run_that_has_not_changed_is_304(client: RunsClient) -> None:
    await client.put(new=make_new_run())
    asks: list[Callable[[str | None], Awaitable[RawResponse]]] = [
        lambda etag: client.raw_run(run_id=RUN_ID, if_none_match=etag),
        lambda etag: client.raw_runs(if_none_match=etag),
    ]
    for ask in asks:
        first = await ask(None)
        assert (await ask(first.headers["ETag"])).status == 304
        await client.cancel(run_id=RUN_ID)
        assert (await ask(first.headers["ETag"])).status == 200
        await client.put(new=make_new_run())
    listed = RunList.model_validate_json((await client.raw_runs()).body)
    assert listed.runs == [Run.model_validate_json((await client.raw_run(run_id=RUN_ID)).body)]


async def test_what_cannot_be_a_result_is_refused(client: RunsClient, http: httpx.AsyncClient) -> None:
    await client.put(new=make_new_run())
    claimed = await client.claim(owner="owner-one")
    assert claimed is not None
    whose: Any = {"run_id": RUN_ID, "token": claimed.token, "symbol": "IBM", "revision": "r1"}
    with pytest.raises(InvalidRequest, match="either a result as the body, or its `reason`"):
        await client.add(**whose, payload=b"")
    with pytest.raises(PayloadTooLarge, match="8,000,000"):
        await client.add(**whose, payload=bytes(8_000_001))
    assert (await http.put(f"/runs/{'f' * 16}", content=make_new_run().model_dump_json())).status_code == 422
    assert (await http.post("/runs/claim", json={"name": "x"})).status_code == 422
    assert (await http.get("/runs/nonsense")).status_code == 422
