"""Reads bars from a file: CSV, JSON, Parquet, Arrow or Excel; plain, compressed or in a zip archive."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath
from typing import BinaryIO

from services.data.files.formats.detect import SUFFIXES, FileFormat, iter_tables
from services.data.files.rows import NO_SYMBOL, Reading, RowCollector
from services.data.files.unpack import MAX_ROWS, Budget, iter_members
from services.data.records import RawBars, SkippedPart
from services.data.tables.name_parts import parse_symbol
from services.data.tables.notes import quote_text
from shared.errors import UnreadableFile
from shared.schemas.bars import is_symbol
from shared.schemas.loads import ReadQuery

MAX_BYTES = 2 << 30  # unpacked; 45 million rows of CSV
MAX_SKIPPED = 1_000  # are listed


class FileBarSource:
    """A BarSource: the bars of one or many symbols, in any order.

    A problem with the whole file is an error; a file of an archive, a sheet or a symbol that cannot be read is
    skipped, and `skipped` says why. An invalid number is NaN and an invalid date is NaT, which
    `services.data.bars.checks` rejects row by row. A row of too few or too many cells has neither date nor numbers.

    The symbol comes from its column, else from the names of the columns, else from `symbol`, else from the file's
    name: `brk.b.csv.gz` holds BRK.B.

    Args:
        file: A path, or an open file, which stays open.
        name: The file's name, if `file` does not have one.
        format: The format, None to detect it.
        symbol: The only symbol that the file may contain.
        options: What settles how the file is read.
        max_bytes: The limit for the file and for everything unpacked from it.
        max_rows: The limit for its rows.
    """

    def __init__(
        self,
        file: Path | BinaryIO,
        *,
        name: str | None = None,
        format: FileFormat | None = None,  # noqa: A002  the contract's word
        symbol: str | None = None,
        options: ReadQuery | None = None,
        max_bytes: int = MAX_BYTES,
        max_rows: int = MAX_ROWS,
    ) -> None:
        self._file = file
        self.name = name or (file.name if isinstance(file, Path) else "upload")
        self._format = format
        self._symbol = symbol
        self._options = options or ReadQuery()
        self._limits = max_bytes, max_rows
        self._owners: dict[str, str] = {}
        self.n_rows = 0
        self.skipped: list[SkippedPart] = []
        self._repeat = ""  # two of its files or sheets that have bars of one symbol

    def frames(self) -> Generator[RawBars, None, None]:
        """Yield the rows of one symbol after another; each file of an archive is read completely first.

        With `symbol`, all of them are, because two that would be this symbol are an error.

        Raises:
            UnreadableFile: The file does not contain readable bars; the detail says what is expected.
            PayloadTooLarge: The file is too large.
        """
        self._owners, self.skipped, self.n_rows, self._repeat = {}, [], 0, ""
        budget = Budget(*self._limits)
        read = self._frames(budget)
        if self._symbol is None:
            yield from read
            return
        frames = list(read)  # of one symbol: nothing may be stored before all parts are known
        if self._repeat:
            raise UnreadableFile(
                f"{self._repeat} both have bars that would be stored as {self._symbol}. Load one of them by itself, or "
                "one file with the bars of both. On the command line without --symbol, each file of an archive is "
                "loaded under the symbol that it is named after."
            )
        yield from frames

    def _frames(self, budget: Budget) -> Iterator[RawBars]:
        n_members = 0
        with self._open() as file:
            for name, member in iter_members(file, self.name, budget):
                n_members += 1
                where = "" if self.name.startswith(name) else f"{quote_text(name, 60)}: "
                try:
                    yield from self._read_member(member, name, where, budget)
                except UnreadableFile as error:
                    self._skip(where, error.detail)
        if not n_members:
            raise UnreadableFile("The archive contains no files.")
        if not self._owners:
            raise UnreadableFile(" ".join(f"{part.what}{part.reason}" for part in self.skipped[:3]))

    def _skip(self, what: str, reason: str) -> None:
        if len(self.skipped) < MAX_SKIPPED:
            self.skipped.append(SkippedPart(what, reason))

    def _read_member(self, member: BinaryIO, name: str, where: str, budget: Budget) -> Iterator[RawBars]:
        tables: list[tuple[str, Reading, dict[str | None, RowCollector]]] = []
        for title, reading, batches in iter_tables(member, name, self._format, budget, self._options):
            place = f"{where}sheet {quote_text(title, 40)}: " if title else where
            collectors: dict[str | None, RowCollector] = {}
            try:
                for symbol, batch in batches:
                    collectors.setdefault(symbol, RowCollector(reading)).add(batch)
                    self.n_rows += batch.num_rows
                if not collectors:
                    raise UnreadableFile("The file has no rows.")
                if self._options.decimal is None:
                    reading.numbers.ticks.check()
            except UnreadableFile as error:
                self._skip(place, error.detail)
            else:
                tables.append((title, reading, collectors))
        for title, reading, collectors in tables:
            place = f"{where}sheet {quote_text(title, 40)}: " if title else where
            default = name if len(tables) == 1 and (self._symbol or _parse_symbol(name)) else title or name
            with self._catch(place):
                yield from self._iter_frames(collectors, reading, default, place)

    @contextmanager
    def _catch(self, place: str) -> Iterator[None]:
        try:
            yield
        except UnreadableFile as error:
            self._skip(place, error.detail)

    def _iter_frames(
        self, collectors: dict[str | None, RowCollector], reading: Reading, name: str, place: str
    ) -> Iterator[RawBars]:
        stated = parse_symbol(reading.symbol or "")
        self._require_symbol([each for each in (*collectors, stated) if each])
        parsed = _parse_symbol(name)
        for own, rows in collectors.items():
            if own is not None and not is_symbol(own):
                self._skip(place, f"Not a valid symbol, in the names of columns: {quote_text(own)}.")
                continue
            default = own or stated or self._symbol or parsed
            skip = self._skip_symbol(place)
            for raw in rows.frames(self._symbol, default, skip, is_wide=len(collectors) > 1):
                if raw.symbol in self._owners:
                    owner = self._owners[raw.symbol]
                    self._repeat = self._repeat or f"{owner} and {quote_text(name, 60)}"
                    self._skip(place, f"{owner} also has bars of {raw.symbol}. Merge the two files.")
                    continue
                if not (own or stated or self._symbol) and raw.symbol == parsed and _is_year(raw):
                    self._skip(place, f"{NO_SYMBOL} {parsed} is the year of its bars.")
                    continue
                self._owners[raw.symbol] = quote_text(name, 60)
                is_renamed = raw.symbol == parsed and not name.upper().startswith(raw.symbol)
                note = (f"{quote_text(name, 60)} is {raw.symbol}.",) if is_renamed else ()
                if own and parsed != own and len(collectors) == 1:
                    note = (f"The symbol {own} was read in the names of the columns.",)
                yield replace(raw, notes=raw.notes + note)

    def _skip_symbol(self, place: str) -> Callable[[str, str], None]:
        def skip(what: str, reason: str) -> None:
            self._skip(f"{place}{what}: ", reason)

        return skip

    def _require_symbol(self, symbols: list[str]) -> None:
        others = [each for each in symbols if self._symbol is not None and each != self._symbol]
        if others:
            raise UnreadableFile(
                f"The file has bars of {', '.join(symbols[:10])}, but this load is for {self._symbol} only."
            )

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        if not isinstance(self._file, Path):
            yield self._file
            return
        try:
            file = self._file.open("rb")
        except OSError as error:
            raise UnreadableFile(f"The file cannot be opened: {error.strerror}.") from error
        with file:
            yield file


def _is_year(raw: RawBars) -> bool:
    """Return whether the symbol is the year of all bars: a file or a sheet that is named so names no symbol."""
    years = raw.rows["session"].dropna().dt.year.astype(str).unique()
    return list(years) == [raw.symbol]


def _parse_symbol(name: str) -> str | None:
    """Parse the symbol from a plain file's name; None if the name is not a symbol."""
    path = PurePath(name)
    while path.suffix.lower() in SUFFIXES:  # Windows hides one: AAPL.csv.txt
        path = path.with_suffix("")
    return parse_symbol(path.name)
