"""The statements of imports: what a line does, for each kind, and what it cannot do."""

import json

import pytest
from named import sha256

KEY = sha256("a key")
COUNTS = ("created", "updated", "unchanged", "withdrawn")


class Importer:
    def __init__(self, maintenance, edge, account_id: int):
        self.maintenance, self.edge, self.account_id = maintenance, edge, account_id
        maintenance.rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'a key', %s, '{import}')", (account_id, KEY))

    def enter(self) -> None:
        self.edge.run("enter_key", account_id=self.account_id, key_hash=KEY, scope="import")
        self.edge.rows("select pg_advisory_xact_lock(hashtextextended('portal.import', %s))", (self.account_id,))

    def run(self, kind: str, *lines: dict, apply: str = "all", **options) -> tuple[list[int], list[tuple]]:
        """The counts as COUNTS has them, and the errors as (line, pointer, code)."""
        self.enter()
        rows = json.dumps([{"line": number, **line} for number, line in enumerate(lines, 1)])
        (row,) = self.edge.run(f"import_{kind}", account_id=self.account_id, rows=rows, apply=apply, **options)
        return [row[name] for name in COUNTS], [(error["line"], error["pointer"], error["code"]) for error in row["errors"]]

    def read(self, kind: str, external_id: str) -> dict | None:
        self.enter()
        rows = self.edge.run(f"read_imported_{kind}", account_id=self.account_id, external_id=external_id)
        return rows[0]["body"] if rows else None


@pytest.fixture
def importer(stage, world) -> Importer:
    return Importer(stage("portal_maintenance"), stage("portal_edge"), world.brightwater)


def client(external_id: str = "C-1", **more) -> dict:
    return {"external_id": external_id, "kind": "organisation", "organisation_name": "Acme", **more}


def test_a_line_makes_changes_and_takes_back(importer):
    assert importer.run("clients", client()) == ([1, 0, 0, 0], [])
    assert importer.run("clients", client()) == ([0, 0, 1, 0], [])
    assert importer.run("clients", client(organisation_name="Acme Ltd")) == ([0, 1, 0, 0], [])
    assert importer.read("client", "C-1")["organisation_name"] == "Acme Ltd"
    assert importer.run("clients", {"external_id": "C-1", "deleted": True}) == ([0, 0, 0, 1], [])
    assert importer.run("clients", {"external_id": "C-1", "deleted": True}) == ([0, 0, 1, 0], [])
    assert importer.read("client", "C-1")["deleted"] is True
    assert importer.run("clients", client()) == ([0, 1, 0, 0], [])
    assert importer.read("client", "C-1")["deleted"] is False
    assert importer.run("clients", {"external_id": "never", "deleted": True}) == ([0, 0, 1, 0], [])
    assert importer.read("client", "never") is None


def test_an_organisation_may_become_a_person(importer):
    importer.run("clients", client())
    assert importer.run("clients", {"external_id": "C-1", "kind": "person", "surname": "Okafor"}) == ([0, 1, 0, 0], [])
    assert importer.read("client", "C-1")["organisation_name"] is None


def test_an_older_version_changes_nothing(importer):
    importer.run("clients", client(version=5))
    assert importer.run("clients", client(version=4, organisation_name="Old")) == ([0, 0, 1, 0], [])
    assert importer.run("clients", {"external_id": "C-1", "version": 4, "deleted": True}) == ([0, 0, 1, 0], [])
    assert importer.run("clients", client(version=6)) == ([0, 0, 1, 0], [])
    assert importer.read("client", "C-1")["version"] == 6
    assert importer.run("clients", {"external_id": "C-1", "version": 8, "deleted": True}) == ([0, 0, 0, 1], [])
    assert importer.run("clients", client(version=7)) == ([0, 0, 1, 0], []), "the version of what was taken back counts"
    assert importer.read("client", "C-1")["deleted"] is True
    assert importer.run("clients", client(version=9)) == ([0, 1, 0, 0], [])


def test_a_line_without_a_version_counts_and_keeps_it(importer):
    importer.run("clients", client(version=5))
    assert importer.run("clients", client(organisation_name="New")) == ([0, 1, 0, 0], [])
    assert importer.read("client", "C-1")["version"] == 5


