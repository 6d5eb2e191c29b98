"""Clients with contacts and sites in the hands of staff: found while somebody types (FEATURES A10), added and changed by hand, and left alone where another system owns them."""

import os
import statistics
import time
from urllib.parse import quote

import pytest

from support import staff
from support.world import World

MANAGER_CALLS = ("client_created", "client_changed", "contact_created", "contact_changed", "contact_deleted", "site_created", "site_changed", "site_deleted")


@pytest.fixture
def manager(people):
    return staff.signed_in(people, people.client(), staff.add_staff(people, people.account_id, "manager"))


def find(client, said: str, **more) -> list[str]:
    answer = client.get(f"/api/v1/staff/clients?q={quote(said)}" + "".join(f"&{name}={value}" for name, value in more.items()))
    assert answer.status == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def add(client, **body) -> dict:
    answer = client.post("/api/v1/staff/clients", json=body)
    assert answer.status == 201, answer.text
    return answer.json()


def test_a_client_is_added_changed_and_found(people, manager):
    made = add(manager, kind="person", first_name="Zoë", surname="Quintero", external_id="Q-1",
               contacts=[{"kind": "email", "value": " Zoe@Quintero.Example ", "name": "Zoë"}, {"kind": "phone", "value": "+44 20 7946 0900"}])
    path = f"/api/v1/staff/clients/{made['id']}"
    assert (made["kind"], made["name"], made["external_id"], made["imported"]) == ("person", "Zoë Quintero", "Q-1", False)
    assert [(contact["kind"], contact["value"]) for contact in made["contacts"]] == [("email", "zoe@quintero.example"), ("phone", "+44 20 7946 0900")]
    for said in ("zoe", "quin", "intero", "zoe quintero", "020 7946 0900", "Zoe@quintero"):
        assert find(manager, said) == ["Zoë Quintero"], said
    changed = manager.request("PATCH", path, json={"first_name": None, "surname": "Quintana"})
    assert (changed.status, changed.json()["name"]) == (200, "Quintana")
    assert find(manager, "zoe") == ["Quintana"]  # by the contact's name
    assert find(manager, "intero.ex") == ["Quintana"]
    assert manager.get(path).json() == changed.json()
    listed = manager.get("/api/v1/staff/clients?q=quintana").json()["items"][0]
    assert (listed["email"], listed["phone"], listed["members"], listed["sites"]) == ("zoe@quintero.example", "+44 20 7946 0900", 0, 0)


def test_contacts_and_sites_come_and_go(people, manager):
    made = add(manager, kind="organisation", organisation_name="Parts & Co")
    path = f"/api/v1/staff/clients/{made['id']}"
    site = manager.post(f"{path}/sites", json={"name": "Yard", "address": "1 Lane", "time_zone": "Europe/Madrid"})
    assert site.status == 201, site.text
    contact = manager.post(f"{path}/contacts", json={"kind": "phone", "value": "0912 345 678", "site_id": site.json()["id"]})
    assert (contact.status, contact.json()["site_id"]) == (201, site.json()["id"])
    assert find(manager, "912345") == ["Parts & Co"]
    of_contact, of_site = f"{path}/contacts/{contact.json()['id']}", f"{path}/sites/{site.json()['id']}"
    assert manager.delete(of_site).code == "in_use"
    assert manager.request("PATCH", of_contact, json={"value": "0912 345 679"}).json()["value"] == "0912 345 679"
    assert manager.request("PATCH", of_contact, json={"value": "now@mail.example"}).code == "invalid_field"
    assert manager.request("PATCH", of_site, json={"name": "Quay", "address": None}).json()["name"] == "Quay"
    assert manager.delete(of_contact).status == 204
    assert find(manager, "912345") == []
    assert manager.delete(of_site).status == 204
    body = manager.get(path).json()
    assert (body["contacts"], body["sites"]) == ([], [])
    assert manager.delete(of_site).code == manager.delete(of_contact).code == "not_found"
    done = [action for _, _, action in staff.activities(people, people.account_id) if action in MANAGER_CALLS]
    assert set(done[-7:]) == {"client_created", "site_created", "contact_created", "contact_changed", "site_changed", "contact_deleted", "site_deleted"}


