"""The folder of several workers; tests/integration/test_several_workers.py has real ones."""

import os
import time
from pathlib import Path

import pytest

from shared.settings import InvalidSettings
from shared.telemetry.multiprocess import MultiprocessMetrics

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def _file(folder: Path, name: str, age_seconds: float = 0) -> Path:
    path = folder / name
    path.touch()
    os.utime(path, (time.time() - age_seconds,) * 2)
    return path


def test_the_folder_is_made_if_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "a" / "b"))
    assert MultiprocessMetrics.from_environment() is not None
    assert (tmp_path / "a" / "b").is_dir()


def test_without_the_variable_there_is_none_and_an_empty_one_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert MultiprocessMetrics.from_environment() is None
    monkeypatch.setenv(VARIABLE, "")
    with pytest.raises(InvalidSettings, match="PROMETHEUS_MULTIPROC_DIR: the value is empty"):
        MultiprocessMetrics.from_environment()


def test_what_is_older_than_the_parent_goes_and_what_a_sibling_has_just_written_stays(tmp_path: Path) -> None:
    since_boot = float(Path("/proc/uptime").read_text().split()[0])
    old = _file(tmp_path, f"counter_{os.getpid()}.db", since_boot + 60)  # of whichever process: no parent is older
    new, other = _file(tmp_path, "counter_12345.db"), _file(tmp_path, "notes.txt", since_boot + 60)
    MultiprocessMetrics(tmp_path).remove_stale()
    assert [path.exists() for path in (old, new, other)] == [False, True, True]


def test_gauges_of_the_dead_go_and_their_counters_stay(tmp_path: Path) -> None:
    pid_max = int(Path("/proc/sys/kernel/pid_max").read_text())
    dead, alive = pid_max + 1, os.getpid()
    files = [_file(tmp_path, f"gauge_{mode}_{pid}.db") for pid in (dead, alive) for mode in ("livesum", "livemax")]
    text = {metric.name: metric for metric in MultiprocessMetrics(tmp_path).registry().collect()}
    assert [path.exists() for path in files] == [False, False, True, True]
    (sample,) = text["process_resident_memory_bytes"].samples
    assert sample.labels == {"pid": str(alive)}
    assert sample.value > 1e6
