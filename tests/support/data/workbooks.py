"""Builds small .xlsx files, as there is no library for that here: numbers, dates, texts and merged cells."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from xml.sax.saxutils import escape

from tests.support.data.files import zipped

Cell = float | str | date | None
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
STYLES = f'<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]], merged: Sequence[str] = ()) -> bytes:
    """Return a workbook of these sheets; the ranges `merged` of the first one are merged, for example "B1:C1"."""
    names = list(sheets)
    listed = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="s{at}"/>' for at, name in enumerate(names, 1))
    targets = {f"s{at}": ("worksheet", f"worksheets/s{at}.xml") for at in range(1, len(names) + 1)}
    files = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": _relate({"r1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relate({**targets, "st": ("styles", "styles.xml")}),
        "xl/styles.xml": STYLES,
    }
    for at, rows in enumerate(sheets.values(), 1):
        ranges = "".join(f'<mergeCell ref="{each}"/>' for each in (merged if at == 1 else ()))
        cells = "".join(f'<row r="{y}">{_write_row(row, y)}</row>' for y, row in enumerate(rows, 1))
        files[f"xl/worksheets/s{at}.xml"] = (
            f"<worksheet {MAIN}><sheetData>{cells}</sheetData><mergeCells>{ranges}</mergeCells></worksheet>"
        )
    return zipped({name: f'<?xml version="1.0"?>{text}'.encode() for name, text in files.items()})


def _relate(targets: Mapping[str, tuple[str, str]]) -> str:
    each = (f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{to}"/>' for key, (kind, to) in targets.items())
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(each)}</Relationships>'


def _write_row(row: Sequence[Cell], y: int) -> str:
    return "".join(_write_cell(cell, f"{chr(ord('A') + x)}{y}") for x, cell in enumerate(row) if cell is not None)


def _write_cell(cell: Cell, place: str) -> str:
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    if isinstance(cell, date):
        return f'<c r="{place}" s="1"><v>{(cell - date(1899, 12, 30)) // timedelta(days=1)}</v></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'
