"""Fixtures that every level may use; servers start only when a test asks for them."""

import gc
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from tests.support.servers.processes import Database, mongo_client, mongo_server, redis_server

pytest_plugins = ["tests.support.faults.table"]

# How long an example takes says something of the machine and nothing of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


gc.set_threshold(50_000)  # by default, a tenth of the time goes into looking for garbage among what stays


def pytest_configure(config: pytest.Config) -> None:
    """Stop what pytest-cov 7.1 starts in a worker of xdist before its own: it would count the lines of `no_cover`."""
    plugin = config.pluginmanager.getplugin("_cov")
    if hasattr(config, "workerinput") and plugin is not None and plugin.cov_controller is not None:
        plugin.cov_controller.cov.stop()


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
