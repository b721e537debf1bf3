"""Computes a claimed run: reads bars, computes on the engine, writes each result, and draws conclusions.

Results are not kept in memory, which therefore does not grow with the number of symbols.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, TypeVar

import structlog

from services.prediction.ports import BarsReader, EndState, Engine, EngineLost, Outcome, RunStore
from services.prediction.provenance import answer_digest
from services.prediction.runs.conclusions import Conclude, Conclusions, RunFailed, conclude_from
from services.prediction.runs.lease import EXTEND_SECONDS, MAX_INVALID, Lease
from services.prediction.tasks import WrongCode, compute_of_run
from shared.errors import (
    NoAdjustedPrices,
    NoBars,
    NotTheOwner,
    ServiceError,
    StoreUnavailable,
    SymbolNotFound,
    Unavailable,
    UpstreamFailed,
)
from shared.schemas.bars import EncodedBars
from shared.schemas.runs import Beat, Claim, RunSymbol

T = TypeVar("T")
SymbolBars = tuple[RunSymbol, EncodedBars]
OpenEngine = Callable[[], AbstractContextManager[Engine]]
PER_WORKER = 4  # in progress for each worker, so that none waits for bars
ENGINE_SECONDS = 180.0  # a cluster that is restarted is back by then
RETRY_SECONDS = 1.0
MAX_REASON = 1000  # characters that the store takes
CHANGED = "Its bars have changed since the run was requested. Start a new run."
log = structlog.get_logger()


class Coordinator:
    """Computes one run. Use it once.

    Args:
        claim: The claimed run.
        runs: The store of runs.
        data: Reads bars.
        open_engine: Opens the engine, which computes in other processes; it is closed before the conclusions are drawn.
        conclude: Draws the conclusions from all results.
        lease_seconds: How often the lease is extended.
        engine_seconds: How long to try without a single result while the engine is lost.
    """

    def __init__(
        self,
        claim: Claim,
        runs: RunStore,
        data: BarsReader,
        open_engine: OpenEngine,
        conclude: Conclude,
        *,
        lease_seconds: float = EXTEND_SECONDS,
        engine_seconds: float = ENGINE_SECONDS,
    ) -> None:
        self._run = claim.run
        self._runs = runs
        self._data = data
        self._open_engine = open_engine
        self._engine: Engine | None = None
        self._engine_seconds = engine_seconds
        self._missing = {symbol.symbol: symbol for symbol in claim.missing}
        self._lost_at: float | None = None  # the engine, and no result since
        self._conclude = conclude
        self._lease = Lease(runs, claim.run.id, claim.token, self._begin_nothing, lease_seconds)
        self._is_stopped = False

    async def run(self) -> EndState | None:
        """Compute the missing results, end the run, and return how it ended; None if another process has it."""
        self._loop = asyncio.get_running_loop()
        async with self._lease.kept():
            try:
                state, error = await self._compute_all()
                error = error and error[:MAX_REASON]
                await self._lease.patiently(partial(self._runs.finish, **self._owned, state=state, error=error))
            except NotTheOwner:
                return None
        log.info("run_ended", run=self._run.id, state=state, error=error)
        return state

    def stop(self) -> None:
        """Stop, so that another process can continue the run at once. Call it in the thread of the event loop."""
        self._is_stopped = True
        self._stopping = asyncio.create_task(asyncio.to_thread(self._begin_nothing))

    @property
    def _owned(self) -> dict[str, Any]:
        return {"run_id": self._run.id, "token": self._lease.token}

    async def _compute_all(self) -> tuple[EndState, str | None]:
        """Return how the run ends, and the reason if it failed.

        Raises:
            NotTheOwner: It is no longer ours.
        """
        try:
            await asyncio.to_thread(self._compute_symbols)
            is_complete = await self._draw_conclusions()
        except NotTheOwner:
            raise
        except (EngineLost, RunFailed) as error:
            return "failed", str(error)
        except ServiceError as error:
            return "failed", error.detail
        except Exception as error:
            log.exception("run_failed", run=self._run.id)
            return "failed", (
                f"It ended with an unexpected error ({type(error).__name__}), which the log of the prediction service "
                "describes. Start it again: finished results are kept."
            )
        if self._lease.is_cancelling:
            return "cancelled", None
        return ("succeeded" if is_complete else "interrupted"), None

    @property
    def _is_ending(self) -> bool:
        return self._lease.is_lost or self._lease.is_cancelling or self._is_stopped

    def _begin_nothing(self) -> None:
        """Let no further symbol begin. Callable from any thread."""
        if (engine := self._engine) is not None:
            engine.cancel()

    def _compute_symbols(self) -> None:
        """Compute and write the missing results. Blocks."""
        if self._run.code != answer_digest():
            raise RunFailed("It was requested with another version of the code. Start it again.")
        while self._missing and not self._is_ending:
            try:
                self._compute_on_engine()
            except EngineLost:
                now = time.monotonic()
                self._lost_at = now if self._lost_at is None else self._lost_at
                if now >= self._lost_at + self._engine_seconds:
                    raise
                log.warning("engine_lost", run=self._run.id, missing=len(self._missing))
                time.sleep(RETRY_SECONDS)
        if self._lease.is_lost:
            raise NotTheOwner("Another process computes this run.")

    def _compute_on_engine(self) -> None:
        task = partial(compute_of_run, request=self._run.request, code=self._run.code)
        with self._open_engine() as engine:
            self._engine = engine
            try:
                for outcome in engine.map_unordered(task, self._read_missing(), PER_WORKER):
                    self._write(outcome)
            finally:
                self._engine = None  # a closed one cannot be cancelled

    def _read_missing(self) -> Iterator[SymbolBars]:
        """Read the bars of each symbol just before it is computed."""
        for symbol in list(self._missing.values()):
            if self._is_ending:
                return
            try:
                bars = self._wait(self._read(symbol.symbol))
            except (NoBars, SymbolNotFound, NoAdjustedPrices) as error:
                self._fail(symbol, error.detail)
                continue
            if bars.revision == symbol.revision:
                yield symbol, bars
            else:
                self._fail(symbol, CHANGED)

    async def _read(self, symbol: str) -> EncodedBars:
        async def read() -> EncodedBars:
            bars = await self._data.bars(symbol=symbol, adjusted=self._run.request.adjusted)
            if bars.is_stale:
                raise StoreUnavailable("The bars may have changed while the database does not answer.")
            return bars

        return await self._lease.patiently(read)

    def _write(self, outcome: Outcome[SymbolBars, bytes]) -> None:
        """Write the outcome of one symbol, durably."""
        symbol, _ = outcome.item
        if outcome.value is not None:
            add = partial(self._runs.add, **self._owned, **symbol.model_dump(), payload=outcome.value)
            self._write_patiently(symbol, add)
        elif isinstance(outcome.error, ServiceError):
            self._fail(symbol, outcome.error.detail)
        elif isinstance(outcome.error, WrongCode):
            raise RunFailed(
                "A worker of the cluster has other code or libraries than the prediction service. Start all of them "
                "from the same image, and start the run again."
            )
        else:
            log.error("symbol_failed", run=self._run.id, symbol=symbol.symbol, exc_info=outcome.error)
            self._fail(symbol, f"An unexpected error ({type(outcome.error).__name__}), which the log describes.")

    def _fail(self, symbol: RunSymbol, reason: str) -> None:
        add = partial(self._runs.add_failure, **self._owned, **symbol.model_dump(), reason=reason[:MAX_REASON])
        self._write_patiently(symbol, add)

    def _write_patiently(self, symbol: RunSymbol, add: Callable[[], Awaitable[Beat]]) -> None:
        beat = self._wait(self._lease.patiently(add))
        del self._missing[symbol.symbol]
        self._lost_at = None
        self._wait(self._lease.heed(beat))

    async def _draw_conclusions(self) -> bool:
        """Compute and write leaderboards and screeners from the stored results, unless the run ends before."""
        if (conclusions := await self._conclude_patiently()) is None:
            return False
        for board in conclusions.leaderboards:
            put = partial(self._runs.put_leaderboard, **self._owned, horizon=board.universe.horizon, leaderboard=board)
            await self._lease.patiently(put)
        for horizon, body in conclusions.screeners.items():
            await self._lease.patiently(partial(self._runs.put_screener, **self._owned, horizon=horizon, body=body))
        return True

    async def _conclude_patiently(self) -> Conclusions | None:
        """Draw the conclusions; begin again if the store goes away meanwhile. None if the run ends before."""
        n_invalid = 0
        while not self._is_ending:
            try:
                return await asyncio.to_thread(self._conclude_from_results)
            except Unavailable as error:
                n_invalid = n_invalid + 1 if isinstance(error, UpstreamFailed) else 0
                if n_invalid == MAX_INVALID:
                    raise
                log.warning("results_not_read", run=self._run.id, reason=error.slug)
                await self._lease.wait_to_retry()
        return None

    def _conclude_from_results(self) -> Conclusions:
        """Draw the conclusions from the results, which are read on demand. Blocks."""
        pages = self._runs.results(run_id=self._run.id)
        return conclude_from(iter(lambda: self._wait(_next(pages)), None), self._conclude, self._run)

    def _wait(self, call: Coroutine[Any, Any, T]) -> T:
        """Run `call` in the event loop, from another thread."""
        return asyncio.run_coroutine_threadsafe(call, self._loop).result()


async def _next(pages: AsyncIterator[bytes]) -> bytes | None:
    return await anext(pages, None)
