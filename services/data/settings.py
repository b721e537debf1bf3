"""The data service's settings: DATA_* variables."""

from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    HttpUrl,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from shared.market.exchange_sessions import Calendar
from shared.settings import UploadSettings

VendorName = Literal["tiingo", "alpha_vantage", "yfinance"]


class DataSettings(UploadSettings):
    """Where bars are kept, cached and refreshed from, and how long each may take."""

    model_config = SettingsConfigDict(env_prefix="DATA_")

    mongo_url: SecretStr = SecretStr("mongodb://127.0.0.1:27017/")
    """Address of MongoDB, with user and password where it wants them. Reading needs the role `read` only."""
    mongo_database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,63}$")] = "SP500_Stocks"
    """The database that has one collection per symbol."""
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    """Address of Redis or Valkey. Without one that answers, everything works, more slowly."""
    cache_seconds: PositiveInt = 60
    """How long bars are answered from the cache, in seconds; the longest that a change by another tool stays unseen."""
    cache_timeout_seconds: PositiveFloat = 0.1
    """The longest that the cache may take before its answer is done without, in seconds."""
    store_timeout_seconds: PositiveFloat = 2.0
    """The longest that MongoDB may take, in seconds."""
    budget_seconds: PositiveFloat = 2.5
    """The longest that one request may take, in seconds; a caller that waits less says so and gets less."""

    write_timeout_seconds: PositiveFloat = 20.0
    """The longest that MongoDB may take to write one symbol, in seconds."""
    write_budget_seconds: PositiveFloat = 25.0
    """The longest that one request that writes may take, its upload included, in seconds."""
    calendar: Calendar = "XNYS"
    """The exchange whose sessions are expected of every symbol, by its code (ISO 10383); empty to expect none."""
    vendor: VendorName | None = None
    """Who `refresh` asks for new bars: tiingo, alpha_vantage or yfinance. Without one, nothing is asked of anybody."""
    tiingo_key: SecretStr | None = None
    """The key for Tiingo."""
    tiingo_url: HttpUrl = HttpUrl("https://api.tiingo.com")
    """Address of Tiingo."""
    alpha_vantage_key: SecretStr | None = None
    """The key for Alpha Vantage."""
    alpha_vantage_url: HttpUrl = HttpUrl("https://www.alphavantage.co")
    """Address of Alpha Vantage."""
    vendor_timeout_seconds: PositiveFloat = 30.0
    """The longest that one answer of a vendor may take, in seconds."""
    vendor_interval_seconds: PositiveFloat | None = None
    """The least time between two requests to a vendor, in seconds; without it, what the vendor's free key allows."""

    @field_validator("mongo_url", "redis_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        # Not pydantic's MongoDsn: it adds a port to mongodb+srv addresses, which the driver then refuses.
        schemes = {"mongo_url": ("mongodb", "mongodb+srv"), "redis_url": ("redis", "rediss", "unix")}
        allowed = schemes[str(info.field_name)]
        scheme, _, rest = value.get_secret_value().partition("://")
        if scheme not in allowed or not rest:
            raise ValueError(f"an address that begins with {' or '.join(f'{name}://' for name in allowed)} is expected")
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
