"""Broken and hostile files give bars or an UnreadableFile, never another error."""

import bz2
import gzip
import json
import lzma
import random
from datetime import date
from io import BytesIO

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.data.bars.checks import find_rejections
from shared.errors import PayloadTooLarge, UnreadableFile
from shared.schemas.arrow import NUMBERS
from tests.support.data.bars import make_bars
from tests.support.data.files import HEADER, ROW, as_arrow, as_parquet, problem, read, zipped

pytestmark = [pytest.mark.scenario("D6"), pytest.mark.no_cover]  # thousands of cases: counting lines takes long

MIB = 1 << 20
BARS = make_bars(range(1, 30)).assign(symbol="AAPL")
FUZZED = settings(derandomize=True, deadline=None, max_examples=100, database=None)


TABLE = pa.Table.from_pandas(BARS, preserve_index=False)
CSV = (HEADER + ROW * 40).encode()
SAMPLES = {
    "csv": CSV,
    "quoted": '"date";"open";high;low;close;"name"\r\n31.01.2024;"1,000.5";;N/A;2;"x ""y"" z"\r\n'.encode("utf-16") * 3,
    "json": json.dumps([{"date": "2024-01-31", "open": 1, "high": 1.5, "low": None, "close": "2"}] * 5).encode(),
    "lines": b'{"date": 20240131, "open": 1, "high": 1e400, "low": NaN, "close": -2}\n' * 5,
    "columns": b'{"symbol": "A", "date": ["2024-01-31"], "open": [1], "high": [1], "low": [1], "close": [1]}',
    "parquet": as_parquet(TABLE),
    "arrow": as_arrow(TABLE, compression="zstd"),
    "gz": gzip.compress(CSV),
    "xz": lzma.compress(CSV),
    "bz2": bz2.compress(CSV),
    "zip": zipped({"AAPL.csv": CSV, "IBM.json": b"[]"}),
}
PACKED = ("parquet", "arrow", "gz", "xz", "bz2", "zip")


def check(content: bytes) -> None:
    """Check that the file gives rows as the port promises, or an error with a message."""
    try:
        frames = read(content, max_bytes=4 * MIB)
    except (UnreadableFile, PayloadTooLarge) as error:
        detail = error.detail
        frames = []
    else:
        detail = ""
    assert len(detail) < 1_500
    assert detail.isprintable()
    for frame in frames:
        assert list(frame.rows.columns) in (["session", *NUMBERS, "row"], ["session", *NUMBERS, "row", "problem"])
        assert frame.rows["session"].dtype == "datetime64[s]"
        assert {str(frame.rows[name].dtype) for name in NUMBERS} == {"float64"}
        assert frame.rows["row"].is_monotonic_increasing
        find_rejections(frame.rows, date(2024, 6, 1))


@FUZZED
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=0, max_size=6), st.integers(0, 8)), min_size=1, max_size=5),
)
def test_a_file_with_bytes_changed_anywhere_is_bars_or_an_error(
    sample: str, changes: list[tuple[float, bytes, int]]
) -> None:
    content = SAMPLES[sample]
    for where, new, n_old in changes:
        start = int(where * len(content))
        content = content[:start] + new + content[start + n_old :]
    check(content)


CELLS = st.one_of(
    st.sampled_from(
        [
            *("", "NA", "1e400", "-1", "1e-320", "NaN", "inf", "9" * 400, "=1+1", "@x", "+1", "'-1", "0x1", '"1,234"'),
            *("2024-01-02", "1/2/2024", "13/1/2024", "20240131", "-99999999999", "0000-00-00"),
            *("\x00", '"', '"a\nb"', "é", "\ufeff", "\r"),
        ]
    ),
    st.text(max_size=8),
    st.floats().map(str),
)


