"""Times when bars end are told from those when they begin: an end at midnight is of the day before."""

from datetime import datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from services.data.records import RawBars
from tests.support.data.files import as_arrow, as_parquet, problem, read

EVERY_DAY = pd.date_range("2024-01-05", periods=20)
WEEKDAYS = pd.bdate_range("2024-01-08", periods=20)
PRICES = "open,high,low,close"
PRICE_COLUMNS = {"open": [1.0] * 20, "high": [3.0] * 20, "low": [0.5] * 20, "close": [2.0] * 20}
NOTE = "was read as the end of each bar: one that ends at 00:00 is of the day before."


def _next(day: datetime) -> datetime:
    return day + timedelta(days=1)


def _epoch(day: datetime, unit: int = 1_000) -> int:
    return int((day - datetime(1970, 1, 1)).total_seconds()) * unit


def _file(header: str, row: str, days: pd.DatetimeIndex = EVERY_DAY) -> str:
    """Write a file; `row` names, of each day, itself, the next one and their epochs in milliseconds."""
    cells = [
        row.format(day=day, next=_next(day), ms=_epoch(day), next_ms=_epoch(_next(day)), last_ms=_epoch(_next(day)) - 1)
        for day in days.to_pydatetime()
    ]
    return "\n".join([header, *cells])


def _read(content: str, days: pd.DatetimeIndex = EVERY_DAY, **options: str) -> RawBars:
    [raw] = read(content, "A.csv", **options)
    assert raw.rows["session"].tolist() == days.tolist()
    assert raw.rows["close"].tolist() == [2] * len(days)
    return raw


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (f"close_time,{PRICES}", "{next_ms},1,3,0.5,2"),
        (f"close_time,{PRICES}", "{last_ms},1,3,0.5,2"),
        (f"Close Time,{PRICES}", "{next:%Y-%m-%d %H:%M:%S},1,3,0.5,2"),
        (f"timeClose,{PRICES}", "{day:%Y-%m-%d}T23:59:59.999Z,1,3,0.5,2"),
        (f"{PRICES},period_end", "1,3,0.5,2,{next:%Y-%m-%d}T00:00:00+00:00"),
        (f"date,{PRICES},close_time", "{next_ms},1,3,0.5,2,{next_ms}"),
    ],
)
def test_an_end_at_midnight_is_of_the_day_before_and_the_report_says_so(header: str, row: str) -> None:
    assert any(NOTE in note for note in _read(_file(header, row)).notes)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (f"open_time,{PRICES},volume,close_time", "{ms},1,3,0.5,2,7,{last_ms}"),
        (f"close_time,{PRICES},volume,open_time", "{next_ms},1,3,0.5,2,7,{ms}"),
        (f"Start,End,{PRICES}", "{day:%Y-%m-%d},{next:%Y-%m-%d},1,3,0.5,2"),
        (f"{PRICES},begin,end", "1,3,0.5,2,{day:%Y-%m-%d} 00:00:00,{day:%Y-%m-%d} 23:59:59"),
        (f"time_period_start,time_period_end,{PRICES}", "{day:%Y-%m-%d}T00:00:00Z,{next:%Y-%m-%d}T00:00:00Z,1,3,0.5,2"),
        (f"timestamp,{PRICES},open_time", "{next:%Y-%m-%d %H:%M:%S},1,3,0.5,2,{day:%Y-%m-%d %H:%M:%S}"),
    ],
)
def test_of_a_beginning_and_an_end_the_beginning_is_the_day(header: str, row: str) -> None:
    _read(_file(header, row))


def test_a_date_stays_the_date_beside_a_time_of_day_of_the_close() -> None:
    _read(_file(f"date,{PRICES},close_time", "{day:%Y-%m-%d},1,3,0.5,2,16:00"))


@pytest.mark.parametrize("days", [EVERY_DAY, WEEKDAYS])
@pytest.mark.parametrize("cell", ["{day:%Y-%m-%d}", "{day:%Y%m%d}", "{day:%Y-%m-%d} 00:00:00", "{day:%d/%m/%Y}"])
def test_a_date_stays_the_date_beside_an_end_that_is_the_same_date(days: pd.DatetimeIndex, cell: str) -> None:
    _read(_file(f"date,{PRICES},end", f"{cell},1,3,0.5,2,{cell}", days), days)


