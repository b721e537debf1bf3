"""API keys for writes, and for reads if these are closed. Only SHA-256 digests of the keys are stored.

`python -m gateway.api_keys` makes a key. Keys are read from headers only: URLs end up in logs and browser history.
"""

import hashlib
import hmac
import re
import secrets
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Annotated

import structlog
from fastapi import Depends, Request, Security
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from shared.errors import NotAuthorised
from shared.web.problem import problem_response

log = structlog.get_logger()
MAX_FILE_BYTES = 1_048_576  # 16,000 digests, read in a few milliseconds
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="The key itself, not its digest.")
_BEARER = HTTPBearer(auto_error=False, description="The same key as `Authorization: Bearer`.")


def parse_digests(entries: list[str]) -> tuple[frozenset[str], list[int]]:
    """Parse digests; also return the positions, from 1, of invalid entries. `#` begins a comment."""
    digests, broken = set(), []
    for position, entry in enumerate(entries, start=1):
        digest = entry.partition("#")[0].strip().lower()
        if _DIGEST.fullmatch(digest):
            digests.add(digest)
        elif digest:
            broken.append(position)
    return frozenset(digests), broken


def compute_digest(key: str) -> str:
    """Compute the digest of a key from a header, which Starlette decodes as Latin-1."""
    return hashlib.sha256(key.encode("latin-1")).hexdigest()


class ApiKeys:
    """Checks keys against the digests in the settings and in a file.

    A file that is missing or invalid changes nothing: the digests that it held before stay in force.

    Args:
        digests: From the settings.
        file: Read at each check, so that a change takes effect at once. Only its content counts, not its times: the
            kubelet swaps symbolic links, editors replace the file.
    """

    def __init__(self, digests: frozenset[str], file: Path | None) -> None:
        self._digests = digests
        self._file = file
        self._from_file: frozenset[str] = frozenset()
        self._complaint: str | None = None

    def require(self, key: str | None) -> None:
        """Check that `key` is valid.

        Raises:
            NotAuthorised: It is missing or invalid; the detail says what to do.
        """
        if not self._in_force():
            raise NotAuthorised(
                "This needs an API key, and none is set up. Run `python -m gateway.api_keys` to make one, put its "
                "digest into GATEWAY_API_KEYS or the file GATEWAY_API_KEYS_FILE, and send the key as X-API-Key."
            )
        if not key:
            raise NotAuthorised("This needs an API key. Send it in the header X-API-Key or as Authorization: Bearer.")
        if not self.is_valid(key):
            raise NotAuthorised("Check the API key: it is not valid here. It may be mistyped or withdrawn.")

    def is_file_valid(self) -> bool:
        """Read the file again and return whether it is valid; a file that has never existed is."""
        self._in_force()
        return self._complaint is None

    def is_valid(self, key: str) -> bool:
        """Say whether the key is one of ours."""
        given, is_valid = compute_digest(key), False
        for digest in self._in_force():  # all of them, so that timing reveals nothing
            is_valid |= hmac.compare_digest(digest, given)
        return is_valid

    def _in_force(self) -> frozenset[str]:
        if self._file is None:
            return self._digests
        found, complaint = read_digests(self._file)
        if complaint is None and self._from_file and not found:
            complaint = "it has no digest"
        if complaint is None or not self._from_file:  # invalid from the start: its valid lines are all there is
            self._from_file = found
        if complaint != self._complaint:
            self._complaint = complaint
            log.warning("api_keys_file_changed", file=str(self._file), keys=len(self._from_file), invalid=complaint)
        return self._digests | self._from_file


def read_digests(file: Path) -> tuple[frozenset[str], str | None]:
    """Read the digests of a file, and say what is wrong with it. A missing file counts as an empty one."""
    try:
        if not file.exists():
            return frozenset(), None
        if not file.is_file():  # reading a pipe would block
            return frozenset(), "it is not a file"
        with file.open("rb") as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
        digests, broken = parse_digests(content.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError:
        return frozenset(), "it is not text in UTF-8"
    except OSError as error:
        return frozenset(), f"it cannot be read: {error.strerror}"
    if len(content) > MAX_FILE_BYTES:
        return digests, f"it is larger than {MAX_FILE_BYTES} bytes"
    return digests, f"these lines are not digests: {broken[:10]}" if broken else None


async def _require_key(
    request: Request,
    key: Annotated[str | None, Security(_HEADER)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> None:
    keys: ApiKeys = request.app.state.components.api_keys
    keys.require(key or (bearer.credentials if bearer else None))


NEEDS_KEY = Depends(_require_key)


async def not_authorised(request: Request, error: Exception) -> JSONResponse:
    """Render NotAuthorised with the challenge that a 401 requires."""
    assert isinstance(error, NotAuthorised)
    log.info("request_refused", type=error.slug, detail=error.detail)
    response = problem_response(request, error)
    response.headers["WWW-Authenticate"] = 'Bearer realm="Bellwether"'
    return response


def main() -> None:
    """Print a new key and the digest for the settings."""
    ArgumentParser(prog="python -m gateway.api_keys", description=main.__doc__).parse_args()
    key = secrets.token_urlsafe(32)
    sys.stdout.write(f"key     {key}\ndigest  {compute_digest(key)}\n\n")
    sys.stdout.write("Save the key: it is stored nowhere. Put the digest into GATEWAY_API_KEYS (comma separated)\n")
    sys.stdout.write("or on its own line into the file that GATEWAY_API_KEYS_FILE names.\n")


if __name__ == "__main__":
    main()
