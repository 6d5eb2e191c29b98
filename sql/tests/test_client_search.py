"""Staff find clients while they type (FEATURES A10): by any part of a name, an address or a number."""

import json
import random
import re

import psycopg2
import pytest
from named import PORTALCTL, call


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
        names, after, find.short_pages = [], {}, 0
        while True:
            rows = edge.run("find_clients_of_staff", account_id=world.northside, q=said, row_limit=page, **after)
            names += [row["name"] for row in rows if not row["goes_on"]]
            assert not any(row["goes_on"] for row in rows[:-1])
            goes_on = bool(rows) and rows[-1]["goes_on"]
            find.short_pages += goes_on
            if not goes_on and len(rows) < page:
                return names
            after = {f"after_{name}": rows[-1][name] for name in ("driver", "place", "client_id", "turn")}
    find.add, find.maintenance = add, maintenance
    return find


def tokens(name: str, contacts: list[str]) -> set[str]:
    """Words, and with a tilde their endings, as a model that has nothing in common with the one in SQL."""
    words = [(word, 1) for word in re.findall("[a-z0-9]+", name.lower())]
    for contact in contacts:
        words += [(word, 3) for word in (re.findall("[a-z0-9]+", contact) if "@" in contact else [re.sub("[^0-9]", "", contact)])]
    return {word for word, _ in words} | {"~" + word[start:] for word, shortest in words for start in range(1, len(word) - shortest + 1)}


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


def test_nobody_is_lost_and_nobody_comes_twice(found):
    """Names and numbers in which the same few letters and digits come again and again, against a model."""
    chance = random.Random(20)
    clients = {}
    for number in range(60):
        name = " ".join("".join(chance.choice("abx") for _ in range(chance.randint(1, 4))) for _ in range(chance.randint(1, 3))) + f" n{number}"
        contacts = ["".join(chance.choice("07") for _ in range(chance.randint(3, 9))), "".join(chance.choice("ab") for _ in range(3)) + "@xb.a7"][:chance.randint(0, 2)]
        clients[name] = tokens(name, contacts)
        found.add(name, *contacts)
    for said in ("a", "b", "x", "0", "7", "07", "77", "00", "ab", "bb", "xx", "abx", "077", "0077", "n1", "707", "70707", "a7", "xb"):
        forms = {said, said.lstrip("0") or said} if said.isdigit() else {said}
        expected = {name for name, having in clients.items() if any(token.removeprefix("~").startswith(form) for token in having for form in forms)}
        for page in (1, 2, 7, 100):
            names = [name for name in found(said, page=page) if name in clients]
            assert len(names) == len(set(names)) and set(names) == expected, (said, page)
    for said in ("a b", "ab x", "07 a", "x 77", "a b x", "n1 a", "bb 7"):
        names = found(said)
        assert all(found(said, page=page) == names for page in (1, 3)), said
        # Of the second word and those behind it any place in a word counts, also the last two characters of an address.
        one_by_one = [{name for name in found(word) if name in clients} for word in said.split()]
        says = {name: " ".join([name, *(token for token in having if token[0] != "~")]) for name, having in clients.items()}
        mine = {name for name in names if name in clients}
        assert set.intersection(*one_by_one) <= mine <= {name for name, text in says.items() if all(word in text or word.lstrip("0") in text for word in said.split())}, said


def test_a_search_that_finds_the_same_ones_again_and_again_ends_its_page(found, world):
    """All of these are found by 077; looking for the 77 inside finds them all once more."""
    found.maintenance.rows("""
        with made as (
          insert into portal.client (account_id, kind, organisation_name) select %s, 'organisation', 'Client ' || n from generate_series(1, 3000) n returning account_id, client_id
        )
        insert into portal.contact (account_id, client_id, kind, value) select account_id, client_id, 'phone', '0771' || lpad(client_id::text, 7, '0') from made""", (world.northside,))
    names = found("077", page=101)
    assert len(names) == len(set(names)) == 3000
    assert found.short_pages > 0


def test_what_is_plain_is_folded_as_what_is_not(found):
    plain = "".join(chr(code) for code in range(32, 127)) + " ABC abc 019"
    assert found.maintenance.value("select portal.fold(%s) || 'e' = portal.fold(%s)", (plain, plain + "É"))
    assert found.maintenance.value("select portal.search_text(%s, ' ') || ' e' = portal.search_text(%s, ' ')", (plain, plain + " É"))


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
    # Nothing of what is deleted stays behind.
    people.maintenance.rows("delete from portal.client where client_id = %s", (client_id,))
    assert people.maintenance.value("select count(*) from portal.client_search where client_id = %s", (client_id,)) == 0


def test_a_number_is_found_in_every_form_that_is_known(people):
    client_id = people.add("Deep Diver", "07700 900123")
    assert people("+44 7700 900123") == ["Deep Diver"] and "Deep Diver" not in people("4477009")
    people.maintenance.rows("update portal.contact set e164 = '+447700900123', national_number = '07700900123', phone_read_at = now() where client_id = %s", (client_id,))
    for said in ("4477009", "+44 77", "077", "77009", "0044 7700 900"):
        assert "Deep Diver" in people(said), said
    people.maintenance.rows("update portal.contact set value = '07700 900124' where client_id = %s", (client_id,))
    assert "Deep Diver" not in people("4477009")
    assert people.maintenance.value("select phone_read_at is null and e164 is null from portal.contact where client_id = %s", (client_id,))


def test_the_courier_reads_numbers_and_nothing_else_of_contacts(people, stage, world):
    """As portalctl courier does it: what it notes is found at once, and what it cannot read is not asked about again."""
    client_id = people.add("Deep Diver", "07700 900123", "deep@diver.example")
    people.maintenance.rows("insert into portal.contact (account_id, client_id, kind, value, name) values (%s, %s, 'phone', 'no number', 'Nameless')", (world.northside, client_id))
    courier = stage("portal_courier")
    assert {row["kind"] for row in courier.rows("select kind from portal.contact")} == {"phone"}
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        courier.rows("select name from portal.contact")
    with courier.connection.cursor() as cursor:
        courier.execute(cursor, call(courier.connection, PORTALCTL["take_phones"]), {"row_limit": 10_000})
        taken = cursor.fetchall()
        mine = [(account, contact) for account, contact, value, _ in taken if value in ("07700 900123", "no number")]
        numbers = [{"account_id": account, "contact_id": contact} for account, contact in mine]
        numbers[0] |= {"e164": "+447700900123", "national_number": "07700900123"}
        courier.execute(cursor, call(courier.connection, PORTALCTL["note_phones"]), {"numbers": json.dumps(numbers)})
        courier.execute(cursor, call(courier.connection, PORTALCTL["take_phones"]), {"row_limit": 10_000})
        assert len(cursor.fetchall()) == len(taken) - 2
    assert people("+44 77009") == people("077009") == ["Deep Diver"]


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
