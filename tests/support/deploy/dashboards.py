"""The committed dashboards, read as Grafana reads them."""

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
    """Return the panels that draw something."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def targets(dashboard: Json) -> Iterator[Target]:
    """Yield every query, with the variables as Grafana fills them in when all is chosen and a minute is looked at."""
    filled_in = {f"${one['name']}": ".+" for one in dashboard["templating"]["list"] if one["type"] == "query"}
    filled_in |= {"$__rate_interval": "1m", "$__range": "1m"}
    for panel in panels(dashboard):
        for target in panel["targets"]:
            expression = re.sub(r"\$\w+", lambda found: filled_in[found[0]], target["expr"])
            yield Target(f"{dashboard['title']}, {panel['title']} {target['refId']}", expression)


def read(path: Path) -> Json:
    """Return what is in the file."""
    found: Json = json.loads(path.read_text())
    return found
