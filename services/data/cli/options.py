"""The arguments and options that commands share."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from shared.schemas.bars import Symbol, normalise_symbol
from shared.schemas.loads import DateFormat, Decimal, Mode, ReadQuery, Resample, parse_columns

_SYMBOL = TypeAdapter(Symbol)


def parse_symbol(text: str) -> str:
    """Parse a symbol, in the form of files, too."""
    try:
        return _SYMBOL.validate_python(normalise_symbol(text))
    except ValidationError as error:
        raise typer.BadParameter("1 to 15 of the characters A-Z 0-9 . - ^ = & are expected") from error


Symbols = Annotated[list[str] | None, typer.Argument(parser=parse_symbol, help="All stored symbols if omitted.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]


def _parse_columns(text: str) -> str:
    try:
        parse_columns(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    return text


Files = Annotated[
    list[Path], typer.Argument(exists=True, dir_okay=False, help="CSV, JSON, Parquet, Arrow, Excel; .gz .xz .bz2 .zip.")
]
SymbolOption = Annotated[
    str | None, typer.Option("--symbol", parser=parse_symbol, help="Symbol of the bars, if the file does not name it.")
]
DateFormatOption = Annotated[DateFormat | None, typer.Option(help="Date format, if the file is ambiguous.")]
ModeOption = Annotated[
    Mode,
    typer.Option(
        help="upsert: add and correct bars, and refuse a file that disagrees with the stored history; force: load even "
        "such a file; keep: only add sessions that are not stored; replace: remove all other sessions."
    ),
]
ColumnsOption = Annotated[
    str | None,
    typer.Option(
        parser=_parse_columns, metavar="FIELD=COLUMN,…", help="Which column holds a field, such as close=Last."
    ),
]
DecimalOption = Annotated[Decimal | None, typer.Option(help="Decimal mark, if the file is ambiguous.")]
TimezoneOption = Annotated[
    str | None, typer.Option(help="The exchange's time zone, if times are in UTC, such as Europe/Paris.")
]
ResampleOption = Annotated[Resample | None, typer.Option(help="Combine hours or minutes into daily bars.")]


def build_reading(**options: Any) -> ReadQuery:
    """Build the options that settle how files are read.

    Raises:
        typer.BadParameter: An option is not valid.
    """
    try:
        return ReadQuery(**options)
    except ValidationError as error:
        raise typer.BadParameter("; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())) from error
