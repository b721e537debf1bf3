"""What a client does when its upstream is cut off, silent or gone."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.breaker import State
from shared.clients.data import Upload
from shared.clients.observer import CallObserver, CallResult
from shared.errors import (
    HeadersTooLarge,
    SymbolNotFound,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from shared.schemas.loads import LoadQuery
from tests.support.deadlines import within
from tests.support.polling import wait_until
from tests.support.upstream import BROKEN_CONNECTION, Reply, Upstream, client_of, fail_with, problem, symbols


@pytest.mark.parametrize("error", BROKEN_CONNECTION, ids=lambda error: type(error).__name__)
async def test_a_read_whose_connection_is_cut_is_sent_once_more(error: Exception) -> None:
    upstream = Upstream([fail_with(error), symbols])
    assert await upstream.client.symbols() == ["AAPL"]
    assert upstream.asked == ["GET /symbols"] * 2
    assert upstream.told == ["ok"]


async def test_a_read_is_not_sent_a_third_time_nor_after_a_timeout() -> None:
    cut, slow = Upstream([fail_with(BROKEN_CONNECTION[0])]), Upstream([fail_with(httpx.ReadTimeout("slow"))])
    await cut.fail(1)
    await slow.fail(1)
    assert (len(cut.asked), len(slow.asked)) == (2, 1)
    assert (cut.told, slow.told) == (["unreachable"], ["timeout"])


async def test_a_retry_has_only_the_time_that_the_first_call_has_left() -> None:
    budgets = []

    async def answer(request: httpx.Request) -> httpx.Response:
        budgets.append(int(request.headers["x-request-budget-ms"]))
        await asyncio.sleep(0.1)
        raise BROKEN_CONNECTION[0]

    with pytest.raises(UpstreamUnavailable):
        await client_of(answer, timeout_seconds=50).symbols()
    assert budgets[0] == 50_000
    assert budgets[1] <= 49_900


@pytest.mark.parametrize("error", BROKEN_CONNECTION, ids=lambda error: type(error).__name__)
async def test_a_write_that_is_cut_is_not_sent_again(error: Exception) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"Date,Close\n"

    upstream = Upstream([fail_with(error)])
    with pytest.raises(UpstreamUnavailable):
        await upstream.client.delete(symbol="AAPL")
    with pytest.raises(UpstreamUnavailable):
        await upstream.client.keep(symbol="AAPL", entries=[])
    with pytest.raises(UpstreamUnavailable):
        await upstream.client.load(symbol="AAPL", query=LoadQuery(), upload=Upload("text/csv", None, body()))
    assert upstream.asked == ["DELETE /symbols/AAPL", "POST /symbols/AAPL/ledger", "PUT /symbols/AAPL/bars"]


async def test_an_upstream_that_is_gone_is_not_asked_and_the_sentence_stays_the_same() -> None:
    upstream = Upstream([fail_with(httpx.ConnectError("refused"))])
    await upstream.fail(5)
    n_asked = len(upstream.asked)
    with pytest.raises(UpstreamUnavailable, match="The data service cannot be reached") as caught:
        await upstream.client.symbols()
    assert type(caught.value) is UpstreamUnavailable
    assert (caught.value.status, caught.value.retry_after_seconds) == (503, 2)
    assert len(upstream.asked) == n_asked
    assert upstream.told == ["unreachable"] * 5 + ["open"]
    assert upstream.states == ["closed", "open"]


async def test_a_request_of_ours_that_is_not_valid_says_nothing_about_the_upstream() -> None:
    """A caller that makes us send one, such as by a header, must not take the service away from all others."""
    upstream = Upstream([fail_with(httpx.LocalProtocolError("Illegal header value"))])
    for _ in range(20):
        with pytest.raises(UpstreamFailed, match="The request to the data service could not be sent"):
            await upstream.client.symbols()
    assert set(upstream.told) == {"failed"}
    assert upstream.states == ["closed"]


async def test_headers_that_are_too_large_there_are_too_large_here() -> None:
    """A caller's If-None-Match is passed on beside headers of ours."""
    upstream = Upstream([problem(431, "headers-too-large")])
    with pytest.raises(HeadersTooLarge):
        await upstream.client.symbols()
    assert upstream.told == ["refused"]


