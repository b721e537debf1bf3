"""The real pool of processes: errors come back, the queue is bounded, one death costs one call."""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from services.prediction.workers.process_pool import ProcessWorkers
from services.prediction.workers.worker import NICENESS
from shared.errors import Busy, ComputationRefused, NotEnoughBars
from tests.support.deadlines import within
from tests.support.polling import until, wait_until


def _nothing() -> None:
    pass


def _slowly() -> None:
    time.sleep(0.5)


def _hold(folder: Path, name: str = "begun") -> int:
    """Signal the start, and work until the end is signalled."""
    (folder / name).write_text(str(os.getpid()))
    until((folder / "end").exists)
    return os.getpid()


def _refuse() -> None:
    raise NotEnoughBars("7 bars are needed.", required=7, available=4)


def _return_a_lambda() -> object:
    return lambda: None


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _pid(file: Path) -> int:
    return int(file.read_text() or 0) if file.exists() else 0


@pytest.fixture
async def workers() -> AsyncIterator[ProcessWorkers]:
    async with ProcessWorkers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200) as opened:
        await opened.wait_until_ready()
        yield opened


@pytest.fixture
async def two_workers() -> AsyncIterator[ProcessWorkers]:
    async with ProcessWorkers(n_workers=2, prepare=_nothing, max_waiting=8, timeout_seconds=200) as opened:
        await opened.wait_until_ready()
        yield opened


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def _hold_both(workers: ProcessWorkers, folder: Path) -> list[tuple[asyncio.Task[int], int]]:
    """Occupy both processes, of which one may still be starting; return each call with its process."""
    files = [folder / "first", folder / "second"]
    held = [asyncio.create_task(workers.run(file.name, _hold, folder, file.name)) for file in files]
    await wait_until(lambda: all(_pid(file) for file in files))
    return [(task, _pid(file)) for task, file in zip(held, files, strict=True)]


async def test_work_runs_in_another_process(workers: ProcessWorkers) -> None:
    assert await workers.run("key", os.getpid) != os.getpid()
    assert await workers.run("key", os.nice, 0) == min(os.nice(0) + NICENESS, 19)  # requests come first
    assert await workers.run("key", divmod, 7, 2) == (3, 1)


async def test_an_error_comes_back_whole(workers: ProcessWorkers) -> None:
    with pytest.raises(NotEnoughBars) as raised:
        await workers.run("key", _refuse)
    assert raised.value.extras == {"required": 7, "available": 4}


async def test_what_cannot_be_sent_fails_alone(workers: ProcessWorkers) -> None:
    with pytest.raises(Exception, match="pickle"):
        await workers.run("key", _return_a_lambda)
    with pytest.raises(Exception, match="pickle"):
        await workers.run("key", lambda: None)
    assert await workers.run("key", divmod, 7, 2) == (3, 1)


async def test_it_is_ready_when_a_process_is_prepared_and_refuses_at_once_before() -> None:
    async with ProcessWorkers(n_workers=1, prepare=_slowly, max_waiting=1, timeout_seconds=200) as workers:
        with pytest.raises(Busy, match="are starting"):
            await workers.ping()
        with pytest.raises(Busy, match="are starting"):
            await workers.run("key", os.getpid)
        await workers.wait_until_ready()
        await workers.ping()
        assert await workers.run("key", os.getpid)


