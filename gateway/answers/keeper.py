"""Answers a request with a kept answer, or asks an internal service and keeps its answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from fastapi import Request, Response

from gateway.answers.compression import MIN_BYTES, choose_coding, compress, is_compressible
from gateway.answers.store import NOT_MODIFIED, Alias, Answer, AnswerStore, Key
from shared import deadline, staleness
from shared.clients.base import RawResponse
from shared.revisions.freshness import Confirmation, Freshness
from shared.single_flight import SingleFlight
from shared.web.etags import matches
from shared.web.request_id import route_of

AnswerOutcome = Literal["hit", "confirmed", "miss"]
# New code changes predictions, and the end of a session changes how current a stock is; the feed reports neither.
BOUNDED_KINDS = {"result", "forecast", "evaluation", "range", "models", "stock", "stocks"}
BOUNDED_SECONDS = 60.0
# The feed reports changes of bars, not of runs, so these are revalidated each time with the kept ETag.
UNFOLLOWED_KINDS = {"leaderboard", "screener"}
INLINE_BYTES = 16_384  # compressed in 0.5 ms; a larger body is compressed in a thread, once for all who want it
MAX_ALIAS_BYTES = 512


class Ask(Protocol):
    """Asks an internal service."""

    def __call__(self, *, if_none_match: str | None) -> Awaitable[RawResponse]:
        """Return the answer; 304 if the known one, which has this ETag, is still current."""
        ...


class Answers:
    """Keeps answers while the feed of revisions says what is current.

    Args:
        store: Holds them.
        freshness: Says which may be served without asking.
        is_public: Whether shared caches may keep the responses, too.
        count: Is told the outcome of each request.
        monotonic: The clock, as that of `freshness`.
    """

    def __init__(
        self,
        store: AnswerStore,
        freshness: Freshness,
        *,
        is_public: bool,
        count: Callable[[AnswerOutcome], None] = lambda _: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.freshness = freshness
        self._monotonic = monotonic
        self._cache_control = f"{'public' if is_public else 'private'}, max-age=0, must-revalidate"
        self._compressions: SingleFlight[bytes] = SingleFlight()
        self.count = count

    def find(self, alias: Alias) -> Answer | None:
        """Return the kept answer to a request in this form, if it may be served without asking."""
        answer = self.store.find(alias)
        return answer if answer is not None and self._is_fresh(answer) else None

    async def respond(self, request: Request, key: Key, ask: Ask, if_none_match: str | None = None) -> Response:
        """Answer a request, with the kept answer of `key` if possible.

        Args:
            request: The request.
            key: Equal for requests with equal answers.
            ask: Asks the internal service, given the ETag of the known answer.
            if_none_match: The header of the request.
        """
        answer = self.store.get(key)
        if answer is None or not self._is_fresh(answer) or not _can_answer(answer, if_none_match):
            found = await self._ask(key, answer, ask, if_none_match)
            if isinstance(found, Response):
                return found
            answer = found
        else:
            self.count("hit")
        self._recognise(request, answer)
        return await self._render(answer, request, if_none_match)

    def changed(self, symbols: list[str] | None) -> None:
        """Record a write through this gateway, before it is acknowledged; None if it may concern any symbol."""
        self.freshness.changed(symbols)

    def _is_fresh(self, answer: Answer) -> bool:
        if answer.key.kind in UNFOLLOWED_KINDS:
            return False
        if not self.freshness.allows(answer.key.symbol, answer.confirmation):
            return False
        is_bounded = answer.key.kind in BOUNDED_KINDS
        return not is_bounded or self._monotonic() < answer.confirmation.began_at + BOUNDED_SECONDS

    async def _ask(self, key: Key, known: Answer | None, ask: Ask, if_none_match: str | None) -> Answer | Response:
        """Ask, and keep the answer unless its symbol changed meanwhile. Return a Response if it must not be kept."""
        confirmation = self.freshness.begin(key.symbol)
        has_body = known is not None and known.body is not None
        raw = await ask(if_none_match=known.etag if known is not None and has_body else if_none_match)
        etag, is_stale = raw.headers.get("ETag"), staleness.is_marked()
        if raw.status == 304 and known is not None and known.etag == etag:
            self.count("confirmed")
            if self.freshness.is_current(key.symbol, confirmation) and not is_stale:
                known.confirmation = confirmation
            return known
        if etag is None or is_stale:
            return Response(raw.body, raw.status, raw.headers | {"Cache-Control": self._cache_control})
        self.count("miss")
        return self._keep(key, etag, raw, confirmation)

    def _keep(self, key: Key, etag: str, raw: RawResponse, confirmation: Confirmation) -> Answer:
        headers = {name: value for name, value in raw.headers.items() if name not in {"ETag", staleness.HEADER}}
        answer = Answer(key, etag, headers, confirmation, {} if raw.status == 304 else {"identity": raw.body})
        if self.store.max_bytes and self.freshness.is_current(key.symbol, confirmation):
            self.store.put(answer)
        return answer

    def _recognise(self, request: Request, answer: Answer) -> None:
        """Let the shortcut find the answer to equal requests."""
        alias: Alias | None = request.scope.get("state", {}).get("alias")
        if alias is not None and answer.body is not None:
            self.store.recognise(alias, answer, route_of(request.scope))

    async def _render(self, answer: Answer, request: Request, if_none_match: str | None) -> Response:
        headers = {"ETag": answer.etag, "Cache-Control": self._cache_control}
        is_compressed = is_compressible(answer.headers.get("Content-Type", ""))
        if is_compressed or answer.body is None:
            headers["Vary"] = ", ".join(filter(None, ["Accept-Encoding", answer.headers.get("Vary")]))
        if answer.body is None or (if_none_match is not None and matches(answer.etag, if_none_match)):
            return _ready(answer, NOT_MODIFIED, Response(status_code=304, headers=headers))
        coding = choose_coding(request.headers.get("accept-encoding", ""))
        if not is_compressed or coding == "identity" or len(answer.body) < MIN_BYTES:
            return _ready(answer, coding, Response(answer.body, headers=answer.headers | headers))
        headers |= {"Content-Encoding": coding, "ETag": f"W/{answer.etag}"}
        return _ready(answer, coding, Response(await self._coded(answer, coding), headers=answer.headers | headers))

    async def _coded(self, answer: Answer, coding: str) -> bytes:
        body = answer.body
        assert body is not None
        if (coded := answer.coded.get(coding)) is None:
            if len(body) <= INLINE_BYTES:
                coded = compress(coding, body)
            else:
                with deadline.within(deadline.MAX_SECONDS):  # the answer is here, and should not be lost now
                    key = (answer.key, answer.etag, coding)
                    coded = await self._compressions.run(key, lambda: asyncio.to_thread(compress, coding, body))
            answer.coded[coding] = coded
            if self.store.get(answer.key) is answer:
                self.store.put(answer)
        return coded


def _ready(answer: Answer, coding: str, response: Response) -> Response:
    """Store the response for the shortcut, and return it."""
    answer.ready[coding] = response.status_code, response.raw_headers, bytes(response.body)
    return response


def _can_answer(answer: Answer, if_none_match: str | None) -> bool:
    """Say whether the answer is enough for this caller: without a body, only for one that already has it."""
    return answer.body is not None or (if_none_match is not None and matches(answer.etag, if_none_match))
