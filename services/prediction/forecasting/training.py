"""Fits models for one horizon and runs them through one walk-forward, or takes both from the store."""

from collections.abc import Sequence
from dataclasses import asdict

from services.prediction.forecasting.fitted_model import FittedModel, LevelRecord, ModelKey, ModelStore, TrackRecord
from services.prediction.inputs.history import History
from services.prediction.models.features import LOOKBACK
from services.prediction.models.registry import ModelSpec
from services.prediction.models.training_set import training_set
from services.prediction.scoring.verdicts import estimate_skill
from services.prediction.walk_forward.run import WalkForward, run_walk_forward
from services.prediction.walk_forward.windows import walk_forward_windows
from services.prediction.workers import measurements
from shared.schemas.forecasts import ModelName

N_SCORED = 250  # windows, about a year


def fit_or_load(
    history: History,
    specs: Sequence[ModelSpec],
    horizon: int,
    levels: Sequence[int],
    *,
    adjusted: bool,
    store: ModelStore | None,
) -> dict[ModelName, FittedModel]:
    """Return the models fitted on all rows to learn from, with their track records at horizon and levels.

    Those that are not in the store share one walk-forward.
    """
    keys = {
        spec.name: ModelKey(
            symbol=history.symbol,
            revision=history.revision,
            adjusted=adjusted,
            model=spec.name,
            parameters=spec.parameters,
            feature_names=list(spec.feature_names),
            horizon=horizon,
            levels=list(levels),
        )
        for spec in specs
    }
    stored = {name: model for name, key in keys.items() if store and (model := store.get(key)) is not None}
    for name in stored:
        measurements.record_reuse(name)
    missing = [spec for spec in specs if spec.name not in stored]
    fitted = fit(history, missing, horizon, levels) if missing else {}
    for name, model in fitted.items():
        measurements.record_skill(name, model.track_record.skill.skill)
        if store:
            store.put(keys[name], model)
    return {spec.name: stored.get(spec.name) or fitted[spec.name] for spec in specs}


def fit(
    history: History, specs: Sequence[ModelSpec], horizon: int, levels: Sequence[int]
) -> dict[ModelName, FittedModel]:
    """Fit the models and compute their track records; `history` has at least `windows.bars_needed(horizon)` bars."""
    windows = walk_forward_windows(len(history), horizon, N_SCORED)
    run = run_walk_forward(history, specs, windows, levels)
    fitted = {}
    for row, spec in enumerate(specs):
        learnt = training_set(history, spec.feature_names, horizon)
        rows = learnt.select(LOOKBACK, len(history) - horizon)
        with measurements.measure_fit(spec.name):
            estimator = spec.make().fit(learnt.features[rows], learnt.target[rows])
        fitted[spec.name] = FittedModel(estimator, _build_track_record(run, spec, row, horizon))
    return fitted


def _build_track_record(run: WalkForward, spec: ModelSpec, row: int, horizon: int) -> TrackRecord:
    """Score the model over the last windows whose target is known."""
    errors, persistence_errors = run.errors[row], run.persistence_errors
    return TrackRecord(
        levels=[
            LevelRecord(
                level=intervals.level,
                half_width=float(intervals.next_half_width[row]),
                **asdict(run.score_intervals(intervals, row)),
            )
            for intervals in run.intervals
        ],
        mae=float(errors.mean()),
        persistence_mae=float(persistence_errors.mean()),
        skill=estimate_skill(spec.name, errors, persistence_errors, horizon),
        windows=len(persistence_errors),
    )
