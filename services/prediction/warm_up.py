"""Prepares worker processes, so that the caller of the first request does not wait for imports."""

from services.prediction.forecasting import evaluation, forecast_task
from services.prediction.models import registry
from services.prediction.same_session import result
from services.prediction.settings import PredictionSettings
from shared.market.exchange_sessions import exchange_sessions
from shared.telemetry.logs import configure_logging

# Named so that warming up imports them.
TASKS = (evaluation.compute_evaluation, forecast_task.run_forecast, result.compute_result)


def warm_up_once(calendar: str) -> None:
    """Run once whatever is slow the first time, in the process that the workers are forked from."""
    registry.warm_up()
    exchange_sessions(calendar)


def warm_up(settings: PredictionSettings) -> None:
    """Configure logging, open the model store, and load another calendar than the usual one, in a worker process."""
    configure_logging("prediction", settings)
    forecast_task.open_model_store(settings.models_dir)
    if settings.calendar:
        exchange_sessions(settings.calendar)
