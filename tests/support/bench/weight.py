"""What a service costs: memory of all its processes, shared pages divided among them (PSS), and processor time."""

import psutil

from tests.support.servers.processes import Server


def megabytes(server: Server) -> float:
    """Return the PSS of the server's process and all below it, in MB; Linux only."""
    return sum(process.memory_full_info().pss for process in _processes(server)) / 2**20


def cpu_seconds(server: Server) -> float:
    """Return the processor time that the server's process and all below it have taken so far."""
    return sum(sum(process.cpu_times()[:2]) for process in _processes(server))


def _processes(server: Server) -> list[psutil.Process]:
    assert server.process is not None
    root = psutil.Process(server.process.pid)
    return [root, *root.children(recursive=True)]
