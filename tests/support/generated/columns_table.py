"""Generates the table of column names in docs/files.md from the one list of them: `make docs`."""

import re
from pathlib import Path

from services.data.tables.names import ALIASES, Field

FILES = Path(__file__).parents[3] / "docs" / "files.md"
BEGIN, END = "<!-- columns: `make docs` writes this table -->", "<!-- end of columns -->"
MEANINGS: dict[Field, str] = {
    "session": "date",
    "end": "end of the bar, if there is no date: `close_time` in `--columns`",
    "time": "time of day, next to a date",
    "name": "symbol if every cell is one; next to a symbol, the company's name",
    "company": "company's name",
    "series": "series of an Indian exchange: `EQ` are the ordinary shares",
}


def columns_table() -> str:
    """Build the Markdown table between its two markers, in the order of the fields."""
    rows = [
        f"| {MEANINGS.get(field, field)} | {', '.join(f'`{alias}`' for alias in aliases)} |"
        for field, aliases in ALIASES.items()
    ]
    return "\n".join([BEGIN, "| field | names |", "| --- | --- |", *rows, END])


if __name__ == "__main__":
    text = FILES.read_text()
    FILES.write_text(re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: columns_table(), text, flags=re.DOTALL))
