import pytest

from shared.web.etags import matches


@pytest.mark.parametrize("known", ['"abc"', 'W/"abc"', '"other", "abc"', ' "abc" ,"other"', "*"])
def test_a_tag_is_known_alone_made_weak_or_among_others(known: str) -> None:
    assert matches('"abc"', known)


@pytest.mark.parametrize("known", ["", '"other"', "abc", '"ab"', "nonsense,,", '"abcd"', 'w/"abc"'])
def test_any_other_tag_is_not(known: str) -> None:
    assert not matches('"abc"', known)
