"""Gives a person access to a running `make run`: an API key that may write, and the addresses of its stores."""

import shlex
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe

API_KEY_FILE = "api-key"
STORES_FILE = "stores.env"
OWNER_ONLY = 0o600


def gateway_keys(local_dir: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the setting that makes the gateway accept the key in `local_dir`, which is generated if it is missing.

    Return no setting if `environment` configures API keys of its own.
    """
    if environment.get("GATEWAY_API_KEYS") or environment.get("GATEWAY_API_KEYS_FILE"):
        return {}
    path = local_dir / API_KEY_FILE
    if not path.exists():
        _write(path, token_urlsafe(32) + "\n")
    return {"GATEWAY_API_KEYS": sha256(path.read_text().strip().encode()).hexdigest()}


def write_stores(local_dir: Path, stores: Mapping[str, str]) -> None:
    """Write the stores' addresses as shell variables for `make load`; they may contain a password."""
    _write(local_dir / STORES_FILE, "".join(f"{name}={shlex.quote(value)}\n" for name, value in stores.items()))


def remove_stores(local_dir: Path) -> None:
    """Remove the addresses once the stores have stopped."""
    (local_dir / STORES_FILE).unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(OWNER_ONLY)
    path.chmod(OWNER_ONLY)
    path.write_text(text)
