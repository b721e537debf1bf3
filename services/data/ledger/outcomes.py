"""Finds the actual close of each recorded forecast, in the price units at issue, or why it does not count. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

import numpy as np

from services.data.records import IssuedEntry
from shared.market.exchange_sessions import session_close
from shared.market.price_jumps import SMALL_SPLIT, find_price_jumps
from shared.market.split_jumps import OPEN_TOLERANCE, RATIOS, split_like_jumps
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import KnownClose, LedgerEntry, OutcomeState

N_KNOWN_CLOSES = 5
N_AGREEING = 3  # fewer closes that changed by one factor may be corrections of single closes
FACTOR_TOLERANCE = 0.005  # vendors round restated prices
UNCHANGED = 1e-6
LARGEST_CORRECTION = 1.1  # of a single close; a split changes it further
NEVER_CAME_DAYS = 30  # no exchange was closed for so long since 1960; delisted symbols have no later bars

_RATIOS = np.concatenate([[1.0, SMALL_SPLIT], RATIOS, 1 / RATIOS])


@dataclass(frozen=True)
class Outcome:
    """The outcome of one recorded forecast: its state, and the actual close in the price units at issue."""

    state: OutcomeState
    actual: float | None = None


@dataclass(frozen=True)
class _Prices:
    """Closes by session, the sessions that jump as after a split or further, and adjusted close / close by session."""

    closes: dict[date, float]
    jumps: list[date]
    factors: dict[date, float]


def add_known_closes(entry: LedgerEntry, frame: BarFrame) -> LedgerEntry:
    """Add the last closes up to `as_of` to the entry, in the kind of price that it forecasts."""
    closes = closes_by_session(frame.adjusted() if entry.adjusted else frame)
    earlier = [KnownClose(session=session, close=close) for session, close in closes.items() if session < entry.as_of]
    known = [*earlier[1 - N_KNOWN_CLOSES :], KnownClose(session=entry.as_of, close=entry.last_close)]
    return entry.model_copy(update={"closes": known})


def find_outcomes(
    entries: Sequence[IssuedEntry], frame: BarFrame, *, calendar: str | None, now: datetime
) -> list[Outcome]:
    """Find the outcome of each entry, in their order.

    Args:
        entries: The entries of one symbol.
        frame: Its current bars.
        calendar: The exchange whose sessions are forecast; None if unknown.
        now: The current time, timezone-aware.
    """
    bars = frame.bars[np.isfinite(frame.bars["close"]) & (frame.bars["close"] > 0)]
    sessions = bars["session"].to_numpy("datetime64[D]")
    opens, closes = (bars[name].to_numpy(np.float64) for name in ("open", "close"))
    jumps = np.union1d(split_like_jumps(opens, closes), find_price_jumps(sessions, opens, closes).lasting)
    raw = _Prices(closes_by_session(frame), sessions[jumps].tolist(), _adjustments(frame))
    adjusted = _Prices(closes_by_session(frame.adjusted()), [], {})
    return [_find_outcome(entry, adjusted if entry.adjusted else raw, calendar, now) for entry in entries]


def _find_outcome(entry: IssuedEntry, prices: _Prices, calendar: str | None, now: datetime) -> Outcome:
    close = prices.closes.get(entry.session)
    factor, split = _find_restatement(entry, prices), _find_split(entry, prices)
    with np.errstate(over="ignore"):
        actual = None if close is None or factor is None or split is None else float(np.float64(close) * factor * split)
    if actual is not None and not np.isfinite(actual):
        actual = None
    if entry.given_at > session_close(calendar, entry.session):
        return Outcome("late", actual)
    if close is None:
        has_ended = (now.date() - entry.session).days > NEVER_CAME_DAYS
        return Outcome("never_came" if has_ended else "pending")
    return Outcome("unclear" if actual is None else "scored", actual)


def _find_restatement(entry: LedgerEntry, prices: _Prices) -> float | None:
    """Return the factor from current prices back to those at issue; None if the known closes do not share one.

    The earlier ones may be from before a split, and restated since; that of `as_of` is in the prices at issue.
    """
    known = entry.closes or [KnownClose(session=entry.as_of, close=entry.last_close)]
    with np.errstate(over="ignore"):
        all_ratios = {
            one.session: float(np.float64(one.close) / prices.closes[one.session])
            for one in known
            if one.session in prices.closes
        }
    ratios = {session: ratio for session, ratio in all_ratios.items() if 0 < ratio < np.inf}
    unchanged = [session for session, ratio in ratios.items() if abs(ratio - 1) <= UNCHANGED]
    if entry.as_of in unchanged or 2 * len(unchanged) > len(ratios):
        return 1.0
    if len(ratios) < N_AGREEING:
        return None
    factor = median(ratios.values())
    at_issue = ratios.get(entry.as_of, factor)
    n_agreeing = sum(abs(ratio / factor - 1) <= FACTOR_TOLERANCE for ratio in ratios.values())
    is_shared = n_agreeing >= max(N_AGREEING, len(ratios) - 1)
    return factor if is_shared and 1 / LARGEST_CORRECTION < at_issue / factor < LARGEST_CORRECTION else None


def _find_split(entry: LedgerEntry, prices: _Prices) -> float | None:
    """Return new shares per old one after `as_of` where prices are not adjusted for it; None if that is unclear.

    A jump alone proves nothing, as real moves look the same: the adjusted close has to confirm or refute it.
    """
    if not any(entry.as_of < jump <= entry.session for jump in prices.jumps):
        return 1.0
    before, after = prices.factors.get(entry.as_of), prices.factors.get(entry.session)
    if before is None or after is None:
        return None
    ratio = after / before
    whole = np.round(max(ratio, 1 / ratio))  # 1 for 12 is not among the usual ratios
    for ratios in (_RATIOS, np.array([whole, 1 / whole])):
        nearest = float(ratios[np.abs(np.log(ratios / ratio)).argmin()])
        if abs(ratio / nearest - 1) <= OPEN_TOLERANCE:
            return nearest
    return None


def closes_by_session(frame: BarFrame) -> dict[date, float]:
    """Return the closes that are prices by session, ascending."""
    return _by_session(frame, frame.bars["close"].to_numpy(np.float64))


def _adjustments(frame: BarFrame) -> dict[date, float]:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factors = frame.bars["adj_close"].to_numpy(np.float64) / frame.bars["close"].to_numpy(np.float64)
    return _by_session(frame, factors)


def _by_session(frame: BarFrame, numbers: np.typing.NDArray[np.float64]) -> dict[date, float]:
    is_valid = np.isfinite(numbers) & (numbers > 0)
    sessions = frame.bars["session"].to_numpy("datetime64[D]")
    return dict(zip(sessions[is_valid].tolist(), numbers[is_valid].tolist(), strict=True))
