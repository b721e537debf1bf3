"""What a requested run consists of, and which requests are the same run."""

import pytest

from services.prediction.runs.new_run import build_new_run
from shared.errors import InvalidRequest, SymbolNotFound
from shared.schemas.runs import NewRun, RunRequest, RunSymbol

STORED = [RunSymbol(symbol=symbol, revision=f"r-{symbol}") for symbol in ("A", "B", "C")]


def _build(request: RunRequest | None = None, stored: list[RunSymbol] = STORED, code: str = "code") -> NewRun:
    return build_new_run(request or RunRequest(), stored, code)


def test_the_same_request_on_the_same_bars_and_code_is_the_same_run() -> None:
    run = _build()
    assert run == _build(RunRequest(horizons=[5, 1], windows=250), STORED[::-1])
    assert [item.symbol for item in run.symbols] == ["A", "B", "C"]


@pytest.mark.parametrize(
    "other",
    [
        _build(RunRequest(windows=251)),
        _build(RunRequest(horizons=[1])),
        _build(RunRequest(level=80)),
        _build(RunRequest(adjusted=True)),
        _build(RunRequest(symbols=["A", "B", "C"])),
        _build(stored=[*STORED[:2], RunSymbol(symbol="C", revision="other")]),
        _build(stored=STORED[:2]),
        _build(code="other"),
    ],
)
def test_whatever_determines_the_result_makes_another_run(other: NewRun) -> None:
    assert other.id != _build().id


def test_the_universe_stands_for_symbols_and_revisions_only() -> None:
    assert _build(RunRequest(windows=20), code="other").universe == _build().universe
    assert _build(stored=STORED[:2]).universe != _build().universe


def test_only_the_named_symbols_belong_to_it() -> None:
    assert [item.symbol for item in _build(RunRequest(symbols=["C", "A"])).symbols] == ["A", "C"]


@pytest.mark.parametrize(
    ("symbols", "detail"),
    [
        (["A", "X"], "The store has no symbol X. Load bars of it first."),
        (["Y", "A", "X"], "The store has no symbols X, Y. Load bars of them first."),
        (
            [f"X{n:04}" for n in range(3000)],
            "The store has no symbols X0000, X0001, X0002, X0003, X0004, X0005, X0006, X0007, X0008, X0009 and 2,990 "
            "others. Load bars of them first.",
        ),
    ],
)
def test_unknown_symbols_are_named_the_first_ten_of_many(symbols: list[str], detail: str) -> None:
    with pytest.raises(SymbolNotFound) as raised:
        _build(RunRequest(symbols=symbols))
    assert raised.value.detail == detail


def test_an_empty_store_has_nothing_to_run() -> None:
    with pytest.raises(InvalidRequest, match="No symbol has bars yet"):
        _build(stored=[])