async def test_one_caller_a_second_probes_it_and_calls_resume_once_it_is_back() -> None:
    upstream = Upstream([fail_with(httpx.ConnectError("refused"))])
    await upstream.fail(5)
    upstream.now += 1.3
    await upstream.fail(3)
    assert upstream.asked[5:] == ["GET /healthz"]
    upstream.is_alive, upstream.answers = True, [symbols]
    upstream.now += 1.3
    assert await upstream.client.symbols() == ["AAPL"]
    assert upstream.asked[6:] == ["GET /healthz", "GET /symbols"]
    assert upstream.states == ["closed", "open", "half_open", "open", "half_open", "closed"]


async def test_callers_are_rejected_at_once_while_one_probes() -> None:
    upstream = Upstream([fail_with(httpx.ConnectError("refused"))])
    await upstream.fail(5)
    upstream.now, upstream.is_alive, upstream.answers = 1.3, True, [symbols]
    upstream.client.share_within(object)  # each call is a request of its own
    outcomes = await asyncio.gather(*(upstream.client.symbols() for _ in range(10)), return_exceptions=True)
    assert outcomes.count(["AAPL"]) == 1
    assert upstream.asked[5:] == ["GET /healthz", "GET /symbols"]


async def test_a_health_call_bypasses_the_breaker_and_closes_it_whatever_the_response() -> None:
    upstream = Upstream([fail_with(httpx.ConnectError("refused"))])
    await upstream.fail(5)
    upstream.answers = [symbols]
    assert (await upstream.client.health()).status == "down"
    assert await upstream.client.symbols() == ["AAPL"]
    assert upstream.told == ["unreachable"] * 5 + ["ok"]


@pytest.mark.parametrize("has_time", [True, False])
async def test_a_probe_continues_without_its_caller(has_time: bool) -> None:
    """Callers that leave, or have little time, would otherwise keep the breaker of a healthy upstream open."""
    has_begun, may_answer = asyncio.Event(), asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/healthz":
            raise httpx.ConnectError("refused")
        has_begun.set()
        await may_answer.wait()
        return httpx.Response(200)

    now, states = 0.0, list[State]()
    observer = CallObserver(breaker=states.append)
    client = client_of(answer, timeout_seconds=0.5, observer=observer, monotonic=lambda: now)
    for _ in range(5):
        with pytest.raises(UpstreamUnavailable):
            await client.symbols()
    now = 1.3
    caller = asyncio.create_task(client.symbols() if has_time else within(0.06, client.symbols))
    await has_begun.wait()
    if has_time:
        caller.cancel()
    with pytest.raises(asyncio.CancelledError if has_time else UpstreamUnavailable):
        await caller
    may_answer.set()
    await wait_until(lambda: states[-1] == "closed")


@pytest.mark.parametrize(
    ("answer", "leaf", "outcome"),
    [
        (problem(404, "symbol-not-found"), SymbolNotFound, "refused"),
        (problem(504, "upstream-timeout"), UpstreamTimeout, "failed"),
        (lambda _: httpx.Response(500, text="<html>"), UpstreamFailed, "failed"),
        (lambda _: httpx.Response(200, text="no JSON"), UpstreamFailed, "failed"),
        (fail_with(httpx.DecodingError("no gzip")), UpstreamFailed, "failed"),
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
    upstream = Upstream([fail_with(httpx.ReadTimeout("slow"))])
    for _ in range(10):
        with pytest.raises(UpstreamTimeout):
            await within(0.2, upstream.client.symbols)
    assert upstream.states == ["closed"]
    await upstream.fail(5)
    assert upstream.states == ["closed", "open"]


async def test_a_write_that_takes_too_long_does_not_open_it() -> None:
    upstream = Upstream([fail_with(httpx.WriteTimeout("a slow upload"))])
    for _ in range(10):
        with pytest.raises(UpstreamTimeout):
            await upstream.client.delete(symbol="AAPL")
    assert upstream.states == ["closed"]
