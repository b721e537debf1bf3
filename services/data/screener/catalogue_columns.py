"""The catalogue's columns of the screener. Pure."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

import numpy as np

from services.data.records import CatalogueEntry
from services.data.symbols.catalogue import Snapshot
from shared.market.exchange_sessions import count_sessions_behind

SessionsBehind = dict[tuple[str | None, date], int]  # by calendar and last session


class CatalogueColumns:
    """A snapshot of the catalogue, with a digest of the parts that the screener shows.

    Args:
        snapshot: The snapshot.
        calendar: Code of the exchange of symbols that have none of their own; None to count every weekday.
    """

    def __init__(self, snapshot: Snapshot, calendar: str | None) -> None:
        self.snapshot = snapshot
        self._calendar = calendar
        self._listed = set(snapshot.symbols)
        self._entries = {symbol: entry for symbol, entry in snapshot.entries.items() if symbol in self._listed}
        self._ends = {(self._calendar_of(entry), entry.last_session) for entry in self._entries.values()}
        digest = hashlib.sha256()
        for symbol in sorted(self._listed):
            digest.update(repr((symbol, *self._shown(symbol))).encode())
        self.digest = digest.hexdigest()

    def count_behind(self, now: datetime) -> SessionsBehind:
        """Count the sessions that are over and have no bar yet, for each pair of calendar and last session."""
        behind: SessionsBehind = {}
        for calendar in {calendar for calendar, _ in self._ends}:
            lasts = sorted(last for one, last in self._ends if one == calendar)
            counts = count_sessions_behind(np.array(lasts, "datetime64[D]"), calendar, now)
            behind |= {(calendar, last): n for last, n in zip(lasts, counts.tolist(), strict=True)}
        return behind

    def describe(
        self, symbols: Sequence[str], revisions: Sequence[str], behind: SessionsBehind
    ) -> dict[str, list[object]]:
        """Return the catalogue's columns; null where it has no entry of the symbol.

        Args:
            symbols: The rows.
            revisions: The revisions of the bars that they were computed from.
            behind: From `count_behind`.
        """
        entries = [self._entries.get(symbol) for symbol in symbols]
        rows = zip(symbols, entries, revisions, strict=True)
        return {
            "name": [entry and entry.name for entry in entries],
            "sector": [entry and entry.listing.sector for entry in entries],
            "n_findings": [self.snapshot.n_findings.get(symbol, 0) for symbol in symbols],
            "sessions_behind": [entry and behind[self._calendar_of(entry), entry.last_session] for entry in entries],
            "is_current": [
                entry.revision == revision if entry else None if symbol in self._listed else False
                for symbol, entry, revision in rows
            ],
        }

    def _calendar_of(self, entry: CatalogueEntry) -> str | None:
        return entry.listing.calendar or self._calendar or None

    def _shown(self, symbol: str) -> tuple[object, ...]:
        entry = self._entries.get(symbol)
        if entry is None:
            return ()
        end = (self._calendar_of(entry), entry.last_session)
        return entry.name, entry.listing.sector, entry.revision, self.snapshot.n_findings.get(symbol, 0), *end
