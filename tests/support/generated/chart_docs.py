"""Writes what follows from each chart's values.yaml: values.schema.json and the table in README.md.

A value's comment is its description; braces at the end of the comment narrow its schema.
`python -m tests.support.generated.chart_docs` writes.
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
OTHERWISE = {"data_url", "prediction_url", "vendor"}  # the charts have values of their own for these
BEGIN, END = "<!-- values: `make docs` writes this table -->", "<!-- end of values -->"
_KEY = re.compile(r"^( *)([A-Za-z]\w*):")
_NARROWED = re.compile(r"^(.*[.?!])\s+(\{.*\})$")
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
    """One key of a values.yaml: where it is, what its comment says, and what stands there."""

    path: tuple[str, ...]
    description: str
    narrowed: Json
    default: Any


def values_of(text: str) -> Iterator[Value]:
    """Yield the values of a values.yaml in its order, maps before what is in them.

    Raises:
        ValueError: A key has no comment above it.
    """
    everything = yaml.safe_load(text)
    path: list[str] = []
    comment: list[str] = []
    for line in text.splitlines():
        if line.strip().startswith("#"):
            comment.append(line.strip(" #"))
        elif found := _KEY.match(line):
            path = [*path[: len(found[1]) // 2], found[2]]
            if not comment:
                raise ValueError(f"{'.'.join(path)} has no comment")
            narrowed = _NARROWED.match(" ".join(comment))
            description, schema = narrowed.groups() if narrowed else (" ".join(comment), "{}")
            default = reduce(getitem, path, everything)
            yield Value(tuple(path), description, yaml.safe_load(schema), default)
            comment = []
        else:
            comment = []


def schema_of(name: str) -> Json:
    """Return the JSON schema of a chart's values; what it does not name is refused."""
    root: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Values of the chart {name}",
        "type": "object",
        "additionalProperties": False,
        "properties": {},
    }
    for value in values_of((CHARTS / name / "values.yaml").read_text()):
        parent = root
        for key in value.path[:-1]:
            parent = parent["properties"][key]
        parent["properties"][value.path[-1]] = _schema(value)
    if (CHARTS / name / "charts" / "library").exists():
        root["properties"]["library"] = {"type": "object", "description": "Helm puts the globals here."}
    return root


def _schema(value: Value) -> Json:
    narrowed = dict(value.narrowed)
    schema: Json = {"description": value.description, "type": _TYPES[type(value.default)]}
    if kind := narrowed.pop("settings", None):
        schema |= {"additionalProperties": False, "properties": settings_schema(SETTINGS[kind])}
    elif value.default and isinstance(value.default, dict):
        schema |= {"additionalProperties": False, "properties": {}}
    return schema | narrowed


def settings_schema(kind: type[ServiceSettings]) -> Json:
    """Return the schemas of the settings that may stand in a ConfigMap: no secrets, no paths, none of OTHERWISE."""
    properties = kind.model_json_schema()["properties"]
    found = {}
    for name, field in kind.model_fields.items():
        types = {field.annotation, *get_args(field.annotation)}
        if name not in OTHERWISE and not types & {SecretStr, Path}:
            found[to_camel(name)] = {k: v for k, v in properties[name].items() if k not in {"title", "default"}}
    return found


def schema_text(name: str) -> str:
    """Return a chart's values.schema.json."""
    return json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n"


def table(name: str) -> str:
    """Return a chart's table of values in Markdown, between its two markers."""
    lines = ["| value | default | meaning |", "| --- | --- | --- |"]
    for value in values_of((CHARTS / name / "values.yaml").read_text()):
        if not (isinstance(value.default, dict) and value.default):
            lines.append(f"| `{'.'.join(value.path)}` | `{json.dumps(value.default)}` | {value.description} |")
        if kind := value.narrowed.get("settings"):
            settings = settings_schema(SETTINGS[kind])
            lines += [f"| `settings.{key}` | | {field['description']} |" for key, field in settings.items()]
    return "\n".join([BEGIN, *lines, END])


def readme(name: str) -> str:
    """Return a chart's README.md with its table as it should be."""
    text = (CHARTS / name / "README.md").read_text()
    return re.sub(re.escape(BEGIN) + ".*" + re.escape(END), lambda _: table(name), text, flags=re.DOTALL)


if __name__ == "__main__":
    for chart in NAMES:
        (CHARTS / chart / "values.schema.json").write_text(schema_text(chart))
        (CHARTS / chart / "README.md").write_text(readme(chart))
