"""Reads tables of symbols, such as symbols.csv, which describe each besides its bars. Pure except for the file."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from services.data.symbols.listing import check_patch
from services.data.tables.columns import count_fields
from shared.errors import InvalidRequest, ServiceError, UnreadableFile
from shared.market.calendar_names import NAMES
from shared.schemas.bars import Symbol
from shared.schemas.stocks import StockPatch
from shared.schemas.text import clean_text

MAX_BYTES = 16 << 20
FIELDS = {
    "symbol": ("symbol", "ticker"),
    "name": ("name", "company", "companyname", "security", "longname", "shortname"),
    "sector": ("sector", "gicssector"),
    "currency": ("currency",),
    "calendar": ("calendar", "exchangecalendar", "exchange", "mic"),
    "time_zone": ("timezone",),
}
_SYMBOL: TypeAdapter[str] = TypeAdapter(Symbol)


@dataclass(frozen=True)
class SymbolRow:
    """One row: the description of a symbol, or why it cannot be read."""

    symbol: str
    patch: StockPatch
    problem: str = ""


def read_symbols(path: Path) -> list[SymbolRow] | None:
    """Read a CSV file of symbols; None if it is not one, but of bars or of another form.

    Raises:
        UnreadableFile: It is one and not valid UTF-8, or a quote in it is not closed.
    """
    if path.suffix.lower() not in {".csv", ".tsv", ".txt"} or path.stat().st_size > MAX_BYTES:
        return None
    raw = path.read_bytes()
    header = re.split(rb"[\r\n]", raw, maxsplit=1)[0].decode("utf-8-sig", errors="replace")
    delimiter = max(",;\t", key=header.count)
    try:
        cells = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:  # a line break inside a line, as in UTF-16, or a very long cell
        return None
    names = [_plain(cell) for cell in cells]
    columns = {
        field: names.index(alias) for field, aliases in FIELDS.items() for alias in aliases[::-1] if alias in names
    }
    if "symbol" not in columns or len(columns) == 1 or count_fields(cells) > 1:
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile("This table of symbols is not UTF-8. Save it as CSV in UTF-8.") from error
    try:
        return list(_read_rows(StringIO(text, newline=""), delimiter, columns))
    except csv.Error as error:
        raise UnreadableFile("A cell of this table of symbols is too long, or a quote is not closed.") from error


def _read_rows(lines: StringIO, delimiter: str, columns: dict[str, int]) -> Iterator[SymbolRow]:
    rows = csv.reader(lines, delimiter=delimiter)
    next(rows)
    for row in rows:
        cells = {field: row[at].strip() for field, at in columns.items() if at < len(row) and row[at].strip()}
        symbol = cells.pop("symbol", "")
        if symbol:
            yield _build_row(symbol, cells)


def _build_row(symbol: str, cells: dict[str, str]) -> SymbolRow:
    for field in ("name", "sector"):
        if field in cells:
            cells[field] = clean_text(cells[field])
    if "calendar" in cells and cells["calendar"] not in NAMES:
        cells["calendar"] = cells["calendar"].upper()
    try:
        patch = StockPatch.model_validate(cells)
        check_patch(patch)
        return SymbolRow(_SYMBOL.validate_python(symbol), patch)
    except ValidationError as error:
        first = error.errors()[0]
        where = first["loc"][0] if first["loc"] else "symbol"
        return SymbolRow(symbol[:20], StockPatch(), f"{where}: {str(first['msg']).removeprefix('Value error, ')}")
    except InvalidRequest as error:
        return SymbolRow(symbol[:20], StockPatch(), _strip(error))


def _strip(error: ServiceError) -> str:
    return error.detail.removeprefix("/body/")


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()
