"""API keys are rotated by the steps of docs/operations.md, under load and without a refused request."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gateway.api_keys import compute_digest
from tests.support.polling import PATIENCE_SECONDS, repeating, until
from tests.support.servers.processes import Server, running, service

ROOT = Path(__file__).parents[2]
# Runs what `docker compose exec … gateway` would run in the container.
DOCKER = f"""#!/bin/sh
while [ "$1" != gateway ]; do shift; done
shift
PYTHONPATH={ROOT} exec "$@"
"""


def _steps() -> list[str]:
    """Return the commands of the chapter, one text per block."""
    guide = (ROOT / "docs" / "operations.md").read_text()
    chapter = guide.partition("\n### API keys\n")[2].partition("\nOn Kubernetes")[0]
    blocks = re.findall(r"^```console\n(.*?)^```", chapter, re.MULTILINE | re.DOTALL)
    return [re.sub(r"^\$ ", "", block, flags=re.MULTILINE) for block in blocks]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "compose" / "api-keys").mkdir(parents=True)
    (tmp_path / "compose" / "api-keys" / "digests").write_text(compute_digest("old") + "\n")
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    return tmp_path


@pytest.fixture
def gateway(home: Path) -> Iterator[Server]:
    keys = home / "compose" / "api-keys" / "digests"
    server = service(
        home, "gateway.app", {"GATEWAY_API_KEYS_FILE": str(keys), "GATEWAY_DATA_URL": "http://127.0.0.1:9"}
    )
    with running(server):
        server.wait_until(lambda: httpx.get(f"http://127.0.0.1:{server.port}/healthz").is_success)
        yield server


def _run(home: Path, step: str) -> str:
    path = f"{home / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", step],
        cwd=home,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _write(gateway: Server, key: str) -> int:
    """Try a write; 401 is a refused key. Nothing else counts here: there is no data service."""
    url = f"http://127.0.0.1:{gateway.port}/api/stocks/NOPE"
    return httpx.delete(url, headers={"X-API-Key": key}, timeout=PATIENCE_SECONDS).status_code


def test_the_steps_of_the_guide_rotate_a_key_without_a_refused_request(gateway: Server, home: Path) -> None:
    add, withdraw = _steps()
    keys, statuses = ["old"], list[int]()

    def write_with_the_newest_key() -> None:
        statuses.append(_write(gateway, keys[-1]))

    with repeating(write_with_the_newest_key, write_with_the_newest_key):
        until(lambda: len(statuses) > 20)
        new = re.search(r"^key +(\S+)$", _run(home, add), re.MULTILINE)
        assert new
        assert [_write(gateway, key) == 401 for key in ("old", new[1])] == [False, False]
        keys.append(new[1])
        seen = len(statuses)
        until(lambda: len(statuses) > seen + 20)
        _run(home, withdraw)
        seen = len(statuses)
        until(lambda: len(statuses) > seen + 20)
    assert 401 not in statuses
    assert [_write(gateway, key) == 401 for key in ("old", new[1])] == [True, False]
    assert not (home / "new-key").exists()
