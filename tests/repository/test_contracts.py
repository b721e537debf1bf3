"""The import contracts of pyproject.toml hold, and each is seen to fail on a planted violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VIOLATIONS = {
    "shared imports no deployable": ("shared/clock.py", "import gateway.settings"),
    "the deployables are independent": ("gateway/settings.py", "import services.data.settings"),
    "pure modules do no input or output": ("services/prediction/scoring/scores.py", "import httpx"),
    "routes and use cases know ports, not drivers": ("services/data/bars/reader.py", "import services.data.resources"),
    "the data service calls no sibling": ("services/data/ports.py", "import shared.clients.data"),
}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("gateway", "services", "shared"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(copy: Path) -> None:
    done = _lint(copy)
    assert done.returncode == 0, done.stdout
    assert f"{len(VIOLATIONS)} kept, 0 broken" in done.stdout


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_planted_violation_is_reported(copy: Path, contract: str) -> None:
    name, line = VIOLATIONS[contract]
    with (copy / name).open("a") as file:
        file.write(f"\n{line}\n")
    done = _lint(copy)
    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout


def test_nothing_imports_the_tests_or_the_local_runner() -> None:
    for folder in ("gateway", "services", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            lines = path.read_text().splitlines()
            assert not [
                line for line in lines if line.startswith(("from tests", "import tests", "from local", "import local"))
            ]
