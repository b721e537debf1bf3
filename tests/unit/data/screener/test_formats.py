"""Each format of the screener reads back as the columns of the contract; a CSV runs no formula."""

import csv
import json
from io import BytesIO, StringIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from services.data.screener.formats import COLUMNS, join, render
from shared.schemas.screener import Screener, ScreenerFormat
from shared.schemas.stored.screener import LEVEL_COLUMNS, LEVELS, decode_screener, encode_screener
from tests.support.data.screeners import make_screener

STORED = decode_screener(encode_screener(make_screener()))
DESCRIBED: dict[str, list[object]] = {
    "name": ["Apple Inc.", None],
    "sector": [None, "Technology"],
    "n_findings": [2, 0],
    "sessions_behind": [1, None],
    "is_current": [False, None],
}


def _columns(level: int = 90) -> dict[str, list[object]]:
    """Return what is expected, from the builder's own numbers."""
    columns = make_screener().table.to_pydict() | DESCRIBED
    return {name: columns[f"{name}_{level}" if name in LEVEL_COLUMNS else name] for name in COLUMNS}


def _render(answer_format: ScreenerFormat, level: int = 90) -> bytes:
    return render(join(STORED, level, DESCRIBED), STORED, answer_format)


@pytest.mark.parametrize("level", LEVELS)
def test_json_is_the_wire_model(level: int) -> None:
    screener = Screener.model_validate_json(_render("json", level))
    assert screener.columns.model_dump() == _columns(level)
    assert (screener.universe, screener.sentence) == (STORED.universe, STORED.sentence)


@pytest.mark.parametrize("answer_format", ["parquet", "arrow"])
def test_columnar_formats_read_back(answer_format: ScreenerFormat) -> None:
    body = _render(answer_format)
    table = pq.read_table(BytesIO(body)) if answer_format == "parquet" else pa.ipc.open_stream(body).read_all()
    assert table.to_pydict() == _columns()
    about = json.loads(table.schema.metadata[b"bellwether"])
    assert about == {"universe": STORED.universe.model_dump(mode="json"), "sentence": STORED.sentence}


def test_csv_reads_back() -> None:
    header, *rows = csv.reader(StringIO(_render("csv").decode()))
    assert header == list(COLUMNS)
    found = dict(zip(header, rows[0], strict=True))
    assert found["spark"] == "0 19 7"
    assert (found["last_session"], found["name"], found["is_current"]) == ("2024-01-03", "Apple Inc.", "false")
    assert float(found["width"]) == _columns()["width"][0]
    assert dict(zip(header, rows[1], strict=True))["range_percentile"] == ""


@pytest.mark.parametrize("name", ["=1+1", "+A1", "@SUM(A1)", "-2", "x;=1+1", "\t=1"])
def test_no_name_or_sector_of_a_csv_is_a_formula(name: str) -> None:
    described = DESCRIBED | {"name": [name, name], "sector": [name, None]}
    rows = list(csv.DictReader(StringIO(render(join(STORED, 90, described), STORED, "csv").decode())))
    for cell in (rows[0]["name"], rows[1]["name"], rows[0]["sector"]):
        assert cell != name
        assert cell.replace("'", "") == name


def test_no_symbol_of_a_csv_is_a_formula() -> None:
    stored = make_screener({"-X": "a" * 16, "=Y": "b" * 16})
    rows = list(csv.DictReader(StringIO(render(join(stored, 90, DESCRIBED), stored, "csv").decode())))
    assert [row["symbol"] for row in rows] == ["'-X", "'=Y"]
