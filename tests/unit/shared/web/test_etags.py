import pytest

from shared.web.etags import MAX_TAGS, matches


@pytest.mark.parametrize("known", ['"abc"', 'W/"abc"', '"other", "abc"', ' "abc" ,"other"', "*"])
def test_a_tag_is_known_alone_made_weak_or_among_others(known: str) -> None:
    assert matches('"abc"', known)


def test_of_a_list_without_end_only_the_beginning_is_looked_at() -> None:
    assert matches('"abc"', '"x",' * (MAX_TAGS - 1) + '"abc"')
    assert not matches('"abc"', '"x",' * MAX_TAGS + '"abc"')


@pytest.mark.parametrize("known", ["", '"other"', "abc", '"ab"', "nonsense,,", '"abcd"', 'w/"abc"'])
def test_any_other_tag_is_not(known: str) -> None:
    assert not matches('"abc"', known)
