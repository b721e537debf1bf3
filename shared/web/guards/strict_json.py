"""Rejects JSON bodies that parsers may interpret differently, before FastAPI reads them.

Python's parser accepts duplicate keys, NaN, a byte order mark and UTF-16, and a member that no model names is never
validated. Files of bars, which are uploaded by PUT, have their own reader.
"""

import json
import re
from collections.abc import Iterable
from math import isfinite
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import InvalidRequest
from shared.web.problem import problem_response

_UNCHECKED = {"GET", "HEAD", "PUT"}  # the body of the first two is never read
MAX_DIGITS = 20  # of an integer: 64 bits have 19 and a sign
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class StrictJsonMiddleware:
    """Answers 422 to a JSON body that is not valid UTF-8, repeats a key, or has an invalid number or text."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in _UNCHECKED or not _is_json(scope):
            await self.app(scope, receive, send)
            return
        try:
            messages = await _receive_all(receive)
        except Exception as error:  # too large or too slow; only a handler inside the app can render it
            await self.app(scope, _raising(error), send)
            return
        try:
            parse_strictly(b"".join(message.get("body", b"") for message in messages))
        except InvalidRequest as error:
            await problem_response(Request(scope), error)(scope, receive, send)
            return
        await self.app(scope, replay(messages, receive), send)


def parse_strictly(body: bytes) -> Any:
    """Parse a JSON body; the empty one is None.

    Raises:
        InvalidRequest: The detail says what is wrong, and never repeats the body.
    """
    if not body:
        return None
    try:
        value = _DECODER.decode(body.decode())
        if _ESCAPED_SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        pointer, detail = f"/body/{error.pos}", "the JSON is invalid from this character on"
        raise InvalidRequest(f"{pointer}: {detail}", errors=[(pointer, detail)]) from error
    except UnicodeEncodeError as error:
        raise _invalid("a text has half of a surrogate pair, which is not a character") from error
    except UnicodeDecodeError as error:
        raise _invalid("encode the JSON as UTF-8, uncompressed and without a byte order mark") from error
    except RecursionError as error:
        raise _invalid("the JSON is nested too deeply") from error
    return value


def _is_json(scope: Scope) -> bool:
    return "json" in Headers(scope=scope).get("content-type", "").lower()


def _invalid(detail: str) -> InvalidRequest:
    return InvalidRequest(f"/body: {detail}", errors=[("/body", detail)])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _invalid("an object has the same key twice")
    return members


def _float(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise _invalid("a number is too large")
    return number


def _int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _invalid("a number has too many digits")
    return int(text)


def _constant(_: str) -> Any:
    raise _invalid("NaN and Infinity are not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_float, parse_int=_int, parse_constant=_constant)


async def _receive_all(receive: Receive) -> list[Message]:
    """Receive the whole body, whose size and time BodyLimitMiddleware limits, or up to a disconnect."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    return messages


def replay(messages: Iterable[Message], receive: Receive) -> Receive:
    """Return a `receive` that gives these messages first, which have been received already."""
    pending = iter(messages)

    async def receive_again() -> Message:
        return next(pending, None) or await receive()

    return receive_again


def _raising(error: Exception) -> Receive:
    async def receive_nothing() -> Message:
        raise error

    return receive_nothing
