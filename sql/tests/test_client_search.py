"""Staff find clients while they type (FEATURES A10): by any part of a name, an address or a number."""

import psycopg2
import pytest


@pytest.fixture
def found(stage, world):
    """Names of the clients that a search finds, all pages of it, in their order."""
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")

    def add(name: str, *contacts, person: bool = False) -> int:
        parts = name.rsplit(" ", 1) if person else []
        client_id = maintenance.value("""insert into portal.client (account_id, kind, organisation_name, first_name, surname) values (%s, %s, %s, %s, %s)
            returning client_id""", (world.northside, "person" if person else "organisation", None if person else name, *(parts or (None, None))))
        for value in contacts:
            maintenance.rows("insert into portal.contact (account_id, client_id, kind, value) values (%s, %s, %s, %s)",
                             (world.northside, client_id, "email" if "@" in value else "phone", value))
        return client_id

    def find(said: str, page: int = 100) -> list[str]:
        edge.enter_staff(world.staff_of("viewer", "northside"))
        names, after = [], {}
        while True:
            rows = edge.run("find_clients_of_staff", account_id=world.northside, q=said, row_limit=page, **after)
            names += [row["name"] for row in rows]
            if len(rows) < page:
                return names
            after = {"after_driver": rows[-1]["driver"], "after_place": rows[-1]["place"], "after_client_id": rows[-1]["client_id"]}
    find.add, find.maintenance = add, maintenance
    return find


@pytest.fixture
def people(found):
    for name, *contacts in (("José Núñez", "jose.nunez@sol.example", "+44 20 7946 0101"), ("Łukasz Øster", "020 7946 0202"),
                            ("Straße & Söhne GmbH", "info@strasse.example"), ("Route 66 Diner", "diner@route.example"), ("Ольга Петрова", "olga@example.ru"),
                            ("Banjo Repairs", "0034 912 345 678")):
        found.add(name, *contacts, person=name.count(" ") == 1 and "&" not in name and "Banjo" not in name)
    return found


FINDS = [
    ("jose", "José Núñez"), ("JOSÉ", "José Núñez"), ("nunez jos", "José Núñez"), ("úñ", "José Núñez"), ("z", "José Núñez"), ("lukasz", "Łukasz Øster"),
    ("oster", "Łukasz Øster"), ("STRASSE", "Straße & Söhne GmbH"), ("sohne", "Straße & Söhne GmbH"), ("olga", "Ольга Петрова"), ("ПЕТР", "Ольга Петрова"),
    ("nunez@sol", "José Núñez"), ("jose.nunez@sol.example", "José Núñez"), ("7946 0101", "José Núñez"), ("+442079460101", "José Núñez"),
    ("020 7946 0101", "José Núñez"), ("(020) 7946-0101", "José Núñez"), ("0044 20 7946 0101", "José Núñez"), ("+44 20 7946 0202", "Łukasz Øster"),
    ("+44 (0)20 7946 0202", "Łukasz Øster"), ("912345678", "Banjo Repairs"), ("+34 912 345 678", "Banjo Repairs"), ("66", "Route 66 Diner"), ("route 66", "Route 66 Diner"),
    ("0101 nunez", "José Núñez"), ("ban rep", "Banjo Repairs"), ("air", "Banjo Repairs"),
]


@pytest.mark.parametrize("said, name", FINDS, ids=[said for said, _ in FINDS])
def test_any_part_is_found(people, said, name):
    assert name in people(said)


@pytest.mark.parametrize("said", ["josez", "nunez banjo", "+44 20 7946 9999", "79460103", "...", "@", "--", "1" * 40, "jo%", "_"])
def test_what_nobody_has_is_not_found(people, said):
    assert set(people(said)) & {"José Núñez", "Łukasz Øster", "Banjo Repairs"} == ({"José Núñez", "Banjo Repairs"} if said == "jo%" else set())


