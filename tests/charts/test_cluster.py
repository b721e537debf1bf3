"""The Dask cluster of the prediction service: a scheduler and workers that know one another by certificate."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.support.deploy.charts import Json, render, render_values_set

ON: Json = {"prediction": {"cluster": {"enabled": True}}}
CLUSTER = render(values=ON)
ROLES = ("scheduler", "worker")


def _container(role: str) -> Json:
    pod = render(values=ON).get("Deployment", f"prediction-{role}")["spec"]["template"]["spec"]
    container: Json = pod["containers"][0]
    return container


def _secrets(container: Json) -> dict[str, tuple[str, str]]:
    references = {item["name"]: item["valueFrom"]["secretKeyRef"] for item in container["env"] if "valueFrom" in item}
    return {name: (reference["name"], reference["key"]) for name, reference in references.items()}


def _certificates(secret: str) -> dict[str, tuple[str, str]]:
    return {
        "PREDICTION_CLUSTER_CA": (secret, "ca.crt"),
        "PREDICTION_CLUSTER_CERT": (secret, "tls.crt"),
        "PREDICTION_CLUSTER_KEY": (secret, "tls.key"),
    }


def test_there_should_be_no_cluster_until_it_is_switched_on() -> None:
    objects = render()
    assert not [item for item in objects if "cluster" in str(item).lower() and item["kind"] == "Secret"]
    assert {item["metadata"]["name"] for item in objects.of_kind("Deployment")}.isdisjoint(
        {"demo-prediction-scheduler", "demo-prediction-worker"}
    )
    assert "PREDICTION_CLUSTER_URL" not in objects.get("ConfigMap", "prediction")["data"]


@pytest.mark.parametrize("role", ROLES)
def test_it_should_have_the_certificate_and_no_other_secret(role: str) -> None:
    container = _container(role)
    assert "envFrom" not in container
    assert _secrets(container) == _certificates("demo-prediction-cluster")
    assert {"name": "PREDICTION_CLUSTER_URL", "value": "tls://demo-prediction-scheduler:8786"} in container["env"]
    assert container["command"][:4] == ["python", "-m", "services.prediction.cluster", role]


def test_the_service_should_find_the_scheduler() -> None:
    settings = CLUSTER.get("ConfigMap", "prediction")["data"]
    assert settings["PREDICTION_CLUSTER_URL"] == "tls://demo-prediction-scheduler:8786"
    ports = CLUSTER.get("Service", "prediction-scheduler")["spec"]["ports"]
    assert {port["name"]: port["port"] for port in ports} == {"tls": 8786}
    (container,) = CLUSTER.get("Deployment", "prediction")["spec"]["template"]["spec"]["containers"]
    assert _secrets(container).items() >= _certificates("demo-prediction-cluster").items()


def test_the_generated_certificate_should_be_signed_by_its_authority() -> None:
    made = CLUSTER.get("Secret", "prediction-cluster")["stringData"]
    authority, certificate = (x509.load_pem_x509_certificate(made[name].encode()) for name in ("ca.crt", "tls.crt"))
    certificate.verify_directly_issued_by(authority)
    key = load_pem_private_key(made["tls.key"].encode(), None)
    assert key.public_key() == certificate.public_key()
    assert render(values=ON).get("Secret", "prediction-cluster")["stringData"] != made


def test_an_existing_secret_should_be_used_instead() -> None:
    objects = render(values={"prediction": {"cluster": {"enabled": True, "existingSecret": "ours"}}})
    assert not [item for item in objects.of_kind("Secret") if item["metadata"]["name"] == "demo-prediction-cluster"]
    for name in ("prediction", "prediction-scheduler", "prediction-worker"):
        (container,) = objects.get("Deployment", name)["spec"]["template"]["spec"]["containers"]
        assert _secrets(container).items() >= _certificates("ours").items()


def test_prometheus_should_find_and_reach_every_process() -> None:
    monitoring = {"enabled": True, "namespace": "watching", "additionalLabels": {"release": "kps"}}
    objects = render(values={**ON, "global": {"monitoring": monitoring}})
    monitor = objects.get("PodMonitor", "prediction-cluster")
    assert monitor["metadata"]["labels"]["release"] == "kps"
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    (names,) = monitor["spec"]["selector"]["matchExpressions"]
    assert (names["key"], names["operator"]) == (monitor["spec"]["jobLabel"], "In")
    assert names["values"] == [f"prediction-{role}" for role in ROLES]
    for name in names["values"]:
        pod = objects.get("Deployment", name)["spec"]["template"]
        assert monitor["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        ports = {port["name"]: port["containerPort"] for port in pod["spec"]["containers"][0]["ports"]}
        rule = objects.get("NetworkPolicy", name)["spec"]["ingress"][-1]
        assert rule["ports"] == [{"port": ports[endpoint["port"]]}]
        assert "watching" in str(rule["from"])
    assert CLUSTER.of_kind("PodMonitor") == []


def test_workers_should_be_scaled_by_their_load() -> None:
    scaler = render_values_set("production").get("HorizontalPodAutoscaler", "prediction-worker")["spec"]
    assert scaler["scaleTargetRef"]["name"] == "demo-prediction-worker"
    wrong = {"enabled": True, "workers": {"autoscaling": {"enabled": True, "minReplicas": 9}}}
    with pytest.raises(Exception, match="minReplicas is greater than maxReplicas"):
        render(values={"prediction": {"cluster": wrong}})


def test_a_worker_should_be_replaced_before_its_pod_is() -> None:
    assert {"name": "PREDICTION_WORKER_MEMORY_MB", "value": "800"} in _container("worker")["env"]
    assert _container("worker")["resources"]["limits"]["memory"] == "1Gi"
