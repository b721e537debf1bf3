"""HTTP client for vendors: a GET with limits on time, size and rate, and parsing of rows.

The key is added below the HTTP client, so that no log line, address or exception contains it. Redirects are not
followed.
"""

import asyncio
import json
import logging
import random
import re
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import pandas as pd
from pydantic import BaseModel, SecretStr, ValidationError

from services.data.ports import VendorFailed
from services.data.records import RawBars
from shared.schemas.arrow import NUMBERS

M = TypeVar("M", bound=BaseModel)
Request = httpx.Request  # so that no other module of this service imports httpx
Sign = Callable[[Request, str], None]
MAX_ROWS = 40_000  # 158 years of sessions
MAX_BYTES = 16 * 2**20
N_RETRIES = 3
MAX_WAIT_SECONDS = 60.0
_YEAR_SECONDS = 366 * 86_400.0


@dataclass(frozen=True)
class Limits:
    """Limits on the requests to one vendor: the time of each, and the time between two."""

    timeout_seconds: float
    interval_seconds: float


@dataclass(frozen=True)
class Timing:
    """Clock, sleep and randomness; tests replace them."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


class _KeyedTransport(httpx.AsyncBaseTransport):
    """Adds the key to a copy of each request: httpx logs and raises with the original, which has no key."""

    def __init__(self, inner: httpx.AsyncBaseTransport, sign: Sign, key: str) -> None:
        self._inner, self._sign, self._key = inner, sign, key

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        signed = httpx.Request(request.method, request.url, headers=request.headers, extensions=request.extensions)
        self._sign(signed, self._key)
        return await self._inner.handle_async_request(signed)

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass(frozen=True)
class _Response:
    status: int
    headers: httpx.Headers
    body: bytes = b""


class VendorHttp:
    """Sends requests to one vendor, one after another; opened by `open_vendor_http`."""

    def __init__(self, vendor: str, http: httpx.AsyncClient, key: str, limits: Limits, timing: Timing) -> None:
        self.vendor = vendor
        self._http, self._key, self._limits, self._timing = http, key, limits, timing
        self._free_at = 0.0

    async def json(self, path: str, params: Mapping[str, str], symbol: str) -> object:
        """Return the parsed response.

        Raises:
            VendorFailed: There is no usable response.
        """
        attempt = 0
        while (response := await self._get(path, params)).status in (429, 503):
            await self._back_off(response, attempt)
            attempt += 1
        if response.status != 200:
            raise self._build_failure(response, symbol)
        return self._parse_json(response)

    def quote(self, text: str) -> str:
        """Make the vendor's own message safe to show: short, printable, without the key."""
        words = re.sub(re.escape(self._key), "[key]", "".join(filter(str.isprintable, text)), flags=re.IGNORECASE)
        return words[:200]

    async def _get(self, path: str, params: Mapping[str, str]) -> _Response:
        await self._pace()
        try:
            async with asyncio.timeout(self._limits.timeout_seconds):
                async with self._http.stream("GET", path, params=params) as response:
                    body = await self._body(response) if response.status_code == 200 else b""
                    return _Response(response.status_code, response.headers, body)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            reason = f"{self.vendor} cannot be reached. Check the network and the address in the settings."
            raise VendorFailed(reason, is_for_all=True) from None
        except (TimeoutError, httpx.TimeoutException):
            seconds = self._limits.timeout_seconds
            raise VendorFailed(f"{self.vendor} did not answer in full within {seconds:g} s. Try again.") from None
        except (httpx.HTTPError, zlib.error):
            raise VendorFailed(f"{self.vendor}'s response was interrupted or was not valid HTTP. Try again.") from None

    async def _pace(self) -> None:
        now = self._timing.monotonic()
        wait = self._free_at - now
        self._free_at = max(now, self._free_at) + self._limits.interval_seconds
        if wait > 0:
            await self._timing.sleep(wait)

    async def _body(self, response: httpx.Response) -> bytes:
        # Not aiter_bytes: it unpacks a whole chunk before its size can be checked.
        encoding = response.headers.get("content-encoding", "identity").lower()
        if encoding not in ("identity", "gzip"):
            raise VendorFailed(f"{self.vendor} sent an encoding that was not requested.")
        unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += unpack.decompress(chunk, MAX_BYTES + 1 - len(body)) if unpack else chunk
            if len(body) > MAX_BYTES:
                raise VendorFailed(f"{self.vendor}'s response is longer than {MAX_BYTES:,} bytes and was discarded.")
        return bytes(body)

    async def _back_off(self, response: _Response, attempt: int) -> None:
        requested = _retry_after(response.headers, self._timing.now())
        backoff = 2.0**attempt * (0.5 + self._timing.jitter() / 2)
        wait = min(backoff, MAX_WAIT_SECONDS) if requested is None else requested
        if attempt < N_RETRIES and wait <= MAX_WAIT_SECONDS:
            await self._timing.sleep(wait)
            return
        at = self._timing.now() + timedelta(seconds=wait)
        when = (
            "later: the limit may last an hour or a day" if requested is None else f"after {at:%Y-%m-%d %H:%M:%S} UTC"
        )
        reason = f"{self.vendor} accepts no more requests for now (status {response.status}). Try again {when}."
        raise VendorFailed(reason, is_for_all=True)

    def _build_failure(self, response: _Response, symbol: str) -> VendorFailed:
        if 300 <= response.status < 400:
            host = self.quote(_parse_host(response.headers.get("location", "")))
            sentence = (
                f"{self.vendor} redirects to {host}; redirects are not followed. Check the address in the settings."
            )
            return VendorFailed(sentence)
        if response.status in (401, 403):
            return VendorFailed(f"The key for {self.vendor} is refused. Check it in the settings.", is_for_all=True)
        if response.status == 404:
            return VendorFailed(f"{self.vendor} has no symbol {symbol}.")
        return VendorFailed(f"{self.vendor} failed with status {response.status}. Try again later.")

    def _parse_json(self, response: _Response) -> object:
        start = response.body.lstrip()[:1]
        if not start:
            raise VendorFailed(f"{self.vendor} sent an empty response instead of data.")
        if start == b"<" or response.headers.get("content-type", "").startswith("text/html"):
            raise VendorFailed(f"{self.vendor} sent a web page instead of data.")
        try:
            return json.loads(response.body)
        except (ValueError, RecursionError):
            raise VendorFailed(f"{self.vendor}'s response is truncated or not JSON.") from None


