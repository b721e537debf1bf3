"""Every Python file below services/prediction/ and shared/ is part of what ETags and stored models depend on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.prediction.provenance import PACKAGES, code_digest, provenance

ROOT = Path(__file__).parents[3]
PACKAGE, SHARED = PACKAGES
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
ETAG = """
from prometheus_client import CollectorRegistry
from services.prediction.api.forecasts import describe_models
from services.prediction.api.responder import Responder
print(Responder("XNYS", CollectorRegistry()).respond_with(describe_models(), "").headers["ETag"])
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACKAGE, tmp_path / "prediction", ignore=shutil.ignore_patterns("__pycache__")))


def test_the_answers_name_the_digest_of_the_whole_code() -> None:
    assert provenance().bellwether.endswith(f"+{code_digest(PACKAGE, SHARED)}")


def test_a_change_in_the_shared_statistics_changes_the_digest(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SHARED, tmp_path / "shared", ignore=shutil.ignore_patterns("__pycache__")))
    before = code_digest(PACKAGE, copy)
    with (copy / "statistics" / "skill.py").open("a") as changed:
        changed.write("# a change\n")
    assert code_digest(PACKAGE, copy) != before


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_change_in_any_file_changes_the_digest(package: Path, file: Path) -> None:
    before = code_digest(package)
    with (package / file).open("a") as changed:
        changed.write("# a change\n")
    assert code_digest(package) != before


def test_a_change_in_a_sub_folder_changes_the_digest(package: Path) -> None:
    (package / "room" / "inner").mkdir(parents=True)
    file = package / "room" / "inner" / "module.py"
    file.write_text("A = 1\n")
    before = code_digest(package)
    file.write_text("A = 2\n")
    assert code_digest(package) != before


def test_a_moved_file_changes_the_digest(package: Path) -> None:
    before = code_digest(package)
    (package / "scoring" / "scores.py").rename(package / "scores.py")
    assert code_digest(package) != before


def test_the_etag_follows_a_change_in_a_sub_folder(tmp_path: Path) -> None:
    for name in ("services", "shared"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))

    def etag() -> str:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        done = subprocess.run(
            [sys.executable, "-c", ETAG], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    before = etag()
    assert before == etag()
    room = tmp_path / "services" / "prediction" / "room"
    room.mkdir()
    (room / "module.py").write_text("A = 1\n")
    assert etag() != before
