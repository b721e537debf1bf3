"""What a ledger takes: entries that make sense, of forecasts made before their outcome. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from shared.errors import InvalidRequest
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import LedgerEntry


def check_entries(symbol: str, entries: Sequence[LedgerEntry], today: date) -> None:
    """Return if each entry makes sense in the ledger of `symbol`.

    Raises:
        InvalidRequest: One does not; `errors` has them all.
    """
    errors = [
        (f"/body/{position}/{field}", detail)
        for position, entry in enumerate(entries)
        for field, detail in _find_errors(entry, symbol, today)
    ]
    if errors:
        raise InvalidRequest("{}: {}".format(*errors[0]), errors=errors)


def check_is_forecast(entries: Sequence[LedgerEntry], frame: BarFrame) -> None:
    """Return if no close is known that is later than what the entries knew.

    Raises:
        InvalidRequest: One is.
    """
    closes = frame.bars["close"].to_numpy(np.float64)
    sessions = frame.bars["session"][np.isfinite(closes) & (closes > 0)]
    if sessions.empty:
        return
    last, oldest = sessions.iloc[-1].date(), min(entry.as_of for entry in entries)
    if oldest < last:
        raise InvalidRequest(
            f"A ledger takes forecasts that were made before the outcome: {frame.symbol} has a close of {last} "
            f"by now, and this forecast knows nothing after {oldest}. Make a new one."
        )


def _find_errors(entry: LedgerEntry, symbol: str, today: date) -> Iterator[tuple[str, str]]:
    if entry.symbol != symbol:
        yield "symbol", f"this is the ledger of {symbol}"
    if entry.session <= entry.as_of:
        yield "session", "a session after as_of is expected"
    if not entry.lower <= entry.point <= entry.upper:
        yield "point", "it is to lie between lower and upper"
    if entry.as_of > today + timedelta(days=1):  # one, for the time zones that are ahead
        yield "as_of", "this session has not been yet"
