"""The committed OpenAPI documents are those of the code; `make openapi` writes them."""

import pytest

from tests.support.openapi import APPS, FOLDER, document


@pytest.mark.parametrize("name", APPS)
def test_the_committed_document_is_the_code_s(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text() == document(name), "run `make openapi`"
