"""The security settings that every pod has, and the configuration that each service gets."""

from typing import Any, get_args

import pytest
from pydantic import SecretStr

from tests.support.deploy.charts import VALUE_SETS, Json, read_variables, render, render_values_set
from tests.support.deploy.service_config import from_charts
from tests.support.generated.chart_docs import SETTINGS

OTHERS = {"OTEL_EXPORTER_OTLP_ENDPOINT"}  # OpenTelemetry's own
ALL = {name: render_values_set(name) for name in VALUE_SETS}
PODS = {f"{name}: {pod}": spec for name, objects in ALL.items() for pod, spec in objects.pod_specs().items()}
FEATURES = ("Ingress", "HTTPRoute", "HorizontalPodAutoscaler", "CronJob", "ServiceMonitor", "PrometheusRule")


@pytest.mark.parametrize("name", sorted(PODS))
def test_every_pod_should_satisfy_pod_security_restricted(name: str) -> None:
    spec = PODS[name]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    allowed = {"secret", "configMap", "emptyDir", "persistentVolumeClaim"}
    assert all(set(volume) - {"name"} <= allowed for volume in spec.get("volumes", []))
    for container in spec["containers"]:
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["readOnlyRootFilesystem"] is True
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"].keys() == container["resources"]["requests"].keys() == {"cpu", "memory"}


@pytest.mark.parametrize("name", sorted(PODS))
def test_every_image_should_name_a_version(name: str) -> None:
    for container in PODS[name]["spec"]["containers"]:
        _, _, tag = container["image"].rpartition(":")
        assert tag[0].isdigit(), container["image"]


