"""Builds what a run answers from the results of its symbols, one after another. Pure.

Of each symbol only what the answers need is kept: its errors as 32-bit numbers, and a row of the screener.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.prediction.universe.answers.collected import Collected, Dates
from services.prediction.universe.answers.leaderboard import build_leaderboard
from services.prediction.universe.answers.screener import build_screener_table
from services.prediction.universe.conclusion import conclude
from services.prediction.universe.conclusion_text import summarise
from services.prediction.universe.symbol_records import decode_result
from shared.schemas.leaderboard import Leaderboard
from shared.schemas.runs import Run, RunFailure, Universe
from shared.schemas.stored.screener import StoredScreener, encode_screener

TOO_FEW = "The symbols have too few sessions in common, or never moved, so skill cannot be told from luck."


@dataclass(frozen=True)
class Outcome:
    """What a run answers.

    Attributes:
        leaderboards: Ascending by horizon; none of a horizon at which the symbols have too few sessions in common.
        screeners: By horizon, as `decode_screener` of `shared.schemas.stored.screener` reads them; none of a horizon at
            which no symbol has enough bars.
    """

    leaderboards: list[Leaderboard]
    screeners: dict[int, bytes]


def build_outcome(results: Iterable[tuple[str, str, bytes]], failures: Sequence[RunFailure], run: Run) -> Outcome:
    """Build the leaderboard and the screener of each horizon.

    Args:
        results: Symbol, revision and what `compute_symbol_result` returned, in any order; each is read once.
        failures: All symbols that could not be evaluated.
        run: The run; if it has not ended, it ends now.

    Raises:
        InvalidResult: A result cannot be read.
    """
    run = run if run.ended_at else run.model_copy(update={"ended_at": datetime.now(UTC)})
    by_horizon = _collect(results, run.request.horizons)
    n_symbols = len(failures) + max(len(collected.rows) for collected in by_horizon)
    leaderboards, screeners = [], {}
    for collected in by_horizon:
        if not collected.rows:
            continue
        universe = _describe(run, collected, n_symbols)
        conclusion = conclude(collected.errors, collected.horizon)
        if conclusion is not None:
            leaderboards.append(build_leaderboard(collected, conclusion, universe))
        conclusions = {} if conclusion is None else {symbol.symbol: symbol for symbol in conclusion.symbols}
        table = build_screener_table(collected.rows, conclusions)
        sentence = TOO_FEW if conclusion is None else summarise(conclusion, len(collected.rows))
        screeners[collected.horizon] = encode_screener(StoredScreener(universe, sentence, table))
    return Outcome(leaderboards, screeners)


def _collect(results: Iterable[tuple[str, str, bytes]], horizons: Sequence[int]) -> list[Collected]:
    collected = {horizon: Collected(horizon) for horizon in horizons}
    dates = Dates()
    for symbol, revision, payload in results:
        known = decode_result(payload)
        for result in known.horizons:
            collected[result.horizon].add(symbol, revision, known, result, dates)
    return list(collected.values())


def _describe(run: Run, collected: Collected, n_symbols: int) -> Universe:
    assert run.ended_at is not None
    return Universe(
        run_id=run.id,
        horizon=collected.horizon,
        level=run.request.level,
        windows=run.request.windows,
        as_of=run.request.as_of,
        adjusted=run.request.adjusted,
        ended_at=run.ended_at,
        n_symbols=len(collected.rows),
        n_failed=n_symbols - len(collected.rows),
        fingerprint=run.universe,
        code=run.code,
    )
