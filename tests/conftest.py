"""Fixtures that every level may use; servers start only when a test asks for them."""

from collections.abc import Iterator

import pytest

from tests.support.servers import mongo_server, redis_server


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def mongo_url() -> Iterator[str]:
    with mongo_server() as (_, url):
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis_server() as (_, url):
        yield url
