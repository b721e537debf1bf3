"""Calls beyond the slots wait their turn, in order, and not for ever."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from shared.clients.slots import Slots
from shared.errors import Busy


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
    await asyncio.sleep(0.01)
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


async def test_calls_are_refused_once_the_first_in_line_has_waited_too_long() -> None:
    now = 0.0
    slots = Slots("the upstream", n_slots=1, monotonic=lambda: now)

    async def wait() -> float:
        async with slots.take(60) as waited:
            return waited

    async with slots.take(60):
        waiting = [asyncio.create_task(wait()) for _ in range(3)]
        await asyncio.sleep(0)
        now = 0.9
        waiting.append(asyncio.create_task(wait()))
        await asyncio.sleep(0)
        now = 1.1
        with pytest.raises(Busy, match="Too many calls to the upstream are waiting"):
            await wait()
    assert await asyncio.gather(*waiting) == [1.1, 1.1, 1.1, pytest.approx(0.2)]
    assert await wait() == 0.0, "the line is empty"


async def test_a_call_whose_time_ends_while_it_waits_is_told_so_and_leaves_the_line() -> None:
    slots = Slots("the upstream", n_slots=1, max_waiting=1)
    async with slots.take(60):
        for _ in range(2):  # the second finds the line empty
            with pytest.raises(Busy, match="Other calls to the upstream took all the time"):
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
