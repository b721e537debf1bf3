from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from services.data.bars.checks import find_rejections
from services.data.bars.description import revision_and_findings
from services.data.bars.load import LoadOptions, build_rejection_error, load_symbol, split_rows
from services.data.files.sample import SampleBarSource
from services.data.records import Listing, RawBars
from shared.errors import RowsRejected, StoreUnavailable
from shared.schemas.loads import LoadReport, Mode
from tests.support.data.bars import make_bars, make_entry, make_frame, make_raw, to_raw
from tests.support.data.behaviours import BARS
from tests.support.data.fakes import FakeBarCache, FakeBarStore, invalidation

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
OPTIONS = LoadOptions(source="prices.csv", now=NOW, calendar=None)


async def _load(raw: RawBars, store: FakeBarStore, options: LoadOptions = OPTIONS) -> LoadReport:
    return await load_symbol(raw, store=store, invalidate=invalidation(FakeBarCache()), options=options)


def _with_a_bad_row() -> RawBars:
    bars = make_bars([10, 11, 12])
    bars.loc[1, "high"] = 1.0
    return to_raw("AAPL", bars)


def _stored(closes: list[float]) -> FakeBarStore:
    frame = make_frame(closes=closes)
    return FakeBarStore({"AAPL": frame}, catalogue={"AAPL": make_entry(frame, name="Apple Inc.")})


async def test_the_sample_is_five_symbols_without_a_rejected_row() -> None:
    store = FakeBarStore()
    reports = [await _load(raw, store) for raw in SampleBarSource().frames()]
    assert [(report.symbol, report.inserted, report.rejected) for report in reports] == [
        ("AAPL", 3270, []),
        ("FB", 196, []),
        ("GOOG", 2148, []),
        ("IBM", 3270, []),
        ("MSFT", 3270, []),
    ]
    assert sum(len(frame.bars) for frame in store.frames.values()) == 12_154


@pytest.mark.parametrize("name", ["Evil \u202eknaB\x1b[2J\n Corp.", "\u200bEvil\0 knaB [2J Corp.\ud800"])
async def test_a_name_is_stored_without_characters_that_deceive_and_the_report_says_so(name: str) -> None:
    store = FakeBarStore()
    options = replace(OPTIONS, source="a\nb\udcff.csv")
    report = await _load(replace(make_raw("AAPL"), name=name), store, options)
    entry = store.catalogue["AAPL"]
    assert entry.name is not None
    assert entry.name.replace(" [", "[") == "Evil knaB[2J Corp."
    assert entry.source == "a b .csv"
    assert [finding.code for finding in report.findings if finding.code == "name_cleaned"] == ["name_cleaned"]
    assert not [finding for finding in entry.findings if finding.code == "name_cleaned"]  # not about the bars


async def test_a_plain_name_is_stored_unchanged() -> None:
    store = FakeBarStore()
    report = await _load(replace(make_raw("AAPL"), name="Nestlé S.A. 株式会社 (A)"), store)
    assert store.catalogue["AAPL"].name == "Nestlé S.A. 株式会社 (A)"
    assert not [finding for finding in report.findings if finding.code == "name_cleaned"]


async def test_bad_rows_are_left_out_and_the_rest_is_stored_in_order() -> None:
    raw, store = _with_a_bad_row(), FakeBarStore()
    report = await _load(RawBars("AAPL", raw.rows.iloc[::-1]), store)
    assert [(rejection.row, rejection.code) for rejection in report.rejected] == [(2, "high_too_low")]
    assert store.frames["AAPL"].bars["close"].tolist() == [10, 12]
    assert (report.inserted, report.n_bars) == (2, 2)


