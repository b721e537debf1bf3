"""The data service's metrics change when the measured event happens."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.data.files.sample import SampleBarSource
from services.data.metrics import DataMetrics
from services.data.mongo.monitoring import CommandDurations
from services.data.ports import VendorFailed
from services.data.records import LastSession, RawBars
from services.data.symbols.freshness import (
    SESSIONS_BEHIND,
    SYMBOL_COUNT,
    SYMBOLS_BEHIND,
    compute_freshness,
)
from services.data.vendors.registry import MeasuredVendor
from shared.errors import StoreUnavailable
from tests.support.data.bars import make_entry, make_frame, make_raw
from tests.support.data.fakes import FakeBarCache, FakeBarStore, serve_data

HEADER = "date,open,high,low,close,volume\n"
ROWS = "2024-01-02,10,12,9,11,1000\n2024-01-03,11,13,10,12,2000\n"
BAD = "2024-01-04,11,10,9,12,2000\n2024-01-05,-1,13,10,12,2000\n"


async def _count_changes(client: httpx.AsyncClient, do: Callable[[], Any], *names: str) -> dict[str, float]:
    """Return the changed series of these metrics, with their differences."""
    before = _series((await client.get("/metrics")).text, names)
    await do()
    after = _series((await client.get("/metrics")).text, names)
    return {series: value - before[series] for series, value in after.items() if value != before[series]}


def _series(text: str, names: tuple[str, ...]) -> dict[str, float]:
    series = re.findall(r"^(\w+)(?:\{\w+=\"(\w+)\"\})? (\S+)$", text, re.MULTILINE)
    return {f"{name} {label}".strip(): float(value) for name, label, value in series if name in names}


LOADS = ("loads_total", "bars_ingested_total", "bars_rejected_total")


@pytest.mark.parametrize(
    ("body", "params", "is_down", "moved"),
    [
        (
            HEADER + ROWS + BAD,
            {},
            False,
            {
                "loads_total loaded": 1,
                "bars_ingested_total inserted": 2,
                "bars_ingested_total rejected": 2,
                "bars_rejected_total high_too_low": 1,
                "bars_rejected_total price_not_positive": 1,
            },
        ),
        (
            HEADER + ROWS + BAD,
            {"strict": True},
            False,
            {
                "loads_total refused": 1,
                "bars_ingested_total rejected": 2,
                "bars_rejected_total high_too_low": 1,
                "bars_rejected_total price_not_positive": 1,
            },
        ),
        ("no table", {}, False, {"loads_total refused": 1}),
        (HEADER + ROWS, {}, True, {"loads_total failed": 1}),
        (HEADER + ROWS + BAD, {"dry_run": True}, False, {}),
        ("no table", {"dry_run": True}, False, {}),
    ],
)
async def test_a_load_is_counted_with_its_rows(
    body: str, params: dict[str, bool], is_down: bool, moved: dict[str, float]
) -> None:
    async with serve_data(FakeBarStore(is_down=is_down)) as client:

        async def load() -> None:
            headers = {"content-type": "text/csv"}
            await client.put("/symbols/NEW/bars", content=body, params=params, headers=headers)

        assert await _count_changes(client, load, *LOADS) == moved


async def test_reads_are_counted_by_cache_outcome_and_dependencies_are_checked() -> None:
    store, cache = FakeBarStore({"AAPL": make_frame()}), FakeBarCache()
    async with serve_data(store, cache) as client:

        async def read() -> None:
            await client.get("/symbols/AAPL/bars")

        assert await _count_changes(client, read, "cache_requests_total") == {"cache_requests_total miss": 1}
        assert await _count_changes(client, read, "cache_requests_total") == {"cache_requests_total hit": 1}

        async def lose_the_cache() -> None:
            cache.is_down = True

        assert await _count_changes(client, lose_the_cache, "dependency_up") == {"dependency_up cache": -1}

        async def lose_the_store() -> None:
            store.is_down = True

        assert await _count_changes(client, lose_the_store, "dependency_up") == {"dependency_up store": -1}


async def test_the_lag_of_the_symbols_is_read_from_the_catalogue() -> None:
    frames = {symbol: make_frame(symbol, closes=range(10, 20)) for symbol in ("OLD", "SAMPLED", "FOREIGN")}
    entries = {"OLD": make_entry(frames["OLD"]), "SAMPLED": make_entry(frames["SAMPLED"], source=SampleBarSource.name)}
    store = FakeBarStore(frames, catalogue=entries)
    async with serve_data(store) as client:
        series = _series((await client.get("/metrics")).text, ("symbols", "symbols_behind", "symbol_sessions_behind"))
    assert series.pop("symbol_sessions_behind OLD") > 500
    assert series == {"symbols": 3, "symbols_behind": 1}


def test_sessions_behind_are_those_of_the_exchange_that_are_over() -> None:
    monday = date(2024, 7, 8)  # after Thursday, 4 July, a holiday
    days = {"A": date(2024, 7, 5), "B": date(2024, 7, 3), "C": date(2024, 7, 2), "E": monday}
    lasts: dict[str, LastSession | None] = {symbol: LastSession(day, None) for symbol, day in days.items()}
    lasts["D"] = None
    before_the_open = datetime(2024, 7, 8, 12, tzinfo=UTC)
    series = compute_freshness(lasts, "XNYS", before_the_open)
    assert series[SESSIONS_BEHIND] == {("C",): 2, ("B",): 1, ("A",): 0, ("E",): 0}
    assert (series[SYMBOL_COUNT], series[SYMBOLS_BEHIND]) == ({(): 5}, {(): 0})
    assert compute_freshness(lasts, None, before_the_open)[SESSIONS_BEHIND][("C",)] == 3
    after_the_close = datetime(2024, 7, 8, 21, tzinfo=UTC)
    assert compute_freshness(lasts, "XNYS", after_the_close)[SESSIONS_BEHIND][("A",)] == 1


def test_sessions_behind_are_those_of_the_symbols_own_calendar() -> None:
    lasts: dict[str, LastSession | None] = {
        symbol: LastSession(date(2024, 7, 5), calendar) for symbol, calendar in (("STOCK", None), ("COIN", "24/7"))
    }
    monday = datetime(2024, 7, 8, 12, tzinfo=UTC)
    assert compute_freshness(lasts, "XNYS", monday)[SESSIONS_BEHIND] == {("COIN",): 2, ("STOCK",): 0}


def test_only_the_furthest_behind_are_named() -> None:
    lasts: dict[str, LastSession | None] = {
        f"S{n:03}": LastSession(date(2024, 1, 1 + n % 28), None) for n in range(300)
    }
    now = datetime(2024, 2, 1, 12, tzinfo=UTC)
    series = compute_freshness(lasts, "XNYS", now)
    assert list(series[SESSIONS_BEHIND].values()) == [21] * 11 + [20] * 9
    assert compute_freshness({}, None, now) == {
        SYMBOL_COUNT: {(): 0},
        SYMBOLS_BEHIND: {(): 0},
        SESSIONS_BEHIND: {},
    }


class _Event:
    def __init__(self, command_name: str) -> None:
        self.command_name, self.duration_micros = command_name, 2500


def test_commands_of_mongodb_are_timed_by_a_bounded_list_of_names() -> None:
    registry = CollectorRegistry()
    durations = CommandDurations(DataMetrics(registry).observe_mongo)
    n_series = len(list(registry.collect()))
    durations.succeeded(_Event("find"))  # type: ignore[arg-type]
    durations.failed(_Event("find"))  # type: ignore[arg-type]
    for number in range(50):
        durations.succeeded(_Event(f"made-up-{number}"))  # type: ignore[arg-type]
    durations.succeeded(_Event("getMore"))  # type: ignore[arg-type]  # the change feed waits in it

    def value(what: str, command: str, outcome: str) -> float | None:
        labels = {"command": command, "outcome": outcome}
        return registry.get_sample_value(f"mongo_command_duration_seconds_{what}", labels)

    assert [value("count", "find", "ok"), value("count", "find", "failed"), value("count", "other", "ok")] == [1, 1, 50]
    assert value("sum", "find", "ok") == 0.0025
    assert len(list(registry.collect())) == n_series


class _Vendor:
    name = "tiingo"

    async def bars(self, symbol: str, start: date | None) -> RawBars:
        if symbol == "NOPE":
            raise VendorFailed("There is no such symbol.")
        return make_raw(symbol)


async def test_a_vendor_is_timed_whichever_way_it_asks() -> None:
    registry = CollectorRegistry()
    vendor = MeasuredVendor(_Vendor(), DataMetrics(registry).observe_vendor)
    assert (vendor.name, (await vendor.bars("AAPL", None)).symbol) == ("tiingo", "AAPL")
    with pytest.raises(VendorFailed):
        await vendor.bars("NOPE", None)
    counts = [
        registry.get_sample_value("vendor_request_duration_seconds_count", {"vendor": "tiingo", "outcome": outcome})
        for outcome in ("ok", "failed")
    ]
    assert counts == [1, 1]


def test_a_load_that_fails_with_a_defect_of_ours_has_failed() -> None:
    registry = CollectorRegistry()
    metrics = DataMetrics(registry)
    for error in (StoreUnavailable("It does not answer."), RuntimeError("a defect")):
        with pytest.raises(type(error)), metrics.count_failed_load():
            raise error
    assert registry.get_sample_value("loads_total", {"outcome": "failed"}) == 2
