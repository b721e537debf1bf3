"""What holds of the scores of any ledger, whatever is in it and in whichever order it was kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given as example_of
from hypothesis import strategies as st

from services.data.ledger.scores import ledger_of
from services.data.records import GivenEntry
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import Ledger, LedgerQuery, LedgerScore
from tests.support.data.bars import make_bars
from tests.support.data.ledgers import AT, DAY, make_given

MODELS = st.sampled_from(["drift", "persistence", "ridge"])
SAID = st.builds(
    lambda day, ahead, model, level, middle, half: make_given(
        as_of=DAY + timedelta(days=day),
        sessions_ahead=ahead,
        model=model,
        level=level,
        last_close=float(100 + day),
        point=middle,
        lower=middle - half,
        upper=middle + half,
    ),
    st.integers(0, 12),
    st.integers(1, 3),
    MODELS,
    st.sampled_from([80, 90]),
    st.floats(95, 115),
    st.floats(0, 10),
)
LEDGERS = st.lists(SAID, max_size=40, unique_by=lambda one: one.key)
SOME_DAYS = BarFrame("AAPL", make_bars([100.0 + day for day in range(10)], first_session=DAY))


def _ledger(given: Sequence[GivenEntry], frame: BarFrame = SOME_DAYS) -> Ledger:
    return ledger_of(frame, given, LedgerQuery())


@example_of(LEDGERS)
def test_coverage_and_errors_equal_an_independent_count(said: list[GivenEntry]) -> None:
    ledger = _ledger(said)
    come = [one for one in said if (one.session - DAY).days < 10]
    closes = {one.key: 100.0 + (one.session - DAY).days for one in come}
    inside = [one for one in come if one.lower <= closes[one.key] <= one.upper]
    assert (ledger.n_scored, ledger.n_pending) == (len(come), len(said) - len(come))
    assert ledger.coverage == (pytest.approx(len(inside) / len(come), abs=1e-12) if come else None)
    assert sum(score.n_scored for score in ledger.scores) == len(come)
    for score in ledger.scores:
        mine = [one for one in come if (one.model, one.sessions_ahead, one.level) == _group(score)]
        assert score.n_scored == len(mine)
        if mine:
            errors = [abs(one.point - closes[one.key]) for one in mine]
            assert score.coverage == pytest.approx(sum(one in inside for one in mine) / len(mine), abs=1e-12)
            assert score.mae == pytest.approx(float(np.mean(errors)), abs=1e-9)
            assert score.mae_of_persistence == score.sessions_ahead  # each close is one more than the one before


@example_of(LEDGERS, st.randoms(use_true_random=False))
def test_the_order_in_which_forecasts_were_kept_does_not_matter(said: list[GivenEntry], random: Any) -> None:
    shuffled = random.sample(said, len(said))
    one, other = _ledger(said), _ledger(shuffled)
    assert one.records == other.records
    assert [_group(score) for score in one.scores] == [_group(score) for score in other.scores]
    assert one.coverage == other.coverage


@example_of(LEDGERS, st.sampled_from([1 / 7, 0.5, 2.0, 10.0]))
def test_a_restatement_of_all_prices_changes_nothing_of_what_came(said: list[GivenEntry], factor: float) -> None:
    restated = replace(SOME_DAYS, bars=SOME_DAYS.bars.assign(close=SOME_DAYS.bars["close"] * factor))
    before, after = _ledger(said), _ledger(said, restated)
    for one, other in zip(before.records, after.records, strict=True):
        assert one.actual == (None if other.actual is None else pytest.approx(other.actual, rel=1e-12))
        assert one.given_at == other.given_at == AT


def _group(score: LedgerScore) -> tuple[str, int, int]:
    return score.model, score.sessions_ahead, score.level