async def test_a_load_writes_the_entry_of_its_bars() -> None:
    store = FakeBarStore()
    report = await _load(make_raw(name="Apple Inc."), store)
    entry = store.catalogue["AAPL"]
    expected = make_entry(make_frame(), name="Apple Inc.", source="prices.csv")
    assert entry == replace(expected, loaded_at=NOW, findings=entry.findings, sources=entry.sources)
    (source,) = entry.sources
    assert (source.source, source.bars, source.loaded_at) == ("prices.csv", 3, NOW)
    assert [finding.code for finding in entry.findings] == ["short_history"]
    assert (report.revision, report.findings) == (entry.revision, entry.findings)


async def test_a_name_that_is_known_stays_when_a_source_has_none() -> None:
    store = _stored([10])
    await _load(make_raw(), store)
    assert store.catalogue["AAPL"].name == "Apple Inc."


async def test_an_upsert_counts_what_it_did_to_each_session() -> None:
    report = await _load(make_raw(closes=[10, 12, 13]), _stored([10, 11]))
    counts = (report.inserted, report.updated, report.unchanged, report.removed, report.n_bars)
    assert counts == (1, 1, 1, 0, 3)


async def test_a_replacement_removes_the_rest() -> None:
    store = _stored([10, 11, 12])
    report = await _load(make_raw(closes=[10]), store, replace(OPTIONS, mode="replace"))
    assert (report.unchanged, report.removed, report.n_bars) == (1, 2, 1)
    assert store.frames["AAPL"].bars["close"].tolist() == [10]


@pytest.mark.parametrize("mode", ["upsert", "replace"])
@pytest.mark.scenario("D6")
async def test_a_symbol_without_a_good_row_stays_as_it_was(mode: Mode) -> None:
    bad = make_bars([10]).assign(close=-1.0)
    store = _stored([5, 6])
    before = store.frames["AAPL"]
    report = await _load(to_raw("AAPL", bad), store, replace(OPTIONS, mode=mode))
    assert (report.inserted, report.removed, report.n_bars, report.revision) == (0, 0, 2, before.revision)
    assert [rejection.row for rejection in report.rejected] == [1]
    assert store.frames["AAPL"] is before


async def test_a_new_symbol_without_a_good_row_is_not_made() -> None:
    store = FakeBarStore()
    report = await _load(to_raw("AAPL", make_bars([10]).assign(close=-1.0)), store)
    assert (report.n_bars, report.revision) == (0, None)
    assert store.frames == {}


@pytest.mark.scenario("D6")
async def test_strict_rejects_everything_for_one_bad_row() -> None:
    store = _stored([5])
    with pytest.raises(
        RowsRejected, match=r"^Nothing was stored: 1 row is not a valid bar. Correct or remove it.$"
    ) as caught:
        await _load(_with_a_bad_row(), store, replace(OPTIONS, strict=True))
    assert caught.value.errors == [("/AAPL/rows/2", "The high is below the open, low or close.")]
    assert store.frames["AAPL"].bars["close"].tolist() == [5]


async def test_strict_loads_what_is_all_good() -> None:
    assert (await _load(make_raw(), FakeBarStore(), replace(OPTIONS, strict=True))).inserted == 3


@pytest.mark.parametrize("mode", ["upsert", "replace"])
async def test_a_dry_run_reports_what_a_load_would_do_and_writes_nothing(mode: Mode) -> None:
    options = replace(OPTIONS, mode=mode)
    store, cache = _stored([10, 11, 12]), FakeBarCache({"AAPL": BARS})
    before = dict(store.frames), dict(store.catalogue)
    dry = await load_symbol(
        _with_a_bad_row(), store=store, invalidate=invalidation(cache), options=replace(options, dry_run=True)
    )
    assert (store.frames, store.catalogue) == before
    assert cache.entries == {"AAPL": BARS}
    assert dry == (await _load(_with_a_bad_row(), store, options)).model_copy(update={"dry_run": True})


async def test_a_dry_run_of_a_new_symbol_makes_none() -> None:
    store = FakeBarStore()
    assert (await _load(make_raw(), store, replace(OPTIONS, dry_run=True))).inserted == 3
    assert store.frames == {}


