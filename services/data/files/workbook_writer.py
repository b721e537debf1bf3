"""Writes bars as a workbook (.xlsx) of exact numbers, a part at a time. Pure.

XlsxWriter and openpyxl round numbers to 16 digits, and many floats need 17.
"""

import zipfile
from collections.abc import Iterable
from datetime import date
from typing import BinaryIO, cast
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.errors import InvalidRequest

MAX_BARS = 250_000  # of all symbols: `services.data.files.formats.excel_reader` reads no more XML than they take
PART_ROWS = 1 << 14
SHEET = "bars"
FIRST_SERIAL_DAY = date(1900, 3, 1)  # a spreadsheet takes 1900 for a leap year, so earlier dates are texts
SHEET_EPOCH = 25_569  # 1970-01-01 as the number of a spreadsheet

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    f'<sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/>'
    '<xf numFmtId="164" applyNumberFormat="1" xfId="0"/></cellXfs></styleSheet>',
}


def require_workbook_size(n_bars: int) -> None:
    """Check that a workbook may hold so many bars.

    Raises:
        InvalidRequest: They are more than are read back.
    """
    if n_bars > MAX_BARS:
        raise InvalidRequest(
            f"Export these {n_bars:,} bars as CSV or Parquet, or fewer of them: a workbook has at most {MAX_BARS:,}."
        )


def write_workbook(tables: Iterable[pa.Table], sink: BinaryIO) -> None:
    """Write one sheet of all tables under the names of their columns; `sink` need not be able to seek.

    Args:
        tables: At least one, each with the same columns: texts, dates (`date32`) and numbers (`float64`).
        sink: Stays open.
    """
    n_rows = 1
    with zipfile.ZipFile(cast(BinaryIO, _Stream(sink)), "w") as archive:
        for name, text in _PARTS.items():
            archive.writestr(_describe_part(name), _HEAD + text)
        with archive.open(_describe_part("xl/worksheets/sheet1.xml"), "w") as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for at, table in enumerate(tables):
                if at == 0:
                    names = pa.table([[name] for name in table.column_names], names=table.column_names)
                    sheet.write(_encode_rows(names, 1))
                for start in range(0, len(table), PART_ROWS):
                    part = table.slice(start, PART_ROWS).combine_chunks()
                    sheet.write(_encode_rows(part, n_rows + 1))
                    n_rows += len(part)
            sheet.write(b"</sheetData></worksheet>")


class _Stream:
    """A sink without positions, so that the same bars are the same bytes in a file and in a pipe."""

    def __init__(self, sink: BinaryIO) -> None:
        self.write, self.flush = sink.write, sink.flush


def _describe_part(name: str) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(name)  # of 1980, whenever it is written
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _encode_rows(table: pa.Table, first: int) -> bytes:
    """Encode rows as XML, numbered from `first`; a null becomes no cell."""
    numbers = pc.cast(pa.array(np.arange(first, first + len(table))), pa.string())
    cells = [
        _encode_cells(pa.chunked_array(column).combine_chunks(), chr(ord("A") + at), numbers)
        for at, column in enumerate(table.columns)
    ]
    rows = pc.binary_join_element_wise('<row r="', numbers, '">', *cells, "</row>", "")
    return "".join(rows.to_pylist()).encode()


def _encode_cells(column: pa.Array, letter: str, numbers: pa.Array) -> pa.Array:
    start = pc.binary_join_element_wise(f'<c r="{letter}', numbers, '"', "")
    if pa.types.is_floating(column.type):
        cells = pc.binary_join_element_wise(start, "><v>", pc.cast(column, pa.string()), "</v></c>", "")
    elif pa.types.is_date(column.type):
        serials = pc.add(pc.cast(column, pa.int32()), SHEET_EPOCH)
        days = pc.binary_join_element_wise(start, ' s="1"><v>', pc.cast(serials, pa.string()), "</v></c>", "")
        is_early = pc.less(column, pa.scalar(FIRST_SERIAL_DAY, pa.date32()))
        cells = pc.if_else(is_early, _encode_texts(start, pc.cast(column, pa.string())), days)
    else:
        dictionary = column.dictionary_encode()
        escaped = pa.array([escape(text) for text in dictionary.dictionary.to_pylist()], pa.string())
        cells = _encode_texts(start, escaped.take(dictionary.indices))
    return pc.fill_null(cells, "")


def _encode_texts(start: pa.Array, texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(start, ' t="inlineStr"><is><t>', texts, "</t></is></c>", "")
