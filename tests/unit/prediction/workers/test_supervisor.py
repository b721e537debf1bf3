"""Processes that are replaced: for their memory, for a failed start, and without leaving anything behind."""

import gc
import multiprocessing
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from services.prediction.workers.process_pool import ProcessWorkers
from shared.errors import Busy
from tests.support.polling import wait_until


def _nothing() -> None:
    pass


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail_once(folder: Path) -> None:
    """Prepare a process unless it is the first one."""
    if not (folder / "failed").exists():
        (folder / "failed").touch()
        os._exit(3)


def _fill(n_bytes: int) -> None:
    held = bytearray(os.urandom(1)) * n_bytes
    time.sleep(600)
    del held


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process from /proc")
async def test_a_process_that_takes_too_much_memory_is_killed_and_replaced() -> None:
    async with ProcessWorkers(
        n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200, max_bytes=300_000_000
    ) as workers:
        await workers.wait_until_ready()
        with pytest.raises(Busy, match="died"):
            await workers.run("large", _fill, 400_000_000)
        await workers.wait_until_ready()
        assert await workers.run("key", divmod, 7, 2) == (3, 1)


async def test_a_process_that_dies_as_it_starts_is_started_again(tmp_path: Path) -> None:
    prepare = partial(_fail_once, tmp_path)
    async with ProcessWorkers(n_workers=1, prepare=prepare, max_waiting=1, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        assert await workers.run("key", divmod, 7, 2) == (3, 1)


async def test_deaths_leave_no_file_open() -> None:
    def n_open() -> int:
        gc.collect()  # what earlier tests left behind
        return len(os.listdir("/dev/fd"))

    async with ProcessWorkers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        before = n_open()
        for number in range(2):
            with pytest.raises(Busy, match="died"):
                await workers.run(number, _end)
            await workers.wait_until_ready()
        await wait_until(lambda: n_open() <= before)  # the watch holds the one that it looked at last


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel to tie the processes")
async def test_without_its_fork_server_a_process_dies_and_is_replaced() -> None:
    async with ProcessWorkers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        process, fork_server = await workers.run("ids", _ids)
        os.kill(fork_server, signal.SIGKILL)
        await wait_until(lambda: not _lives(process))
        await workers.wait_until_ready()
        another_process, another_fork_server = await _ask_until_answered(workers)
    assert another_process != process
    assert another_fork_server not in (fork_server, os.getpid())


async def test_what_is_preloaded_is_imported_before_a_process_is_forked() -> None:
    module = "services.prediction.workers.fork_server_tie"
    async with ProcessWorkers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        _, fork_server = await workers.run("ids", _ids)
    os.kill(fork_server, signal.SIGKILL)  # an earlier test may have started it, with other modules
    await wait_until(lambda: not _lives(fork_server))
    async with ProcessWorkers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        assert await workers.run("modules", _has_imported, module)
    assert not _has_imported(module)


async def test_an_end_while_processes_are_forked_leaves_none_behind() -> None:
    async with ProcessWorkers(n_workers=2, prepare=_nothing, max_waiting=1, timeout_seconds=200):
        pass
    assert multiprocessing.active_children() == []


def _ids() -> tuple[int, int]:
    return os.getpid(), os.getppid()


def _has_imported(module: str) -> bool:
    return module in sys.modules


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def _ask_until_answered(workers: ProcessWorkers) -> tuple[int, int]:
    """Ask a process for its ids; the death of the one before may only be noticed by this call."""
    while True:
        try:
            return await workers.run("ids again", _ids)
        except Busy:
            await workers.wait_until_ready()