@FUZZED
@given(
    st.permutations([*HEADER.strip().split(","), "Adj Close", "company", ""]),
    st.lists(st.lists(CELLS, min_size=8, max_size=11), max_size=8),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
    st.booleans(),
)
def test_a_csv_file_of_any_cells_is_bars_or_an_error(
    header: list[str], rows: list[list[str]], delimiter: str, encoding: str, has_good_row: bool
) -> None:
    good = dict(zip(HEADER.strip().split(","), ROW.strip().split(","), strict=True))
    lines = [header, *([[good.get(name, "") for name in header]] if has_good_row else []), *rows]
    check("\n".join(delimiter.join(line) for line in lines).encode(encoding, "replace"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2024-01-02"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@FUZZED
@given(
    st.lists(st.dictionaries(st.sampled_from([*HEADER.strip().split(","), "Name", "x", "bars"]), VALUES), max_size=5),
    st.sampled_from(["rows", "lines", "bars", "first"]),
)
def test_a_json_file_of_any_values_is_bars_or_an_error(rows: list[dict[str, object]], shape: str) -> None:
    full = [dict.fromkeys(("date", "open", "high", "low", "close")) | row for row in rows]
    shapes = {
        "rows": json.dumps(full),
        "lines": "\n".join(map(json.dumps, full)),
        "bars": json.dumps({"symbol": "A", "bars": full}),
        "first": json.dumps(full[0] if full else {}),
    }
    check(shapes[shape].encode())


@pytest.mark.parametrize("sample", PACKED)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_short_is_an_error(sample: str, share: float) -> None:
    content = SAMPLES[sample]
    assert "truncated" in problem(content[: max(8, int(len(content) * share))])


@pytest.mark.parametrize("content", ["", " ", "\n\n\r\n", "\ufeff", HEADER, HEADER + "\n\n", "[]", '{"bars": []}'])
def test_a_file_without_rows_is_an_error(content: str) -> None:
    assert problem(content).startswith(("The file has no rows.", "Missing columns: "))


@pytest.mark.parametrize(
    "content", ["{", "[1]", "[{}", '[{"a": 1}, ', '"x"', "[[]]", '{"a": 1', '{"bars": [', "{1: 2}"]
)
def test_what_is_not_json_of_bars_is_an_error(content: str) -> None:
    assert problem(content, format="json")


def test_json_that_is_nested_too_deep_is_an_error() -> None:
    assert problem('[{"a":' + "[" * 100_000).startswith("The JSON is nested too deeply.")


@pytest.mark.parametrize("file_format", ["parquet", "arrow"])
def test_a_file_in_another_format_than_requested_is_an_error(file_format: str) -> None:
    assert problem(CSV, format=file_format).endswith("is damaged or truncated.") or file_format == "parquet"


def test_a_quote_that_is_not_closed_in_its_line_is_an_error_and_loses_no_row() -> None:
    for start in ('"', 'x,"'):
        assert "quote" in problem(HEADER + ROW + start + ROW * 5)
        assert "quote" in problem(HEADER + ROW + start + ROW * 100_000)


def test_a_cell_of_a_million_characters_is_one_bad_cell() -> None:
    (frame,) = read(HEADER + ROW + ROW.replace("0.5", "x" * 1_000_000) + ROW)
    assert np.isnan(frame.rows["low"]).tolist() == [False, True, False]
    assert len(problem(HEADER + ROW.replace("AAPL", "A" * 1_000_000))) < 200


def test_a_row_longer_than_what_is_read_at_once_is_an_error() -> None:
    assert problem(HEADER + ROW.replace("0.5", "x" * 5_000_000)).startswith("A row is longer than")


def test_too_many_ragged_rows_are_an_error() -> None:
    assert "rows do not have as many cells as the header" in problem(HEADER + ROW + "1\n" * 100_001)


def test_arrow_bytes_that_point_outside_of_themselves_are_an_error() -> None:
    table = pa.table({name: ["1"] * 4 for name in ("date", "open", "high", "low", "close")})
    sink = BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    ends, wrong = np.array([0, 1, 2, 3, 4], np.int32), np.array([0, 1, 2_000_000_000, 3, 4], np.int32)
    content = as_arrow(table).replace(ends.tobytes(), wrong.tobytes())
    assert "damaged" in problem(content)


def test_an_encrypted_archive_is_an_error_that_says_so() -> None:
    content = bytearray(zipped({"A.csv": CSV}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert problem(bytes(content)) == "A file in the archive is encrypted. Unpack it first."


def test_what_is_packed_too_deep_is_an_error() -> None:
    content = CSV
    for _ in range(4):
        content = gzip.compress(content)
    assert problem(content) == "The file is compressed more than 3 times over. Unpack it."


def test_a_spreadsheet_that_cannot_be_read_is_an_error_that_says_what_to_do() -> None:
    assert problem(zipped({"xl/workbook.xml": b"<workbook/>"})) == (
        "The workbook is damaged or protected by a password. Save it again, or as CSV."
    )
    assert problem(zipped({"content.xml": b"<x/>"})) == (
        "This spreadsheet is neither .xlsx nor .xls. Save it as one of them, or as CSV."
    )


@pytest.mark.parametrize("position", range(60, 200, 7))
def test_a_spreadsheet_with_a_changed_byte_is_an_error(position: int) -> None:
    content = bytearray(zipped({"xl/workbook.xml": random.Random(1).randbytes(2000).hex().encode()}))
    content[position] ^= 0x55
    assert problem(bytes(content)).startswith("The workbook is damaged")


def test_an_archive_without_files_is_an_error() -> None:
    assert problem(zipped({})) == "The archive contains no files."


@pytest.mark.parametrize(
    "content",
    [
        '[{"date": "2024-01-31", "open": 1, "high": 1, "low": 1, "close": 1, "close": 2}]',
        '[{"date": "2024-01-31", "open": 1, "high": 1, "low": 1, "close": 1, "x": {"a": 1, "a": 2}}]',
        '{"date": ["2024-01-31"], "open": [1], "high": [1], "low": [1], "close": [1], "close": [2]}',
        '{"bars": [{"date": "2024-01-31", "open": 1, "high": 1, "low": 1, "close": 1}], "bars": []}',
    ],
)
def test_json_that_says_the_same_thing_twice_is_an_error(content: str) -> None:
    assert "twice" in str(problem(content, format="json"))
