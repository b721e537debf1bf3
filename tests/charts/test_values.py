"""A mistake in the values is rejected before anything is installed, with a message that says where it is."""

from typing import Any

import helm_python
import pytest
import yaml

from tests.support.deploy.charts import load_values_set, render
from tests.support.generated.chart_docs import CHARTS, NAMES, parse_values, readme, schema_text

SCHEMA = [
    ({"gatewy": {}}, "at '': additional properties 'gatewy' not allowed"),
    ({"gateway": {"replica": 3}}, "at '': additional properties 'replica' not allowed"),
    ({"gateway": {"replicas": "three"}}, "at '/replicas': got string, want integer"),
    ({"gateway": {"replicas": -1}}, "at '/replicas': minimum: got -1, want 0"),
    (
        {"gateway": {"service": {"type": "Loadbalancer"}}},
        "at '/service/type': value must be one of 'ClusterIP', 'NodeP",
    ),
    ({"gateway": {"service": {"port": 80000}}}, "at '/service/port': maximum: got 80,000, want 65,535"),
    (
        {"gateway": {"settings": {"budgetSecond": 9}}},
        "at '/settings': additional properties 'budgetSecond' not allowed",
    ),
    ({"gateway": {"settings": {"budgetSeconds": 0}}}, "at '/settings/budgetSeconds': exclusiveMinimum: got 0, want 0"),
    ({"gateway": {"settings": {"logLevel": "LOUD"}}}, "at '/settings/logLevel': value must be one of 'DEBUG', 'INFO'"),
    ({"gateway": {"settings": {"apiKeys": "x"}}}, "at '/settings': additional properties 'apiKeys' not allowed"),
    ({"gateway": {"image": {"digest": "sha256:12"}}}, "at '/image/digest': 'sha256:12' does not match pattern"),
    ({"gateway": {"ingress": {"hosts": "a.example"}}}, "at '/ingress/hosts': got string, want array"),
    ({"gateway": {"extraEnv": [{"value": "1"}]}}, "at '/extraEnv/0': missing property 'name'"),
    ({"gateway": {"terminationGracePeriodSeconds": 5}}, "at '/terminationGracePeriodSeconds': minimum: got 5, want 15"),
    ({"data": {"mongodb": {"url": "http://db"}}}, "at '/mongodb/url': 'http://db' does not match pattern"),
    ({"data": {"mongodb": {"storage": "8GB"}}}, "at '/mongodb/storage': '8GB' does not match pattern"),
    ({"data": {"refresh": {"vendor": "yahoo"}}}, "at '/refresh/vendor': value must be one of '', 'tiingo'"),
    ({"data": {"settings": {"calendar": 1}}}, "at '/settings/calendar': got number, want string"),
    ({"data": {"autoscaling": {"targetCPUUtilizationPercentage": 700}}}, "maximum: got 700, want 100"),
    ({"global": {"monitoring": {"enabled": "yes"}}}, "at '/global/monitoring/enabled': got string, want boolean"),
    ({"global": {"monitring": {}}}, "at '/global': additional properties 'monitring' not allowed"),
    (
        {"global": {"tracing": {"endpoint": "collector:4318"}}},
        "at '/global/tracing/endpoint': 'collector:4318' does not",
    ),
]
SENTENCES = [
    ({"data": {"mongodb": {"enabled": False}}}, "data.mongodb: no MongoDB configured. Set data.mongodb.url or"),
    (
        {"data": {"valkey": {"enabled": False}}},
        "data.valkey: no Redis or Valkey configured. Set data.valkey.url",
    ),
    (
        {"data": {"mongodb": {"url": "mongodb://db/"}}},
        "data.mongodb: set either url, or enabled or existingSecret, for MongoDB",
    ),
    ({"data": {"refresh": {"vendor": "tiingo"}}}, "data.refresh.vendor is tiingo without a key: set"),
    ({"gateway": {"image": {"tag": "latest"}}}, "bellwether/gateway: set the tag to a version; `latest`"),
    ({"data": {"mongodb": {"image": {"tag": "latest"}}}}, "library/mongo: set the tag to a version; `latest`"),
    (
        {"prediction": {"preStopSeconds": 15}},
        "prediction: set terminationGracePeriodSeconds to at least preStopSeconds + 10",
    ),
    ({"gateway": {"ingress": {"enabled": True}}}, "gateway.ingress is enabled without a host"),
    ({"frontend": {"httpRoute": {"enabled": True}}}, "frontend.httpRoute is enabled without a Gateway"),
    (
        {"data": {"autoscaling": {"enabled": True, "minReplicas": 9}}},
        "data.autoscaling: minReplicas is greater than maxR",
    ),
]


@pytest.mark.parametrize(("values", "message"), SCHEMA, ids=[message for _, message in SCHEMA])
def test_the_schema_refuses_a_mistake(values: dict[str, Any], message: str) -> None:
    with pytest.raises(helm_python.HelmValuesError) as caught:
        render(values=values)
    assert message in str(caught.value)


@pytest.mark.parametrize(("values", "message"), SENTENCES, ids=[message for _, message in SENTENCES])
def test_a_contradiction_is_refused_with_a_sentence(values: dict[str, Any], message: str) -> None:
    with pytest.raises(helm_python.HelmRenderError) as caught:
        render(values=values)
    assert message in str(caught.value)


def test_one_mistake_in_production_names_its_chart() -> None:
    values = load_values_set("production")
    values["prediction"]["models"]["claim"] = "x"
    with pytest.raises(helm_python.HelmValuesError) as caught:
        render(values=values)
    assert "prediction:\n- at '/models': additional properties 'claim' not allowed" in str(caught.value)


def test_another_charts_globals_do_no_harm_to_a_chart_alone() -> None:
    assert render("gateway", {"global": {"postgresql": {"auth": {}}}})


@pytest.mark.parametrize("name", NAMES)
def test_schema_and_table_are_as_the_values_say(name: str) -> None:
    assert (CHARTS / name / "values.schema.json").read_text() == schema_text(name), "run `make docs`"
    assert (CHARTS / name / "README.md").read_text() == readme(name), "run `make docs`"


def test_a_value_without_a_comment_is_found() -> None:
    with pytest.raises(ValueError, match="service\\.port has no comment"):
        list(parse_values("# The Service.\nservice:\n  # Its type.\n  type: ClusterIP\n  port: 1\n"))


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_in_the_schema_and_none_is_missed(name: str) -> None:
    text = (CHARTS / name / "values.yaml").read_text()
    assert {value.path for value in parse_values(text)} == set(_paths(yaml.safe_load(text)))


def _paths(values: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    paths = []
    for key, value in values.items():
        paths += [(*above, key), *(_paths(value, (*above, key)) if isinstance(value, dict) else [])]
    return paths
