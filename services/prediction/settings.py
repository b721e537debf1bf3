"""The prediction service's settings: PREDICTION_* variables."""

from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import HttpUrl, NonNegativeInt, PositiveFloat, PositiveInt, SecretStr, field_validator, model_validator
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
    """Memory for bars that are kept and used until they change, in bytes; 0 keeps none."""
    calendar: Calendar = "XNYS"
    """Exchange of symbols without a calendar of their own, as an ISO 10383 code; empty for every weekday."""
    models_dir: Path | None = None
    """Folder that stores fitted models, so that a restart does not fit them anew; empty to store none."""

    cluster_url: str | None = None
    """A cluster that computes runs, such as tls://scheduler:8786; empty to compute them on this machine. Without TLS,
    only tcp:// on this machine is accepted: a cluster runs whatever code it is sent."""
    cluster_ca: str | None = None
    """Certificate of the authority behind those of the cluster and of this service: a PEM file, or its text."""
    cluster_cert: str | None = None
    """Certificate that this process shows to the cluster: a PEM file, or its text."""
    cluster_key: SecretStr | None = None
    """Private key of that certificate: a PEM file, or its text."""
    cluster_timeout_seconds: PositiveFloat = 10.0
    """How long to wait for the cluster to answer at the start of a run, in seconds."""

    @field_validator("models_dir", "cluster_url", "cluster_ca", "cluster_cert", "cluster_key", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @model_validator(mode="after")
    def _cluster_is_safe(self) -> Self:
        key = None if self.cluster_key is None else self.cluster_key.get_secret_value()
        files = (self.cluster_ca, self.cluster_cert, key)
        if any(files) and not all(files):
            raise ValueError("set all of PREDICTION_CLUSTER_CA, PREDICTION_CLUSTER_CERT and PREDICTION_CLUSTER_KEY")
        names = ("PREDICTION_CLUSTER_CA", "PREDICTION_CLUSTER_CERT", "PREDICTION_CLUSTER_KEY")
        wrong = [name for name, value in zip(names, files, strict=True) if value and not _is_pem(value)]
        if wrong:
            raise ValueError(f"neither a file nor the text of a PEM file: {', '.join(wrong)}")
        if self.cluster_url is not None:
            _require_safe(self.cluster_url, has_certificates=all(files))
        return self

    @model_validator(mode="after")
    def _timeouts_fit(self) -> Self:
        if self.data_timeout_seconds >= self.budget_seconds:
            raise ValueError("PREDICTION_DATA_TIMEOUT_SECONDS must be shorter than PREDICTION_BUDGET_SECONDS")
        return self


def _is_pem(value: str) -> bool:
    return value.startswith("-----BEGIN ") or Path(value).is_file()


def _require_safe(url: str, *, has_certificates: bool) -> None:
    """Check that only authorised processes can send anything to the cluster."""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in {"tls", "tcp"} or not host or not port:
        raise ValueError("PREDICTION_CLUSTER_URL must be an address such as tls://scheduler:8786")
    if parts.scheme == "tls" and not has_certificates:
        raise ValueError(
            "PREDICTION_CLUSTER_URL needs certificates: set PREDICTION_CLUSTER_CA, PREDICTION_CLUSTER_CERT and "
            "PREDICTION_CLUSTER_KEY"
        )
    if parts.scheme == "tcp" and not _is_loopback(host):
        raise ValueError(
            "PREDICTION_CLUSTER_URL must begin with tls://, since a cluster runs whatever code it is sent; tcp:// is "
            "accepted on this machine only"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
