"""The Helm charts as the real engine renders them."""

from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import yaml

CHARTS = Path(__file__).parents[3] / "charts"
RELEASE, NAMESPACE = "demo", "bellwether"
VALUE_SETS = {path.name.removesuffix("-values.yaml"): path for path in CHARTS.glob("bellwether/ci/*-values.yaml")}
Json = dict[str, Any]


class Objects(list[Json]):
    """The objects that a chart renders to."""

    def of_kind(self, kind: str) -> list[Json]:
        """Return the objects of this kind."""
        return [item for item in self if item["kind"] == kind]

    def get(self, kind: str, name: str) -> Json:
        """Return the object of this kind that is called `name` in the release."""
        (match,) = [item for item in self.of_kind(kind) if item["metadata"]["name"] == f"{RELEASE}-{name}"]
        return match

    def pod_specs(self) -> dict[str, Json]:
        """Return the metadata and spec of every pod by its object's kind and name."""
        pods = {}
        for item in self:
            spec = item.get("spec", {})
            spec = spec.get("jobTemplate", {}).get("spec", spec)
            pod = item if item["kind"] == "Pod" else spec.get("template")
            if isinstance(pod, dict):
                pods[f"{item['kind']} {item['metadata']['name']}"] = pod
        return pods


def load_values_set(name: str) -> Json:
    """Read one of the umbrella's sets of values."""
    values: Json = yaml.safe_load(VALUE_SETS[name].read_text())
    return values


def render_text(chart: str | Path = "bellwether", values: Json | None = None, release: str = RELEASE) -> dict[str, str]:
    """Render a chart and return the texts by template path, NOTES.txt included; validate the values first.

    Raises:
        helm_python.HelmError: The schema rejects the values, or a template fails with its message.
    """
    return _load(CHARTS / chart).render(values or {}, name=release, namespace=NAMESPACE, is_install=True)


@cache
def _load(path: Path) -> helm_python.Chart:
    return helm_python.Chart.load(path)


def render(chart: str | Path = "bellwether", values: Json | None = None, release: str = RELEASE) -> Objects:
    """Render a chart and return its objects."""
    texts = [text for path, text in render_text(chart, values, release).items() if not path.endswith("NOTES.txt")]
    return Objects(item for text in texts for item in yaml.load_all(text, yaml.CSafeLoader) if item)


@cache
def render_values_set(name: str) -> Objects:
    """Render the umbrella with one of its sets of values. The result is cached: do not modify it."""
    return render("bellwether", load_values_set(name))


def read_variables(objects: Objects, container: Json) -> dict[str, str | None]:
    """Read a container's variables, including those of its ConfigMaps; None where a Secret holds the value."""
    variables: dict[str, str | None] = {}
    for source in container.get("envFrom", []):
        name = source["configMapRef"]["name"].removeprefix(f"{RELEASE}-")
        variables |= objects.get("ConfigMap", name).get("data") or {}
    return variables | {entry["name"]: entry.get("value") for entry in container.get("env", [])}
