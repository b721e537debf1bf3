"""The panel: which symbols and sessions it holds, and its units."""

from dataclasses import replace

import numpy as np

from services.prediction.universe.panel import SymbolErrors, build_panel
from tests.support.prediction.universes import sessions

DAYS = sessions(6)


def _symbol(name: str, moves: list[float], errors: list[float], first: int = 0) -> SymbolErrors:
    days = DAYS[first : first + len(moves)]
    return SymbolErrors(name, days, {"ridge": errors, "persistence": moves})


def test_errors_are_in_units_of_the_mean_move() -> None:
    panel = build_panel([_symbol("B", [2.0, 6.0], [1.0, 5.0]), _symbol("A", [0.1, 0.1], [0.1, 0.2])])
    assert panel is not None
    assert panel.symbols == ("A", "B")
    assert panel.models == ("ridge",)
    np.testing.assert_allclose(panel.moves, [[1.0, 1.0], [0.5, 1.5]])
    np.testing.assert_allclose(panel.gains, [[[0.0, -1.0], [0.25, 0.25]]])
    np.testing.assert_allclose(panel.skills, [[-0.5, 0.25]])  # 1 − 0.3 / 0.2 and 1 − 6 / 8
    np.testing.assert_allclose(panel.losses_by_session, [[0.75, 1.25], [0.625, 1.625]])


def test_sessions_and_symbols_with_too_little_in_common_are_left_out() -> None:
    panel = build_panel(
        [
            _symbol("A", [1.0] * 6, [2.0] * 6),
            _symbol("B", [1.0] * 5, [2.0] * 5, first=1),
            _symbol("C", [1.0] * 4, [2.0] * 4, first=2),
            _symbol("NEW", [1.0], [2.0], first=5),
            _symbol("FLAT", [0.0] * 6, [1.0] * 6),
        ]
    )
    assert panel is not None
    assert panel.sessions == tuple(DAYS[1:])  # the first is that of one symbol in four; FLAT does not count
    assert panel.symbols == ("A", "B", "C")
    assert panel.is_scored.sum(axis=1).tolist() == [5, 5, 4]
    assert panel.moves[2].tolist() == [0.0, 1.0, 1.0, 1.0, 1.0]
    np.testing.assert_allclose(panel.losses_by_session, [[1.0] * 5, [2.0] * 5])


def test_a_session_of_symbols_that_are_left_out_is_left_out_too() -> None:
    ended, listed = _symbol("ENDED", [1.0], [2.0]), _symbol("LISTED", [1.0] * 5, [2.0] * 5, first=1)
    panel = build_panel([ended, replace(ended, symbol="TOO"), listed, replace(listed, symbol="OTHER")])
    assert panel is not None
    assert panel.symbols == ("LISTED", "OTHER")
    assert panel.sessions == tuple(DAYS[1:])
    assert panel.is_scored.all()
    assert np.isfinite(panel.losses_by_session).all()


def test_a_symbol_with_fewer_sessions_than_a_verdict_needs_is_left_out() -> None:
    symbols = [_symbol("A", [1.0] * 6, [2.0] * 6), _symbol("B", [1.0] * 4, [2.0] * 4, first=2)]
    panel = build_panel(symbols, min_sessions=5)
    assert panel is not None
    assert panel.symbols == ("A",)
    assert build_panel(symbols, min_sessions=7) is None


def test_halves_do_not_overlap() -> None:
    panel = build_panel([_symbol("A", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0] * 6)])
    assert panel is not None
    first, second = panel.halves(horizon=2)
    assert (first.sessions, second.sessions) == (tuple(DAYS[:3]), tuple(DAYS[4:]))
    np.testing.assert_allclose([first.skills[0, 0], second.skills[0, 0]], [1 - 3 / 6, 1 - 2 / 11])


def test_without_anything_to_compare_there_is_no_panel() -> None:
    assert build_panel([]) is None
    assert build_panel([_symbol("FLAT", [0.0] * 6, [1.0] * 6)]) is None
