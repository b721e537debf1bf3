"""Every model and doing nothing over the same walk-forward windows."""

from dataclasses import asdict

import numpy as np

from services.prediction.forecasting.data_quality import data_of, warnings_of
from services.prediction.inputs.history import History, history_of
from services.prediction.models.registry import MODELS, ModelSpec
from services.prediction.provenance import provenance
from services.prediction.scoring import scores, verdicts
from services.prediction.scoring.significance import diebold_mariano
from services.prediction.types import Array
from services.prediction.walk_forward import windows
from services.prediction.walk_forward.run import Walk, walk
from services.prediction.walk_forward.windows import Plan, require_enough
from services.prediction.workers import measurements
from shared.schemas.bars import EncodedBars
from shared.schemas.evaluations import (
    DieboldMariano,
    Evaluation,
    ForecastMetrics,
    IntervalRecord,
    ModelEvaluation,
    Windows,
    WindowSeries,
)
from shared.schemas.forecasts import EvaluationQuery


def evaluation_of(payload: EncodedBars, symbol: str, query: EvaluationQuery) -> Evaluation:
    """Return the walk-forward scores of the models that are asked for.

    Raises:
        NotEnoughBars: No walk-forward fits into the bars.
        UpstreamFailed: The payload is not bars.
    """
    history = history_of(payload.arrow, payload.revision, symbol=symbol, as_of=query.as_of)
    require_enough(history, query.horizon)
    specs = [MODELS[name] for name in query.models]
    plan = windows.plan(len(history), query.horizon, query.windows, query.window)
    walked = walk(history, specs, plan, query.level)
    scale = _naive_mae(history, plan)
    models = [_model(spec, walked, row, query, scale) for row, spec in enumerate(specs)]
    estimates = {model.name: model.skill for model in models}
    tests = {model.name: model.diebold_mariano.p_value for model in models if model.diebold_mariano}
    best = verdicts.best_of(estimates, tests)
    return Evaluation(
        stock_symbol=symbol,
        as_of=history.session(-1),
        horizon=query.horizon,
        verdict=verdicts.summary(estimates, best, query.horizon),
        best=best,
        warnings=warnings_of(history, query, len(walked.actual), query.windows),
        models=models,
        windows=_windows(history, plan, walked, specs, query),
        data=data_of(history, adjusted=query.adjusted),
        provenance=provenance(),
    )


def _naive_mae(history: History, plan: Plan) -> float:
    """Return the mean absolute change of the close over the sessions before the first that is scored."""
    return float(np.abs(np.diff(history.close[: plan.scored[0] + 1])).mean())


def _model(spec: ModelSpec, walked: Walk, row: int, query: EvaluationQuery, scale: float) -> ModelEvaluation:
    errors, of_persistence = walked.errors[row], walked.errors_of_persistence
    skill = verdicts.skill_estimate(spec.name, errors, of_persistence, query.horizon)
    measurements.scored(spec.name, skill.skill)
    found = scores.score(walked.actual, walked.predicted[row], walked.last_close)
    test = None if spec.name == "persistence" else diebold_mariano(errors, of_persistence, query.horizon)
    return ModelEvaluation(
        name=spec.name,
        verdict=skill.verdict,
        skill=skill,
        diebold_mariano=DieboldMariano(statistic=test[0], p_value=test[1]) if test else None,
        metrics=ForecastMetrics(**asdict(found), mase=scores.mase(found.mae, scale)),
        interval=IntervalRecord(
            level=query.level,
            coverage=float(walked.is_inside[row].mean()),
            mean_width=float((walked.upper[row] - walked.lower[row]).mean()),
        ),
        model=spec.info,
    )


def _windows(history: History, plan: Plan, walked: Walk, specs: list[ModelSpec], query: EvaluationQuery) -> Windows:
    n_train = plan.stop - plan.start
    return Windows(
        kind=query.window,
        n_windows=len(walked.actual),
        gap=query.horizon,
        n_train_first=int(n_train[plan.n_calibration]),
        n_train_last=int(n_train[-1]),
        n_calibration=plan.n_calibration,
        cutoff=history.sessions[plan.scored].tolist(),
        session=history.sessions[plan.scored + plan.horizon].tolist(),
        last_close=walked.last_close.tolist(),
        actual=walked.actual.tolist(),
        series=[_series(spec, walked, row) for row, spec in enumerate(specs)],
    )


def _series(spec: ModelSpec, walked: Walk, row: int) -> WindowSeries:
    return WindowSeries(
        name=spec.name,
        predicted=walked.predicted[row].tolist(),
        lower=walked.lower[row].tolist(),
        upper=walked.upper[row].tolist(),
        absolute_error=walked.errors[row].tolist(),
        skill_so_far=_skill_so_far(walked.errors[row], walked.errors_of_persistence),
    )


def _skill_so_far(errors: Array, of_persistence: Array) -> list[float | None]:
    sums = zip(np.cumsum(errors).tolist(), np.cumsum(of_persistence).tolist(), strict=True)
    return [scores.skill(error, of_nothing) for error, of_nothing in sums]
