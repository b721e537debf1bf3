"""What every client of an internal service shares: timeouts, retries of a refused connection, errors as ours."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from shared import deadline, request_id, tracing
from shared.errors import LEAVES, NotAuthorised, ServiceError, UpstreamFailed, UpstreamTimeout, UpstreamUnavailable
from shared.health import Health

M = TypeVar("M", bound=BaseModel)
PASSED_ON = ("ETag", "Content-Type", "Content-Disposition")
LEAST_SECONDS = 0.05  # a call that has less than this left cannot be answered in time


@asynccontextmanager
async def open_http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open the one connection pool to an upstream.

    A refused connection, as at a restart, is tried once more, whatever the method: nothing was sent. Nothing else is.
    """
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
    transport = httpx.AsyncHTTPTransport(retries=1, limits=limits)
    async with httpx.AsyncClient(base_url=base_url, transport=transport, trust_env=False) as http:
        yield http


@dataclass(frozen=True)
class Answer:
    """An answer to pass on as it is: 200 with a body, or 304 without."""

    status: int
    headers: dict[str, str]
    body: bytes


def headers_of(given: dict[str, str]) -> httpx.Headers:
    """Return the headers in the encoding that Starlette reads them in; httpx would refuse all but ASCII."""
    return httpx.Headers(given, encoding="latin-1")


def params_of(query: BaseModel) -> dict[str, str]:
    """Return as query parameters what is not as it would be anyway; a list with commas."""
    given = query.model_dump(mode="json", exclude_defaults=True)
    return {name: _text(value) for name, value in given.items()}


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else str(value).lower()


class ServiceClient:
    """Calls one upstream and raises nothing but ServiceError.

    Args:
        http: The pool, opened by `open_http` or made by a test on another transport.
        upstream: The upstream's name as a person would say it: "the data service".
        timeout_seconds: The longest a call that reads may take in all; less when the request has less left.
    """

    def __init__(self, http: httpx.AsyncClient, *, upstream: str, timeout_seconds: float) -> None:
        self._http = http
        self._upstream = upstream
        self._timeout_seconds = timeout_seconds

    async def health(self) -> Health:
        """Return what the upstream says of itself, ready or not."""
        response = await self._send(self._http.build_request("GET", "/readyz"), self._timeout_seconds)
        return self._parse(Health, response)

    async def _get(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        request = self._http.build_request("GET", path, params=params, headers=headers)
        return self._checked(await self._send(request, self._timeout_seconds))

    async def _get_as_it_is(self, path: str, params: Mapping[str, str] | None, if_none_match: str | None) -> Answer:
        """Return an answer to pass on, or 304 if the caller has this one."""
        headers = headers_of({} if if_none_match is None else {"If-None-Match": if_none_match})
        response = await self._get(path, params, headers)
        if response.status_code not in {200, 304}:
            raise UpstreamFailed(f"{self._name} gave an answer with status {response.status_code}.")
        passed_on = {name: response.headers[name] for name in PASSED_ON if name in response.headers}
        return Answer(status=response.status_code, headers=passed_on, body=response.content)

    async def _write(self, request: httpx.Request) -> httpx.Response:
        """Send a request that writes; it may take all the time that is left, and is never sent twice."""
        return self._checked(await self._send(request, deadline.MAX_SECONDS))

    async def _send(self, request: httpx.Request, at_most: float) -> httpx.Response:
        seconds = deadline.seconds_left(at_most)
        if seconds < LEAST_SECONDS:
            raise UpstreamTimeout(f"No time was left to ask {self._upstream}.")
        request.headers[deadline.HEADER] = str(int(seconds * 1000))
        if known := request_id.current_request_id():
            request.headers[request_id.HEADER] = known
        request.extensions["timeout"] = httpx.Timeout(seconds).as_dict()
        try:
            async with asyncio.timeout(seconds):
                with tracing.call_out(request.method, self._upstream, request.headers):
                    return await self._http.send(request)
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

    def _checked(self, response: httpx.Response) -> httpx.Response:
        if response.status_code >= 400:
            raise self._error(response)
        return response

    def _error(self, response: httpx.Response) -> ServiceError:
        """Return the upstream's problem as the leaf with the same slug, so that a 404 stays a 404."""
        try:
            problem = response.json()
            leaf = LEAVES[str(problem["type"]).removeprefix("/problems/")]
            errors = [(str(error["pointer"]), str(error["detail"])) for error in problem.get("errors") or ()]
            extras = {name: problem[name] for name in ("required", "available") if name in problem}
            found = leaf(str(problem["detail"]), errors=errors, **extras)
        except (ValueError, KeyError, TypeError):
            return UpstreamFailed(f"{self._name} failed with status {response.status_code}.")
        if isinstance(found, NotAuthorised):  # keys are asked for at the public door only, so this is no caller's fault
            return UpstreamFailed(f"{self._name} refused the gateway's own request.")
        return found
