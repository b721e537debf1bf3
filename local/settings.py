"""Settings of `make run`, read from the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from local.errors import CannotRun


class LocalSettings(BaseSettings):
    """Where the system on this machine listens and keeps its data."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True, env_ignore_empty=True)

    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """Port of the page, the API and its documentation."""
    local_dir: Path = Path(".local")
    """Folder for the embedded servers' data and all logs; each concurrent run needs its own."""
    mongo_url: str | None = None
    """Your own MongoDB instead of the embedded one."""
    redis_url: str | None = None
    """Your own Redis or Valkey instead of the embedded one."""
    data_mongo_database: str = "SP500_Stocks"
    """The database that the data service uses, as DATA_MONGO_DATABASE names it."""


def load_settings() -> LocalSettings:
    """Read the settings.

    Raises:
        CannotRun: PORT is not a port.
    """
    try:
        return LocalSettings()
    except ValidationError as error:
        given = str(error.errors()[0]["input"])[:40]
        raise CannotRun(f"PORT={given} is not a port. Use a number from 1 to 65535: PORT=8000 make run") from None
