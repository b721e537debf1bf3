"""Compares a file with what is stored before it is added: another scale or another history stops the load. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from services.data.bars.merge import merge_bars
from shared.errors import HistoryChanged
from shared.market.price_jumps import find_price_jumps
from shared.schemas.arrow import PRICES, BarFrame

Prices = npt.NDArray[np.float64]
TOLERANCE = 1e-4  # relative; vendors round to cents or to 4 digits
SAME_FACTOR = 1e-3  # relative difference between factors of prices that were rounded after scaling
N_CORRECTIONS = 2  # up to this many differing sessions are corrections, if no price jumps because of them
MIN_SCALED = 2  # prices that share one factor, which is not a coincidence
CHOICES = (
    "Nothing was stored. Choose a mode: replace takes this file as the whole history, keep adds only the sessions that "
    "are not stored, force overwrites the sessions of this file and leaves the others unchanged."
)


@dataclass(frozen=True)
class _Overlap:
    """Prices of the sessions that both have, shape `(n_sessions, n_columns)`."""

    sessions: pd.DatetimeIndex
    old: Prices
    new: Prices

    @property
    def differs(self) -> npt.NDArray[np.bool_]:
        """Say for each session whether it differs by more than rounding; a price that one side lacks does not count."""
        with np.errstate(invalid="ignore"):
            limit = np.maximum(TOLERANCE * np.abs(self.old), _rounding(self.old, self.new))
            differs = np.abs(self.new - self.old) > limit
        return np.asarray(differs.any(axis=1))


def check_upsert(stored: BarFrame, new: BarFrame) -> None:
    """Check that the new bars continue the stored ones.

    Raises:
        HistoryChanged: More than a few sessions that both have differ, or prices jump where the new bars begin.
    """
    for kind, names in (("prices", PRICES), ("adjusted closes", ("adj_close",))):
        overlap = _overlap(stored, new, names)
        differs = overlap.differs
        if not differs.any():
            continue
        if differs.sum() > N_CORRECTIONS or _is_rescaled(overlap, stored, new) or _adds_jumps(stored, new):
            raise _build_error(kind, overlap, new.symbol)
    if new.has_adjusted_prices and _adds_adjusted_jumps(stored, new):
        raise HistoryChanged(
            f"The adjusted prices of {new.symbol} jump where this file meets the stored bars, as if one of them were "
            f"from before a split: the stored history is on another basis. Reload the whole history. {CHOICES}",
            reason="other_basis",
        )


def explain_factor(old: Prices, new: Prices) -> float | None:
    """Return the factor from `old` to `new` if it is the same everywhere and not 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = (new / old).ravel()
    factors = factors[~np.isnan(factors)]
    if not len(factors) or not np.isfinite(factors).all():
        return None
    factor = float(np.median(factors))
    return factor if np.ptp(factors) <= 2 * SAME_FACTOR * factor and abs(factor - 1) > TOLERANCE else None


def _overlap(stored: BarFrame, new: BarFrame, names: tuple[str, ...]) -> _Overlap:
    both = stored.bars.merge(new.bars, on="session", suffixes=("", "_new"))
    old, fresh = (both[[f"{name}{end}" for name in names]].to_numpy(np.float64) for end in ("", "_new"))
    return _Overlap(pd.DatetimeIndex(both["session"]), old, fresh)


def _rounding(old: Prices, new: Prices) -> float:
    """Return half a unit of the last digit of the prices that were rounded more, at most half a cent."""
    for digits in range(2, 9):
        for prices in (old, new):
            known = prices[~np.isnan(prices)]
            if len(known) and (np.round(known, digits) == known).all():
                return 0.501 * 10.0**-digits
    return 0.0


def _is_rescaled(overlap: _Overlap, stored: BarFrame, new: BarFrame) -> bool:
    """Say whether all differences share one factor, unless they remove jumps: then wrong rows were corrected."""
    old, fresh = overlap.old[overlap.differs], overlap.new[overlap.differs]
    if fresh.size < MIN_SCALED or explain_factor(old, fresh) is None:
        return False
    return _count_jumps(merge_bars(stored, new, "force").frame) >= _count_jumps(stored)


def _adds_jumps(stored: BarFrame, new: BarFrame) -> bool:
    """Say whether prices jump more often with the new bars than without: corrections only remove jumps."""
    return _count_jumps(merge_bars(stored, new, "force").frame) > max(_count_jumps(stored), _count_jumps(new))


def _adds_adjusted_jumps(stored: BarFrame, new: BarFrame) -> bool:
    merged = merge_bars(stored, new, "force").frame
    counts = [_count_jumps(frame.adjusted()) for frame in (merged, stored, new)]
    return counts[0] > counts[1] + counts[2]


def _count_jumps(frame: BarFrame) -> int:
    opens, closes = (frame.bars[name].to_numpy(np.float64) for name in ("open", "close"))
    jumps = find_price_jumps(frame.bars["session"].to_numpy("datetime64[D]"), opens, closes)
    return len(jumps.lasting) + len(jumps.over_gaps) + len(jumps.wrong_rows)


def _build_error(kind: str, overlap: _Overlap, symbol: str) -> HistoryChanged:
    differs = overlap.differs
    n_differing, n_both, first = int(differs.sum()), len(differs), overlap.sessions[differs][0].date()
    sessions = f"{n_differing:,} of {n_both:,} stored sessions of {symbol}"
    factor = explain_factor(overlap.old[differs], overlap.new[differs])
    if factor is None:
        reason, sentence = "changed_history", f"This file has other {kind} in {sessions}, first on {first}."
    else:
        reason = "other_scale"
        sentence = (
            f"This file's {kind} differ in {sessions}, first on {first}, all by the factor {factor:.4g}: it is on "
            "another scale, as after a split, a new adjustment or in another unit."
        )
    extras: dict[str, Any] = {"reason": reason, "overlap": n_both, "differing": n_differing}
    if factor is not None:
        extras["factor"] = f"{factor:.6g}"
    return HistoryChanged(f"{sentence} {CHOICES}", **extras)
