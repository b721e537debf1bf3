"""What `make run` takes from the environment."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class LocalSettings(BaseSettings):
    """Where the system on this machine listens and keeps its data."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    port: int = 8000
    """Port of the public door: the page, the API and its docs."""
    local_dir: Path = Path(".local")
    """Folder of the embedded servers' data and of all logs; two runs need two."""
    mongo_url: str | None = None
    """A MongoDB of your own instead of the embedded one."""
    redis_url: str | None = None
    """A Redis or Valkey of your own instead of the embedded one."""
