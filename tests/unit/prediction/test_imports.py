"""What a process of the prediction service imports: little where nothing is computed, and no threads before a fork."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from services.prediction.tasks import PRELOADED, PRELOADED_FOR_RUNS

ROOT = Path(__file__).parents[3]
HEAVY = ("pandas", "pyarrow", "scipy", "sklearn")
FOR_REQUESTS = ("exchange_calendars", "skops")
DASK = ("dask", "distributed")


def _run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def _imported(modules: str) -> set[str]:
    """Return which packages that take long a new process has imported with these modules."""
    watched = (*HEAVY, *FOR_REQUESTS, *DASK)
    code = f"import sys, {modules}; print([name for name in {watched} if name in sys.modules])"
    return set(ast.literal_eval(_run(code)))


def test_the_web_process_imports_nothing_that_computes() -> None:
    assert _imported("services.prediction.app") == set()


def test_the_process_of_a_run_imports_nothing_that_computes_until_its_fork_server_starts() -> None:
    assert _imported("services.prediction.__main__, services.prediction.run_process") == set()


def test_the_workers_of_a_run_import_nothing_that_only_requests_need() -> None:
    assert _imported(PRELOADED_FOR_RUNS) == {*HEAVY, *DASK}
    assert _run(f"import sys, {PRELOADED_FOR_RUNS}; print('fastapi' in sys.modules)") == "False"


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
@pytest.mark.parametrize(
    ("preload", "needed"),
    [(PRELOADED, {*HEAVY, *FOR_REQUESTS}), (PRELOADED_FOR_RUNS, {*HEAVY, *DASK})],
    ids=["requests", "runs"],
)
def test_a_fork_server_has_imported_everything_and_has_one_thread(preload: str, needed: set[str]) -> None:
    code = f"""
import os, sys
os.environ["OMP_NUM_THREADS"] = "1"
import {preload}
print([name for name in {needed} if name not in sys.modules])
print(sorted(open(f"/proc/self/task/{{task}}/comm").read().strip() for task in os.listdir("/proc/self/task")))
"""
    missing, threads = _run(code).splitlines()
    assert missing == "[]"
    assert len(set(ast.literal_eval(threads)) - {"jemalloc_bg_thd"}) == 1, threads  # Arrow's; it survives a fork
