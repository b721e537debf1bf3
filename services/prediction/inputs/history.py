"""The bars that a model may use: complete ones up to `as_of`, as plain arrays."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.prediction.types import Array
from shared.errors import UpstreamFailed
from shared.schemas.arrow import PRICES, BarColumns, InvalidArrow, decode

TOO_LARGE = 1e100  # as a price: its square would soon overflow


@dataclass(frozen=True, eq=False)
class History:
    """Complete bars of one symbol, ascending by unique session; all prices are finite and above zero.

    Equal only to itself, so that computed values can be cached by it.

    Attributes:
        symbol: The symbol.
        revision: Revision of all bars read, incomplete ones included.
        sessions: Shape `(n_bars,)`, `datetime64[D]`.
        open, high, low, close: Shape `(n_bars,)`, in price units.
        volume: Shape `(n_bars,)`, in shares; NaN where unknown.
        n_incomplete: Bars left out for a price that is missing, not above zero or absurdly large.
        n_skipped: Stored rows left out earlier for an unreadable or duplicate date.
        has_adjusted_prices: Whether adjusted prices are available.
        calendar: Code of the exchange whose sessions the symbol has, if one is known for this symbol.
        newest_rejected: The session of a newer row that was not stored, because it is not a bar.
        as_of: The last session that may be used; None for all.
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
    calendar: str | None = None
    newest_rejected: date | None = None
    as_of: date | None = None

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self.sessions)

    def describe_size(self) -> str:
        """Say how many bars there are, and up to when if later ones were cut off."""
        return describe_size(self.symbol, len(self), self.n_incomplete, self.as_of)

    def session(self, position: int) -> date:
        """Return the session at a position; a negative one counts from the end."""
        session: date = self.sessions[position].item()
        return session


def describe_size(symbol: str, n_complete: int, n_incomplete: int, as_of: date | None = None) -> str:
    """Say how many complete bars a symbol has, how many others, and up to when if later ones were cut off."""
    bars = "1 complete bar" if n_complete == 1 else f"{n_complete} complete bars"
    until = f" up to {as_of}" if as_of else ""
    others = "1 other lacks" if n_incomplete == 1 else f"{n_incomplete} others lack"
    return f"{symbol} has {bars}{until}{f' ({others} a usable price)' if n_incomplete else ''}"


def history_until(arrow: bytes, revision: str, *, symbol: str, as_of: date | None) -> History:
    """Build the history known at the end of session `as_of`; later bars are cut off before anything else.

    Args:
        arrow: The encoded bars, an Arrow IPC stream.
        revision: Their revision; cut-off bars get one of their own, so that no later bar shows in it.
        symbol: The symbol.
        as_of: The last session that may be used; None for all.

    Raises:
        UpstreamFailed: The bytes are not bars.
    """
    bars = decode_or_fail(arrow)
    if as_of is not None:
        rejected = bars.newest_rejected if bars.newest_rejected and bars.newest_rejected <= as_of else None
        # Some of the skipped rows may belong to later sessions.
        bars = replace(bars.between(None, as_of), skipped=0, newest_rejected=rejected)
        revision = bars.revision
    prices = np.column_stack([bars.numbers[name] for name in PRICES])
    is_complete = np.asarray(np.isfinite(prices) & (prices > 0) & (prices < TOO_LARGE)).all(axis=1)
    assert isinstance(is_complete, np.ndarray)
    complete = bars.select(is_complete)
    return History(
        symbol=symbol,
        revision=revision,
        sessions=complete.sessions,
        n_incomplete=int((~is_complete).sum()),
        n_skipped=bars.skipped,
        has_adjusted_prices=bars.has_adjusted_prices,
        calendar=bars.calendar,
        newest_rejected=bars.newest_rejected,
        as_of=as_of,
        **{name: complete.numbers[name] for name in (*PRICES, "volume")},
    )


def decode_or_fail(arrow: bytes) -> BarColumns:
    """Decode the bars from an Arrow IPC stream.

    Raises:
        UpstreamFailed: The bytes are not bars.
    """
    try:
        return decode(arrow)
    except InvalidArrow as error:
        raise UpstreamFailed("The data service returned bars that cannot be read.") from error
