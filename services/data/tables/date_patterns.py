"""The forms of dates that are read, and the names of months in the languages of the exports. Pure."""

import unicodedata

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_REST = r"(?P<rest>(?:[T ,:].*)?)$"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_DAY_AND_MONTH = r"^(?P<{}>\d{{1,2}})[-/.](?P<{}>\d{{1,2}})[-/.]"
_WEEKDAY = r"^(?:\pL+\.?,?\s+)?"
_MONTH = r"(?P<month>\pL+)\.?"
PATTERNS: dict[str, str] = {
    "iso": r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _REST,
    "dmy": _DAY_AND_MONTH.format("day", "month") + _YEAR + _REST,
    "mdy": _DAY_AND_MONTH.format("month", "day") + _YEAR + _REST,
    "ymd": r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:\.0*)?(?P<rest>(?:[T ,].*|\d{4}|\d{6})?)$",
    "minguo": r"^(?:民國)?(?P<year>1\d{2})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?" + _REST,
    "year_first": r"^(?P<year>\d{2})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _REST,
    "month_name": _WEEKDAY + _MONTH + r"[-/ ]+(?P<day>\d{1,2})(?:st|nd|rd|th)?[-/, ]+" + _YEAR + _REST,
    "day_month_name": _WEEKDAY
    + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\.?\s+de)?[-/. ]*"
    + _MONTH
    + r"(?:\s+de)?[-/, ]*"
    + _YEAR
    + _REST,
    "year_month_name": r"^(?P<year>\d{4})[-/ ]" + _MONTH + r"[-/ ](?P<day>\d{1,2})" + _REST,
}
REWRITTEN = (
    (r"""^(?:="(.*)"|'(.*?)'?)$""", r"\1\2"),  # a text of a spreadsheet, or in other quotes
    (r"^((?:19|20)\d{12})\d{3}$", r"\1"),  # 20240219093000000, to the millisecond
    (r"^\x{FEFF}", ""),  # the start of a file that was appended to another
    (r"^\pL+\.?,?\s+(\d{1,4}[-./]\d{1,2}[-./]\d{1,4})", r"\1"),  # Mo, 19.02.2024
    (r"^(\d{4})\s?[年년][ -]*(\d{1,2})\s?[月월][ -]*(\d{1,2})\s?[日일]", r"\1-\2-\3"),
    (r"^(\d{1,4}[-./]\d{1,2}[-./]\d{1,4})\.?\s?[(（]\pL+\.?[)）]", r"\1"),  # 2024/02/19(月)
    (r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$", r"\1"),  # as .NET writes JSON
    (r"^(\d+)([-./]) *(\d+)([-./]) *(\d+)\.?$", r"\1\2\3\4\5"),  # 19. 2. 2024 and 2024. 2. 19.
    (r"^(?:\pL+ )?(\pL+) +(\d{1,2}) (\d{2}:\d{2}:\d{2}) (\d{4})$", r"\1 \2 \4 \3"),  # Mon Feb 19 00:00:00 2024
)
# Digits that are not YYYYMMDD: 19022024, as a number 2022024, 240219, and 1130219 of Taiwan.
COMPACT = (
    (r"^(\d{1,2})(\d{2})((?:19|20)\d{2})$", r"\1-\2-\3"),
    (r"^(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$", r"\1-\2-\3"),
    (r"^(1\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$", r"\1-\2-\3"),
)
MONTH = r"^((?:19|20)\d{2})(0[1-9]|1[0-2])$"
# The first letters that tell the months apart in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish,
# Turkish, Romanian, Hungarian, Indonesian, Norwegian, Russian and Greek.
MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan", "ene", "gen", "sty", "oca", "ian", "янв", "ιαν"),
    ("feb", "fev", "lut", "sub", "фев", "φεβ"),
    ("mar", "mrz", "maa", "mrt", "мар", "μαρ"),
    ("apr", "avr", "abr", "kwi", "nis", "апр", "απρ"),
    ("may", "mai", "mei", "mag", "maj", "маи", "мая", "μαι"),
    ("jun", "juin", "giu", "cze", "haz", "iun", "июн", "ιουν"),
    ("jul", "juil", "lug", "lip", "tem", "iul", "июл", "ιουλ"),
    ("aug", "aou", "ago", "sie", "agu", "авг", "αυγ"),
    ("sep", "set", "wrz", "eyl", "sze", "сен", "σεπ"),
    ("oct", "okt", "ott", "out", "paz", "eki", "окт", "οκτ"),
    ("nov", "lis", "kas", "noi", "ноя", "νοε"),
    ("dec", "dez", "dic", "gru", "ara", "des", "дек", "δεκ"),
)
_NUMBERS = {start: number for number, starts in enumerate(MONTHS, 1) for start in starts}


def tidy(texts: pa.StringArray) -> pa.StringArray:
    """Trim, and write dates with signs between their parts."""
    texts = pc.utf8_trim_whitespace(texts)
    for pattern, parts in REWRITTEN:
        texts = pc.replace_substring_regex(texts, pattern, parts)
    return texts


def separate(texts: pa.StringArray) -> pa.StringArray:
    """Write dates of digits alone with signs between their parts, if all are of one length."""
    for pattern, parts in COMPACT:
        if pc.all(pc.fill_null(pc.match_substring_regex(texts, pattern + "|^$"), True)).as_py():
            texts = pc.replace_substring_regex(texts, pattern, parts)
    return texts


def may_be_months(texts: pa.StringArray) -> bool:
    """Return whether dates of six digits may be months, as 201001 is January 2010 or 1 October 2020.

    They are days if they skip months and, as days, weekends.
    """
    texts = pc.unique(texts.filter(pc.fill_null(pc.not_equal(texts, ""), False)))
    patterns = (MONTH, COMPACT[1][0])
    if not len(texts) or not all(pc.all(pc.match_substring_regex(texts, pattern)).as_py() for pattern in patterns):
        return False
    months = pc.replace_substring_regex(texts, MONTH, r"\1-\2").to_numpy(False).astype("datetime64[M]")
    days = pc.replace_substring_regex(texts, COMPACT[1][0], r"20\1-\2-\3").to_numpy(False).astype(str)
    skips_months = (np.diff(np.sort(months)).astype(np.int64) > 1).any()
    return not (skips_months and np.is_busday(days.astype("datetime64[D]")).all())


def number_months(names: pa.StringArray) -> npt.NDArray[np.int64]:
    """Return the number of each month from 1, 0 if the name is not one."""
    encoded = names.dictionary_encode()
    numbers = [_number(name or "") for name in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    by_code = np.array([*numbers, 0], np.int64)
    return np.asarray(by_code[codes])


def _number(name: str) -> int:
    folded = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _NUMBERS.get(letters[:4]) or _NUMBERS.get(letters[:3], 0)
