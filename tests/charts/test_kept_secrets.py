"""What is generated is generated once: Helm, asked to try an installation on a cluster, takes what it finds there."""

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


def _generated(api: KubeApi) -> dict[str, dict[str, str]]:
    """Return the Secrets that an installation would write."""
    with helm_python.Config(kubeconfig_content=api.kubeconfig(), namespace=NAMESPACE) as config:
        release = config.install(str(CHARTS / "bellwether"), RELEASE, {}, namespace=NAMESPACE, dry_run="server")
    objects = [found for found in yaml.safe_load_all(release["manifest"]) if found]
    return {found["metadata"]["name"]: found["stringData"] for found in objects if found["kind"] == "Secret"}


def _left_behind(name: str, data: dict[str, str]) -> Json:
    owner = {"meta.helm.sh/release-name": RELEASE, "meta.helm.sh/release-namespace": NAMESPACE}
    labels = {"app.kubernetes.io/managed-by": "Helm"}
    about = {"name": name, "namespace": NAMESPACE, "labels": labels, "annotations": owner}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": about, "data": encoded}


def test_each_installation_should_have_secrets_of_its_own(api: KubeApi) -> None:
    first, second = _generated(api), _generated(api)
    assert first.keys() == second.keys() == {"demo-mongodb", "demo-valkey", "demo-gateway-api-keys"}
    for name, data in first.items():
        assert all(second[name][key] != value for key, value in data.items())


def test_secrets_that_are_there_should_be_kept_word_for_word(api: KubeApi) -> None:
    first = _generated(api)
    for name, data in first.items():
        api.store_secret(_left_behind(name, data))
    assert _generated(api) == first


def test_only_what_is_missing_should_be_generated(api: KubeApi) -> None:
    first = _generated(api)
    api.store_secret(_left_behind("demo-mongodb", {"password": "the-old-one"}))
    second = _generated(api)
    assert "bellwether:the-old-one@" in second["demo-mongodb"]["mongo-url"]
    assert second["demo-mongodb"]["keyfile"] != first["demo-mongodb"]["keyfile"]
