"""What a model says of the next sessions, with its record at each distance."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from services.prediction.forecasting.data_quality import data_of, warnings_of
from services.prediction.forecasting.explanation import explanation_of
from services.prediction.forecasting.fitted_model import ModelStore, Trained
from services.prediction.forecasting.model_store import SkopsModelStore
from services.prediction.forecasting.training import N_SCORED, trained
from services.prediction.inputs.history import History, history_of
from services.prediction.models import features
from services.prediction.models.registry import MODELS
from services.prediction.models.targets import close_after
from services.prediction.provenance import provenance
from services.prediction.scoring import verdicts
from services.prediction.walk_forward.run import volatility_ahead
from services.prediction.walk_forward.windows import require_enough
from services.prediction.workers import measurements
from shared.market.exchange_sessions import exchange_sessions, next_sessions
from shared.schemas.bars import EncodedBars
from shared.schemas.forecasts import Candidate, Choice, Forecast, ForecastQuery, ForecastStep, ModelName
from shared.schemas.wire import Warning

RECENT = 60  # sessions, a quarter, which should be the calendar's


@dataclass(frozen=True)
class _Chosen:
    name: ModelName
    reason: str
    verdict: str = ""  # on all the candidates
    candidates: list[Candidate] = field(default_factory=list)
    at_horizon: Trained | None = None


def forecast_of(
    payload: EncodedBars, symbol: str, query: ForecastQuery, *, calendar: str, models_dir: Path | None
) -> Forecast:
    """Return the forecast of the next `query.horizon` sessions.

    Args:
        payload: The bars.
        symbol: Theirs.
        query: What is asked for.
        calendar: The exchange whose sessions come next, by its code; empty for every weekday.
        models_dir: Where fitted models are kept; None to fit them anew each time.

    Raises:
        NotEnoughBars: No walk-forward fits into the bars.
        UpstreamFailed: The payload is not bars.
    """
    history = history_of(payload.arrow, payload.revision, symbol=symbol, as_of=query.as_of)
    require_enough(history, query.horizon)
    store = SkopsModelStore(models_dir) if models_dir else None
    choice = _choice(history, query, store)
    nearer = [_trained(history, choice.name, horizon, query, store) for horizon in range(1, query.horizon)]
    at_horizon = choice.at_horizon or _trained(history, choice.name, query.horizon, query, store)
    return _answer(history, query, calendar, choice, [*nearer, at_horizon])


def _trained(
    history: History, name: ModelName, horizon: int, query: ForecastQuery, store: ModelStore | None
) -> Trained:
    return trained(history, MODELS[name], horizon, query.level, adjusted=query.adjusted, store=store)


def _answer(history: History, query: ForecastQuery, calendar: str, choice: _Chosen, fitted: list[Trained]) -> Forecast:
    name, horizon, at_horizon = choice.name, query.horizon, fitted[-1]
    with measurements.timing("explanation"):
        explanation = explanation_of(MODELS[name], at_horizon.estimator, history, horizon)
    return Forecast(
        stock_symbol=history.symbol,
        as_of=history.session(-1),
        horizon=horizon,
        level=query.level,
        verdict=choice.verdict or f"{verdicts.called(name)}: {at_horizon.record.skill.verdict}",
        skill=at_horizon.record.skill,
        warnings=_warnings(history, query, calendar, n_scored=at_horizon.record.windows),
        last_close=float(history.close[-1]),
        steps=_steps(history, name, fitted, next_sessions(calendar, history.session(-1), horizon)),
        model=MODELS[name].info,
        choice=Choice(asked_for=query.model, reason=choice.reason, candidates=choice.candidates),
        explanation=explanation,
        data=data_of(history, adjusted=query.adjusted),
        provenance=provenance(),
    )


def _warnings(history: History, query: ForecastQuery, calendar: str, *, n_scored: int) -> list[Warning]:
    return [
        *warnings_of(history, query, n_scored, N_SCORED),
        *_off_calendar(history, calendar),
    ]


def _choice(history: History, query: ForecastQuery, store: ModelStore | None) -> _Chosen:
    if query.model != "auto":
        return _Chosen(query.model, f"{verdicts.called(query.model)} was asked for by name.")
    fitted = {name: _trained(history, name, query.horizon, query, store) for name in MODELS}
    records = {name: found.record for name, found in fitted.items()}
    estimates = {name: record.skill for name, record in records.items()}
    p_values = {name: record.p_value for name, record in records.items() if record.p_value is not None}
    best = verdicts.best_of(estimates, p_values)
    return _Chosen(
        name=best,
        reason=verdicts.reason(estimates, best, query.horizon),
        verdict=verdicts.summary(estimates, best, query.horizon),
        candidates=[Candidate(name=name, skill=skill) for name, skill in estimates.items()],
        at_horizon=fitted[best],
    )


def _steps(history: History, name: ModelName, fitted: list[Trained], sessions: list[date]) -> list[ForecastStep]:
    latest = features.matrix(history, MODELS[name].feature_names)[-1:]
    steps = []
    for ahead, (model, session) in enumerate(zip(fitted, sessions, strict=True), start=1):
        said = float(model.estimator.predict(latest)[0])
        reach = model.record.reach * float(volatility_ahead(history, ahead)[-1])
        lower, point, upper = close_after(history.close[-1:], said + reach * np.array([-1.0, 0.0, 1.0])).tolist()
        steps.append(
            ForecastStep(
                sessions_ahead=ahead,
                session=session,
                point=point,
                lower=lower,
                upper=upper,
                coverage=model.record.coverage,
                mae=model.record.mae,
                mae_of_persistence=model.record.mae_of_persistence,
                skill=model.record.skill,
                windows=model.record.windows,
            )
        )
    return steps


def _off_calendar(history: History, calendar: str) -> list[Warning]:
    """Tell if the next sessions may be dated wrongly."""
    if not calendar:
        return []
    recent = history.sessions[-RECENT:]
    n_others = int((~np.isin(recent, exchange_sessions(calendar))).sum())
    if not n_others:
        return []
    detail = (
        f"{n_others} of the last {len(recent)} bars are on days on which {calendar} was closed, so the sessions ahead "
        "may be dated wrongly. PREDICTION_CALENDAR names the exchange."
    )
    return [Warning(code="off_calendar", detail=detail)]
