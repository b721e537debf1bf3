"""The data service's settings: DATA_* variables."""

from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    HttpUrl,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from shared.market.calendar_names import Calendar
from shared.settings import UploadSettings, require_address, require_hosts, require_redis

VendorName = Literal["tiingo", "alpha_vantage", "yfinance"]


class DataSettings(UploadSettings):
    """Where bars are stored, cached and refreshed from, and the time limits."""

    model_config = SettingsConfigDict(env_prefix="DATA_")

    mongo_url: SecretStr = SecretStr("mongodb://127.0.0.1:27017/")
    """Address of MongoDB, with user and password if it requires them. Reading needs only the role `read`."""
    mongo_database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,63}$")] = "SP500_Stocks"
    """The database, with one collection per symbol."""
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    """Address of Redis or Valkey. If it does not answer, reads are slower but still succeed."""
    cache_seconds: PositiveInt = 60
    """Lifetime of cached bars, in seconds; also the maximum delay before another tool's change is visible."""
    stale_seconds: NonNegativeInt = 3600
    """How much longer bars are kept, in seconds, to be served as stale while MongoDB is down; 0 to serve none."""
    cache_timeout_seconds: PositiveFloat = 0.1
    """Cache timeout, in seconds, after which the store is read instead."""
    store_timeout_seconds: PositiveFloat = 2.0
    """Timeout of a read from MongoDB, in seconds."""
    budget_seconds: PositiveFloat = 2.4
    """Time budget of a request, in seconds. A caller's X-Request-Budget-Ms can only shorten it."""

    max_upload_rows: PositiveInt = 1_000_000
    """The most rows that an upload of bars may have; a million take 70 MB of memory while they are checked."""
    write_timeout_seconds: PositiveFloat = 20.0
    """Timeout of writing one symbol to MongoDB, in seconds."""
    write_budget_seconds: PositiveFloat = 25.0
    """Time budget of a request that writes, including its upload, in seconds."""
    calendar: Calendar = "XNYS"
    """Exchange of symbols without a calendar of their own, as an ISO 10383 code; empty to expect no sessions."""
    vendor: VendorName | None = None
    """Vendor of bars for `refresh`: tiingo, alpha_vantage or yfinance. Without one, no request leaves the service."""
    tiingo_key: SecretStr | None = None
    """API key for Tiingo."""
    tiingo_url: HttpUrl = HttpUrl("https://api.tiingo.com")
    """Address of Tiingo."""
    alpha_vantage_key: SecretStr | None = None
    """API key for Alpha Vantage."""
    alpha_vantage_url: HttpUrl = HttpUrl("https://www.alphavantage.co")
    """Address of Alpha Vantage."""
    vendor_timeout_seconds: PositiveFloat = 30.0
    """Timeout of one request to a vendor, in seconds."""
    vendor_interval_seconds: PositiveFloat | None = None
    """Minimum time between two requests to a vendor, in seconds; by default, what its free plan allows."""

    @field_validator("mongo_url")
    @classmethod
    def _is_of_mongodb(cls, value: SecretStr) -> SecretStr:
        # Not pydantic's MongoDsn: it adds a port to mongodb+srv addresses, which the driver then refuses.
        url = value.get_secret_value()
        require_address(url, "mongodb", "mongodb+srv")
        require_hosts(url.partition("://")[2].partition("/")[0])
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_of_redis(cls, value: SecretStr) -> SecretStr:
        require_redis(value)
        return value

    @model_validator(mode="after")
    def _timeouts_fit(self) -> Self:
        if self.cache_timeout_seconds + self.store_timeout_seconds >= self.budget_seconds:
            raise ValueError(
                "DATA_CACHE_TIMEOUT_SECONDS and DATA_STORE_TIMEOUT_SECONDS must fit in DATA_BUDGET_SECONDS"
            )
        if self.write_timeout_seconds >= self.write_budget_seconds:
            raise ValueError("DATA_WRITE_TIMEOUT_SECONDS must be shorter than DATA_WRITE_BUDGET_SECONDS")
        return self
