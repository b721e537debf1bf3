"""Moments as a file writes them, with the instants that they are if that is known. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.datetime64]
YEARS = range(1600, 2200)  # the first stock exchange opened in 1602
PART_ROWS = 1 << 16
MIN_DAYS = 10  # fewer say nothing about weekends
NAT = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Stamps:
    """Moments, NaT where there is none.

    Attributes:
        local: Shape `(n,)`, `datetime64[s]`: the date and time as written; those of an epoch are UTC.
        utc: The same moments in UTC, NaT where a text names no offset; None if none does.
        note: What was assumed.
        problem: Why there are none, as a sentence.
        has_clock: Whether times of day are written, 0:00 or any other.
    """

    local: Seconds
    utc: Seconds | None = None
    note: str = ""
    problem: str = ""
    has_clock: bool = False

    @property
    def is_valid(self) -> npt.NDArray[np.bool_]:
        """Return where there is a moment."""
        return ~np.isnat(self.local)

    @classmethod
    def none(cls, n: int, problem: str = "") -> "Stamps":
        """Return `n` missing moments."""
        return cls(np.full(n, np.datetime64("NaT", "s")), problem=problem)

    @classmethod
    def concatenate(cls, parts: Sequence["Stamps"]) -> "Stamps":
        """Join parts."""
        if len(parts) == 1:
            return parts[0]
        has_utc = any(part.utc is not None for part in parts)
        missing = [cls.none(len(part.local)).local if part.utc is None else part.utc for part in parts]
        local, note = np.concatenate([part.local for part in parts]), next((p.note for p in parts if p.note), "")
        utc = np.concatenate(missing) if has_utc else None
        return cls(local, utc, note, has_clock=any(part.has_clock for part in parts))

    def before_end(self) -> "Stamps":
        """Return the last second before each moment."""
        second = np.timedelta64(1, "s")
        utc = None if self.utc is None else self.utc - second
        return replace(self, local=self.local - second, utc=utc)

    def take(self, codes: npt.NDArray[np.int32]) -> "Stamps":
        """Return the moment of each code; NaT for -1."""
        nat = np.datetime64("NaT", "s")
        utc = None if self.utc is None else np.append(self.utc, nat)[codes]
        return replace(self, local=np.append(self.local, nat)[codes], utc=utc)


def limit_years(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    """Replace moments outside `YEARS` by NaT."""
    first, end = (np.datetime64(f"{year}-01-01", "D") for year in (YEARS.start, YEARS.stop))
    return np.where((days >= first) & (days < end), days, np.datetime64("NaT"))


def iter_parts(moments: npt.NDArray[np.datetime64]) -> Iterator[npt.NDArray[np.datetime64]]:
    """Yield parts of the moments: what is computed of all of them at once takes more memory than they do."""
    return (moments[start : start + PART_ROWS] for start in range(0, len(moments), PART_ROWS))


def find_days(moments: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    """Return the distinct days of moments in order, without NaT."""
    days = [np.unique(part.astype("datetime64[D]")) for part in iter_parts(moments)]
    distinct = np.unique(np.concatenate(days)) if days else np.empty(0, "datetime64[D]")
    return np.asarray(distinct[~np.isnat(distinct)])


def skips_mondays(days: npt.NDArray[np.datetime64]) -> bool:
    """Return whether days have Saturdays and no Mondays, which no exchange has."""
    return _has_but_not(days, 5, 0)


def skips_fridays(days: npt.NDArray[np.datetime64]) -> bool:
    """Return whether days have Sundays and no Fridays, which few exchanges have."""
    return _has_but_not(days, 6, 4)


def _has_but_not(days: npt.NDArray[np.datetime64], one: int, other: int) -> bool:
    """Return whether there are days of one weekday and none of another, by their numbers from 0 for Monday."""
    weekdays = (find_days(days).astype(np.int64) + 3) % 7
    return len(weekdays) >= MIN_DAYS and bool((weekdays == one).any()) and not (weekdays == other).any()