WRONG = [
    ({}, "/kind"), ({"kind": "organisation"}, "/organisation_name"), ({"kind": "person"}, "/surname"), ({"kind": "house"}, "/kind"),
    ({"kind": "organisation", "organisation_name": "x" * 5001}, "/organisation_name"), ({"kind": "organisation", "organisation_name": "a\nb"}, "/organisation_name"),
    ({"kind": "organisation", "organisation_name": "A", "first_name": "B"}, "/first_name"), ({"kind": "person", "surname": "x" * 51}, "/surname"),
    ({"kind": "organisation", "organisation_name": "A", "external_id": "x" * 256}, "/external_id"),
    ({"kind": "organisation", "organisation_name": "A", "contacts": [{"kind": "email", "value": "nobody"}]}, "/contacts/0/value"),
    ({"kind": "organisation", "organisation_name": "A", "contacts": [{"kind": "phone", "value": "call me"}]}, "/contacts/0/value"),
    ({"kind": "organisation", "organisation_name": "A", "contacts": [{"kind": "phone", "value": "12345", "x": 1}]}, "/contacts/0/x"),
    ({"kind": "organisation", "organisation_name": "A", "contacts": [1]}, "/contacts/0"),
    ({"kind": "organisation", "organisation_name": "A", "contacts": [{"kind": "phone", "value": "12345"}] * 21}, "/contacts"),
    ({"kind": "organisation", "organisation_name": "A", "name": "B"}, "/name"),
]


@pytest.mark.parametrize("body, pointer", WRONG, ids=[f"{pointer} {number}" for number, (_, pointer) in enumerate(WRONG)])
def test_what_is_wrong_is_said_where(manager, body, pointer):
    answer = manager.post("/api/v1/staff/clients", json=body)
    assert answer.code == "invalid_field"
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_a_client_stays_what_it_is(people, manager):
    path = f"/api/v1/staff/clients/{add(manager, kind='organisation', organisation_name='Firm')['id']}"
    assert manager.request("PATCH", path, json={"surname": "Both"}).code == "invalid_field"
    assert manager.post(f"{path}/sites", json={"name": "Zone", "time_zone": "Mars/Olympus"}).code == "invalid_field"
    person = f"/api/v1/staff/clients/{add(manager, kind='person', surname='Solo')['id']}"
    assert manager.request("PATCH", person, json={"surname": None}).code == "invalid_field"
    add(manager, kind="organisation", organisation_name="First", external_id="same")
    assert manager.post("/api/v1/staff/clients", json={"kind": "organisation", "organisation_name": "Second", "external_id": "same"}).code == "conflict"
    assert manager.request("PATCH", path, json={"external_id": "same"}).code == "conflict"


def test_a_contact_is_taken_away_from_its_site(people, manager):
    made = add(manager, kind="organisation", organisation_name="Sited", contacts=[{"kind": "email", "value": "sited@mail.example"}])
    path = f"/api/v1/staff/clients/{made['id']}"
    site = manager.post(f"{path}/sites", json={"name": "Quay"}).json()["id"]
    contact = f"{path}/contacts/{made['contacts'][0]['id']}"
    assert manager.request("PATCH", contact, json={"site_id": site}).json()["site_id"] == site
    assert manager.request("PATCH", contact, json={"name": "Ann"}).json()["site_id"] == site, "what is left out stays"
    assert manager.request("PATCH", contact, json={"site_id": None}).json()["site_id"] is None
    assert manager.delete(f"{path}/sites/{site}").status == 204, "nobody stands at it any more"
    for wrong in ("x", "0", "-1", "99999999999999999999"):
        assert manager.request("PATCH", contact, json={"site_id": wrong}).code == "invalid_field"
    assert manager.request("PATCH", contact, json={"site_id": site}).status == 404


def test_what_another_system_owns_is_read_only_unless_the_account_says_otherwise(people, manager):
    made = add(manager, kind="organisation", organisation_name="Fed", contacts=[{"kind": "email", "value": "fed@mail.example"}])
    path = f"/api/v1/staff/clients/{made['id']}"
    site = manager.post(f"{path}/sites", json={"name": "Fed site"}).json()
    for table in ("client", "contact", "site"):
        people.rows(f"UPDATE portal.{table} SET imported = true WHERE client_id = %s", int(made["id"]))
    changes = [("PATCH", path, {"organisation_name": "Mine"}), ("PATCH", f"{path}/contacts/{made['contacts'][0]['id']}", {"value": "mine@mail.example"}),
               ("PATCH", f"{path}/sites/{site['id']}", {"name": "Mine"}), ("DELETE", f"{path}/sites/{site['id']}", None),
               ("DELETE", f"{path}/contacts/{made['contacts'][0]['id']}", None)]
    for method, target, body in changes:
        assert manager.request(method, target, json=body).code == "imported", target
    assert manager.get(path).json()["imported"] is True and manager.get(path).json()["may_edit_imported"] is False
    # What is added by hand is not the other system's.
    assert manager.post(f"{path}/contacts", json={"kind": "phone", "value": "020 7946 0123"}).status == 201
    people.rows("UPDATE portal.account SET staff_edit_imported = true WHERE account_id = %s", people.account_id)
    try:
        assert manager.get(path).json()["may_edit_imported"] is True
        for method, target, body in changes:
            assert manager.request(method, target, json=body).status in (200, 204), target
    finally:
        people.rows("UPDATE portal.account SET staff_edit_imported = false WHERE account_id = %s", people.account_id)


