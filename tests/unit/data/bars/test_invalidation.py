from services.data.bars.invalidation import Invalidation


def test_a_token_is_current_until_its_symbol_is_invalidated() -> None:
    invalidation = Invalidation()
    token, other = invalidation.token("AAPL"), invalidation.token("MSFT")
    assert invalidation.is_current(token)
    invalidation.count({"AAPL"})
    assert not invalidation.is_current(token)
    assert invalidation.is_current(other)
    assert invalidation.is_current(invalidation.token("AAPL"))


def test_no_token_is_current_after_all_symbols_are_invalidated() -> None:
    invalidation = Invalidation()
    tokens = [invalidation.token(symbol) for symbol in ("AAPL", "MSFT")]
    invalidation.count(None)
    assert not any(map(invalidation.is_current, tokens))
