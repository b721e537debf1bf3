"""Parses the dates of a file, each as the moment that is written and, if it names an offset, as an instant. Pure.

A file has one date format, detected from all its dates; a date in another format is invalid.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from services.data.tables.date_patterns import PATTERNS, may_be_months, number_months, separate, tidy
from services.data.tables.epochs import parse_epochs
from services.data.tables.notes import HOW_TO_WRITE, Notes, name_option, quote_text
from services.data.tables.stamps import NAT, Seconds, Stamps, find_days, limit_years
from services.data.tables.times import parse_times
from shared.errors import UnreadableFile
from shared.schemas.loads import DateFormat

Counts = npt.NDArray[np.int64]

CLEAR_MAJORITY = 10  # times as many dates can only be in one order as in the other
ORDERS = ("dmy", "mdy", "year_first")  # 01/02/03 may be any of them
EPOCH = "epoch"
CHUNK_SIZE = 1 << 16  # texts; their parsed parts take ten times their memory
MINORITY = 10  # times as many dates in one form as in another: the others are slips
DENSE, SPARSE = 7, 25  # days from one date to the next
MONTHS = (
    "Dates such as '{0}{1}{2}' may be months ({0}{1}-{2}) or days (20{0}-{1}-{2}). Only daily bars are forecast: load "
    f"daily ones. If they are days, choose the date format {name_option('date_format', 'ymd')}"
)
TWO_DIGITS_END = 69  # as POSIX has it: 68 is 2068, 69 is 1969
BUDDHIST_YEARS = range(2400, 2700)  # of Thailand
BEFORE_CHRIST = 543  # of these years


def parse_dates(
    texts: pa.StringArray, counts: Counts, date_format: DateFormat | None = None, notes: Notes | None = None
) -> Stamps:
    """Parse each text, NaT where it is not in the format of most.

    Args:
        texts: The distinct dates of a file; null or empty means no date.
        counts: How often each occurs.
        date_format: Their format; None to detect it.
        notes: Receive what was concluded.

    Raises:
        UnreadableFile: No format fits at least half of them, or day and month are ambiguous.
    """
    return DateReader(date_format, notes).read(texts, counts)


@dataclass
class DateReader:
    """Reads dates in one format, which the first texts settle if it is not given."""

    date_format: str | None = None
    notes: Notes | None = None

    def read(self, texts: pa.StringArray, counts: Counts) -> Stamps:
        """Parse texts; see `parse_dates`."""
        texts = tidy(texts)
        if self.date_format is None and may_be_months(texts):
            first = _first(texts, _is_present(texts))[1:-1]
            raise UnreadableFile(MONTHS.format(first[:2], first[2:4], first[4:]))
        texts = texts if self.date_format == EPOCH else separate(texts)
        n_present = int(counts[_is_present(texts)].sum())
        if self.date_format is not None:
            stamps = _parse(texts, self.date_format)
            if self.date_format in ("iso", "ymd") and not stamps.is_valid.any():
                stamps = _parse(texts, "year_first")
            return self._choose(texts, counts, n_present, {self.date_format: stamps})
        readings = {"iso": _parse(texts, "iso")}
        if counts[readings["iso"].is_valid].sum() < n_present:
            readings |= {other: _parse(texts, other) for other in (*PATTERNS, EPOCH) if other != "iso"}
            if _are_slips(counts, readings):
                readings = {name: each for name, each in readings.items() if name not in ORDERS}
            else:
                _resolve_order(texts, counts, readings)
            _resolve_ymd_or_epoch(counts, readings)
        return self._choose(texts, counts, n_present, readings)

    def _choose(self, texts: pa.StringArray, counts: Counts, n_present: int, stamps: dict[str, Stamps]) -> Stamps:
        n_read = {name: int(counts[each.is_valid].sum()) for name, each in stamps.items()}
        best = max(n_read, key=n_read.__getitem__)
        chosen = stamps[best]
        unread = _is_present(texts) & ~chosen.is_valid
        if n_read[best] * 2 < n_present:
            candidates = (
                f"the date format {best}" if len(stamps) == 1 else "any date format (iso, dmy, mdy, ymd, epoch)"
            )
            reason = chosen.problem or stamps.get(EPOCH, chosen).problem
            raise UnreadableFile(
                reason or f"Most dates do not match {candidates}, for example {_first(texts, unread)}. {HOW_TO_WRITE}"
            )
        for other in stamps.values():
            if counts[unread & other.is_valid].sum() * MINORITY > n_read[best]:
                raise UnreadableFile(
                    f"Some dates are written as {_first(texts, chosen.is_valid)} and others as "
                    f"{_first(texts, unread & other.is_valid)}. Write all of them in one form."
                )
        self.date_format = best
        if self.notes is not None:
            self._note(chosen, best, texts, unread, counts)
        return chosen

    def _note(
        self, chosen: Stamps, best: str, texts: pa.StringArray, unread: npt.NDArray[np.bool_], counts: Counts
    ) -> None:
        assert self.notes is not None
        names = {"dmy": "day first", "mdy": "month first", "year_first": "year first", "minguo": "in years since 1911"}
        if chosen.is_valid.any() and best in names:
            self.notes.add(f"Dates such as {_first(texts, chosen.is_valid)} were read {names[best]}.")
        if chosen.note:
            self.notes.add(chosen.note)
        if unread.any():
            self.notes.add_unread("the date", int(counts[unread].sum()), texts[int(np.flatnonzero(unread)[0])].as_py())


def _first(texts: pa.StringArray, mask: npt.NDArray[np.bool_]) -> str:
    """Quote the first text where the mask is true."""
    return quote_text(texts[int(np.flatnonzero(mask)[0])].as_py())


def _is_present(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.greater(pc.fill_null(pc.binary_length(texts), 0), 0).to_numpy(zero_copy_only=False))


def _are_slips(counts: Counts, stamps: dict[str, Stamps]) -> bool:
    """Return whether only a few dates are in one of `ORDERS`, and the others in one form."""
    best = max(int(counts[each.is_valid].sum()) for name, each in stamps.items() if name not in ORDERS)
    in_order = np.logical_or.reduce([stamps[name].is_valid for name in ORDERS])
    return int(counts[in_order].sum()) * MINORITY <= best


def _resolve_order(texts: pa.StringArray, counts: Counts, stamps: dict[str, Stamps]) -> None:
    """Keep one of `ORDERS`, that of the dates that can only be in one order.

    Raises:
        UnreadableFile: Two orders remain.
    """
    _drop_sparse_order(stamps)
    valid = {name: stamps[name].is_valid for name in ORDERS}
    only = {name: _count_only(name, valid, counts) for name in ORDERS}
    best = max(ORDERS, key=lambda name: (int(counts[valid[name]].sum()), only[name]))
    rivals = [name for name in ORDERS if name != best and (valid[name] & valid[best]).any() | bool(only[name])]
    for rival in rivals:
        more, fewer = (int(counts[valid[a] & ~valid[b]].sum()) for a, b in ((best, rival), (rival, best)))
        if more < max(1, CLEAR_MAJORITY * fewer):
            is_either = not more and not fewer
            mask = valid[best] & valid[rival] if is_either else valid[rival] & ~valid[best]
            raise UnreadableFile(_describe_orders(texts, mask, best, rival, is_either=is_either))
    for name in ORDERS:
        if name != best:
            del stamps[name]


def _drop_sparse_order(stamps: dict[str, Stamps]) -> None:
    """Drop the reading of two-digit years, first or last, under which the dates are months or years apart."""
    gaps = {name: _typical_gap(stamps[name]) for name in ORDERS}
    last = min(gaps["dmy"], gaps["mdy"])
    if gaps["year_first"] > SPARSE > DENSE >= last:
        stamps["year_first"] = Stamps.none(len(stamps["year_first"].local))
    elif last > SPARSE > DENSE >= gaps["year_first"]:
        stamps |= {name: Stamps.none(len(stamps[name].local)) for name in ("dmy", "mdy")}


def _typical_gap(stamps: Stamps) -> float:
    """Return the median of days from one date to the next; infinite for fewer than four dates."""
    days = find_days(stamps.local)
    return float(np.median(np.diff(days).astype(np.int64))) if len(days) > 3 else np.inf


def _count_only(name: str, valid: dict[str, npt.NDArray[np.bool_]], counts: Counts) -> int:
    others = np.logical_or.reduce([valid[other] for other in ORDERS if other != name])
    return int(counts[valid[name] & ~others].sum())


def _describe_orders(
    texts: pa.StringArray, mask: npt.NDArray[np.bool_], best: str, rival: str, *, is_either: bool
) -> str:
    example = _first(texts, mask)
    words = {"dmy": "day first", "mdy": "month first", "year_first": "year first"}
    first, second = (words[name] for name in sorted((best, rival), key=ORDERS.index))
    problem = (
        f"The dates may be {first} or {second}, for example {example}."
        if is_either
        else f"Some dates can only be {first} and others only {second}, for example {example}."
    )
    choices = "dmy, mdy or iso" if "year_first" in (best, rival) else "dmy or mdy"
    return f"{problem} Choose the date format, {choices} {name_option('date_format')}"


def _resolve_ymd_or_epoch(counts: Counts, stamps: dict[str, Stamps]) -> None:
    """Drop one of `ymd` and `epoch`: few epochs are valid YYYYMMDD dates by chance."""
    n_ymd, n_epoch = (counts[stamps[name].is_valid].sum() for name in ("ymd", EPOCH))
    del stamps[EPOCH if n_ymd * 2 > n_epoch else "ymd"]


def _parse(texts: pa.StringArray, date_format: str) -> Stamps:
    if date_format == EPOCH:
        return parse_epochs(texts)
    starts = range(0, max(1, len(texts)), CHUNK_SIZE)
    return Stamps.concatenate([_parse_pattern(texts.slice(start, CHUNK_SIZE), date_format) for start in starts])


def _parse_pattern(texts: pa.StringArray, date_format: str) -> Stamps:
    fields = pc.extract_regex(texts, PATTERNS[date_format])
    if fields.null_count == len(fields):
        return Stamps.none(len(texts))
    year, day = (_to_integers(fields.field(name), fields) for name in ("year", "day"))
    is_named = date_format.endswith("month_name")
    month = number_months(fields.field("month")) if is_named else _to_integers(fields.field("month"), fields)
    is_short = np.asarray(pc.equal(pc.fill_null(pc.binary_length(fields.field("year")), 0), 2).to_numpy(False))
    year = year + 1911 if date_format == "minguo" else year
    year = np.where(is_short, np.where(year < TWO_DIGITS_END, year + 2000, year + 1900), year)
    is_buddhist = int(year.max()) in BUDDHIST_YEARS and int(year[year > 0].min()) in BUDDHIST_YEARS
    year = year - BEFORE_CHRIST if is_buddhist else year
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    is_day = (month >= 1) & (month <= 12) & (day >= 1) & (days.astype("datetime64[M]") == months)
    written: Seconds = limit_years(np.where(is_day, days, NAT)).astype("datetime64[s]")
    note = "Two-digit years were read as 1969 to 2068." if (is_short & ~np.isnat(written)).any() else ""
    note = "Years were read as Buddhist: 2567 as 2024." if is_buddhist else note
    rest = fields.field("rest")
    if not pc.any(pc.greater(pc.fill_null(pc.binary_length(rest), 0), 0)).as_py():
        return Stamps(written, note=note)
    seconds, offsets = parse_times(rest)
    local = np.asarray(written + seconds)
    has_clock = bool(pc.any(pc.match_substring_regex(rest, "[0-9]")).as_py())
    return Stamps(local, None if offsets is None else local - offsets, note, has_clock=has_clock)


def _to_integers(field: pa.StringArray, fields: pa.StructArray) -> npt.NDArray[np.int64]:
    """Convert to integers, 0 where the pattern does not match."""
    text = pc.if_else(fields.is_valid(), field, "0")
    return np.asarray(pc.cast(text, pa.int64()).to_numpy(zero_copy_only=False))
