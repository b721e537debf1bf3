"""Which session of a symbol has ended when it is refreshed: by its own calendar, not by one for all symbols."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest

from services.data.bars.refresh import refresh
from services.data.records import Listing, RawBars
from shared.schemas.arrow import BarFrame
from shared.schemas.loads import LoadReport
from tests.support.data.bars import make_bars
from tests.support.data.fakes import FakeBarStore

EVERY_DAY = make_bars(range(100, 120))  # 2024-01-01 to 2024-01-20
WEEKDAYS = EVERY_DAY[EVERY_DAY["session"].dt.day_of_week < 5]


@dataclass
class Vendor:
    """Returns all its rows."""

    rows: pd.DataFrame
    listing: Listing
    name: str = "yfinance"

    async def bars(self, symbol: str, start: date | None) -> RawBars:
        return RawBars(symbol, self.rows.assign(row=1), listing=self.listing)


def _find_last_over(calendar: str | None) -> date:
    return {"XNYS": date(2024, 1, 19), "24/7": date(2024, 1, 18), None: date(2024, 1, 16)}[calendar]


@pytest.mark.parametrize(
    ("bars", "n_stored", "own", "listed", "last"),
    [
        (EVERY_DAY, 15, "XNYS", "24/7", 19),
        (EVERY_DAY, 15, "24/7", None, 18),
        (EVERY_DAY, 15, None, None, 18),
        (WEEKDAYS, 10, None, "XNYS", 19),
        (WEEKDAYS, 10, None, None, 16),
        (EVERY_DAY, 0, None, "XNYS", 19),
        (EVERY_DAY, 0, None, None, 18),
        (WEEKDAYS, 0, None, None, 16),
    ],
)
async def test_rows_are_loaded_until_the_last_session_that_has_ended_by_the_calendar_of_the_symbol(
    bars: pd.DataFrame, n_stored: int, own: str | None, listed: str | None, last: int
) -> None:
    loaded: list[pd.Timestamp] = []

    async def load(raw: RawBars) -> LoadReport:
        loaded.extend(raw.rows["session"])
        counts = {"inserted": 1, "updated": 0, "unchanged": 0, "removed": 0, "n_rejected": 0, "n_bars": 1}
        lists: dict[str, list[str]] = {"rejected": [], "rejected_by_code": [], "findings": []}
        return LoadReport.model_validate(
            {"symbol": raw.symbol, "mode": "upsert", "dry_run": False, "revision": None, **counts, **lists}
        )

    store = FakeBarStore({"A": BarFrame("A", bars[:n_stored], calendar=own)} if n_stored else {})
    vendor = Vendor(bars, Listing(calendar=listed))
    reports = refresh(["A"], vendor=vendor, store=store, load=load, through=_find_last_over)
    assert [report.outcome async for report in reports] == ["refreshed" if n_stored else "new"]
    assert loaded[-1] == pd.Timestamp(2024, 1, last)


async def test_a_symbol_that_has_the_last_session_of_its_own_calendar_is_not_requested() -> None:
    store = FakeBarStore({"A": BarFrame("A", EVERY_DAY[:18], calendar="24/7")})
    reports = refresh(["A"], vendor=None, store=store, load=None, through=_find_last_over)  # type: ignore[arg-type]  # not called
    assert [report.outcome async for report in reports] == ["up_to_date"]
