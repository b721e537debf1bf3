"""Scores recorded forecasts against the actual closes and against persistence. Pure.

Scores are not stored: they are computed from the entries and the current bars.
"""

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from services.data.records import IssuedEntry
from shared.errors import InvalidRequest
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import Ledger, LedgerQuery, LedgerRecord, LedgerScore

Floats = npt.NDArray[np.float64]
_GROUP = ["model", "sessions_ahead", "level", "adjusted"]


def build_ledger(frame: BarFrame, entries: Sequence[IssuedEntry], query: LedgerQuery) -> Ledger:
    """Score all entries of a symbol and return one page of them, latest first.

    Args:
        frame: The current bars.
        entries: The entries, in any order.
        query: The requested page.

    Raises:
        InvalidRequest: The cursor is not from a page of this ledger.
    """
    ordered = sorted(entries, key=_sort_key)
    table = _build_table(ordered, frame)
    first = 0 if query.cursor is None else _find_start(query.cursor, ordered)
    end = first + query.limit
    n_scored = int(table["actual"].count())
    return Ledger(
        symbol=frame.symbol,
        n_scored=n_scored,
        n_pending=len(table) - n_scored,
        coverage=_finite_or_none(table["is_inside"].mean()),
        scores=_compute_scores(table),
        records=_build_records(ordered[first:end], table[first:end]),
        next_cursor=_build_cursor(ordered[end - 1]) if len(ordered) > end else None,
    )


def compute_actuals(entries: Sequence[IssuedEntry], frame: BarFrame) -> Floats:
    """Compute the actual close of each entry in the price units of its `last_close`; NaN while it is unknown.

    If the close of `as_of` has changed since, as after a split, the prices were restated, and the actual is scaled
    back by the same factor. Without a close of `as_of`, the factor and the actual are unknown.

    Returns:
        Shape `(n_entries,)`, in the order of the entries, finite or NaN.
    """
    actuals = np.full(len(entries), np.nan)
    are_adjusted = np.array([entry.adjusted for entry in entries], dtype=bool)
    for is_selected, bars in ((~are_adjusted, frame), (are_adjusted, frame.adjusted())):
        selected = [entry for entry, is_selected_entry in zip(entries, is_selected, strict=True) if is_selected_entry]
        issued_closes = np.array([entry.last_close for entry in selected], dtype=np.float64)
        closes = _closes(bars)
        with np.errstate(over="ignore"):
            factors = issued_closes / closes.reindex(_sessions(selected, "as_of")).to_numpy()
            actuals[is_selected] = closes.reindex(_sessions(selected, "session")).to_numpy() * factors
    return np.where(np.isfinite(actuals), actuals, np.nan)


def _closes(frame: BarFrame) -> "pd.Series[float]":
    """Return the closes by session, NaN where a close is not a valid price."""
    closes = pd.Series(frame.bars["close"].to_numpy(np.float64), index=pd.DatetimeIndex(frame.bars["session"]))
    return closes.where(np.isfinite(closes) & (closes > 0))


def _sessions(entries: Sequence[IssuedEntry], name: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(np.array([getattr(entry, name) for entry in entries], dtype="datetime64[s]"))


def _build_table(entries: Sequence[IssuedEntry], frame: BarFrame) -> pd.DataFrame:
    """Build a table with a row per entry, in order; unknown values are NaN."""
    columns = ["last_close", "point", "lower", "upper"]
    table = pd.DataFrame({name: [getattr(entry, name) for entry in entries] for name in _GROUP})
    last_close, point, lower, upper = (np.array([getattr(entry, name) for entry in entries], float) for name in columns)
    actual = compute_actuals(entries, frame)
    is_inside = (lower <= actual) & (actual <= upper)
    with np.errstate(over="ignore"):
        return table.assign(
            actual=actual,
            is_inside=np.where(np.isnan(actual), np.nan, is_inside),
            error=np.abs(actual - point),
            error_of_persistence=np.abs(actual - last_close),
        )


def _compute_scores(table: pd.DataFrame) -> list[LedgerScore]:
    groups = table.groupby(_GROUP, sort=True).agg(
        n=("actual", "size"),
        n_scored=("actual", "count"),
        coverage=("is_inside", "mean"),
        mae=("error", "mean"),
        mae_of_persistence=("error_of_persistence", "mean"),
    )
    return [_build_score(row) for row in groups.reset_index().to_dict("records")]


def _build_score(row: dict[Any, Any]) -> LedgerScore:
    mae, mae_of_persistence = _finite_or_none(row["mae"]), _finite_or_none(row["mae_of_persistence"])
    return LedgerScore(
        **{name: row[name] for name in _GROUP},
        n_scored=row["n_scored"],
        n_pending=row["n"] - row["n_scored"],
        coverage=_finite_or_none(row["coverage"]),
        mae=mae,
        mae_of_persistence=mae_of_persistence,
        skill=_finite_or_none(1 - mae / mae_of_persistence) if mae is not None and mae_of_persistence else None,
    )


def _build_records(entries: Sequence[IssuedEntry], table: pd.DataFrame) -> list[LedgerRecord]:
    actuals, are_inside = table["actual"].tolist(), table["is_inside"].tolist()
    return [
        LedgerRecord(
            **entry.model_dump(),
            actual=_finite_or_none(actual),
            is_inside=None if math.isnan(is_inside) else bool(is_inside),
        )
        for entry, actual, is_inside in zip(entries, actuals, are_inside, strict=True)
    ]


def _finite_or_none(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _sort_key(entry: IssuedEntry) -> tuple[int, int, str, int, bool]:
    return -entry.as_of.toordinal(), entry.sessions_ahead, entry.model, entry.level, entry.adjusted


def _build_cursor(last: IssuedEntry) -> str:
    """Encode the end of a page for a URL."""
    return base64.urlsafe_b64encode(last.key.encode()).decode().rstrip("=")


def _find_start(cursor: str, ordered: Sequence[IssuedEntry]) -> int:
    """Return the position after the last entry of the previous page, which still exists: entries are never removed."""
    for position, entry in enumerate(ordered):
        if _build_cursor(entry) == cursor:
            return position + 1
    raise InvalidRequest("Leave out the cursor to get the first page: this one is not from this ledger.")