def test_beginnings_of_words_come_first_and_everybody_once(people):
    assert people("jo")[0] == "José Núñez" and "Banjo Repairs" in people("jo")
    for said in ("jo", "e", "o", "n z", "s"):
        names = people(said)
        assert len(names) == len(set(names)), said
        assert people(said, page=1) == people(said, page=2) == names, said


def test_a_search_follows_what_changes(people):
    client_id = people.add("Quick Fox", "fox@quick.example")
    assert people("quick") == ["Quick Fox"]
    people.maintenance.rows("update portal.client set organisation_name = 'Slow Hound' where client_id = %s", (client_id,))
    assert people("fox") == ["Slow Hound"] and people("hound") == ["Slow Hound"]
    people.maintenance.rows("update portal.contact set value = 'hound@slow.example' where client_id = %s", (client_id,))
    assert people("fox") == []
    people.maintenance.rows("insert into portal.contact (account_id, client_id, kind, value, name) select account_id, client_id, 'phone', '0999 123', 'Vera' from portal.client where client_id = %s", (client_id,))
    assert people("vera") == people("0999123") == ["Slow Hound"]
    people.maintenance.rows("delete from portal.contact where client_id = %s", (client_id,))
    assert people("vera") == people("0999123") == [] and people("hound") == ["Slow Hound"]
    people.maintenance.rows("update portal.client set withdrawn_at = now() where client_id = %s", (client_id,))
    assert people("hound") == []


def test_the_longest_names_have_room(found):
    found.add("ñ" * 5000)
    found.add(" ".join(["w%04d" % number for number in range(800)]))
    assert len(found("n" * 32)) == 1 and len(found("w0000")) == 1


def test_nobody_else_finds_anything(stage, world):
    edge = stage("portal_edge")
    for enter in (lambda: edge.enter_member(world.alex), lambda: edge.enter_anonymous(world.brightwater), lambda: edge.enter_staff_visitor(world.brightwater)):
        enter()
        assert edge.run("find_clients_of_staff", account_id=world.brightwater, q="a", row_limit=10) == []
        assert edge.rows("select token from portal.client_search") == []
    edge.enter_staff(world.staff_of("owner"))
    assert edge.run("find_clients_of_staff", account_id=world.northside, q="a", row_limit=10) == []
    assert len(edge.run("find_clients_of_staff", account_id=world.brightwater, q="acme", row_limit=10)) == 1


CHANGES = [
    "insert into portal.client (account_id, kind, organisation_name) values (%(account)s, 'organisation', 'New')",
    "update portal.client set organisation_name = 'Other' where kind = 'organisation'",
    "insert into portal.contact (account_id, client_id, kind, value) select account_id, client_id, 'phone', '12345' from portal.client limit 1",
    "update portal.contact set value = '54321' where kind = 'phone'",
    "delete from portal.contact where contact_id not in (select contact_id from portal.membership where contact_id is not null)",
    "insert into portal.site (account_id, client_id, name) select account_id, client_id, 'New' from portal.client limit 1",
    "update portal.site set name = 'Other'",
    "insert into portal.client_search (account_id, token, client_id) select account_id, 'zzz', client_id from portal.client limit 1",
    "delete from portal.client_search",
]


@pytest.mark.parametrize("change", CHANGES)
def test_only_managers_change_clients_and_only_their_own(stage, world, change):
    edge, maintenance = stage("portal_edge"), stage("portal_maintenance")

    def changed() -> int:
        edge.begin()
        try:
            with edge.connection.cursor() as cursor:
                edge.execute(cursor, change, {"account": world.brightwater})
                return cursor.rowcount
        except psycopg2.errors.InsufficientPrivilege:
            return 0
        finally:
            edge.rollback()
    of_others = "select md5(string_agg(t::text, ',' order by t::text)) from portal.client t where account_id <> %s"
    before = maintenance.value(of_others, (world.brightwater,))
    for who, may in (("viewer", False), ("manager", True), ("owner", True)):
        edge.enter_staff(world.staff_of(who))
        assert bool(changed()) == may, who
    edge.enter_member(world.alex)
    assert changed() == 0
    assert maintenance.value(of_others, (world.brightwater,)) == before
