"""Calls beyond the slots wait their turn, in order, and not for ever."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from shared.clients.slots import MIN_SLOTS, Slots
from shared.errors import Busy
from tests.support.polling import settle


async def _require_free(slots: Slots, n: int = 1) -> None:
    async with AsyncExitStack() as stack:
        assert [await stack.enter_async_context(slots.take(0.01)) for _ in range(n)] == [0.0] * n


async def test_calls_wait_in_order_and_take_the_slot_of_one_that_ends() -> None:
    slots, order, may_end = Slots("the upstream", n_slots=2), list[int](), asyncio.Event()

    async def call(number: int) -> float:
        async with slots.take(60) as waited:
            order.append(number)
            await may_end.wait()
            return waited

    calls = [asyncio.create_task(call(number)) for number in range(5)]
    await settle()
    assert order == [0, 1]
    may_end.set()
    waits = await asyncio.gather(*calls)
    assert order == [0, 1, 2, 3, 4]
    assert waits[:2] == [0.0, 0.0]
    assert all(waited > 0 for waited in waits[2:])
    await _require_free(slots, 2)


async def test_a_call_beyond_those_that_may_wait_is_refused_at_once() -> None:
    slots = Slots("the upstream", n_slots=1, max_waiting=1)

    async def wait() -> None:
        async with slots.take(60):
            pass

    async with slots.take(60):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="Too many calls to the upstream are waiting"):
            await wait()
    await waiting


async def test_a_caller_whose_turn_would_not_come_within_a_second_is_refused_at_once() -> None:
    now = 0.0
    slots = Slots("the upstream", n_slots=1, monotonic=lambda: now, stall_seconds=60)

    async def call() -> float:
        nonlocal now
        async with slots.take(60) as waited:
            now += 0.3  # what each takes
            await settle()
            return waited

    async with slots.take(60):
        waiting = [asyncio.create_task(call()) for _ in range(8)]
        await settle()
        assert not any(task.done() for task in waiting), "how fast the line moves is not known yet"
        now += 0.3
    with pytest.raises(Busy, match="Too many calls to the upstream are waiting"):
        await call()
    assert await waiting[-1] == pytest.approx(2.4), "those in line stay"
    async with slots.take(60):
        late = [asyncio.create_task(call()) for _ in range(8)]  # a slot was free: a new line is a burst again
        await settle()
        assert not any(task.done() for task in late)
    await asyncio.gather(*late)


async def test_callers_in_line_and_new_ones_are_refused_while_no_call_ends() -> None:
    now = 100.0
    slots = Slots("the upstream", n_slots=1, monotonic=lambda: now, stall_seconds=0.05)

    async def wait() -> float:
        async with slots.take(60) as waited:
            return waited

    async with slots.take(60):
        waiting = [asyncio.create_task(wait()) for _ in range(3)]
        await asyncio.sleep(0.1)
        assert not any(task.done() for task in waiting), "by the clock, no time has passed"
        now = 100.1
        for task in (*waiting, asyncio.create_task(wait())):
            with pytest.raises(Busy, match="Too many calls to the upstream are waiting"):
                await task
    await _require_free(slots)
    async with slots.take(60):
        waiting = [asyncio.create_task(wait())]
        await asyncio.sleep(0)
    assert await asyncio.gather(*waiting) == [0.0], "the slot was taken anew, just now"


async def test_calls_wait_while_others_end_however_long_the_line() -> None:
    now = 0.0
    slots = Slots("the upstream", n_slots=1, monotonic=lambda: now, stall_seconds=0.05)

    async def call() -> None:
        nonlocal now
        async with slots.take(60):
            now += 0.04
            await asyncio.sleep(0.01)

    await asyncio.gather(*(call() for _ in range(20)))
    assert now == pytest.approx(0.8)


async def test_a_call_whose_time_ends_while_it_waits_leaves_the_line() -> None:
    slots = Slots("the upstream", n_slots=1, max_waiting=1)
    async with slots.take(60):
        for _ in range(2):  # the second finds the line empty
            with pytest.raises(Busy, match="Too many calls to the upstream are waiting"):
                async with slots.take(0.01):
                    pass
    await _require_free(slots)


async def test_a_cancelled_wait_costs_no_slot() -> None:
    slots = Slots("the upstream", n_slots=1)

    async def wait() -> None:
        async with slots.take(60):
            pass

    async with slots.take(60):
        waiting = [asyncio.create_task(wait()) for _ in range(3)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    await _require_free(slots)


async def test_an_upstream_that_refuses_calls_gets_fewer_and_more_again_as_it_serves_them() -> None:
    now = 100.0
    slots = Slots("the upstream", n_slots=10, monotonic=lambda: now, stall_seconds=60)

    async def n_at_once() -> int:
        async with AsyncExitStack() as stack:
            for n in range(11):
                try:
                    await stack.enter_async_context(slots.take(0))
                except Busy:
                    return n
        return 11

    assert await n_at_once() == 10
    async with AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(slots.take(0))
        slots.refused()
    assert await n_at_once() == 9
    for _ in range(8):
        slots.served()
    assert await n_at_once() == 9, "one more only after a whole round"
    slots.served()
    slots.served()
    assert await n_at_once() == 10
    slots.refused()
    assert await n_at_once() == MIN_SLOTS
    for _ in range(1000):
        slots.served()
    assert await n_at_once() == 10
