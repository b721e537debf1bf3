from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import pytest

from services.data.bars.refresh import RefreshReport, refresh
from services.data.ports import VendorFailed
from services.data.records import RawBars
from shared.errors import InvalidRequest, NoBars, ServiceError, StoreUnavailable, SymbolNotFound
from shared.schemas.arrow import BarFrame
from shared.schemas.loads import LoadReport, Rejection
from tests.support.data.bars import make_bars

CLOSES = [float(close) for close in range(100, 120)]  # sessions 2024-01-01 to 2024-01-20
Reply = pd.DataFrame | Exception


@dataclass
class StoredBars:
    """A read-only store."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    errors: dict[str, ServiceError] = field(default_factory=dict)

    async def bars(self, symbol: str) -> BarFrame:
        if symbol in self.errors:
            raise self.errors[symbol]
        if symbol not in self.frames:
            raise SymbolNotFound(f"The store has no symbol {symbol}.")
        return BarFrame(symbol, self.frames[symbol])


@dataclass
class Vendor:
    """Returns its rows from the requested start on, as a vendor does."""

    responses: dict[str, Reply]
    requests: list[tuple[str, date | None]] = field(default_factory=list)
    name: str = "tiingo"

    async def bars(self, symbol: str, start: date | None) -> RawBars:
        self.requests.append((symbol, start))
        response = self.responses[symbol]
        if isinstance(response, Exception):
            raise response
        rows = response.assign(row=range(1, len(response) + 1))
        return RawBars(symbol, rows if start is None else rows[~(rows["session"] < pd.Timestamp(start))])


@dataclass
class Load:
    """Loads every row, or rejects all."""

    loaded: dict[str, pd.DataFrame] = field(default_factory=dict)
    is_picky: bool = False
    error: ServiceError | None = None

    async def __call__(self, raw: RawBars) -> LoadReport:
        if self.error is not None:
            raise self.error
        self.loaded[raw.symbol] = raw.rows
        n = 0 if self.is_picky else len(raw.rows)
        rejected = [Rejection(row=1, code="missing_price", detail="The close is missing.")] if self.is_picky else []
        counts = {"rejected": rejected, "n_rejected": len(rejected), "rejected_by_code": []}
        others: dict[str, Any] = {"updated": 0, "unchanged": 0, "removed": 0, "findings": [], **counts}
        return LoadReport(
            symbol=raw.symbol, mode="upsert", dry_run=False, inserted=n, n_bars=n, revision=None, **others
        )


async def _run(vendor: Vendor, store: StoredBars, load: Load | None = None, **options: Any) -> list[RefreshReport]:
    reports = refresh(list(vendor.responses), vendor=vendor, store=store, load=load or Load(), **options)  # type: ignore[arg-type]  # reads only
    return [report async for report in reports]


async def _refresh_one(response: Reply, load: Load | None = None, **options: Any) -> RefreshReport:
    store = StoredBars({"AAPL": make_bars(CLOSES[:15])})
    (report,) = await _run(Vendor({"AAPL": response}), store, load, **options)
    return report


def _change_rows(column: str, values: dict[int, float]) -> pd.DataFrame:
    bars = make_bars(CLOSES)
    bars.loc[list(values), column] = list(values.values())
    return bars


async def test_only_the_sessions_after_the_last_are_loaded() -> None:
    vendor, load = Vendor({"AAPL": make_bars(CLOSES)}), Load()
    (report,) = await _run(vendor, StoredBars({"AAPL": make_bars(CLOSES[:15])}), load)
    assert (report.outcome, report.detail) == ("refreshed", "5 new sessions.")
    assert vendor.requests == [("AAPL", date(2024, 1, 6))]  # ten sessions, up to the 15th
    assert load.loaded["AAPL"]["close"].tolist() == [115, 116, 117, 118, 119]
    assert report.report is not None
    assert report.report.inserted == 5


async def test_a_short_history_is_compared_in_full() -> None:
    vendor = Vendor({"AAPL": make_bars(CLOSES[:5])})
    (report,) = await _run(vendor, StoredBars({"AAPL": make_bars(CLOSES[:3])}))
    assert (report.outcome, vendor.requests) == ("refreshed", [("AAPL", date(2024, 1, 1))])


@pytest.mark.parametrize("error", [SymbolNotFound("None here."), NoBars("Not one.")])
async def test_a_symbol_without_bars_is_loaded_in_full(error: ServiceError) -> None:
    vendor, load = Vendor({"AAPL": make_bars(CLOSES)}), Load()
    (report,) = await _run(vendor, StoredBars(errors={"AAPL": error}), load)
    assert (report.outcome, vendor.requests) == ("new", [("AAPL", None)])
    assert len(load.loaded["AAPL"]) == 20


async def test_nothing_is_loaded_when_nothing_is_newer() -> None:
    load = Load()
    report = await _refresh_one(make_bars(CLOSES[:15]), load=load)
    assert (report.outcome, report.detail) == ("up_to_date", "tiingo has no session after 2024-01-15.")
    assert load.loaded == {}


async def test_a_session_that_may_not_be_over_is_not_taken() -> None:
    load = Load()
    await _refresh_one(make_bars(CLOSES), load=load, through=lambda _: date(2024, 1, 17))
    assert load.loaded["AAPL"]["close"].tolist() == [115, 116]


async def test_a_symbol_that_has_the_last_session_costs_no_request() -> None:
    vendor = Vendor({"AAPL": make_bars(CLOSES)})
    (report,) = await _run(vendor, StoredBars({"AAPL": make_bars(CLOSES[:15])}), through=lambda _: date(2024, 1, 15))
    assert (report.outcome, vendor.requests) == ("up_to_date", [])


async def test_rounding_is_not_a_change_of_history() -> None:
    assert (await _refresh_one(make_bars(close * 1.00005 for close in CLOSES))).outcome == "refreshed"


async def test_a_split_is_reported_with_its_factor_and_nothing_is_stored() -> None:
    bars, load = make_bars(CLOSES), Load()
    bars[["open", "high", "low", "close", "adj_close"]] /= 4
    report = await _refresh_one(bars, load=load)
    assert (report.outcome, load.loaded) == ("history_changed", {})
    assert report.detail == (
        "tiingo's prices differ in 10 of 10 stored sessions, first 2024-01-06, all by the factor 0.25, which looks "
        "like a split or a new adjustment. Nothing was stored. To take the new history, refresh with --replace."
    )


async def test_a_change_without_a_factor_is_reported_without_one() -> None:
    report = await _refresh_one(_change_rows("high", {8: 200, 11: 300}))
    assert report.detail.startswith("tiingo's prices differ in 2 of 10 stored sessions, first 2024-01-09. Nothing")


async def test_a_last_session_stored_too_early_is_reported() -> None:
    report = await _refresh_one(_change_rows("close", {14: 114.5}))
    assert report.outcome == "history_changed"
    assert "only the last one, which may have been stored before the session ended" in report.detail


async def test_a_price_that_has_gone_is_a_change() -> None:
    assert (await _refresh_one(_change_rows("close", {10: float("nan")}))).outcome == "history_changed"


async def test_closes_adjusted_for_a_new_dividend_are_a_change() -> None:
    report = await _refresh_one(make_bars(CLOSES).assign(adj_close=[close * 0.98 for close in CLOSES]))
    assert report.outcome == "history_changed"
    assert (
        "adjusted closes differ in 10 of 10 stored sessions, first 2024-01-06, all by the factor 0.98" in report.detail
    )


async def test_a_vendor_without_adjusted_closes_agrees() -> None:
    assert (await _refresh_one(make_bars(CLOSES).assign(adj_close=float("nan")))).outcome == "refreshed"


async def test_an_answer_that_does_not_reach_back_to_the_stored_bars_is_reported() -> None:
    report = await _refresh_one(make_bars(CLOSES, first_session=date(2024, 2, 1)))
    assert report.outcome == "history_changed"
    assert "none of the last 10 stored sessions" in report.detail


async def test_an_answer_without_a_row_is_a_failure() -> None:
    report = await _refresh_one(make_bars([]))
    assert (report.outcome, report.report) == ("failed", None)
    assert report.detail == "tiingo has no bars of AAPL since 2024-01-06; not even the stored ones."


async def test_values_under_the_wrong_columns_are_refused() -> None:
    shifted = make_bars(CLOSES).rename(columns={"high": "low", "low": "close", "close": "high"})
    load = Load()
    (report,) = await _run(Vendor({"NEW": shifted}), StoredBars(), load)
    assert (report.outcome, load.loaded) == ("failed", {})
    assert "columns look shifted" in report.detail


async def test_a_load_that_stores_nothing_is_a_failure_with_its_reason() -> None:
    report = await _refresh_one(make_bars(CLOSES), load=Load(is_picky=True))
    assert report.outcome == "failed"
    assert report.detail == "None of 5 rows was stored. The first was rejected: The close is missing."


async def test_one_bad_symbol_never_stops_the_rest() -> None:
    good, bad = make_bars(CLOSES), VendorFailed("tiingo has no symbol BAD.")
    reports = await _run(Vendor({"BAD": bad, "AAPL": good}), StoredBars())
    assert [(report.symbol, report.outcome, report.detail) for report in reports] == [
        ("BAD", "failed", "tiingo has no symbol BAD."),
        ("AAPL", "new", "20 new sessions."),
    ]


async def test_a_load_that_refuses_its_rows_never_stops_the_rest() -> None:
    vendor = Vendor({"A": make_bars(CLOSES), "B": make_bars(CLOSES)})
    reports = await _run(vendor, StoredBars(), Load(error=InvalidRequest("Row 1 is bad.")))
    assert [(report.outcome, report.detail) for report in reports] == [("failed", "Row 1 is bad.")] * 2


async def test_a_failure_that_concerns_all_symbols_stops_the_requests() -> None:
    quota = VendorFailed("tiingo accepts no more requests.", is_for_all=True)
    vendor = Vendor({"A": make_bars(CLOSES), "B": quota, "C": make_bars(CLOSES), "D": make_bars(CLOSES)})
    reports = await _run(vendor, StoredBars())
    assert [report.outcome for report in reports] == ["new", "failed", "skipped", "skipped"]
    assert "tiingo accepts no more requests." in reports[3].detail
    assert [symbol for symbol, _ in vendor.requests] == ["A", "B"]


async def test_a_store_that_is_down_ends_the_refresh() -> None:
    with pytest.raises(StoreUnavailable):
        await _run(Vendor({"A": make_bars(CLOSES)}), StoredBars(errors={"A": StoreUnavailable("It is down.")}))


async def test_a_full_refresh_takes_a_changed_history() -> None:
    vendor, load = Vendor({"AAPL": make_bars([7.0, 8.0])}), Load()
    (report,) = await _run(vendor, StoredBars({"AAPL": make_bars(CLOSES)}), load, full=True)
    assert (report.outcome, vendor.requests) == ("refreshed", [("AAPL", None)])
    assert load.loaded["AAPL"]["close"].tolist() == [7, 8]
