"""Writes the same bars as text in the forms of other tools, and checks that they are read as these bars."""

from collections.abc import Callable
from datetime import datetime

import pandas as pd

from tests.support.data.files import read

DAYS = pd.bdate_range("2024-02-19", periods=24)
NUMBERS = [(100.25 + day, 101.5 + day, 99.75 + day, 100.5 + day, 1_234_567 + day) for day in range(len(DAYS))]
ENGLISH = ("Date", "Open", "High", "Low", "Close", "Volume")
COLUMNS = ["open", "high", "low", "close", "volume"]
DateForm = Callable[[datetime], str]
NumberForm = Callable[[float], str]


def export(
    names: tuple[str, ...] = ENGLISH,
    date: DateForm = lambda day: f"{day:%Y-%m-%d}",
    price: NumberForm = str,
    volume: NumberForm = str,
    delimiter: str = ",",
) -> str:
    """Write the bars as text, the columns in the order of `ENGLISH`."""
    lines = [delimiter.join(names)]
    for day, (*prices, traded) in zip(DAYS, NUMBERS, strict=True):
        cells = [date(day), *map(price, prices), volume(traded)]
        lines.append(delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells))
    return "\n".join(lines)


def check(content: str | bytes, name: str = "A.csv", **options: object) -> tuple[str, ...]:
    """Check that the file holds the bars of `A` to the bit, and return its notes."""
    [raw] = read(content, name, **options)
    assert raw.symbol == "A"
    assert raw.rows["session"].dt.date.tolist() == [day.date() for day in DAYS]
    assert raw.rows[COLUMNS].to_numpy().tolist() == [list(row) for row in NUMBERS]
    return raw.notes
