"""Images: where they come from, with and without a registry of one's own, and that compose runs the same ones."""

import re

import pytest

from tests.support.deploy.charts import VALUE_SETS, Json, load_values_set, render
from tests.support.deploy.service_config import compose_config

REGISTRY = "registry.example.com"
COMPOSE = {name: service["image"] for name, service in compose_config()["services"].items()}
STORES = {"mongodb": COMPOSE["mongodb"], "valkey": COMPOSE["valkey"]}
OURS = {COMPOSE[name] for name in ("gateway", "data", "prediction", "frontend")}


def _images(values: Json | None = None) -> set[str]:
    pods = render(values=values).pod_specs().values()
    return {container["image"] for pod in pods for container in pod["spec"]["containers"]}


def _full_name(image: str) -> str:
    """Return the name with registry and namespace, as `docker pull` reads it."""
    return f"docker.io/{image}" if "/" in image else f"docker.io/library/{image}"


def test_compose_and_charts_should_run_the_same_images() -> None:
    assert _images() == OURS | {_full_name(image) for image in STORES.values()}


@pytest.mark.parametrize("name", sorted(COMPOSE))
def test_every_image_of_compose_should_name_one_version(name: str) -> None:
    assert re.search(r":v?\d+\.\d+\.\d+$", COMPOSE[name]), COMPOSE[name]


def test_mongodb_should_be_of_the_major_version_that_is_maintained_longest_without_its_known_hole() -> None:
    version = tuple(int(part) for part in STORES["mongodb"].rpartition(":")[2].split("."))
    assert (8, 0, 17) <= version < (8, 1)  # CVE-2025-14847


def test_grafana_should_be_a_version_without_known_holes() -> None:
    version = tuple(int(part) for part in COMPOSE["grafana"].rpartition(":")[2].split("."))
    assert version >= (13, 2, 2)


def test_a_registry_of_ones_own_should_hold_every_image_under_the_path_that_it_has_elsewhere() -> None:
    mirrored = _images({"global": {"imageRegistry": REGISTRY}})
    elsewhere = {_full_name(image).removeprefix("docker.io/") for image in OURS | set(STORES.values())}
    assert mirrored == {f"{REGISTRY}/{path}" for path in elsewhere}


def test_a_chart_should_take_its_own_image_from_its_own_registry() -> None:
    values = {name: {"image": {"registry": REGISTRY}} for name in ("gateway", "data", "prediction", "frontend")}
    stores = {_full_name(image) for image in STORES.values()}
    assert _images(values) == {f"{REGISTRY}/{image}" for image in OURS} | stores


@pytest.mark.parametrize("name", sorted(VALUE_SETS))
def test_mongodb_should_run_on_kernels_on_which_it_would_crash(name: str) -> None:
    tunable = "glibc.pthread.rseq=1"  # SERVER-121912
    assert compose_config()["services"]["mongodb"]["environment"]["GLIBC_TUNABLES"] == tunable
    pods = render(values=load_values_set(name)).pod_specs()
    for container in pods.get("StatefulSet demo-mongodb", {"spec": {"containers": []}})["spec"]["containers"]:
        assert {"name": "GLIBC_TUNABLES", "value": tunable} in container["env"]
