"""The statements of imports: what a line does, for each kind, and what it cannot do."""

import time

import psycopg2
import pytest
from named import lines_of, sha256

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
        (row,) = self.edge.run(f"import_{kind}", account_id=self.account_id, **lines_of(kind, lines), apply=apply, **options)
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


KINDS = {
    "clients": client("V"),
    "sites": {"external_id": "V", "client": "C-1", "name": "Mill Lane"},
    "contacts": {"external_id": "V", "client": "C-1", "kind": "email", "value": "v@acme.example"},
    "documents": {"external_id": "V", "client": "C-1", "name": "V.pdf", "visible": True},
    "invoices": {"external_id": "V", "client": "C-1", "number": "V", "issued_on": "2026-11-16", "currency": "EUR", "total": 100, "paid": 0, "void": False},
    "quotes": {"external_id": "V", "client": "C-1", "number": "V", "issued_on": "2026-11-16", "currency": "EUR", "total": 100, "superseded": False},
    "fields": {"external_id": "V", "group": "custom", "key": "v", "label": "V", "type": "text", "position": 0},
    "templates": {"external_id": "V", "name": "V", "fields": []},
    "workers": {"external_id": "V", "name": "V"},
    "teams": {"external_id": "V", "name": "V", "workers": []},
    "jobs": {"external_id": "V", "number": 970001, "client": "C-1", "template": "T-1", "status": "scheduled", "custom_values": {}, "report_values": {}},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_that_comes_after_taking_back_is_kept(fed, kind):
    line = KINDS[kind]
    gone = {"external_id": line["external_id"], "deleted": True}
    assert fed.run(kind, line) == ([1, 0, 0, 0], [])
    assert fed.run(kind, gone) == ([0, 0, 0, 1], [])
    assert fed.run(kind, {**gone, "version": 10}) == ([0, 0, 1, 0], [])
    assert fed.run(kind, {**line, "version": 3}) == ([0, 0, 1, 0], []), "an older state brings nothing back"
    assert fed.run(kind, {**line, "version": 11}) == ([0, 1, 0, 0], [])


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


def test_with_a_membership_ends_what_it_opened_and_with_the_last_one_the_login(importer):
    """As when staff remove somebody (A14)."""
    account, rows, value = importer.account_id, importer.maintenance.rows, importer.maintenance.value
    importer.run("clients", client("C-1"), client("C-2", organisation_name="Other"))
    clients = {row["external_id"]: row["client_id"] for row in rows("select external_id, client_id from portal.client where account_id = %s and external_id in ('C-1', 'C-2')",
                                                                    (account,))}

    def add(name: str, *external_ids: str, state: str = "active") -> int:
        member = value("""insert into portal.member (account_id, email, state, password_hash) values (%s, %s, %s, case %s when 'active' then '$argon2id$x' end)
                          returning member_id""", (account, f"{name}@import.example", state, state))
        for external_id in external_ids:
            membership = value("""insert into portal.membership (account_id, member_id, client_id, state, activated_at)
                                  values (%s, %s, %s, %s, case %s when 'active' then now() end) returning membership_id""",
                               (account, member, clients[external_id], state, state))
            rows("insert into portal.session (account_id, token_hash, member_id, membership_id, expires_at) values (%s, %s, %s, %s, now() + interval '1 day')",
                 (account, sha256(f"session {membership}"), member, membership))
            rows("""insert into portal.one_time_token (account_id, purpose, token_hash, member_id, membership_id, address, expires_at)
                    values (%s, 'activation', %s, %s, %s, 'a@import.example', now() + interval '1 day')""", (account, sha256(f"link {membership}"), member, membership))
            rows("""insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id)
                    values (%s, %s, 'invitation', 'email', 'a@import.example', 'en', %s, %s, %s, 'k1')""",
                 (account, f"reference-{membership:012}", member, membership, bytes(40)))
        rows("""insert into portal.one_time_token (account_id, purpose, token_hash, member_id, address, expires_at)
                values (%s, 'password_reset', %s, %s, 'a@import.example', now() + interval '1 day')""", (account, sha256(f"reset {member}"), member))
        return member

    def what_is_left(member: int) -> tuple:
        """(state, has a password, open memberships, sessions, links, messages)"""
        return tuple(rows("""select state, password_hash is not null as has_password,
              (select count(*) from portal.membership s where s.member_id = m.member_id and s.state <> 'ended') as memberships,
              (select count(*) from portal.session s where s.member_id = m.member_id and s.ended_at is null) as sessions,
              (select count(*) from portal.one_time_token t where t.member_id = m.member_id and t.revoked_at is null) as links,
              (select count(*) from portal.outbox_message o where o.member_id = m.member_id) as messages
            from portal.member m where m.account_id = %s and m.member_id = %s""", (account, member))[0].values())

    last, both, invited, stranger = add("last", "C-1"), add("both", "C-1", "C-2"), add("invited", "C-1", state="invited"), add("stranger", "C-2")
    assert importer.run("clients", {"external_id": "C-1", "deleted": True}) == ([0, 0, 0, 1], [])
    assert what_is_left(last) == ("removed", False, 0, 0, 0, 0) and what_is_left(invited) == ("removed", False, 0, 0, 0, 0)
    assert what_is_left(both) == ("active", True, 1, 1, 2, 1) and what_is_left(stranger) == ("active", True, 1, 1, 2, 1)
    assert importer.run("clients", {"external_id": "C-2", "deleted": True}, {"external_id": "C-1", "deleted": True}) == ([0, 0, 1, 1], [])
    assert what_is_left(both) == ("removed", False, 0, 0, 0, 0)


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
    fed.run("jobs", job("J-1", 970001, version=5))
    assert fed.run("jobs", job("J-1", 970002, version=4), job("J-2", 970002)) == ([1, 0, 1, 0], []), "an older state takes no number"


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


def test_a_document_is_nobodys_to_see_until_its_bytes_are_there(importer, world, stage):
    importer.run("clients", client())
    said = {"external_id": "D-1", "version": 1, "client": "C-1", "name": "Certificate.pdf", "visible": True}
    assert importer.run("documents", said, {**said, "external_id": "D-2", "client": "nobody"}, apply="good") == ([1, 0, 0, 0], [(2, "/client", "unknown_reference")])
    names = "select name from portal.document where external_id = 'D-1'"

    def seen() -> bool:
        importer.edge.enter_staff(world.staff_of("viewer"))
        return importer.edge.rows(names) != []
    assert not seen()
    importer.enter()
    of_account = {"account_id": importer.account_id, "external_id": "D-1"}
    (found,) = importer.edge.run("find_document_to_fill", **of_account, size_bytes=9)
    assert (found["name"], found["has_room"]) == ("Certificate.pdf", True)
    filled = {**of_account, "client_id": found["client_id"], "document_name": found["name"], "media_type": "application/pdf", "size_bytes": 9, "content_hash": sha256("bytes"), "is_active_content": False}
    # What was on its way when the document became another client's, or was renamed, reaches nobody.
    for other in ({"client_id": found["client_id"] + 1}, {"document_name": "Certificate.png"}):
        with pytest.raises(psycopg2.errors.Error) as refused:
            importer.edge.run("fill_document", **{**filled, **other})
        assert refused.value.pgcode == "PT404"
        importer.enter()
    assert len(importer.edge.run("fill_document", **filled)) == 1
    assert seen() and importer.read("document", "D-1")["content"] == sha256("bytes").hex()
    assert importer.run("documents", {"external_id": "D-1", "version": 3, "deleted": True}) == ([0, 0, 0, 1], [])
    assert not seen() and importer.maintenance.rows("select content_hash, size_bytes from portal.document where external_id = 'D-1'") == [
        {"content_hash": None, "size_bytes": 0}]
    importer.enter()
    with pytest.raises(psycopg2.errors.Error) as refused:
        importer.edge.run("fill_document", **filled)
    assert refused.value.pgcode == "PT404"
    assert importer.run("documents", {**said, "version": 2}) == ([0, 0, 1, 0], [])
    assert importer.run("documents", {**said, "version": 4}) == ([0, 1, 0, 0], []) and not seen()


def test_a_document_that_is_hidden_from_somebody_stays_with_its_client(importer, world):
    importer.run("clients", client(), client("C-2"))
    importer.run("documents", {"external_id": "D-1", "client": "C-1", "name": "A.pdf", "visible": True})
    importer.maintenance.rows("""
        with m as (insert into portal.membership (account_id, member_id, client_id) select d.account_id, %s, d.client_id from portal.document d
          where d.external_id = 'D-1' returning account_id, client_id, membership_id)
        insert into portal.document_hidden_from (account_id, document_id, client_id, membership_id)
        select d.account_id, d.document_id, d.client_id, m.membership_id from portal.document d join m using (account_id, client_id) where d.external_id = 'D-1'""",
                              (world.alex.member_id,))
    assert importer.run("documents", {"external_id": "D-1", "client": "C-2", "name": "A.pdf", "visible": True}) == ([0, 0, 0, 0], [(1, "/client", "in_use")])


def test_documents_that_staff_filed_are_out_of_reach(importer):
    importer.enter()
    assert importer.edge.rows("update portal.document set name = 'mine' where external_id is null returning document_id") == []


def test_files_of_jobs_count_in_the_room_of_an_account(fed):
    fed.run("fields", {"external_id": "F-P", "group": "report", "key": "photos_of_import", "label": "Photos", "type": "photo", "position": 9})
    fed.run("jobs", job())
    place = {"account_id": fed.account_id, "external_id": "J-1", "field_group": "report", "field_key": "photos_of_import"}
    fed.enter()
    (found,) = fed.edge.run("find_job_to_fill", **place, size_bytes=9)
    assert (found["type"], found["has_room"]) == ("photo", True)
    before = fed.edge.value("select portal.stored_bytes(%s)", (fed.account_id,))
    for size in (9, 11):
        fed.edge.run("fill_job_file", **place, client_id=found["client_id"], position=1, file_name="one.png", media_type="image/png", size_bytes=size, content_hash=sha256(str(size)))
    assert fed.edge.value("select portal.stored_bytes(%s)", (fed.account_id,)) == before + 11
    fed.maintenance.rows("update portal.account set document_bytes = %s where account_id = %s", (before + 11, fed.account_id))
    fed.enter()
    assert fed.edge.run("find_job_to_fill", **place, size_bytes=1)[0]["has_room"] is False
    assert len(fed.edge.run("require_room_for_files", account_id=fed.account_id)) == 1
    assert len(fed.edge.run("remove_job_file", **place, position=1)) == 1


def test_an_import_does_not_wait_for_another_one(clone, world):
    """PT503, so that it comes again."""
    clone("portal_maintenance").rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'a key', %s, '{import}')", (world.brightwater, KEY))
    first, second = clone("portal_edge"), clone("portal_edge")
    for edge in (first, second):
        edge.begin()
        edge.run("enter_key", account_id=world.brightwater, key_hash=KEY, scope="import")
    first.run("begin_import", account_id=world.brightwater, rest_milliseconds=0)
    with pytest.raises(psycopg2.errors.Error) as refused:
        second.run("begin_import", account_id=world.brightwater, rest_milliseconds=0)
    assert refused.value.pgcode == "PT503"
    second.rollback()
    first.rollback()
    first.begin()
    first.run("enter_key", account_id=world.brightwater, key_hash=KEY, scope="import")
    first.run("begin_import", account_id=world.brightwater, rest_milliseconds=0)
    first.rollback()


