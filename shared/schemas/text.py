"""Text from outside that is kept and shown: a company's name, a source, a search.

Control characters can end a log line, and direction overrides (U+202E) or invisible letters make a name look like
another. Python's `isprintable` is false for all of them, and for halves of surrogate pairs, which MongoDB refuses.
"""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

MAX_NAME = 200  # characters


def _visible(letter: str) -> str:
    return letter if letter.isprintable() else " "


def clean_text(text: str) -> str:
    """Put the text on one line of at most `MAX_NAME` visible characters."""
    return " ".join("".join(map(_visible, text[: 4 * MAX_NAME])).split())[:MAX_NAME].rstrip()


def is_visible(text: str) -> bool:
    """Say whether the text consists of visible characters and spaces of any width."""
    return all(letter.isprintable() or unicodedata.category(letter) == "Zs" for letter in text)


def _require_visible(text: str) -> str:
    if not is_visible(text):
        raise ValueError("use visible characters only, none that control, hide or reverse others")
    return text


VisibleText = Annotated[str, AfterValidator(_require_visible)]  # rejected if it is not visible
CleanText = Annotated[str, AfterValidator(clean_text)]  # cleaned, because other tools may write to the store
