"""Every operation, asked by everybody, for every class of id."""

import pytest

from cells import check
from matrix_run import Matrix, all_rows, audience_of, side_of
from all_cells import CELLS, cells_of
from principals import PRINCIPALS


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


def test_every_principal_is_made(matrix):
    assert tuple(matrix.principals) == PRINCIPALS


@pytest.mark.parametrize("operation", sorted(CELLS))
def test_a_row_succeeds(matrix, operation):
    keys = {"invite_by_key": "key to invite", "read_feed": "key to the feed", "answer_work_request_by_key": "key to the feed"}
    asker = matrix.principals[{"staff": "owner", "key": keys.get(operation, "key to import"), "member": "member"}[side_of(operation)]]
    cells = cells_of(operation, matrix.around, asker, audience_of(operation))
    assert any(cell.status in (200, 201, 202, 204) and (cell.body is not None or cell.content or cell.then) for cell in cells), \
        "no row succeeds with its content compared"


def test_rows_that_succeed_show_something(matrix):
    """A list compared with an empty truth would prove nothing."""
    cells = [cell for operation in ("list_jobs", "list_sites", "list_documents", "list_invoices") for cell in cells_of(operation, matrix.around, matrix.principals["member"], "member")]
    assert len(next(cell for cell in cells if cell.name == "counts").body["items"]) == 9
    assert {item["state"] for item in next(cell for cell in cells if cell.path == "/invoices").body["items"]} == {"payment_due", "partially_paid", "overdue", "paid", "void"}
    assert all(cell.body["items"] for cell in cells if cell.name.startswith("state"))
    assert len(next(cell for cell in cells if cell.path == "/documents").body["items"]) >= 4
    assert all(cell.body["items"] for cell in cells if cell.path == "/sites" and cell.name == "all")


def test_the_filters_hold_without_the_policies(matrix):
    """The first wall alone; test_without_filters.py is the second alone. The last test here, for what it does to the tables."""
    tables = [name for name, in matrix.world.rows("SELECT relname FROM pg_class WHERE relnamespace = 'portal'::regnamespace AND relrowsecurity")]
    assert "job" in tables
    askers = [matrix.principals[name] for name in ("member", "member who sees finished jobs only", "member of the other client",
                                                   "member of the other account, at home")]
    rows = [(operation, who, cells_of(operation, matrix.around, who, audience_of(operation)))
            for operation in ("get_portal", "get_session", "list_sites", "list_jobs", "get_job", "get_job_calendar", "get_job_position", "get_job_file",
                               "list_documents", "get_document", "get_document_content", "list_invoices", "get_invoice", "get_invoice_content",
                               "list_work_requests", "get_work_request", "list_quotes", "get_quote", "get_quote_content") for who in askers]
    for table in tables:
        matrix.world.rows(f"ALTER TABLE portal.{table} DISABLE ROW LEVEL SECURITY")
    try:
        faults = [f"{operation} asked by '{who.name}': {fault}" for operation, who, cells in rows
                  for fault in check(matrix.world, who, cells, against_contract=False)]
    finally:
        for table in tables:
            matrix.world.rows(f"ALTER TABLE portal.{table} ENABLE ROW LEVEL SECURITY")
    assert not faults, "\n".join(faults)
