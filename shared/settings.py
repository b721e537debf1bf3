"""The settings that every deployable has, and how they are read: once, in `create_app`, from the environment."""

from typing import Literal, TypeVar

from pydantic import HttpUrl, NonNegativeFloat, PositiveFloat, PositiveInt, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Fields that each deployable's settings inherit."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True, extra="ignore")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least severe log level that is written."""
    log_format: Literal["json", "console"] = "json"
    """One JSON object a line, or lines for people."""
    max_body_bytes: PositiveInt = 64 * 1024
    """The largest request body that is taken, in bytes."""
    budget_seconds: PositiveFloat
    """The longest that one request may take, in seconds; a caller that waits less says so and gets less."""
    drain_seconds: NonNegativeFloat = 2.0
    """How long a process that is told to stop says so, before it stops listening, in seconds."""


class UploadSettings(ServiceSettings):
    """Fields of the deployables that take bars from outside."""

    max_upload_bytes: PositiveInt = 32 * 1024 * 1024
    """The largest body of bars that is taken, in bytes."""
    write_budget_seconds: PositiveFloat
    """The longest that one request that writes may take, its upload included, in seconds."""


class TracingSettings(BaseSettings):
    """Where traces are sent: the standard variable of OpenTelemetry, the same for each deployable."""

    model_config = SettingsConfigDict(
        env_prefix="OTEL_EXPORTER_OTLP_", frozen=True, use_attribute_docstrings=True, extra="ignore"
    )

    endpoint: HttpUrl | None = None
    """A collector of traces that takes OTLP over HTTP, as http://127.0.0.1:4318; without it none are made."""

    @field_validator("endpoint", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None


S = TypeVar("S", bound=BaseSettings)


class InvalidSettings(SystemExit):
    """The environment holds a value that the service cannot start with; the message names each variable."""


def load_settings(kind: type[S]) -> S:
    """Read the settings of this kind from the environment.

    Raises:
        InvalidSettings: At least one variable is missing or wrong.
    """
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        lines = [f"{prefix}{'.'.join(map(str, e['loc']))}".upper() + f": {e['msg']}" for e in error.errors()]
        raise InvalidSettings("Bellwether cannot start:\n" + "\n".join(f"  {line}" for line in lines)) from None
