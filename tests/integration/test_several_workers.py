"""A service with several uvicorn workers: each of them returns the metrics of all."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.polling import PATIENCE_SECONDS, until
from tests.support.servers.processes import Server, running, service

N_REQUESTS = 40


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Server]:
    """Run a gateway with two workers, no upstreams, and a folder with files of an earlier run."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    for kind in ("counter", "gauge_livesum"):
        left = folder / f"{kind}_1.db"
        left.write_bytes(b"what an earlier run left is not even read")
        os.utime(left, (time.time() - 3600, time.time() - 3600))
    server = service(tmp_path, "gateway.app", {"PROMETHEUS_MULTIPROC_DIR": str(folder)})
    server.command += ["--workers", "2"]
    with running(server):
        server.wait_until(lambda: len(_workers(server)) == 2)
        yield server


def _get(server: Server, path: str) -> httpx.Response:
    """Send a request on a new connection, which either worker may accept."""
    return httpx.get(f"http://127.0.0.1:{server.port}{path}", timeout=PATIENCE_SECONDS)


def _workers(server: Server) -> set[str]:
    """Return the process ids in the metrics."""
    return set(re.findall(r'process_resident_memory_bytes\{pid="(\d+)"\}', _get(server, "/api/metrics").text))


def _count(text: str, series: str) -> float:
    found = re.search(f"^{re.escape(series)} (.+)$", text, re.MULTILINE)
    assert found, f"there is no {series}"
    return float(found[1])


def test_the_counts_of_all_workers_add_up_and_outlive_one_of_them(gateway: Server, tmp_path: Path) -> None:
    for _ in range(N_REQUESTS):
        assert _get(gateway, "/api/nothing").status_code == 404
    text = _get(gateway, "/api/metrics").text
    unmatched = 'http_errors_total{endpoint="unmatched",method="GET"}'
    assert _count(text, unmatched) == N_REQUESTS
    assert _count(text, "http_requests_in_progress") == 0
    assert _count(text, 'breaker_state{upstream="data"}') == 0
    assert _count(text, 'dependency_up{dependency="data"}') == 0
    assert len(re.findall(r"^build_info\{", text, re.MULTILINE)) == 1
    assert len(re.findall(r"^# TYPE process_resident_memory_bytes", text, re.MULTILINE)) == 1
    before = _workers(gateway)
    counters = {path.stem.rpartition("_")[2] for path in (tmp_path / "metrics").glob("counter_*.db")}
    assert counters == before, "both have counted, and what an earlier run left is gone"
    killed = min(before)
    psutil.Process(int(killed)).send_signal(signal.SIGKILL)
    until(lambda: len(_workers(gateway) - {killed}) == 2)
    assert _count(_get(gateway, "/api/metrics").text, unmatched) == N_REQUESTS
    assert not list((tmp_path / "metrics").glob(f"gauge_live*_{killed}.db"))
