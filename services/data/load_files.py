"""Load whole sources for the command line: every symbol of a file, a few at a time, with what became of each."""

import asyncio
from collections.abc import AsyncIterator, Callable

from services.data.ingest import LoadOptions, check, ingest_symbol, rows_rejected
from services.data.ports import BarCache, BarSource, BarStore, RawBars
from shared.loads import LoadReport

N_AT_ONCE = 3  # MongoDB writes one symbol while the next is put into documents; more is no faster on two cores


async def load_source(
    source: BarSource, *, store: BarStore, cache: BarCache, options: LoadOptions, read: Callable[[int], None]
) -> AsyncIterator[LoadReport]:
    """Yield one report per symbol of `source`, each as soon as it is stored.

    Args:
        source: Read in a thread, whole, so that a file that breaks off in its middle stores nothing.
        store: Where the bars go.
        cache: Told to forget.
        options: How to load.
        read: Called once with the number of rows, when they are read.

    Raises:
        UnreadableFile: The source as a whole is wrong; nothing is stored.
        RowsRejected: `options.strict`, and a row is not a bar; nothing is stored.
        StoreUnavailable: The symbols reported before are stored; of the others, each is so or is as it was.
    """
    raws = await asyncio.to_thread(lambda: list(source.frames()))
    if options.strict:
        await asyncio.to_thread(_refuse_bad_rows, raws, options)
    read(sum(len(raw.rows) for raw in raws))
    todo = iter(raws)
    running: set[asyncio.Task[LoadReport]] = set()
    try:
        while True:
            while len(running) < N_AT_ONCE and (raw := next(todo, None)) is not None:
                running.add(asyncio.create_task(ingest_symbol(raw, store=store, cache=cache, options=options)))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _refuse_bad_rows(raws: list[RawBars], options: LoadOptions) -> None:
    rejected = {raw.symbol: check(raw, options.today).rejected for raw in raws}
    if any(rejected.values()):
        raise rows_rejected(rejected)
