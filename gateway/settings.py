"""The gateway's settings: GATEWAY_* variables."""

from pathlib import Path
from typing import Self

from pydantic import HttpUrl, PositiveFloat, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from gateway.api_keys import parse_digests
from shared.settings import UploadSettings

_WANTED = "use 64 hexadecimal digits, as `python -m gateway.api_keys` prints them"


class GatewaySettings(UploadSettings):
    """Addresses and timeouts of the internal services, and who may write."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    data_url: HttpUrl = HttpUrl("http://127.0.0.1:8001")
    """Address of the data service."""
    prediction_url: HttpUrl = HttpUrl("http://127.0.0.1:8002")
    """Address of the prediction service."""
    data_timeout_seconds: PositiveFloat = 3.0
    """The longest that one read from the data service may take, in seconds."""
    prediction_timeout_seconds: PositiveFloat = 6.0
    """The longest that one call to the prediction service may take, in seconds."""
    budget_seconds: PositiveFloat = 8.0
    """Time budget of a request, in seconds. A caller's X-Request-Budget-Ms can only shorten it."""
    write_budget_seconds: PositiveFloat = 30.0
    """Time budget of a request that writes, its upload included, in seconds."""
    api_keys: SecretStr | None = None
    """SHA-256 digests of the API keys, comma separated; `python -m gateway.api_keys` makes a key. None: no writes."""
    api_keys_file: Path | None = None
    """File with further digests, one per line, `#` for comments. A valid change is in force at once."""
    open_reads: bool = True
    """Whether reads need no API key. If false, only health, metrics, the docs and the page are open."""
    frontend_dir: Path | None = None
    """Folder of the built page, which is served at `/`. Without it, only the API is served."""

    @field_validator("api_keys", "api_keys_file", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("api_keys")
    @classmethod
    def _are_digests(cls, value: SecretStr | None) -> SecretStr | None:
        _, broken = parse_digests(value.get_secret_value().split(",") if value else [])
        if broken:
            raise ValueError(f"entry {broken[0]} of the list is not the SHA-256 digest of a key: {_WANTED}")
        return value

    @model_validator(mode="after")
    def _timeouts_fit(self) -> Self:
        if max(self.data_timeout_seconds, self.prediction_timeout_seconds) >= self.budget_seconds:
            raise ValueError(
                "GATEWAY_DATA_TIMEOUT_SECONDS and GATEWAY_PREDICTION_TIMEOUT_SECONDS must be shorter than "
                "GATEWAY_BUDGET_SECONDS"
            )
        return self
