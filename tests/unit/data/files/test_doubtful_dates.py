"""Dates and times that a file leaves in doubt are a sentence in the report, or an error that says what to do."""

import json
from datetime import datetime, timedelta

import pandas as pd
import pytest

from services.data.records import RawBars
from tests.support.data.exports import COLUMNS, DAYS, ENGLISH, NUMBERS, DateForm, check, export
from tests.support.data.files import problem, read
from tests.support.data.workbooks import Cell, workbook

EVERY_DAY = pd.date_range("2024-02-17", periods=24)
NO_ZONE = "The times name no offset from UTC, so each bar was given the date as written."
NAMELESS = "The columns are not named. They were read as those of Binance, by their number and times."


def _rows(form: str, days: pd.DatetimeIndex) -> str:
    return "date,open,high,low,close\n" + "\n".join(f"{day:{form}},1,3,0.5,2" for day in days)


def _days(raw: RawBars) -> list[pd.Timestamp]:
    return raw.rows["session"].tolist()


def _epoch(day: datetime, unit: int) -> int:
    return int((day - datetime(1970, 1, 1)).total_seconds()) * unit


def _klines(unit: int) -> list[list[object]]:
    days = EVERY_DAY.to_pydatetime()
    return [
        [_epoch(day, unit), *map(str, row), _epoch(day + timedelta(days=1), unit) - 1, "1", 9, "1", "1", "0"]
        for day, row in zip(days, NUMBERS, strict=True)
    ]


@pytest.mark.parametrize("form", ["%Y-%m-%d 00:00:00", "%d.%m.%Y 23:00"])
def test_times_without_a_zone_of_a_market_that_never_closes_are_a_note(form: str) -> None:
    [raw] = read(_rows(form, EVERY_DAY))
    assert _days(raw) == EVERY_DAY.tolist()
    assert NO_ZONE in raw.notes


@pytest.mark.parametrize(("form", "days"), [("%Y-%m-%d", EVERY_DAY), ("%Y-%m-%d 16:00:00", DAYS)])
def test_dates_without_times_and_times_on_weekdays_leave_nothing_in_doubt(form: str, days: pd.DatetimeIndex) -> None:
    [raw] = read(_rows(form, days))
    assert raw.notes == ()


def test_a_zone_for_times_that_name_no_offset_changes_nothing_and_the_report_says_so() -> None:
    [raw] = read(_rows("%Y-%m-%d 23:00:00", DAYS), timezone="Europe/Paris")
    assert _days(raw) == DAYS.tolist()
    assert raw.notes == ("The times name no offset from UTC, so they were read as times in Europe/Paris.",)


@pytest.mark.parametrize("zone", [" UTC", " GMT", " +0000 UTC", "+00:00[UTC]", " UTC+0"])
def test_a_zone_by_name_is_utc(zone: str) -> None:
    evenings = DAYS[:3] - pd.Timedelta(hours=1)
    assert "The times, 23:00 in UTC, may be midnight" in problem(_rows("%Y-%m-%d %H:%M:%S" + zone, evenings))
    [raw] = read(_rows("%Y-%m-%d %H:%M:%S" + zone, evenings), timezone="Europe/Paris")
    assert _days(raw) == DAYS[:3].tolist()


def test_the_two_days_of_a_week_are_not_a_date() -> None:
    content = _rows("%Y-%m-%d - 2030-01-01", DAYS[::5])
    assert "Most dates do not match any date format" in problem(content)


@pytest.mark.parametrize(("n_flipped", "is_refused"), [(2, False), (8, True)])
def test_dates_in_two_forms_are_an_error_unless_a_few_slipped(n_flipped: int, is_refused: bool) -> None:
    days = pd.bdate_range("2024-02-13", periods=30)
    dates = [f"{day:%d/%m/%Y}" if at < n_flipped else f"{day:%Y-%m-%d}" for at, day in enumerate(days)]
    content = "date,open,high,low,close\n" + "\n".join(f"{day},1,3,0.5,2" for day in dates)
    if is_refused:
        assert problem(content) == (
            "Some dates are written as '2024-02-23' and others as '13/02/2024'. Write all of them in one form."
        )
    else:
        [raw] = read(content)
        assert raw.rows["session"].isna().sum() == n_flipped
        assert raw.notes == ("2 cells of the date could not be read, for example '13/02/2024'.",)