async def test_a_call_that_could_not_end_in_its_time_is_refused_as_it_arrives(tmp_path: Path) -> None:
    async with ProcessWorkers(n_workers=1, prepare=_nothing, max_waiting=8, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        for _ in range(5):
            await workers.run("key", _slowly)
        waiting = [asyncio.create_task(workers.run("key", _hold, tmp_path))]
        await wait_until((tmp_path / "begun").exists)
        waiting += [asyncio.create_task(workers.run("key", os.getpid)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="3 requests are running or waiting"):
            await within(0.6, lambda: workers.run("key", os.getpid))
        waiting.append(asyncio.create_task(workers.run("key", os.getpid)))
        await asyncio.sleep(0)
        (tmp_path / "end").touch()
        assert len(set(await asyncio.gather(*waiting))) == 1


async def test_a_full_queue_refuses_at_once_and_the_event_loop_goes_on(workers: ProcessWorkers, tmp_path: Path) -> None:
    running = [asyncio.create_task(workers.run("key", _hold, tmp_path)) for _ in range(2)]
    await wait_until((tmp_path / "begun").exists)
    with pytest.raises(Busy, match="2 requests are running or waiting"):
        await workers.run("key", os.getpid)
    with pytest.raises(Busy, match="2 requests are running or waiting"):
        workers.require_room()
    assert not any(task.done() for task in running)
    (tmp_path / "end").touch()
    await asyncio.gather(*running)
    assert await workers.run("key", os.getpid)


async def test_work_that_takes_too_long_is_busy() -> None:
    async with ProcessWorkers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=0.2) as workers:
        await workers.wait_until_ready()
        with pytest.raises(Busy, match="did not finish in time"):
            await workers.run("key", time.sleep, 600)


async def test_a_call_whose_caller_leaves_or_runs_out_of_time_is_not_begun(
    workers: ProcessWorkers, tmp_path: Path
) -> None:
    running = asyncio.create_task(workers.run("held", _hold, tmp_path))
    await wait_until((tmp_path / "begun").exists)
    leaving = asyncio.create_task(workers.run("left", _hold, tmp_path, "left"))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    with pytest.raises(Busy, match="in time"):
        await within(0.02, partial(workers.run, "late", _hold, tmp_path, "late"))
    patient = asyncio.create_task(workers.run("patient", _hold, tmp_path, "patient"))
    (tmp_path / "end").touch()
    await asyncio.gather(running, patient)
    with pytest.raises(Busy, match="in time"):  # not even by an idle process
        await within(-1, partial(workers.run, "late", _hold, tmp_path, "late"))
    assert await workers.run("key", os.getpid)
    assert _names(tmp_path) == {"begun", "patient", "end"}


async def test_a_call_that_runs_without_its_caller_keeps_its_process_until_it_ends(
    workers: ProcessWorkers, tmp_path: Path
) -> None:
    leaving = asyncio.create_task(workers.run("left", _hold, tmp_path))
    await wait_until(lambda: _pid(tmp_path / "begun") > 0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    following = asyncio.create_task(workers.run("key", os.getpid))
    for _ in range(5):
        await asyncio.sleep(0.01)
    assert not following.done()
    (tmp_path / "end").touch()
    assert await following == _pid(tmp_path / "begun")


async def test_a_turn_that_comes_as_the_caller_leaves_passes_to_the_next(workers: ProcessWorkers) -> None:
    for n_turns in range(30):  # of the event loop, until the caller leaves: one of them is the very moment
        running, leaving = (asyncio.create_task(workers.run("key", os.getpid)) for _ in range(2))
        await asyncio.wait({running})
        for _ in range(n_turns % 3):
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    assert await workers.run("key", divmod, 7, 2) == (3, 1)


async def test_a_process_that_dies_fails_its_own_call_alone_and_is_replaced(
    two_workers: ProcessWorkers, tmp_path: Path
) -> None:
    (dying, pid), (running, other_pid) = await _hold_both(two_workers, tmp_path)
    waiting = [asyncio.create_task(two_workers.run("key", os.getpid)) for _ in range(4)]
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(Busy, match="worker process of this computation died"):
        await dying
    (new_pid, *_) = await asyncio.gather(*waiting)  # by the new process: the other one is held
    assert new_pid not in {pid, other_pid}
    (tmp_path / "end").touch()
    assert await running == other_pid


async def test_an_idle_process_that_dies_fails_nothing(two_workers: ProcessWorkers, tmp_path: Path) -> None:
    held = await _hold_both(two_workers, tmp_path)
    (tmp_path / "end").touch()
    pids = [await task for task, _ in held]
    os.kill(pids[1], signal.SIGKILL)
    assert {await two_workers.run("key", os.getpid) for _ in range(5)} == {pids[0]}


async def test_when_all_have_died_everything_is_refused_at_once_until_one_is_ready(
    two_workers: ProcessWorkers, tmp_path: Path
) -> None:
    held = await _hold_both(two_workers, tmp_path)
    waiting = [asyncio.create_task(two_workers.run("key", os.getpid)) for _ in range(4)]
    await asyncio.sleep(0)
    for _, pid in held:
        os.kill(pid, signal.SIGKILL)
    refusals = await asyncio.gather(*(task for task, _ in held), *waiting, return_exceptions=True)
    assert [type(refusal) for refusal in refusals] == [Busy] * 6
    assert ["starting" in str(refusal) for refusal in refusals] == [False, False, True, True, True, True]
    with pytest.raises(Busy, match="starting"):
        await two_workers.run("key", os.getpid)
    await two_workers.wait_until_ready()
    assert await two_workers.run("key", divmod, 7, 2) == (3, 1)


async def test_a_computation_that_killed_two_processes_is_refused_and_others_are_not(workers: ProcessWorkers) -> None:
    for _ in range(2):
        with pytest.raises(Busy, match="died"):
            await workers.run("harmful", _end)
        await workers.wait_until_ready()
    with pytest.raises(ComputationRefused, match="ended its worker process 2 times"):
        await workers.run("harmful", _end)
    assert await workers.run("other", divmod, 7, 2) == (3, 1)


async def test_the_end_does_not_wait_for_what_is_computed(tmp_path: Path) -> None:
    async with ProcessWorkers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=900) as workers:
        await workers.wait_until_ready()
        running = [asyncio.create_task(workers.run("key", _hold, tmp_path)) for _ in range(2)]
        await wait_until((tmp_path / "begun").exists)
    # The end was never signalled.
    assert all(isinstance(error, Busy) for error in await asyncio.gather(*running, return_exceptions=True))
    assert multiprocessing.active_children() == []  # not replaced either
