"""How the dates of a file are parsed."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from services.data.tables.dates import parse_dates
from services.data.tables.notes import Notes
from shared.errors import UnreadableFile
from shared.schemas.loads import DateFormat

pytestmark = pytest.mark.scenario("D6")


def sessions(*texts: str | None, date_format: DateFormat | None = None) -> list[date | None]:
    """Parse the sessions of a file with these dates, once each."""
    found = parse_dates(pa.array(texts, pa.string()), np.ones(len(texts), np.int64), date_format).local
    return [None if np.isnat(moment) else moment.astype("datetime64[D]").item() for moment in found]


def notes_on(*texts: str) -> list[str]:
    """Return what is noted in parsing these dates, once each."""
    notes = Notes()
    parse_dates(pa.array(texts, pa.string()), np.ones(len(texts), np.int64), notes=notes)
    return notes.sentences()


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
        "31-Jan-2020",
        "31 January 2020",
        "31. Jan. 2020",
        "Jan 31, 2020",
        "January 31st, 2020",
        "Fri Jan 31 2020 00:00:00 GMT+0000",
        "Fri, 31 Jan 2020",
        "31 janvier 2020",
        "31 de enero de 2020",
        "2020年1月31日",
        "2020년 01월 31일",
        "31-Jan-20",
        "20200131 160000",
        "20200131160000",
        "43861",
        "43861.6875",
        "18292",
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
        "Choose the date format, dmy or mdy (--date-format, or date_format= over HTTP)."
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
def test_a_date_that_is_not_a_day_is_not_a_date(text: str) -> None:
    assert sessions("2020-01-31", text, "2020-02-29") == [date(2020, 1, 31), None, date(2020, 2, 29)]


@pytest.mark.parametrize("text", ["20201399", "1e300", "99999999999999999999", "1580428800"])
def test_a_number_that_is_not_a_day_is_not_a_date_among_numbers_that_are(text: str) -> None:
    assert sessions("20200131", text, "20200203") == [date(2020, 1, 31), None, date(2020, 2, 3)]


def test_the_unit_of_epochs_is_one_for_the_whole_file() -> None:
    days = [str(day * 86_400_000) for day in range(-2000, 2000)]
    found = sessions(*days, "9e18", "1e99")
    assert found[0] == date(1964, 7, 11)
    assert found[1999:2002] == [date(1969, 12, 31), date(1970, 1, 1), date(1970, 1, 2)]


def test_a_moment_before_1970_is_of_the_day_it_is_in() -> None:
    assert sessions("-86400001", "-86400000") == [date(1967, 4, 6), date(1967, 4, 7)]


@pytest.mark.parametrize("texts", [("0", "1", "2"), ("1", "2", "3"), ("-1",), ("250", "251", "252")])
def test_a_count_of_rows_is_not_a_date(texts: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableFile, match="as if rows were counted"):
        sessions(*texts)


def test_epochs_that_all_fall_on_one_day_are_refused() -> None:
    with pytest.raises(UnreadableFile, match=r"in seconds, all fall on 1970-01-02\. Write the dates as"):
        sessions("100358", "100359", "100360")


@pytest.mark.parametrize(
    "form",
    ["{:.5E}", "{:.6e}", "{:.2E}", "{:.5E} "],
    ids=["of a spreadsheet", "a digit more", "three digits", "a blank"],
)
@pytest.mark.parametrize("factor", [1_000, 1_000_000, 1_000_000_000])
def test_epochs_that_a_spreadsheet_has_rounded_are_an_error_that_says_so(form: str, factor: int) -> None:
    texts = [form.format((1704067200 + day * 86_400) * factor) for day in range(9)]
    with pytest.raises(UnreadableFile) as caught:
        sessions(*dict.fromkeys(texts))
    assert caught.value.detail == (
        f"The dates were rounded, for example {texts[0].strip()}. Format the column as a number without decimals and "
        "save the file again."
    )


def test_days_of_a_spreadsheet_with_too_few_digits_were_rounded() -> None:
    with pytest.raises(UnreadableFile, match=r"The dates were rounded, for example 4.53E\+04\."):
        sessions("4.53E+04", "4.54E+04")
    assert sessions("4.5292E+04", "4.53E+04") == [date(2024, 1, 1), date(2024, 1, 9)]


@pytest.mark.parametrize("seconds", [0, 52_200, 86_399])
@pytest.mark.parametrize("factor", [1_000, 1_000_000, 1_000_000_000])
def test_epochs_with_an_exponent_that_have_all_their_digits_are_read(seconds: int, factor: int) -> None:
    moments = [(1704067200 + day * 86_400 + seconds) * factor for day in range(9)]
    texts = [f"{str(moment)[0]}.{str(moment)[1:].rstrip('0') or '0'}E{len(str(moment)) - 1}" for moment in moments]
    assert sessions(*texts) == [date(2024, 1, day) for day in range(1, 10)]


def test_days_of_a_spreadsheet_and_days_since_1970_are_told_apart_and_noted() -> None:
    assert sessions("42738", "42739") == sessions("17169", "17170") == [date(2017, 1, 3), date(2017, 1, 4)]
    assert notes_on("42738", "42739") == ["Dates such as 42738 were read as the days of a spreadsheet."]
    assert notes_on("17169", "17170") == ["Dates such as 17169 were read as days since 1970."]


def test_two_digit_years_have_their_century_by_the_usual_rule() -> None:
    assert sessions("01/31/68", "01/31/69") == [date(2068, 1, 31), date(1969, 1, 31)]
    assert "Two-digit years were read as 1969 to 2068." in notes_on("01/31/17")


def test_two_digit_years_that_may_be_first_or_last_are_an_error() -> None:
    with pytest.raises(UnreadableFile, match=r"day first or .* first, for example '01/02/03'. Choose the date format"):
        sessions("01/02/03", "02/02/03")
    assert sessions("01/02/03", date_format="iso") == [date(2001, 2, 3)]


def test_dates_with_two_digit_years_are_read_in_the_order_in_which_they_are_days_apart() -> None:
    assert sessions("28/01/20", "29/01/20", "30/01/20", "31/01/20")[-1] == date(2020, 1, 31)
    assert sessions("01/28/20", "01/29/20", "01/30/20", "01/31/20")[-1] == date(2020, 1, 31)
    assert sessions("20/01/28", "20/01/29", "20/01/30", "20/01/31")[-1] == date(2020, 1, 31)


def test_one_date_in_another_order_among_many_is_an_invalid_date() -> None:
    days = [f"{day:02}/01/2020" for day in range(1, 32)]
    assert sessions(*days, "02/14/2020")[-1] is None
    assert notes_on(*days, "02/14/2020")[0] == "Dates such as '01/01/2020' were read day first."


@pytest.mark.parametrize(
    ("text", "moment", "utc"),
    [
        ("2025-01-09 23:00:00+00:00", "2025-01-09T23:00", "2025-01-09T23:00"),
        ("2025-01-09T23:00:00.000Z", "2025-01-09T23:00", "2025-01-09T23:00"),
        ("2025-01-09 23:00:00-05:30", "2025-01-09T23:00", "2025-01-10T04:30"),
        ("Thu Jan 09 2025 23:00:00 GMT+0100", "2025-01-09T23:00", "2025-01-09T22:00"),
        ("1736463600", "2025-01-09T23:00", "2025-01-09T23:00"),
        ("01/09/2025 4:00 PM", "2025-01-09T16:00", None),
        ("2025-01-09 12:05 am", "2025-01-09T00:05", None),
        ("20250109 160000", "2025-01-09T16:00", None),
        ("2025-01-09 16:00 EST", "2025-01-09T16:00", None),
        ("20250109 12:30:00 AEST", "2025-01-09T12:30", None),
        ("2025-01-09 09:30 PDT", "2025-01-09T09:30", None),
        ("2025-01-09 4:00 p.m. EST", "2025-01-09T16:00", None),
        ("202501090930", "2025-01-09T09:30", None),
        ("20250109160000000", "2025-01-09T16:00", None),
    ],
)
def test_a_time_and_its_offset_are_read(text: str, moment: str, utc: str | None) -> None:
    date_format: DateFormat | None = "mdy" if "/" in text else None
    stamps = parse_dates(pa.array([text]), np.ones(1, np.int64), date_format)
    assert stamps.local[0] == np.datetime64(moment)
    assert (None if stamps.utc is None else stamps.utc[0]) == (None if utc is None else np.datetime64(utc))


def test_missing_dates_are_not_sessions() -> None:
    assert sessions(None, "", "  ", "2020-01-31") == [None, None, None, date(2020, 1, 31)]
    assert sessions(None, "") == [None, None]


def test_dates_are_counted_by_the_rows_that_have_them() -> None:
    texts = pa.array(["2020-01-31", "rubbish", "nonsense"])
    parse_dates(texts, np.array([2, 1, 1]))
    with pytest.raises(UnreadableFile, match=r"Most dates do not match any date format .*, for example 'rubbish'"):
        parse_dates(texts, np.array([1, 1, 1]))


def test_dates_that_are_not_in_the_format_that_is_given_are_an_error() -> None:
    with pytest.raises(UnreadableFile, match="Most dates do not match the date format ymd, for example '2020-01-31'"):
        sessions("2020-01-31", date_format="ymd")
