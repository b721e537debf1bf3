"""Who may talk to whom: nothing but this."""

import pytest

from tests.support.deploy.charts import RELEASE, VALUE_SETS, Json, Objects, render, rendered

CALLERS = {
    "gateway": {"frontend", "test"},
    "data": {"gateway", "prediction"},
    "prediction": {"gateway"},
    "mongodb": {"data", "data-refresh", "data-sample", "mongodb"},
    "valkey": {"data", "data-refresh", "data-sample"},
}
ANYBODY = "anybody"


def _names(peers: list[Json] | None) -> set[str]:
    if not peers:
        return {ANYBODY}
    names = set()
    for peer in peers:
        labels = peer.get("podSelector", {}).get("matchLabels")
        if labels:
            assert labels["app.kubernetes.io/instance"] == RELEASE
        names.add(labels["app.kubernetes.io/name"] if labels else str(peer))
    return names


def _callers(objects: Objects, name: str) -> set[str]:
    rules = objects.one("NetworkPolicy", name)["spec"].get("ingress") or []
    return {caller for rule in rules for caller in _names(rule.get("from"))}


def _called(objects: Objects, name: str) -> set[tuple[str, int]]:
    rules = objects.one("NetworkPolicy", name)["spec"].get("egress") or []
    return {(called, port["port"]) for rule in rules for called in _names(rule.get("to")) for port in rule["ports"]}


@pytest.mark.parametrize("values", sorted(VALUE_SETS))
def test_every_pod_should_have_a_policy_for_both_directions(values: str) -> None:
    objects = rendered(values)
    for name, pod in objects.pod_specs().items():
        labels = pod["metadata"]["labels"].items()
        of_it = [
            policy["spec"]
            for policy in objects.of("NetworkPolicy")
            if policy["spec"]["podSelector"]["matchLabels"].items() <= labels
        ]
        assert len(of_it) == 2, name  # its own, and the release's that denies everything
        assert all(policy["policyTypes"] == ["Ingress", "Egress"] for policy in of_it)


@pytest.mark.parametrize("name", CALLERS)
def test_a_service_should_admit_its_callers_only(name: str) -> None:
    assert _callers(rendered("minimal"), name) == CALLERS[name]


def test_the_page_should_be_called_by_nobody_while_it_is_not_public() -> None:
    assert _callers(rendered("minimal"), "frontend") == set()


def test_what_is_public_should_admit_the_public() -> None:
    assert _callers(render(), "gateway") == CALLERS["gateway"] | {ANYBODY}
    assert _callers(render(), "frontend") == {ANYBODY}
    peer = {"ipBlock": {"cidr": "192.0.2.0/24"}}
    only = render(values={"gateway": {"networkPolicy": {"publicFrom": [peer]}}})
    assert _callers(only, "gateway") == CALLERS["gateway"] | {str(peer)}


def test_the_internal_services_should_never_be_public() -> None:
    for name in ("data", "prediction", "mongodb", "valkey"):
        assert ANYBODY not in _callers(rendered("production"), name)


def test_prometheus_should_be_admitted_where_it_is_expected() -> None:
    namespace = "{'namespaceSelector': {'matchLabels': {'kubernetes.io/metadata.name': 'monitoring'}}}"
    objects = rendered("production")
    assert {name for name in [*CALLERS, "frontend"] if namespace in _callers(objects, name)} == {
        "gateway",
        "data",
        "prediction",
    }


def test_a_service_should_reach_those_it_calls_only() -> None:
    objects = rendered("minimal")
    dns = {(ANYBODY, 53)}
    assert _called(objects, "frontend") == dns | {("gateway", 8000)}
    assert _called(objects, "gateway") == dns | {("data", 8001), ("prediction", 8002)}
    assert _called(objects, "prediction") == dns | {("data", 8001)}
    assert _called(objects, "data") == dns | {("mongodb", 27017), ("valkey", 6379)}
    assert _called(objects, "mongodb") == dns | {("mongodb", 27017)}
    assert _called(objects, "valkey") == set()
    assert _called(objects, "test") == dns | {("gateway", 8000)}


def test_stores_outside_tracing_and_vendor_should_be_reached_by_their_port() -> None:
    assert _called(rendered("external"), "data") == {(ANYBODY, 53), (ANYBODY, 27017), (ANYBODY, 6380)}
    production = rendered("production")
    assert (ANYBODY, 4318) in _called(production, "prediction")
    assert (ANYBODY, 4318) not in _called(production, "frontend")
    assert (ANYBODY, 443) in _called(production, "data-refresh")
    assert (ANYBODY, 443) not in _called(production, "data")
