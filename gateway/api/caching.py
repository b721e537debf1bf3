"""What a caller may keep of an answer: as long as it likes, if it asks each time whether it is still the one."""

from fastapi import Response

from gateway.settings import GatewaySettings
from shared.clients.base import Answer


def passed_on(answer: Answer, settings: GatewaySettings) -> Response:
    """Return an upstream's answer as it is, its ETag included: who makes an answer knows what determines it.

    What needs a key stays out of the caches that callers share.
    """
    audience = "public" if settings.open_reads else "private"
    headers = {"Cache-Control": f"{audience}, max-age=0, must-revalidate"}
    return Response(answer.body, answer.status, answer.headers | headers)
