"""The forecast as a worker process runs it: with the model store that the process opens once."""

from datetime import date
from functools import cache
from pathlib import Path

from services.prediction.forecasting.fitted_model import ModelStore
from services.prediction.forecasting.forecast import compute_forecast
from services.prediction.forecasting.model_store import SkopsModelStore
from shared.schemas.bars import EncodedBars
from shared.schemas.forecasts import Forecast, ForecastQuery


@cache
def open_model_store(directory: Path | None) -> ModelStore | None:
    """Return the process's one store of this directory, or None without a directory."""
    return None if directory is None else SkopsModelStore(directory)


def run_forecast(
    bars: EncodedBars,
    symbol: str,
    query: ForecastQuery,
    *,
    calendar: str,
    models_dir: Path | None,
    today: date | None = None,
) -> Forecast:
    """Compute the forecast with the process's model store."""
    return compute_forecast(bars, symbol, query, calendar=calendar, store=open_model_store(models_dir), today=today)
