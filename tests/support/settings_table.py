"""The README's table of settings, written from the settings classes: `python -m tests.support.settings_table`."""

import re
from pathlib import Path

from gateway.settings import GatewaySettings
from services.data.settings import DataSettings
from services.prediction.settings import PredictionSettings
from shared.settings import ServiceSettings

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- settings: `make docs` writes this table -->", "<!-- end of settings -->"


def settings_table() -> str:
    """Return the table in Markdown between its two markers."""
    rows = [row for kind in (GatewaySettings, DataSettings, PredictionSettings) for row in _rows(kind)]
    return "\n".join([BEGIN, "| variable | default | meaning |", "| --- | --- | --- |", *rows, END])


def _rows(kind: type[ServiceSettings]) -> list[str]:
    prefix = kind.model_config.get("env_prefix", "")
    instance = kind()
    rows = []
    for name, field in kind.model_fields.items():
        value = getattr(instance, name)
        shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        default = "–" if shown is None else f"`{shown}`"
        meaning = " ".join((field.description or "").split())
        rows.append(f"| `{prefix}{name}`".upper() + f" | {default} | {meaning} |")
    return rows


if __name__ == "__main__":
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    README.write_text(pattern.sub(lambda _: settings_table(), README.read_text()))
