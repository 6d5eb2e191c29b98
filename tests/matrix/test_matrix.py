"""Every operation, asked by everybody, for every class of id."""

import pytest

from cells import check
from matrix_run import Matrix, all_rows, audience_of
from operations import cells_of


@pytest.fixture(scope="module")
def matrix(servers):
    with Matrix(servers / "matrix") as matrix:
        yield matrix


@pytest.mark.parametrize("operation, principal", all_rows())
def test_row(matrix, operation, principal):
    who = matrix.principals[principal]
    faults = check(matrix.world, who, cells_of(operation, matrix.around, who, audience_of(operation)))
    assert not faults, f"{operation} asked by '{principal}':\n" + "\n".join(faults)
    matrix.site.nginx.check_log()
