"""What an import costs grows with its lines, not with their square, also in an account of which the planner knows nothing."""

from pathlib import Path

import pytest
from named import lines_of, sha256

FEW, MANY = 1000, 6000
MOST = 18  # fold; lines alone are 6, their square is 36
LEAST = 0.3  # seconds, below which nothing is said


class NewAccount:
    """Made after the statistics, and never analysed."""

    def __init__(self, clone, slug: str):
        maintenance, self.edge = clone("portal_maintenance"), clone("portal_edge")
        self.edge.rows("set jit = off")  # as the lane says
        self.account_id = maintenance.value("insert into portal.account (slug, name, time_zone) values (%s, 'New', 'UTC') returning account_id", (slug,))
        self.key = sha256(slug)
        maintenance.rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'a key', %s, '{import}')", (self.account_id, self.key))

    def seconds(self) -> float:
        """Of processor time that the backend took so far: what others do on this machine is not counted."""
        fields = Path(f"/proc/{self.edge.connection.get_backend_pid()}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def feed(self, kind: str, lines: list[dict]) -> float:
        began = self.seconds()
        self.edge.begin()
        self.edge.run("enter_key", account_id=self.account_id, key_hash=self.key, scope="import")
        self.edge.run("begin_import", account_id=self.account_id, rest_milliseconds=0)
        (row,) = self.edge.run(f"import_{kind}", account_id=self.account_id, **lines_of(kind, lines), apply="all")
        self.edge.commit()
        assert row["wrong"] == 0, row["errors"][:3]
        return self.seconds() - began


def clients(count: int, name: str = "Company") -> list[dict]:
    return [{"external_id": f"C-{number}", "kind": "organisation", "organisation_name": f"{name} {number}"} for number in range(count)]


def sites(count: int) -> list[dict]:
    return [{"external_id": f"S-{number}", "client": f"C-{number}", "name": f"Site {number}"} for number in range(count)]


def contacts(count: int) -> list[dict]:
    return [{"external_id": f"K-{number}", "client": f"C-{number}", "kind": "email", "value": f"p{number}@a.example"} for number in range(count)]


def fields(count: int) -> list[dict]:
    return [{"external_id": f"F-{number}", "group": "custom", "key": f"f{number}", "label": "Field", "type": "text", "position": 0} for number in range(count)]


def templates(count: int) -> list[dict]:
    return [{"external_id": f"T-{number}", "name": "Template", "fields": [f"F-{(number + k) % count}" for k in range(3)]} for number in range(count)]


def workers(count: int) -> list[dict]:
    return [{"external_id": f"W-{number}", "name": "Worker"} for number in range(count)]


def teams(count: int) -> list[dict]:
    return [{"external_id": f"M-{number}", "name": "Team", "workers": [f"W-{(number + k) % count}" for k in range(3)]} for number in range(count)]


def jobs(count: int) -> list[dict]:
    return [{"external_id": f"J-{number}", "number": number + 1, "client": f"C-{number}", "site": f"S-{number}", "template": f"T-{number % 100}", "status": "started",
             "team": f"M-{number}", "custom_values": {}, "report_values": {}} for number in range(count)]


def documents(count: int) -> list[dict]:
    return [{"external_id": f"D-{number}", "client": f"C-{number}", "name": "Report.pdf", "visible": True} for number in range(count)]


def invoices(count: int) -> list[dict]:
    return [{"external_id": f"I-{number}", "client": f"C-{number}", "number": str(number), "issued_on": "2026-11-16", "currency": "EUR", "total": 100, "paid": 0, "void": False,
             "job": f"J-{number}"} for number in range(count)]


def quotes(count: int) -> list[dict]:
    return [{"external_id": f"Q-{number}", "client": f"C-{number}", "number": str(number), "description": "Much to do", "issued_on": "2026-11-16", "valid_until": "2026-12-16",
             "currency": "EUR", "total": 100, "superseded": False, "job": f"J-{number}"} for number in range(count)]


def positions(count: int) -> list[dict]:
    return [{"external_id": f"W-{number}", "latitude": 53.8, "longitude": -1.5, "recorded_at": "2026-11-16T13:00:00Z"} for number in range(count)]


def deleted(lines: list[dict]) -> list[dict]:
    return [{"external_id": line["external_id"], "deleted": True} for line in lines]


def course(count: int) -> list[tuple[str, str, list[dict]]]:
    """A first load of all kinds, the same again, other names, and all of it taken back: the name of each step, its kind and lines."""
    makers = {make.__name__: make for make in (clients, sites, contacts, fields, templates, workers, positions, teams, jobs, documents, invoices, quotes)}
    lines = {kind: make(count) for kind, make in makers.items()}
    return [
        *((f"{kind} first", kind, lines[kind]) for kind in makers),
        *((f"{kind} again", kind, lines[kind]) for kind in makers),
        ("clients renamed", "clients", clients(count, "Firm")),
        *((f"{kind} changed", kind, [{**line, "name": "Other.pdf"} for line in lines[kind]]) for kind in ("sites", "contacts", "templates", "workers", "teams", "documents")),
        ("positions changed", "positions", [{**line, "recorded_at": "2026-11-16T13:00:05Z"} for line in lines["positions"]]),
        ("invoices changed", "invoices", [{**line, "paid": 100} for line in lines["invoices"]]),
        ("quotes changed", "quotes", [{**line, "total": 200} for line in lines["quotes"]]),
        ("jobs changed", "jobs", [{**line, "status": "paused"} for line in lines["jobs"]]),
        *((f"{kind} deleted", kind, deleted(lines[kind])) for kind in reversed(makers)),
    ]


@pytest.fixture
def took(clone) -> list[tuple[str, float, float]]:
    few, many = NewAccount(clone, "few"), NewAccount(clone, "many")
    return [(step, few.feed(kind, lines), many.feed(kind, more)) for (step, kind, lines), (_, _, more) in zip(course(FEW), course(MANY), strict=True)]


def test_six_times_the_lines_are_not_thirty_six_times_the_work(took):
    steep = [f"{step}: {few:.2f} s for {FEW} lines, {many:.2f} s for {MANY}" for step, few, many in took if many > max(LEAST, MOST * few)]
    assert not steep, "; ".join(steep)
