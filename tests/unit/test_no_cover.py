import sys

import pytest


@pytest.mark.no_cover
def test_the_lines_of_a_test_marked_so_are_not_counted_in_a_worker_either() -> None:
    assert sys.gettrace() is None
