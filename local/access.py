"""How a person gets at a running `make run`: a key that may write, and the addresses of its stores."""

import shlex
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe

KEY = "api-key"
STORES = "stores.env"
OWNER_ONLY = 0o600


def keys(local_dir: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return the gateway's setting that admits the key in `local_dir`, made if it is not there; none if it has keys."""
    if given.get("GATEWAY_API_KEYS") or given.get("GATEWAY_API_KEYS_FILE"):
        return {}
    path = local_dir / KEY
    if not path.exists():
        _write(path, token_urlsafe(32) + "\n")
    return {"GATEWAY_API_KEYS": sha256(path.read_text().strip().encode()).hexdigest()}


def write_stores(local_dir: Path, stores: Mapping[str, str]) -> None:
    """Write the addresses for `make load`, as a shell reads them; they may hold a password."""
    _write(local_dir / STORES, "".join(f"{name}={shlex.quote(value)}\n" for name, value in stores.items()))


def remove_stores(local_dir: Path) -> None:
    """Remove them: nothing listens there any more."""
    (local_dir / STORES).unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(OWNER_ONLY)
    path.chmod(OWNER_ONLY)
    path.write_text(text)
