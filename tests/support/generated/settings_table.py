"""Writes the README's table of settings: `python -m tests.support.generated.settings_table`."""

import re
from pathlib import Path

from gateway.settings import GatewaySettings
from services.data.settings import DataSettings
from services.prediction.settings import PredictionSettings
from shared.settings import ServiceSettings, TracingSettings

README = Path(__file__).parents[3] / "README.md"
PREFIXES = ("GATEWAY_", "DATA_", "PREDICTION_")
BEGIN, END = "<!-- settings: `make docs` writes this table -->", "<!-- end of settings -->"


def settings_table() -> str:
    """Return the table in Markdown between its two markers; what is the same for all three services stands first."""
    rows = [_rows(kind) for kind in (GatewaySettings, DataSettings, PredictionSettings)]
    common = [name for name, row in rows[0].items() if all(other.get(name) == row for other in rows)]
    lines = [f"| `…_{name}`{rows[0][name]} |" for name in common]
    for kind, named in zip(PREFIXES, rows, strict=True):
        lines += [f"| `{kind}{name}`{row} |" for name, row in named.items() if name not in common]
    lines += [f"| `OTEL_EXPORTER_OTLP_{name}`{row} |" for name, row in _rows(TracingSettings).items()]
    head = "`…` is `GATEWAY`, `DATA` and `PREDICTION`, each for its service."
    return "\n".join([BEGIN, head, "", "| variable | default | meaning |", "| --- | --- | --- |", *lines, END])


def _rows(kind: type[ServiceSettings] | type[TracingSettings]) -> dict[str, str]:
    """Return the columns after the first by the variable's name without its prefix."""
    instance = kind()
    rows = {}
    for name, field in kind.model_fields.items():
        value = getattr(instance, name)
        shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        default = "–" if shown is None else f"`{shown}`"
        rows[name.upper()] = f" | {default} | " + " ".join((field.description or "").split())
    return rows


if __name__ == "__main__":
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    README.write_text(pattern.sub(lambda _: settings_table(), README.read_text()))
