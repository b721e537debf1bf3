"""What a client does with a 503, and when it has more calls than slots."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from shared.breaker import State
from shared.clients.data import DataClient
from shared.clients.observer import CallObserver, CallResult
from shared.clients.slots import MIN_SLOTS, N_SLOTS
from shared.clients.upstream import MIN_CALL_SECONDS, QUICK_SECONDS, RETRY_AFTER_SECONDS
from shared.errors import Busy, ServiceError, StoreUnavailable
from tests.support.deadlines import within
from tests.support.polling import settle
from tests.support.upstream import Reply, Upstream, client_of, problem, symbols

UNAVAILABLE = problem(503, "store-unavailable")
SHORT_SECONDS = RETRY_AFTER_SECONDS[1] + MIN_CALL_SECONDS


async def test_a_read_that_is_answered_with_503_is_sent_once_more() -> None:
    upstream = Upstream([UNAVAILABLE, symbols], retries=True)
    assert await upstream.client.symbols() == ["AAPL"]
    assert (upstream.told, upstream.n_retried) == (["failed", "ok"], 1)
    upstream = Upstream([UNAVAILABLE], retries=True)
    with pytest.raises(StoreUnavailable):
        await upstream.client.symbols()
    assert (upstream.told, upstream.n_retried) == (["failed"] * 2, 1)


@pytest.mark.parametrize("answer", [problem(503, "busy"), problem(502, "upstream-failed"), problem(404, "no-bars")])
async def test_what_a_retry_would_not_mend_is_sent_once(answer: Reply) -> None:
    upstream = Upstream([answer], retries=True)
    with pytest.raises(ServiceError):
        await upstream.client.symbols()
    assert len(upstream.asked) == 1


@pytest.mark.parametrize(
    ("retries", "call"),
    [
        pytest.param(False, DataClient.symbols, id="by another than the first of several services"),
        pytest.param(True, lambda client: client.delete(symbol="AAPL"), id="a write"),
        pytest.param(True, lambda client: within(SHORT_SECONDS, client.symbols), id="without time for a retry"),
    ],
)
async def test_what_must_not_be_retried_raises_the_first_error(
    retries: bool, call: Callable[[DataClient], Awaitable[object]]
) -> None:
    upstream = Upstream([UNAVAILABLE], retries=retries)
    with pytest.raises(StoreUnavailable):
        await call(upstream.client)
    assert len(upstream.asked) == 1


async def test_a_read_whose_503_took_long_is_not_sent_again() -> None:
    async def slowly(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(QUICK_SECONDS)
        return httpx.Response(503, json={"type": "/problems/store-unavailable", "detail": "No."})

    n_retried: list[None] = []
    client = client_of(slowly, observer=CallObserver(retried=lambda: n_retried.append(None)), retries=True)
    with pytest.raises(StoreUnavailable):
        await client.symbols()
    assert not n_retried


async def test_writes_that_take_as_long_as_their_callers_delay_no_read() -> None:
    may_end = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            await may_end.wait()
            return httpx.Response(204)
        return httpx.Response(200, json=["AAPL"])

    client = client_of(answer)
    writes = [asyncio.create_task(client.delete(symbol="AAPL")) for _ in range(N_SLOTS)]
    await settle()
    assert await client.symbols() == ["AAPL"]
    may_end.set()
    await asyncio.gather(*writes)


async def test_an_upstream_that_always_fails_gets_hardly_more_calls_than_there_are_requests() -> None:
    upstream = Upstream([UNAVAILABLE], retries=True)
    await asyncio.gather(*(_unavailable(upstream) for _ in range(50)))
    assert upstream.n_retried <= 10
    assert upstream.states == ["closed"], "it answers, and may have other answers in its cache"


async def _unavailable(upstream: Upstream) -> None:
    with pytest.raises(StoreUnavailable):
        await upstream.client.symbols()


async def test_waiting_for_a_slot_of_ours_is_not_a_failure_of_the_upstream() -> None:
    may_answer, told, states = asyncio.Event(), list[CallResult](), list[State]()

    async def answer(_: httpx.Request) -> httpx.Response:
        await may_answer.wait()
        return httpx.Response(200, json=["AAPL"])

    observer = CallObserver(call=lambda outcome, _: told.append(outcome), breaker=states.append)
    client = client_of(answer, observer=observer)
    client.share_within(object)  # each call is a request of its own
    calls = [asyncio.create_task(client.symbols()) for _ in range(N_SLOTS)]
    await settle()
    late = await asyncio.gather(*(within(10, client.symbols) for _ in range(20)), return_exceptions=True)
    assert {type(error) for error in late} == {Busy}
    may_answer.set()
    assert await asyncio.gather(*calls) == [["AAPL"]] * N_SLOTS
    assert (told.count("busy"), told.count("ok"), states) == (20, N_SLOTS, ["closed"])


async def test_a_health_call_needs_no_slot() -> None:
    may_answer = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/readyz":
            await may_answer.wait()
        return httpx.Response(200, json={"status": "ok"})

    client = client_of(answer)
    calls = [asyncio.create_task(client.delete(symbol="AAPL")) for _ in range(2 * N_SLOTS)]
    await settle()
    assert (await client.health()).status == "ok"
    may_answer.set()
    await asyncio.gather(*calls, return_exceptions=True)  # on a slow machine, those in line may be refused by now


async def test_an_upstream_that_is_busy_is_sent_fewer_calls_at_once() -> None:
    may_answer, n_sent = asyncio.Event(), 0

    async def answer(_: httpx.Request) -> httpx.Response:
        nonlocal n_sent
        n_sent += 1
        await may_answer.wait()
        return httpx.Response(503, json={"type": "/problems/busy", "title": "Busy", "status": 503, "detail": "Later."})

    client = client_of(answer)
    client.share_within(object)  # each call is a request of its own
    for n_expected in (N_SLOTS, MIN_SLOTS):
        may_answer.clear()
        n_sent = 0
        calls = [asyncio.create_task(client.symbols()) for _ in range(N_SLOTS)]
        await settle(200)
        assert n_sent == n_expected
        for call in calls[n_expected:]:
            call.cancel()
        may_answer.set()
        await asyncio.gather(*calls, return_exceptions=True)
