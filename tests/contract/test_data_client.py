"""The callers' client on the data service's own app: what the one sends, the other understands."""

import pytest

from shared.arrow import decode
from shared.clients.data import DataClient
from shared.errors import InvalidRequest, StoreUnavailable, SymbolNotFound
from tests.support.bars import make_frame
from tests.support.fakes import FakeBarCache, FakeBarStore, serve_data


async def test_symbols_and_bars_arrive_as_they_were() -> None:
    frame = make_frame("BRK.B")
    async with serve_data(FakeBarStore({"BRK.B": frame, "AAPL": make_frame()})) as http:
        client = DataClient(http, upstream="the data service", timeout_seconds=2)
        assert await client.symbols() == ["AAPL", "BRK.B"]
        payload = await client.bars(symbol="BRK.B")
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
        client = DataClient(http, upstream="the data service", timeout_seconds=2)
        with pytest.raises(error):
            await client.bars(symbol=symbol)


async def test_health_arrives_whether_ready_or_not() -> None:
    store = FakeBarStore()
    async with serve_data(store, FakeBarCache(is_down=True)) as http:
        client = DataClient(http, upstream="the data service", timeout_seconds=2)
        assert (await client.health()).status == "degraded"
        store.is_down = True
        health = await client.health()
    assert health.status == "down"
    assert health.checks["store"].detail == "The store does not answer."
