"""Forecasts the range of the sessions ahead, with its walk-forward, for a forecast and for a response of its own."""

from datetime import date
from typing import get_args

import numpy as np

from services.prediction.forecasting.data_quality import check_dates, collect_warnings, describe_data
from services.prediction.inputs.history import History, history_until
from services.prediction.models.volatility import MAX_UNUSABLE, MEANS_OVER, has_usable_range, volatility_of
from services.prediction.provenance import provenance
from services.prediction.ranges.record import describe, score_ranges
from services.prediction.ranges.walk_forward import RangeRun, bars_needed, has_ranges, ranges_needed, run_ranges
from services.prediction.types import Array
from shared.errors import NotEnoughBars
from shared.market.exchange_sessions import choose_calendar, next_sessions
from shared.schemas.bars import EncodedBars
from shared.schemas.ranges import ExpectedRange, RangeForecast, RangeHorizon, RangeQuery, RangeSize, RangeWindows

N_SCORED = 250  # sessions, about a year
HORIZONS: tuple[RangeHorizon, ...] = get_args(RangeHorizon)


def compute_range(
    encoded: EncodedBars, symbol: str, query: RangeQuery, *, calendar: str, today: date | None = None
) -> RangeForecast:
    """Forecast the range of the next `query.horizon` sessions.

    Args:
        encoded: The bars of the symbol.
        symbol: The symbol.
        query: The request.
        calendar: Code of the default exchange; empty for every weekday.
        today: The date in UTC, to warn about bars that are old or of the future; None not to.

    Raises:
        NotEnoughBars: No walk-forward fits into the bars, or too few of them have a high and a low.
        UpstreamFailed: The bars cannot be decoded.
    """
    history = history_until(encoded.arrow, encoded.revision, symbol=symbol, as_of=query.as_of)
    _require_enough(history, query.horizon)
    run = run_ranges(history, query.horizon, N_SCORED)
    chosen = choose_calendar(history.calendar, history.sessions, calendar)
    return RangeForecast(
        stock_symbol=symbol,
        as_of=history.session(-1),
        last_close=float(history.close[-1]),
        range=_build_range(history, run, query.horizon, chosen or ""),
        windows=_describe_windows(history, run, query.horizon),
        warnings=[
            *check_dates(history, chosen, today),
            *collect_warnings(history, query, len(run.rows), N_SCORED),
        ],
        data=describe_data(history, adjusted=query.adjusted),
        provenance=provenance(),
    )


def expected_ranges(history: History, calendar: str) -> list[ExpectedRange]:
    """Forecast the range of the next session and of the next five; `calendar` dates them, empty for weekdays.

    None of those for which there are too few bars, or too few with a high and a low.
    """
    return [
        _build_range(history, run_ranges(history, horizon, N_SCORED), horizon, calendar)
        for horizon in HORIZONS
        if len(history) >= bars_needed(horizon) and has_ranges(history, horizon)
    ]


def _require_enough(history: History, horizon: RangeHorizon) -> None:
    required = bars_needed(horizon)
    if len(history) < required:
        raise NotEnoughBars(
            f"{history.describe_size()}; at least {required} are needed to forecast its range and test that. "
            "Load earlier bars.",
            required=required,
            available=len(history),
        )
    if not has_ranges(history, horizon):
        first, end = _find_bars_without_range(history, horizon)
        n_bars, available = end - first, int(has_usable_range(history)[first:end].sum())
        raise NotEnoughBars(
            f"Only {available} of the {n_bars} bars of {history.symbol} from {history.session(first)} to "
            f"{history.session(end - 1)} have a high and a low around their prices, too few to forecast its range. "
            "Load bars with both.",
            required=n_bars - int(MAX_UNUSABLE * min(n_bars, MEANS_OVER[-1])),
            available=available,
        )


def _find_bars_without_range(history: History, horizon: RangeHorizon) -> tuple[int, int]:
    """Return start and stop of bars too few of which have a range: the last ones, or a young symbol's first ones."""
    first = max(0, len(history) - MEANS_OVER[-1] - ranges_needed(horizon) + 1)
    if int((~has_usable_range(history)[first:]).sum()) > int(MAX_UNUSABLE * MEANS_OVER[-1]):
        return first, len(history)
    return 1, int(np.flatnonzero(volatility_of(history).is_from_closes)[-1]) + 1


def _build_range(history: History, run: RangeRun, horizon: RangeHorizon, calendar: str) -> ExpectedRange:
    record = score_ranges(run, horizon)
    last_close, following = float(history.close[-1]), run.next
    lower, upper = (_size(values, last_close) for values in (following.lower, following.upper))
    return ExpectedRange(
        horizon=horizon,
        sessions=next_sessions(calendar, history.session(-1), horizon),
        sentence=describe(lower.percent, upper.percent, record, horizon),
        expected=_size(following.expected, last_close),
        lower=lower,
        upper=upper,
        as_last_time=_size(following.as_last_time, last_close),
        mean=_size(following.mean, last_close),
        record=record,
    )


def _size(log_range: Array, last_close: float) -> RangeSize:
    value = float(log_range[0])
    return RangeSize(percent=100 * float(np.expm1(value)), price=2 * last_close * float(np.sinh(value / 2)))


def _describe_windows(history: History, run: RangeRun, horizon: int) -> RangeWindows:
    return RangeWindows(
        cutoff=history.sessions[run.rows].tolist(),
        session=history.sessions[run.rows + horizon].tolist(),
        actual=_percent(run.actual),
        expected=_percent(run.scored.expected),
        lower=_percent(run.scored.lower),
        upper=_percent(run.scored.upper),
        as_last_time=_percent(run.scored.as_last_time),
        mean=_percent(run.scored.mean),
    )


def _percent(log_ranges: Array) -> list[float]:
    percents: list[float] = (100 * np.expm1(log_ranges)).tolist()
    return percents
