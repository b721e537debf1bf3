"""The least that FastAPI can do: parse the same body, answer bytes from memory. A reference of `make bench`."""

import os
from pathlib import Path

from fastapi import FastAPI, Response

from shared.schemas.results import ResultRequest


def create_app() -> FastAPI:
    """Build an app that answers each file of the folder BENCH_ANSWERS under its name, and a result by POST."""
    app = FastAPI()
    answers = {path.name: path.read_bytes() for path in Path(os.environ["BENCH_ANSWERS"]).iterdir()}

    @app.post("/api/result")
    async def result(_: ResultRequest) -> Response:
        return Response(answers["result"], media_type="application/json")

    @app.get("/answers/{name}")
    async def answer(name: str) -> Response:
        return Response(answers[name], media_type="application/json")

    return app
