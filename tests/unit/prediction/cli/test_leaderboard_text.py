"""The leaderboard as `make evaluate` prints it."""

from services.prediction.cli.leaderboard_text import format_leaderboard
from shared.schemas.leaderboard import ByChance
from tests.support.data.leaderboards import make_leaderboard, make_ranked, make_universe

UNIVERSE = make_universe(n_symbols=500, n_failed=5)
COMMON = {"p_value": 0.4, "n_worse": 10, "coverage": 0.894, "interval_score": 6.57}
BOARD = make_leaderboard(
    universe=UNIVERSE,
    models=[
        make_ranked("drift", 0.001, ByChance(low=0, high=20), n_better=9, may_be_best=True, win_rate=0.61, **COMMON),
        make_ranked("persistence", 0.0, None, **COMMON),
    ],
)


def test_it_says_what_was_evaluated_and_what_luck_explains() -> None:
    lines = format_leaderboard(BOARD).splitlines()
    assert lines[0] == ("500 symbols, 1 session ahead, the last 250 sessions of each; could not be evaluated: 5.")
    one = BOARD.model_copy(update={"universe": BOARD.universe.model_copy(update={"n_symbols": 1})})
    assert format_leaderboard(one).startswith("1 symbol, 1 session ahead, ")
    assert lines[2].split("|")[5].strip() == "90 % interval coverage"
    assert lines[4:6] == [
        "| drift | 61% | 1.8% | 2.0% | 89.4% | 6.57 (6.92) |",
        "| persistence |  | 0.0% | 2.0% | 89.4% | 6.57 (6.92) |",
    ]
    assert lines[7] == BOARD.sentence
    assert lines[9] == "All symbols together, on the 250 sessions that most of them have in common:"
    assert lines[13:] == [
        "| drift | +0.0010 | -0.0090 to +0.0110 | yes (p = 0.40) | 9 | 0 to 20 |",
        "| persistence | +0.0000 |  | yes (p = 0.40) | 0 |  |",
    ]


def test_several_sessions_ahead_are_plural() -> None:
    board = BOARD.model_copy(update={"universe": UNIVERSE.model_copy(update={"horizon": 5})})
    assert format_leaderboard(board).startswith("500 symbols, 5 sessions ahead,")