@pytest.mark.parametrize("hours", [0, 21, 24])
@pytest.mark.parametrize("days", [EVERY_DAY, WEEKDAYS])
@pytest.mark.parametrize(("is_date", "zone"), [(False, None), (False, "America/New_York"), (True, None)])
def test_in_columns_of_a_time_type_a_date_stays_the_date_beside_an_end(
    is_date: bool, zone: str | None, days: pd.DatetimeIndex, hours: int
) -> None:
    moments = {"date": days.tz_localize(zone), "end": days.tz_localize(zone) + pd.Timedelta(hours=hours)}
    dates = {name: each.date if is_date else each for name, each in moments.items()}
    table = pa.table({**dates, **PRICE_COLUMNS})
    for content in (as_parquet(table), as_arrow(table)):
        [raw] = read(content, "A.parquet")
        assert raw.rows["session"].tolist() == days.tolist()
        assert raw.notes[0].startswith(f"Columns that were not read: 'end' (for example '{moments['end'][0]:%Y-%m-%d}")


def test_ends_of_a_time_type_with_a_time_of_day_are_ends_and_those_without_are_an_error() -> None:
    table = pa.table({"end": WEEKDAYS + pd.Timedelta(hours=21), **PRICE_COLUMNS})
    [raw] = read(as_parquet(table), "A.parquet")
    assert raw.rows["session"].tolist() == WEEKDAYS.tolist()
    assert f"'end' {NOTE}" in raw.notes
    assert "Name their column as either" in problem(as_parquet(table.set_column(0, "end", [WEEKDAYS])), "A.parquet")


def test_ends_without_a_time_are_an_error_and_both_of_its_sentences_work() -> None:
    content = _file(f"End,{PRICES}", "{next:%Y-%m-%d},1,3,0.5,2")
    assert "Name their column as either, date=… or close_time=…" in problem(content)
    _read(content, columns="close_time=End")
    _read(content, EVERY_DAY + pd.Timedelta(days=1), columns="date=End")


def test_midnights_of_every_day_under_a_plain_name_are_beginnings_and_the_note_says_how_to_change_that() -> None:
    content = _file(f"date,{PRICES}", "{next_ms},1,3,0.5,2")
    raw = _read(content, EVERY_DAY + pd.Timedelta(days=1))
    assert any("name their column, close_time=…" in note for note in raw.notes)
    assert any(NOTE in note for note in _read(content, columns="close_time=date").notes)


@pytest.mark.parametrize("cell", ["{next:%Y-%m-%d}", "{next:%Y-%m-%d %H:%M:%S}", "{next_ms}"])
def test_dates_from_tuesday_to_saturday_are_the_day_before(cell: str) -> None:
    raw = _read(_file(f"date,{PRICES}", f"{cell},1,3,0.5,2", WEEKDAYS), WEEKDAYS)
    assert any("at the end of each day (as written, bars would be on weekends)" in note for note in raw.notes)


@pytest.mark.parametrize(("days", "is_told"), [(EVERY_DAY, False), (WEEKDAYS[:3], False), (WEEKDAYS, True)])
def test_ends_at_midnight_in_new_york_are_told_by_weekends_or_an_error_that_asks_for_the_zone(
    days: pd.DatetimeIndex, is_told: bool
) -> None:
    content = _file(f"close_time,{PRICES}", "{next:%Y-%m-%d}T05:00:00Z,1,3,0.5,2", days)
    if is_told:
        _read(content, days)
    else:
        assert "Bars end at 05:00 in UTC, which may be midnight west of Greenwich." in problem(content)
    _read(content, days, timezone="America/New_York")


def test_ends_in_the_morning_in_utc_are_of_their_day_if_weekends_say_so() -> None:
    content = _file(f"close_time,{PRICES}", "{day:%Y-%m-%d}T06:00:00Z,1,3,0.5,2", WEEKDAYS)  # Tokyo
    _read(content, WEEKDAYS)


@pytest.mark.parametrize("unit", [1_000, 1_000_000])
def test_rows_of_binance_are_read_without_names_by_their_times(unit: int) -> None:
    rows = [
        f"{_epoch(day, unit)},1,3,0.5,2,70,{_epoch(_next(day), unit) - 1},140,9,35,70,0"
        for day in EVERY_DAY.to_pydatetime()
    ]
    raw = _read("\n".join(rows))
    assert raw.rows["volume"].tolist() == [70] * len(EVERY_DAY)
    assert any("those of Binance" in note for note in raw.notes)
    assert "does not name its columns" in problem("\n".join(row.removesuffix(",0") for row in rows))
