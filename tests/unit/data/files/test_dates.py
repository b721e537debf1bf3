"""How the dates of a file are parsed."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from services.data.files.dates import read_sessions
from shared.errors import UnreadableFile
from shared.schemas.loads import DateFormat

pytestmark = pytest.mark.scenario("D6")


def sessions(*texts: str | None, date_format: DateFormat | None = None) -> list[date | None]:
    """Parse the sessions of a file with these dates, once each."""
    found = read_sessions(pa.array(texts, pa.string()), np.ones(len(texts), np.int64), date_format)
    return [None if np.isnat(session) else session.item() for session in found]


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-31",
        "2020/01/31",
        "2020-1-31",
        " 2020-01-31 ",
        "2020-01-31T23:59:59Z",
        "2020-01-31 00:00:00-05:00",
        "31-01-2020",
        "31/01/2020",
        "31.1.2020",
        "31/01/2020 16:00:00",
        "01/31/2020",
        "1-31-2020",
        "20200131",
        "20200131.0",
        "1580428800",
        "1580515199",
        "1580428800.5",
        "1.5804288e9",
        "1580428800000",
        "1580428800000000",
        "1580428800000000000",
    ],
)
def test_a_date_is_read_in_each_format_as_the_day_that_is_written(text: str) -> None:
    assert sessions(text) == [date(2020, 1, 31)]


@pytest.mark.parametrize("text", ["1800-01-02", "02-01-1800", "18000102", "-5364576000", "-5364576000000"])
def test_dates_long_before_1970_are_read(text: str) -> None:
    date_format: DateFormat | None = "dmy" if text == "02-01-1800" else None
    assert sessions(text, date_format=date_format) == [date(1800, 1, 2)]


def test_one_date_settles_whether_the_day_or_the_month_is_first() -> None:
    assert sessions("01/02/2020", "13/02/2020") == [date(2020, 2, 1), date(2020, 2, 13)]
    assert sessions("01/02/2020", "02/13/2020") == [date(2020, 1, 2), date(2020, 2, 13)]


def test_dates_that_may_be_day_or_month_first_are_an_error_that_says_how_to_settle_it() -> None:
    with pytest.raises(UnreadableFile) as caught:
        sessions("01/02/2020", "03/04/2020", "rubbish")
    assert caught.value.detail == (
        "The dates may be day first or month first, for example '01/02/2020'. "
        "Choose one with --date-format dmy or mdy (date_format= over HTTP)."
    )


def test_dates_of_two_conventions_are_an_error_that_says_how_to_settle_it() -> None:
    with pytest.raises(
        UnreadableFile, match=r"only be day first and others only month first, for example '02/14/2020'.*mdy"
    ):
        sessions("13/02/2020", "02/14/2020", "14/02/2020", "15/02/2020")


def test_a_format_that_is_given_is_taken_and_nothing_else_is_read() -> None:
    texts = ("01/02/2020", "13/02/2020", "02/13/2020", "2020-02-13")
    assert sessions(*texts, date_format="dmy") == [date(2020, 2, 1), date(2020, 2, 13), None, None]
    assert sessions(*texts, date_format="mdy") == [date(2020, 1, 2), None, date(2020, 2, 13), None]


@pytest.mark.parametrize(
    "text", ["2020-02-30", "2020-13-01", "2020-00-01", "2020-01-00", "1599-12-31", "2200-01-01", "0000-00-00", "=1+1"]
)
def test_a_date_that_is_no_day_is_not_a_date(text: str) -> None:
    assert sessions("2020-01-31", text, "2020-02-29") == [date(2020, 1, 31), None, date(2020, 2, 29)]


@pytest.mark.parametrize("text", ["20201399", "1e300", "99999999999999999999", "1580428800"])
def test_a_number_that_is_no_day_is_not_a_date_among_numbers_that_are(text: str) -> None:
    assert sessions("20200131", text, "20200203") == [date(2020, 1, 31), None, date(2020, 2, 3)]


def test_the_unit_of_epochs_is_one_for_the_whole_file() -> None:
    days = [str(day * 86_400_000) for day in range(-2000, 2000)]
    found = sessions(*days, "9e18", "1e99")
    assert found[0] == date(1964, 7, 11)
    assert found[1999:2002] == [date(1969, 12, 31), date(1970, 1, 1), date(1970, 1, 2)]


def test_a_moment_before_1970_is_of_the_day_it_is_in() -> None:
    assert sessions("-1") == [date(1969, 12, 31)]


def test_missing_dates_are_no_sessions() -> None:
    assert sessions(None, "", "  ", "2020-01-31") == [None, None, None, date(2020, 1, 31)]
    assert sessions(None, "") == [None, None]


def test_dates_are_counted_by_the_rows_that_have_them() -> None:
    texts = pa.array(["2020-01-31", "rubbish", "nonsense"])
    read_sessions(texts, np.array([2, 1, 1]))
    with pytest.raises(UnreadableFile, match=r"Most dates do not match any date format .*, for example 'rubbish'"):
        read_sessions(texts, np.array([1, 1, 1]))


def test_dates_that_are_not_in_the_format_that_is_given_are_an_error() -> None:
    with pytest.raises(UnreadableFile, match="Most dates do not match the date format ymd, for example '2020-01-31'"):
        sessions("2020-01-31", date_format="ymd")
