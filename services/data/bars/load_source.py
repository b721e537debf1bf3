"""Loads whole sources: every symbol of a file, a few at a time."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from services.data.bars.load import Invalidate, LoadOptions, build_rejection_error, load_symbol, split_rows
from services.data.ports import BarSource, BarStore
from services.data.records import RawBars
from shared.background import finish
from shared.errors import HistoryChanged, InvalidRequest, ServiceError, Unavailable
from shared.schemas.loads import MAX_LISTED_ROWS, LoadReport

T = TypeVar("T")
# MongoDB writes one symbol while the next is converted to documents; more is no faster on two cores.
MAX_CONCURRENT_LOADS = 3


class InThread(Protocol):
    """Calls a function in a thread."""

    async def __call__(self, function: Callable[[], T], /) -> T:
        """Return its result."""
        ...


@dataclass(frozen=True)
class Refused:
    """A symbol that was not loaded and is unchanged, and why."""

    symbol: str
    error: ServiceError


async def load_source(
    source: BarSource,
    *,
    store: BarStore,
    invalidate: Invalidate,
    options: LoadOptions,
    in_thread: InThread = asyncio.to_thread,
) -> AsyncGenerator[LoadReport | Refused, None]:
    """Load every symbol of `source`, which `in_thread` reads, and yield a report after each, or why it was refused.

    Raises:
        UnreadableFile: The source cannot be read; a file is read completely before any of it is stored.
        RowsRejected: `options.strict` is set, and a row is not a valid bar; nothing is stored.
        StoreUnavailable: The symbols reported before are stored; each of the others is stored or unchanged.
    """
    if options.strict:
        await in_thread(lambda: _raise_if_rejected(source, options))
    load = partial(load_symbol, store=store, invalidate=invalidate, options=options)
    frames = source.frames()  # one after another, so that they are never all in memory
    running: dict[asyncio.Task[LoadReport], str] = {}
    failure: BaseException | None = None
    is_at_end = False
    try:
        while not is_at_end or running:
            while len(running) < MAX_CONCURRENT_LOADS and not is_at_end:
                raw = await _read_next(frames, in_thread)
                if isinstance(raw, RawBars):
                    running[asyncio.create_task(finish(load(raw)))] = raw.symbol  # also if the caller leaves
                else:
                    failure, is_at_end = raw, True
            for task in await _wait_for_one(running):
                outcome = _outcome(running.pop(task), task)
                if isinstance(outcome, BaseException):
                    failure, is_at_end = failure or outcome, True  # loads in progress are reported, too
                else:
                    yield outcome
    finally:
        await _end(running, frames)
    if failure is not None:
        raise failure


async def _end(running: Iterable[asyncio.Task[LoadReport]], frames: Generator[RawBars, None, None]) -> None:
    await asyncio.gather(*running, return_exceptions=True)
    with suppress(ValueError):  # a cancelled load may still be reading in its thread
        frames.close()


async def _read_next(frames: Generator[RawBars, None, None], in_thread: InThread) -> RawBars | ServiceError | None:
    """Return the rows of the next symbol, why there are none, or None at the end."""
    try:
        return await in_thread(lambda: next(frames, None))
    except ServiceError as error:
        return error


async def _wait_for_one(running: dict[asyncio.Task[LoadReport], str]) -> set[asyncio.Task[LoadReport]]:
    """Return those that have ended, once there are any; none if nothing is running."""
    return (await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED))[0] if running else set()


def _outcome(symbol: str, task: asyncio.Task[LoadReport]) -> LoadReport | Refused | BaseException:
    """Return how a load has ended; an exception if no other should begin."""
    error = task.exception()
    if isinstance(error, ServiceError) and not isinstance(error, Unavailable):
        return Refused(symbol, error)  # the others are loaded
    return error or task.result()


def build_refusal_error(refused: list[Refused]) -> ServiceError:
    """Build one error of all symbols that were refused; there is at least one."""
    errors = [each.error for each in refused]
    if len(errors) == 1:
        return errors[0]
    listed = [("", error.detail) for error in errors[:MAX_LISTED_ROWS]]
    have_changed = all(isinstance(error, HistoryChanged) for error in errors)
    reason = "disagree with what is stored and are unchanged" if have_changed else "were refused and are unchanged"
    kind = HistoryChanged if have_changed else InvalidRequest
    return kind(f"{len(errors):,} symbols {reason}. {errors[0].detail}", errors=listed)


def limit_listed(report: LoadReport, n_earlier: int) -> LoadReport:
    """List no more than MAX_LISTED_ROWS rejected rows of a file, however many symbols it has."""
    return report.model_copy(update={"rejected": report.rejected[: max(0, MAX_LISTED_ROWS - n_earlier)]})


def _raise_if_rejected(source: BarSource, options: LoadOptions) -> None:
    checked = ((raw.symbol, split_rows(raw, options.today).rejected) for raw in source.frames())
    rejected = {symbol: rejections for symbol, rejections in checked if rejections.n_rows}
    if rejected:
        raise build_rejection_error(rejected)
