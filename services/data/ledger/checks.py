"""Validates ledger entries: they must be consistent and made before the outcome is known. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from shared.errors import InvalidRequest
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import LedgerEntry

ROUNDING = 1e-9


def check_entries(symbol: str, entries: Sequence[LedgerEntry], today: date) -> None:
    """Check that each entry is consistent and belongs to the ledger of `symbol`.

    Raises:
        InvalidRequest: An entry does not; `errors` lists all problems.
    """
    errors = [
        (f"/body/{position}/{field}", detail)
        for position, entry in enumerate(entries)
        for field, detail in _find_errors(entry, symbol, today)
    ]
    if errors:
        raise InvalidRequest("{}: {}".format(*errors[0]), errors=errors)


def check_is_forecast(entries: Sequence[LedgerEntry], frame: BarFrame) -> None:
    """Check that no close is later than the `as_of` of an entry.

    Raises:
        InvalidRequest: A later close is stored.
    """
    closes = frame.bars["close"].to_numpy(np.float64)
    sessions = frame.bars["session"][np.isfinite(closes) & (closes > 0)]
    if sessions.empty:
        return
    last, oldest = sessions.iloc[-1].date(), min(entry.as_of for entry in entries)
    if oldest < last:
        raise InvalidRequest(
            f"Make a new forecast: {frame.symbol} already has a close of {last}, and this forecast ends at {oldest}. "
            "The ledger accepts only forecasts made before the outcome is known."
        )


def check_last_close(entry: LedgerEntry, frame: BarFrame) -> None:
    """Check that the stored close of `as_of` is still the one that the forecast was made from.

    Raises:
        InvalidRequest: It was changed meanwhile, for example by a split.
    """
    bars = (frame.adjusted() if entry.adjusted else frame).between(entry.as_of, entry.as_of).bars
    if len(bars) and abs(bars["close"].iloc[0] / entry.last_close - 1) > ROUNDING:
        raise InvalidRequest(
            f"Make a new forecast: the close of {entry.as_of} has changed since this one was made, from "
            f"{entry.last_close:g} to {bars['close'].iloc[0]:g}."
        )


def _find_errors(entry: LedgerEntry, symbol: str, today: date) -> Iterator[tuple[str, str]]:
    if entry.symbol != symbol:
        yield "symbol", f"must be {symbol}, the symbol of this ledger"
    if entry.session <= entry.as_of:
        yield "session", "must be after as_of"
    if not entry.lower <= entry.point <= entry.upper:
        yield "point", "must be between lower and upper"
    if entry.as_of > today + timedelta(days=1):  # one day for the time zones that are ahead
        yield "as_of", "must not be in the future"