def test_a_few_dates_whose_order_is_not_known_cost_only_their_rows() -> None:
    rows = [*(f"{day:%Y-%m-%d},1,3,0.5,2,GOOD" for day in DAYS), "02/03/2024,1,3,0.5,2,OTHER"]
    good, other = read("\n".join(["date,open,high,low,close,symbol", *rows]))
    assert (_days(good), other.rows["session"].isna().tolist()) == (DAYS.tolist(), [True])
    assert "1 cell of the date could not be read, for example '02/03/2024'." in good.notes


def test_dates_of_a_sheet_that_a_spreadsheet_has_turned_where_it_could_are_an_error() -> None:
    cells: list[list[Cell]] = [
        [f"{day:%d/%m/%Y}" if day.day > 12 else datetime(day.year, day.day, day.month).date(), 1, 3, 0.5, 2]
        for day in DAYS
    ]
    assert "Some dates are written as '19/02/2024'" in problem(workbook({"S": [[*ENGLISH[:5]], *cells]}), "A.xlsx")


@pytest.mark.parametrize("n_earlier", [6, 12, 18])
def test_milliseconds_and_then_microseconds_are_read_each_in_its_unit(n_earlier: int) -> None:
    rows = _klines(1_000)[:n_earlier] + _klines(1_000_000)[n_earlier:]
    [raw] = read("\n".join(",".join(map(str, row)) for row in rows))
    assert _days(raw) == EVERY_DAY.tolist()
    assert any("were read as milliseconds and microseconds since 1970." in note for note in raw.notes)


def test_klines_of_binance_are_read_as_its_api_answers() -> None:
    [raw] = read(json.dumps(_klines(1_000)), "A.json")
    assert _days(raw) == EVERY_DAY.tolist()
    assert raw.rows[COLUMNS].to_numpy().tolist() == [list(row) for row in NUMBERS]
    assert NAMELESS in raw.notes


def test_the_hours_of_one_day_since_1970_are_hours() -> None:
    hours = [_epoch(datetime(2024, 2, 1, hour), 1_000) for hour in range(24)]
    content = "time,open,high,low,close\n" + "\n".join(f"{hour},1,3,0.5,2" for hour in hours)
    assert "These are hourly bars, 24 a day" in problem(content)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Pacific/Auckland", "US/Eastern"])
def test_the_first_letter_of_a_zone_is_no_half_of_the_day(zone: str) -> None:
    content = "date,open,high,low,close\n" + "\n".join(
        f"{day:%Y%m%d} {hour:02}:30:00 {zone},{hour},{hour + 2},{hour - 1},{hour + 1}"
        for day in DAYS
        for hour in range(9, 16)
    )
    [raw] = read(content, resample="daily")
    assert (raw.rows["open"].unique().tolist(), raw.rows["close"].unique().tolist()) == ([9], [16])


@pytest.mark.parametrize("form", ["%Y%m%d%H%M", "%Y%m%d%H%M%S", "%Y%m%d%H%M%S000"])
def test_a_date_and_a_time_of_day_may_be_digits_alone(form: str) -> None:
    hours = [day + timedelta(hours=hour) for day in DAYS for hour in range(9, 16)]
    content = "date,open,high,low,close\n" + "\n".join(f"{hour:{form}},1,3,0.5,2" for hour in hours)
    assert "These are hourly bars, 7 a day" in problem(content)
    [raw] = read(content, resample="daily")
    assert _days(raw) == DAYS.tolist()


@pytest.mark.parametrize("n_days", [2, 5, 20])
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y-%m-%d 00:00:00"])
def test_hours_after_or_before_days_are_no_days(n_days: int, form: str) -> None:
    header, *days = _rows(form, DAYS[:-n_days]).splitlines()
    hours = [f"{day:%Y-%m-%d} {hour}:30:00,{hour},30,1,{hour}" for day in DAYS[-n_days:] for hour in range(10, 17)]
    for rows in ([*days, *hours], [*hours, *days]):
        content = "\n".join([header, *rows])
        where = f"7 a day from {DAYS[-n_days]:%Y-%m-%d} to {DAYS[-1]:%Y-%m-%d}" if n_days < 20 else "7 a day, not"
        assert f"These are hourly bars, {where}" in problem(content)
        [raw] = read(content, resample="daily")
        daily = raw.rows.set_index("session").sort_index()
        assert daily.index.tolist() == DAYS.tolist()
        assert daily[["open", "high", "close"]].iloc[-1].tolist() == [10, 30, 16]


def test_a_day_in_two_versions_is_no_two_parts() -> None:
    header, *days = _rows("%Y-%m-%d 00:00:00", DAYS).splitlines()
    [raw] = read("\n".join([header, *days, *(f"{day:%Y-%m-%d} 16:00:00,1,3,0.5,2.5" for day in DAYS[-5:])]))
    assert len(raw.rows) == len(DAYS) + 5


