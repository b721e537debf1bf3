"""Workbooks of bars are as Excel wants them, and no larger than what is read back."""

import re
import zipfile
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest

from services.data.files.export import to_xlsx
from services.data.files.source import FileBarSource
from services.data.files.workbook_writer import MAX_BARS, require_workbook_size, write_workbook
from shared.errors import InvalidRequest
from shared.schemas.arrow import NUMBERS
from tests.support.data.bars import make_frame


def test_a_workbook_that_would_not_be_read_back_is_refused_with_what_to_do() -> None:
    require_workbook_size(MAX_BARS)
    with pytest.raises(InvalidRequest, match=r"Export these 250,001 bars as CSV or Parquet, or fewer of them"):
        require_workbook_size(MAX_BARS + 1)


@pytest.mark.no_cover  # a quarter of a million rows
def test_a_workbook_of_as_many_bars_as_it_may_have_is_read_back() -> None:
    numbers = pa.array(np.full(MAX_BARS, 1 / 3))
    sessions = pa.array(np.arange(MAX_BARS) % 100_000, pa.int32()).cast(pa.date32())
    table = pa.table(
        {"symbol": pa.repeat("LONG.SYMBOL-001", MAX_BARS), "date": sessions} | dict.fromkeys(NUMBERS, numbers)
    )
    sink = BytesIO()
    write_workbook([table], sink)
    [raw] = FileBarSource(sink).frames()
    assert (raw.symbol, len(raw.rows)) == ("LONG.SYMBOL-001", MAX_BARS)
    assert (raw.rows[list(NUMBERS)] == 1 / 3).all(axis=None)


def test_a_workbook_has_dates_as_dates_and_names_every_part_of_itself() -> None:
    with zipfile.ZipFile(BytesIO(to_xlsx(make_frame("A&B")))) as archive:
        listed = archive.read("[Content_Types].xml").decode()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        parts = [f"/{name}" for name in archive.namelist() if name.startswith("xl/") and not name.endswith(".rels")]
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
    assert all(f'PartName="{part}"' in listed for part in parts)
    assert re.search(r'<c r="A2" t="inlineStr"><is><t>A&amp;B</t></is></c><c r="B2" s="1"><v>\d{5}</v></c>', sheet)
