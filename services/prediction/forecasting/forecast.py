"""Forecasts the next sessions by the requested or the best model, with its track record at each horizon."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from services.prediction.forecasting.data_quality import check_dates, collect_warnings, describe_data
from services.prediction.forecasting.expected_range import expected_ranges
from services.prediction.forecasting.explanation import explain
from services.prediction.forecasting.fitted_model import FittedModel, LevelRecord, ModelStore
from services.prediction.forecasting.training import N_SCORED, fit_or_load
from services.prediction.inputs.history import History, history_until
from services.prediction.models import features
from services.prediction.models.registry import MODELS
from services.prediction.models.targets import close_after, settle
from services.prediction.models.volatility import volatility_of
from services.prediction.provenance import provenance
from services.prediction.scoring import verdicts
from services.prediction.types import Array
from services.prediction.walk_forward.windows import require_enough
from services.prediction.workers.measurements import measure_task
from shared.market.exchange_sessions import choose_calendar, next_sessions
from shared.schemas.bars import EncodedBars
from shared.schemas.forecasts import (
    Candidate,
    Choice,
    Forecast,
    ForecastQuery,
    ForecastStep,
    ModelName,
    StepInterval,
)


@dataclass(frozen=True)
class _Selection:
    name: ModelName
    reason: str
    verdict: str = ""  # on all the candidates
    candidates: list[Candidate] = field(default_factory=list)
    at_horizon: FittedModel | None = None


def compute_forecast(
    encoded: EncodedBars,
    symbol: str,
    query: ForecastQuery,
    *,
    calendar: str,
    store: ModelStore | None,
    today: date | None = None,
) -> Forecast:
    """Forecast the next `query.horizon` sessions.

    Args:
        encoded: The bars of the symbol.
        symbol: The symbol.
        query: The request.
        calendar: Code of the exchange whose sessions come next, unless the symbol has a calendar of its own or its
            bars show one; empty for every weekday.
        store: Where fitted models are kept; None to fit them anew each time.
        today: The date in UTC, to warn about bars that are old or of the future; None not to.

    Raises:
        NotEnoughBars: No walk-forward fits into the bars.
        UpstreamFailed: The bars cannot be decoded.
    """
    history = history_until(encoded.arrow, encoded.revision, symbol=symbol, as_of=query.as_of)
    require_enough(history, query.horizon)
    selection = _select_model(history, query, store)
    name = selection.name
    nearer = [_fit_or_load(history, [name], horizon, query, store)[name] for horizon in range(1, query.horizon)]
    at_horizon = selection.at_horizon or _fit_or_load(history, [name], query.horizon, query, store)[name]
    chosen = choose_calendar(history.calendar, history.sessions, calendar)
    forecast = _build_forecast(history, query, chosen or "", selection, [*nearer, at_horizon])
    return forecast.model_copy(update={"warnings": [*check_dates(history, chosen, today), *forecast.warnings]})


def _fit_or_load(
    history: History, names: Iterable[ModelName], horizon: int, query: ForecastQuery, store: ModelStore | None
) -> dict[ModelName, FittedModel]:
    specs = [MODELS[name] for name in names]
    return fit_or_load(history, specs, horizon, query.level, adjusted=query.adjusted, store=store)


def _select_model(history: History, query: ForecastQuery, store: ModelStore | None) -> _Selection:
    if query.model != "auto":
        return _Selection(query.model, f"{verdicts.display_name(query.model)} was requested by name.")
    models = _fit_or_load(history, MODELS, query.horizon, query, store)
    records = {name: model.track_record for name, model in models.items()}
    estimates = {name: record.skill for name, record in records.items()}
    best = verdicts.select_best(estimates)
    return _Selection(
        name=best,
        reason=verdicts.state_reason(estimates, best, query.horizon),
        verdict=verdicts.summarise(estimates),
        candidates=[Candidate(name=name, skill=skill) for name, skill in estimates.items()],
        at_horizon=models[best],
    )


def _build_forecast(
    history: History, query: ForecastQuery, calendar: str, selection: _Selection, models: list[FittedModel]
) -> Forecast:
    name, horizon, at_horizon = selection.name, query.horizon, models[-1]
    record = at_horizon.track_record
    with measure_task("explanation"):
        explanation = explain(MODELS[name], at_horizon.estimator, history, horizon)
    return Forecast(
        stock_symbol=history.symbol,
        as_of=history.session(-1),
        horizon=horizon,
        level=query.level[0],
        verdict=selection.verdict or f"{verdicts.display_name(name)}: {record.skill.verdict}",
        skill=record.skill,
        warnings=collect_warnings(history, query, record.windows, N_SCORED),
        last_close=float(history.close[-1]),
        steps=_build_steps(history, name, models, next_sessions(calendar, history.session(-1), horizon)),
        expected_ranges=expected_ranges(history, calendar),
        model=MODELS[name].info,
        choice=Choice(asked_for=query.model, reason=selection.reason, candidates=selection.candidates),
        explanation=explanation,
        data=describe_data(history, adjusted=query.adjusted),
        provenance=provenance(),
    )


def _build_steps(
    history: History, name: ModelName, models: list[FittedModel], sessions: list[date]
) -> list[ForecastStep]:
    latest = features.matrix(history, MODELS[name].feature_names)[-1:]
    half_widths = _half_widths(history, models)
    steps = []
    for ahead, (model, session) in enumerate(zip(models, sessions, strict=True), start=1):
        record = model.track_record
        predicted = float(model.estimator.predict(latest)[0])
        intervals = [
            _build_interval(history, level, predicted, float(half_width))
            for level, half_width in zip(record.levels, half_widths[ahead - 1], strict=True)
        ]
        steps.append(
            ForecastStep(
                sessions_ahead=ahead,
                session=session,
                point=float(close_after(history.close[-1:], np.array([predicted]))[0]),
                lower=intervals[0].lower,
                upper=intervals[0].upper,
                coverage=intervals[0].coverage,
                intervals=intervals,
                mae=record.mae,
                mae_of_persistence=record.persistence_mae,
                skill=record.skill,
                windows=record.windows,
            )
        )
    return steps


def _half_widths(history: History, models: list[FittedModel]) -> Array:
    """Return the half widths, as log returns, shape `(n_steps, n_levels)`.

    Each horizon and each level learns from its own errors. Half widths never shrink from one step to the next, or from
    a level to a higher one, because an interval cannot become narrower as less is known.
    """
    levels = [level.level for level in models[0].track_record.levels]
    volatility = volatility_of(history)
    half_widths = np.array(
        [
            volatility.ahead(ahead)[-1] * np.array([level.half_width for level in model.track_record.levels])
            for ahead, model in enumerate(models, start=1)
        ]
    )
    order = np.argsort(levels)
    ascending = np.maximum.accumulate(np.maximum.accumulate(half_widths[:, order], axis=0), axis=1)
    return np.asarray(ascending[:, np.argsort(order)])


def _build_interval(history: History, record: LevelRecord, predicted: float, half_width: float) -> StepInterval:
    ends = close_after(history.close[-1:], predicted + half_width * np.array([-1.0, 1.0]))
    nearest = history.close[np.abs(history.close - ends[:, np.newaxis]).argmin(axis=1)]
    settled = settle(ends, nearest)
    lower, upper = min(ends[0], settled[0]), max(ends[1], settled[1])
    return StepInterval(
        level=record.level,
        lower=float(lower),
        upper=float(upper),
        coverage=record.coverage,
        coverage_standard_error=record.coverage_standard_error,
        score=record.score,
        score_of_plain_band=record.plain_score,
    )
