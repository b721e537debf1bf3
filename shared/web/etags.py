"""Entity tags: what of an answer its caller has already."""

from typing import Any

KNOWN: dict[int | str, dict[str, Any]] = {
    304: {"description": "The ETag of the answer is one of those in If-None-Match."}
}


def is_known(etag: str, if_none_match: str) -> bool:
    """Say whether the header If-None-Match names this ETag, which a proxy may have made a weak one."""
    return etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