def test_what_staff_made_becomes_imported(importer):
    importer.maintenance.rows("insert into portal.client (account_id, kind, organisation_name, external_id) values (%s, 'organisation', 'Acme', 'C-1')",
                              (importer.account_id,))
    assert importer.run("clients", client())[0] == [0, 1, 0, 0]
    assert importer.maintenance.value("select imported from portal.client where account_id = %s and external_id = 'C-1'", (importer.account_id,)) is True


def test_with_a_client_its_memberships_end(importer, world):
    who = world.alex
    importer.maintenance.rows("update portal.client set external_id = 'C-A' where client_id = %s", (who.client_id,))
    assert importer.run("clients", {"external_id": "C-A", "deleted": True}) == ([0, 0, 0, 1], [])
    states = importer.maintenance.rows("select distinct state, ended_at is not null as over from portal.membership where client_id = %s", (who.client_id,))
    assert states == [{"state": "ended", "over": True}]


def test_references_are_by_external_id(importer):
    importer.run("clients", client(), client("C-2"), client("C-3"), {"external_id": "C-3", "deleted": True} | {"external_id": "C-4", "kind": "person", "surname": "X"})
    importer.run("clients", {"external_id": "C-3", "deleted": True})
    site = {"external_id": "S-1", "client": "C-1", "name": "Mill Lane", "time_zone": "Europe/London"}
    assert importer.run("sites", site) == ([1, 0, 0, 0], [])
    assert importer.read("site", "S-1")["client"] == "C-1"
    wrong = [{**site, "external_id": "S-2", "client": "nobody"}, {**site, "external_id": "S-3", "client": "C-3"}, {**site, "external_id": "S-4", "time_zone": "Mars"},
             {**site, "external_id": "S-5"}]
    errors = [(1, "/client", "unknown_reference"), (2, "/client", "unknown_reference"), (3, "/time_zone", "invalid_choice")]
    assert importer.run("sites", *wrong) == ([0, 0, 0, 0], errors)
    assert importer.read("site", "S-5") is None, "all or nothing"
    assert importer.run("sites", *wrong, apply="none") == ([0, 0, 0, 0], errors)
    assert importer.run("sites", *wrong, apply="good") == ([1, 0, 0, 0], errors)
    contact = {"external_id": "K-1", "client": "C-1", "site": "S-1", "kind": "email", "value": "a@acme.example"}
    assert importer.run("contacts", contact) == ([1, 0, 0, 0], [])
    assert importer.run("contacts", contact) == ([0, 0, 1, 0], [])
    assert importer.run("contacts", {**contact, "client": "C-2"}) == ([0, 0, 0, 0], [(1, "/site", "unknown_reference")])
    assert importer.run("contacts", {**contact, "client": "C-2", "site": None}) == ([0, 1, 0, 0], [])
    assert importer.read("contact", "K-1")["site"] is None


def test_members_choose_among_sites_that_were_not_taken_back(importer, world):
    who = world.alex
    importer.maintenance.rows("update portal.client set external_id = 'C-A' where client_id = %s", (who.client_id,))

    def listed() -> bool:
        importer.edge.enter_member(who)
        return "Taken back" in [row["name"] for row in importer.edge.run("list_sites", account_id=who.account_id, client_id=who.client_id, row_limit=500)]
    importer.run("sites", {"external_id": "S-T", "client": "C-A", "name": "Taken back"})
    assert listed()
    importer.run("sites", {"external_id": "S-T", "deleted": True})
    assert not listed()


def test_a_site_that_is_pointed_to_stays_with_its_client(importer):
    importer.run("clients", client(), client("C-2"))
    site = {"external_id": "S-1", "client": "C-1", "name": "Mill Lane"}
    importer.run("sites", site)
    importer.run("contacts", {"external_id": "K-1", "client": "C-1", "site": "S-1", "kind": "phone", "value": "123"})
    assert importer.run("sites", {**site, "client": "C-2"}) == ([0, 0, 0, 0], [(1, "/client", "in_use")])
    importer.run("contacts", {"external_id": "K-1", "client": "C-1", "kind": "phone", "value": "123"})
    assert importer.run("sites", {**site, "client": "C-2"}) == ([0, 1, 0, 0], [])


