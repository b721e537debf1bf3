"""Generates values.schema.json and the README's table of values from each chart's values.yaml.

A value's comment is its description; braces at the end of the comment add constraints to its schema.
Run `python -m tests.support.generated.chart_docs`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import SecretStr
from pydantic.alias_generators import to_camel

from gateway.rate_limits.kinds import KINDS
from gateway.settings import GatewaySettings
from services.data.settings import DataSettings
from services.prediction.settings import PredictionSettings
from shared.settings import ServiceSettings

CHARTS = Path(__file__).parents[3] / "charts"
NAMES = ("gateway", "data", "prediction", "frontend", "monitoring", "bellwether")
SETTINGS: dict[str, type[ServiceSettings]] = {
    "gateway": GatewaySettings,
    "data": DataSettings,
    "prediction": PredictionSettings,
}
# Settings for which the charts have values of their own.
OWN_VALUES = {"data_url", "prediction_url", "vendor", "allowed_hosts", "trusted_proxies"} | {
    f"{kind}_per_minute" for kind in KINDS
}
BEGIN, END = "<!-- values: `make docs` writes this table -->", "<!-- end of values -->"
_KEY = re.compile(r"^( *)([A-Za-z]\w*):")
_CONSTRAINED = re.compile(r"^(.*[.?!])\s+(\{.*\})$")
_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
Json = dict[str, Any]


@dataclass(frozen=True)
class Value:
    """One key of a values.yaml: its path, description, constraints and default."""

    path: tuple[str, ...]
    description: str
    constraints: Json
    default: Any


def parse_values(text: str) -> Iterator[Value]:
    """Parse a values.yaml and yield its values in order, maps before their contents.

    Raises:
        ValueError: A key has no comment above it.
    """
    defaults = yaml.safe_load(text)
    path: list[str] = []
    comment: list[str] = []
    for line in text.splitlines():
        if line.strip().startswith("#"):
            comment.append(line.strip(" #"))
        elif key := _KEY.match(line):
            path = [*path[: len(key[1]) // 2], key[2]]
            if not comment:
                raise ValueError(f"{'.'.join(path)} has no comment")
            match = _CONSTRAINED.match(" ".join(comment))
            description, schema = match.groups() if match else (" ".join(comment), "{}")
            default = reduce(getitem, path, defaults)
            yield Value(tuple(path), description, yaml.safe_load(schema), default)
            comment = []
        else:
            comment = []


def build_schema(name: str) -> Json:
    """Build the JSON schema of a chart's values; it rejects unknown keys."""
    root: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Values of the chart {name}",
        "type": "object",
        "additionalProperties": False,
        "properties": {},
    }
    for value in parse_values((CHARTS / name / "values.yaml").read_text()):
        parent = root
        for key in value.path[:-1]:
            parent = parent["properties"][key]
        parent["properties"][value.path[-1]] = _schema(value)
    if (CHARTS / name / "charts" / "library").exists():
        root["properties"]["library"] = {"type": "object", "description": "Helm passes the globals here."}
    return root


def _schema(value: Value) -> Json:
    constraints = dict(value.constraints)
    schema: Json = {"description": value.description, "type": _TYPES[type(value.default)]}
    if kind := constraints.pop("settings", None):
        schema |= {"additionalProperties": False, "properties": build_settings_schemas(SETTINGS[kind])}
    elif value.default and isinstance(value.default, dict):
        schema |= {"additionalProperties": False, "properties": {}}
    return schema | constraints


def build_settings_schemas(kind: type[ServiceSettings]) -> Json:
    """Build the schemas of the settings that a ConfigMap may contain: no secrets, no paths, none of OWN_VALUES."""
    properties = kind.model_json_schema()["properties"]
    schemas = {}
    for name, field in kind.model_fields.items():
        types = {field.annotation, *get_args(field.annotation)}
        if name not in OWN_VALUES and not types & {SecretStr, Path}:
            schemas[to_camel(name)] = {k: v for k, v in properties[name].items() if k not in {"title", "default"}}
    return schemas


def schema_text(name: str) -> str:
    """Encode a chart's values.schema.json."""
    return json.dumps(build_schema(name), indent=2, ensure_ascii=False) + "\n"


def table(name: str) -> str:
    """Build a chart's Markdown table of values, between its two markers."""
    lines = ["| value | default | meaning |", "| --- | --- | --- |"]
    for value in parse_values((CHARTS / name / "values.yaml").read_text()):
        if not (isinstance(value.default, dict) and value.default):
            lines.append(f"| `{'.'.join(value.path)}` | `{json.dumps(value.default)}` | {value.description} |")
        if kind := value.constraints.get("settings"):
            settings = build_settings_schemas(SETTINGS[kind])
            lines += [f"| `settings.{key}` | | {field['description']} |" for key, field in settings.items()]
    return "\n".join([BEGIN, *lines, END])


def readme(name: str) -> str:
    """Return a chart's README.md with an up-to-date table."""
    text = (CHARTS / name / "README.md").read_text()
    return re.sub(re.escape(BEGIN) + ".*" + re.escape(END), lambda _: table(name), text, flags=re.DOTALL)


if __name__ == "__main__":
    for chart in NAMES:
        (CHARTS / chart / "values.schema.json").write_text(schema_text(chart))
        (CHARTS / chart / "README.md").write_text(readme(chart))
