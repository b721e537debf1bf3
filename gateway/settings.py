"""The gateway's settings: GATEWAY_* variables."""

from pathlib import Path
from typing import Self

from pydantic import HttpUrl, NonNegativeInt, PositiveFloat, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from gateway.api_keys import parse_digests
from gateway.rate_limits.callers import parse_networks
from shared.settings import UploadSettings, require_redis

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
    """File with further digests, one per line, `#` for comments. A valid change takes effect at once."""
    open_reads: bool = True
    """Whether reads need no API key. If false, only health, metrics, the docs and the page are open."""
    reads_per_minute: NonNegativeInt = 0
    """Requests a minute that only read, for each API key, or for each address without a key; 0: any number."""
    computations_per_minute: NonNegativeInt = 0
    """The same for results, forecasts, evaluations and ranges."""
    writes_per_minute: NonNegativeInt = 0
    """The same for requests that write, those that start runs included."""
    limits_redis_url: SecretStr | None = None
    """Redis or Valkey, where all gateways count together. Without it, or while it is away, each counts for itself."""
    trusted_proxies: str = ""
    """Networks of proxies whose X-Forwarded-For is believed, comma separated, such as 10.0.0.0/8. None: no proxy."""
    answer_bytes: NonNegativeInt = 64 * 1024 * 1024
    """Memory for answers that are kept and served until their bars change, in bytes; 0 keeps none."""
    frontend_dir: Path | None = None
    """Folder of the built page, which is served at `/`. Without it, only the API is served."""

    @field_validator("api_keys", "api_keys_file", "limits_redis_url", "frontend_dir", mode="before")
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

    @field_validator("limits_redis_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            require_redis(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        try:
            parse_networks(value)
        except ValueError as error:
            raise ValueError(f"use networks such as 10.0.0.0/8, comma separated: {error}") from None
        return value

    @field_validator("frontend_dir")
    @classmethod
    def _is_built(cls, value: Path | None) -> Path | None:
        if value is not None and not (value / "index.html").is_file():
            raise ValueError("this folder has no index.html: build the page, or leave it empty to serve only the API")
        return value

    @model_validator(mode="after")
    def _timeouts_fit(self) -> Self:
        if max(self.data_timeout_seconds, self.prediction_timeout_seconds) >= self.budget_seconds:
            raise ValueError(
                "GATEWAY_DATA_TIMEOUT_SECONDS and GATEWAY_PREDICTION_TIMEOUT_SECONDS must be shorter than "
                "GATEWAY_BUDGET_SECONDS"
            )
        return self