def test_sundays_without_fridays_are_said_to_be_perhaps_a_day_early() -> None:
    for days, is_said in ((DAYS - timedelta(days=1), True), (DAYS, False), (EVERY_DAY, False)):
        [raw] = read(_rows("%Y-%m-%d", days))
        assert _days(raw) == days.tolist()
        assert any("Sundays and none of Fridays" in note for note in raw.notes) == is_said


def test_times_as_numbers_of_three_digits_are_times() -> None:
    content = "date,time,open,high,low,close\n" + "\n".join(
        f"{day:%Y%m%d},{hour}00,1,3,0.5,2" for day in DAYS for hour in range(9, 16)
    )
    assert "These are hourly bars, 7 a day" in problem(content)


@pytest.mark.parametrize(
    "date",
    [
        lambda day: f"{'MDMDF'[day.weekday()]}o, {day:%d.%m.%Y}",
        lambda day: f"\ufeff{day:%Y-%m-%d}",
        lambda day: f"{day:%Y/%m/%d}({'月火水木金'[day.weekday()]})",
        lambda day: f"{day:%Y年%m月%d日}（{'月火水木金'[day.weekday()]}）",
        lambda day: f"{day:%d/%m/%Y} ({day:%a})",
    ],
)
def test_dates_beside_a_weekday_or_after_a_byte_order_mark_are_read(date: DateForm) -> None:
    check(export(date=date))


def _hours(first: str, n_hours: int, zone: str = "UTC", first_hour: int = 0, end_hour: int = 24) -> str:
    hours = pd.date_range(first, periods=n_hours, freq="h", tz=zone)
    rows = [f"{hour.isoformat()},1,3,0.5,2" for hour in hours if first_hour <= hour.hour < end_hour]
    return "\n".join(["time,open,high,low,close", *rows])


@pytest.mark.parametrize("first", ["2024-02-02", "2024-02-04"])  # a Friday, a Sunday
def test_hours_in_utc_of_few_days_with_one_day_of_a_weekend_are_an_error_that_a_zone_settles(first: str) -> None:
    content = _hours(first, 48)
    assert "The bars are in UTC, where some fall on weekends. Give the time zone" in problem(content, resample="daily")
    [raw] = read(content, resample="daily", timezone="UTC")
    assert len(raw.rows) == 2
    assert not any("in UTC" in note and "Give the time zone" in note for note in raw.notes)


@pytest.mark.parametrize(("first", "n_days"), [("2024-02-05", 5), ("2024-02-01", 9), ("2024-02-03", 2)])
def test_hours_in_utc_of_few_days_are_those_of_days_in_utc_and_the_note_says_how_to_change_that(
    first: str, n_days: int
) -> None:
    [raw] = read(_hours(first, n_days * 24), resample="daily")
    assert len(raw.rows) == n_days
    assert raw.notes[0].startswith("The times are in UTC, and each bar was given its date in UTC. Give the time")


def test_hours_of_few_days_with_another_offset_are_of_the_day_that_is_written() -> None:
    [raw] = read(_hours("2024-02-02", 48, "America/New_York", 9, 16), resample="daily")
    assert len(raw.rows) == 2
    assert not any("UTC" in note for note in raw.notes)


def test_hours_of_several_instruments_without_a_column_of_symbols_are_an_error_that_says_how_to_name_it() -> None:
    hours = [f"2024-02-{day} {hour}:00" for day in range(19, 23) for hour in (10, 11, 12)]
    rows = [f"{hour},{asset},{asset}00,{asset}20,{asset}00,{asset}10" for hour in hours for asset in (1, 3)]
    content = "\n".join(["time,Asset_ID,open,high,low,close", *rows])
    assert "several rows of one time with other prices, for example of 2024-02-19 10:00:00" in problem(
        content, resample="daily"
    )
    frames = read(content, resample="daily", columns="symbol=Asset_ID")
    assert {raw.symbol: raw.rows["close"].tolist() for raw in frames} == {"1": [110] * 4, "3": [310] * 4}


def test_the_hour_that_a_clock_repeats_in_autumn_is_no_other_instrument() -> None:
    hours = pd.date_range("2024-10-26", periods=73, freq="h", tz="Europe/Paris").tz_localize(None)
    rows = [f"{hour:%Y-%m-%d %H:%M},1,{2 + n},1,1" for n, hour in enumerate(hours)]
    [raw] = read("\n".join(["time,open,high,low,close", *rows]), resample="daily")
    assert len(raw.rows) == 3
