"""The smallest endpoint that answers from Redis: the reference of `make bench`."""

import os

from fastapi import FastAPI, Response
from redis.asyncio import Redis


def create_app() -> FastAPI:
    """Build an app whose only route returns the bytes of a key."""
    app = FastAPI()
    redis = Redis.from_url(os.environ["BENCH_REDIS_URL"])

    @app.get("/{key}")
    async def get(key: str) -> Response:
        return Response(await redis.get(key), media_type="application/octet-stream")

    return app
