"""Settings of `make run`, read from the environment."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class LocalSettings(BaseSettings):
    """Where the system on this machine listens and keeps its data."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    port: int = 8000
    """Port of the page, the API and its documentation."""
    local_dir: Path = Path(".local")
    """Folder for the embedded servers' data and all logs; each concurrent run needs its own."""
    mongo_url: str | None = None
    """Your own MongoDB instead of the embedded one."""
    redis_url: str | None = None
    """Your own Redis or Valkey instead of the embedded one."""
