"""Passwords, keys and tokens of a run: random, made once, readable by their owner only."""

import os
import shlex
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from secrets import token_hex, token_urlsafe

API_KEY_FILE = "api-key"
STORES_FILE = "stores.env"
OWNER_ONLY = 0o600
# Even with the password, Valkey cannot be emptied, reconfigured or searched for its keys.
VALKEY_ACCESS = "user default on >{password} ~* &* +@all -@dangerous +info +slowlog\nprotected-mode yes\n"


def secret(folder: Path, name: str) -> str:
    """Return the secret of this name, which is generated if it is missing."""
    return _keep(folder / "secrets" / name, token_hex(32))


def valkey_config(folder: Path) -> tuple[Path, str]:
    """Write Valkey's configuration file, since everyone can read a command line; return it and the password."""
    password = secret(folder, "valkey-password")
    path = folder / "secrets" / "valkey.conf"
    _write(path, VALKEY_ACCESS.format(password=password))
    return path, password


def gateway_keys(local_dir: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the setting that makes the gateway accept the key in `local_dir`, which is generated if it is missing.

    Return no setting if `environment` configures API keys of its own.
    """
    if environment.get("GATEWAY_API_KEYS") or environment.get("GATEWAY_API_KEYS_FILE"):
        return {}
    key = _keep(local_dir / API_KEY_FILE, token_urlsafe(32))
    return {"GATEWAY_API_KEYS": sha256(key.encode()).hexdigest()}


def write_stores(local_dir: Path, stores: Mapping[str, str]) -> None:
    """Write the stores' addresses as shell variables for `make load`; they contain passwords."""
    _write(local_dir / STORES_FILE, "".join(f"{name}={shlex.quote(value)}\n" for name, value in stores.items()))


def read_stores(local_dir: Path) -> dict[str, str]:
    """Read the addresses; none if no file holds any."""
    path = local_dir / STORES_FILE
    words = shlex.split(path.read_text()) if path.exists() else []
    return dict(word.split("=", 1) for word in words)


def remove_stores(local_dir: Path) -> None:
    """Remove the addresses, which are valid only while their servers run."""
    (local_dir / STORES_FILE).unlink(missing_ok=True)


def _keep(path: Path, new: str) -> str:
    """Return the content of the file; if it is missing or empty, write `new` first."""
    if not path.exists() or not path.read_text().strip():
        _write(path, new + "\n")
    path.chmod(OWNER_ONLY)
    return path.read_text().strip()


def _write(path: Path, text: str) -> None:
    """Replace the file atomically: a crash leaves the old one or the new one."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as file:
        file.write(text)
    new.replace(path)
