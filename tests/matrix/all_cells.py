"""All rows of the matrix: those of operations.py and of each member_<area>.py, staff_<area>.py and key_<area>.py beside it, which says `CELLS = {operation: rows}` too."""

import importlib
from pathlib import Path

import operations
from cells import Cell
from operations import Surroundings
from principals import Principal

CELLS = dict(operations.CELLS)
for file in sorted(file for side in ("member", "staff", "key") for file in Path(__file__).parent.glob(f"{side}_*.py")):
    more = importlib.import_module(file.stem).CELLS
    assert not set(more) & set(CELLS), f"{file.name} has rows of operations that have some already: {set(more) & set(CELLS)}"
    CELLS |= more


def cells_of(operation: str, around: Surroundings, principal: Principal, audience: str) -> list[Cell]:
    """The rows of an operation, and for each kind of request in them one at a host that no account owns, and one at an account where the
    principal is nobody."""
    cells = CELLS[operation](around, principal)
    if operation in ("get_health", "get_readiness"):
        return cells
    first = cells[0]
    same = {"method": first.method, "path": first.path, "json": first.json}
    cells.append(Cell("at an unknown host", **same, status=421, code="unknown_host", host="unknown.localhost"))
    if audience in ("member", "staff"):
        cells.append(Cell("at another account", **same, status=401, code="not_signed_in", host=around.world.bare.host))
    return cells
