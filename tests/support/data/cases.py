"""Small files in tests/data: figures of real exports."""

from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parents[2] / "data"


def read_case(name: str) -> pd.DataFrame:
    """Read a CSV file with a header of `Date,Open,High,Low,Close,Volume` and perhaps `Adj Close`."""
    return pd.read_csv(FOLDER / name, parse_dates=["Date"])


def case_bytes(name: str) -> bytes:
    """Read the bytes of a file."""
    return (FOLDER / name).read_bytes()