@pytest.mark.parametrize("name", ["gateway", "data", "prediction", "frontend", "mongodb"])
def test_a_slow_start_should_not_be_taken_for_a_failure(name: str) -> None:
    kind = "StatefulSet" if name == "mongodb" else "Deployment"
    (container,) = ALL["minimal"].get(kind, name)["spec"]["template"]["spec"]["containers"]
    startup, liveness = container["startupProbe"], container["livenessProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 1800
    assert startup["timeoutSeconds"] >= 20
    assert liveness["periodSeconds"] * liveness.get("failureThreshold", 3) >= 60


def test_an_image_should_be_named_by_registry_and_digest() -> None:
    digest = "sha256:" + "a" * 64
    values = {"global": {"imageRegistry": "registry.example.com"}, "gateway": {"image": {"digest": digest}}}
    (container,) = render(values=values).get("Deployment", "gateway")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"registry.example.com/bellwether/gateway:0.1.0@{digest}"


@pytest.mark.parametrize("name", ["gateway", "data", "prediction", "frontend"])
def test_every_service_should_be_replaced_without_a_gap(name: str) -> None:
    deployment = ALL["external"].get("Deployment", name)["spec"]
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    assert container["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}
    assert pod["terminationGracePeriodSeconds"] == 20
    assert {constraint["topologyKey"] for constraint in pod["topologySpreadConstraints"]} == {
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
    }
    readiness = "/healthz" if name == "frontend" else "/readyz"
    assert container["startupProbe"]["httpGet"] == {"path": readiness, "port": "http"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}


@pytest.mark.parametrize("name", ["gateway", "data", "prediction", "frontend"])
def test_a_service_should_stay_reachable_without_what_it_depends_on(name: str) -> None:
    (container,) = ALL["external"].get("Deployment", name)["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}


@pytest.mark.parametrize(
    ("name", "port", "metrics_path"),
    [("gateway", 8000, "/api/metrics"), ("data", 8001, "/metrics"), ("prediction", 8002, "/metrics")],
)
def test_a_python_service_should_listen_where_the_others_look_for_it(name: str, port: int, metrics_path: str) -> None:
    config = from_charts()[name]
    service, monitor = (ALL["production"].get(kind, name)["spec"] for kind in ("Service", "ServiceMonitor"))
    assert config.port == service["ports"][0]["port"] == port
    assert monitor["endpoints"][0]["path"] == metrics_path


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("values", sorted(VALUE_SETS))
def test_every_variable_should_be_a_setting_that_takes_it(name: str, values: str) -> None:
    kind = SETTINGS[name]
    prefix = f"{name}_".upper()
    pods = [pod["spec"] for key, pod in ALL[values].pod_specs().items() if f"demo-{name}" in key]
    assert pods
    for spec in pods:
        variables = read_variables(ALL[values], spec["containers"][0])
        fields = {f"{prefix}{field}".upper(): field for field in kind.model_fields}
        assert variables.keys() <= fields.keys() | OTHERS
        text = {key: "-----BEGIN CERTIFICATE-----" for key in variables if key.startswith("PREDICTION_CLUSTER_")}
        given = {key: text.get(key) if value is None else value for key, value in variables.items()}
        plain = {fields[key]: value for key, value in given.items() if value is not None and key in fields}
        kind.model_validate(
            {key: value for key, value in plain.items() if not key.endswith("_file")}
        )  # the file exists in the cluster only


def test_whole_numbers_should_be_written_as_whole_numbers() -> None:
    data = ALL["production"].get("ConfigMap", "gateway")["data"]
    assert data["GATEWAY_MAX_UPLOAD_BYTES"] == "16777216"
    assert data["GATEWAY_BUDGET_SECONDS"] == "8.5"
    assert data["GATEWAY_OPEN_READS"] == "true"


@pytest.mark.parametrize("values", sorted(VALUE_SETS))
def test_no_secret_should_be_in_a_config_map(values: str) -> None:
    secret = {
        f"{name}_{field}".upper()
        for name, kind in SETTINGS.items()
        for field, info in kind.model_fields.items()
        if SecretStr in {info.annotation, *get_args(info.annotation)}
    }
    assert "DATA_MONGO_URL" in secret
    stored = [str(value) for item in ALL[values].of_kind("Secret") for value in item["stringData"].values()]
    for item in ALL[values].of_kind("ConfigMap"):
        assert not secret & (item["data"] or {}).keys()
        assert not any(value in str(item["data"]) for value in stored)


def test_a_pod_should_be_replaced_when_its_settings_change_and_only_then() -> None:
    def checksums(values: Json) -> dict[str, str]:
        deployments = render(values=values).of_kind("Deployment")
        annotated = {
            service["metadata"]["name"]: service["spec"]["template"]["metadata"].get("annotations", {})
            for service in deployments
        }
        return {name: at["checksum/config"] for name, at in annotated.items() if "checksum/config" in at}

    before, again = checksums({}), checksums({})
    after = checksums({"gateway": {"settings": {"logLevel": "DEBUG"}}})
    assert before == again
    assert {name for name in before if before[name] != after[name]} == {"demo-gateway"}


def test_everything_should_be_off_until_it_is_switched_on() -> None:
    assert all(render().of_kind(kind) == [] for kind in FEATURES)
    assert {kind for kind in FEATURES if ALL["production"].of_kind(kind)} >= set(FEATURES) - {"PrometheusRule"}


def test_the_page_and_the_gateway_should_have_a_load_balancer() -> None:
    types = {item["metadata"]["name"]: item["spec"].get("type", "ClusterIP") for item in render().of_kind("Service")}
    public = {name for name, kind in types.items() if kind == "LoadBalancer"}
    assert public == {"demo-gateway", "demo-frontend"}
    assert ALL["external"].get("Service", "gateway")["spec"]["loadBalancerSourceRanges"] == ["192.0.2.0/24"]


@pytest.mark.parametrize("name", ["gateway", "frontend"])
def test_a_load_balancer_should_keep_the_callers_addresses_if_asked_to(name: str) -> None:
    def spec(**service: str) -> dict[str, Any]:
        rendered: dict[str, Any] = render(values={name: {"service": service}}).get("Service", name)["spec"]
        return rendered

    assert spec(externalTrafficPolicy="Local")["externalTrafficPolicy"] == "Local"
    assert "externalTrafficPolicy" not in spec()
    assert "externalTrafficPolicy" not in spec(externalTrafficPolicy="Local", type="ClusterIP")  # Kubernetes refuses it


def test_the_page_should_find_the_gateway_without_a_search_list() -> None:
    address = render().get("ConfigMap", "frontend")["data"]["GATEWAY_ADDRESS"]
    assert address == "demo-gateway.bellwether.svc.cluster.local:8000"


def test_an_autoscaled_deployment_should_not_say_how_many() -> None:
    scaled = {item["spec"]["scaleTargetRef"]["name"] for item in ALL["production"].of_kind("HorizontalPodAutoscaler")}
    assert scaled == {"demo-gateway", "demo-prediction", "demo-prediction-worker", "demo-frontend"}
    for item in ALL["production"].of_kind("Deployment"):
        assert ("replicas" not in item["spec"]) == (item["metadata"]["name"] in scaled)


def test_a_single_pod_should_not_block_the_drain_of_its_node() -> None:
    assert ALL["minimal"].of_kind("PodDisruptionBudget") == []
    assert {item["spec"]["maxUnavailable"] for item in ALL["production"].of_kind("PodDisruptionBudget")} == {1}
    assert len(ALL["production"].of_kind("PodDisruptionBudget")) == 4


def test_an_ingress_and_a_route_should_lead_to_their_service() -> None:
    ingress = ALL["production"].get("Ingress", "gateway")["spec"]
    assert ingress["tls"] == [{"secretName": "bellwether-tls", "hosts": ["bellwether.example.com"]}]
    (path,) = ingress["rules"][0]["http"]["paths"]
    assert path["backend"]["service"] == {"name": "demo-gateway", "port": {"name": "http"}}
    route = ALL["production"].get("HTTPRoute", "frontend")["spec"]
    assert route["parentRefs"] == [{"name": "public", "namespace": "gateways"}]
    assert route["rules"][0]["backendRefs"] == [{"name": "demo-frontend", "port": 80}]
