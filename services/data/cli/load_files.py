"""Loads whole sources for the command line: every symbol of a file, a few at a time."""

import asyncio
from collections.abc import AsyncGenerator

from services.data.bars.load import Invalidate, LoadOptions, build_rejection_error, load_symbol, split_rows
from services.data.ports import BarSource, BarStore
from shared.schemas.loads import LoadReport

# MongoDB writes one symbol while the next is converted to documents; more is no faster on two cores.
MAX_CONCURRENT_LOADS = 3


async def load_source(
    source: BarSource, *, store: BarStore, invalidate: Invalidate, options: LoadOptions
) -> AsyncGenerator[LoadReport, None]:
    """Load every symbol of `source` and yield a report after each.

    Raises:
        UnreadableFile: The source cannot be read. A file, also one in an archive, is read completely before any of
            it is stored.
        RowsRejected: `options.strict` is set, and a row is not a valid bar; nothing is stored.
        StoreUnavailable: The symbols reported before are stored; each of the others is stored or unchanged.
    """
    if options.strict:
        await asyncio.to_thread(_raise_if_rejected, source, options)
    frames = source.frames()  # one after another, so that they are never all in memory
    running: set[asyncio.Task[LoadReport]] = set()
    is_at_end = False
    failure: BaseException | None = None
    try:
        while True:
            while len(running) < MAX_CONCURRENT_LOADS and not is_at_end:
                raw = await asyncio.to_thread(next, frames, None)
                is_at_end = raw is None
                if raw is not None:
                    running.add(
                        asyncio.create_task(load_symbol(raw, store=store, invalidate=invalidate, options=options))
                    )
            if not running:
                break
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if error := task.exception():
                    failure, is_at_end = failure or error, True  # those that are running are reported, too
                else:
                    yield task.result()
    finally:
        await asyncio.gather(*running, return_exceptions=True)
    if failure is not None:
        raise failure


def _raise_if_rejected(source: BarSource, options: LoadOptions) -> None:
    checked = ((raw.symbol, split_rows(raw, options.today).rejected) for raw in source.frames())
    rejected = {symbol: rejections for symbol, rejections in checked if rejections.n_rows}
    if rejected:
        raise build_rejection_error(rejected)
