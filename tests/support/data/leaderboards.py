"""Builds a leaderboard, and the universe of a run."""

from datetime import UTC, date, datetime

from shared.schemas.leaderboard import ByChance, Leaderboard, RankedModel
from shared.schemas.runs import Universe

_PERSISTENCE = RankedModel(
    name="persistence",
    skill=0.0,
    lower=None,
    upper=None,
    win_rate=None,
    may_be_best=True,
    p_value=1.0,
    n_better=0,
    n_worse=0,
    by_chance=None,
    coverage=0.9,
    interval_score=4.0,
    score_of_plain_band=4.1,
    seconds=0.01,
    n_failed=0,
)


def make_universe(run_id: str = "0123456789abcdef", *, n_symbols: int, n_failed: int = 0) -> Universe:
    """Build the universe of a run at a horizon of one session."""
    return Universe(
        run_id=run_id,
        horizon=1,
        level=90,
        windows=250,
        as_of=None,
        adjusted=False,
        ended_at=datetime(2024, 1, 4, 6, tzinfo=UTC),
        n_symbols=n_symbols,
        n_failed=n_failed,
        fingerprint="u1",
        code="c1",
    )


def make_leaderboard(run_id: str = "0123456789abcdef") -> Leaderboard:
    """Build a leaderboard of one model, on which nothing is better than no change."""
    return Leaderboard(
        universe=make_universe(run_id, n_symbols=3),
        sentence="No symbol looks better than no change.",
        n_compared=3,
        n_sessions=250,
        first_session=date(2023, 1, 3),
        last_session=date(2024, 1, 3),
        p_value=0.5,
        n_better=0,
        n_discoveries=0,
        by_chance=ByChance(low=0, high=1),
        named=[],
        models=[_PERSISTENCE],
        range=None,
    )
