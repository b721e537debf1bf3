import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.servers import free_port
from local.supervisor import MOST_OPEN_FILES, Program, Supervisor
from tests.support.polling import until
from tests.support.servers.processes import Server, running

SAY_LIMIT = [sys.executable, "-c", "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"]


@pytest.fixture
def allowed() -> Iterator[int]:
    """Let this process have few files open, as most shells do; return how many its programs may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    yield MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_program_may_have_more_files_open_than_a_shell_allows(tmp_path: Path, allowed: int) -> None:
    (tmp_path / "logs").mkdir()
    supervisor = Supervisor([Program("one", [*SAY_LIMIT, "--port", "1"], 10)], tmp_path, dict(os.environ))
    log = tmp_path / "logs" / "one.log"
    try:
        until(lambda: log.exists() and log.read_text().endswith("\n"))
    finally:
        supervisor.kill()
        until(lambda: supervisor.has_ended(1))
    assert int(log.read_text().split()[0]) == allowed


def test_a_server_of_the_tests_may_have_as_many(tmp_path: Path, allowed: int) -> None:
    log = tmp_path / "one.log"
    with running(Server("one", SAY_LIMIT, free_port(), log, {})):
        until(lambda: log.exists() and log.read_text().endswith("\n"))
    assert int(log.read_text()) == allowed
