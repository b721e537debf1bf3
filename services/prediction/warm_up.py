"""Prepares worker processes, so that the caller of the first request does not wait for imports."""

from functools import cache
from pathlib import Path

from services.prediction.forecasting import evaluation, forecast
from services.prediction.forecasting.fitted_model import ModelStore
from services.prediction.forecasting.model_store import SkopsModelStore
from services.prediction.models import registry
from services.prediction.same_session import result
from services.prediction.settings import PredictionSettings
from shared.market.exchange_sessions import exchange_sessions
from shared.telemetry.logs import configure_logging

# Named so that warming up imports them.
TASKS = (evaluation.compute_evaluation, forecast.compute_forecast, result.compute_result)


@cache
def open_model_store(directory: Path | None) -> ModelStore | None:
    """Return the process's one store of this directory, or None without a directory."""
    return None if directory is None else SkopsModelStore(directory)


def warm_up_once(calendar: str) -> None:
    """Run once whatever is slow the first time, in the process that the workers are forked from."""
    registry.warm_up()
    exchange_sessions(calendar)


def warm_up(settings: PredictionSettings) -> None:
    """Configure logging, open the model store, and load another calendar than the usual one, in a worker process."""
    configure_logging("prediction", settings)
    open_model_store(settings.models_dir)
    if settings.calendar:
        exchange_sessions(settings.calendar)
