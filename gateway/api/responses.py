"""Helpers for responses: encoding a model as an answer that may be kept, and documenting an example."""

import hashlib
from typing import Any

from pydantic import BaseModel

from shared.clients.base import RawResponse


def encode_answer(model: BaseModel) -> RawResponse:
    """Encode a model as JSON, with a digest as its ETag."""
    body = model.model_dump_json().encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return RawResponse(200, {"ETag": etag, "Content-Type": "application/json"}, body)


def json_example(example: object) -> dict[int | str, dict[str, Any]]:
    """Build the OpenAPI entry of a 200 in JSON with this example."""
    return {200: {"content": {"application/json": {"example": example}}}}
