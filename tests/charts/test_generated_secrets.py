"""Secrets are generated once: in a dry run against a cluster, Helm reuses the values that exist there."""

import base64
from collections.abc import Iterator

import helm_python
import pytest
import yaml

from tests.support.deploy.charts import CHARTS, NAMESPACE, RELEASE, Json, render
from tests.support.deploy.kube_api import KubeApi, kube_api


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with kube_api(render()) as server:
        yield server


def _install_secrets(api: KubeApi) -> dict[str, dict[str, str]]:
    """Return the Secrets that an installation would create."""
    with helm_python.Config(kubeconfig_content=api.kubeconfig(), namespace=NAMESPACE) as config:
        release = config.install(str(CHARTS / "bellwether"), RELEASE, {}, namespace=NAMESPACE, dry_run="server")
    objects = [item for item in yaml.safe_load_all(release["manifest"]) if item]
    return {item["metadata"]["name"]: item["stringData"] for item in objects if item["kind"] == "Secret"}


def _existing_secret(name: str, data: dict[str, str]) -> Json:
    owner = {"meta.helm.sh/release-name": RELEASE, "meta.helm.sh/release-namespace": NAMESPACE}
    labels = {"app.kubernetes.io/managed-by": "Helm"}
    metadata = {"name": name, "namespace": NAMESPACE, "labels": labels, "annotations": owner}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": encoded}


def test_each_installation_should_have_secrets_of_its_own(api: KubeApi) -> None:
    first, second = _install_secrets(api), _install_secrets(api)
    assert (
        first.keys()
        == second.keys()
        == {f"demo-{name}" for name in ("mongodb", "valkey", "gateway-api-keys", "service-token")}
    )
    for name, data in first.items():
        assert all(second[name][key] != value for key, value in data.items())


def test_existing_secrets_should_be_kept_unchanged(api: KubeApi) -> None:
    first = _install_secrets(api)
    for name, data in first.items():
        api.store_secret(_existing_secret(name, data))
    assert _install_secrets(api) == first


def test_only_missing_keys_should_be_generated(api: KubeApi) -> None:
    first = _install_secrets(api)
    api.store_secret(_existing_secret("demo-mongodb", {"password": "the-old-one"}))
    second = _install_secrets(api)
    assert "bellwether:the-old-one@" in second["demo-mongodb"]["mongo-url"]
    assert second["demo-mongodb"]["keyfile"] != first["demo-mongodb"]["keyfile"]


def test_the_addresses_should_be_those_of_the_guide_to_new_passwords(api: KubeApi) -> None:
    guide = (CHARTS.parent / "docs" / "operations.md").read_text()
    for name, key in (("mongodb", "mongo-url"), ("valkey", "redis-url")):
        secret = _install_secrets(api)[f"demo-{name}"]
        address = secret[key].replace(secret["password"], f"${name}").replace("demo-", "bellwether-")
        assert f'\\"{key}\\": \\"{address}\\"' in guide
