"""The resources that a process uses, and the metrics of a service."""

import re
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.support.servers.processes import Server


@dataclass(frozen=True)
class Usage:
    """Memory in megabytes, descriptors and threads of a process."""

    rss_mb: float
    n_descriptors: int
    n_threads: int


def process_of(server: Server) -> psutil.Process:
    """Return the server's process."""
    assert server.process is not None
    return psutil.Process(server.process.pid)


def usage(server: Server) -> Usage:
    """Measure the server's process, without its children."""
    process = process_of(server)
    with process.oneshot():
        return Usage(process.memory_info().rss / 1e6, process.num_fds(), process.num_threads())


def reset_peak(server: Server) -> None:
    """Reset the peak of its memory (Linux)."""
    Path(f"/proc/{process_of(server).pid}/clear_refs").write_text("5")


def peak_mb(server: Server) -> float:
    """Return the peak of its memory in megabytes since the last reset (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process_of(server).pid}/status").read_text())
    assert found
    return int(found[1]) / 1000


def metric(server: Server, name: str, **labels: str) -> float:
    """Sum the series of this name that have these labels; 0 if there is none."""
    path = "/api/metrics" if server.name == "gateway.app" else "/metrics"
    text = httpx.get(f"http://127.0.0.1:{server.port}{path}", timeout=60).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())
