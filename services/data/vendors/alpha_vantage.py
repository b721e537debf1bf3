"""Daily bars from Alpha Vantage: unadjusted prices. Adjusted closes need a paid plan and are left out."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr

from services.data.ports import VendorFailed
from services.data.records import RawBars
from services.data.vendors.client import (
    MAX_ROWS,
    Limits,
    Request,
    Timing,
    VendorHttp,
    build_raw_bars,
    open_vendor_http,
    parse_row,
)
from shared.schemas.bars import is_symbol

INTERVAL_SECONDS = 12.0  # the free plan allows 5 requests per minute and 25 per day (2026-11)
COMPACT_DAYS = 130  # "compact" is the last 100 sessions, about 145 days
_SERIES = "Time Series (Daily)"
_SESSION = re.compile(r"\d{4}-\d\d-\d\d")
_NAN = float("nan")


class _Row(BaseModel):
    open: float = Field(alias="1. open")
    high: float = Field(alias="2. high")
    low: float = Field(alias="3. low")
    close: float = Field(alias="4. close")
    volume: float = Field(alias="5. volume")


class _Notice(BaseModel):
    """A message in place of the series, even with status 200."""

    error: Annotated[str | None, Field(alias="Error Message")] = None
    note: Annotated[str | None, Field(alias="Note")] = None
    information: Annotated[str | None, Field(alias="Information")] = None


class AlphaVantageVendor:
    """A BarVendor. `now` decides whether the compact response is long enough."""

    name = "alpha_vantage"

    def __init__(self, http: VendorHttp, now: Callable[[], datetime]) -> None:
        self._http, self._now = http, now

    async def bars(self, symbol: str, start: date | None) -> RawBars:
        """Return the rows from session `start` on."""
        if not is_symbol(symbol):
            raise VendorFailed(f"{self._http.vendor} does not use symbols of this form.")
        is_compact = start is not None and start >= self._now().date() - timedelta(days=COMPACT_DAYS)
        params = {
            "function": "TIME_SERIES_DAILY",
            "symbol": re.sub(r"\.([A-E])$", r"-\1", symbol),  # BRK-B for BRK.B, but TSCO.LON unchanged
            "outputsize": "compact" if is_compact else "full",
            "datatype": "json",
        }
        series = self._read_series(await self._http.json("/query", params, symbol), symbol)
        sessions = [session for session in series if start is None or session >= start.isoformat()]
        rows = [parse_row(_Row, series[session], self._http.vendor) for session in sessions]
        numbers = [(row.open, row.high, row.low, row.close, row.volume, _NAN) for row in rows]
        return build_raw_bars(symbol, sessions, numbers)

    def _read_series(self, payload: object, symbol: str) -> dict[str, object]:
        vendor = self._http.vendor
        series = payload.get(_SERIES) if isinstance(payload, dict) else None
        if isinstance(series, dict) and 0 < len(series) <= MAX_ROWS and all(map(_SESSION.fullmatch, series)):
            return series
        notice = parse_row(_Notice, payload, vendor)
        if notice.error and "apikey" not in notice.error:
            raise VendorFailed(f"{vendor} has no symbol {symbol}.")
        if notice.error:
            raise VendorFailed(f"The key for {vendor} is refused. Check it in the settings.", is_for_all=True)
        if message := notice.note or notice.information:
            # Even if a full history needs a paid plan, the next symbol's recent sessions may not.
            is_for_all = "outputsize" not in message
            raise VendorFailed(
                f"{vendor} returned no bars. Its message: {self._http.quote(message)}", is_for_all=is_for_all
            )
        raise VendorFailed(f"{vendor}'s response does not have the expected columns (missing: {_SERIES}).")


@asynccontextmanager
async def open_alpha_vantage_vendor(
    key: SecretStr, url: str, *, limits: Limits, timing: Timing
) -> AsyncIterator[AlphaVantageVendor]:
    """Open the vendor for one run."""
    async with open_vendor_http("Alpha Vantage", url, key, sign=_sign, limits=limits, timing=timing) as http:
        yield AlphaVantageVendor(http, timing.now)


def _sign(request: Request, key: str) -> None:
    request.url = request.url.copy_set_param("apikey", key)
