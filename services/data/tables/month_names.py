"""Numbers months by their names, in the languages of the exports that are read. Pure."""

import unicodedata

import numpy as np
import numpy.typing as npt
import pyarrow as pa

# The first letters that tell the months of English, German, French, Spanish, Italian, Portuguese and Dutch apart.
MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan", "ene", "gen"),
    ("feb", "fev"),
    ("mar", "mrz", "maa", "mrt"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mei", "mag"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott", "out"),
    ("nov",),
    ("dec", "dez", "dic"),
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
