"""The right to compute a run: held while its owner extends it, and lost for good once another owner has the run."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import structlog

from services.prediction.ports import RunStore
from shared import deadline
from shared.background import in_background
from shared.errors import NotTheOwner, RunNotFound, ServiceError, Unavailable, UpstreamFailed
from shared.schemas.runs import Beat

T = TypeVar("T")
EXTEND_SECONDS = 3.0  # a lease lasts 10 s
CALL_SECONDS = 30.0  # the longest that one call to the data service may take
RETRY_SECONDS = (0.2, 1.0)  # random within these
MAX_INVALID = 5  # responses in a row; a restart of the data service gives fewer
_LOST = "Another process computes this run."
log = structlog.get_logger()


class Lease:
    """The lease of one claim.

    Args:
        runs: The store of runs.
        run_id: The run.
        token: That of the claim.
        on_end: Called, in another thread, when the run is cancelled or no longer ours: no further symbol should begin.
        seconds: How often it is extended.
    """

    def __init__(
        self,
        runs: RunStore,
        run_id: str,
        token: int,
        on_end: Callable[[], None],
        seconds: float = EXTEND_SECONDS,
    ) -> None:
        self._runs = runs
        self.run_id = run_id
        self.token = token
        self.is_lost = False
        self.is_cancelling = False
        self._on_end = on_end
        self._seconds = seconds

    def kept(self) -> AbstractAsyncContextManager[None]:
        """Extend the lease inside the block."""
        return in_background(self._extend())

    async def patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return the value of `call`, which is repeated while the store does not answer.

        Raises:
            NotTheOwner: The lease is lost. Nothing more may be written.
            ServiceError: The call was refused for another reason.
        """
        n_invalid = 0
        while not self.is_lost:
            try:
                with deadline.within(CALL_SECONDS):
                    return await call()
            except (NotTheOwner, RunNotFound) as error:
                await self._lose(error)
            except UpstreamFailed:
                n_invalid += 1
                if n_invalid == MAX_INVALID:
                    raise
            except Unavailable:
                n_invalid = 0
            await self.wait_to_retry()
        raise NotTheOwner(_LOST)

    async def heed(self, beat: Beat) -> None:
        """Let no further symbol begin if the run is being cancelled."""
        if beat.is_cancelling and not self.is_cancelling:
            self.is_cancelling = True
            await asyncio.to_thread(self._on_end)

    async def wait_to_retry(self) -> None:
        """Wait for a moment before the store is asked again.

        Raises:
            NotTheOwner: The lease is lost.
        """
        if self.is_lost:
            raise NotTheOwner(_LOST)
        await asyncio.sleep(random.uniform(*RETRY_SECONDS))  # noqa: S311  # no secret

    async def _extend(self) -> None:
        while not self.is_lost:
            try:
                await self.heed(await self._runs.extend(run_id=self.run_id, token=self.token))
            except (NotTheOwner, RunNotFound) as error:
                await self._lose(error)
            except ServiceError as error:  # the store may be back before the lease has ended
                log.warning("lease_not_extended", run=self.run_id, reason=error.slug)
            await asyncio.sleep(self._seconds)

    async def _lose(self, error: ServiceError) -> None:
        if not self.is_lost:
            self.is_lost = True
            log.warning("run_lost", run=self.run_id, reason=error.slug)
            await asyncio.to_thread(self._on_end)
