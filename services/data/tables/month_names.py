"""Numbers months by their names, in the languages of the exports that are read. Pure."""

import unicodedata

import numpy as np
import numpy.typing as npt
import pyarrow as pa

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
