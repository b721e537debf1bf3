"""Each deployable runs from a folder with only `shared/`, its own code and its own locked requirements."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from local.servers import free_port
from tests.support.servers.processes import Server, running

ROOT = Path(__file__).parents[2]
DEPLOYABLES = {
    "gateway": ("gateway", "gateway.app"),
    "data": ("services/data", "services.data.app"),
    "prediction": ("services/prediction", "services.prediction.app"),
}
FOREIGN = {
    "gateway": ["services", "pandas", "motor", "sklearn", "pytest"],
    "data": ["gateway", "services.prediction", "sklearn", "fastapi_offline", "pytest"],
    "prediction": ["gateway", "services.data", "motor", "redis", "fastapi_offline", "pytest"],
}
IMPORT_ALL = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        continue
    raise AssertionError(name)
"""


def _install(name: str, folder: Path) -> Path:
    """Create a virtual environment with this deployable's locked requirements and nothing else."""
    python = folder / ".venv" / "bin" / "python"
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(python.parents[1])], check=True)
    requirements = ROOT / "requirements" / f"{name}.txt"
    install = [uv, "pip", "install", "--quiet", "--require-hashes", "--python", str(python), "-r", str(requirements)]
    subprocess.run(install, check=True)
    return python


@pytest.mark.parametrize("name", DEPLOYABLES)
def test_a_deployable_needs_only_its_own(name: str, tmp_path: Path) -> None:
    source, app = DEPLOYABLES[name]
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=ignored)
    shutil.copytree(ROOT / source, tmp_path / source, ignore=ignored)
    python = _install(name, tmp_path)
    port = free_port()
    command = [str(python), "-m", "uvicorn", "--factory", f"{app}:create_app", "--port", str(port)]
    server = Server(name, ["env", "-C", str(tmp_path), *command], port, tmp_path / "log", {})
    with running(server):
        server.wait_until(lambda: httpx.get(f"http://127.0.0.1:{port}/openapi.json", timeout=5).is_success)
    result = subprocess.run(
        [str(python), "-c", IMPORT_ALL, *FOREIGN[name]],
        cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
