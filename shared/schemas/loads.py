"""Wire models of loads: the query, the report, rejected rows, and findings about the bars."""

import csv
import json
import re
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.schemas.bars import Symbol
from shared.schemas.text import MAX_NAME, VisibleText

LINES = "application/x-ndjson"
Mode = Literal["upsert", "replace", "keep", "force"]
DateFormat = Literal["iso", "dmy", "mdy", "ymd", "epoch"]
Decimal = Literal[".", ","]
Resample = Literal["daily"]
ColumnField = Literal["date", "close_time", "open", "high", "low", "close", "volume", "adj_close", "symbol", "company"]
TIMEZONE_PATTERN = r"^[A-Za-z][A-Za-z0-9_+\-/]{0,39}$"
MAX_LISTED_ROWS = 100  # whatever the file: a report of 300,000 rows took 32 MB


class Rejection(BaseModel):
    """One row that was not stored, with the first check that it failed."""

    model_config = ConfigDict(frozen=True)

    row: int = Field(description="Number of the row in the source, from 1, without the header.")
    code: str = Field(examples=["high_too_low"])
    detail: str = Field(examples=["The high is below the open, low or close."])
    session: date | None = Field(default=None, description="The row's session, if it can be read.")


class RejectionCount(BaseModel):
    """How many rows failed one check first."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(examples=["high_too_low"])
    detail: str = Field(examples=["The high is below the open, low or close."])
    count: int = Field(description="Number of rows.", examples=[1])


class Finding(BaseModel):
    """Something about a symbol's bars that a person should know; the bars are served anyway."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(examples=["missing_sessions"])
    detail: str = Field(examples=["2 sessions of XNYS have no bar."])
    count: int = Field(description="Number of occurrences.", examples=[2])
    sessions: list[date] = Field(description="The latest ten, ascending.", max_length=10)


class LoadReport(BaseModel):
    """The outcome for one symbol's rows. A symbol without a valid row is not stored."""

    symbol: str
    mode: Mode
    dry_run: bool = Field(description="Whether this only reports what a load would do.")
    inserted: int = Field(description="New sessions.")
    updated: int = Field(description="Sessions with changed numbers.")
    unchanged: int = Field(description="Sessions that were stored with the same numbers.")
    removed: int = Field(description="Sessions that were removed, which only `replace` does.")
    rejected: list[Rejection] = Field(
        description="The first hundred rows that were not stored, ascending by row.", max_length=MAX_LISTED_ROWS
    )
    n_rejected: int = Field(description="Rows that were not stored, whether `rejected` lists them or not.")
    rejected_by_code: list[RejectionCount] = Field(description="All of these rows by reason, most frequent first.")
    findings: list[Finding]
    notes: list[str] = Field(
        default_factory=list,
        description="What was assumed when reading the file, and which parts of it were not read, one sentence each.",
        examples=[["'Last' was not read: 'Close' is the close."]],
    )
    n_bars: int = Field(description="Bars of the symbol after the load.")
    revision: str | None = Field(description="Revision of the bars after the load; null if there are none.")


class RefusedSymbol(BaseModel):
    """A symbol of a file that was not loaded and is unchanged."""

    symbol: str
    type: str = Field(description="The type of the problem.", examples=["/problems/history-changed"])
    detail: str


class FileEnd(BaseModel):
    """The end of a file with the bars of many symbols."""

    skipped: list[str] = Field(description="The first twenty parts of the file that were not read, and why.")
    stopped: str | None = Field(None, description="Why the rest of the file was not loaded; null if all of it was.")


class FileOutcome(BaseModel):
    """One line of the answer to a file with the bars of many symbols: one of these members, and the others null."""

    report: LoadReport | None = Field(
        None, description="A symbol was loaded. All reports together list the first hundred rows that were not stored."
    )
    refused: RefusedSymbol | None = None
    end: FileEnd | None = Field(None, description="The last line. Without it, the answer broke off.")

    def line(self) -> bytes:
        """Encode it as a line of ASCII."""
        return json.dumps(self.model_dump(mode="json")).encode() + b"\n"


def parse_columns(text: str) -> dict[str, str]:
    """Parse which column holds which field; the field of the date is called `date`, not "session".

    `close_time` is the moment when a bar ends, in place of a date.

    >>> parse_columns('close=Last,volume="Qty, total"')
    {'close': 'Last', 'volume': 'Qty, total'}
    """
    pairs = [pair.partition("=") for pair in next(csv.reader([re.sub(r'(\w+)="', r'"\1=', text)]), [])]
    columns = {field.strip().lower(): name.strip() for field, _, name in pairs}
    if len(columns) < len(pairs) or not all(columns.values()) or columns.keys() - {*get_args(ColumnField)}:
        raise ValueError(f"write field=column, separated by commas; the fields are {', '.join(get_args(ColumnField))}")
    return columns


def _check_columns(text: str) -> str:
    parse_columns(text)
    return text


class ReadQuery(BaseModel):
    """How to read a file of bars where it is ambiguous."""

    model_config = ConfigDict(frozen=True)

    columns: Annotated[str, AfterValidator(_check_columns)] | None = Field(
        None,
        description="Which column holds which field, if the names do not say so.",
        examples=["close=Last,date=When"],
        max_length=500,
    )
    decimal: Decimal | None = Field(None, description="The decimal mark, if the file is ambiguous.")
    date_format: DateFormat | None = Field(None, description="How dates are written, if the file is ambiguous.")
    timezone: str | None = Field(
        None,
        description="The exchange's time zone, in which instants become days.",
        examples=["Europe/Paris"],
        pattern=TIMEZONE_PATTERN,
    )
    resample: Resample | None = Field(None, description="Combine the hours or minutes of each day into daily bars.")


class WriteQuery(ReadQuery):
    """How to load a file of bars."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode = Field(
        "upsert",
        description="`upsert` adds and corrects bars, and refuses a file that disagrees with the stored history; "
        "`force` loads even such a file; `keep` only adds sessions that are not stored; `replace` removes all other "
        "sessions.",
    )
    strict: bool = Field(False, description="Whether one invalid row rejects the whole file.")
    dry_run: bool = Field(False, description="Whether to report only and write nothing.")


class FileQuery(WriteQuery):
    """How to load the bars of every symbol of a file, as query parameters."""

    symbol: Symbol | None = Field(
        None,
        description="The symbol of the bars, if the file names none. A file in a form is named after it otherwise: "
        "`AAPL.csv`.",
    )


class LoadQuery(WriteQuery):
    """How to load the bars of one symbol, as query parameters."""

    name: VisibleText | None = Field(
        None, description="The company's name, for searches.", min_length=1, max_length=MAX_NAME
    )
