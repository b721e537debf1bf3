"""The prediction service's settings: PREDICTION_* variables."""

from pathlib import Path
from typing import Self

from pydantic import HttpUrl, PositiveFloat, PositiveInt, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from shared.market.exchange_sessions import Calendar
from shared.settings import ServiceSettings


class PredictionSettings(ServiceSettings):
    """Where bars come from and how much is computed at once."""

    model_config = SettingsConfigDict(env_prefix="PREDICTION_")

    data_url: HttpUrl = HttpUrl("http://127.0.0.1:8001")
    """Address of the data service."""
    data_timeout_seconds: PositiveFloat = 3.0
    """The longest that one call to the data service may take, in seconds."""
    budget_seconds: PositiveFloat = 5.0
    """The longest that one request may take, in seconds; a caller that waits less says so and gets less."""
    workers: PositiveInt = 2
    """Processes that fit models; one per core is a good number."""
    max_waiting: PositiveInt = 64
    """Requests that may wait for a worker; more are answered with 503 and told to come back."""
    calendar: Calendar = "XNYS"
    """The exchange whose sessions are forecast, by its code (ISO 10383); empty to take every weekday for one."""
    models_dir: Path | None = None
    """Folder where fitted models are kept, so that a restart does not fit them anew; without it none are kept."""

    @field_validator("models_dir", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @model_validator(mode="after")
    def _timeouts_fit(self) -> Self:
        if self.data_timeout_seconds >= self.budget_seconds:
            raise ValueError("PREDICTION_DATA_TIMEOUT_SECONDS must be shorter than PREDICTION_BUDGET_SECONDS")
        return self
