"""What a worker process does before its first request, whose caller should not wait for imports."""

from services.prediction.forecasting import evaluation, forecast
from services.prediction.models import registry
from services.prediction.same_session import result
from services.prediction.settings import PredictionSettings
from shared.market.exchange_sessions import exchange_sessions
from shared.telemetry.logs import configure_logging

WORK = (evaluation.evaluation_of, forecast.forecast_of, result.result_of)  # named, so that they are imported


def warm_up(settings: PredictionSettings) -> None:
    """Log as the service does, and import and run once what takes longer the first time."""
    configure_logging("prediction", settings)
    registry.warm_up()
    if settings.calendar:
        exchange_sessions(settings.calendar)
