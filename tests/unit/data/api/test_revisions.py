"""Every symbol with its revision, in one answer."""

import asyncio
from dataclasses import dataclass, field, replace

from services.data.symbols.revisions import READS_AT_ONCE
from shared import deadline
from shared.errors import StoreUnavailable
from shared.schemas.arrow import BarFrame
from shared.schemas.bars import EncodedBars
from tests.support.data.bars import make_bars, make_entry, make_frame
from tests.support.data.fakes import FakeBarStore, serve_data
from tests.support.polling import settle, wait_until


@dataclass
class SlowStore(FakeBarStore):
    """Returns no bars until it may."""

    may_return: asyncio.Event = field(default_factory=asyncio.Event)

    async def encoded_bars(self, symbol: str) -> EncodedBars:
        await self.may_return.wait()
        return await super().encoded_bars(symbol)


async def test_each_symbol_has_its_revision_and_one_without_bars_is_left_out() -> None:
    frames = {"FB": make_frame("FB"), "AAPL": make_frame(closes=[10, 11]), "NONE": BarFrame("NONE", make_bars([]))}
    async with serve_data(FakeBarStore(frames)) as client:
        revisions = (await client.get("/revisions")).json()
    assert revisions == [
        {"symbol": "AAPL", "revision": frames["AAPL"].revision},
        {"symbol": "FB", "revision": frames["FB"].revision},
    ]


async def test_only_bars_that_are_not_in_the_catalogue_are_read() -> None:
    ours, theirs = make_frame("OURS"), make_frame("THEIRS", closes=[10, 11])
    store = FakeBarStore({"OURS": ours, "THEIRS": theirs}, catalogue={"OURS": make_entry(ours)})
    async with serve_data(store) as client:
        revisions = (await client.get("/revisions")).json()
    assert [item["revision"] for item in revisions] == [ours.revision, theirs.revision]
    assert store.n_reads == 1


async def test_bars_that_were_read_since_another_tool_wrote_them_have_their_own_revision() -> None:
    frame = make_frame("OURS")
    before = replace(make_entry(frame), revision="0" * 16)
    store = FakeBarStore({"OURS": frame}, catalogue={"OURS": before})
    async with serve_data(store) as client:
        assert (await client.get("/revisions")).json()[0]["revision"] == "0" * 16
        await client.get("/symbols/OURS/bars", headers={"if-none-match": "*"})
        assert (await client.get("/revisions")).json()[0]["revision"] == frame.revision


async def test_bars_that_take_longer_than_a_request_may_are_read_on_for_the_next_caller() -> None:
    names = [f"THEIRS{n}" for n in range(20)]
    store = SlowStore({name: make_frame(name) for name in names})
    async with serve_data(store) as client:
        early = await client.get("/revisions", headers={deadline.HEADER: "100"})
        assert (early.status_code, early.json()["type"], early.json()["retryable"]) == (503, "/problems/busy", True)
        store.may_return.set()
        await wait_until(lambda: store.n_reads == len(names))
        later = await asyncio.gather(*(client.get("/revisions") for _ in range(5)))
        assert [len(response.json()) for response in later] == [len(names)] * 5
        assert store.n_reads == len(names)


async def test_a_symbol_that_comes_while_others_are_read_is_not_left_out() -> None:
    store = SlowStore({"A": make_frame("A")})
    async with serve_data(store) as client:
        await client.get("/revisions", headers={deadline.HEADER: "100"})
        store.frames["B"] = make_frame("B", closes=[10, 11])
        second = asyncio.create_task(client.get("/revisions"))
        await asyncio.sleep(0)
        store.may_return.set()
        assert [item["symbol"] for item in (await second).json()] == ["A", "B"]


@dataclass
class FailingStore(FakeBarStore):
    """Fails to read one symbol, and holds up the others until it has."""

    has_failed: asyncio.Event = field(default_factory=asyncio.Event)
    n_begun: int = 0

    async def encoded_bars(self, symbol: str) -> EncodedBars:
        self.n_begun += 1
        if symbol == "A00":
            self.has_failed.set()
            raise StoreUnavailable("The connection broke.")
        await self.has_failed.wait()
        return await super().encoded_bars(symbol)


async def test_after_a_failed_read_no_further_one_begins() -> None:
    names = [f"A{n:02}" for n in range(40)]
    store = FailingStore({name: make_frame(name) for name in names})
    async with serve_data(store) as client:
        response = await client.get("/revisions")
        assert (response.status_code, response.json()["type"]) == (503, "/problems/store-unavailable")
        await settle()
    assert store.n_begun == READS_AT_ONCE


async def test_a_store_that_is_down_is_a_503() -> None:
    async with serve_data(FakeBarStore({"FB": make_frame("FB")}, is_down=True)) as client:
        response = await client.get("/revisions")
    assert (response.status_code, response.json()["type"]) == (503, "/problems/store-unavailable")
