"""Runs tasks in the background: for the duration of a block, or until they end even if their caller has left."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def in_background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run the coroutines as tasks inside the block; cancel them at its end, and wait until they have ended."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def finish(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of `work`, which continues if this caller is cancelled; then nobody hears of its error."""
    task = asyncio.create_task(work)
    task.add_done_callback(retrieve)
    return await asyncio.shield(task)


def retrieve(task: asyncio.Task[Any]) -> None:
    """Mark the error of a task as known, when the task is done; otherwise asyncio logs it if no caller is left."""
    if not task.cancelled():
        task.exception()
