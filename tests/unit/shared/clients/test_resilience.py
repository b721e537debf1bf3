"""What a client does when its upstream is cut off, silent or gone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import pytest

from shared.clients.base import CallObserver, CallResult
from shared.clients.breaker import State
from shared.clients.data import DataClient, Upload
from shared.errors import SymbolNotFound, UpstreamFailed, UpstreamTimeout, UpstreamUnavailable
from shared.schemas.loads import LoadQuery
from tests.support.deadlines import within

Reply = Callable[[httpx.Request], httpx.Response]
BROKEN_CONNECTION = [
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
    httpx.ReadError("reset"),
    httpx.WriteError("broken pipe"),
]


def _symbols(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=["AAPL"])


def _raise(error: Exception) -> Reply:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


@dataclass
class Upstream:
    """An upstream that answers as `answers` say, one after another and then the last for good."""

    answers: list[Reply]
    is_alive: bool = False
    asked: list[str] = field(default_factory=list)
    told: list[CallResult] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.client = DataClient(
            httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://data"),
            upstream="the data service",
            timeout_seconds=0.5,
            observer=CallObserver(call=lambda outcome, _: self.told.append(outcome), breaker=self.states.append),
            monotonic=lambda: self.now,
        )

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/healthz":
            await asyncio.sleep(0)
            return httpx.Response(200) if self.is_alive else _raise(httpx.ConnectError("refused"))(request)
        if request.url.path == "/readyz":
            return httpx.Response(503, json={"status": "down"})
        return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])(request)

    async def fail(self, n: int) -> None:
        for _ in range(n):
            with pytest.raises(UpstreamUnavailable):
                await self.client.symbols()


@pytest.mark.parametrize("error", BROKEN_CONNECTION, ids=lambda error: type(error).__name__)
async def test_a_read_whose_connection_is_cut_is_sent_once_more(error: Exception) -> None:
    upstream = Upstream([_raise(error), _symbols])
    assert await upstream.client.symbols() == ["AAPL"]
    assert upstream.asked == ["GET /symbols"] * 2
    assert upstream.told == ["ok"]


async def test_a_read_is_not_sent_a_third_time_nor_after_a_timeout() -> None:
    cut, slow = Upstream([_raise(BROKEN_CONNECTION[0])]), Upstream([_raise(httpx.ReadTimeout("slow"))])
    await cut.fail(1)
    await slow.fail(1)
    assert (len(cut.asked), len(slow.asked)) == (2, 1)
    assert (cut.told, slow.told) == (["unreachable"], ["timeout"])


async def test_the_second_time_has_only_what_the_first_has_left() -> None:
    budgets = []

    async def answer(request: httpx.Request) -> httpx.Response:
        budgets.append(int(request.headers["x-request-budget-ms"]))
        await asyncio.sleep(0.1)
        raise BROKEN_CONNECTION[0]

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://data")
    with pytest.raises(UpstreamUnavailable):
        await DataClient(http, upstream="the data service", timeout_seconds=50).symbols()
    assert budgets[0] == 50_000
    assert budgets[1] <= 49_900


@pytest.mark.parametrize("error", BROKEN_CONNECTION, ids=lambda error: type(error).__name__)
async def test_a_write_that_is_cut_is_not_sent_again(error: Exception) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"Date,Close\n"

    upstream = Upstream([_raise(error)])
    with pytest.raises(UpstreamUnavailable):
        await upstream.client.delete(symbol="AAPL")
    with pytest.raises(UpstreamUnavailable):
        await upstream.client.keep(symbol="AAPL", entries=[])
    with pytest.raises(UpstreamUnavailable):
        await upstream.client.load(symbol="AAPL", query=LoadQuery(), upload=Upload("text/csv", None, body()))
    assert upstream.asked == ["DELETE /symbols/AAPL", "POST /symbols/AAPL/ledger", "PUT /symbols/AAPL/bars"]


async def test_an_upstream_that_is_gone_is_not_asked_and_the_sentence_stays_the_same() -> None:
    upstream = Upstream([_raise(httpx.ConnectError("refused"))])
    await upstream.fail(5)
    n_asked = len(upstream.asked)
    with pytest.raises(UpstreamUnavailable, match="The data service cannot be reached") as caught:
        await upstream.client.symbols()
    assert type(caught.value) is UpstreamUnavailable
    assert (caught.value.status, caught.value.retry_after_seconds) == (503, 2)
    assert len(upstream.asked) == n_asked
    assert upstream.told == ["unreachable"] * 5 + ["open"]
    assert upstream.states == ["closed", "open"]


async def test_it_is_looked_at_by_one_caller_a_second_and_asked_as_soon_as_it_is_back() -> None:
    upstream = Upstream([_raise(httpx.ConnectError("refused"))])
    await upstream.fail(5)
    upstream.now += 1.3
    await upstream.fail(3)
    assert upstream.asked[5:] == ["GET /healthz"]
    upstream.is_alive, upstream.answers = True, [_symbols]
    upstream.now += 1.3
    assert await upstream.client.symbols() == ["AAPL"]
    assert upstream.asked[6:] == ["GET /healthz", "GET /symbols"]
    assert upstream.states == ["closed", "open", "half_open", "open", "half_open", "closed"]


async def test_callers_are_rejected_at_once_while_one_probes() -> None:
    upstream = Upstream([_raise(httpx.ConnectError("refused"))])
    await upstream.fail(5)
    upstream.now, upstream.is_alive, upstream.answers = 1.3, True, [_symbols]
    outcomes = await asyncio.gather(*(upstream.client.symbols() for _ in range(10)), return_exceptions=True)
    assert outcomes.count(["AAPL"]) == 1
    assert upstream.asked[5:] == ["GET /healthz", "GET /symbols"]


async def test_a_health_call_goes_past_it_and_closes_it_whatever_it_says() -> None:
    upstream = Upstream([_raise(httpx.ConnectError("refused"))])
    await upstream.fail(5)
    upstream.answers = [_symbols]
    assert (await upstream.client.health()).status == "down"
    assert await upstream.client.symbols() == ["AAPL"]
    assert upstream.told == ["unreachable"] * 5 + ["ok"]


async def test_a_look_whose_caller_goes_away_is_over() -> None:
    has_begun = asyncio.Event()

    async def never(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/healthz":
            raise httpx.ConnectError("refused")
        has_begun.set()
        await asyncio.sleep(60)
        raise AssertionError("not reached")

    http, now = httpx.AsyncClient(transport=httpx.MockTransport(never), base_url="http://data"), [0.0]
    client = DataClient(http, upstream="the data service", timeout_seconds=0.5, monotonic=lambda: now[0])
    for _ in range(5):
        with pytest.raises(UpstreamUnavailable):
            await client.symbols()
    for _ in range(2):  # a probe that never ended would block all later probes
        now[0] += 1.3
        has_begun.clear()
        looking = asyncio.create_task(client.symbols())
        await has_begun.wait()
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking


def _problem(status: int, slug: str) -> Reply:
    return lambda _: httpx.Response(status, json={"type": f"/problems/{slug}", "detail": "What happened."})


@pytest.mark.parametrize(
    ("answer", "leaf", "outcome"),
    [
        (_problem(404, "symbol-not-found"), SymbolNotFound, "refused"),
        (_problem(504, "upstream-timeout"), UpstreamTimeout, "failed"),
        (lambda _: httpx.Response(500, text="<html>"), UpstreamFailed, "failed"),
        (lambda _: httpx.Response(200, text="no JSON"), UpstreamFailed, "failed"),
        (_raise(httpx.DecodingError("no gzip")), UpstreamFailed, "failed"),
    ],
)
async def test_an_upstream_that_answers_is_called_again_whatever_the_answer(
    answer: Reply, leaf: type[Exception], outcome: CallResult
) -> None:
    upstream = Upstream([answer])
    for _ in range(25):
        with pytest.raises(leaf):
            await upstream.client.symbols()
    assert upstream.told == [outcome] * 25
    assert upstream.states == ["closed"]


async def test_a_caller_in_a_hurry_does_not_open_it_for_the_others() -> None:
    upstream = Upstream([_raise(httpx.ReadTimeout("slow"))])
    for _ in range(10):
        with pytest.raises(UpstreamTimeout):
            await within(0.2, upstream.client.symbols)
    assert upstream.states == ["closed"]
    await upstream.fail(5)
    assert upstream.states == ["closed", "open"]


async def test_a_write_that_takes_too_long_does_not_open_it() -> None:
    upstream = Upstream([_raise(httpx.WriteTimeout("a slow upload"))])
    for _ in range(10):
        with pytest.raises(UpstreamTimeout):
            await upstream.client.delete(symbol="AAPL")
    assert upstream.states == ["closed"]
