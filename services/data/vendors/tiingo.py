"""Daily bars from Tiingo's end-of-day API: unadjusted prices and adjusted closes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated
from urllib.parse import quote

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

INTERVAL_SECONDS = 1.0
FIRST_SESSION = date(1960, 1, 1)
_Number = Annotated[float | None, Field(strict=True)]


class _Row(BaseModel):
    date: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d")]
    open: _Number
    high: _Number
    low: _Number
    close: _Number
    volume: _Number
    adj_close: _Number = Field(alias="adjClose")


class TiingoVendor:
    """A BarVendor."""

    name = "tiingo"

    def __init__(self, http: VendorHttp) -> None:
        self._http = http

    async def bars(self, symbol: str, start: date | None) -> RawBars:
        """Return the rows from session `start` on."""
        if not is_symbol(symbol):
            raise VendorFailed(f"{self._http.vendor} does not use symbols of this form.")
        path = f"/tiingo/daily/{quote(symbol.replace('.', '-'), safe='')}/prices"  # Tiingo writes BRK-B for BRK.B
        params = {"startDate": (start or FIRST_SESSION).isoformat(), "format": "json"}
        payload = await self._http.json(path, params, symbol)
        if not isinstance(payload, list) or len(payload) > MAX_ROWS:
            raise VendorFailed(f"{self._http.vendor}'s response is not a list of bars.")
        rows = [parse_row(_Row, row, self._http.vendor) for row in payload]
        numbers = [(row.open, row.high, row.low, row.close, row.volume, row.adj_close) for row in rows]
        return build_raw_bars(symbol, [row.date for row in rows], numbers)


@asynccontextmanager
async def open_tiingo_vendor(
    key: SecretStr, url: str, *, limits: Limits, timing: Timing
) -> AsyncIterator[TiingoVendor]:
    """Open the vendor for one run."""
    async with open_vendor_http("Tiingo", url, key, sign=_sign, limits=limits, timing=timing) as http:
        yield TiingoVendor(http)


def _sign(request: Request, key: str) -> None:
    request.headers["Authorization"] = f"Token {key}"
