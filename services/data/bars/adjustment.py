"""Prices adjusted for splits and dividends: only where the newest bars have an adjusted close. Pure."""

from shared.errors import NoAdjustedPrices
from shared.schemas.arrow import BarColumns


def adjust(columns: BarColumns) -> BarColumns:
    """Scale open, high, low and close by adjusted close / close.

    Raises:
        NoAdjustedPrices: The newest bar has no adjusted close, so that the prices would end before the bars do.
    """
    if columns.has_adjusted_prices or not len(columns):
        return columns.adjusted()
    until = columns.adjusted_until
    if until is None:
        way_out = "Load bars that have one, or use unadjusted prices."
        raise NoAdjustedPrices(f"The bars of {columns.symbol} have no adjusted close. {way_out}")
    last = columns.sessions[-1]
    raise NoAdjustedPrices(
        f"The adjusted closes of {columns.symbol} end on {until}, but its bars on {last}. Load bars that have an "
        f"adjusted close up to {last}, or use unadjusted prices. A request for bars, but not for a forecast, may also "
        f"end on {until} (end={until}).",
        adjusted_until=str(until),
    )
