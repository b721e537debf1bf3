"""The prediction service's settings: PREDICTION_* variables."""

from pathlib import Path
from typing import Self

from pydantic import HttpUrl, NonNegativeInt, PositiveFloat, PositiveInt, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from shared.market.calendar_names import Calendar
from shared.settings import ServiceSettings


class PredictionSettings(ServiceSettings):
    """The data service, the workers, kept bars, the calendar and the model store."""

    model_config = SettingsConfigDict(env_prefix="PREDICTION_")

    data_url: HttpUrl = HttpUrl("http://127.0.0.1:8001")
    """Address of the data service."""
    data_timeout_seconds: PositiveFloat = 3.0
    """Timeout of one call to the data service, in seconds."""
    budget_seconds: PositiveFloat = 5.0
    """Time budget of a request, in seconds. A caller's X-Request-Budget-Ms can only shorten it."""
    workers: PositiveInt = 2
    """Worker processes that fit models; one per core is a good choice."""
    worker_memory_mb: PositiveInt = 600
    """Memory of a worker process, in MB. One that takes more is replaced, before the system kills others."""
    max_waiting: PositiveInt = 64
    """Requests that may wait for a worker; further ones get 503 with Retry-After."""
    bar_bytes: NonNegativeInt = 64 * 1024 * 1024
    """How much memory bars may take that are kept and used until they change, in bytes; 0 keeps none."""
    calendar: Calendar = "XNYS"
    """Exchange whose sessions are forecast, as an ISO 10383 code; empty to treat every weekday as a session."""
    models_dir: Path | None = None
    """Folder that stores fitted models, so that a restart does not fit them anew; empty to store none."""

    @field_validator("models_dir", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @model_validator(mode="after")
    def _timeouts_fit(self) -> Self:
        if self.data_timeout_seconds >= self.budget_seconds:
            raise ValueError("PREDICTION_DATA_TIMEOUT_SECONDS must be shorter than PREDICTION_BUDGET_SECONDS")
        return self
