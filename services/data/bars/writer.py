"""Loads and deletes bars, then invalidates every cache of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

from services.data.bars.load import Invalidate, LoadOptions, build_rejection_error, split_rows, store_rows
from services.data.followers.write_fence import WriteFence
from services.data.ports import BarStore
from services.data.records import CatalogueEntry, RawBars, StoredSymbol
from shared import deadline
from shared.errors import Busy
from shared.schemas.loads import LoadReport

T = TypeVar("T")
MAX_LOADS = 2  # concurrent: one is received or stored while the rows of another are checked


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
        """Load the rows of one symbol, which `read` returns in a thread, one load at a time: it may take much memory.

        Raises:
            RowsRejected: No row is a valid bar, or `options.strict` is set and one row is not.
            StoreUnavailable: The symbol is unchanged, or loaded completely if only the response was lost.
        """
        async with self._checks:
            rows = await _finish(asyncio.to_thread(lambda: split_rows(read(), options.today)))
        if rows.frame.bars.empty and (options.strict or rows.rejected.newest is None):
            raise build_rejection_error({rows.frame.symbol: rows.rejected})
        report = await store_rows(rows, store=self._store, invalidate=self._invalidate, options=options)
        if not options.dry_run:
            await self._fence.wait()
        if rows.frame.bars.empty:  # a row that is newer than the bars was stored as a finding
            raise build_rejection_error({rows.frame.symbol: rows.rejected})
        return report

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


async def _finish(work: Coroutine[None, None, T]) -> T:
    """Wait for work in a thread until it ends, even if the caller is cancelled: until then its memory is in use."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
