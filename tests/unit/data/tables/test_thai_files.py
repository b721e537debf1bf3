"""Files of Thailand: years of the Buddhist calendar, and names of columns."""

from datetime import date

import pytest

from tests.support.data.files import problem, read


def _file(*texts: str) -> str:
    return "\n".join(["date,open,high,low,close", *(f"{text},1,3,0.5,2" for text in texts)])


@pytest.mark.parametrize(
    "texts", [("29/02/2567", "01/03/2567"), ("2567-02-29", "2567-03-01"), ("25670229", "25670301")]
)
def test_years_are_buddhist_if_all_are(texts: tuple[str, str]) -> None:
    [raw] = read(_file(*texts))
    assert [session.date() for session in raw.rows["session"]] == [date(2024, 2, 29), date(2024, 3, 1)]
    assert "Years were read as Buddhist: 2567 as 2024." in raw.notes


def test_a_buddhist_year_among_others_is_a_slip() -> None:
    [raw] = read(_file("2024-01-02", "2567-01-03", "2024-01-04"))
    assert raw.rows["session"].isna().tolist() == [False, True, False]


def test_years_of_zeros_are_an_error() -> None:
    assert "Write the dates as 2024-01-31" in problem(_file("0000-00-00", "0000-00-00"))


def test_the_last_price_of_a_file_in_thai_is_noted_as_one_in_english_is() -> None:
    [raw] = read("วันที่,เปิด,สูงสุด,ต่ำสุด,ล่าสุด\n2024-01-02,1,3,0.5,2\n")
    assert raw.notes == ("'ล่าสุด' was read as the close.",)
