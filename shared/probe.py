"""Healthcheck command for images without curl: `python -m shared.probe URL`."""

import sys
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

TIMEOUT_SECONDS = 20.0  # shorter than the health checks of images and compose, which then see the reason


def complaint(url: str) -> str | None:
    """Return what is wrong, None if the response is a success. Ignores proxies set in the environment."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=TIMEOUT_SECONDS):
            return None
    except (URLError, HTTPException, OSError) as error:
        return f"{url}: {error}"


if __name__ == "__main__":
    sys.exit(complaint(sys.argv[1]))
