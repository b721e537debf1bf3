"""What Dockerfile and docker-compose.yml, and what the charts say of each service, in one form to be compared in."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.deploy.charts import python_services, values_set

ROOT = Path(__file__).parents[3]
SERVICES = ("gateway", "data", "prediction")
SECRETS = {f"{name}_PASSWORD": f"{name.lower()}-canary" for name in ("MONGO", "MONGO_ADMIN", "VALKEY", "GRAFANA")}


@dataclass(frozen=True)
class Deployed:
    """One service as it is run: where it listens, what it is given, how it is asked how it is, how long it may stop."""

    port: int
    command: tuple[str, ...]
    environment: frozenset[str]
    liveness: str
    readiness: str
    stop_seconds: int


def from_compose() -> dict[str, Deployed]:
    """Return each of our Python services by its name; liveness is the image's own check, readiness that of compose."""
    services = compose_config()["services"]
    return {name: _deployed(services[name], target(name)) for name in SERVICES}


def from_charts() -> dict[str, Deployed]:
    """Return each of our Python services as the umbrella's production values run it."""
    return {
        name: Deployed(
            port=found.container_port,
            command=tuple(found.command),
            environment=found.environment,
            liveness=found.liveness_path,
            readiness=found.readiness_path,
            stop_seconds=found.grace_seconds - found.pre_stop_seconds,
        )
        for name, found in python_services(values_set("production")).items()
    }


def compose_config(secrets: dict[str, str] | None = None) -> dict[str, Any]:
    """Return docker-compose.yml, profiles included, as Docker Compose itself understands it."""
    done = run_compose(SECRETS if secrets is None else secrets, "--profile", "*", "config", "--format", "json")
    done.check_returncode()
    config: dict[str, Any] = json.loads(done.stdout)
    return config


def run_compose(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run Docker Compose, which needs no Docker for this, with these variables only, not the .env of this folder."""
    command = [str(Path(sys.executable).with_name("docker-compose")), "--env-file", os.devnull, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def target(name: str, dockerfile: Path = ROOT / "Dockerfile") -> dict[str, str]:
    """Return the instructions of one stage of a Dockerfile by their name; the last of a name stands."""
    text = re.sub(r"\\\n\s*", "", dockerfile.read_text())
    stage = re.search(rf"^FROM \S+ AS {name}\n(.*?)(?=^FROM |\Z)", text, re.MULTILINE | re.DOTALL)
    assert stage, f"{dockerfile} has no stage {name}"
    return dict(re.findall(r"^([A-Z]+) (.+)$", stage[1], re.MULTILINE))


def _deployed(service: dict[str, Any], stage: dict[str, str]) -> Deployed:
    port = int(stage["EXPOSE"])
    return Deployed(
        port=port,
        command=tuple(service["command"] or json.loads(stage["CMD"])),
        environment=frozenset(service["environment"]),
        liveness=_path(json.loads(stage["HEALTHCHECK"].partition("CMD ")[2]), port),
        readiness=_path(service["healthcheck"]["test"][1:], port),
        stop_seconds=int(service["stop_grace_period"].removesuffix("s")),
    )


def _path(check: list[str], port: int) -> str:
    """Return the path that a check asks for, on this container's own port."""
    asked = re.fullmatch(rf"python -m shared\.probe http://127\.0\.0\.1:{port}(/\w+)", " ".join(check))
    assert asked, f"{check} does not ask port {port}"
    return asked[1]
