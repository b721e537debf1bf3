"""The running system; a test that breaks a part of it leaves it to these fixtures to repair."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests.support.faults.proxy import Fault
from tests.support.faults.stack import FaultStack, running_fault_stack
from tests.support.servers.readiness import ensure_primary


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what judges times, unless they are measured."""
    if config.getoption("--measure"):
        return
    here = Path(__file__).parent
    left_out = [item for item in items if here in item.path.parents and item.get_closest_marker("fast") is None]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _scope(fixture_name: str, config: pytest.Config) -> Literal["session", "module"]:
    """Give each module a fresh stack when times are measured, and all modules the same one otherwise."""
    assert fixture_name
    return "module" if config.getoption("--measure") else "session"


@pytest.fixture(scope=_scope)
def shared_stack(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[FaultStack]:
    measures = request.config.getoption("--measure")
    is_proxied = not measures or request.node.nodeid.endswith("test_latency.py")
    folder, is_soak = tmp_path_factory.mktemp("stack"), request.node.nodeid.endswith("test_soak.py")
    with running_fault_stack(folder, measures=measures, is_proxied=is_proxied, keeps_answers=is_soak) as stack:
        yield stack


@pytest.fixture
def stack(shared_stack: FaultStack) -> Iterator[FaultStack]:
    """Yield a stack, healthy before and after the test."""
    yield shared_stack
    shared_stack.to_data.fault = shared_stack.to_prediction.fault = Fault()
    servers = shared_stack.servers
    for server in (servers.mongod, servers.valkey, servers.data, servers.prediction, servers.gateway):
        if server.process is None or server.process.poll() is not None:
            server.stop()
            server.start()
        server.send(signal.SIGCONT)
    ensure_primary(servers.mongod.port)
    shared_stack.wait_until_healthy()
