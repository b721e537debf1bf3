"""PATCH of what is known about a symbol besides its bars."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.data.records import CatalogueEntry
from shared.schemas.arrow import BarFrame, decode
from tests.support.data.bars import make_bars, make_entry, make_frame
from tests.support.data.fakes import FakeBarCache, FakeBarStore, serve_data


async def test_what_is_given_is_kept_and_the_rest_stays() -> None:
    frame = make_frame()
    store = FakeBarStore({"AAPL": frame}, catalogue={"AAPL": make_entry(frame, name="Apple")})
    cache = FakeBarCache()
    async with serve_data(store, cache) as client:
        await client.get("/symbols/AAPL/bars")
        given = {"sector": "Technology", "currency": "USD", "calendar": "XLON"}
        changed = (await client.patch("/symbols/AAPL", json=given)).json()
        again = (await client.patch("/symbols/AAPL", json={"currency": None})).json()
        read = (await client.get("/symbols/AAPL")).json()
        bars = await client.get("/symbols/AAPL/bars?format=arrow")
    assert {**given, "name": "Apple", "time_zone": "Europe/London", "source": "test"}.items() <= changed.items()
    assert again == changed | {"currency": None}
    assert read == again
    assert decode(bars.content).calendar == "XLON"
    assert bars.headers["etag"] == f'"{read["revision"]}"'
    assert read["revision"] != frame.revision  # whatever is computed from bars is computed anew


async def test_the_sessions_behind_are_those_of_the_calendar() -> None:
    a_week_ago = datetime.now(UTC).date() - timedelta(days=8)
    store = FakeBarStore({"COIN": BarFrame("COIN", make_bars([10.0], first_session=a_week_ago))})
    async with serve_data(store) as client:
        at_the_exchange = (await client.get("/symbols/COIN")).json()
        every_day = (await client.patch("/symbols/COIN", json={"calendar": "24/7"})).json()
    assert (at_the_exchange["calendar"], every_day["calendar"]) == ("XNYS", "24/7")
    assert every_day["sessions_behind"] in (7, 8)  # 8 if midnight passed
    assert 3 <= at_the_exchange["sessions_behind"] <= 6


@pytest.mark.parametrize(
    ("patch", "pointer", "sentence"),
    [
        ({"calendar": "XNYSE"}, "/body/calendar", "use the code of an exchange, for example XNYS"),
        ({"time_zone": "New_York"}, "/body/time_zone", "use the name of a time zone, for example America/New_York"),
        ({"currency": "dollars"}, "/body/currency", "use a code of three to five letters, for example USD"),
        ({"nam": "Apple"}, "/body/nam", ""),
    ],
)
async def test_what_does_not_exist_is_refused_with_what_does(
    patch: dict[str, Any], pointer: str, sentence: str
) -> None:
    async with serve_data(FakeBarStore({"AAPL": make_frame()})) as client:
        response = await client.patch("/symbols/AAPL", json=patch)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["pointer"] == pointer
    assert sentence in error["detail"]


async def test_an_unknown_symbol_is_not_made() -> None:
    store = FakeBarStore()
    async with serve_data(store) as client:
        assert (await client.patch("/symbols/NOPE", json={"name": "Nothing"})).status_code == 404
    assert store.catalogue == {}


async def test_bars_of_another_tool_are_described_without_a_source() -> None:
    frame = make_frame(closes=range(10, 50), first_session=date(2022, 1, 1))
    store = FakeBarStore({"ETH-USD": frame})
    async with serve_data(store) as client:
        changed = (await client.patch("/symbols/ETH-USD", json={"name": "Ether"})).json()
    assert (changed["source"], changed["loaded_at"], changed["calendar"]) == (None, None, "24/7")
    entry: CatalogueEntry = store.catalogue["ETH-USD"]
    assert entry.revision == changed["revision"]


async def test_without_a_calendar_of_its_own_a_symbol_has_the_one_that_its_bars_show() -> None:
    frame = make_frame(closes=range(10, 50), first_session=date(2022, 1, 1))
    async with serve_data(FakeBarStore({"ETH-USD": frame})) as client:
        await client.patch("/symbols/ETH-USD", json={"calendar": "XLON"})
        changed = (await client.patch("/symbols/ETH-USD", json={"calendar": None})).json()
        read = (await client.get("/symbols/ETH-USD")).json()
    assert (changed["calendar"], read) == ("24/7", changed)
