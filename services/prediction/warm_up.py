"""What a worker process does before its first request, whose caller should not wait for imports."""

from services.prediction import estimators, evaluate, forecast, result
from services.prediction.settings import PredictionSettings
from shared.exchange_sessions import exchange_sessions
from shared.logs import configure_logging

WORK = (evaluate.evaluation_of, forecast.forecast_of, result.result_of)  # named, so that they are imported


def warm_up(settings: PredictionSettings) -> None:
    """Log as the service does, and import and run once what takes longer the first time."""
    configure_logging("prediction", settings)
    estimators.warm_up()
    if settings.calendar:
        exchange_sessions(settings.calendar)
