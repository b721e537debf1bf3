"""Finds words despite a typing error in the query: a letter too many, missing, wrong or swapped. Pure, in memory."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

MIN_LETTERS = 5  # letters of a query for a symbol: shorter ones are close to too many
MIN_WORD = 4  # letters of a word in a query for names
TWO_SLIPS_FROM = 8  # letters
Mask = npt.NDArray[np.bool_]


class Vocabulary:
    """The words of numbered texts."""

    def __init__(self, texts: Sequence[Iterable[str]]) -> None:
        positions: dict[str, list[int]] = {}
        for at, words in enumerate(texts):
            for word in words:
                positions.setdefault(word, []).append(at)
        self._n_texts = len(texts)
        self._words = list(positions)
        self._positions = [np.array(each, np.intp) for each in positions.values()]

    def find(self, query: str) -> Mask:
        """Mark the texts that have each word of the query, or its beginning, with at most one or two typing errors.

        The first letter must be right: otherwise every query would match something.
        """
        words = query.split()
        has_all_words = np.full(self._n_texts, bool(words))
        for word in words:
            has_all_words &= self._find_word(word)
        return has_all_words

    def _find_word(self, word: str) -> Mask:
        is_match = np.zeros(self._n_texts, bool)
        near = [at for at, other in enumerate(self._words) if other[:1] == word[:1]]
        if not near:
            return is_match
        n_slips = 0 if len(word) < MIN_WORD else 1 if len(word) < TWO_SLIPS_FROM else 2
        whole, length = [self._words[at] for at in near], len(word)
        # What is typed may be the beginning of a word, with a letter missing.
        for others in (whole, [other[:length] for other in whole], [other[: length + 1] for other in whole]):
            distances = cdist([word], others, scorer=OSA.distance, score_cutoff=n_slips)[0]
            for at in np.flatnonzero(distances <= n_slips):
                is_match[self._positions[near[at]]] = True
        return is_match
