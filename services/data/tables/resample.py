"""Tells parts of days, and makes daily bars of them. Pure."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from services.data.tables.notes import NAME_COLUMN
from services.data.tables.stamps import Seconds
from shared.errors import UnreadableFile
from shared.schemas.arrow import NUMBERS

MANY_A_DAY = 1.5  # moments, on average
MIN_PARTS = 3  # moments of a day beside daily bars; two may be a first and a last version
MIN_PARTED = 2  # such days
FEW_SINGLE = 0.2  # of the days; some are cut short
MANY_VERSIONS = 0.1  # of the moments; the hour that a clock repeats in autumn is far fewer
SEVERAL = (
    "There are several rows of one time with other prices, for example of {}: they are of several instruments, or "
    f"their times are incomplete. If a column holds symbols, name it, symbol=… {NAME_COLUMN}"
)
_RULES = {"open": "first", "high": "max", "low": "min", "close": "last", "adj_close": "last", "row": "first"}


def is_intraday(local: Seconds) -> bool:
    """Return whether there are several moments on most days, or on a few of them before or after daily ones."""
    counts = _count_by_day(local)[1]
    return bool(counts.sum() > MANY_A_DAY * len(counts) or (counts >= MIN_PARTS).sum() >= MIN_PARTED)


def describe_intraday(local: Seconds) -> str:
    """Name the bars by their length, as "hourly bars, 7 a day", and by their days if others are daily."""
    days, counts = _count_by_day(local)
    distinct = np.unique(local)
    gaps = np.diff(distinct).astype(np.int64)[np.diff(distinct.astype("datetime64[D]")).astype(np.int64) == 0]
    minutes = max(1, round(float(np.median(gaps)) / 60))
    kind = "hourly bars" if minutes == 60 else f"{minutes}-minute bars"
    parted = days[counts > 1]
    where = f" from {parted[0]} to {parted[-1]}" if (counts == 1).mean() > FEW_SINGLE else ""
    return f"{kind}, {round(float(np.median(counts[counts > 1])))} a day{where}"


def _count_by_day(local: Seconds) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.intp]]:
    """Return the days, and how many moments each has."""
    return np.unique(np.unique(local).astype("datetime64[D]"), return_counts=True)


def to_daily(rows: pd.DataFrame, moments: npt.NDArray[np.datetime64]) -> pd.DataFrame:
    """Return one row a day: the first open, the highest high, the lowest low, the last close, the sum of volumes.

    Of two rows of one moment, the later one is taken. Rows without a day, or of which a price is missing, stay as they
    are, to be rejected with their numbers.

    Args:
        rows: The columns of `services.data.records.RawBars.rows`, `session` the day of each part.
        moments: The moment of each row.

    Raises:
        UnreadableFile: Many rows of one moment have other prices.
    """
    prices = rows[list(NUMBERS[:4])].to_numpy(np.float64)
    is_whole = rows["session"].notna().to_numpy() & np.isfinite(prices).all(axis=1)
    if "problem" in rows:
        is_whole &= rows["problem"].to_numpy() == 0
    order = np.argsort(moments[is_whole], kind="stable")
    ordered = moments[is_whole][order]
    is_last = np.append(ordered[1:] != ordered[:-1], True)[: len(order)]  # of the rows of one moment
    again, at = np.flatnonzero(~is_last), np.flatnonzero(is_whole)[order]
    differs = (prices[at[again]] != prices[at[again + 1]]).any(axis=1)
    if differs.sum() > MANY_VERSIONS * is_last.sum():
        raise UnreadableFile(SEVERAL.format(str(ordered[again[differs][0]]).replace("T", " ")))
    parts = rows[is_whole].iloc[order[is_last]]
    by_day = parts.groupby("session", sort=True)
    days = by_day.agg(_RULES)
    days["volume"] = by_day["volume"].sum(min_count=1)
    if "problem" in rows:
        days["problem"] = np.int8(0)
    daily: pd.DataFrame = pd.concat([days.reset_index()[list(rows.columns)], rows[~is_whole]], ignore_index=True)
    return daily
