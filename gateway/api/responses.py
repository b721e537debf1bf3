"""Responses of several routes: how an upstream's is passed on, and how an example is documented."""

from typing import Any

from fastapi import Response

from gateway.settings import GatewaySettings
from shared.clients.base import RawResponse


def forward(answer: RawResponse, settings: GatewaySettings) -> Response:
    """Pass an upstream's response on unchanged, its ETag included, to be stored but revalidated on every use.

    What needs a key stays out of the caches that callers share.
    """
    audience = "public" if settings.open_reads else "private"
    headers = {"Cache-Control": f"{audience}, max-age=0, must-revalidate"}
    return Response(answer.body, answer.status, answer.headers | headers)


def json_example(example: object) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entry of a 200 in JSON with this example."""
    return {200: {"content": {"application/json": {"example": example}}}}
