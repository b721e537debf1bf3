"""Reads the sheets of a workbook, .xlsx or .xls, as tables of texts."""

import io
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, BinaryIO

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, WorksheetNotFound

from services.data.files.formats.csv_reader import SymbolBatch
from services.data.files.rows import Reading
from services.data.files.unpack import DAMAGED, Budget
from services.data.tables.columns import find_columns
from services.data.tables.header import find_header
from shared.errors import PayloadTooLarge, UnreadableFile

XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_UNPACKED = 96 << 20  # bytes of XML; a row of seven cells takes about 300
MAX_XLS = 32 << 20
MAX_CELLS = 4_000_000  # from the first to the last: the library holds those between, too
MAX_SHEETS = 1_000
HEAD_ROWS = 100
BATCH = 1 << 14  # rows
BLOCK = 1 << 20
_CELL = re.compile(rb'<c [^>]{0,100}?r="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<row [^>]{0,100}?r="(\d{1,7})"')


def open_workbook(file: BinaryIO, budget: Budget) -> CalamineWorkbook:
    """Open a workbook whose cells fit into memory.

    Raises:
        UnreadableFile: It is damaged, protected by a password, or not a workbook.
        PayloadTooLarge: It has too many cells, or exceeds the budget.
    """
    start = file.read(len(XLS))
    file.seek(0)
    if start == XLS:
        if file.seek(0, io.SEEK_END) > MAX_XLS:
            raise PayloadTooLarge(f"An .xls file must not exceed {MAX_XLS:,} bytes. Save it as CSV.")
        file.seek(0)
    else:
        _check_archive(file, budget)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableFile("The workbook is damaged or protected by a password. Save it again, or as CSV.") from error


def sheet_names(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of the visible and hidden sheets, in order.

    Raises:
        UnreadableFile: There is none, or there are too many.
    """
    names = list(workbook.sheet_names)
    if not names or len(names) > MAX_SHEETS:
        raise UnreadableFile("The workbook has no sheets." if not names else "The workbook has too many sheets.")
    return names


def read_sheet_batches(workbook: CalamineWorkbook, name: str, reading: Reading) -> Iterator[SymbolBatch]:
    """Yield the rows of one sheet, its columns named by field.

    Raises:
        UnreadableFile: The sheet has no bars.
        PayloadTooLarge: It has too many cells, or exceeds the budget.
    """
    try:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.total_height * sheet.total_width > MAX_CELLS:
            raise PayloadTooLarge(f"A sheet has more than {MAX_CELLS:,} cells. Save it as CSV.")
        rows = [list(map(_to_text, row)) for row in sheet.to_python(skip_empty_area=True)]
        _fill_merged(rows, sheet)
    except (CalamineError, WorksheetNotFound, OSError, ValueError) as error:
        raise UnreadableFile("The sheet is damaged. Save the workbook again, or as CSV.") from error
    head = [_without_blanks(row) for row in rows[:HEAD_ROWS]]
    header = find_header(head, reading.options, reading.notes)
    names, body = header.names, [row for row in rows[header.end :] if any(row)]
    columns = find_columns(names, reading.options, reading.notes, symbols=header.symbols, sample=body[:20])
    _fill_down(rows, sheet, {*columns.positions} - columns.numbers)
    for start in range(0, len(body), BATCH):
        part = body[start : start + BATCH]
        arrays = [pa.array([row[index] or None for row in part], pa.string()) for index in columns.positions]
        batch = pa.RecordBatch.from_arrays(arrays, names=[str(index) for index in columns.positions])
        yield from columns.split(batch)


def _fill_merged(rows: list[list[str]], sheet: CalamineSheet) -> None:
    """Fill merged cells in a line of the header, such as names over several columns, with the text of the first."""
    top, left = sheet.start or (0, 0)
    for (first_row, first), (last_row, last) in sheet.merged_cell_ranges or []:
        at = first_row - top
        if first_row == last_row and 0 <= at < min(HEAD_ROWS, len(rows)):
            cells = slice(first - left, last - left + 1)
            rows[at][cells] = [rows[at][cells.start]] * len(rows[at][cells])


def _fill_down(rows: list[list[str]], sheet: CalamineSheet, columns: set[int]) -> None:
    """Fill merged cells in these columns, such as the symbols in an index of pandas, with the text of the first."""
    top, left = sheet.start or (0, 0)
    for (first_row, first), (last_row, last) in sheet.merged_cell_ranges or []:
        if first == last and first - left in columns and first_row >= top:
            for row in rows[first_row - top + 1 : last_row - top + 1]:
                row[first - left] = rows[first_row - top][first - left]


def _without_blanks(row: Sequence[str]) -> list[str]:
    """Return a row without the empty cells at its end, which every row of a sheet has up to the longest."""
    n_cells = max((index for index, cell in enumerate(row, 1) if cell), default=0)
    return list(row[:n_cells])


def _to_text(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        is_plain = cell.is_integer() and abs(cell) < 2**53 and math.copysign(1, cell * cell or cell) > 0
        return str(int(cell)) if is_plain else repr(cell)  # -0.0 keeps its sign
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell).strip()


def _check_archive(file: BinaryIO, budget: Budget) -> None:
    """Unpack everything once, counted, and check how far apart the cells are: the library has no limit of its own."""
    unpacked = 0
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                last_row = last_column = 0
                with archive.open(member) as part:
                    tail = b""
                    while block := part.read(BLOCK):
                        unpacked += len(block)
                        budget.take_bytes(len(block))
                        if unpacked > MAX_UNPACKED:
                            raise PayloadTooLarge(f"Unpacked, the workbook is larger than {MAX_UNPACKED:,} bytes.")
                        if b"<!DOCTYPE" in tail + block or b"<!ENTITY" in tail + block:
                            raise UnreadableFile("The workbook declares entities, which no spreadsheet writes.")
                        last_row, last_column = _extend(tail + block, last_row, last_column)
                        tail = block[-200:]
                if last_row * max(1, last_column) > MAX_CELLS:
                    raise PayloadTooLarge(f"A sheet has more than {MAX_CELLS:,} cells. Save it as CSV.")
    except DAMAGED as error:
        raise UnreadableFile("The workbook is damaged or truncated.") from error
    file.seek(0)


def _extend(xml: bytes, last_row: int, last_column: int) -> tuple[int, int]:
    for match in _ROW.finditer(xml):
        last_row = max(last_row, int(match[1]))
    for match in _CELL.finditer(xml):
        last_row = max(last_row, int(match[2]))
        last_column = max(last_column, _column_number(match[1]))
    return last_row, last_column


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
