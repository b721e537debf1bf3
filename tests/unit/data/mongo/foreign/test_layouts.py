"""Documents of layouts that other tools use."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from services.data.mongo.collection_reader import build_any
from services.data.mongo.foreign.layouts import describe_unreadable
from shared.errors import NoBars
from shared.schemas.arrow import BarColumns

DAYS = np.busday_offset("2017-01-03", np.arange(60), roll="forward").astype("datetime64[D]")
CLOSES = 1000 + 3.25 * np.arange(60)
NAMES = {"open": "open", "high": "high", "low": "low", "close": "close", "volume": "volume"}
OWN = {field: field.title() for field in NAMES}


def _documents(
    date: str,
    write_date: Callable[[datetime], Any],
    *,
    names: dict[str, str] | None = None,
    write: Callable[[float], Any] = float,
) -> list[dict[str, Any]]:
    """Return 60 documents with these names, forms of dates and forms of numbers."""
    names = names or NAMES
    return [
        {"_id": n, date: write_date(day.astype(datetime)), "note": "x"}
        | {names["open"]: write(close - 1), names["high"]: write(close + 2), names["low"]: write(close - 2)}
        | {names["close"]: write(close), names["volume"]: write(1e6 + n)}
        for n, (day, close) in enumerate(zip(DAYS.astype("datetime64[us]"), CLOSES.tolist(), strict=True))
    ]


def _check(documents: list[dict[str, Any]], *, is_foreign: bool = True) -> BarColumns:
    bars, was_foreign = build_any("AAPL", documents)
    assert was_foreign == is_foreign
    assert bars.sessions.tolist() == DAYS.tolist()
    assert bars.numbers["close"].tolist() == CLOSES.tolist()
    assert bars.numbers["high"].tolist() == (CLOSES + 2).tolist()
    assert bars.numbers["volume"].tolist() == (1e6 + np.arange(60)).tolist()
    return bars


def _iso(day: datetime) -> str:
    return f"{day:%Y-%m-%d}"


def _epoch(factor: int) -> Callable[[datetime], int]:
    return lambda day: int(day.replace(tzinfo=UTC).timestamp()) * factor


@pytest.mark.parametrize("date", ["date", "DATE", "Trade Date", "timestamp", "datetime"])
def test_names_are_read_in_any_case(date: str) -> None:
    _check(_documents(date, _iso))
    _check(_documents(date, _iso, names={field: name.upper() for field, name in NAMES.items()}))


@pytest.mark.parametrize(
    "write_date",
    [
        _iso,
        _epoch(1),
        _epoch(1_000),
        _epoch(1_000_000),
        lambda day: str(_epoch(1_000)(day)),
        lambda day: float(_epoch(1)(day)),
        lambda day: int(f"{day:%Y%m%d}"),
        lambda day: f"{day:%d/%m/%Y}",
        lambda day: f"{day:%m/%d/%Y}",
        lambda day: f"{day:%d.%m.%Y} 00:00",
        lambda day: f"{day:%b %d, %Y}",
        lambda day: day.replace(tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("date", ["Date", "date"])
def test_dates_are_read_however_they_are_written(date: str, write_date: Callable[[datetime], Any]) -> None:
    documents = _documents(date, write_date)
    _check(documents)
    _check(documents[::-1])


@pytest.mark.parametrize("is_text", [False, True])
@pytest.mark.parametrize("zone", [1, 2, 9])
@pytest.mark.parametrize("names", [NAMES, OWN])
def test_midnights_east_of_greenwich_are_the_day_after(zone: int, names: dict[str, str], is_text: bool) -> None:
    def write(day: datetime) -> Any:
        moment = day.replace(tzinfo=UTC) - timedelta(hours=zone)
        return f"{moment:%Y-%m-%dT%H:%M:%S}Z" if is_text else moment

    documents = _documents("Date" if names is OWN else "date", write, names=names)
    _check(documents)
    _check([document | {"Adj Close": 1.0} for document in documents])


@pytest.mark.parametrize("is_text", [False, True])
@pytest.mark.parametrize("hours", [24, 25, 28.9])
@pytest.mark.parametrize("names", [NAMES, OWN])
def test_ends_of_days_west_of_greenwich_are_the_day_before(names: dict[str, str], hours: float, is_text: bool) -> None:
    def write(day: datetime) -> Any:
        moment = day.replace(tzinfo=UTC) + timedelta(hours=hours)
        return f"{moment:%Y-%m-%dT%H:%M:%S}Z" if is_text else moment

    documents = _documents("Date" if names is OWN else "date", write, names=names)
    _check(documents)
    _check([document | {"Adj Close": 1.0} for document in documents])


@pytest.mark.parametrize("hour", [0, 21])
def test_bars_of_our_names_from_sunday_to_thursday_are_ours_if_no_time_is_an_evening(hour: int) -> None:
    days = [day for day in DAYS.astype("datetime64[us]").astype(datetime) if day.weekday() < 4]
    days = [*days, *(day - timedelta(days=1) for day in days if day.weekday() == 0)]
    documents = [
        {"Date": day + timedelta(hours=hour), "Open": 1.0, "High": 1.0, "Low": 1.0, "Close": 1.0} for day in days
    ]
    bars, is_foreign = build_any("TASI", documents)
    assert is_foreign == bool(hour)
    assert bars.sessions.tolist() == sorted(day.date() + timedelta(days=int(hour > 0)) for day in days)


def _own(document: dict[str, Any]) -> dict[str, Any]:
    return {name.title(): value for name, value in document.items()}


@pytest.mark.parametrize("rename", [dict, _own])
@pytest.mark.parametrize("is_text", [False, True])
def test_parts_of_days_are_no_days(rename: Callable[[dict[str, Any]], dict[str, Any]], is_text: bool) -> None:
    documents = [
        rename(
            dict.fromkeys(("open", "high", "low", "close", "volume"), 1.0)
            | {"date": f"{moment:%Y-%m-%d %H:%M:%S+00:00}" if is_text else moment}
        )
        for day in DAYS.astype("datetime64[us]").tolist()
        for moment in (day + timedelta(hours=hour) for hour in range(14, 21))
    ]
    with pytest.raises(NoBars, match=r"AAPL is stored, but as hourly bars, 7 a day\. Store daily ones\."):
        build_any("AAPL", documents)


def test_weeks_are_no_days() -> None:
    weeks = iter(range(len(DAYS)))
    documents = _documents("date", lambda _: datetime(2017, 1, 6, tzinfo=UTC) + timedelta(weeks=next(weeks)))
    with pytest.raises(NoBars, match=r"AAPL is stored, but not by the day\. These are weekly bars\."):
        build_any("AAPL", documents)


def test_bars_of_our_own_that_are_stored_twice_are_bars() -> None:
    once = _documents("Date", _iso, names=OWN)
    bars = _check([*once, *once], is_foreign=False)
    assert bars.skipped == len(once)


def test_evenings_of_every_day_of_the_week_are_of_their_day() -> None:
    days = [datetime(2024, 1, 1, 16) + timedelta(days=n) for n in range(20)]
    documents = [{"Date": day, "Open": 1.0, "High": 1.0, "Low": 1.0, "Close": 1.0} for day in days]
    bars, is_foreign = build_any("BTC-USD", documents)
    assert (bars.sessions.tolist(), is_foreign) == ([day.date() for day in days], False)


def test_closes_in_the_evening_are_of_that_day() -> None:
    _check(_documents("date", lambda day: day.replace(tzinfo=UTC) + timedelta(hours=21)))


def test_day_and_month_are_settled_by_weekends_if_no_day_is_after_the_12th() -> None:
    documents = _documents("date", lambda day: f"{day:%d/%m/%Y}")
    bars, _ = build_any("AAPL", [document for document in documents if int(document["date"][:2]) <= 12])
    assert bars.sessions.tolist() == [day for day in DAYS.tolist() if day.day <= 12]


def test_ambiguous_dates_are_an_error_that_says_so() -> None:
    documents = _documents("date", lambda _: "02/01/2017")[:1]  # both are weekdays
    documents[0]["date"] = "02/03/2017"
    with pytest.raises(
        NoBars, match=r"in the field 'date' .* may be day first or month first, for example '02/03/2017'"
    ):
        build_any("AAPL", documents)


@pytest.mark.parametrize("name", ["AdjClose", "adj_close", "adjclose", "Adjusted Close", "Adjusted"])
def test_adjusted_closes_are_read_under_the_names_that_they_have(name: str) -> None:
    own = {field: field.title() for field in NAMES}
    documents = [document | {name: document["Close"] / 2} for document in _documents("Date", _iso, names=own)]
    bars = _check(documents)
    assert bars.numbers["adj_close"].tolist() == (CLOSES / 2).tolist()


@pytest.mark.parametrize(
    "write",
    [
        "{:,.2f}".format,
        "$ {:,.2f}".format,
        lambda number: f"{number:,.2f}".translate(str.maketrans(",.", ".,")),
        lambda number: f"{number:.2f}".replace(".", ","),
        lambda number: f"{number:,.2f}".replace(",", "'"),
    ],
)
def test_numbers_as_text_settle_their_decimal_mark_themselves(write: Callable[[float], str]) -> None:
    _check(_documents("date", _iso, write=write))
    _check(_documents("Date", _iso, names={field: field.title() for field in NAMES}, write=write))


def test_an_ambiguous_comma_is_an_error_that_says_so() -> None:
    documents = _documents("date", _iso, write=lambda number: f"{round(number):,}")
    with pytest.raises(NoBars, match=r"such as '1,0\d\d' may have a decimal mark or one between"):
        build_any("AAPL", documents)


def test_an_infinite_number_is_missing() -> None:
    documents = _documents("date", _iso, write=str)
    documents[0]["high"] = "inf"
    bars, _ = build_any("AAPL", documents)
    assert np.isnan(bars.numbers["high"]).tolist() == [True] + [False] * 59


def test_our_own_names_come_first_and_our_own_layout_stays_unchanged() -> None:
    own = _documents("Date", _iso, names={field: field.title() for field in NAMES})
    _check([document | {"close": 1.0, "date": "2001-01-01", "Adj Close": 1.0} for document in own], is_foreign=False)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"when": "2024-01-02", "close": 1}, ["for the date: Date, date,", "Found: 'when', 'close'"]),
        ({"_id": 1, "date": "soon", "close": 1}, ["no date in the field 'date' can be read"]),
        ({"_id": 1, "text": "x"}, ["for the date", "for the close", "Found: '_id', 'text'"]),
    ],
)
def test_what_cannot_be_read_says_what_was_looked_for_and_found(document: dict[str, Any], words: list[str]) -> None:
    sentence = describe_unreadable("AAPL", [document])
    assert all(word in sentence for word in words), sentence
