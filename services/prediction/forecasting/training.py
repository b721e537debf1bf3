"""Fits a model for one horizon and runs it through a walk-forward, or takes both from the store."""

from services.prediction.forecasting.fitted_model import FittedModel, ModelKey, ModelStore, TrackRecord
from services.prediction.inputs.history import History
from services.prediction.models import features, targets
from services.prediction.models.registry import ModelSpec
from services.prediction.scoring.significance import diebold_mariano
from services.prediction.scoring.verdicts import estimate_skill
from services.prediction.walk_forward.run import run_walk_forward
from services.prediction.walk_forward.windows import walk_forward_windows
from services.prediction.workers import measurements

N_SCORED = 250  # windows, about a year


def fit_or_load(
    history: History, spec: ModelSpec, horizon: int, level: int, *, adjusted: bool, store: ModelStore | None
) -> FittedModel:
    """Return the model fitted on every row whose target is known, with its track record at this horizon and level."""
    key = ModelKey(
        symbol=history.symbol,
        revision=history.revision,
        adjusted=adjusted,
        model=spec.name,
        parameters=spec.parameters,
        feature_names=list(spec.feature_names),
        horizon=horizon,
        level=level,
    )
    stored = store.get(key) if store else None
    if stored is not None:
        measurements.record_reuse(spec.name)
        return stored
    with measurements.measure_fit(spec.name):
        model = fit(history, spec, horizon, level)
    measurements.record_skill(spec.name, model.track_record.skill.skill)
    if store:
        store.put(key, model)
    return model


def fit(history: History, spec: ModelSpec, horizon: int, level: int) -> FittedModel:
    """Fit the model and compute its track record; `history` has at least `windows.bars_needed(horizon)` bars."""
    matrix = features.matrix(history, spec.feature_names)[features.LOOKBACK : -horizon]
    target = targets.log_return_ahead(history.close, horizon)[features.LOOKBACK : -horizon]
    return FittedModel(spec.make().fit(matrix, target), track_record(history, spec, horizon, level))


def track_record(history: History, spec: ModelSpec, horizon: int, level: int) -> TrackRecord:
    """Score the model over the last windows whose target is known."""
    windows = walk_forward_windows(len(history), horizon, N_SCORED)
    run = run_walk_forward(history, [spec], windows, level)
    errors, persistence_errors = run.errors[0], run.persistence_errors
    test = diebold_mariano(errors, persistence_errors, horizon)
    return TrackRecord(
        half_width=float(run.next_half_width[0]),
        coverage=float(run.is_inside[0].mean()),
        mae=float(errors.mean()),
        persistence_mae=float(persistence_errors.mean()),
        skill=estimate_skill(spec.name, errors, persistence_errors, horizon),
        p_value=test[1] if test else None,
        windows=len(persistence_errors),
    )
