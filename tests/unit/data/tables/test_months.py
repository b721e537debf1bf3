"""Dates of six digits that may be months, 201001 of January 2010, or days, of 1 October 2020."""

from datetime import date

import pytest

from tests.support.data.files import problem, read


def _file(texts: list[str]) -> str:
    return "\n".join(["date,open,high,low,close", *(f"{text},1,3,0.5,2" for text in texts)])


def _sessions(texts: list[str], **options: str) -> list[date]:
    [raw] = read(_file(texts), **options)
    return [session.date() for session in raw.rows["session"]]


def _parse(text: str) -> date:
    return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))


@pytest.mark.parametrize(
    "texts",
    [
        [f"{year}{month:02}" for year in (2010, 2011) for month in range(1, 13)],
        [f"{year}{month:02}" for year in (2011, 2001) for month in (3, 6, 9, 12)],  # as days, on weekends, too
        ["200106", "200107", "200108", "200109", "200110"],  # as days, from Monday to Friday
        ["201001"],
    ],
)
def test_dates_that_may_be_months_or_days_are_an_error_that_names_both_and_settles_days(texts: list[str]) -> None:
    first = texts[0]
    assert problem(_file(texts)) == (
        f"Dates such as '{first}' may be months ({first[:4]}-{first[4:]}) or days ({_parse(first)}). Only daily bars "
        "are forecast: load daily ones. If they are days, choose the date format (--date-format ymd, or "
        "date_format=ymd over HTTP)."
    )
    assert _sessions(texts[:8], date_format="ymd") == [_parse(text) for text in texts[:8]]


@pytest.mark.parametrize(
    "texts",
    [
        ["200102", "200103", "200106", "200107", "200108", "200109", "200110"],  # as months, 200104 is missing
        ["200106", "200107", "200108", "200109", "200110", "200113"],
        ["210104", "210105", "210106", "210107", "210108", "210111"],
    ],
)
def test_dates_that_cannot_be_months_or_skip_months_and_weekends_are_days(texts: list[str]) -> None:
    assert _sessions(texts) == [_parse(text) for text in texts]
