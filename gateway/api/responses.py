"""Helpers for responses: forwarding an upstream's response, and documenting an example."""

from typing import Any

from fastapi import Response

from gateway.settings import GatewaySettings
from shared.clients.base import RawResponse


def forward(answer: RawResponse, settings: GatewaySettings) -> Response:
    """Forward an upstream's response unchanged. Caches may store it, but must revalidate it on every use.

    Shared caches may not store what requires a key.
    """
    audience = "public" if settings.open_reads else "private"
    headers = {"Cache-Control": f"{audience}, max-age=0, must-revalidate"}
    return Response(answer.body, answer.status, answer.headers | headers)


def json_example(example: object) -> dict[int | str, dict[str, Any]]:
    """Build the OpenAPI entry of a 200 in JSON with this example."""
    return {200: {"content": {"application/json": {"example": example}}}}
