"""Callers that read the same at the same time share one request to the upstream."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

import httpx
import pytest

from shared import staleness
from shared.clients.base import RawResponse
from shared.clients.runs import RunsClient
from shared.errors import StoreUnavailable
from shared.schemas.bars import BarsQuery
from shared.schemas.ledger import LedgerQuery
from shared.schemas.screener import ScreenerQuery
from tests.support.deadlines import within
from tests.support.polling import settle, wait_until
from tests.support.upstream import client_of

QUERY = BarsQuery(format="csv")


@dataclass
class Upstream:
    """An upstream that answers each request when it may."""

    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    n_asked: int = 0
    n_cut: int = 0
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.client = client_of(self._answer)
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://data")
        self.runs = RunsClient(http, timeout_seconds=60)

    async def _answer(self, _: httpx.Request) -> httpx.Response:
        self.n_asked += 1
        number = self.n_asked
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.n_cut += 1
            raise
        body = {"type": "/problems/store-unavailable", "detail": "No."} if self.status == 503 else number
        return httpx.Response(self.status, json=body, headers={"ETag": '"abc"'} | self.headers)

    async def read(self, symbol: str = "AAPL", if_none_match: str | None = None) -> RawResponse:
        return await self.client.raw_bars(symbol=symbol, query=QUERY, if_none_match=if_none_match)


async def test_callers_at_the_same_time_share_one_request_and_later_ones_make_another() -> None:
    upstream = Upstream()
    callers = [asyncio.create_task(upstream.read()) for _ in range(300)]
    await settle()
    upstream.may_answer.set()
    assert {answer.body for answer in await asyncio.gather(*callers)} == {b"1"}
    assert (await upstream.read()).body == b"2"


async def test_the_list_of_symbols_a_search_and_a_stock_are_shared_too() -> None:
    upstream = Upstream(status=503)
    questions = (
        upstream.client.symbols,
        lambda: upstream.client.stocks(query="a", limit=20, cursor=None),
        lambda: upstream.client.stock(symbol="AAPL"),
    )
    callers = [asyncio.create_task(ask()) for ask in questions * 100]
    await settle()
    upstream.may_answer.set()
    errors = await asyncio.gather(*callers, return_exceptions=True)
    assert ({type(error) for error in errors}, upstream.n_asked) == ({StoreUnavailable}, 3)


async def test_while_changes_may_be_unknown_only_a_request_that_begins_later_is_shared() -> None:
    upstream = Upstream()
    upstream.client.share_within(lambda: None)
    first = asyncio.create_task(upstream.read())
    await settle()
    later = [asyncio.create_task(upstream.read()) for _ in range(300)]
    await settle()
    upstream.may_answer.set()
    assert (await first).body == b"1"
    assert {answer.body for answer in await asyncio.gather(*later)} == {b"2"}


@pytest.mark.parametrize(
    "ask",
    [
        lambda upstream: upstream.runs.raw_run(run_id="0123456789abcdef"),
        lambda upstream: upstream.runs.raw_runs(),
        lambda upstream: upstream.client.raw_leaderboard(horizon=1),
        lambda upstream: upstream.client.raw_screener(query=ScreenerQuery()),
        lambda upstream: upstream.client.ledger(symbol="AAPL", query=LedgerQuery()),
    ],
)
async def test_what_the_feed_does_not_report_is_shared_only_if_it_is_read_later(
    ask: Callable[[Upstream], Coroutine[None, None, object]],
) -> None:
    upstream = Upstream(status=503)
    upstream.client.share_within(lambda: 0)  # no bars change
    first = asyncio.create_task(ask(upstream))
    await settle()
    later = [asyncio.create_task(ask(upstream)) for _ in range(100)]  # another gateway may have cancelled a run
    await settle()
    upstream.may_answer.set()
    await asyncio.gather(first, *later, return_exceptions=True)
    assert upstream.n_asked == 2


async def test_other_questions_are_other_requests() -> None:
    upstream = Upstream()
    upstream.may_answer.set()
    await asyncio.gather(upstream.read("AAPL"), upstream.read("MSFT"), upstream.read("AAPL", '"abc"'))
    assert upstream.n_asked == 3


async def test_an_error_reaches_every_caller() -> None:
    upstream = Upstream(status=503)
    upstream.may_answer.set()
    errors = await asyncio.gather(*(upstream.read() for _ in range(5)), return_exceptions=True)
    assert ({type(error) for error in errors}, upstream.n_asked) == ({StoreUnavailable}, 1)


async def test_a_caller_in_a_hurry_makes_a_request_of_its_own() -> None:
    upstream = Upstream()
    patient = asyncio.create_task(upstream.read())
    await wait_until(lambda: upstream.n_asked == 1)
    hurried = asyncio.create_task(within(30, upstream.read))
    await settle()
    upstream.may_answer.set()
    await asyncio.gather(patient, hurried)
    assert upstream.n_asked == 2


async def test_a_stale_answer_marks_the_response_of_every_caller() -> None:
    upstream = Upstream(headers={staleness.HEADER: staleness.STALE})
    upstream.may_answer.set()

    async def is_marked() -> bool:
        with staleness.marking() as mark:
            await upstream.read()
        return mark.is_set

    assert await asyncio.gather(*(is_marked() for _ in range(3))) == [True] * 3


@pytest.mark.parametrize("n_leaving", [1, 2])
async def test_the_request_ends_with_its_last_caller(n_leaving: int) -> None:
    upstream = Upstream()
    callers = [asyncio.create_task(upstream.read()) for _ in range(2)]
    await settle()
    for caller in callers[:n_leaving]:
        caller.cancel()
    await settle()
    assert upstream.n_cut == (n_leaving == 2)
    upstream.may_answer.set()
    answers = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(answer) for answer in answers[n_leaving:]] == [RawResponse] * (2 - n_leaving)
