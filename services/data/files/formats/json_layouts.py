"""Finds tables of bars in a JSON document: as pandas and the APIs of vendors write them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from services.data.tables.columns import count_fields
from services.data.tables.header import KLINES, is_klines
from services.data.tables.name_parts import parse_symbol, split_names
from services.data.tables.names import PER_SYMBOL, Field, rank
from shared.errors import UnreadableFile

MIN_FIELDS = 3
COLUMNS: tuple[Field, ...] = (*PER_SYMBOL, "session", "end", "symbol")  # that arrays may be
SYMBOL_KEYS = ("symbol", "ticker", "Symbol", "Ticker", "2. Symbol", "pair", "instrument", "dataset_code")
NAMES_KEYS = ("columns", "column_names", "fields", "column", "header", "headers", "keys")
ROWS_KEYS = ("data", "items", "item", "rows", "values", "records")
META_KEYS = ("meta", "metadata", "Meta Data", "info", "security")


@dataclass(frozen=True)
class JsonTable:
    """A table of texts.

    Attributes:
        symbol: The symbol that the document gives with it, if any.
        names: The names of its columns, "" for the index of pandas.
        columns: Their cells, all equally many.
        place: The keys under which it stands; the tables of a list have one place.
    """

    symbol: str | None
    names: list[str]
    columns: list[pa.ChunkedArray]
    place: tuple[str, ...] = ()


def to_text(cell: object) -> str | None:
    """Return a cell as text; numbers are texts already, and {"$date": …} of MongoDB is its content."""
    while isinstance(cell, dict) and len(cell) == 1 and next(iter(cell)).startswith("$"):
        [cell] = cell.values()
    if isinstance(cell, str):
        return cell if cell.isascii() else cell.encode(errors="replace").decode()  # half of a surrogate pair
    return None if cell is None else "?"  # true, or something nested


def find_symbol(members: Mapping[str, Any]) -> str | None:
    """Return the symbol that an object states, itself or in its metadata."""
    for key in SYMBOL_KEYS:
        if isinstance(symbol := members.get(key), str):
            return symbol
    meta = (members.get(key) for key in META_KEYS)
    return next((symbol for each in meta if isinstance(each, dict) and (symbol := find_symbol(each))), None)


def symbol_of_key(key: str) -> str | None:
    """Return the key of a table if it is a symbol, in upper case, and no word for data."""
    return key if parse_symbol(key) == key else None


def find_tables(value: Any, symbol: str | None = None, place: tuple[str, ...] = ()) -> Iterator[JsonTable]:
    """Yield each table in a document, from the outside in.

    The known layouts, whose index or keys become a column, are columns of values, columns and rows by key, names apart
    from rows, arrays of values under names at any depth, rows as objects, and rows as arrays after one of names.
    """
    if isinstance(value, dict):
        symbol = find_symbol(value) or symbol
        table = _read_keyed_columns(value) or _read_keyed_rows(value) or _read_split(value) or _read_flat(value)
        if table is not None:
            yield JsonTable(symbol or _find_nested_symbol(value), *table, place)
            return
        for key, member in value.items():
            yield from find_tables(member, symbol or symbol_of_key(key), (*place, key))
    elif isinstance(value, list):
        table = _read_objects(value) or _read_arrays(value)
        if table is not None:
            yield JsonTable(symbol, *table, place)
            return
        for member in value:
            yield from find_tables(member, symbol, place)


def _find_nested_symbol(value: Mapping[str, Any]) -> str | None:
    """Return the symbol of an object in the object that is the only one of its kind."""
    inner = [member[0] if isinstance(member, list) and len(member) == 1 else member for member in value.values()]
    symbols = [find_symbol(each) or _find_nested_symbol(each) for each in inner if isinstance(each, dict)]
    return next(filter(None, symbols), None)


_Table = tuple[list[str], list[pa.ChunkedArray]]


def _read_keyed_columns(value: Mapping[str, Any]) -> _Table | None:
    """Read {"Open": {"2024-01-02": 1, …}, …}."""
    columns = {name: cells for name, cells in value.items() if isinstance(cells, dict) and _is_flat(cells)}
    if len(columns) < MIN_FIELDS or count_fields([*columns, "date"]) <= MIN_FIELDS:
        return None
    index = list(dict.fromkeys(key for cells in columns.values() for key in cells))
    return _build(["", *columns], [index, *([cells.get(key) for key in index] for cells in columns.values())])


def _read_keyed_rows(value: Mapping[str, Any]) -> _Table | None:
    """Read {"2024-01-02": {"open": 1, …}, …}."""
    rows = list(value.values())
    if not rows or not all(isinstance(row, dict) and _is_flat(row) for row in rows):
        return None
    if count_fields([*rows[0], "date"]) <= MIN_FIELDS:
        return None
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _build(["", *names], [list(value), *([row.get(name) for row in rows] for name in names)])


def _is_flat(cells: Mapping[str, Any]) -> bool:
    return not any(isinstance(cell, dict | list | pa.ChunkedArray) for cell in cells.values())


def _read_split(value: Mapping[str, Any]) -> _Table | None:
    """Read {"columns": ["Open", …], "index": [0, …], "data": [[1, …], …]}."""
    names = next((value[key] for key in NAMES_KEYS if key in value), None)
    rows = next((value[key] for key in ROWS_KEYS if key in value), None)
    names = names.to_pylist() if isinstance(names, pa.ChunkedArray) else names
    if not isinstance(names, list) or not isinstance(rows, list):
        return None
    names = [_name_column(name) for name in names]
    index = value.get("index")
    index = index.to_pylist() if isinstance(index, pa.ChunkedArray) else index
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    columns = [list(column) for column in zip(*rows, strict=True)]
    if isinstance(index, list) and len(index) == len(rows):
        return _build(["", *names], [index, *columns])
    return _build(names, columns)


def _name_column(name: Any) -> str:
    """Return a column's name as text: of a MultiIndex, or of an object that has its type, too."""
    if isinstance(name, dict):
        return str(name.get("name", ""))
    return str(tuple(name)) if isinstance(name, list) else str(name)


