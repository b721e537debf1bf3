"""Metrics of several uvicorn workers, which share a folder of files: PROMETHEUS_MULTIPROC_DIR.

prometheus_client reads the variable itself and writes each process's metrics there; this module cleans up and reads the
folder. A counter's file outlives its process, so that a sum never falls when a worker is replaced.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from pydantic_settings import BaseSettings

from shared.settings import InvalidSettings

SLACK_SECONDS = 5.0  # the kernel knows the start of a process only to the second
_NOWHERE = "Bellwether cannot start:\n  PROMETHEUS_MULTIPROC_DIR: the value is empty; name a folder, or unset it"


class _Environment(BaseSettings):
    prometheus_multiproc_dir: str | None = None


class StaticCollector(Collector):
    """A collector of metrics that have been computed already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        """Return the metrics."""
        return self._families


class MultiprocessMetrics:
    """The folder that the workers of one service share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def from_environment(cls) -> Self | None:
        """Return the folder that the environment names, creating it if needed; None if the variable is not set.

        Raises:
            InvalidSettings: The variable is empty.
        """
        named = _Environment().prometheus_multiproc_dir
        if named is None:
            return None
        if not named:  # prometheus_client would write where the process happens to run
            raise InvalidSettings(_NOWHERE)
        folder = Path(named)
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder)

    def remove_stale(self) -> None:
        """Delete files older than the workers' parent process: they belong to an earlier run of the service."""
        began_at = _began_at(os.getppid()) or _began_at(os.getpid())
        for path in self._folder.glob("*.db"):
            with suppress(FileNotFoundError):  # another worker removes the same ones
                if path.stat().st_mtime < began_at - SLACK_SECONDS:
                    path.unlink()

    def registry(self) -> CollectorRegistry:
        """Return a registry with the sums over all workers and the process metrics of each live worker."""
        for pid in self._pids():
            if not _lives(pid):
                mark_process_dead(pid, str(self._folder))  # type: ignore[no-untyped-call]
        # A file is empty for a moment after its creation, and for good if its process was killed then.
        written = [str(path) for path in self._folder.glob("*.db") if _size(path)]
        registry = CollectorRegistry()
        registry.register(StaticCollector(MultiProcessCollector.merge(written)))  # type: ignore[no-untyped-call]
        PlatformCollector(registry=registry)
        registry.register(StaticCollector(_processes([pid for pid in self._pids() if _lives(pid)])))
        return registry

    def _pids(self) -> list[int]:
        """Return the processes that have written live gauges, which each worker does as it starts."""
        names = [path.stem.rpartition("_")[2] for path in self._folder.glob("gauge_live*.db")]
        return sorted({int(name) for name in names if name.isdigit()})


def _processes(pids: Iterable[int]) -> Iterable[Metric]:
    """Return the process_* metrics of each process, with a label `pid`."""
    families: dict[str, Metric] = {}
    for pid in pids:
        for found in ProcessCollector(pid=lambda pid=pid: pid, registry=None).collect():  # type: ignore[misc]
            family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
            for sample in found.samples:
                family.add_sample(sample.name, {**sample.labels, "pid": str(pid)}, sample.value)
    return families.values()


def _began_at(pid: int) -> float:
    """Return when a process started, in seconds since 1970; 0 if unknown."""
    families = ProcessCollector(pid=lambda: pid, registry=None).collect()
    return next((one.samples[0].value for one in families if one.name == "process_start_time_seconds"), 0.0)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # another worker removed it meanwhile
        return 0


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
