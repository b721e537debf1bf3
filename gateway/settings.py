"""The gateway's settings: GATEWAY_* variables."""

from pathlib import Path
from typing import Self

from pydantic import HttpUrl, PositiveFloat, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """Where the internal services are and how long the gateway waits for them."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    data_url: HttpUrl = HttpUrl("http://127.0.0.1:8001")
    """Address of the data service."""
    prediction_url: HttpUrl = HttpUrl("http://127.0.0.1:8002")
    """Address of the prediction service."""
    data_timeout_seconds: PositiveFloat = 3.0
    """The longest that one call to the data service may take, in seconds."""
    prediction_timeout_seconds: PositiveFloat = 6.0
    """The longest that one call to the prediction service may take, in seconds."""
    budget_seconds: PositiveFloat = 8.0
    """The longest that one request may take, in seconds; a caller that waits less says so and gets less."""
    frontend_dir: Path | None = None
    """Folder of the built page, served at `/`; without it only the API is served."""

    @model_validator(mode="after")
    def _timeouts_fit(self) -> Self:
        if max(self.data_timeout_seconds, self.prediction_timeout_seconds) >= self.budget_seconds:
            raise ValueError("the timeouts of the calls out must be shorter than GATEWAY_BUDGET_SECONDS")
        return self
