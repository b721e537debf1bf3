"""Loads and deletes bars, then invalidates every cache of them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

from services.data.bars.load import Invalidate, LoadOptions, build_rejection_error, split_rows, store_rows
from services.data.bars.load_source import Refused, limit_listed, load_source
from services.data.followers.write_fence import WriteFence
from services.data.ports import BarSource, BarStore
from services.data.records import CatalogueEntry, RawBars, StoredSymbol
from shared import deadline
from shared.background import retrieve
from shared.errors import Busy, ServiceError
from shared.schemas.loads import FileEnd, FileOutcome, LoadReport, RefusedSymbol

T = TypeVar("T")
MAX_LOADS = 2  # concurrent: one is received or stored while the rows of another are checked
MAX_SKIPPED = 20  # parts of a file are named in its report
PART_SECONDS = 25.0  # the longest that one symbol of a file may take


class BarWriter:
    """Loads and deletes symbols, and returns when no process answers from the old bars; limits concurrent loads."""

    def __init__(self, store: BarStore, invalidate: Invalidate, fence: WriteFence) -> None:
        self._store = store
        self._invalidate = invalidate
        self._fence = fence
        self._slots = asyncio.Semaphore(MAX_LOADS)
        self._checks = asyncio.Lock()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a free upload slot and hold it.

        Raises:
            Busy: No slot became free in half of the time left for the request.
        """
        try:
            async with asyncio.timeout(deadline.seconds_left(60) / 2):
                await self._slots.acquire()
        except TimeoutError as error:
            raise Busy("Other bars are being loaded. Try again in a moment.") from error
        try:
            yield
        finally:
            self._slots.release()

    async def load(self, read: Callable[[], RawBars], options: LoadOptions) -> LoadReport:
        """Load the rows of one symbol, which `read` returns in a thread.

        Raises:
            RowsRejected: No row is a valid bar, or `options.strict` is set and one row is not.
            StoreUnavailable: The symbol is unchanged, or loaded completely if only the response was lost.
        """
        rows = await self._in_thread(lambda: split_rows(read(), options.today))
        if rows.frame.bars.empty and (options.strict or rows.rejected.newest is None):
            raise build_rejection_error({rows.frame.symbol: rows.rejected})
        report = await store_rows(rows, store=self._store, invalidate=self._invalidate, options=options)
        if not options.dry_run:
            await self._fence.wait()
        if rows.frame.bars.empty:  # a row that is newer than the bars was stored as a finding
            raise build_rejection_error({rows.frame.symbol: rows.rejected})
        return report

    async def load_file(self, source: BarSource, options: LoadOptions) -> AsyncGenerator[FileOutcome, None]:
        """Load every symbol of a file that names its symbols, each atomically, and yield an outcome after each.

        All of them may take longer than one request may.

        Raises:
            UnreadableFile, RowsRejected, StoreUnavailable: As `load_source`, before the first outcome.
        """
        outcomes = load_source(
            source, store=self._store, invalidate=self._invalidate, options=options, in_thread=self._in_thread
        )
        n_outcomes, n_listed, stopped = 0, 0, None
        try:
            async with aclosing(outcomes):
                while outcome := await _within(PART_SECONDS, outcomes):
                    n_outcomes += 1
                    if isinstance(outcome, Refused):
                        yield FileOutcome(refused=_describe(outcome))
                    else:
                        report = limit_listed(outcome, n_listed)
                        n_listed += len(report.rejected)
                        yield FileOutcome(report=report)
            if not options.dry_run:
                with deadline.within(PART_SECONDS):
                    await self._fence.wait()
        except ServiceError as error:
            if not n_outcomes:
                raise
            stopped = error.detail
        yield FileOutcome(end=FileEnd(skipped=[str(part) for part in source.skipped[:MAX_SKIPPED]], stopped=stopped))

    async def change(self, symbol: str, change: Callable[[StoredSymbol | None], StoredSymbol]) -> CatalogueEntry:
        """Store the result of `change` for the symbol, and return its entry.

        Raises:
            StoreUnavailable: The symbol is unchanged, or changed if only the response was lost.
        """

        def decide(stored: StoredSymbol | None) -> tuple[StoredSymbol, CatalogueEntry]:
            after = change(stored)
            assert after.entry is not None
            return after, after.entry

        try:
            entry = await self._store.rewrite(symbol, decide)
        finally:
            await self._invalidate({symbol})
        await self._fence.wait()
        return entry

    async def delete(self, symbol: str) -> None:
        """Remove a symbol.

        Raises:
            SymbolNotFound: The store has no such symbol.
            StoreUnavailable: The symbol could not be removed, or not completely.
        """
        try:
            await self._store.delete(symbol)
        finally:  # a failed deletion may have removed a part
            await self._invalidate({symbol})
        await self._fence.wait()

    async def _in_thread(self, function: Callable[[], T]) -> T:
        """Read a file in a thread, one at a time: it may take much memory."""
        async with self._checks:
            return await _finish(asyncio.to_thread(function))


async def _within(seconds: float, outcomes: AsyncGenerator[LoadReport | Refused, None]) -> LoadReport | Refused | None:
    """Return the next outcome, None at the end; what is begun meanwhile has this long."""
    with deadline.within(seconds):
        return await anext(outcomes, None)


def _describe(refused: Refused) -> RefusedSymbol:
    error = refused.error
    return RefusedSymbol(symbol=refused.symbol, type=f"/problems/{error.slug}", detail=error.detail)


async def _finish(work: Coroutine[None, None, T]) -> T:
    """Wait for work in a thread until it ends, even if the caller is cancelled: until then its memory is in use."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        retrieve(task)
        raise
