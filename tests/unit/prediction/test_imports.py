"""What a process of the prediction service imports: little where nothing is computed, and no threads before a fork."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from services.prediction import run_process
from services.prediction.tasks import PRELOADED

ROOT = Path(__file__).parents[3]
HEAVY = ("exchange_calendars", "pandas", "pyarrow", "scipy", "sklearn")


def _run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_the_web_process_imports_nothing_that_computes() -> None:
    heavy = (*HEAVY, "dask", "distributed")
    code = f"import sys, services.prediction.app; print([name for name in {heavy} if name in sys.modules])"
    assert _run(code) == "[]"


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
@pytest.mark.parametrize("preload", [(PRELOADED,), run_process.PRELOAD], ids=["requests", "runs"])
def test_a_fork_server_has_imported_everything_and_has_one_thread(preload: tuple[str, ...]) -> None:
    code = f"""
import importlib, os, sys
os.environ["OMP_NUM_THREADS"] = "1"
for name in {preload}:
    importlib.import_module(name)
print([name for name in {HEAVY} if name not in sys.modules])
print(sorted(open(f"/proc/self/task/{{task}}/comm").read().strip() for task in os.listdir("/proc/self/task")))
"""
    missing, threads = _run(code).splitlines()
    assert missing == "[]"
    assert len(set(ast.literal_eval(threads)) - {"jemalloc_bg_thd"}) == 1, threads  # Arrow's; it survives a fork
