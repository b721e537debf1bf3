"""The documents match the code."""

import re
import tomllib
from pathlib import Path

from gateway.settings import GatewaySettings
from services.data.settings import DataSettings
from services.prediction.settings import PredictionSettings
from shared import VERSION
from tests.support.generated.columns_table import columns_table
from tests.support.generated.metrics_table import metrics_table
from tests.support.generated.settings_table import settings_table

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
SETTINGS = (GatewaySettings, DataSettings, PredictionSettings)


def test_there_is_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    changelog = re.findall(r"^## \[?(\d[^\] ]*)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert project["version"] == VERSION == changelog[0]


def test_the_readme_lists_every_setting() -> None:
    assert settings_table() in README, "run `make docs`"


def test_the_operations_list_every_metric() -> None:
    assert metrics_table() in (ROOT / "docs" / "operations.md").read_text(), "run `make docs`"


def test_the_table_of_column_names_lists_what_is_read() -> None:
    assert columns_table() in (ROOT / "docs" / "files.md").read_text(), "run `make docs`"


def test_every_setting_says_what_it_means() -> None:
    for kind in SETTINGS:
        assert all(field.description for field in kind.model_fields.values()), kind


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", MAKEFILE, re.MULTILINE))
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        named = set(re.findall(r"\bmake ([a-z][a-z0-9-]+)", path.read_text().replace("make sure", "")))
        assert named <= targets, path


def test_every_decision_names_what_enforces_it() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert len(decisions) >= 5
    for path in decisions:
        last = path.read_text().strip().splitlines()[-1]
        assert last.startswith("Enforced by:"), path
        for name in re.findall(r"`([^`]+/[^`]+)`", last):
            assert (ROOT / name).exists(), (path, name)


def test_every_path_in_the_readme_exists() -> None:
    for name in re.findall(r"\]\((?!http|#)([^)]+)\)", README):
        assert (ROOT / name).exists(), name
