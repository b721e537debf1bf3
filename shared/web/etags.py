"""Entity tags and conditional requests."""

from typing import Any

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "If-None-Match names the current ETag."}}


def matches(etag: str, if_none_match: str) -> bool:
    """Say whether the header If-None-Match names this ETag, which a proxy may have weakened, or any (`*`)."""
    return bool({etag, "*"} & {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")})
