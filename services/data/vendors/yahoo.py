"""Daily bars from Yahoo through the package yfinance, an optional extra: prices adjusted for splits, adjusted closes.

This is not an official API: it may change or refuse at any time, and users must check its terms themselves.
"""

import asyncio
import re
from collections.abc import Callable
from datetime import date
from importlib import import_module

import pandas as pd

from services.data.ports import VendorFailed
from services.data.records import Listing, RawBars
from shared.schemas.arrow import NUMBERS
from shared.schemas.bars import is_symbol

History = Callable[[str, date | None], pd.DataFrame]
COLUMNS = {
    "Open": "open",
    "High": "high",
    "Low": "low",
    "Close": "close",
    "Volume": "volume",
    "Adj Close": "adj_close",
}
ABOUT = "about"  # the attribute of the rows that holds Yahoo's metadata of the symbol
# Yahoo's codes of exchanges: https://help.yahoo.com/kb/SLN2310.html
CALENDARS = {
    **dict.fromkeys(("NMS", "NGM", "NCM", "NYQ", "ASE", "PCX", "BTS"), "XNYS"),
    "LSE": "XLON",
    "GER": "XETR",
    "FRA": "XFRA",
    "PAR": "XPAR",
    "AMS": "XAMS",
    "BRU": "XBRU",
    "MIL": "XMIL",
    "MCE": "XMAD",
    "EBS": "XSWX",
    "STO": "XSTO",
    "TOR": "XTSE",
    "ASX": "XASX",
    "JPX": "XTKS",
    "HKG": "XHKG",
    "SHH": "XSHG",
    "SHZ": "XSHG",
    "NSI": "XBOM",
    "BSE": "XBOM",
    "CCC": "24/7",
}


class YFinanceVendor:
    """A BarVendor.

    Args:
        history: Fetches the rows of a symbol in Yahoo's spelling; called in a thread.
        timeout_seconds: The timeout of `history`.
    """

    name = "yfinance"

    def __init__(self, history: History | None = None, timeout_seconds: float = 30.0) -> None:
        self._history = history or build_history()
        self._timeout_seconds = timeout_seconds

    async def bars(self, symbol: str, start: date | None) -> RawBars:
        """Return the rows from session `start` on; for an unknown symbol, Yahoo returns none."""
        if not is_symbol(symbol):
            raise VendorFailed("Yahoo does not use symbols of this form.")
        at_yahoo = re.sub(r"\.([A-E])$", r"-\1", symbol)  # BRK-B for BRK.B, but VOD.L unchanged
        try:
            async with asyncio.timeout(self._timeout_seconds):
                table = await asyncio.to_thread(self._history, at_yahoo, start)
        except VendorFailed:
            raise
        except TimeoutError:
            raise VendorFailed(f"Yahoo did not answer within {self._timeout_seconds:g} s. Try again.") from None
        except Exception as error:  # the package raises its own errors, its HTTP library's, and bare ones
            raise _build_failure(error) from error
        metadata = table.attrs.get(ABOUT, {}) if isinstance(table, pd.DataFrame) else {}
        return RawBars(
            symbol, _parse_rows(table, start), name=_get_text(metadata, "longName"), listing=_parse_listing(metadata)
        )


def build_history(package: str = "yfinance") -> History:
    """Build a function that fetches from Yahoo with this package, imported on first use."""

    def history(symbol: str, start: date | None) -> pd.DataFrame:
        try:
            yfinance = import_module(package)  # optional, without types, and slow to import
        except ModuleNotFoundError as error:
            reason = "The package yfinance is not installed. Install the extra: pip install '.[yfinance]'."
            raise VendorFailed(reason, is_for_all=True) from error
        span = {"period": "max"} if start is None else {"start": start.isoformat()}
        ticker = yfinance.Ticker(symbol)
        frame: pd.DataFrame = ticker.history(**span, auto_adjust=False, actions=False)
        frame.attrs[ABOUT] = ticker.history_metadata  # of the same response
        return frame

    return history


def _build_failure(error: Exception) -> VendorFailed:
    kind = type(error).__name__
    if kind == "YFRateLimitError":  # by name, because the package may not be installed
        return VendorFailed("Yahoo accepts no more requests for now. Try again later.", is_for_all=True)
    return VendorFailed(f"Yahoo's response could not be used: yfinance raised {kind}.")


def _parse_rows(table: object, start: date | None) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise VendorFailed("Yahoo's response is not a table of bars.")
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise VendorFailed(f"Yahoo's response does not have the expected columns (missing: {', '.join(missing)}).")
    if table.empty:
        table = table.set_axis(pd.DatetimeIndex([]))
    if not isinstance(table.index, pd.DatetimeIndex):
        raise VendorFailed("Yahoo's response does not have the expected columns (missing: Date).")
    numbers = table[list(COLUMNS)].rename(columns=COLUMNS)[list(NUMBERS)]
    rows: pd.DataFrame = numbers.apply(pd.to_numeric, errors="coerce").astype("float64")
    # The index is midnight at the exchange: its local date is the session, not its date in UTC.
    sessions = table.index.tz_localize(None).normalize().astype("datetime64[s]")
    rows.insert(0, "session", sessions)
    rows = rows.reset_index(drop=True).assign(row=range(1, len(rows) + 1))
    return rows if start is None else rows[~(rows["session"] < pd.Timestamp(start))].reset_index(drop=True)


def _parse_listing(about: object) -> Listing:
    return Listing(
        currency=_get_text(about, "currency"),
        calendar=CALENDARS.get(_get_text(about, "exchangeName") or ""),
        time_zone=_get_text(about, "exchangeTimezoneName"),
    )


def _get_text(about: object, name: str) -> str | None:
    value = about.get(name) if isinstance(about, dict) else None
    return value if isinstance(value, str) and value else None