def _read_flat(value: Mapping[str, Any]) -> _Table | None:
    """Read {"timestamp": [1, …], "indicators": {"quote": [{"open": [1, …], …}]}}: arrays at any depth."""
    found = list(_iter_arrays(value))
    arrays, texts = dict(found), {key: cell for key, cell in value.items() if isinstance(cell, str)}
    if len(arrays) < len(found) or count_fields(list(arrays)) < MIN_FIELDS:  # two tables, or none
        return None
    names, _ = split_names([*arrays])
    is_column = [any(rank(field, name) is not None for field in COLUMNS) for name in names]
    lengths = {len(cells) for cells, is_read in zip(arrays.values(), is_column, strict=True) if is_read}
    if len(lengths) != 1:
        raise UnreadableFile("The columns must have the same length.")
    n_rows = lengths.pop()
    arrays = {name: cells for name, cells in arrays.items() if len(cells) == n_rows}  # others are of the metadata
    same = {key: [cell] * n_rows for key, cell in texts.items() if key not in SYMBOL_KEYS}
    return _build([*arrays, *same], [*arrays.values(), *same.values()])


def _iter_arrays(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, member in value.items():
        if isinstance(member, pa.ChunkedArray) or (
            isinstance(member, list) and not any(isinstance(cell, dict | list) for cell in member)
        ):
            yield name, member
        elif isinstance(member, dict):
            yield from _iter_arrays(member)
        elif isinstance(member, list) and len(member) == 1 and isinstance(member[0], dict):
            yield from _iter_arrays(member[0])


def _read_objects(rows: Sequence[Any]) -> _Table | None:
    if not rows or not all(isinstance(row, dict) for row in rows):
        return None
    if count_fields(list(rows[0])) < MIN_FIELDS:
        rows = list(map(_spread, rows))
        if count_fields(list(rows[0])) < MIN_FIELDS:
            return None
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _build(names, [[row.get(name) for row in rows] for name in names])


def _spread(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return {"time": 1, "mid": {"o": 1, …}} of OANDA as one object, unless two in it have names in common."""
    inner = {name: cell for name, cell in row.items() if isinstance(cell, dict) and _is_flat(cell)}
    names = [name for cell in inner.values() for name in cell]
    if len({*names, *row}) < len(names) + len(row):
        return row
    outer = {name: cell for name, cell in row.items() if name not in inner}
    return outer | {name: cell for each in inner.values() for name, cell in each.items()}


def _read_arrays(rows: Sequence[Any]) -> _Table | None:
    """Read [["date", "open", …], ["2024-01-02", 1, …], …], or the rows of Binance, which name nothing."""
    if len(rows) < 2 or not all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows):
        return None
    names = [str(name) for name in rows[0]]
    if is_klines(names):
        return _build(list(KLINES), [list(column) for column in zip(*rows, strict=True)])
    if count_fields(names) < MIN_FIELDS:
        return None
    return _build(names, [list(column) for column in zip(*rows[1:], strict=True)])


def _build(names: list[str], columns: Sequence[Any]) -> _Table:
    return names, [
        cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([pa.array(map(to_text, cells), pa.string())])
        for cells in columns
    ]
