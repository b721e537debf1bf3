"""Properties of the scores of any ledger, in any order of its entries."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given as example_of
from hypothesis import strategies as st

from services.data.ledger.scores import build_ledger
from services.data.records import IssuedEntry
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import KnownClose, Ledger, LedgerQuery, LedgerScore
from tests.support.data.bars import make_bars
from tests.support.data.ledgers import AT, DAY, make_issued_entry

pytestmark = pytest.mark.no_cover  # thousands of cases: counting lines makes them take a third longer
MODELS = st.sampled_from(["drift", "persistence", "ridge"])
SAID = st.builds(
    lambda day, ahead, model, level, middle, half: make_issued_entry(
        as_of=DAY + timedelta(days=day),
        sessions_ahead=ahead,
        model=model,
        level=level,
        last_close=float(100 + day),
        point=middle,
        lower=middle - half,
        upper=middle + half,
        closes=[
            KnownClose(session=DAY + timedelta(days=earlier), close=100.0 + earlier)
            for earlier in range(day - 4, day + 1)
        ],
    ),
    st.integers(4, 12),
    st.integers(1, 3),
    MODELS,
    st.sampled_from([80, 90]),
    st.floats(95, 115),
    st.floats(0, 10),
)
LEDGERS = st.lists(SAID, max_size=40, unique_by=lambda entry: entry.key)
SOME_DAYS = BarFrame("AAPL", make_bars([100.0 + day for day in range(10)], first_session=DAY))


def _ledger(given: Sequence[IssuedEntry], frame: BarFrame = SOME_DAYS) -> Ledger:
    return build_ledger(frame, given, LedgerQuery(), calendar=None, now=AT)


@example_of(LEDGERS)
def test_coverage_and_errors_equal_an_independent_count(entries: list[IssuedEntry]) -> None:
    ledger = _ledger(entries)
    due = [entry for entry in entries if (entry.session - DAY).days < 10]
    closes = {entry.key: 100.0 + (entry.session - DAY).days for entry in due}
    inside = [entry for entry in due if entry.lower <= closes[entry.key] <= entry.upper]
    assert (ledger.n_scored, ledger.n_pending) == (len(due), len(entries) - len(due))
    for coverage in ledger.coverage:
        at_level = [entry for entry in due if entry.level == coverage.level]
        n_inside = sum(entry in inside for entry in at_level)
        assert coverage.n_scored == len(at_level)
        assert coverage.coverage == (pytest.approx(n_inside / len(at_level), abs=1e-12) if at_level else None)
    assert sum(score.n_scored for score in ledger.scores) == len(due)
    for score in ledger.scores:
        scored = [entry for entry in due if (entry.model, entry.sessions_ahead, entry.level) == _group(score)]
        assert score.n_scored == len(scored)
        if scored:
            errors = [abs(entry.point - closes[entry.key]) for entry in scored]
            assert score.coverage == pytest.approx(sum(entry in inside for entry in scored) / len(scored), abs=1e-12)
            assert score.mae == pytest.approx(float(np.mean(errors)), abs=1e-9)
            assert score.mae_of_persistence == score.sessions_ahead  # each close is one more than the one before


@example_of(LEDGERS, st.randoms(use_true_random=False))
def test_the_order_in_which_forecasts_were_kept_does_not_matter(entries: list[IssuedEntry], random: Any) -> None:
    shuffled = random.sample(entries, len(entries))
    ledger, shuffled_ledger = _ledger(entries), _ledger(shuffled)
    assert ledger.records == shuffled_ledger.records
    assert [_group(score) for score in ledger.scores] == [_group(score) for score in shuffled_ledger.scores]
    assert ledger.coverage == shuffled_ledger.coverage


@example_of(LEDGERS, st.sampled_from([1 / 7, 0.5, 2.0, 10.0]))
def test_a_restatement_of_all_prices_leaves_the_actuals_unchanged(entries: list[IssuedEntry], factor: float) -> None:
    restated = replace(SOME_DAYS, bars=SOME_DAYS.bars.assign(close=SOME_DAYS.bars["close"] * factor))
    before, after = _ledger(entries), _ledger(entries, restated)
    for record, restated_record in zip(before.records, after.records, strict=True):
        assert record.actual == (
            None if restated_record.actual is None else pytest.approx(restated_record.actual, rel=1e-12)
        )
        assert record.given_at == restated_record.given_at


def _group(score: LedgerScore) -> tuple[str, int, int]:
    return score.model, score.sessions_ahead, score.level
