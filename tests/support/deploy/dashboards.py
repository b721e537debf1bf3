"""Reads the committed dashboards as Grafana does."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MONITORING = Path(__file__).parents[3] / "charts" / "monitoring"
FILES = sorted((MONITORING / "dashboards").glob("*.json"))
RULES = MONITORING / "rules" / "bellwether.yml"
Json = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """One query of one panel."""

    panel: str
    expression: str


def panels(dashboard: Json) -> list[Json]:
    """Return the panels, without the row headings."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def targets(dashboard: Json) -> Iterator[Target]:
    """Yield every query with the values that Grafana substitutes if All is selected and the range is one minute."""
    variables = dashboard["templating"]["list"]
    substitutes = {f"${variable['name']}": ".+" for variable in variables if variable["type"] == "query"}
    substitutes |= {"$__rate_interval": "1m", "$__range": "1m"}
    for panel in panels(dashboard):
        for target in panel["targets"]:
            expression = re.sub(r"\$\w+", lambda match: substitutes[match[0]], target["expr"])
            yield Target(f"{dashboard['title']}, {panel['title']} {target['refId']}", expression)


def read(path: Path) -> Json:
    """Read one dashboard."""
    dashboard: Json = json.loads(path.read_text())
    return dashboard
