"""One limit of uploads holds for everything that an upload passes: Ingress, page, gateway and data service."""

from typing import Any

import helm_python
import pytest

from gateway.settings import GatewaySettings
from services.data.settings import DataSettings
from tests.support.deploy.charts import Objects, read_variables, render

ANNOTATION = "nginx.ingress.kubernetes.io/proxy-body-size"  # without it, ingress-nginx refuses more than 1 MB
VARIABLES = {
    "frontend": "MAX_UPLOAD_BYTES",
    "gateway": "GATEWAY_MAX_UPLOAD_BYTES",
    "data": "DATA_MAX_UPLOAD_BYTES",
}
INGRESS = {"ingress": {"enabled": True, "hosts": ["bellwether.example.com"]}}


def _limits(values: dict[str, Any]) -> set[str | None]:
    objects: Objects = render(values={"gateway": INGRESS, "frontend": INGRESS} | values)
    limits: set[str | None] = set()
    for name, variable in VARIABLES.items():
        (container,) = objects.get("Deployment", name)["spec"]["template"]["spec"]["containers"]
        limits.add(read_variables(objects, container)[variable])
    for name in ("gateway", "frontend"):
        limits.add(objects.get("Ingress", name)["metadata"]["annotations"][ANNOTATION])
    return limits


def test_everything_on_the_way_should_take_what_the_services_take() -> None:
    default = GatewaySettings().max_upload_bytes
    assert default == DataSettings().max_upload_bytes
    assert _limits({}) == {str(default)}


@pytest.mark.parametrize("limit", [1, 1_500_000, 2**31])
def test_one_value_should_move_all_limits(limit: int) -> None:
    assert _limits({"global": {"maxUploadBytes": limit}}) == {str(limit)}


@pytest.mark.parametrize(("limit", "space"), [(1, "256Mi"), (2**27, "512Mi"), (2**31, "8192Mi")])
def test_the_data_service_should_have_space_for_four_uploads(limit: int, space: str) -> None:
    objects = render(values={"global": {"maxUploadBytes": limit}})
    volumes = objects.get("Deployment", "data")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "tmp", "emptyDir": {"sizeLimit": space}} in volumes


@pytest.mark.parametrize("name", ["gateway", "data"])
def test_a_limit_of_one_service_alone_should_be_refused(name: str) -> None:
    with pytest.raises(helm_python.HelmRenderError, match=r"set global\.maxUploadBytes instead"):
        render(values={name: {"settings": {"maxUploadBytes": 10_000_000}}})


def test_an_annotation_of_ones_own_should_win() -> None:
    ingress = INGRESS["ingress"] | {"annotations": {ANNOTATION: "8m", "a": "b"}}
    rendered = render(values={"gateway": {"ingress": ingress}}).get("Ingress", "gateway")
    assert rendered["metadata"]["annotations"] == {ANNOTATION: "8m", "a": "b"}
