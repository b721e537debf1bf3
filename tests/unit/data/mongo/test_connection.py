"""The circuit breaker and the limit of concurrency before MongoDB."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from pymongo.errors import AutoReconnect, ExecutionTimeout, NetworkTimeout, OperationFailure, PyMongoError

from services.data.mongo.connection import MAX_CALLS, N_FAILURES_IN_A_ROW, Connection, Database
from shared.breaker import State
from shared.errors import Busy, StoreUnavailable, SymbolNotFound
from tests.support.deadlines import within
from tests.support.polling import wait_until

TIMEOUT = 60.0


@dataclass
class FakeDatabase:
    """A database that answers pings unless it is away."""

    is_away: bool = False
    n_pings: int = 0

    def command(self, _: str) -> dict[str, Any]:
        self.n_pings += 1
        if self.is_away:
            raise AutoReconnect("away")
        return {"ok": 1}


@dataclass
class Call:
    """A call that fails with `error`, if there is one, and counts."""

    error: Exception | None = None
    n: int = 0

    def __call__(self) -> str:
        self.n += 1
        if self.error is not None:
            raise self.error
        return "answer"


@dataclass
class Fixture:
    database: FakeDatabase = field(default_factory=FakeDatabase)
    states: list[State] = field(default_factory=list)


@pytest.fixture
def fake() -> Fixture:
    return Fixture()


@pytest.fixture
async def connection(fake: Fixture) -> AsyncIterator[Connection]:
    connection = Connection(cast(Database, fake.database), fake.states.append)
    yield connection
    connection.close()


async def _fail(connection: Connection, error: Exception, times: int) -> None:
    for _ in range(times):
        with pytest.raises(StoreUnavailable):
            await connection.run(TIMEOUT, Call(error))


@pytest.mark.parametrize("error", [AutoReconnect("gone"), NetworkTimeout("silent"), ExecutionTimeout("slow", code=50)])
async def test_after_a_few_calls_without_an_answer_no_further_call_goes_out(
    connection: Connection, fake: Fixture, error: PyMongoError
) -> None:
    fake.database.is_away = True
    await _fail(connection, error, N_FAILURES_IN_A_ROW)
    call = Call()
    for _ in range(20):
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await connection.run(TIMEOUT, call)
    assert call.n == 0
    assert fake.states[-1] == "open"


async def test_a_probe_of_its_own_finds_out_that_the_store_is_back(connection: Connection, fake: Fixture) -> None:
    fake.database.is_away = True
    await _fail(connection, AutoReconnect("gone"), N_FAILURES_IN_A_ROW)
    await wait_until(lambda: fake.database.n_pings > 0)
    assert fake.states[-1] in ("half_open", "open")
    fake.database.is_away = False
    await wait_until(lambda: fake.states[-1] == "closed")
    assert await connection.run(TIMEOUT, Call()) == "answer"


async def test_a_health_check_that_is_answered_closes_it(connection: Connection, fake: Fixture) -> None:
    await _fail(connection, AutoReconnect("gone"), N_FAILURES_IN_A_ROW)
    await connection.ping(TIMEOUT)
    assert await connection.run(TIMEOUT, Call()) == "answer"


async def test_the_timeouts_of_impatient_callers_do_not_open_it(connection: Connection) -> None:
    await within(1, lambda: _fail(connection, NetworkTimeout("silent"), 2 * N_FAILURES_IN_A_ROW))
    assert await connection.run(TIMEOUT, Call()) == "answer"


@pytest.mark.parametrize("error", [OperationFailure("no", code=13), SymbolNotFound("The store has no symbol X.")])
async def test_an_error_is_an_answer(connection: Connection, error: Exception) -> None:
    for _ in range(N_FAILURES_IN_A_ROW):
        await _fail(connection, AutoReconnect("gone"), N_FAILURES_IN_A_ROW - 1)
        with pytest.raises((StoreUnavailable, SymbolNotFound)):
            await connection.run(TIMEOUT, Call(error))
    assert await connection.run(TIMEOUT, Call()) == "answer"


async def test_more_calls_than_connections_are_refused_and_a_ping_is_not(connection: Connection) -> None:
    may_end, ended = threading.Event(), Call()
    wait: Callable[[], str] = lambda: (may_end.wait(), ended())[1]  # noqa: E731
    calls = [asyncio.create_task(connection.run(TIMEOUT, wait)) for _ in range(10 * MAX_CALLS)]
    done, waiting = await asyncio.wait(calls, timeout=TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
    while len(waiting) > MAX_CALLS:
        more, waiting = await asyncio.wait(waiting, timeout=TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
        done |= more
    assert {type(call.exception()) for call in done} == {Busy}
    await connection.ping(TIMEOUT)
    may_end.set()
    assert await asyncio.gather(*waiting) == ["answer"] * MAX_CALLS
    assert ended.n == MAX_CALLS
    assert await connection.run(TIMEOUT, Call()) == "answer"


async def test_a_call_whose_caller_has_left_keeps_its_slot_until_it_ends(connection: Connection) -> None:
    may_end, begun = threading.Event(), Call()
    wait: Callable[[], bool] = lambda: (begun(), may_end.wait())[1]  # noqa: E731
    calls = [asyncio.create_task(connection.run(TIMEOUT, wait)) for _ in range(MAX_CALLS)]
    await wait_until(lambda: begun.n == MAX_CALLS)
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)
    with pytest.raises(Busy):
        await connection.run(TIMEOUT, Call())
    may_end.set()
    assert await connection.run(TIMEOUT, Call()) == "answer"


async def test_the_error_of_a_call_whose_caller_has_left_is_not_logged_as_a_failure(connection: Connection) -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    may_end, call = threading.Event(), Call(SymbolNotFound("The store has no symbol X."))
    fail: Callable[[], str] = lambda: (may_end.wait(), call())[1]  # noqa: E731
    caller = asyncio.create_task(connection.run(TIMEOUT, fail))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait({caller})
    may_end.set()
    await wait_until(lambda: call.n == 1)
    assert await connection.run(TIMEOUT, Call()) == "answer"
    gc.collect()
    assert complaints == []
