"""Rules and dashboards are packed unchanged; other files in their folders are left out."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.support.deploy.charts import CHARTS, Json, Objects, render

ON = {"global": {"monitoring": {"enabled": True, "additionalLabels": {"release": "kps"}}}}
RULES = """\
groups:
  - name: planted
    rules:
      - alert: Planted
        expr: up{job="gateway"} == 0
        annotations:
          summary: "{{ $labels.instance }} is down: {{ $value | humanize }}"
"""
DASHBOARD = {"uid": "planted", "title": "Planted", "panels": [{"legendFormat": "{{endpoint}}", "note": "ü\n'\"`"}]}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the charts with one rule, one dashboard, and files that are neither."""
    charts = shutil.copytree(CHARTS, tmp_path_factory.mktemp("planted") / "charts", symlinks=True)
    for name, pattern in (("rules", "*.yml"), ("dashboards", "*.json")):
        (charts / "monitoring" / name).mkdir(exist_ok=True)
        for path in (charts / "monitoring" / name).glob(pattern):
            path.unlink()
    (charts / "monitoring/rules/planted.yml").write_text(RULES)
    (charts / "monitoring/rules/planted_test.yml").write_text("rule_files: [planted.yml]\n")
    (charts / "monitoring/dashboards/planted.json").write_text(json.dumps(DASHBOARD, indent=1))
    (charts / "monitoring/dashboards/planted.py").write_text("never = 'in a chart'\n")
    return charts


@pytest.mark.parametrize("chart", ["monitoring", "bellwether"])
def test_rules_and_dashboards_should_be_packed_unchanged(planted: Path, chart: str) -> None:
    objects = render(planted / chart, ON)
    (rule,) = objects.of_kind("PrometheusRule")
    assert rule["spec"] == yaml.safe_load(RULES)
    assert rule["metadata"]["labels"]["release"] == "kps"
    (board,) = _dashboards(objects)
    assert json.loads(board["data"]["planted.json"]) == DASHBOARD
    assert board["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert board["metadata"]["annotations"] == {"grafana_folder": "Bellwether"}
    assert "in a chart" not in str(objects)


def test_there_should_be_neither_while_monitoring_is_off(planted: Path) -> None:
    objects = render(planted / "bellwether")
    assert objects.of_kind("PrometheusRule") == []
    assert _dashboards(objects) == []


def test_each_should_have_its_switch(planted: Path) -> None:
    objects = render(planted / "monitoring", ON | {"rules": {"enabled": False}, "dashboards": {"enabled": False}})
    assert objects == []


def test_without_files_there_should_be_nothing_and_no_error(planted: Path, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("rules", "dashboards")
    charts = shutil.copytree(planted, tmp_path / "charts", symlinks=True, ignore=ignored)
    assert render(charts / "monitoring", ON) == []


def test_every_file_of_ours_should_be_packed_and_fit_in_a_config_map() -> None:
    objects = render("monitoring", ON)
    assert len(objects.of_kind("PrometheusRule")) == len(list(CHARTS.glob("monitoring/rules/*.yml")))
    assert len(_dashboards(objects)) == len(list(CHARTS.glob("monitoring/dashboards/*.json")))
    assert all(len(json.dumps(board)) < 1_000_000 for board in _dashboards(objects))


def test_service_monitors_should_name_the_job_after_the_deployable() -> None:
    objects = render(values=ON)
    assert {item["metadata"]["name"] for item in objects.of_kind("ServiceMonitor")} == {
        "demo-gateway",
        "demo-data",
        "demo-prediction",
    }
    for monitor in objects.of_kind("ServiceMonitor"):
        assert monitor["metadata"]["labels"]["release"] == "kps"
        (service,) = [
            item
            for item in objects.of_kind("Service")
            if monitor["spec"]["selector"]["matchLabels"].items() <= item["metadata"]["labels"].items()
        ]
        job = service["metadata"]["labels"][monitor["spec"]["jobLabel"]]
        assert service["metadata"]["name"] == f"demo-{job}"
        (endpoint,) = monitor["spec"]["endpoints"]
        assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}


def _dashboards(objects: Objects) -> list[Json]:
    return [item for item in objects.of_kind("ConfigMap") if "grafana_dashboard" in item["metadata"]["labels"]]
