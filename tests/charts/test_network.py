"""The connections that the network policies allow, and no others."""

import pytest

from tests.support.deploy.charts import NAMESPACE, RELEASE, VALUE_SETS, Json, Objects, render, render_values_set

CALLERS = {
    "gateway": {"frontend", "test"},
    "data": {"gateway", "prediction"},
    "prediction": {"gateway"},
    "mongodb": {"data", "data-refresh", "data-sample", "mongodb"},
    "valkey": {"data", "data-refresh", "data-sample", "gateway"},
}
ANYWHERE = "anywhere"


def _names(peers: list[Json] | None) -> set[str]:
    if not peers:
        return {ANYWHERE}
    names = set()
    for peer in peers:
        labels = peer.get("podSelector", {}).get("matchLabels")
        if labels:
            assert labels["app.kubernetes.io/instance"] == RELEASE
        names.add(labels["app.kubernetes.io/name"] if labels else str(peer))
    return names


def _callers(objects: Objects, name: str) -> set[str]:
    rules = objects.get("NetworkPolicy", name)["spec"].get("ingress") or []
    return {caller for rule in rules for caller in _names(rule.get("from"))}


def _callees(objects: Objects, name: str) -> set[tuple[str, int]]:
    rules = objects.get("NetworkPolicy", name)["spec"].get("egress") or []
    return {(callee, port["port"]) for rule in rules for callee in _names(rule.get("to")) for port in rule["ports"]}


@pytest.mark.parametrize("values", sorted(VALUE_SETS))
def test_every_pod_should_have_a_policy_for_both_directions(values: str) -> None:
    objects = render_values_set(values)
    for name, pod in objects.pod_specs().items():
        labels = pod["metadata"]["labels"].items()
        policies = [
            policy["spec"]
            for policy in objects.of_kind("NetworkPolicy")
            if policy["spec"]["podSelector"]["matchLabels"].items() <= labels
        ]
        assert len(policies) == 2, name  # its own, and the release's default deny
        assert all(policy["policyTypes"] == ["Ingress", "Egress"] for policy in policies)


@pytest.mark.parametrize("name", CALLERS)
def test_a_service_should_admit_its_callers_only(name: str) -> None:
    assert _callers(render_values_set("minimal"), name) == CALLERS[name]


def test_the_page_should_have_no_callers_while_it_is_not_public() -> None:
    assert _callers(render_values_set("minimal"), "frontend") == set()


def test_what_is_public_should_admit_the_public() -> None:
    assert _callers(render(), "gateway") == CALLERS["gateway"] | {ANYWHERE}
    assert _callers(render(), "frontend") == {ANYWHERE}
    peer = {"ipBlock": {"cidr": "192.0.2.0/24"}}
    only = render(values={"gateway": {"networkPolicy": {"publicFrom": [peer]}}})
    assert _callers(only, "gateway") == CALLERS["gateway"] | {str(peer)}


def test_the_internal_services_should_never_be_public() -> None:
    for name in ("data", "prediction", "mongodb", "valkey"):
        assert ANYWHERE not in _callers(render_values_set("production"), name)


def test_prometheus_should_be_admitted_where_it_is_expected() -> None:
    namespace = "{'namespaceSelector': {'matchLabels': {'kubernetes.io/metadata.name': 'monitoring'}}}"
    objects = render_values_set("production")
    assert {name for name in [*CALLERS, "frontend"] if namespace in _callers(objects, name)} == {
        "gateway",
        "data",
        "prediction",
    }


def test_a_service_should_reach_those_it_calls_only() -> None:
    objects = render_values_set("minimal")
    dns = {(ANYWHERE, 53)}
    assert _callees(objects, "frontend") == dns | {("gateway", 8000)}
    assert _callees(objects, "gateway") == dns | {("data", 8001), ("prediction", 8002), ("valkey", 6379)}
    assert _callees(objects, "prediction") == dns | {("data", 8001)}
    assert _callees(objects, "data") == dns | {("mongodb", 27017), ("valkey", 6379)}
    assert _callees(objects, "mongodb") == dns | {("mongodb", 27017)}
    assert _callees(objects, "valkey") == set()
    assert _callees(objects, "test") == dns | {("gateway", 8000)}