def test_pages_follow_each_other(people, manager):
    for number in range(7):
        add(manager, kind="organisation", organisation_name=f"Paging Xylo {number}", contacts=[{"kind": "email", "value": f"xylo{number}@xylo.example"}])
    for path in ("/api/v1/staff/clients?limit=3&q=xylo", "/api/v1/staff/clients?limit=50"):
        names, cursor = [], None
        while True:
            answer = manager.get(path + (f"&cursor={cursor}" if cursor else ""))
            assert answer.status == 200, answer.text
            names += [item["id"] for item in answer.json()["items"]]
            cursor = answer.json()["next_cursor"]
            if cursor is None:
                break
        assert len(names) == len(set(names))
        expected = 7 if "q=" in path else people.value("SELECT count(*) FROM portal.client WHERE account_id = %s", people.account_id)
        assert len(names) == expected
    cursor = manager.get("/api/v1/staff/clients?limit=3&q=xylo").json()["next_cursor"]
    assert manager.get(f"/api/v1/staff/clients?limit=3&q=xyl&cursor={cursor}").code == "invalid_cursor"


def test_what_a_search_costs_among_many_clients(servers, make_site):
    """A10: p99 below 50 ms at the edge on 100,000 clients with PORTAL_LONG; else half of the searches among 5,000, whatever else the machine does. Among them what
    all clients share, what many have but nobody together, and pages that come later. The control: a search that reads every token is seen to be slower."""
    many = 100_000 if os.environ.get("PORTAL_LONG") else 5_000
    site = make_site(demo=False, postgres_settings={"max_wal_size": "4GB"})
    world = World(site)
    try:
        world.wait_until_served()
        account = world.matrix
        world.rows("""
            INSERT INTO portal.client (account_id, kind, organisation_name)
            SELECT %s, 'organisation', initcap(translate(substr(md5(n::text), 1, 7), '0123456789', 'aeiounrstl')) || ' '
              || (ARRAY['Services', 'Hotels', 'Facilities', 'Norte', 'Catering', 'and Sons', 'Holdings', 'Works'])[1 + n %% 8] || ' ' || n
            FROM generate_series(1, %s) n""", account.account_id, many)
        world.rows("""
            INSERT INTO portal.contact (account_id, client_id, kind, value)
            SELECT account_id, client_id, k.kind, CASE k.kind WHEN 'email' THEN 'office@' || translate(substr(md5(client_id::text), 1, 9), '0123456789', 'aeiounrstl') || '.example'
              ELSE CASE client_id %% 2 WHEN 0 THEN '+44 20 ' || lpad((client_id %% 100000000)::text, 8, '7') ELSE '077' || lpad((client_id * 7919 %% 100000000)::text, 8, '0') END END
            FROM portal.client, (VALUES ('email'), ('phone')) k (kind) WHERE account_id = %s""", account.account_id)
        world.rows("ANALYZE")
        client = staff.signed_in(world, world.client(account), staff.add_staff(world, account.account_id, "viewer"))
        said = ["a", "s", "an", "so", "ser", "hotel", "facil", "ations", "office", "example", "4", "44", "077", "+44 20 7777", "020 7", "norte 12", "a s", "an so", "ae ex",
                "hotels 77", "catering office", "zz", "qqq zz", "works 1 a", "son hol", "7", "07", "77", "777", "7777777", "office example", "hotels works", "077 office", "0771 442",
                "77777 hotel", "office zqz", "a b c d e f g h", "9 8 7 6 5 4 3 2", "~"]
        times = []
        for turn in range(9):
            for words in said:
                cursor = None
                # Later pages where there are some, further down each time.
                for page in range(1 + turn // 3):
                    began = time.perf_counter()
                    answer = client.get(f"/api/v1/staff/clients?q={quote(words)}&limit=100" + (f"&cursor={cursor}" if cursor else ""))
                    took = time.perf_counter() - began
                    assert answer.status == 200, (words, answer.text)
                    if turn:
                        times.append((took, f"{words}, page {page + 1}"))
                    cursor = answer.json()["next_cursor"]
                    if cursor is None:
                        break
        times.sort()
        p99, worst = times[len(times) * 99 // 100][0], times[-1]
        print(f"{many} clients, {len(times)} searches: p50 {1000 * statistics.median(t for t, _ in times):.1f} ms, p99 {1000 * p99:.1f} ms, worst {1000 * worst[0]:.1f} ms ({worst[1]})")
        assert (p99 if os.environ.get("PORTAL_LONG") else statistics.median(t for t, _ in times)) < 0.05
        began = time.perf_counter()
        world.rows("SELECT count(*) FROM portal.client_search WHERE token LIKE '%%zq%%' OR token LIKE '%%qz%%'")
        assert time.perf_counter() - began > statistics.median(t for t, _ in times) / 2, "a search that reads every token took no longer"
    finally:
        world.close()
