"""Writes the README's table of settings: `make docs`."""

import re
from pathlib import Path

from shared.settings import ServiceSettings, TracingSettings
from tests.support.generated.chart_docs import SETTINGS

README = Path(__file__).parents[3] / "README.md"
BEGIN, END = "<!-- settings: `make docs` writes this table -->", "<!-- end of settings -->"


def settings_table() -> str:
    """Build the Markdown table between its two markers; settings that all three services share come first."""
    rows = [_rows(kind) for kind in SETTINGS.values()]
    common = [name for name, row in rows[0].items() if all(other.get(name) == row for other in rows)]
    lines = [f"| `…_{name}`{rows[0][name]} |" for name in common]
    for service, settings in zip(SETTINGS, rows, strict=True):
        lines += [f"| `{service.upper()}_{name}`{row} |" for name, row in settings.items() if name not in common]
    lines += [f"| `OTEL_EXPORTER_OTLP_{name}`{row} |" for name, row in _rows(TracingSettings).items()]
    head = "`…` stands for `GATEWAY`, `DATA` or `PREDICTION`, the service's prefix."
    return "\n".join([BEGIN, head, "", "| variable | default | meaning |", "| --- | --- | --- |", *lines, END])


def _rows(kind: type[ServiceSettings] | type[TracingSettings]) -> dict[str, str]:
    """Build the columns after the first, by the variable's name without its prefix."""
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
