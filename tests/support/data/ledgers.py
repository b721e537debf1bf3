"""Builders of forecasts and ledger entries, and the contract of the ledger, for the fake and the real one."""

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.data.ports import ForecastLedger
from services.data.records import IssuedEntry
from shared.schemas.forecasts import (
    Choice,
    Explanation,
    Forecast,
    ForecastQuery,
    ForecastStep,
    ModelInfo,
    SkillEstimate,
)
from shared.schemas.ledger import Kept, LedgerEntry
from shared.schemas.wire import Data, Provenance
from tests.support.gateway.service import FakePrediction

DAY = date(2024, 1, 3)  # the last session of `tests.support.data.bars.make_frame`
AT = datetime(2024, 1, 3, 22, 5, 6, 789_012, tzinfo=UTC)

_SKILL = SkillEstimate(
    skill=-0.02,
    lower=-0.05,
    upper=0.01,
    outcome="no_better",
    lower_of_several=-0.1,
    is_better=False,
    verdict="No better.",
)
_RIDGE = ModelInfo(
    name="ridge", kind="model", description="A sentence.", parameters={}, feature_names=[], refit_every=1
)


def make_ledger_entry(**fields: Any) -> LedgerEntry:
    """Build an entry that forecasts, from the bars of `make_frame`, the session one day later."""
    as_of, ahead = fields.get("as_of", DAY), fields.get("sessions_ahead", 1)
    usual = {
        "symbol": "AAPL",
        "as_of": as_of,
        "sessions_ahead": ahead,
        "session": as_of + timedelta(days=ahead),
        "model": "ridge",
        "level": 90,
        "adjusted": False,
        "last_close": 12.0,
        "point": 12.5,
        "lower": 11.0,
        "upper": 14.0,
        "revision": "0123456789abcdef",
        "bellwether": "0.1.0",
    }
    return LedgerEntry(**usual | fields)


def make_issued_entry(given_at: datetime | None = None, **fields: Any) -> IssuedEntry:
    """Build the same entry as the ledger stores it, by default issued on the evening of `as_of`."""
    entry = make_ledger_entry(**fields)
    return IssuedEntry(**entry.model_dump(), given_at=given_at or AT + (entry.as_of - DAY))


