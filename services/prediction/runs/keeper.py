"""Claims runs, one at a time, and has each computed by a child process, so that the web process stays free."""

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import structlog

from services.prediction.ports import RunStore
from shared.errors import ServiceError
from shared.schemas.runs import Claim

POLL_SECONDS = (1.5, 2.5)  # random within these, so that several services do not ask together
MAX_CRASHES = 3  # of the child process on the same run
STOP_SECONDS = 2.0  # for a child process to hand its run over
log = structlog.get_logger()


class Keeper:
    """Claims and computes runs until it is cancelled.

    Args:
        runs: The store of runs.
        compute: Computes a claimed run in a process of its own; returns whether the process ended well.
        queued: Set when this service has queued a run, which is claimed at once; others are found by asking.
        poll_seconds: The time between two questions is random within these.
    """

    def __init__(
        self,
        runs: RunStore,
        compute: Callable[[Claim], Awaitable[bool]],
        queued: asyncio.Event,
        poll_seconds: tuple[float, float] = POLL_SECONDS,
    ) -> None:
        self._runs = runs
        self._compute = compute
        self._queued = queued
        self._poll_seconds = poll_seconds
        self._owner = f"prediction-{uuid4().hex}"
        self._crashes: dict[str, int] = {}

    async def keep(self) -> None:
        """Claim and compute one run after another until cancelled."""
        while True:
            self._queued.clear()  # before the claim: a run that is queued meanwhile must not be forgotten
            try:
                claim = await self._runs.claim(owner=self._owner)
                if claim is not None:
                    await self._compute_claimed(claim)
                    continue
            except ServiceError as error:  # health reports a data service that does not answer
                log.debug("run_not_claimed", reason=error.slug)
            except Exception:  # a bug must not stop it forever
                log.exception("keeper_failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(random.uniform(*self._poll_seconds)):  # noqa: S311  # no secret
                    await self._queued.wait()

    async def _compute_claimed(self, claim: Claim) -> None:
        run_id = claim.run.id
        log.info("run_claimed", run=run_id, missing=len(claim.missing), token=claim.token)
        if self._crashes.get(run_id, 0) >= MAX_CRASHES:
            await self._give_up(claim)
        elif await self._compute(claim):
            self._crashes.pop(run_id, None)
        else:
            self._crashes[run_id] = self._crashes.get(run_id, 0) + 1
            log.error("run_process_died", run=run_id, times=self._crashes[run_id])
            with suppress(ServiceError):  # otherwise the run continues only after the lease has ended
                await self._runs.finish(run_id=run_id, token=claim.token, state="interrupted")

    async def _give_up(self, claim: Claim) -> None:
        error = (
            f"The process that computes it died {MAX_CRASHES} times, most likely for lack of memory. Give the "
            "prediction service more memory, or evaluate fewer symbols."
        )
        await self._runs.finish(run_id=claim.run.id, token=claim.token, state="failed", error=error)
        del self._crashes[claim.run.id]


async def compute_in_child(claim: Claim) -> bool:
    """Compute a claimed run in a child process, which dies with this one; return whether it ended well.

    It reads the same settings from the environment, and the claim from its standard input. If this call is cancelled,
    it is told to stop, and then killed.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.prediction",
        "compute-run",
        claim.run.id,
        str(os.getpid()),
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in a terminal is for the parent
    )
    try:
        await child.communicate(claim.model_dump_json().encode())
    except asyncio.CancelledError:
        await _stop(child)
        raise
    return child.returncode == 0


async def _stop(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.terminate()
        try:
            await asyncio.wait_for(child.wait(), STOP_SECONDS)
        except TimeoutError:
            child.kill()
            await child.wait()
