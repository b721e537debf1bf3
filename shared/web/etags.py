"""Entity tags: what the caller already has."""

from typing import Any

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The ETag of the answer is one of those in If-None-Match."}
}


def matches(etag: str, if_none_match: str) -> bool:
    """Say whether the header If-None-Match names this ETag, which a proxy may have made a weak one, or any (`*`)."""
    return bool({etag, "*"} & {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")})
