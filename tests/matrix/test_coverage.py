"""The matrix is whole: no operation and no principal without rows, and a row that succeeds for every operation."""

import pytest


from matrix_run import Matrix, contract, route_table
from operations import CELLS, cells_of
from principals import PRINCIPALS


@pytest.fixture(scope="module")
def matrix(servers):
    with Matrix(servers / "coverage") as matrix:
        yield matrix


def test_every_route_has_rows():
    missing = {route["operation"] for route in route_table()} - set(CELLS)
    assert not missing, f"routes without a row in tests/matrix/operations.py: {missing}"


def test_every_operation_of_the_contract_has_rows():
    missing = set(contract()) - set(CELLS)
    assert not missing, f"operations of docs/openapi.yaml without a row in tests/matrix/operations.py: {missing}"


def test_routes_and_contract_are_the_same():
    routes = {route["operation"]: (route["method"], route["path"].removeprefix("/api/v1")) for route in route_table()}
    outside_the_api = {"get_health"}
    assert routes == {name: place for name, place in contract().items() if name not in outside_the_api}


def test_every_principal_is_made(matrix):
    assert tuple(matrix.principals) == PRINCIPALS


@pytest.mark.parametrize("operation", sorted(CELLS))
def test_a_row_succeeds(matrix, operation):
    cells = cells_of(operation, matrix.around, matrix.principals["member"], "member")
    assert any(cell.status in (200, 204) and (cell.body is not None or cell.then) for cell in cells), "no row succeeds with its content compared"


def test_rows_that_succeed_show_something(matrix):
    """A list compared with an empty truth would prove nothing."""
    cells = [cell for operation in ("list_jobs", "list_sites") for cell in cells_of(operation, matrix.around, matrix.principals["member"], "member")]
    assert len(next(cell for cell in cells if cell.name == "counts").body["items"]) == 9
    assert all(cell.body["items"] for cell in cells if cell.name.startswith("state"))
    assert all(cell.body["items"] for cell in cells if cell.path == "/sites" and cell.name == "all")
