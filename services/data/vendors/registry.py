"""Opens the configured vendor. No vendor is configured by default, and without one no request leaves the service."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

from pydantic import HttpUrl, SecretStr

from services.data.ports import BarVendor, ObserveDuration, VendorFailed
from services.data.records import RawBars
from services.data.settings import DataSettings
from services.data.vendors import alpha_vantage, tiingo
from services.data.vendors.client import Limits, Timing
from services.data.vendors.yahoo import YFinanceVendor

_LOOPBACK = {"127.0.0.1", "[::1]", "localhost"}


class MeasuredVendor:
    """A BarVendor that observes the duration of another."""

    def __init__(self, vendor: BarVendor, observe: ObserveDuration) -> None:
        self._vendor = vendor
        self._observe = observe

    @property
    def name(self) -> str:
        """Return the name of the other vendor."""
        return self._vendor.name

    async def bars(self, symbol: str, start: date | None) -> RawBars:
        """Return the rows of the other vendor."""
        began_at, outcome = time.perf_counter(), "failed"
        try:
            raw = await self._vendor.bars(symbol, start)
            outcome = "ok"
            return raw
        finally:
            self._observe(self._vendor.name, outcome, time.perf_counter() - began_at)


@asynccontextmanager
async def open_vendor(settings: DataSettings, *, timing: Timing | None = None) -> AsyncIterator[BarVendor]:
    """Open the configured vendor for one run.

    Raises:
        VendorFailed: No vendor is configured, or its key is missing.
    """
    seconds, interval = settings.vendor_timeout_seconds, settings.vendor_interval_seconds
    timing = timing or Timing()
    match settings.vendor:
        case None:
            reason = "No vendor is configured. Set DATA_VENDOR to tiingo, alpha_vantage or yfinance."
            raise VendorFailed(reason, is_for_all=True)
        case "yfinance":
            yield YFinanceVendor(timeout_seconds=seconds)
        case "tiingo":
            key, url = _require_key(settings.tiingo_key, "TIINGO"), _require_https(settings.tiingo_url, "TIINGO")
            limits = Limits(seconds, interval or tiingo.INTERVAL_SECONDS)
            async with tiingo.open_tiingo_vendor(key, url, limits=limits, timing=timing) as vendor:
                yield vendor
        case "alpha_vantage":
            key, url = (
                _require_key(settings.alpha_vantage_key, "ALPHA_VANTAGE"),
                _require_https(settings.alpha_vantage_url, "ALPHA_VANTAGE"),
            )
            limits = Limits(seconds, interval or alpha_vantage.INTERVAL_SECONDS)
            async with alpha_vantage.open_alpha_vantage_vendor(key, url, limits=limits, timing=timing) as vendor:
                yield vendor


def _require_key(key: SecretStr | None, name: str) -> SecretStr:
    if key is None:
        raise VendorFailed(f"Set DATA_{name}_KEY: this vendor needs a key.", is_for_all=True)
    return key


def _require_https(url: HttpUrl, name: str) -> str:
    # TLS proves that the host is the vendor's, and keeps the key from being sent in clear text.
    if url.scheme != "https" and url.host not in _LOOPBACK:
        raise VendorFailed(
            f"DATA_{name}_URL must begin with https:// unless it points to this machine.", is_for_all=True
        )
    return str(url)
