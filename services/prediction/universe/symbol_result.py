"""Computes what a run needs of one symbol, in a worker process: numbers only, none of the sentences. Pure."""

from typing import get_args

import numpy as np
from numpy.typing import NDArray

from services.prediction.inputs.history import History, history_until
from services.prediction.models.registry import MODELS
from services.prediction.models.targets import MAX_ABS_LOG_RETURN
from services.prediction.models.volatility import volatility_of
from services.prediction.ranges.walk_forward import bars_needed as bars_for_range
from services.prediction.ranges.walk_forward import has_ranges, run_ranges
from services.prediction.scoring.verdicts import estimate_skill
from services.prediction.universe.percentiles import percentile_of
from services.prediction.universe.symbol_records import (
    HorizonResult,
    ModelResult,
    RangeResult,
    SymbolResult,
    WidthResult,
    encode_result,
)
from services.prediction.walk_forward.run import Intervals, WalkForward, run_walk_forward
from services.prediction.walk_forward.windows import bars_needed, require_enough, walk_forward_windows
from shared.market.price_jumps import mark_jumps
from shared.schemas.bars import EncodedBars
from shared.schemas.ranges import RangeHorizon
from shared.schemas.runs import RunRequest
from shared.schemas.screener import PERIOD_OF_PERCENTILE, SPARK_SESSIONS, ScreenerLevel

LONGEST_CHANGE = 20  # sessions
LEVELS: tuple[int, ...] = get_args(ScreenerLevel)
_SPECS = list(MODELS.values())


def compute_symbol_result(bars: EncodedBars, symbol: str, request: RunRequest) -> bytes:
    """Evaluate every model on one symbol at each horizon for which it has enough bars.

    Args:
        bars: The bars, adjusted if the request says so.
        symbol: The symbol.
        request: What the run computes.

    Returns:
        What `decode_result` of `services.prediction.universe.symbol_records` reads.

    Raises:
        NotEnoughBars: There are too few at every horizon.
        UpstreamFailed: The bars cannot be decoded.
    """
    history = history_until(bars.arrow, bars.revision, symbol=symbol, as_of=request.as_of)
    require_enough(history, request.horizons[0])
    possible = [horizon for horizon in request.horizons if len(history) >= bars_needed(horizon)]
    horizons = [_evaluate(history, horizon, request) for horizon in possible]
    n_sessions = max(len(errors) for horizon in horizons for errors in _errors_of(horizon))
    return encode_result(
        SymbolResult(
            last_session=history.session(-1),
            close=float(history.close[-1]),
            change_1=_change(history, 1),
            change_5=_change(history, 5),
            change_20=_change(history, LONGEST_CHANGE),
            sessions_since_jump=_sessions_since_jump(history),
            spark=history.close[-SPARK_SESSIONS:].tolist(),
            sessions=history.sessions[-n_sessions:],
            horizons=horizons,
        )
    )


def _change(history: History, n_sessions: int) -> float | None:
    if len(history) <= n_sessions:
        return None
    return float(100 * (history.close[-1] / history.close[-1 - n_sessions] - 1))


def _sessions_since_jump(history: History) -> int | None:
    """Return how many sessions before the last one the last jump was; None if no change of the answer holds one."""
    is_jump = mark_jumps(history.sessions, history.open, history.close)[-LONGEST_CHANGE:]
    return int(np.argmax(is_jump[::-1])) if is_jump.any() else None


def _errors_of(result: HorizonResult) -> list[NDArray[np.float32]]:
    return [result.models[0].errors, *([] if result.range is None else [result.range.errors])]


def _evaluate(history: History, horizon: int, request: RunRequest) -> HorizonResult:
    windows = walk_forward_windows(len(history), horizon, request.windows)
    run = run_walk_forward(history, _SPECS, windows, [request.level])
    return HorizonResult(
        horizon=horizon,
        plain_score=_in_moves(run.score_intervals(run.intervals[0], 0).plain_score, run),
        models=[_describe_model(run, row, horizon) for row in range(len(_SPECS))],
        widths=_describe_widths(history, horizon, request.windows),
        range=_describe_range(history, horizon),
    )


def _describe_model(run: WalkForward, row: int, horizon: int) -> ModelResult:
    name, errors = _SPECS[row].name, run.errors[row]
    skill = estimate_skill(name, errors, run.persistence_errors, horizon)
    scores = run.score_intervals(run.intervals[0], row)
    return ModelResult(
        name=name,
        errors=(errors / _unit(run)).astype(np.float32),
        skill=skill.skill,
        lower=skill.lower,
        upper=skill.upper,
        outcome=skill.outcome,
        coverage=scores.coverage,
        interval_score=_in_moves(scores.score, run),
        seconds=float(run.seconds[row]),
    )


def _describe_widths(history: History, horizon: int, n_tested: int) -> list[WidthResult]:
    windows = walk_forward_windows(len(history), horizon, max(n_tested, PERIOD_OF_PERCENTILE))
    run = run_walk_forward(history, [MODELS["persistence"]], windows, LEVELS)
    volatility = float(volatility_of(history).ahead(horizon)[-1])
    return [_describe_width(run, intervals, volatility) for intervals in run.intervals]


def _describe_width(run: WalkForward, intervals: Intervals, volatility: float) -> WidthResult:
    past = (intervals.upper[0] - intervals.lower[0]) / run.last_close
    half_width = min(intervals.next_half_width[0] * volatility, MAX_ABS_LOG_RETURN)
    following = float(2 * np.sinh(half_width))
    scores = run.score_intervals(intervals, 0)
    return WidthResult(
        level=intervals.level,
        width=100 * following,
        percentile=percentile_of(following, past[-PERIOD_OF_PERCENTILE:]),
        coverage=scores.coverage,
        interval_score=_in_moves(scores.score, run),
        plain_score=_in_moves(scores.plain_score, run),
    )


def _in_moves(score: float, run: WalkForward) -> float | None:
    """Divide a score by the mean absolute error of persistence."""
    return score / _unit(run) if run.persistence_errors.any() else None


def _unit(run: WalkForward) -> float:
    """Return the mean move of the symbol; 1 if it never moved."""
    return float(run.persistence_errors.mean()) or 1.0


def _describe_range(history: History, horizon: int) -> RangeResult | None:
    if horizon not in get_args(RangeHorizon) or len(history) < bars_for_range(horizon):
        return None
    if not has_ranges(history, horizon):
        return None
    run = run_ranges(history, horizon, PERIOD_OF_PERCENTILE)
    actual, scored = run.actual, run.scored
    following = float(run.next.expected[0])
    return RangeResult(
        expected=float(100 * np.expm1(following)),
        percentile=percentile_of(following, scored.expected),
        coverage=float(np.mean((scored.lower <= actual) & (actual <= scored.upper))),
        errors=run.errors(scored.expected).astype(np.float32),
        errors_as_last_time=run.errors(scored.as_last_time).astype(np.float32),
        errors_of_mean=run.errors(scored.mean).astype(np.float32),
    )
