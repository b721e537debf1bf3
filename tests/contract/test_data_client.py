"""The callers' client on the data service's own app: what the one sends, the other understands."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from shared.clients.data import BROKEN_OFF, DataClient, Upload
from shared.errors import InvalidRequest, StoreUnavailable, SymbolNotFound
from shared.schemas.arrow import decode
from shared.schemas.ledger import Kept, LedgerQuery
from shared.schemas.loads import FileEnd, FileOutcome, FileQuery, RefusedSymbol
from tests.support.data.bars import make_frame
from tests.support.data.fakes import FakeBarCache, FakeBarStore, serve_data
from tests.support.data.ledgers import make_ledger_entry


async def test_symbols_and_bars_arrive_as_they_were() -> None:
    frame = make_frame("BRK.B")
    async with serve_data(FakeBarStore({"BRK.B": frame, "AAPL": make_frame()})) as http:
        client = DataClient(http, timeout_seconds=60)
        assert await client.symbols() == ["AAPL", "BRK.B"]
        payload = await client.bars(symbol="BRK.B")
        for adjusted in (False, True):
            known = await client.bars(symbol="AAPL", adjusted=adjusted)
            assert await client.bars(symbol="AAPL", adjusted=adjusted, known=known) is known
            outdated = replace(known, revision="0")
            assert await client.bars(symbol="AAPL", adjusted=adjusted, known=outdated) == known
    assert payload.revision == decode(payload.arrow).revision == frame.revision


@pytest.mark.parametrize(
    ("store", "symbol", "error"),
    [
        (FakeBarStore(), "NOPE", SymbolNotFound),
        (FakeBarStore(), "SYSTEM.X", InvalidRequest),
        (FakeBarStore(is_down=True), "AAPL", StoreUnavailable),
    ],
)
async def test_errors_arrive_as_they_were(store: FakeBarStore, symbol: str, error: type[Exception]) -> None:
    async with serve_data(store) as http:
        client = DataClient(http, timeout_seconds=60)
        with pytest.raises(error):
            await client.bars(symbol=symbol)


async def test_health_arrives_whether_ready_or_not() -> None:
    store = FakeBarStore()
    async with serve_data(store, FakeBarCache(is_down=True)) as http:
        client = DataClient(http, timeout_seconds=60)
        assert (await client.health()).status == "degraded"
        store.is_down = True
        health = await client.health()
    assert health.status == "down"
    assert health.checks["store"].detail == "The store does not answer."


async def test_recorded_forecasts_come_out_of_the_ledger_with_their_actuals() -> None:
    store = FakeBarStore({"AAPL": make_frame()})
    entries = [make_ledger_entry(sessions_ahead=ahead) for ahead in range(1, 21)]
    async with serve_data(store) as http:
        client = DataClient(http, timeout_seconds=60)
        assert await client.keep(symbol="AAPL", entries=entries) == Kept(kept=20, known=0)
        assert await client.keep(symbol="AAPL", entries=entries[:3]) == Kept(kept=0, known=3)
        first = await client.ledger(symbol="AAPL", query=LedgerQuery(limit=15))
        rest = await client.ledger(symbol="AAPL", query=LedgerQuery(cursor=first.next_cursor))
    assert (first.n_late, len(first.records), len(rest.records), rest.next_cursor) == (20, 15, 5, None)
    records = first.records + rest.records
    said = [record.model_dump(exclude={"given_at", "state", "actual", "is_inside", "closes"}) for record in records]
    assert said == [entry.model_dump(exclude={"closes"}) for entry in entries]
    assert {tuple(known.close for known in record.closes) for record in records} == {(10.0, 11.0, 12.0)}


async def test_refusals_of_the_ledger_arrive_as_they_were() -> None:
    async with serve_data(FakeBarStore({"AAPL": make_frame(closes=[10, 11, 12, 15])})) as http:
        client = DataClient(http, timeout_seconds=60)
        with pytest.raises(InvalidRequest, match="made before the outcome"):
            await client.keep(symbol="AAPL", entries=[make_ledger_entry()])
        with pytest.raises(InvalidRequest) as caught:
            await client.keep(symbol="AAPL", entries=[make_ledger_entry(point=99.0)])
        assert caught.value.errors == [("/body/0/point", "must be between lower and upper")]
        with pytest.raises(InvalidRequest, match="not from this ledger"):
            await client.ledger(symbol="AAPL", query=LedgerQuery(cursor="x"))
        with pytest.raises(SymbolNotFound):
            await client.ledger(symbol="NOPE", query=LedgerQuery())


async def _pieces() -> AsyncIterator[bytes]:
    yield b"symbol,date,open,high,low,close\n"
    yield b"AAPL,2024-01-02,10,12,9,11\nMSFT,2024-01-02,10,12,9,11\n"


async def test_what_became_of_each_symbol_of_a_file_arrives() -> None:
    async with serve_data(FakeBarStore()) as http:
        client = DataClient(http, timeout_seconds=60)
        upload = Upload(media_type="text/csv", length=None, body=_pieces())
        async with client.load_file(query=FileQuery(), upload=upload) as outcomes:
            *loaded, last = [outcome async for outcome in outcomes]
    assert sorted(outcome.report.symbol for outcome in loaded if outcome.report) == ["AAPL", "MSFT"]
    assert last == FileOutcome(end=FileEnd(skipped=[]))


@pytest.mark.parametrize("cut", [b"", b'{"report": null, "ref'])
async def test_an_answer_that_breaks_off_has_an_end_that_says_so(cut: bytes) -> None:
    class Broken(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield FileOutcome(refused=RefusedSymbol(symbol="A", type="/problems/busy", detail="Later.")).line() + cut
            if not cut:
                raise httpx.ReadError("reset by peer")

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Broken()))
    async with httpx.AsyncClient(transport=transport, base_url="http://data") as http:
        client = DataClient(http, timeout_seconds=60)
        upload = Upload(media_type="text/csv", length=None, body=_pieces())
        async with client.load_file(query=FileQuery(), upload=upload) as outcomes:
            first, last = [outcome async for outcome in outcomes]
    assert first.refused is not None
    assert last == FileOutcome(end=FileEnd(skipped=[], stopped=BROKEN_OFF))
