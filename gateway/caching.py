"""What a caller may keep of an answer: as long as it likes, if it asks each time whether it is still the one."""

from gateway.settings import GatewaySettings


def cache_control(settings: GatewaySettings) -> str:
    """Return the header's value; what needs a key stays out of the caches that callers share."""
    return f"{'public' if settings.open_reads else 'private'}, max-age=0, must-revalidate"


def is_known(etag: str, if_none_match: str) -> bool:
    """Say whether the header If-None-Match names this ETag, which a proxy may have made a weak one."""
    return etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