@pytest.mark.parametrize("kind", ["clients"])
def test_rows_of_another_account_are_out_of_reach(importer, world, kind):
    """The policies alone: without the statement's own filter the id of another account's row finds nothing."""
    importer.maintenance.rows("insert into portal.client (account_id, kind, organisation_name, external_id) values (%s, 'organisation', 'Theirs', 'C-1')",
                              (world.northside,))
    assert importer.run(kind, client(organisation_name="Ours"), with_filters=False) == ([1, 0, 0, 0], [])
    names = importer.maintenance.rows("select organisation_name from portal.client where external_id = 'C-1' order by 1")
    assert [row["organisation_name"] for row in names] == ["Ours", "Theirs"]


@pytest.fixture
def fed(importer) -> Importer:
    """With what jobs refer to."""
    importer.run("clients", client(), client("C-2"))
    importer.run("sites", {"external_id": "S-1", "client": "C-1", "name": "Mill Lane"})
    assert importer.run("workers", {"external_id": "W-1", "name": "Dana"}, {"external_id": "W-2", "name": "Kim"}) == ([2, 0, 0, 0], [])
    assert importer.run("teams", {"external_id": "M-1", "name": "North", "workers": ["W-1", "W-2"]}) == ([1, 0, 0, 0], [])
    assert importer.run("fields", field("F-1", "boilers_fed", "integer"), field("F-2", "fuel_fed", "text"))[0] == [2, 0, 0, 0]
    assert importer.run("templates", {"external_id": "T-1", "name": "Service", "fields": ["F-2", "F-1"]}) == ([1, 0, 0, 0], [])
    return importer


def field(external_id: str, key: str, kind: str, **more) -> dict:
    return {"external_id": external_id, "group": "custom", "key": key, "label": key, "type": kind, "position": 0, **more}


def job(external_id: str = "J-1", number: int = 900001, **more) -> dict:
    return {"external_id": external_id, "number": number, "client": "C-1", "template": "T-1", "status": "scheduled", "custom_values": {}, "report_values": {}, **more}


def test_a_team_is_who_is_in_it(fed):
    assert fed.run("teams", {"external_id": "M-1", "name": "North", "workers": ["W-2", "W-1"]}) == ([0, 0, 1, 0], [])
    assert fed.run("teams", {"external_id": "M-1", "name": "North", "workers": ["W-2"]}) == ([0, 1, 0, 0], [])
    assert fed.read("team", "M-1")["workers"] == ["W-2"]
    assert fed.run("teams", {"external_id": "M-1", "name": "North", "workers": ["W-2", "W-9"]}) == ([0, 0, 0, 0], [(1, "/workers/1", "unknown_reference")])


def test_a_template_has_its_fields_in_order(fed):
    assert fed.read("template", "T-1")["fields"] == ["F-2", "F-1"]
    assert fed.run("templates", {"external_id": "T-1", "name": "Service", "fields": ["F-2", "F-1"]}) == ([0, 0, 1, 0], [])
    assert fed.run("templates", {"external_id": "T-1", "name": "Service", "fields": ["F-1"]}) == ([0, 1, 0, 0], [])
    assert fed.read("template", "T-1")["fields"] == ["F-1"]
    assert fed.run("templates", {"external_id": "T-2", "name": "Other", "fields": ["nothing"]}) == ([0, 0, 0, 0], [(1, "/fields/0", "unknown_reference")])


def test_what_a_field_is_stays(fed):
    assert fed.run("fields", field("F-1", "boilers_fed", "integer", label="Boilers"))[0] == [0, 1, 0, 0]
    for change, pointer in (({"type": "text"}, "/type"), ({"key": "other"}, "/key"), ({"group": "report"}, "/group")):
        assert fed.run("fields", {**field("F-1", "boilers_fed", "integer"), **change}) == ([0, 0, 0, 0], [(1, pointer, "in_use")])
    assert fed.run("fields", field("F-3", "boilers_fed", "integer")) == ([0, 0, 0, 0], [(1, "/key", "duplicate")])
    assert fed.run("fields", field("F-4", "same", "text"), field("F-5", "same", "text"))[1] == [(2, "/key", "duplicate")]


