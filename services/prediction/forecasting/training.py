"""Fits a model for one horizon and walks it forward for its record, or takes both from the store."""

from services.prediction.forecasting.fitted_model import ModelKey, ModelStore, Record, Trained
from services.prediction.inputs.history import History
from services.prediction.models import features, targets
from services.prediction.models.registry import ModelSpec
from services.prediction.scoring.significance import diebold_mariano
from services.prediction.scoring.verdicts import skill_estimate
from services.prediction.walk_forward import windows
from services.prediction.walk_forward.run import walk
from services.prediction.workers import measurements

N_SCORED = 250  # windows, about a year


def trained(
    history: History, spec: ModelSpec, horizon: int, level: int, *, adjusted: bool, store: ModelStore | None
) -> Trained:
    """Return the model fitted on every row whose target is known, with its record at this horizon and level."""
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
    kept = store.get(key) if store else None
    if kept is not None:
        measurements.found_kept(spec.name)
        return kept
    with measurements.fitting(spec.name):
        made = train(history, spec, horizon, level)
    measurements.scored(spec.name, made.record.skill.skill)
    if store:
        store.put(key, made)
    return made


def train(history: History, spec: ModelSpec, horizon: int, level: int) -> Trained:
    """Fit and walk the model; `history` has at least `walk_forward.bars_needed(horizon)` bars."""
    matrix = features.matrix(history, spec.feature_names)[features.LOOKBACK : -horizon]
    target = targets.log_return_ahead(history.close, horizon)[features.LOOKBACK : -horizon]
    return Trained(spec.make().fit(matrix, target), record(history, spec, horizon, level))


def record(history: History, spec: ModelSpec, horizon: int, level: int) -> Record:
    """Return how the model did over the last windows whose target is known."""
    plan = windows.plan(len(history), horizon, N_SCORED)
    walked = walk(history, [spec], plan, level)
    errors, of_persistence = walked.errors[0], walked.errors_of_persistence
    test = diebold_mariano(errors, of_persistence, horizon)
    return Record(
        reach=float(walked.next_reach[0]),
        coverage=float(walked.is_inside[0].mean()),
        mae=float(errors.mean()),
        mae_of_persistence=float(of_persistence.mean()),
        skill=skill_estimate(spec.name, errors, of_persistence, horizon),
        p_value=test[1] if test else None,
        windows=len(of_persistence),
    )
