"""Fixtures of several integration tests."""

from collections.abc import Iterator

import httpx
import pytest

from shared.telemetry.logs import log_to_stderr
from tests.support.polling import PATIENCE_SECONDS
from tests.support.servers.processes import Database, Stack


@pytest.fixture(scope="session", autouse=True)
def _log_to_stderr() -> None:
    """Log as commands do: several tests run one in this process, and read its standard output."""
    log_to_stderr()


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    """Yield a client of the gateway of the module's `stack`."""
    with httpx.Client(base_url=stack.url, timeout=PATIENCE_SECONDS) as client:
        yield client


@pytest.fixture
def environment(mongo_url: str, redis_url: str, database: Database) -> dict[str, str]:
    """Return the settings of the data service's command line, with a database of the test's own."""
    return {"DATA_MONGO_URL": mongo_url, "DATA_REDIS_URL": redis_url, "DATA_MONGO_DATABASE": database.name}
