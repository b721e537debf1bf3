"""Recorded forecasts beside what takes no model: the plain band and no change."""

import math
import statistics
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.data.ledger.scores import build_ledger
from services.data.records import IssuedEntry
from shared.schemas.arrow import BarFrame
from shared.schemas.ledger import Ledger, LedgerQuery
from tests.support.data.bars import make_frame
from tests.support.data.ledgers import AT, DAY, make_issued_entry

FOUR_DAYS = make_frame(closes=[10, 11, 12, 15])  # DAY is the third


def _ledger(given: Sequence[IssuedEntry], frame: BarFrame = FOUR_DAYS) -> Ledger:
    return build_ledger(frame, given, LedgerQuery(), calendar=None, now=AT)


def _plain_score() -> float:
    """Score the plain band of the third of closes 10, 11, 12 against the fourth, 15, from its definition."""
    returns = [math.log(11 / 10), math.log(12 / 11)]
    half_width = statistics.stdev(returns) * statistics.NormalDist().inv_cdf(0.95)
    lower, upper = 12 * math.exp(-half_width), 12 * math.exp(half_width)
    return upper - lower + 20 * (15 - upper)


@pytest.mark.parametrize(
    ("rise", "model", "n_forecasts", "outcome"),
    [
        (0.9, "ridge", 30, "better"),
        (-0.02, "ridge", 30, "no_better"),
        (0.9, "ridge", 9, "too_early"),
        (0.0, "persistence", 30, None),
    ],
)
def test_a_verdict_follows_the_rule_of_evaluations(rise: float, model: str, n_forecasts: int, outcome: str) -> None:
    """The closes rise by one a day; a model that foresees 0.9 of it has a skill of 0.9."""
    days = [DAY + timedelta(days=day) for day in range(n_forecasts)]
    frame = make_frame(closes=[10.0 + day for day in range(n_forecasts + 3)])
    entries = []
    for number, day in enumerate(days):
        close = 12.0 + number
        ends: dict[str, Any] = {"lower": close - 1, "point": close + rise, "upper": close + 1}
        entries.append(make_issued_entry(as_of=day, last_close=close, model=model, **ends))
    (score,) = _ledger(entries, frame).scores
    assert score.outcome == outcome
    assert score.skill == pytest.approx(rise)
    if outcome == "better":
        assert score.skill_lower_of_several == pytest.approx(0.9)


def test_interval_scores_stand_beside_those_of_the_plain_band_by_level() -> None:
    wide: dict[str, Any] = {"level": 99, "lower": 9.0, "upper": 16.0}
    scores = {score.level: score for score in _ledger([make_issued_entry(), make_issued_entry(**wide)]).scores}
    assert scores[90].interval_score == pytest.approx(3 + 2 / 0.1 * 1)
    assert scores[99].interval_score == pytest.approx(7)
    assert scores[90].interval_score_of_plain_band == pytest.approx(_plain_score())
    assert scores[99].interval_score_of_plain_band is not None
    assert scores[99].interval_score_of_plain_band > _plain_score()


def test_the_plain_band_is_that_of_the_prices_at_issue_after_a_split() -> None:
    known = [{"session": DAY - timedelta(days=day), "close": 12.0 - day} for day in (2, 1, 0)]
    entries = [make_issued_entry(closes=known)]
    before, after = (
        _ledger(entries, make_frame(closes=closes)).scores for closes in ([10, 11, 12, 15], [5, 5.5, 6, 7.5])
    )
    assert after[0].interval_score_of_plain_band == pytest.approx(before[0].interval_score_of_plain_band)
    assert before[0].interval_score_of_plain_band == pytest.approx(_plain_score())


def test_without_earlier_closes_there_is_no_plain_band() -> None:
    (score,) = _ledger([make_issued_entry()], make_frame(closes=[12, 15], first_session=DAY)).scores
    assert score.interval_score == pytest.approx(23)
    assert score.interval_score_of_plain_band is None
