"""Forecasts of simulated and of sample bars, without a service."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from services.prediction.tasks import compute_forecast
from shared.schemas.forecasts import MODEL_NAMES, Forecast, ForecastQuery
from tests.support.prediction.simulated import sample_bars, to_payload

ASKED = [*MODEL_NAMES, "auto"]


def forecast(
    bars: pd.DataFrame,
    *,
    calendar: str = "XNYS",
    own_calendar: str | None = None,
    models_dir: Path | None = None,
    skipped: int = 0,
    today: date | None = None,
    **asked: Any,
) -> Forecast:
    """Forecast the sessions after the bars, as if they were those of AAPL; `asked` is the query."""
    payload = to_payload(bars, skipped=skipped, calendar=own_calendar)
    query = ForecastQuery.model_validate(asked)
    return compute_forecast(payload, "AAPL", query=query, calendar=calendar, models_dir=models_dir, today=today)


@cache
def forecast_sample(symbol: str, model: str, horizon: int = 5, as_of: date | None = None) -> Forecast:
    """Forecast from real bars; cached."""
    return forecast(sample_bars(symbol), model=model, horizon=horizon, as_of=as_of)


def session(bars: pd.DataFrame, position: int) -> date:
    """Return the session of the bar at a position."""
    return pd.Timestamp(bars["session"].iloc[position]).date()