def reissue(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    """Build the entries of another version for the same sessions."""
    return [entry.model_copy(update={"point": 13.0, "revision": "f" * 16, "bellwether": "9"}) for entry in entries]


def make_forecast(symbol: str, query: ForecastQuery) -> Forecast:
    """Build a forecast from the bars of `make_frame`, as the prediction service returns it, always by ridge."""
    return Forecast(
        stock_symbol=symbol,
        as_of=DAY,
        horizon=query.horizon,
        level=query.level[0],
        verdict=_SKILL.verdict,
        skill=_SKILL,
        warnings=[],
        last_close=12.0,
        steps=[_step(ahead) for ahead in range(1, query.horizon + 1)],
        expected_ranges=[],
        model=_RIDGE,
        choice=Choice(asked_for=query.model, reason="A reason.", candidates=[]),
        explanation=Explanation(method="none", unit="none", detail="A sentence.", importances=[]),
        data=Data(
            revision="0123456789abcdef",
            first_session=date(2024, 1, 1),
            last_session=DAY,
            bars=3,
            adjusted=query.adjusted,
        ),
        provenance=Provenance(bellwether="0.1.0", libraries={}, seed=0),
    )


def _step(ahead: int) -> ForecastStep:
    return ForecastStep(
        sessions_ahead=ahead,
        session=DAY + timedelta(days=ahead),
        point=12.5,
        lower=11.0,
        upper=14.0,
        coverage=0.9,
        intervals=[],
        mae=1.02,
        mae_of_persistence=1.0,
        skill=_SKILL,
        windows=100,
    )


@dataclass
class Forecasting(FakePrediction):
    """A prediction service that returns `make_forecast`."""

    def forecast(self, symbol: str, query: ForecastQuery) -> Forecast:
        return make_forecast(symbol, query)


class ForecastLedgerBehaviours:
    """A subclass has a fixture `ledger` that yields an empty ledger."""

    async def test_an_empty_ledger_has_no_records(self, ledger: ForecastLedger) -> None:
        assert await ledger.entries("AAPL") == []

    async def test_recorded_entries_are_read_back_equal(self, ledger: ForecastLedger) -> None:
        unusual = make_ledger_entry(sessions_ahead=20, last_close=1e-6, point=0.1 + 0.2, lower=-1e300, upper=1e300)
        entries = [make_ledger_entry(), unusual, make_ledger_entry(adjusted=True)]
        assert await ledger.add(entries, AT) == Kept(kept=3, known=0)
        entries_read = await ledger.entries("AAPL")
        assert sorted(entries_read, key=_key) == sorted(
            (make_issued_entry(**entry.model_dump()) for entry in entries), key=_key
        )

    async def test_what_is_there_is_never_changed(self, ledger: ForecastLedger) -> None:
        entries = [make_ledger_entry(sessions_ahead=ahead) for ahead in (1, 2, 3)]
        await ledger.add(entries[:2], AT)
        assert await ledger.add(reissue(entries), AT + timedelta(days=1)) == Kept(kept=1, known=2)
        assert await ledger.add(reissue(entries), AT + timedelta(days=2)) == Kept(kept=0, known=3)
        entries_read = {
            entry.sessions_ahead: (entry.point, entry.given_at.day) for entry in await ledger.entries("AAPL")
        }
        assert entries_read == {1: (12.5, 3), 2: (12.5, 3), 3: (13.0, 4)}

    @pytest.mark.parametrize("seed", [1, 2])
    async def test_the_first_entry_of_each_key_stays_in_any_order_of_additions(
        self, ledger: ForecastLedger, seed: int
    ) -> None:
        draw = random.Random(seed)
        expected: dict[str, IssuedEntry] = {}
        for hour in range(40):
            at = AT + timedelta(hours=hour)
            aheads = draw.choices(range(1, 21), k=draw.randint(1, 20))
            entries = [make_ledger_entry(sessions_ahead=ahead, point=draw.uniform(11, 14)) for ahead in aheads]
            n_before = len(expected)
            for entry in entries:
                expected.setdefault(entry.key, make_issued_entry(at, **entry.model_dump()))
            n_kept = len(expected) - n_before
            assert await ledger.add(entries, at) == Kept(kept=n_kept, known=len(entries) - n_kept)
            assert {entry.key: entry for entry in await ledger.entries("AAPL")} == expected

    async def test_of_two_with_one_key_in_one_call_the_first_is_kept(self, ledger: ForecastLedger) -> None:
        entry = make_ledger_entry()
        assert await ledger.add([entry, *reissue([entry])], AT) == Kept(kept=1, known=1)
        assert [entry.point for entry in await ledger.entries("AAPL")] == [12.5]

    async def test_each_part_of_the_key_makes_another_entry(self, ledger: ForecastLedger) -> None:
        changes: list[dict[str, Any]] = [
            {},
            {"as_of": DAY - timedelta(days=1)},
            {"sessions_ahead": 2},
            {"model": "drift"},
            {"level": 80},
            {"adjusted": True},
        ]
        for change in changes:
            assert await ledger.add([make_ledger_entry(**change)], AT) == Kept(kept=1, known=0)
        assert len(await ledger.entries("AAPL")) == 6

    async def test_a_symbol_has_its_own_records_and_no_other_s(self, ledger: ForecastLedger) -> None:
        symbols = ["A", "A-B", "A.B", "A=F", "AA", "^A", "9"]
        await ledger.add([make_ledger_entry(symbol=symbol) for symbol in symbols], AT)
        for symbol in symbols:
            assert [entry.symbol for entry in await ledger.entries(symbol)] == [symbol]

    async def test_writers_at_once_keep_each_key_once(self, ledger: ForecastLedger) -> None:
        entries = [make_ledger_entry(sessions_ahead=ahead) for ahead in range(1, 21)]
        shuffled = [random.Random(seed).sample(entries, 20) for seed in range(8)]
        results = await asyncio.gather(*(ledger.add(some, AT) for some in shuffled))
        assert sum(result.kept for result in results) == 20
        assert all(result.kept + result.known == 20 for result in results)
        assert sorted(entry.sessions_ahead for entry in await ledger.entries("AAPL")) == list(range(1, 21))


def _key(entry: IssuedEntry) -> str:
    return entry.key
