"""The real pool of processes: errors come back, the queue is bounded, a death is survived."""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.prediction.workers.process_pool import ProcessWorkers, open_workers
from shared.errors import Busy, NotEnoughBars
from tests.support.polling import until, wait_until


def _nothing() -> None:
    pass


def _slowly() -> None:
    time.sleep(0.5)


def _hold(folder: Path) -> None:
    """Signal the start, and work until the end is signalled."""
    (folder / "begun").touch()
    until((folder / "end").exists)


def _refuse() -> None:
    raise NotEnoughBars("7 bars are needed.", required=7, available=4)


@pytest.fixture
async def workers() -> AsyncIterator[ProcessWorkers]:
    async with open_workers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200) as opened:
        yield opened


async def test_work_runs_in_another_process(workers: ProcessWorkers) -> None:
    assert await workers.run(os.getpid) != os.getpid()
    assert await workers.run(divmod, 7, 2) == (3, 1)


async def test_an_error_comes_back_whole(workers: ProcessWorkers) -> None:
    with pytest.raises(NotEnoughBars) as raised:
        await workers.run(_refuse)
    assert raised.value.extras == {"required": 7, "available": 4}


async def test_it_is_ready_when_a_process_is_prepared_and_not_before() -> None:
    async with open_workers(n_workers=1, prepare=_slowly, max_waiting=1, timeout_seconds=200) as workers:
        with pytest.raises(Busy, match="are starting"):
            await workers.ping()
        await workers.run(os.getpid)
        await workers.ping()


async def test_a_full_queue_refuses_at_once_and_the_event_loop_goes_on(workers: ProcessWorkers, tmp_path: Path) -> None:
    running = [asyncio.create_task(workers.run(_hold, tmp_path)) for _ in range(2)]
    await wait_until((tmp_path / "begun").exists)
    with pytest.raises(Busy, match="2 requests are running or waiting"):
        await workers.run(os.getpid)
    assert not any(task.done() for task in running)
    (tmp_path / "end").touch()
    await asyncio.gather(*running)
    assert await workers.run(os.getpid)


async def test_work_that_takes_too_long_is_busy() -> None:
    async with open_workers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=0.2) as workers:
        with pytest.raises(Busy, match="did not finish in time"):
            await workers.run(time.sleep, 600)


async def test_a_worker_that_dies_is_replaced(workers: ProcessWorkers) -> None:
    with pytest.raises(Busy, match="died"):
        await workers.run(os.kill, await workers.run(os.getpid), signal.SIGKILL)
    assert await workers.run(divmod, 7, 2) == (3, 1)


async def test_the_end_does_not_wait_for_what_is_computed(tmp_path: Path) -> None:
    async with open_workers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=900) as workers:
        running = [asyncio.create_task(workers.run(_hold, tmp_path)) for _ in range(2)]
        await wait_until((tmp_path / "begun").exists)
    # The end was never signalled.
    assert all(isinstance(error, Busy) for error in await asyncio.gather(*running, return_exceptions=True))
    assert multiprocessing.active_children() == []  # not replaced either
