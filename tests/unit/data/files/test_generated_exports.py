"""Exports of every layout are read back to the bit, or refused: never as other numbers or other days."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import UnreadableFile
from tests.support.data.files import read

pytestmark = pytest.mark.no_cover  # thousands of cases: counting lines makes them take a third longer
NUMBERS = ("open", "high", "low", "close", "volume")
NAMES = {
    "en": ("Date", "Open", "High", "Low", "Close", "Volume"),
    "lower": ("date", "open", "high", "low", "close", "vol"),
    "mt5": ("<DATE>", "<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<VOL>"),
    "de": ("Datum", "Eröffnung", "Hoch", "Tief", "Schlusskurs", "Stück"),
    "pl": ("Data", "Otwarcie", "Najwyzszy", "Najnizszy", "Zamkniecie", "Wolumen"),
    "zh": ("日期", "开盘", "最高", "最低", "收盘", "成交量"),
    "prefix": ("Date", "A.Open", "A.High", "A.Low", "A.Close", "A.Volume"),
    "index": ("", "Open", "High", "Low", "Close", "Volume"),
    "ends": ("Close time", "Open", "High", "Low", "Close", "Volume"),
}
ENCODINGS = {"zh": ("utf-8", "utf-8-sig", "utf-16", "gb18030"), "de": ("utf-8", "latin-1", "utf-16", "cp1250")}
ZONES = ("America/New_York", "Europe/London", "Europe/Paris", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney")
DateForm = Callable[[pd.DatetimeIndex], list[str]]


def _epoch(zone: str, unit: int) -> DateForm:
    return lambda days: [str(int(stamp.timestamp()) * unit) for stamp in days.tz_localize(zone)]


DATE_FORMS: dict[str, DateForm] = {
    **{form: lambda days, form=form: days.strftime(form).tolist() for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")},  # type: ignore[misc]
    **{form: lambda days, form=form: days.strftime(form).tolist() for form in ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%y")},  # type: ignore[misc]
    **{form: lambda days, form=form: days.strftime(form).tolist() for form in ("%b %d %Y", "%d-%b-%Y", "%d-%b-%y")},  # type: ignore[misc]
    **{form: lambda days, form=form: days.strftime(form).tolist() for form in ("%Y-%m-%d 16:00", "%y-%m-%d")},  # type: ignore[misc]
    "%Y-%m-%d 00:00:00": lambda days: days.strftime("%Y-%m-%d 00:00:00").tolist(),
    **{f"local {zone}": lambda days, zone=zone: days.tz_localize(zone).astype(str).tolist() for zone in ZONES},  # type: ignore[misc]
    **{f"utc {z}": lambda days, z=z: days.tz_localize(z).tz_convert("UTC").astype(str).tolist() for z in ZONES},  # type: ignore[misc]
    **{f"epoch {unit} {zone}": _epoch(zone, unit) for zone in ("UTC", *ZONES) for unit in (1, 10**3, 10**6, 10**9)},
    "spreadsheet": lambda days: [str((day.date() - date(1899, 12, 30)).days) for day in days],
    "days": lambda days: [str((day.date() - date(1970, 1, 1)).days) for day in days],
}


# Forms of a midnight: those of the end of a bar are one of the next day.
MIDNIGHTS = [form for form in DATE_FORMS if form.startswith(("%Y-%m-%d 00", "utc", "local", "epoch"))]


@dataclass(frozen=True)
class Export:
    """One file: what was written, and how."""

    days: pd.DatetimeIndex
    numbers: list[list[str]]  # with a point; by row
    date_form: str
    names: str
    order: tuple[int, ...]
    decimal: str
    thousands: str
    delimiter: str
    encoding: str
    preamble: int
    depth: int
    is_newest_first: bool
    is_closed: bool  # whether each row, but not the header, ends in a delimiter

    def content(self) -> bytes:
        dates = DATE_FORMS[self.date_form](self.days + pd.Timedelta(days=int(self.names == "ends")))
        rows = [[day, *map(self._write, numbers)] for day, numbers in zip(dates, self.numbers, strict=True)]
        names = list(NAMES[self.names])
        header = [names]
        if self.depth == 3:
            header = [["Price", *names[1:]], ["Ticker", *["A"] * 5], ["Date", *[""] * 5]]
        table = [
            [row[place] for place in self.order] for row in [*header, *(rows[::-1] if self.is_newest_first else rows)]
        ]
        lines = [f"made by a tool, line {line}" for line in range(self.preamble)]
        end = self.delimiter if self.is_closed else ""
        lines += [
            self.delimiter.join(map(self._quote, row)) + (end if at >= len(header) else "")
            for at, row in enumerate(table)
        ]
        return "\n".join(lines).encode(self.encoding)

    def _write(self, number: str) -> str:
        whole, point, rest = number.partition(".")
        grouped = f"{int(whole):,}".replace(",", self.thousands) if self.thousands else whole
        return grouped + (self.decimal if point else "") + rest

    def _quote(self, cell: str) -> str:
        return f'"{cell}"' if self.delimiter in cell else cell


def _draw_numbers(random: Random, n_rows: int, scale: int, digits: int) -> list[list[str]]:
    """Draw prices and volumes of any length from one seed: hypothesis would take most of the time to draw each."""

    def price() -> str:
        number = random.randint(1, 10 ** random.randint(1, 9))
        return f"{number * scale % (10**11) / 10**digits:.{digits}f}"

    return [[*(price() for _ in range(4)), str(random.randint(0, 10 ** random.randint(0, 10)))] for _ in range(n_rows)]


@st.composite
def exports(draw: st.DrawFn) -> Export:
    calendar = draw(st.sampled_from(["B", "D"]))
    first = draw(st.dates(date(1985, 1, 1), date(2025, 1, 1)))
    days = pd.date_range(first, periods=draw(st.integers(1, 40)), freq=calendar)
    digits = draw(st.integers(0, 5))
    scale = draw(st.sampled_from([1, 10**2, 10**4, 10**6]))
    numbers = _draw_numbers(draw(st.randoms(use_true_random=True)), len(days), scale, digits)
    names = draw(st.sampled_from(sorted(NAMES)))
    decimal = draw(st.sampled_from([".", ","]))
    depth = draw(st.sampled_from([1, 1, 3]))
    return Export(
        days,
        numbers,
        draw(st.sampled_from(MIDNIGHTS if names == "ends" and depth == 1 else sorted(DATE_FORMS))),
        "en" if depth == 3 else names,
        (0, *draw(st.permutations(range(1, 6)))) if depth == 3 else tuple(draw(st.permutations(range(6)))),
        decimal,
        draw(st.sampled_from(["", "", {".": ",", ",": "."}[decimal], "'"])),
        draw(st.sampled_from([",", ";", "\t", "|"])),
        draw(
            st.sampled_from(ENCODINGS.get(names if depth == 1 else "en", ("utf-8", "utf-8-sig", "utf-16", "latin-1")))
        ),
        draw(st.integers(0, 2)),
        depth,
        draw(st.booleans()),
        depth == 1 and draw(st.booleans()),
    )


def _check_same(frame: pd.DataFrame, export: Export) -> None:
    frame = frame[::-1] if export.is_newest_first else frame
    assert frame["session"].dt.date.tolist() == [day.date() for day in export.days]
    expected = np.array([[float(number) for number in row] for row in export.numbers])
    written = frame[list(NUMBERS)].to_numpy()
    np.testing.assert_array_equal(np.where(np.isnan(written), expected, written), expected)  # a cell may be refused


@settings(max_examples=200, deadline=None)
@given(exports())
def test_an_export_is_read_to_the_bit_or_refused(export: Export) -> None:
    try:
        [raw] = read(export.content(), "A.csv")
    except UnreadableFile:
        return
    _check_same(raw.rows, export)


@settings(max_examples=60, deadline=None)
@given(exports())
def test_an_export_whose_numbers_and_dates_show_how_they_are_written_is_read(export: Export) -> None:
    days = pd.bdate_range("2023-01-02", periods=40)
    numbers = [["1234.56", "12345.6", "7.25", "1000.5", "1234567"] for _ in days]
    shown = Export(**{**export.__dict__, "days": days, "numbers": numbers})
    [raw] = read(shown.content(), "A.csv")
    _check_same(raw.rows, shown)
    assert raw.rows[list(NUMBERS)].notna().all(axis=None)


@pytest.mark.parametrize("orient", ["columns", "index", "split", "table", "records"])
@settings(max_examples=20, deadline=None)
@given(export=exports(), is_index=st.booleans(), date_format=st.sampled_from(["epoch", "iso"]))
def test_json_of_pandas_is_read_to_the_bit_or_refused(
    orient: str, export: Export, is_index: bool, date_format: str
) -> None:
    frame = pd.DataFrame([[float(cell) for cell in row] for row in export.numbers], columns=NAMES["en"][1:])
    days: Any = export.days
    frame.insert(0, "Date", days if date_format == "iso" else days.as_unit("ms").astype("int64"))  # as pandas before 4
    if is_index and orient != "records":
        frame = frame.set_index("Date")
    content = frame.to_json(orient=orient, date_format="iso", double_precision=15)  # type: ignore[call-overload]
    values = json.loads(json.dumps(frame[list(NAMES["en"][1:])].to_numpy().tolist()))
    try:
        [raw] = read(content, "A.json")
    except UnreadableFile:
        return
    assert raw.rows["session"].dt.date.tolist() == [day.date() for day in export.days]
    np.testing.assert_allclose(raw.rows[list(NUMBERS)].to_numpy(), values, rtol=1e-14)  # pandas writes 15 digits
