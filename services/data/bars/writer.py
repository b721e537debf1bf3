"""Loads and deletes bars, then invalidates every cache of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.data.bars.load import Invalidate, LoadOptions, build_rejection_error, load_symbol
from services.data.ports import BarStore
from services.data.records import RawBars
from shared import deadline
from shared.errors import Busy
from shared.schemas.loads import LoadReport

MAX_LOADS = 2  # concurrent, each with its whole body in memory; more than one per core is no faster


class BarWriter:
    """Loads and deletes symbols; limits concurrent loads."""

    def __init__(self, store: BarStore, invalidate: Invalidate) -> None:
        self._store = store
        self._invalidate = invalidate
        self._slots = asyncio.Semaphore(MAX_LOADS)

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

    async def load(self, raw: RawBars, options: LoadOptions) -> LoadReport:
        """Load the rows of one symbol.

        Raises:
            RowsRejected: No row is a valid bar, or `options.strict` is set and one row is not.
            StoreUnavailable: The symbol is unchanged, or loaded completely if only the response was lost.
        """
        report = await load_symbol(raw, store=self._store, invalidate=self._invalidate, options=options)
        if report.revision is None or not report.inserted + report.updated + report.unchanged:
            raise build_rejection_error({raw.symbol: report.rejected})
        return report

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
