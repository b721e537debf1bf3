"""The Helm charts as the real engine renders them, and what each Python service is given there."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import yaml

CHARTS = Path(__file__).parents[3] / "charts"
PYTHON_SERVICES = ("gateway", "data", "prediction")
RELEASE, NAMESPACE = "demo", "bellwether"
VALUE_SETS = {path.name.removesuffix("-values.yaml"): path for path in CHARTS.glob("bellwether/ci/*-values.yaml")}
Json = dict[str, Any]


class Objects(list[Json]):
    """What a chart renders to."""

    def of(self, kind: str) -> list[Json]:
        """Return those of one kind."""
        return [found for found in self if found["kind"] == kind]

    def one(self, kind: str, name: str) -> Json:
        """Return the one of this kind whose name is the release's, then `name`."""
        (found,) = [found for found in self.of(kind) if found["metadata"]["name"] == f"{RELEASE}-{name}"]
        return found

    def pod_specs(self) -> dict[str, Json]:
        """Return every pod's metadata and spec by its object's kind and name."""
        pods = {}
        for found in self:
            spec = found.get("spec", {})
            spec = spec.get("jobTemplate", {}).get("spec", spec)
            pod = found if found["kind"] == "Pod" else spec.get("template")
            if isinstance(pod, dict):
                pods[f"{found['kind']} {found['metadata']['name']}"] = pod
        return pods


def values_set(name: str) -> Json:
    """Return one of the umbrella's sets of values."""
    found: Json = yaml.safe_load(VALUE_SETS[name].read_text())
    return found


def render_text(chart: str | Path = "bellwether", values: Json | None = None) -> dict[str, str]:
    """Return what the engine renders by the template's path, NOTES.txt among it; the values are checked as well.

    Raises:
        helm_python.HelmError: The schema refuses the values, or a template fails, with its sentence.
    """
    return _loaded(CHARTS / chart).render(values or {}, name=RELEASE, namespace=NAMESPACE, is_install=True)


@cache
def _loaded(path: Path) -> helm_python.Chart:
    return helm_python.Chart.load(path)


def render(chart: str | Path = "bellwether", values: Json | None = None) -> Objects:
    """Return the objects that a chart renders to."""
    texts = [text for path, text in render_text(chart, values).items() if not path.endswith("NOTES.txt")]
    return Objects(found for text in texts for found in yaml.load_all(text, yaml.CSafeLoader) if found)


@cache
def rendered(name: str) -> Objects:
    """Return what the umbrella renders to with one of its sets of values; once, so nobody may change it."""
    return render("bellwether", values_set(name))


@dataclass(frozen=True)
class PythonService:
    """What the chart gives one of the Python services."""

    container_port: int
    service_port: int
    command: list[str]
    environment: frozenset[str]
    liveness_path: str
    readiness_path: str
    metrics_path: str | None
    pre_stop_seconds: int
    grace_seconds: int


def python_services(values: Json | None = None) -> dict[str, PythonService]:
    """Return the umbrella's Python services by name; `environment` has the names of all variables."""
    objects = render("bellwether", values)
    return {name: _service(objects, name) for name in PYTHON_SERVICES}


def _service(objects: Objects, name: str) -> PythonService:
    pod = objects.one("Deployment", name)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    monitors = [found for found in objects.of("ServiceMonitor") if found["metadata"]["name"] == f"{RELEASE}-{name}"]
    return PythonService(
        container_port=container["ports"][0]["containerPort"],
        service_port=objects.one("Service", name)["spec"]["ports"][0]["port"],
        command=container["command"],
        environment=frozenset(variables_of(objects, container)),
        liveness_path=container["livenessProbe"]["httpGet"]["path"],
        readiness_path=container["readinessProbe"]["httpGet"]["path"],
        metrics_path=monitors[0]["spec"]["endpoints"][0]["path"] if monitors else None,
        pre_stop_seconds=container["lifecycle"]["preStop"]["sleep"]["seconds"],
        grace_seconds=pod["terminationGracePeriodSeconds"],
    )


def variables_of(objects: Objects, container: Json) -> dict[str, str | None]:
    """Return a container's variables, those of its ConfigMaps among them; None where a Secret has the value."""
    variables: dict[str, str | None] = {}
    for source in container.get("envFrom", []):
        name = source["configMapRef"]["name"].removeprefix(f"{RELEASE}-")
        variables |= objects.one("ConfigMap", name).get("data") or {}
    return variables | {entry["name"]: entry.get("value") for entry in container.get("env", [])}
