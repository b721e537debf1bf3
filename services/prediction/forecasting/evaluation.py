"""Evaluates every model and persistence over the same walk-forward windows."""

from dataclasses import asdict

import numpy as np

from services.prediction.forecasting.data_quality import collect_warnings, describe_data
from services.prediction.inputs.history import History, history_until
from services.prediction.models.registry import MODELS, ModelSpec
from services.prediction.provenance import provenance
from services.prediction.scoring import scores, verdicts
from services.prediction.scoring.significance import diebold_mariano
from services.prediction.types import Array
from services.prediction.walk_forward.run import WalkForward, run_walk_forward
from services.prediction.walk_forward.windows import Windows, require_enough, walk_forward_windows
from services.prediction.workers.measurements import record_skill
from shared.schemas import evaluations as wire
from shared.schemas.bars import EncodedBars
from shared.schemas.forecasts import EvaluationQuery


def compute_evaluation(encoded: EncodedBars, symbol: str, query: EvaluationQuery) -> wire.Evaluation:
    """Compute the walk-forward scores of the requested models.

    Raises:
        NotEnoughBars: No walk-forward fits into the bars.
        UpstreamFailed: The bars cannot be decoded.
    """
    history = history_until(encoded.arrow, encoded.revision, symbol=symbol, as_of=query.as_of)
    require_enough(history, query.horizon)
    specs = [MODELS[name] for name in query.models]
    windows = walk_forward_windows(len(history), query.horizon, query.windows, query.window)
    run = run_walk_forward(history, specs, windows, [query.level])
    naive_mae = _naive_mae(history, windows)
    models = [_evaluate_model(spec, run, row, query, naive_mae) for row, spec in enumerate(specs)]
    estimates = {model.name: model.skill for model in models}
    return wire.Evaluation(
        stock_symbol=symbol,
        as_of=history.session(-1),
        horizon=query.horizon,
        verdict=verdicts.summarise(estimates),
        best=verdicts.select_best(estimates),
        warnings=collect_warnings(history, query, len(run.actual), query.windows),
        models=models,
        windows=_describe_windows(history, windows, run, specs, query),
        data=describe_data(history, adjusted=query.adjusted),
        provenance=provenance(),
    )


def _naive_mae(history: History, windows: Windows) -> float:
    """Return the mean absolute change of the close over the sessions before the first scored one."""
    return float(np.abs(np.diff(history.close[: windows.scored_rows[0] + 1])).mean())


def _evaluate_model(
    spec: ModelSpec, run: WalkForward, row: int, query: EvaluationQuery, naive_mae: float
) -> wire.ModelEvaluation:
    errors, persistence_errors = run.errors[row], run.persistence_errors
    skill = verdicts.estimate_skill(spec.name, errors, persistence_errors, query.horizon)
    record_skill(spec.name, skill.skill)
    model_scores = scores.score(run.actual, run.predicted[row], run.last_close)
    test = None if spec.name == "persistence" else diebold_mariano(errors, persistence_errors, query.horizon)
    return wire.ModelEvaluation(
        name=spec.name,
        verdict=skill.verdict,
        skill=skill,
        diebold_mariano=wire.DieboldMariano(statistic=test[0], p_value=test[1]) if test else None,
        metrics=wire.ForecastMetrics(**asdict(model_scores), mase=scores.mase(model_scores.mae, naive_mae)),
        interval=_describe_intervals(run, row),
        model=spec.info,
    )


def _describe_intervals(run: WalkForward, row: int) -> wire.IntervalRecord:
    (intervals,) = run.intervals
    interval_scores = run.score_intervals(intervals, row)
    return wire.IntervalRecord(
        level=intervals.level,
        coverage=interval_scores.coverage,
        coverage_standard_error=interval_scores.coverage_standard_error,
        mean_width=float((intervals.upper[row] - intervals.lower[row]).mean()),
        score=interval_scores.score,
        score_of_plain_band=interval_scores.plain_score,
    )


def _describe_windows(
    history: History, windows: Windows, run: WalkForward, specs: list[ModelSpec], query: EvaluationQuery
) -> wire.Windows:
    n_train = windows.stop - windows.start
    return wire.Windows(
        kind=query.window,
        n_windows=len(run.actual),
        gap=query.horizon,
        n_train_first=int(n_train[windows.n_calibration]),
        n_train_last=int(n_train[-1]),
        n_calibration=windows.n_calibration,
        cutoff=history.sessions[windows.scored_rows].tolist(),
        session=history.sessions[windows.scored_rows + windows.horizon].tolist(),
        last_close=run.last_close.tolist(),
        actual=run.actual.tolist(),
        series=[_build_series(spec, run, row) for row, spec in enumerate(specs)],
    )


def _build_series(spec: ModelSpec, run: WalkForward, row: int) -> wire.WindowSeries:
    return wire.WindowSeries(
        name=spec.name,
        predicted=run.predicted[row].tolist(),
        lower=run.intervals[0].lower[row].tolist(),
        upper=run.intervals[0].upper[row].tolist(),
        absolute_error=run.errors[row].tolist(),
        skill_so_far=_skill_so_far(run.errors[row], run.persistence_errors),
    )


def _skill_so_far(errors: Array, persistence_errors: Array) -> list[float | None]:
    sums = zip(np.cumsum(errors).tolist(), np.cumsum(persistence_errors).tolist(), strict=True)
    return [scores.skill(error, persistence_error) for error, persistence_error in sums]
