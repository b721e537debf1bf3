"""SECURITY.md names settings, values and chapters that exist, and the README leads to it."""

import re
from pathlib import Path

import pytest
import yaml

from gateway.settings import GatewaySettings
from services.data.settings import DataSettings
from services.prediction.settings import PredictionSettings
from tests.support.deploy.service_config import ROOT

TEXT = (ROOT / "SECURITY.md").read_text()
NAMES = re.findall(r"`([^`]+)`", TEXT)
VARIABLES = sorted({match for name in NAMES for match in re.findall(r"^(?:GATEWAY|DATA|PREDICTION)_\w+|^…_\w+", name)})
VALUES = sorted({name for name in NAMES if re.match(r"(gateway|data|prediction|frontend|global)\.\w", name)})
SETTINGS = {
    f"{settings.model_config['env_prefix']}{field}".upper()
    for settings in (GatewaySettings, DataSettings, PredictionSettings)
    for field in settings.model_fields
}


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_that_it_names_is_a_setting(name: str) -> None:
    assert [setting for setting in SETTINGS if setting == name or setting.endswith(name.removeprefix("…"))]


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_it_names_is_one_of_the_charts(name: str) -> None:
    chart, *path = name.split(".")
    folder, keys = ("bellwether", [chart, *path]) if chart == "global" else (chart, path)
    values = yaml.safe_load((ROOT / "charts" / folder / "values.yaml").read_text())
    for key in keys:
        assert key in values, name
        values = values[key]


def test_it_names_some_of_each() -> None:
    assert len(VARIABLES) > 5
    assert len(VALUES) > 3


def test_the_chapters_that_it_links_exist() -> None:
    for path, anchor in re.findall(r"\]\(([\w./-]+)#([\w-]+)\)", TEXT):
        headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.MULTILINE)
        assert anchor in [heading.lower().replace(" ", "-") for heading in headings]


def test_the_readme_leads_to_it() -> None:
    assert "(SECURITY.md)" in Path(ROOT / "README.md").read_text()


def test_the_ports_are_those_of_compose() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    for port in (8080, 8000, 8001, 8002, 3000):
        assert f"({port})" in TEXT
        assert str(port) in compose
