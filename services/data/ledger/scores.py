"""What came of the forecasts in a ledger, and how they did beside doing nothing. Pure.

Nothing of it is stored: each answer is computed from the entries and from the bars as they are now.
"""

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from services.data.records import GivenEntry
from shared.errors import InvalidRequest
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import Ledger, LedgerQuery, LedgerRecord, LedgerScore

Floats = npt.NDArray[np.float64]
_GROUP = ["model", "sessions_ahead", "level", "adjusted"]


def ledger_of(frame: BarFrame, given: Sequence[GivenEntry], query: LedgerQuery) -> Ledger:
    """Return the scores of all entries of a symbol and one page of them, latest first.

    Args:
        frame: The bars as they are now.
        given: The entries, in any order.
        query: Which page.

    Raises:
        InvalidRequest: No page of this ledger gave this cursor.
    """
    ordered = sorted(given, key=_order)
    table = _table(ordered, frame)
    first = 0 if query.cursor is None else _first_after(query.cursor, ordered)
    end = first + query.limit
    n_scored = int(table["actual"].count())
    return Ledger(
        symbol=frame.symbol,
        n_scored=n_scored,
        n_pending=len(table) - n_scored,
        coverage=_or_none(table["is_inside"].mean()),
        scores=_scores(table),
        records=_records(ordered[first:end], table[first:end]),
        next_cursor=_cursor(ordered[end - 1]) if len(ordered) > end else None,
    )


def actuals_of(given: Sequence[GivenEntry], frame: BarFrame) -> Floats:
    """Return the close of each entry's session in the price units of its `last_close`; NaN while it is not known.

    If the close of `as_of` is another by now, as after a split, both were restated, and the session's close is scaled
    back by the same factor. Without a close of `as_of` nobody can tell, so that the actual is not known either.

    Returns:
        Shape `(n_entries,)`, in the order of the entries, finite or NaN.
    """
    actuals = np.full(len(given), np.nan)
    are_adjusted = np.array([one.adjusted for one in given], dtype=bool)
    for is_mine, bars in ((~are_adjusted, frame), (are_adjusted, frame.adjusted())):
        mine = [one for one, is_one in zip(given, is_mine, strict=True) if is_one]
        then = np.array([one.last_close for one in mine], dtype=np.float64)
        closes = _closes(bars)
        with np.errstate(over="ignore"):
            factors = then / closes.reindex(_sessions(mine, "as_of")).to_numpy()
            actuals[is_mine] = closes.reindex(_sessions(mine, "session")).to_numpy() * factors
    return np.where(np.isfinite(actuals), actuals, np.nan)


def _closes(frame: BarFrame) -> "pd.Series[float]":
    """Return the closes by session, NaN where one is no price."""
    closes = pd.Series(frame.bars["close"].to_numpy(np.float64), index=pd.DatetimeIndex(frame.bars["session"]))
    return closes.where(np.isfinite(closes) & (closes > 0))


def _sessions(given: Sequence[GivenEntry], name: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(np.array([getattr(one, name) for one in given], dtype="datetime64[s]"))


def _table(given: Sequence[GivenEntry], frame: BarFrame) -> pd.DataFrame:
    """Return a row for each entry, in their order; NaN in what is not known yet."""
    columns = ["last_close", "point", "lower", "upper"]
    table = pd.DataFrame({name: [getattr(one, name) for one in given] for name in _GROUP})
    last_close, point, lower, upper = (np.array([getattr(one, name) for one in given], float) for name in columns)
    actual = actuals_of(given, frame)
    is_inside = (lower <= actual) & (actual <= upper)
    with np.errstate(over="ignore"):
        return table.assign(
            actual=actual,
            is_inside=np.where(np.isnan(actual), np.nan, is_inside),
            error=np.abs(actual - point),
            error_of_persistence=np.abs(actual - last_close),
        )


def _scores(table: pd.DataFrame) -> list[LedgerScore]:
    groups = table.groupby(_GROUP, sort=True).agg(
        n=("actual", "size"),
        n_scored=("actual", "count"),
        coverage=("is_inside", "mean"),
        mae=("error", "mean"),
        mae_of_persistence=("error_of_persistence", "mean"),
    )
    return [_score(row) for row in groups.reset_index().to_dict("records")]


def _score(row: dict[Any, Any]) -> LedgerScore:
    mae, mae_of_persistence = _or_none(row["mae"]), _or_none(row["mae_of_persistence"])
    return LedgerScore(
        **{name: row[name] for name in _GROUP},
        n_scored=row["n_scored"],
        n_pending=row["n"] - row["n_scored"],
        coverage=_or_none(row["coverage"]),
        mae=mae,
        mae_of_persistence=mae_of_persistence,
        skill=_or_none(1 - mae / mae_of_persistence) if mae is not None and mae_of_persistence else None,
    )


def _records(given: Sequence[GivenEntry], table: pd.DataFrame) -> list[LedgerRecord]:
    actuals, are_inside = table["actual"].tolist(), table["is_inside"].tolist()
    return [
        LedgerRecord(
            **one.model_dump(),
            actual=_or_none(actual),
            is_inside=None if math.isnan(is_inside) else bool(is_inside),
        )
        for one, actual, is_inside in zip(given, actuals, are_inside, strict=True)
    ]


def _or_none(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _order(entry: GivenEntry) -> tuple[int, int, str, int, bool]:
    return -entry.as_of.toordinal(), entry.sessions_ahead, entry.model, entry.level, entry.adjusted


def _cursor(last: GivenEntry) -> str:
    """Return where a page ended as text for a URL."""
    return base64.urlsafe_b64encode(last.key.encode()).decode().rstrip("=")


def _first_after(cursor: str, ordered: Sequence[GivenEntry]) -> int:
    """Return the position after the entry that ended the page before; it is still there, as nothing ever goes."""
    for position, entry in enumerate(ordered):
        if _cursor(entry) == cursor:
            return position + 1
    raise InvalidRequest("The cursor is not one of this ledger. Ask without a cursor for the first page.")