def test_a_field_without_an_external_id_is_the_one_that_is_meant(fed):
    fed.maintenance.rows("insert into portal.job_field (account_id, field_group, key, label, type) values (%s, 'custom', 'by_hand', 'By hand', 'text')", (fed.account_id,))
    assert fed.run("fields", field("F-9", "by_hand", "text")) == ([0, 1, 0, 0], [])
    assert fed.read("field", "F-9")["key"] == "by_hand"


def test_a_job_is_made_changed_and_taken_back(fed):
    whole = job(version=1, site="S-1", worker="W-1", scheduled_at="2026-11-16T13:00:00+01:00", duration_minutes=90, custom_values={"boilers_fed": 2})
    assert fed.run("jobs", whole) == ([1, 0, 0, 0], [])
    assert fed.run("jobs", whole) == ([0, 0, 1, 0], [])
    read = fed.read("job", "J-1")
    assert (read["site"], read["worker"], read["scheduled_at"], read["custom"]) == ("S-1", "W-1", "2026-11-16T12:00:00Z", {"boilers_fed": 2})
    done = {**whole, "version": 2, "worker": None, "team": "M-1", "status": "finished", "resolution": "All well", "is_successful": True}
    assert fed.run("jobs", done) == ([0, 1, 0, 0], [])
    assert fed.run("jobs", done) == ([0, 0, 1, 0], []), "the resolution was made once"
    assert fed.read("job", "J-1")["resolution"] == {"name": "All well", "successful": True}
    assert fed.run("jobs", whole) == ([0, 0, 1, 0], [])
    assert fed.run("jobs", {"external_id": "J-1", "version": 3, "deleted": True}) == ([0, 0, 0, 1], [])
    assert fed.read("job", "J-1")["deleted"] is True


def test_a_job_says_what_it_refers_to_in_vain(fed):
    wrong = [job("J-1", 1_000_001, client="C-9"), job("J-2", 1_000_002, site="S-9"), job("J-3", 1_000_003, template="T-9"), job("J-4", 1_000_004, worker="W-9"),
             job("J-5", 1_000_005, team="M-9"), job("J-6", 1_000_006, client="C-2", site="S-1"), job("J-7", 1_000_007)]
    pointers = ["/client", "/site", "/template", "/worker", "/team", "/site"]
    errors = [(line, pointer, "unknown_reference") for line, pointer in enumerate(pointers, 1)]
    assert fed.run("jobs", *wrong) == ([0, 0, 0, 0], errors)
    assert fed.run("jobs", *wrong, apply="good") == ([1, 0, 0, 0], errors)


def test_a_number_is_taken_once(fed):
    taken = fed.maintenance.value("select min(number) from portal.job where account_id = %s", (fed.account_id,))
    assert fed.run("jobs", job(number=taken)) == ([0, 0, 0, 0], [(1, "/number", "duplicate")])
    assert fed.run("jobs", job("J-1"), job("J-2"))[1] == [(1, "/number", "duplicate"), (2, "/number", "duplicate")]


def test_a_job_that_goes_to_another_client_leaves_the_first_at_once(fed, world):
    who = world.alex
    fed.maintenance.rows("update portal.client set external_id = 'C-A' where client_id = %s", (who.client_id,))
    fed.maintenance.rows("insert into portal.portal_visible_template select account_id, job_template_id from portal.job_template where external_id = 'T-1' and account_id = %s",
                         (fed.account_id,))

    def shown() -> int:
        fed.edge.enter_member(who)
        return len(fed.edge.rows("select job_id from portal.job where external_id = 'J-1'"))
    assert fed.run("jobs", job(client="C-A"))[0] == [1, 0, 0, 0] and shown() == 1
    assert fed.run("jobs", job(client="C-2"))[0] == [0, 1, 0, 0] and shown() == 0
    assert fed.run("jobs", job(client="C-A"))[0] == [0, 1, 0, 0] and shown() == 1
    fed.run("jobs", {"external_id": "J-1", "deleted": True})
    assert shown() == 0


def test_a_refused_import_leaves_no_resolution_behind(fed):
    before = fed.maintenance.value("select count(*) from portal.resolution")
    fed.run("jobs", job(status="finished", resolution="Never seen", is_successful=True), job("J-2", 900002, client="C-9"))
    assert fed.maintenance.value("select count(*) from portal.resolution") == before
