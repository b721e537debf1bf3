"""Overnight price jumps that no market makes: splits, changes of scale, and wrong rows. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.market.split_jumps import moves_by_ticks, split_like_jumps

Prices = npt.NDArray[np.float64]
Sessions = npt.NDArray[np.datetime64]
Positions = npt.NDArray[np.intp]
IMPOSSIBLE_FACTOR = 3.0  # overnight, up or down: more than nearly all takeovers, failed drugs and bankruptcies
SMALL_SPLIT = 4 / 3  # a stock may fall this far by itself, so more than the ratio must fit
LOWEST_PRICE = 1e-12  # a smaller number is not a price
MIN_HISTORY = 20  # returns, to know how far a price usually moves
GAP_DAYS = 10  # since 1960 XNYS was never closed for more than 6 days
LONGEST_ERROR = 10  # sessions from a jump to the one that undoes it
LARGEST_CHANGE_BETWEEN = 1.5  # of the price before wrong rows to the price after them
N_DEVIATIONS = 5


@dataclass(frozen=True)
class PriceJumps:
    """Where prices jump; positions are those of the first bar after a jump, ascending.

    Attributes:
        lasting: Jumps from one session to the next that stay.
        over_gaps: Jumps between sessions far apart, further than the price usually moves in that time.
        wrong_rows: Positions of bars between two jumps that undo each other.
    """

    lasting: Positions
    over_gaps: Positions
    wrong_rows: Positions


def find_price_jumps(sessions: Sessions, opens: Prices, closes: Prices) -> PriceJumps:
    """Find the jumps of one symbol's prices.

    Args:
        sessions: Shape `(n_bars,)`, `datetime64[D]`, ascending.
        opens: The same shape; NaN where unknown.
        closes: Likewise.
    """
    known = np.flatnonzero((closes > LOWEST_PRICE) & (closes < np.inf))  # a bar without a close hides no jump
    sessions, opens, closes = sessions[known], opens[known], closes[known]
    none = np.empty(0, np.intp)
    if len(closes) < 2:
        return PriceJumps(none, none, none)
    changes = np.diff(np.log(closes))
    overnight = np.log(np.where((opens > LOWEST_PRICE) & (opens < np.inf), opens, np.nan)[1:]) - np.log(closes[:-1])
    is_far_apart = np.diff(sessions).astype(np.int64) > GAP_DAYS
    is_further = ~moves_by_ticks(opens, closes)
    is_jump = _find_large_jumps(opens, closes, changes, overnight) | _find_small_splits(changes, overnight)
    jumps = np.flatnonzero(is_jump & is_further & ~is_far_apart) + 1
    pairs = _pair_undone(jumps, opens, closes)
    wrong = np.concatenate([none, *(np.arange(first, end) for first, end in pairs)])
    undone = np.array([position for pair in pairs for position in pair], np.intp)
    over_gaps = _find_over_gaps(sessions, changes, is_far_apart)
    over_gaps = over_gaps[is_further[over_gaps - 1]]
    return PriceJumps(known[np.setdiff1d(jumps, undone)], known[over_gaps], known[wrong])


def mark_jumps(sessions: Sessions, opens: Prices, closes: Prices) -> npt.NDArray[np.bool_]:
    """Mark the sessions whose prices jump from the previous one, judged by these two bars and the tick so far.

    Later bars never change a mark, so small splits and wrong rows are not told apart from other moves.

    Args:
        sessions: Shape `(n_bars,)`, `datetime64[D]`, ascending.
        opens: The same shape; above zero.
        closes: Likewise.

    Returns:
        Shape `(n_bars,)`.
    """
    changes, overnight = np.diff(np.log(closes)), np.log(opens[1:] / closes[:-1])
    is_far_apart = np.diff(sessions).astype(np.int64) > GAP_DAYS
    is_over_gap = is_far_apart & (np.abs(changes) > np.log(LARGEST_CHANGE_BETWEEN))
    is_jump = is_over_gap | (_find_large_jumps(opens, closes, changes, overnight) & ~is_far_apart)
    is_jump &= ~moves_by_ticks(opens, closes)
    return np.concatenate([np.zeros(min(1, len(closes)), bool), is_jump])


def _find_large_jumps(opens: Prices, closes: Prices, changes: Prices, overnight: Prices) -> npt.NDArray[np.bool_]:
    """Mark overnight jumps by a usual split ratio, or larger than a market makes; shape `(n_bars - 1,)`."""
    # Both, since an open may be wrong by itself.
    found: npt.NDArray[np.bool_] = np.minimum(np.abs(overnight), np.abs(changes)) >= np.log(IMPOSSIBLE_FACTOR)
    found[split_like_jumps(opens, closes) - 1] = True
    return found


def _find_small_splits(changes: Prices, overnight: Prices) -> npt.NDArray[np.bool_]:
    """Mark falls by the ratio of a small split on otherwise calm days; the day of a crash is not calm."""
    is_split = np.zeros(len(changes), bool)
    deviation = _deviation(changes)
    for at in np.flatnonzero(np.abs(overnight + np.log(SMALL_SPLIT)) < 0.01):
        if at < MIN_HISTORY:
            continue
        is_near = abs(overnight[at] + np.log(SMALL_SPLIT)) <= min(0.006, deviation)
        is_split[at] = is_near and abs(changes[at] - overnight[at]) <= 2 * deviation
    return is_split


def _pair_undone(jumps: Positions, opens: Prices, closes: Prices) -> list[tuple[int, int]]:
    """Pair each jump with the next one if that undoes it within a few sessions."""
    pairs: list[tuple[int, int]] = []
    for first, end in zip(jumps.tolist(), jumps[1:].tolist(), strict=False):
        if end - first > LONGEST_ERROR or (pairs and pairs[-1][1] >= first):
            continue
        before, after = closes[first - 1], opens[end]
        if after > 0 and max(before / after, after / before) <= LARGEST_CHANGE_BETWEEN:
            pairs.append((first, end))
    return pairs


def _find_over_gaps(sessions: Sessions, changes: Prices, is_far_apart: npt.NDArray[np.bool_]) -> Positions:
    days = np.diff(sessions).astype(np.int64)
    usual = N_DEVIATIONS * _deviation(changes[~is_far_apart]) * np.sqrt(days * 5 / 7)
    is_far = np.abs(changes) > np.maximum(usual, np.log(LARGEST_CHANGE_BETWEEN))
    positions: Positions = np.flatnonzero(is_far_apart & is_far) + 1
    return positions


def _deviation(changes: Prices) -> float:
    """Return the usual deviation of a log return, which no single jump changes."""
    return max(0.005, 1.4826 * float(np.median(np.abs(changes)))) if len(changes) else 0.02
