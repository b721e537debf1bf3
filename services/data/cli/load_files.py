"""Loads whole sources for the command line: every symbol of a file, a few at a time."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from functools import partial

from services.data.bars.load import Invalidate, LoadOptions, build_rejection_error, load_symbol, split_rows
from services.data.ports import BarSource, BarStore
from services.data.records import RawBars
from shared.errors import HistoryChanged, InvalidRequest, ServiceError, Unavailable
from shared.schemas.loads import MAX_LISTED_ROWS, LoadReport

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
        HistoryChanged: Symbols disagree with what is stored and are unchanged; all others are stored.
        ServiceError: Symbols cannot be written for another reason and are unchanged; all others are stored.
        StoreUnavailable: The symbols reported before are stored; each of the others is stored or unchanged.
    """
    if options.strict:
        await asyncio.to_thread(_raise_if_rejected, source, options)
    load = partial(load_symbol, store=store, invalidate=invalidate, options=options)
    frames = source.frames()  # one after another, so that they are never all in memory
    running = set[asyncio.Task[LoadReport]]()
    failure: BaseException | None = None
    is_at_end, refused = False, list[ServiceError]()
    try:
        while True:
            while len(running) < MAX_CONCURRENT_LOADS and not is_at_end:
                raw = await asyncio.to_thread(next, frames, None)
                is_at_end = raw is None
                running |= {asyncio.create_task(load(raw))} if raw is not None else set()
            if not running:
                break
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if isinstance(error, ServiceError) and not isinstance(error, Unavailable):
                    refused.append(error)  # the others are loaded
                elif error:
                    failure, is_at_end = failure or error, True  # loads in progress are reported, too
                else:
                    yield task.result()
    finally:
        await _end(running, frames)
    _raise_first(failure, refused)


async def _end(running: set[asyncio.Task[LoadReport]], frames: Generator[RawBars, None, None]) -> None:
    await asyncio.gather(*running, return_exceptions=True)
    with suppress(ValueError):  # a cancelled load may still be reading in its thread
        frames.close()


def _raise_first(failure: BaseException | None, refused: list[ServiceError]) -> None:
    if failure is not None:
        raise failure
    if len(refused) == 1:
        raise refused[0]
    if refused:
        errors = [("", error.detail) for error in refused[:MAX_LISTED_ROWS]]
        have_changed = all(isinstance(error, HistoryChanged) for error in refused)
        reason = "disagree with what is stored and are unchanged" if have_changed else "were refused and are unchanged"
        kind = HistoryChanged if have_changed else InvalidRequest
        raise kind(f"{len(refused):,} symbols {reason}. {refused[0].detail}", errors=errors)


def _raise_if_rejected(source: BarSource, options: LoadOptions) -> None:
    checked = ((raw.symbol, split_rows(raw, options.today).rejected) for raw in source.frames())
    rejected = {symbol: rejections for symbol, rejections in checked if rejections.n_rows}
    if rejected:
        raise build_rejection_error(rejected)
