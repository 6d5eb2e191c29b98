"""The matrix is whole: no route and no operation of the contract is without rows, and the two are the same."""

from matrix_run import contract, route_table
from all_cells import CELLS


def test_every_route_has_rows():
    missing = {route["operation"] for route in route_table()} - set(CELLS)
    assert not missing, f"routes without a row in tests/matrix: {missing}"


def test_every_operation_of_the_contract_has_rows():
    missing = set(contract()) - set(CELLS)
    assert not missing, f"operations of docs/openapi.yaml without a row in tests/matrix: {missing}"


def test_routes_and_contract_are_the_same():
    routes = {route["operation"]: (route["method"], route["path"].removeprefix("/api/v1")) for route in route_table()}
    outside_the_api = {"get_health", "get_readiness"}
    assert routes == {name: place for name, place in contract().items() if name not in outside_the_api}