@asynccontextmanager
async def open_vendor_http(
    vendor: str, base_url: str, key: SecretStr, *, sign: Sign, limits: Limits, timing: Timing
) -> AsyncIterator[VendorHttp]:
    """Open the connection pool to a vendor; `sign` adds the key to each request.

    Raises:
        VendorFailed: The key is not valid.
    """
    secret = key.get_secret_value().strip()
    if not re.fullmatch(r"[A-Za-z0-9._~-]+", secret):
        reason = f"The key for {vendor} is empty or has characters that no key has. Check it in the settings."
        raise VendorFailed(reason, is_for_all=True)
    # At DEBUG it logs response headers, and a redirect may repeat the key.
    logging.getLogger("httpcore").setLevel(logging.INFO)
    transport = _KeyedTransport(httpx.AsyncHTTPTransport(trust_env=False), sign, secret)
    async with httpx.AsyncClient(
        base_url=base_url,
        transport=transport,
        headers={"Accept": "application/json", "Accept-Encoding": "gzip"},
        timeout=httpx.Timeout(limits.timeout_seconds, connect=min(10.0, limits.timeout_seconds / 2)),
        trust_env=False,
        follow_redirects=False,
    ) as http:
        yield VendorHttp(vendor, http, secret, limits, timing)


def parse_row(model: type[M], row: object, vendor: str) -> M:
    """Parse one row of a response; raise VendorFailed with the missing and unreadable columns."""
    try:
        return model.model_validate(row)
    except ValidationError as error:
        kinds: dict[str, list[str]] = {"missing": [], "unreadable": []}
        for problem in error.errors(include_url=False, include_context=False, include_input=False):
            name = str(problem["loc"][0]) if problem["loc"] else "the whole row"
            kinds["missing" if problem["type"] == "missing" else "unreadable"].append(name)
        problems = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items() if names)
        raise VendorFailed(f"{vendor}'s response does not have the expected columns ({problems}).") from None


def build_raw_bars(symbol: str, sessions: Iterable[str], numbers: Iterable[tuple[float | None, ...]]) -> RawBars:
    """Build the rows of a RawBars; `numbers` are tuples in the order of NUMBERS."""
    rows = pd.DataFrame(list(numbers), columns=list(NUMBERS), dtype="float64")
    dates = pd.Series(list(sessions), dtype="object").str.slice(0, 10)
    rows.insert(0, "session", pd.to_datetime(dates, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]"))
    return RawBars(symbol=symbol, rows=rows.assign(row=range(1, len(rows) + 1)))


def _retry_after(headers: httpx.Headers, now: datetime) -> float | None:
    text = headers.get("retry-after", "").strip()
    try:
        if text.isascii() and text.isdigit():
            return min(float(text), _YEAR_SECONDS)
        at = parsedate_to_datetime(text)
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
        return min(max(seconds, 0.0), _YEAR_SECONDS)
    except (ValueError, TypeError, OverflowError):
        return None


def _parse_host(location: str) -> str:
    try:
        return httpx.URL(location).raw_host.decode("ascii") or "another page on the same host"
    except (httpx.InvalidURL, ValueError):
        return "an unreadable address"
