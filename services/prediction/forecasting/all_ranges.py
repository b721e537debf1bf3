"""Measures the range forecast on many symbols, and on the same symbols with their sessions shuffled."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from services.prediction.forecasting.expected_range import N_SCORED
from services.prediction.inputs.history import history_until
from services.prediction.models.features import LOOKBACK
from services.prediction.ports import Resources
from services.prediction.ranges.placebo import shuffle_sessions
from services.prediction.ranges.record import score_ranges
from services.prediction.ranges.walk_forward import N_RATIOS, has_ranges, run_ranges
from shared.errors import NoBars
from shared.schemas.bars import EncodedBars
from shared.schemas.ranges import RangeQuery, RangeRecord

PLACEBO_SEED = 20261129


@dataclass(frozen=True)
class SymbolRanges:
    """One symbol's records from its bars and from shuffled sessions.

    None without a full year to learn and to test, and without ranges that change.
    """

    symbol: str
    record: RangeRecord | None
    placebo: RangeRecord | None


def measure_ranges(encoded: EncodedBars, symbol: str, query: RangeQuery) -> SymbolRanges:
    """Score the range forecast on the bars, and again on their sessions in random order.

    Raises:
        UpstreamFailed: The bars cannot be decoded.
    """
    history = history_until(encoded.arrow, encoded.revision, symbol=symbol, as_of=query.as_of)
    horizon, none = query.horizon, SymbolRanges(symbol, None, None)
    if len(history) < _bars_needed(horizon):
        return none
    histories = (history, shuffle_sessions(history, PLACEBO_SEED))
    if not all(has_ranges(one, horizon) for one in histories):
        return none
    record, placebo = (score_ranges(run_ranges(one, horizon, N_SCORED), horizon) for one in histories)
    has_year = min(record.windows, placebo.windows) == N_SCORED
    has_skill = record.skill.skill is not None and placebo.skill.skill is not None  # otherwise there is nothing to beat
    return SymbolRanges(symbol, record, placebo) if has_year and has_skill else none


async def measure_all(
    resources: Resources, symbols: Sequence[str], query: RangeQuery, *, max_concurrent: int
) -> AsyncIterator[SymbolRanges]:
    """Yield the records of each symbol as they complete, in any order, `max_concurrent` at a time."""
    limit = asyncio.Semaphore(max_concurrent)

    async def measure(symbol: str) -> SymbolRanges:
        async with limit:
            try:
                encoded = await resources.data.bars(symbol=symbol, adjusted=query.adjusted)
            except NoBars:
                return SymbolRanges(symbol, None, None)
            key = ("ranges", symbol, encoded.revision)
            return await resources.workers.run(key, measure_ranges, encoded, symbol, query)

    tasks = [asyncio.create_task(measure(symbol)) for symbol in symbols]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for waiting in tasks:
            waiting.cancel()


def format_table(measured: Sequence[SymbolRanges], query: RangeQuery) -> str:
    """Format the means over the symbols as a Markdown table, below a line about them; a sentence if there are none."""
    records = [item.record for item in measured if item.record is not None]
    if not records:
        have = "the only symbol has" if len(measured) == 1 else f"all {len(measured)} symbols have"
        up_to = "" if query.as_of is None else f" up to {query.as_of}"
        needed = f"A symbol needs {_bars_needed(query.horizon)}."
        return f"Nothing to measure: {have} too few bars{up_to}, or none with a range. {needed}"
    placebos = [item.placebo for item in measured if item.placebo is not None]
    ahead = "the next session" if query.horizon == 1 else f"the next {query.horizon} sessions"
    head = (
        f"{len(records)} symbol{'s' * (len(records) != 1)}, the range of {ahead}, the last {N_SCORED} of each; skipped "
        f"for too few bars, or none with a range: {len(measured) - len(records)}."
    )
    columns = (
        "| bars | skill over “as last time” | better | over the mean of 250 | better | over the better of both "
        "| 80 % band held | QLIKE | as last time | mean |"
    )
    rows = [_format_row("unchanged", records), _format_row("sessions shuffled", placebos)]
    return "\n".join([head, "", columns, "|" + " --- |" * 10, *rows])


def _bars_needed(horizon: int) -> int:
    return LOOKBACK + N_RATIOS + N_SCORED + 2 * horizon


def _format_row(name: str, records: Sequence[RangeRecord]) -> str:
    over_last = [record.skill for record in records if record.skill.skill is not None]
    over_mean = [record.skill_over_mean for record in records if record.skill_over_mean.skill is not None]
    qlikes = [fmean(record.scores[position].qlike for record in records) for position in range(3)]
    cells = [
        name,
        f"{fmean(one.skill or 0.0 for one in over_last):.1%}",
        f"{fmean(one.verdict == 'better' for one in over_last):.1%}",
        f"{fmean(one.skill or 0.0 for one in over_mean):.1%}",
        f"{fmean(one.verdict == 'better' for one in over_mean):.1%}",
        f"{fmean(_skill_over_better(record) for record in records):.1%}",
        f"{fmean(record.coverage for record in records):.1%}",
        *(f"{value:.3f}" for value in qlikes),
    ]
    return f"| {' | '.join(cells)} |"


def _skill_over_better(record: RangeRecord) -> float:
    mae, *baselines = (score.mae for score in record.scores)
    return 1 - mae / min(baselines) if min(baselines) else 0.0
