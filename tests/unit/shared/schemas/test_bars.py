import pytest
from pydantic import TypeAdapter, ValidationError

from shared.schemas.bars import Symbol, is_symbol, normalise_symbol

PARSE = TypeAdapter(Symbol).validate_python


@pytest.mark.parametrize(
    ("given", "symbol"),
    [
        ("AAPL", "AAPL"),
        (" brk.b ", "BRK.B"),
        ("^gspc", "^GSPC"),
        ("EURUSD=X", "EURUSD=X"),
        ("A-B", "A-B"),
        ("3M", "3M"),
        ("m&m.ns", "M&M.NS"),
    ],
)
def test_a_symbol_is_read_in_any_case(given: str, symbol: str) -> None:
    assert PARSE(given) == symbol
    assert is_symbol(symbol)


@pytest.mark.parametrize(
    "name",
    ["", " ", "system.users", "SYSTEM.VIEWS", "..", ".A", "A.", "A..B", "A$B", "A/B", "A\0", "É", "ß", "A" * 16, "A B"],
)
def test_what_the_store_reserves_is_not_a_symbol(name: str) -> None:
    with pytest.raises(ValidationError):
        PARSE(name)
    assert not is_symbol(name)


@pytest.mark.parametrize(
    ("written", "symbol"),
    [(" btc/usdt ", "BTC-USDT"), ("BRK_B", "BRK-B"), ("M&M", "M&M"), ("aapl", "AAPL"), ("ß", "ß")],
)
def test_a_symbol_in_a_file_is_normalised_to_its_stored_form(written: str, symbol: str) -> None:
    assert normalise_symbol(written) == symbol


def test_a_stored_name_in_lower_case_is_not_a_symbol() -> None:
    assert not is_symbol("aapl")
