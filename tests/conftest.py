"""Fixtures that every level may use; servers start only when a test asks for them."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from tests.support.servers.processes import Database, mongo_client, mongo_server, redis_server

pytest_plugins = ["tests.support.faults.table"]

# How long an example takes says something of the machine and nothing of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


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


@pytest.fixture
def database(mongo_url: str) -> Iterator[Database]:
    """Yield a database of the test's own, through the bare driver."""
    with mongo_client(mongo_url) as client:
        database = client[f"test_{uuid4().hex}"]
        yield database
        client.drop_database(database)
