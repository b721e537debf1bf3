"""Every alert says what to do, has a runbook in the operations guide, and fires and resolves under promtool."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.deploy.dashboards import MONITORING, RULES, Json
from tests.support.servers.prometheus import program

ROOT = Path(__file__).parents[2]
TESTS = sorted((MONITORING / "tests").glob("*.yml"))
ALERTS: list[Json] = [
    rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"] if "alert" in rule
]
NAMES = [alert["alert"] for alert in ALERTS]


def _promtool(*arguments: str) -> str:
    result = subprocess.run([program("promtool"), *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_prometheus_reads_the_rules() -> None:
    assert "SUCCESS" in _promtool("check", "rules", "--lint-fatal", str(RULES))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_alerts_fire_and_end_when_they_should(path: Path) -> None:
    assert "SUCCESS" in _promtool("test", "rules", str(path))


@pytest.mark.parametrize("name", NAMES)
def test_every_alert_fires_and_resolves_in_a_case(name: str) -> None:
    cases = [case for path in TESTS for case in yaml.safe_load(path.read_text())["tests"]]
    for case in cases:
        fires = [bool(check["exp_alerts"]) for check in case["alert_rule_test"] if check["alertname"] == name]
        if True in fires and False in fires[fires.index(True) :]:
            return
    raise AssertionError(f"no case in {[path.name for path in TESTS]} makes {name} fire and then resolve")


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_every_alert_says_how_bad_it_is_what_it_is_and_what_to_do(alert: Json) -> None:
    assert re.search("critical|warning", alert["labels"]["severity"])
    assert alert["labels"]["application"] == "bellwether"  # the overview counts firing alerts by this label
    assert alert["annotations"]["summary"]
    assert "{{ $value" in alert["annotations"]["description"]
    document, _, anchor = alert["annotations"]["runbook_url"].partition("#")
    headings = re.findall(r"^#+ (\S+)$", (ROOT / document).read_text(), re.MULTILINE)
    assert anchor in [heading.lower() for heading in headings]
    assert anchor == alert["alert"].lower()


def test_the_guide_has_a_runbook_for_each_alert_and_for_nothing_else() -> None:
    chapter = (ROOT / "docs" / "operations.md").read_text().partition("\n## Alerts\n")[2].partition("\n## ")[0]
    runbooks = re.split(r"^### ", chapter, flags=re.MULTILINE)[1:]
    assert [runbook.partition("\n")[0] for runbook in runbooks] == NAMES
    for part in ("**Means**", "**See**", "**Do**", "**It worked**"):
        assert all(part in runbook for runbook in runbooks), part
