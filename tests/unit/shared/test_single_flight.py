import asyncio
import gc

import pytest

from shared.deadline import seconds_left
from shared.errors import NotEnoughBars
from shared.single_flight import SingleFlight
from tests.support.deadlines import within
from tests.support.polling import settle, wait_until


class Work:
    """Work that ends when `may_end` is set, with its number or with `error`, which it raises also if cancelled."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.n_starts = self.n_cancelled = 0
        self.seconds_given: list[float] = []
        self.may_end = asyncio.Event()

    async def __call__(self) -> int:
        self.n_starts += 1
        number = self.n_starts
        self.seconds_given.append(seconds_left(1000))
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.n_cancelled += 1
            if self.error is None:
                raise
        if self.error is not None:
            raise self.error
        return number


async def test_200_concurrent_callers_share_one_call() -> None:
    flight, work = SingleFlight[int](), Work()
    callers = [asyncio.create_task(flight.run("key", work)) for _ in range(200)]
    await asyncio.sleep(0)
    work.may_end.set()
    assert await asyncio.gather(*callers) == [1] * 200
    assert work.n_starts == 1


async def test_callers_who_need_new_work_share_only_what_begins_after_they_came() -> None:
    flight, work = SingleFlight[int](), Work()
    first = asyncio.create_task(flight.run_anew("key", work))
    await settle()
    later = [asyncio.create_task(flight.run_anew("key", work)) for _ in range(200)]
    await settle()
    assert work.n_starts == 1  # the second begins when the first has ended
    work.may_end.set()
    assert (await first, await asyncio.gather(*later)) == (1, [2] * 200)
    assert await flight.run_anew("key", work) == 3


async def test_new_work_waits_only_for_a_moment_and_for_no_cancelled_work() -> None:
    flight, work = SingleFlight[int](), Work()
    callers = [asyncio.create_task(flight.run_anew("key", work))]
    for n_starts in (1, 2, 3):
        await wait_until(lambda n=n_starts: work.n_starts == n)  # type: ignore[misc]
        callers.append(asyncio.create_task(flight.run_anew("key", work)))
    for caller in callers:
        caller.cancel()
    await asyncio.wait(callers)
    work.may_end.set()
    assert await flight.run_anew("key", work) == 4
    assert work.n_cancelled == 3


async def test_another_key_is_other_work() -> None:
    flight, work = SingleFlight[int](), Work()
    work.may_end.set()
    assert await asyncio.gather(*(flight.run(key, work) for key in "abab")) == [1, 2, 1, 2]


async def test_nothing_is_remembered() -> None:
    flight, work = SingleFlight[int](), Work()
    work.may_end.set()
    assert [await flight.run("key", work) for _ in range(3)] == [1, 2, 3]


async def test_an_error_reaches_every_caller_and_the_next_one_starts_again() -> None:
    flight, work = SingleFlight[int](), Work(NotEnoughBars("Too few.", required=7, available=4))
    callers = [asyncio.create_task(flight.run("key", work)) for _ in range(50)]
    await asyncio.sleep(0)
    work.may_end.set()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {NotEnoughBars}
    assert work.n_starts == 1
    work.error = None
    assert await flight.run("key", work) == 2


@pytest.mark.parametrize("gone", [0, 1, 2])
async def test_a_caller_that_leaves_does_not_affect_the_others(gone: int) -> None:
    flight, work = SingleFlight[int](), Work()
    callers = [asyncio.create_task(flight.run("key", work)) for _ in range(3)]
    await asyncio.sleep(0)
    leaving = callers.pop(gone)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    work.may_end.set()
    assert await asyncio.gather(*callers) == [1, 1]
    assert work.n_starts == 1


async def test_work_ends_when_the_last_caller_has_left_and_the_next_one_starts_again() -> None:
    flight, work = SingleFlight[int](), Work()
    callers = [asyncio.create_task(flight.run("key", work)) for _ in range(3)]
    await asyncio.sleep(0)
    for caller in callers:
        assert work.n_cancelled == 0
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    late = asyncio.create_task(flight.run("key", work))  # the cancelled work has not ended yet
    await asyncio.sleep(0)
    work.may_end.set()
    assert await late == 2
    assert work.n_cancelled == 1


async def test_each_caller_waits_as_long_as_its_own_request_may() -> None:
    flight, work = SingleFlight[int](), Work()
    impatient = asyncio.create_task(within(0.02, lambda: flight.run("key", work)))
    await asyncio.sleep(0)
    patient = asyncio.create_task(flight.run("key", work))
    with pytest.raises(TimeoutError):
        await impatient
    with pytest.raises(TimeoutError):
        await within(0, lambda: flight.run("key", work))
    work.may_end.set()
    assert await patient == 1
    assert work.seconds_given == [1000]  # not the first caller's


async def test_work_ends_when_its_last_caller_has_no_time_left() -> None:
    flight, work = SingleFlight[int](), Work()
    with pytest.raises(TimeoutError):
        await within(0.02, lambda: flight.run("key", work))
    await asyncio.sleep(0)
    assert work.n_cancelled == 1


async def test_an_error_without_callers_is_not_reported() -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    flight, work = SingleFlight[int](), Work(RuntimeError("unheard"))
    caller = asyncio.create_task(flight.run("key", work))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    work.may_end.set()  # for the last one
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()
    assert complaints == []
    assert work.n_cancelled == 1
    with pytest.raises(RuntimeError, match="unheard"):
        await flight.run("key", work)
