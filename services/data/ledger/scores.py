"""Scores recorded forecasts against the actual closes and against persistence. Pure.

Scores are not stored: they are computed from the entries and the current bars.
"""

import base64
import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from services.data.ledger.outcomes import Outcome, find_outcomes
from services.data.ledger.plain_bands import plain_bands
from services.data.ledger.uncertainty import count_independent, coverage_interval
from services.data.records import IssuedEntry
from shared.errors import InvalidRequest
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import CoverageRecord, Ledger, LedgerQuery, LedgerRecord, LedgerScore
from shared.statistics.interval_scores import interval_score
from shared.statistics.skill import judge, skill_interval

_GROUP = ["model", "sessions_ahead", "level", "adjusted"]


def build_ledger(
    frame: BarFrame, entries: Sequence[IssuedEntry], query: LedgerQuery, *, calendar: str | None, now: datetime
) -> Ledger:
    """Score all entries of a symbol and return one page of them, latest first.

    Args:
        frame: The current bars.
        entries: The entries, in any order.
        query: The requested page.
        calendar: The exchange whose sessions are forecast; None if unknown.
        now: The current time, timezone-aware.

    Raises:
        InvalidRequest: The cursor is not from a page of this ledger.
    """
    ordered = sorted(entries, key=_sort_key)
    outcomes = find_outcomes(ordered, frame, calendar=calendar, now=now)
    table = _build_table(ordered, outcomes, frame)
    first = 0 if query.cursor is None else _find_start(query.cursor, ordered)
    end = first + query.limit
    n_in_state = table["state"].value_counts()
    return Ledger(
        symbol=frame.symbol,
        **{
            f"n_{state}": int(n_in_state.get(state, 0))
            for state in ("scored", "pending", "late", "never_came", "unclear")
        },
        coverage=[_build_coverage(rows) for _, rows in table.groupby("level", sort=True)],
        scores=[_build_score(rows) for _, rows in table.groupby(_GROUP, sort=True)],
        records=list(map(_build_record, ordered[first:end], outcomes[first:end])),
        next_cursor=_build_cursor(ordered[end - 1]) if len(ordered) > end else None,
    )


def _build_table(entries: Sequence[IssuedEntry], outcomes: Sequence[Outcome], frame: BarFrame) -> pd.DataFrame:
    """Build a table with a row per entry, in order; unknown numbers are NaN."""
    table = pd.DataFrame({name: [getattr(entry, name) for entry in entries] for name in [*_GROUP, "as_of", "session"]})
    names = ["last_close", "point", "lower", "upper"]
    last_close, point, lower, upper = (np.array([getattr(entry, name) for entry in entries], float) for name in names)
    plain_lower, plain_upper = plain_bands(entries, frame)
    actual = np.array([math.nan if outcome.actual is None else outcome.actual for outcome in outcomes])
    with np.errstate(over="ignore"):
        return table.assign(
            state=[outcome.state for outcome in outcomes],
            is_inside=(lower <= actual) & (actual <= upper),
            error=np.abs(actual - point),
            error_of_persistence=np.abs(actual - last_close),
            actual=actual,
            lower=lower,
            upper=upper,
            plain_lower=plain_lower,
            plain_upper=plain_upper,
        )


def _build_coverage(rows: pd.DataFrame) -> CoverageRecord:
    scored = rows[rows["state"] == "scored"]
    n_independent = _count_independent(scored)
    coverage = float(scored["is_inside"].mean()) if n_independent else None
    lower, upper = (None, None) if coverage is None else coverage_interval(coverage, n_independent)
    return CoverageRecord(
        level=rows["level"].iloc[0],
        n_scored=len(scored),
        n_independent=n_independent,
        coverage=coverage,
        lower=lower,
        upper=upper,
    )


def _build_score(rows: pd.DataFrame) -> LedgerScore:
    scored = rows[rows["state"] == "scored"]
    n_pending = int((rows["state"] == "pending").sum())
    record = _build_coverage(rows)
    return LedgerScore.model_validate(
        {
            **rows[_GROUP].iloc[0].to_dict(),
            "n_scored": len(scored),
            "n_pending": n_pending,
            "n_left_out": len(rows) - len(scored) - n_pending,
            "n_independent": record.n_independent,
            "coverage": record.coverage,
            "coverage_lower": record.lower,
            "coverage_upper": record.upper,
            "interval_score": _score_interval(scored, "lower", "upper"),
            "interval_score_of_plain_band": _score_interval(scored, "plain_lower", "plain_upper"),
            **_estimate_skill(scored, record.n_independent),
        }
    )


def _score_interval(scored: pd.DataFrame, lower: str, upper: str) -> float | None:
    if scored.empty:
        return None
    actual, *ends = (scored[name].to_numpy(np.float64) for name in ("actual", lower, upper))
    with np.errstate(over="ignore", invalid="ignore"):
        return _finite_or_none(interval_score(actual, ends[0], ends[1], int(scored["level"].iloc[0])))


def _estimate_skill(scored: pd.DataFrame, n_independent: int) -> dict[str, float | str | None]:
    errors, persistence_errors = (scored[name].to_numpy(np.float64) for name in ("error", "error_of_persistence"))
    mae, mae_of_persistence = _mean(errors), _mean(persistence_errors)
    skill = interval = None
    if mae is not None and mae_of_persistence:
        skill = _finite_or_none(1 - mae / mae_of_persistence)
        interval = skill_interval(errors, persistence_errors, n_independent)
    is_compared = skill is not None and scored["model"].iloc[0] != "persistence"
    lower, upper, lower_of_several = map(_finite_or_none, interval) if interval and is_compared else (None, None, None)
    return {
        "mae": mae,
        "mae_of_persistence": mae_of_persistence,
        "skill": skill,
        "skill_lower": lower,
        "skill_upper": upper,
        "skill_lower_of_several": lower_of_several,
        "outcome": judge(upper, lower_of_several) if is_compared else None,
    }


def _build_record(entry: IssuedEntry, outcome: Outcome) -> LedgerRecord:
    actual = outcome.actual
    return LedgerRecord(
        **entry.model_dump(),
        state=outcome.state,
        actual=actual,
        is_inside=None if actual is None else entry.lower <= actual <= entry.upper,
    )


def _count_independent(rows: pd.DataFrame) -> int:
    return count_independent(zip(rows["as_of"], rows["session"], strict=True))


def _mean(numbers: "np.typing.NDArray[np.float64]") -> float | None:
    with np.errstate(over="ignore"):
        return _finite_or_none(float(numbers.mean())) if len(numbers) else None


def _finite_or_none(number: float | None) -> float | None:
    return None if number is None or not math.isfinite(number) else float(number)


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
