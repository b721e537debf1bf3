"""Each service's configuration in the Dockerfile and docker-compose.yml, and in the charts, in one comparable form."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.deploy.charts import Objects, read_variables, render_values_set

ROOT = Path(__file__).parents[3]
SERVICES = ("gateway", "data", "prediction")
PASSWORDS = ("MONGO_PASSWORD", "MONGO_ADMIN_PASSWORD", "VALKEY_PASSWORD", "GRAFANA_PASSWORD")
SECRETS = {name: f"{name.lower()}-canary" for name in PASSWORDS} | {
    "SERVICE_TOKEN": "service-token-canary-of-32-letters"
}
CERTIFICATE = ("CLUSTER_CERTIFICATE", "CLUSTER_KEY")  # for the profile cluster only


@dataclass(frozen=True)
class ServiceConfig:
    """How one service is run: port, command, variables, health paths, and the time that it has to stop."""

    port: int
    command: tuple[str, ...]
    environment: frozenset[str]
    liveness: str
    readiness: str
    stop_seconds: int


def from_compose() -> dict[str, ServiceConfig]:
    """Read our Python services by name; liveness is the image's health check, readiness is compose's."""
    services = compose_config()["services"]
    return {name: _compose_config(services[name], dockerfile_stage(name)) for name in SERVICES}


def from_charts() -> dict[str, ServiceConfig]:
    """Render our Python services with the umbrella's production values."""
    objects = render_values_set("production")
    return {name: _chart_config(objects, name) for name in SERVICES}


def _chart_config(objects: Objects, name: str) -> ServiceConfig:
    pod = objects.get("Deployment", name)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    return ServiceConfig(
        port=container["ports"][0]["containerPort"],
        command=tuple(container["command"]),
        environment=frozenset(read_variables(objects, container)),
        liveness=container["livenessProbe"]["httpGet"]["path"],
        readiness=container["startupProbe"]["httpGet"]["path"],
        stop_seconds=pod["terminationGracePeriodSeconds"] - container["lifecycle"]["preStop"]["sleep"]["seconds"],
    )


def compose_config(secrets: dict[str, str] | None = None) -> dict[str, Any]:
    """Return docker-compose.yml, all profiles included, as Docker Compose resolves it."""
    result = run_compose(SECRETS if secrets is None else secrets, "--profile", "*", "config", "--format", "json")
    result.check_returncode()
    config: dict[str, Any] = json.loads(result.stdout)
    return config


def run_compose(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run Docker Compose, without Docker, with these variables only and without this folder's .env."""
    command = [str(Path(sys.executable).with_name("docker-compose")), "--env-file", os.devnull, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def dockerfile_stage(name: str, dockerfile: Path = ROOT / "Dockerfile") -> dict[str, str]:
    """Parse one stage of a Dockerfile into its instructions by name; the last one of a name wins."""
    text = re.sub(r"\\\n\s*", "", dockerfile.read_text())
    stage = re.search(rf"^FROM \S+ AS {name}\n(.*?)(?=^FROM |\Z)", text, re.MULTILINE | re.DOTALL)
    assert stage, f"{dockerfile} has no stage {name}"
    return dict(re.findall(r"^([A-Z]+) (.+)$", stage[1], re.MULTILINE))


def _compose_config(service: dict[str, Any], stage: dict[str, str]) -> ServiceConfig:
    port = int(stage["EXPOSE"])
    return ServiceConfig(
        port=port,
        command=tuple(service["command"] or json.loads(stage["CMD"])),
        environment=frozenset(service["environment"]),
        liveness=_path(json.loads(stage["HEALTHCHECK"].partition("CMD ")[2]), port),
        readiness=_path(service["healthcheck"]["test"][1:], port),
        stop_seconds=int(service["stop_grace_period"].removesuffix("s")),
    )


def _path(check: list[str], port: int) -> str:
    """Parse the path that a health check requests on this container's own port."""
    match = re.fullmatch(rf"python -m shared\.probe http://127\.0\.0\.1:{port}(/\w+)", " ".join(check))
    assert match, f"{check} does not request port {port}"
    return match[1]
