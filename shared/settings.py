"""Settings that all deployables share. They are read from the environment once, in `create_app`."""

import re
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    HttpUrl,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{32,}")  # what `Authorization: Bearer` may carry, and too long to be guessed
_NAME = r"(\*|(\*\.)?[A-Za-z0-9._-]+)"
_ALLOWED_HOSTS = re.compile(rf"\s*({_NAME}(\s*,\s*{_NAME})*)?\s*")


class ServiceSettings(BaseSettings):
    """Fields that each deployable's settings inherit."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True, extra="ignore")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The lowest log level that is written."""
    log_format: Literal["json", "console"] = "json"
    """One JSON object per line, or lines that are easier to read."""
    max_body_bytes: PositiveInt = 64 * 1024
    """The largest request body that is accepted, in bytes."""
    allowed_hosts: str = ""
    """Host names of this server besides its addresses, localhost and the machine's name, comma separated;
    `*.example.com` stands for all names below example.com, `*` for every name. Other names are refused."""
    budget_seconds: PositiveFloat
    """Time budget of a request, in seconds. A caller's X-Request-Budget-Ms can only shorten it."""
    max_in_flight: PositiveInt = 320
    """Requests that one process serves at a time; further ones get 503 with Retry-After at once."""
    drain_seconds: NonNegativeFloat = 2.0
    """How long a process that is told to stop announces it before it stops listening, in seconds."""
    service_token: SecretStr | None = None
    """Secret that the three services share; data and prediction then refuse all others. Two, comma separated, while
    it is replaced: the first is sent, both are accepted."""

    @field_validator("allowed_hosts")
    @classmethod
    def _are_host_names(cls, value: str) -> str:
        if not _ALLOWED_HOSTS.fullmatch(value):
            raise ValueError("use host names without scheme and port, comma separated")
        return value

    @field_validator("service_token", mode="before")
    @classmethod
    def _no_token_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("service_token")
    @classmethod
    def _are_tokens(cls, value: SecretStr | None) -> SecretStr | None:
        if not all(_TOKEN.fullmatch(token) for token in split_tokens(value)):
            raise ValueError("each token must have 32 or more of the characters A-Z a-z 0-9 . _ ~ + / = -")
        return value

    @property
    def service_tokens(self) -> tuple[str, ...]:
        """Return the tokens that are valid; the first is the one to send."""
        return split_tokens(self.service_token)


def split_tokens(value: SecretStr | None) -> tuple[str, ...]:
    """Split a comma-separated list of tokens."""
    return tuple(token.strip() for token in value.get_secret_value().split(",")) if value else ()


def require_address(url: str, *schemes: str) -> None:
    """Raise a ValueError that does not repeat the address, which may have a password, if it has none of the schemes."""
    scheme, _, rest = url.partition("://")
    if scheme not in schemes or not rest:
        raise ValueError(f"must be an address that begins with {' or '.join(f'{name}://' for name in schemes)}")


def require_hosts(authority: str) -> None:
    """Raise a ValueError that does not repeat this part of an address if a host in it, or its port, is not valid."""
    try:
        for host in authority.rpartition("@")[2].split(","):
            _ = urlsplit(f"//{host}").port
    except ValueError:
        raise ValueError(
            "the host or port of this address is not valid; in a password, percent-encode special characters"
        ) from None


def require_redis(address: SecretStr) -> None:
    """Raise a ValueError if this is not an address of Redis or Valkey."""
    url = address.get_secret_value()
    require_address(url, "redis", "rediss", "unix")
    require_hosts(re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0])


class UploadSettings(ServiceSettings):
    """Fields of the deployables that accept uploads of bars."""

    max_upload_bytes: PositiveInt = 32 * 1024 * 1024
    """The largest upload of bars that is accepted, in bytes."""
    write_budget_seconds: PositiveFloat
    """Time budget of a request that writes, its upload included, in seconds."""


class TracingSettings(BaseSettings):
    """Where traces are sent: OpenTelemetry's standard variable, the same for every deployable."""

    model_config = SettingsConfigDict(
        env_prefix="OTEL_EXPORTER_OTLP_", frozen=True, use_attribute_docstrings=True, extra="ignore"
    )

    endpoint: HttpUrl | None = None
    """A trace collector that accepts OTLP over HTTP, such as http://127.0.0.1:4318. Without one there are no traces."""

    @field_validator("endpoint", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None


S = TypeVar("S", bound=BaseSettings)


class InvalidSettings(SystemExit):
    """The service cannot start with a value in the environment; the message names each variable."""


def load_settings(kind: type[S]) -> S:
    """Read the settings of this class from the environment.

    Raises:
        InvalidSettings: A variable is missing or invalid.
    """
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        lines = [
            _describe(prefix, ".".join(map(str, e["loc"])), _PLAIN.get(e["type"], e["msg"])) for e in error.errors()
        ]
        raise InvalidSettings("Bellwether cannot start:\n" + "\n".join(f"  {line}" for line in lines)) from None


_PLAIN = {"url_parsing": "use an address with http:// or https://, such as http://127.0.0.1:8001"}


def _describe(prefix: str, field: str, message: str) -> str:
    """Name the variable, unless the message is about several and names them itself."""
    message = message.removeprefix("Value error, ")
    return f"{prefix}{field}".upper() + f": {message}" if field else message
