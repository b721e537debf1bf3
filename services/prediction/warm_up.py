"""What a worker process does before its first request, whose caller should not wait for imports."""

from services.prediction.forecasting import evaluation, forecast_task
from services.prediction.models import registry
from services.prediction.same_session import result
from services.prediction.settings import PredictionSettings
from shared.market.exchange_sessions import exchange_sessions
from shared.telemetry.logs import configure_logging

# Named so that warming up imports them.
TASKS = (evaluation.compute_evaluation, forecast_task.run_forecast, result.compute_result)


def warm_up(settings: PredictionSettings) -> None:
    """Configure logging, open the model store, and run once whatever is slow the first time."""
    configure_logging("prediction", settings)
    forecast_task.open_model_store(settings.models_dir)
    registry.warm_up()
    if settings.calendar:
        exchange_sessions(settings.calendar)
