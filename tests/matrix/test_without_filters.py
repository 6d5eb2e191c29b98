"""The same matrix against a module whose statements lack their own filters: row-level security alone must give the same
answers, so that a forgotten filter is no leak."""

import pytest

from support import places
from support.nginx import PrivateNginx

from cells import check
from matrix_run import Matrix, all_rows, audience_of
from all_cells import cells_of


class UnfilteredNginx(PrivateNginx):
    def _main_replacements(self) -> dict[str, str]:
        replacements = super()._main_replacements()
        replacements["modules/ngx_http_portal_module.so"] = str(places.built("ngx_module/ngx_http_portal_module_unfiltered.so", self.preset))
        return replacements


@pytest.fixture(scope="module")
def matrix(servers):
    with Matrix(servers / "unfiltered", UnfilteredNginx) as matrix:
        yield matrix


@pytest.mark.parametrize("operation, principal", all_rows())
def test_row(matrix, operation, principal):
    who = matrix.principals[principal]
    faults = check(matrix.world, who, cells_of(operation, matrix.around, who, audience_of(operation)), against_contract=False)
    assert not faults, f"{operation} asked by '{principal}':\n" + "\n".join(faults)
    matrix.site.nginx.check_log()


def test_the_module_has_no_filters(matrix):
    """Else this run would prove nothing: the text of a statement, as the server prepared it, holds no client of its own."""
    loaded = (matrix.site.nginx.folder / "nginx.conf").read_text()
    assert "ngx_http_portal_module_unfiltered.so" in loaded
    unfiltered = places.built("ngx_module/ngx_http_portal_module_unfiltered.so").read_bytes()
    filtered = places.built("ngx_module/ngx_http_portal_module.so").read_bytes()
    mark = b"j.client_id = $"
    assert mark in filtered
    assert mark not in unfiltered


def test_without_both_walls_the_matrix_sees_rows_of_others(matrix):
    """The control: what the rows above would have found."""
    who = matrix.principals["member"]
    rows = {operation: cells_of(operation, matrix.around, who, audience_of(operation)) for operation in ("list_jobs", "get_job")}
    matrix.world.rows("ALTER TABLE portal.job DISABLE ROW LEVEL SECURITY")
    try:
        faults = {operation: check(matrix.world, who, cells, against_contract=False) for operation, cells in rows.items()}
    finally:
        matrix.world.rows("ALTER TABLE portal.job ENABLE ROW LEVEL SECURITY")
    assert any(fault.startswith("site of the other client: body") for fault in faults["list_jobs"])
    assert any(fault.startswith("of the other client, scheduled: status 200") for fault in faults["get_job"])
