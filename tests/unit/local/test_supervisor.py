import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.supervisor import MOST_OPEN_FILES, Program, Supervisor
from tests.support.polling import until

SAY_LIMIT = [sys.executable, "-c", "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"]


@pytest.fixture
def hard() -> Iterator[int]:
    """Let this process have few files open, as most shells do; return how many the machine allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_program_may_have_more_files_open_than_a_shell_allows(tmp_path: Path, hard: int) -> None:
    (tmp_path / "logs").mkdir()
    supervisor = Supervisor([Program("one", [*SAY_LIMIT, "--port", "1"], 10)], tmp_path, dict(os.environ))
    log = tmp_path / "logs" / "one.log"
    try:
        until(lambda: log.exists() and log.read_text().endswith("\n"))
    finally:
        supervisor.kill()
        until(lambda: supervisor.has_ended(1))
    allowed = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    assert int(log.read_text().split()[0]) == allowed
