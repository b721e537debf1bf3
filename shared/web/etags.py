"""Entity tags and conditional requests."""

import re
from typing import Any

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "If-None-Match names the current ETag."}}
MAX_TAGS = 100  # of If-None-Match that are looked at; 32 KB of commas would take 15 ms
_CODING_SUFFIX = re.compile(r'-(gzip|zstd|br)"$')  # Apache's mod_deflate appends the coding inside the quotes


def matches(etag: str, if_none_match: str) -> bool:
    """Say whether the header If-None-Match names this ETag, or any (`*`).

    The comparison is weak: a proxy that compresses the response may have weakened the ETag or appended the coding.
    """
    return any(_strip(tag) in (etag, "*") for tag in if_none_match.split(",", MAX_TAGS)[:MAX_TAGS])


def _strip(tag: str) -> str:
    return _CODING_SUFFIX.sub('"', tag.strip().removeprefix("W/"))