def test_a_line_is_looked_up_and_not_the_whole_account(fed, stage):
    """Whatever there is already: one line reads few of the pages that all jobs of the account lie on."""
    fed.run("jobs", job())
    fed.maintenance.rows("""insert into portal.job (account_id, number, external_id, client_id, job_template_id)
        select j.account_id, 10000000 + n, 'many-' || n, j.client_id, j.job_template_id from portal.job j cross join generate_series(1, 20000) n where j.external_id = 'J-1'""")
    touched = "select pg_stat_get_xact_tuples_returned('portal.job'::regclass) + pg_stat_get_xact_tuples_fetched('portal.job'::regclass)"
    before = fed.maintenance.value(touched)
    assert fed.run("jobs", job()) == ([0, 0, 1, 0], [])
    assert fed.maintenance.value(touched) - before < 1000


def test_an_import_rests_while_others_read(fed):
    """Twice before it knows what is to be done, then after each hundred jobs that it changes something of, and again where the keys of new ones are checked."""
    jobs = [job(f"R-{number}", 910000 + number) for number in range(200)]

    def rests(lines: list[dict], counts: list[int], *, rest_milliseconds: int = 500, **more) -> int:
        fed.edge.run("begin_import", account_id=fed.account_id, rest_milliseconds=rest_milliseconds)
        fed.edge.rows("select set_config('jit', 'off', true)")  # as all lanes have it
        started = time.monotonic()
        assert fed.run("jobs", *lines, **more)[0] == counts
        return int((time.monotonic() - started) // 0.5)

    assert rests([*jobs[:-1], {**jobs[-1], "client": "nobody"}], [0, 0, 0, 0]) == 2
    assert rests(jobs, [0, 0, 0, 0], apply="none") == 2
    assert rests(jobs, [200, 0, 0, 0]) == 6
    assert rests(jobs, [0, 0, 200, 0]) == 2
    assert rests([{**each, "description": "later"} for each in jobs], [0, 200, 0, 0]) == 4
    assert rests([{"external_id": each["external_id"], "deleted": True} for each in jobs], [0, 0, 0, 200]) == 4
    assert rests([job(f"S-{number}", 920000 + number) for number in range(200)], [200, 0, 0, 0], rest_milliseconds=0) == 0


def position(external_id: str = "W-1", recorded_at: str = "2026-11-16T13:00:00Z", **more) -> dict:
    return {"external_id": external_id, "latitude": 53.8, "longitude": -1.5, "recorded_at": recorded_at, **more}


def test_of_two_positions_the_later_one_stands(importer):
    importer.run("workers", {"external_id": "W-1", "name": "Dana R."})
    assert importer.run("positions", position()) == ([1, 0, 0, 0], [])
    assert importer.run("positions", position()) == ([0, 0, 1, 0], [])
    assert importer.run("positions", position(recorded_at="2026-11-16T13:00:00.5Z", latitude=54)) == ([0, 1, 0, 0], [])
    assert importer.run("positions", position(recorded_at="2026-11-16T14:00:00+01:00")) == ([0, 0, 1, 0], []), "the same moment as the first"
    assert importer.read("position", "W-1")["latitude"] == 54
    assert importer.run("positions", {"external_id": "W-1", "deleted": True}) == ([0, 0, 0, 1], [])
    assert importer.read("position", "W-1") is None


@pytest.mark.parametrize("apply, counts", [("all", [0, 0, 0, 0]), ("good", [1, 0, 0, 0]), ("none", [0, 0, 0, 0])])
def test_positions_of_nobody_and_of_tomorrow(importer, apply, counts):
    importer.run("workers", {"external_id": "W-1", "name": "Dana R."}, {"external_id": "W-2", "name": "Tom W."})
    wrong = [(1, "/external_id", "unknown_reference"), (2, "/recorded_at", "out_of_range")]
    assert importer.run("positions", position("nobody"), position("W-2", "2126-11-16T13:00:00Z"), position(), apply=apply) == (counts, wrong)
    assert (importer.read("position", "W-1") is not None) == (apply == "good")


def test_positions_of_an_account_stay_in_it(importer, world):
    """The other account's worker of the same name has none."""
    importer.run("workers", {"external_id": "W-1", "name": "Dana R."})
    importer.maintenance.rows("insert into portal.worker (account_id, name, external_id) values (%s, 'Nuria P.', 'W-1')", (world.northside,))
    before = importer.maintenance.value("select count(*) from portal.worker_position where account_id = %s", (world.northside,))
    importer.run("positions", position())
    assert importer.maintenance.value("select count(*) from portal.worker_position where account_id = %s", (world.northside,)) == before
