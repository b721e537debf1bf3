"""Processes that are replaced: for their memory, for a failed start, and without leaving anything behind."""

import gc
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from services.prediction.workers.process_pool import open_workers
from shared.errors import Busy


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
    async with open_workers(
        n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200, max_bytes=300_000_000
    ) as workers:
        await workers.wait_until_ready()
        with pytest.raises(Busy, match="died"):
            await workers.run("large", _fill, 400_000_000)
        await workers.wait_until_ready()
        assert await workers.run("key", divmod, 7, 2) == (3, 1)


async def test_a_process_that_dies_as_it_starts_is_started_again(tmp_path: Path) -> None:
    prepare = partial(_fail_once, tmp_path)
    async with open_workers(n_workers=1, prepare=prepare, max_waiting=1, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        assert await workers.run("key", divmod, 7, 2) == (3, 1)


async def test_deaths_leave_no_file_open() -> None:
    def n_open() -> int:
        gc.collect()  # what earlier tests left behind
        return len(os.listdir("/dev/fd"))

    async with open_workers(n_workers=1, prepare=_nothing, max_waiting=1, timeout_seconds=200) as workers:
        await workers.wait_until_ready()
        before = n_open()
        for number in range(2):
            with pytest.raises(Busy, match="died"):
                await workers.run(number, _end)
            await workers.wait_until_ready()
        assert n_open() <= before