async def test_the_cache_is_invalidated() -> None:
    cache = FakeBarCache({"AAPL": BARS, "MSFT": BARS})
    await load_symbol(make_raw(), store=FakeBarStore(), invalidate=invalidation(cache), options=OPTIONS)
    assert list(cache.entries) == ["MSFT"]


async def test_the_cache_is_invalidated_when_the_response_of_the_store_is_lost() -> None:
    cache = FakeBarCache({"AAPL": BARS})
    with pytest.raises(StoreUnavailable):
        await load_symbol(make_raw(), store=FakeBarStore(is_down=True), invalidate=invalidation(cache), options=OPTIONS)
    assert cache.entries == {}


def test_rows_of_any_order_become_bars_that_ascend() -> None:
    rows = make_raw(closes=[10, 11, 12, 13]).rows
    split = split_rows(RawBars("AAPL", rows.iloc[[2, 0, 3, 1]]), date(2024, 6, 1))
    pd.testing.assert_frame_equal(split.frame.bars, make_bars([10, 11, 12, 13]))


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (datetime(2024, 6, 1, 9, 59, tzinfo=UTC), date(2024, 6, 1)),
        (datetime(2024, 6, 1, 10, 0, tzinfo=UTC), date(2024, 6, 2)),
        (datetime.fromisoformat("2024-06-01T00:30:00+14:00"), date(2024, 6, 1)),
    ],
)
def test_today_is_the_date_in_the_earliest_time_zone(now: datetime, today: date) -> None:
    assert replace(OPTIONS, now=now).today == today


def test_an_error_about_many_rows_counts_all_and_names_a_hundred() -> None:
    bars = make_bars([-1.0] * 1000, first_session=date(2020, 1, 1))
    bars.loc[:9, "session"] = pd.NaT
    rejected = find_rejections(to_raw("AAPL", bars).rows, NOW.date())
    error = build_rejection_error({"AAPL": rejected, "MSFT": rejected})
    assert error.detail == (
        "Nothing was stored: 2,000 rows are not valid bars (1,980 price_not_positive, 20 no_session). "
        "Correct or remove them. The first 100 are listed."
    )
    assert (len(error.errors), error.errors[-1][0]) == (100, "/AAPL/rows/100")


def test_sessions_are_expected_of_the_calendar_that_is_asked_for() -> None:
    frame = make_frame(closes=range(1, 9))
    assert "closed_sessions" in {finding.code for finding in revision_and_findings(frame, "XNYS")[1]}
    assert {finding.code for finding in revision_and_findings(frame, None)[1]} == {"short_history"}


async def test_what_a_source_says_of_a_symbol_adds_to_what_is_known() -> None:
    store, cache = FakeBarStore(), FakeBarCache()
    frame = make_frame()
    known = replace(make_entry(frame), listing=Listing(currency="EUR", sector="Cars"))
    store.frames["AAPL"], store.catalogue["AAPL"] = frame, known
    raw = replace(make_raw(closes=[10, 11, 12, 13]), listing=Listing(currency="USD", calendar="XLON"))
    options = LoadOptions(source="test", now=datetime(2024, 6, 1, tzinfo=UTC))
    await load_symbol(raw, store=store, invalidate=invalidation(cache), options=options)
    assert store.catalogue["AAPL"].listing == Listing(currency="EUR", sector="Cars", calendar="XLON")
    assert (await store.bars("AAPL")).revision == store.catalogue["AAPL"].revision


async def test_a_calendar_that_the_bars_show_is_reported_once() -> None:
    store = FakeBarStore()
    first = await _load(make_raw("ETH-USD", range(10, 50), first_session=date(2022, 1, 1)), store)
    second = await _load(make_raw("ETH-USD", range(10, 51), first_session=date(2022, 1, 1)), store)
    assert first.notes == [
        "There are bars of every day of the week: the calendar of ETH-USD is 24/7. Set another with PATCH "
        "/api/stocks/ETH-USD."
    ]
    assert second.notes == []
    assert store.catalogue["ETH-USD"].listing.calendar == "24/7"
