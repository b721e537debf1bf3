"""The bars that a forecast may know: complete ones, up to `as_of`, as plain arrays."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.prediction.types import Array
from shared.errors import UpstreamFailed
from shared.schemas.arrow import PRICES, BarFrame, InvalidArrow, decode

TOO_LARGE = 1e100  # for a price: its square would soon be infinite


@dataclass(frozen=True)
class History:
    """Complete bars of one symbol, ascending by session, each session once; all prices are finite and above zero.

    Attributes:
        symbol: The symbol.
        revision: Of all bars that were looked at, the incomplete ones too.
        sessions: Shape `(n_bars,)`, `datetime64[D]`.
        open, high, low, close: Shape `(n_bars,)`, in price units.
        volume: Shape `(n_bars,)`, in shares; NaN where it is not known.
        n_incomplete: Bars that were left out, for a price that is missing, or not above zero.
        n_skipped: Stored rows that were left out before that: no readable date, or one used twice.
        has_adjusted_prices: Whether prices could be had adjusted.
    """

    symbol: str
    revision: str
    sessions: NDArray[np.datetime64]
    open: Array
    high: Array
    low: Array
    close: Array
    volume: Array
    n_incomplete: int = 0
    n_skipped: int = 0
    has_adjusted_prices: bool = False

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self.sessions)

    def session(self, position: int) -> date:
        """Return the session at a position, which may count from the end."""
        session: date = self.sessions[position].item()
        return session


def history_until(arrow: bytes, revision: str, *, symbol: str, as_of: date | None) -> History:
    """Return what may be known at the end of session `as_of`, or all there is; later bars are cut off before anything.

    Args:
        arrow: The bars as they travel.
        revision: Theirs; bars that are cut off get one of their own, so that no later bar shows in it.
        symbol: The symbol.
        as_of: The last session that may be known.

    Raises:
        UpstreamFailed: These are not bars.
    """
    frame = decode_or_fail(arrow)
    if as_of is not None:
        frame = replace(frame.between(None, as_of), skipped=0)  # some of these rows may be of later sessions
        revision = frame.revision
    prices = frame.bars[list(PRICES)].to_numpy(np.float64)
    is_complete = np.isfinite(prices).all(axis=1) & ((prices > 0) & (prices < TOO_LARGE)).all(axis=1)
    bars = frame.bars[is_complete]
    return History(
        symbol=symbol,
        revision=revision,
        sessions=bars["session"].to_numpy("datetime64[D]"),
        n_incomplete=int((~is_complete).sum()),
        n_skipped=frame.skipped,
        has_adjusted_prices=frame.has_adjusted_prices,
        **{name: bars[name].to_numpy(np.float64) for name in (*PRICES, "volume")},
    )


def decode_or_fail(arrow: bytes) -> BarFrame:
    """Return the bars that travelled so.

    Raises:
        UpstreamFailed: These are not bars.
    """
    try:
        return decode(arrow)
    except InvalidArrow as error:
        raise UpstreamFailed("The data service gave bars that could not be read.") from error
