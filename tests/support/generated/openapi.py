"""Writes the apps' OpenAPI documents to docs/openapi/*.json: `make openapi`."""

import json
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI

from gateway.app import create_app as gateway
from services.data.app import create_app as data
from services.prediction.app import create_app as prediction

FOLDER = Path(__file__).parents[3] / "docs" / "openapi"
APPS: dict[str, Callable[[], FastAPI]] = {"gateway": gateway, "data": data, "prediction": prediction}


def document(name: str) -> str:
    """Encode this app's OpenAPI document as in its committed file."""
    return json.dumps(APPS[name]().openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in APPS:
        (FOLDER / f"{name}.json").write_text(document(name))
