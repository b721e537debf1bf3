"""The plain normal band of each recorded forecast, which needs no model: no change, give or take. Pure."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from services.data.ledger.outcomes import closes_by_session
from services.data.records import IssuedEntry
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import LedgerEntry
from shared.statistics.interval_scores import plain_half_widths


def plain_bands(entries: Sequence[IssuedEntry], frame: BarFrame) -> tuple[list[float], list[float]]:
    """Return lower and upper ends, in the price units at issue; NaN where too few closes up to `as_of` are stored.

    Returns have no unit, so prices that were restated since give the same band.
    """
    kinds = {entry.adjusted for entry in entries}
    closes = {adjusted: closes_by_session(frame.adjusted() if adjusted else frame) for adjusted in kinds}
    needed = {(entry.adjusted, entry.sessions_ahead, entry.level) for entry in entries}
    half_widths = {
        (adjusted, ahead, level): _half_widths(closes[adjusted], ahead, level) for adjusted, ahead, level in needed
    }
    widths = [
        half_widths[entry.adjusted, entry.sessions_ahead, entry.level].get(entry.as_of, np.nan) for entry in entries
    ]
    lower, upper = (
        [_end(entry, sign * width) for entry, width in zip(entries, widths, strict=True)] for sign in (-1, 1)
    )
    return lower, upper


def _half_widths(closes: dict[date, float], ahead: int, level: int) -> dict[date, float]:
    if len(closes) < 2:
        return {}
    half_widths = plain_half_widths(np.array(list(closes.values())), ahead, level)
    return dict(zip(closes, half_widths.tolist(), strict=True))


def _end(entry: LedgerEntry, log_return: float) -> float:
    with np.errstate(over="ignore"):
        return float(entry.last_close * np.exp(log_return))