def test_stores_outside_tracing_and_vendor_should_be_reached_by_their_port() -> None:
    assert _callees(render_values_set("external"), "data") == {(ANYWHERE, 53), (ANYWHERE, 27017), (ANYWHERE, 6380)}
    production = render_values_set("production")
    assert (ANYWHERE, 4318) in _callees(production, "prediction")
    assert (ANYWHERE, 4318) not in _callees(production, "frontend")
    assert (ANYWHERE, 443) in _callees(production, "data-refresh")
    assert (ANYWHERE, 443) not in _callees(production, "data")


@pytest.mark.parametrize(
    ("endpoint", "port"),
    [("https://otel.example.com", 443), ("http://otel.example.com/v1", 80), ("https://[2001:db8::1]:4318", 4318)],
)
def test_a_collector_should_be_reached_by_the_port_of_its_address(endpoint: str, port: int) -> None:
    objects = render(values={"global": {"tracing": {"endpoint": endpoint}}})
    assert (ANYWHERE, port) in _callees(objects, "prediction")


@pytest.mark.parametrize("name", ["gateway", "data", "prediction"])
def test_a_service_should_answer_to_the_names_of_its_service_only(name: str) -> None:
    variable = f"{name.upper()}_ALLOWED_HOSTS"
    own = f"{RELEASE}-{name}"
    names = [own, f"{own}.{NAMESPACE}", f"{own}.{NAMESPACE}.svc", f"{own}.{NAMESPACE}.svc.cluster.local"]
    assert render_values_set("minimal").get("ConfigMap", name)["data"][variable].split(",") == names
    more = render(values={name: {"allowedHosts": ["b.example.com", "a.example.com"]}})
    assert more.get("ConfigMap", name)["data"][variable].split(",") == [*names, "b.example.com", "a.example.com"]


def test_the_gateway_should_answer_to_the_names_of_its_routes() -> None:
    hosts = render_values_set("production").get("ConfigMap", "gateway")["data"]["GATEWAY_ALLOWED_HOSTS"]
    assert hosts.endswith(",bellwether.example.com")


PRIVATE = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"


@pytest.mark.parametrize(
    ("values", "believed"),
    [
        ({"service": {"type": "ClusterIP"}}, PRIVATE),
        ({}, ""),  # a client of the load balancer may have a private address
        ({"service": {"type": "ClusterIP"}, "ingress": {"enabled": True, "hosts": ["a.example.com"]}}, ""),
        ({"service": {"type": "ClusterIP"}, "networkPolicy": {"enabled": False}}, ""),
        ({"rateLimits": {"trustedProxies": ["10.244.0.0/16", "fd00::/64"]}}, "10.244.0.0/16,fd00::/64"),
    ],
)
def test_the_gateway_should_believe_no_address_that_a_client_could_choose(values: Json, believed: str) -> None:
    config = render(values={"gateway": values}).get("ConfigMap", "gateway")["data"]
    assert config["GATEWAY_TRUSTED_PROXIES"] == believed


def test_the_gateways_should_count_together() -> None:
    for values, secret, store in (
        ("minimal", f"{RELEASE}-valkey", ("valkey", 6379)),
        ("production", "bellwether-valkey", (ANYWHERE, 6379)),
    ):
        objects = render_values_set(values)
        (pod,) = [pod for name, pod in objects.pod_specs().items() if name == f"Deployment {RELEASE}-gateway"]
        (variable,) = [one for one in pod["spec"]["containers"][0]["env"] if one["name"] == "GATEWAY_LIMITS_REDIS_URL"]
        assert variable["valueFrom"]["secretKeyRef"] == {"name": secret, "key": "redis-url", "optional": True}
        assert store in _callees(objects, "gateway")
