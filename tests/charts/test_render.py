"""Every chart lints and renders with the real Helm engine, and Kubernetes knows every field of the result."""

from pathlib import Path

import helm_python
import kubernetes_validate
import pytest

from tests.support.deploy.charts import (
    CHARTS,
    VALUE_SETS,
    Json,
    Objects,
    load_values_set,
    render,
    render_text,
    render_values_set,
)
from tests.support.deploy.service_config import SERVICES

ALONE: dict[str, Json] = {
    "gateway": {},
    "data": {"mongodb": {"existingSecret": "stores"}, "valkey": {"existingSecret": "stores"}},
    "prediction": {},
    "frontend": {},
    "monitoring": {},
}
SETS = sorted(VALUE_SETS)
KUBERNETES = ("1.30", "1.37")  # the oldest that Chart.yaml allows, and the newest one
CUSTOM = {
    "ServiceMonitor",
    "PodMonitor",
    "PrometheusRule",
    "HTTPRoute",
}  # not part of Kubernetes; other tests cover them


@pytest.mark.parametrize("chart", sorted(ALONE))
def test_each_chart_lints_and_renders_alone(chart: str) -> None:
    assert _lint_errors(CHARTS / chart, ALONE[chart]) == []
    assert {item["metadata"]["namespace"] for item in render(chart, ALONE[chart])} <= {"bellwether"}


@pytest.mark.parametrize("name", SETS)
def test_the_umbrella_lints_with_each_set_of_values(name: str) -> None:
    assert _lint_errors(CHARTS / "bellwether", load_values_set(name)) == []


def test_the_three_sets_of_values_are_there_and_the_defaults_render() -> None:
    assert SETS == ["external", "minimal", "production"]
    assert len(render().of_kind("Deployment")) == 5


@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_knows_every_field(version: str) -> None:
    builtin = [item for name in SETS for item in render_values_set(name) if item["kind"] not in CUSTOM]
    assert len(builtin) > 90
    for kind in {item["kind"] for item in builtin}:
        assert _validate([item for item in builtin if item["kind"] == kind], version) == version


def test_the_validation_finds_a_misspelt_field() -> None:
    services = render().of_kind("Service")
    services[-1]["spec"]["sessionAfinity"] = "None"
    with pytest.raises(kubernetes_validate.ValidationError, match="sessionAfinity"):
        _validate(services, KUBERNETES[0])


def test_charts_render_the_same_alone_as_in_the_umbrella() -> None:
    whole = render()
    alone: Json = {"global": {"serviceToken": {"existingSecret": "demo-service-token"}}}
    for name in ("gateway", "prediction", "frontend"):
        assert render(name, alone).get("Deployment", name) == whole.get("Deployment", name)


def test_dependencies_are_in_the_tree_so_that_an_installation_needs_no_network() -> None:
    for chart in ("bellwether", *SERVICES, "frontend"):
        assert {item["status"] for item in helm_python.dependency_list(CHARTS / chart)} == {"unpacked"}
    for link in CHARTS.glob("*/charts/*"):
        assert link.is_symlink()
        assert not link.readlink().is_absolute()


def test_no_two_objects_share_kind_and_name() -> None:
    for name in SETS:
        names = [(item["kind"], item["metadata"]["name"]) for item in render_values_set(name)]
        assert len(names) == len(set(names))


def test_the_longest_name_of_a_release_gives_each_object_its_own_and_a_longer_one_is_refused() -> None:
    values = load_values_set("production")
    objects = render(values=values, release="r" * 31)
    names = [(item["kind"], item["metadata"]["name"]) for item in objects]
    assert len(names) == len(set(names)) == len(render(values=values))
    assert all(len(name) <= (52 if kind == "CronJob" else 63) for kind, name in names)
    with pytest.raises(helm_python.HelmRenderError, match=r"has 32 characters\. Give it one of at most 31"):
        render(values=values, release="r" * 32)


def test_the_gateway_reads_the_keys_that_were_generated() -> None:
    objects = render(release="r" * 31)
    (secret,) = [item["metadata"]["name"] for item in objects.of_kind("Secret") if "digests" in item["stringData"]]
    (mounted,) = [
        volume["secret"]["secretName"]
        for pod in objects.pod_specs().values()
        for volume in pod["spec"].get("volumes", [])
        if volume["name"] == "api-keys"
    ]
    assert mounted == secret


def test_the_notes_say_what_to_do_next() -> None:
    (notes,) = [text for path, text in render_text().items() if path.endswith("NOTES.txt")]
    assert "helm test demo --namespace bellwether" in notes
    assert "get secret demo-gateway-api-keys" in notes
    assert "not highly available" in notes
    (production,) = [
        text for path, text in render_text(values=load_values_set("production")).items() if path.endswith("NOTES.txt")
    ]
    assert "kube-prometheus-stack" in production
    assert "api-keys" not in production


def test_ports_of_services_lead_to_ports_of_pods() -> None:
    for name in SETS:
        objects: Objects = render_values_set(name)
        for service in objects.of_kind("Service"):
            selector = service["spec"]["selector"].items()
            pods = [pod for pod in objects.pod_specs().values() if selector <= pod["metadata"]["labels"].items()]
            assert len(pods) == 1, service["metadata"]["name"]
            ports = {port["name"] for port in pods[0]["spec"]["containers"][0]["ports"]}
            assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def _validate(items: list[Json], version: str) -> str:
    # As one list: the library reads all of Kubernetes' definitions for every object that it validates.
    whole = {"apiVersion": items[0]["apiVersion"], "kind": f"{items[0]['kind']}List", "metadata": {}, "items": items}
    validated: str = kubernetes_validate.validate(whole, version, strict=True)
    return validated


def _lint_errors(chart: Path, values: Json) -> list[str]:
    report = helm_python.lint(chart, values, strict=True)
    return [*report["errors"], *(item["error"] for item in report["messages"] if item["severity"] > 1)]
