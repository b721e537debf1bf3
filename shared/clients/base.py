"""What every client of an internal service shares: timeouts, retries of a refused connection, errors as ours."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from shared import deadline, request_id
from shared.errors import LEAVES, ServiceError, UpstreamFailed, UpstreamTimeout, UpstreamUnavailable
from shared.health import Health

M = TypeVar("M", bound=BaseModel)
LEAST_SECONDS = 0.05  # a call that has less than this left cannot be answered in time


@asynccontextmanager
async def open_http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open the one connection pool to an upstream. A refused connection, as at a restart, is tried once more."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
    transport = httpx.AsyncHTTPTransport(retries=1, limits=limits)
    async with httpx.AsyncClient(base_url=base_url, transport=transport, trust_env=False) as http:
        yield http


class ServiceClient:
    """Calls one upstream and raises nothing but ServiceError.

    Args:
        http: The pool, opened by `open_http` or made by a test on another transport.
        upstream: The upstream's name as a person would say it: "the data service".
        timeout_seconds: The longest a call may take in all; less when the request has less left.
    """

    def __init__(self, http: httpx.AsyncClient, *, upstream: str, timeout_seconds: float) -> None:
        self._http = http
        self._upstream = upstream
        self._timeout_seconds = timeout_seconds

    async def health(self) -> Health:
        """Return what the upstream says of itself, ready or not."""
        response = await self._send("/readyz")
        return self._parse(Health, response)

    async def _get(self, path: str, params: Mapping[str, str] | None = None) -> httpx.Response:
        response = await self._send(path, params)
        if response.status_code >= 400:
            raise self._error(response)
        return response

    async def _send(self, path: str, params: Mapping[str, str] | None = None) -> httpx.Response:
        seconds = deadline.seconds_left(self._timeout_seconds)
        if seconds < LEAST_SECONDS:
            raise UpstreamTimeout(f"No time was left to ask {self._upstream}.")
        headers = {deadline.HEADER: str(int(seconds * 1000))}
        if known := request_id.current_request_id():
            headers[request_id.HEADER] = known
        try:
            async with asyncio.timeout(seconds):
                return await self._http.get(path, params=params, headers=headers, timeout=seconds)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise UpstreamTimeout(f"{self._name} did not answer within {seconds:.1f} s. Try again.") from error
        except httpx.TransportError as error:
            raise UpstreamUnavailable(f"{self._name} cannot be reached. Try again in a moment.") from error

    @property
    def _name(self) -> str:
        return self._upstream[0].upper() + self._upstream[1:]

    def _parse(self, model: type[M], response: httpx.Response) -> M:
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            raise UpstreamFailed(f"{self._name} gave an answer that could not be understood.") from error

    def _error(self, response: httpx.Response) -> ServiceError:
        """Return the upstream's problem as the leaf with the same slug, so that a 404 stays a 404."""
        try:
            problem = response.json()
            leaf = LEAVES[str(problem["type"]).removeprefix("/problems/")]
            extras = {name: problem[name] for name in ("required", "available") if name in problem}
            return leaf(str(problem["detail"]), **extras)
        except (ValueError, KeyError, TypeError):
            return UpstreamFailed(f"{self._name} failed with status {response.status_code}.")
