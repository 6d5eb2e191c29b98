"""The statements of sign-in, in the segments in which the module runs them."""

import psycopg2
import pytest
from named import sha256

ALEX = "alex.morgan@acme.example.com"
SAM = "sam.reyes@acme.example.com"
NEW = sha256("a new session")


def look_up(edge, account_id: int, email: str) -> list[dict]:
    edge.enter_anonymous(account_id, sha256(email))
    return edge.run("sign_in_lookup", account_id=account_id, login_hash=sha256(email))


def begin_session(edge, found: dict, account_id: int, email: str, **changes) -> int:
    edge.enter_anonymous(account_id, sha256(email))
    values = {"account_id": account_id, "session_hash": NEW, "member_id": found["member_id"], "membership_id": found["membership_id"],
              "password_hash": found["password_hash"], "user_agent": "Mozilla/5.0", **changes}
    return edge.count("create_session", **values)


def test_lookup_finds_the_login_and_where_to_begin(edge, world):
    who = world.alex
    assert look_up(edge, world.brightwater, ALEX) == [{
        "member_id": who.member_id, "state": "active", "password_hash": f"$argon2id$demo${who.member_id}", "membership_id": who.membership_id,
        "client_id": who.client_id, "permissions": list(who.permissions)}]


def test_the_same_address_is_another_login_in_another_account(edge, world):
    [here] = look_up(edge, world.brightwater, SAM)
    [there] = look_up(edge, world.northside, SAM)
    assert here["member_id"] != there["member_id"] and here["password_hash"] != there["password_hash"]
    assert look_up(edge, world.northside, ALEX) == []


def test_lookup_does_not_find_another_login_than_the_one_that_was_entered(edge, world):
    edge.enter_anonymous(world.brightwater, sha256(ALEX))
    assert edge.run("sign_in_lookup", account_id=world.brightwater, login_hash=sha256(SAM)) == []


def test_sign_in_begins_in_the_membership_used_last_else_the_oldest(stage, world):
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    acme, harbour = (world.membership(SAM, client) for client in ("Acme Facilities Ltd", "Harbour Hotels Group"))

    def begins_in() -> int | None:
        edge.begin()
        [found] = look_up(edge, world.brightwater, SAM)
        edge.rollback()
        return found["membership_id"]

    assert begins_in() == min(acme.membership_id, harbour.membership_id)
    maintenance.rows("update portal.membership set last_used_at = now() where membership_id = %s", (harbour.membership_id,))
    assert begins_in() == harbour.membership_id
    maintenance.rows("update portal.membership set state = 'ended', ended_at = now() where membership_id = %s", (harbour.membership_id,))
    assert begins_in() == acme.membership_id
    maintenance.rows("update portal.membership set state = 'ended', ended_at = now() where membership_id = %s", (acme.membership_id,))
    assert begins_in() is None


def test_removed_and_invited_members_have_no_password_to_verify(edge, world):
    for email, state in (("lee.stone@acme.example.com", "removed"), ("jo.lindqvist@acme.example.com", "invited")):
        [found] = look_up(edge, world.brightwater, email)
        assert (found["state"], found["password_hash"], found["membership_id"]) == (state, None, None)


def test_a_session_is_begun_entered_and_loaded_in_one_segment(edge, world):
    who = world.alex
    [found] = look_up(edge, world.brightwater, ALEX)
    assert begin_session(edge, found, world.brightwater, ALEX) == 1
    assert edge.count("record_sign_in", account_id=world.brightwater, member_id=who.member_id) == 1
    edge.run("enter_member", account_id=world.brightwater, session_hash=NEW, membership_id=who.membership_id, permissions=list(who.permissions))
    [session] = edge.run("load_session", account_id=world.brightwater, session_hash=NEW)
    assert {key: session[key] for key in session if key != "session_id"} == {
        "member_id": who.member_id, "email": ALEX, "email_change_pending": False, "first_name": "Alex", "surname": "Morgan", "language": None,
        "membership_id": who.membership_id, "client_id": who.client_id, "client_name": "Acme Facilities Ltd", "permissions": list(who.permissions)}
    [row] = edge.rows("select expires_at - created_at = interval '90 days' as absolute, user_agent from portal.session where token_hash = %s", (NEW,))
    assert row == {"absolute": True, "user_agent": "Mozilla/5.0"}


NOT_BEGUN = [
    ("the password changed meanwhile", "update portal.member set password_hash = '$argon2id$other' where member_id = %(member)s"),
    ("the member was removed", "update portal.member set state = 'removed', removed_at = now(), password_hash = null where member_id = %(member)s"),
    ("the member was locked", "update portal.member set state = 'locked' where member_id = %(member)s"),
    ("the membership ended", "update portal.membership set state = 'ended', ended_at = now() where membership_id = %(membership)s"),
    ("the account was suspended", "update portal.account set suspended_at = now() where account_id = %(account)s"),
]


@pytest.mark.parametrize("change", [change for _, change in NOT_BEGUN], ids=[name for name, _ in NOT_BEGUN])
def test_no_session_begins_when_something_changed_after_the_lookup(stage, world, change):
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    who = world.alex
    edge.begin()
    [found] = look_up(edge, world.brightwater, ALEX)
    edge.rollback()
    maintenance.rows(change, {"member": who.member_id, "membership": who.membership_id, "account": who.account_id})
    edge.begin()
    assert begin_session(edge, found, world.brightwater, ALEX) == 0
    with pytest.raises(psycopg2.Error) as raised:
        edge.run("enter_member", account_id=who.account_id, session_hash=NEW, membership_id=who.membership_id, permissions=list(who.permissions))
    assert raised.value.pgcode == "PT401"


def test_a_session_cannot_begin_in_somebody_elses_membership(edge, world):
    [found] = look_up(edge, world.brightwater, ALEX)
    other = world.membership("priya.nair@harbour.example.com", "Harbour Hotels Group")
    assert begin_session(edge, found, world.brightwater, ALEX, membership_id=other.membership_id) == 0
    assert begin_session(edge, found, world.brightwater, ALEX, member_id=other.member_id, membership_id=other.membership_id) == 0


def test_a_worker_that_does_not_know_a_session_loads_it(stage, world):
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    who = world.alex

    def load() -> list[dict]:
        edge.begin()
        edge.enter_anonymous(who.account_id, who.session_hash)
        rows = edge.run("load_session", account_id=who.account_id, session_hash=who.session_hash)
        edge.rollback()
        return rows

    assert [row["membership_id"] for row in load()] == [who.membership_id]
    for change in ("update portal.session set last_used_at = now() - interval '15 days'", "update portal.session set ended_at = now(), last_used_at = now()"):
        maintenance.rows(change)
        assert load() == []


def test_rehash_replaces_only_the_hash_that_was_verified(edge, world):
    who = world.alex
    edge.enter_anonymous(who.account_id, sha256(ALEX))
    values = {"account_id": who.account_id, "member_id": who.member_id, "new_password_hash": "$argon2id$new"}
    assert edge.count("rehash_password", old_password_hash="$argon2id$wrong", **values) == 0
    assert edge.count("rehash_password", old_password_hash=f"$argon2id$demo${who.member_id}", **values) == 1
    assert edge.count("rehash_password", old_password_hash=f"$argon2id$demo${who.member_id}", **values) == 0


@pytest.mark.parametrize("enter", ["member", "visitor"])
def test_a_session_ends_once(edge, world, enter):
    who = world.alex
    if enter == "member":
        edge.enter_member(who)
    else:
        edge.enter_anonymous(who.account_id, who.session_hash)
    values = {"account_id": who.account_id, "session_hash": who.session_hash}
    assert edge.count("end_session", **values) == 1
    assert edge.count("end_session", **values) == 0
    with pytest.raises(psycopg2.Error) as raised:
        edge.enter_member(who)
    assert raised.value.pgcode == "PT401"


def test_a_visitor_ends_no_session_but_its_own(edge, world):
    other = world.membership("lucia.fernandez@ribera.example.com", "Talleres Ribera S.L.")
    edge.enter_anonymous(world.brightwater, world.alex.session_hash)
    assert edge.count("end_session", account_id=other.account_id, session_hash=other.session_hash) == 0
    assert edge.count("end_session", account_id=world.brightwater, session_hash=world.membership(SAM, "Harbour Hotels Group").session_hash) == 0


def test_switching_gives_the_session_a_new_hash_and_the_old_one_is_dead(edge, world):
    acme, harbour = (world.membership(SAM, client) for client in ("Acme Facilities Ltd", "Harbour Hotels Group"))
    edge.enter_member(acme)
    assert [row["client_name"] for row in edge.run("list_memberships", account_id=acme.account_id, member_id=acme.member_id)] == [
        "Acme Facilities Ltd", "Harbour Hotels Group"]
    assert edge.run("switch_membership", account_id=acme.account_id, session_hash=acme.session_hash, new_session_hash=NEW,
                    membership_id=harbour.membership_id) == [{"membership_id": harbour.membership_id}]
    [session] = edge.run("load_session", account_id=acme.account_id, session_hash=NEW)
    assert (session["client_name"], session["member_id"]) == ("Harbour Hotels Group", acme.member_id)
    edge.run("enter_member", account_id=acme.account_id, session_hash=NEW, membership_id=harbour.membership_id, permissions=list(harbour.permissions))
    assert {row["client_id"] for row in edge.rows("select client_id from portal.job")} == {harbour.client_id}
    with pytest.raises(psycopg2.Error) as raised:
        edge.enter_member(acme)
    assert raised.value.pgcode == "PT401"


def test_switching_goes_to_ones_own_active_memberships_only(edge, world):
    acme = world.membership(SAM, "Acme Facilities Ltd")
    foreign = [world.alex.membership_id, world.membership(SAM, "Colegio Los Olmos").membership_id,
               world.invited["jo.lindqvist@acme.example.com"]["membership_id"], 999_999_999]
    for membership_id in foreign:
        edge.enter_member(acme)
        with pytest.raises(psycopg2.Error) as raised:
            edge.run("switch_membership", account_id=acme.account_id, session_hash=acme.session_hash, new_session_hash=NEW, membership_id=membership_id)
        assert raised.value.pgcode == "PT404"
        edge.connection.rollback()


def test_the_policies_alone_keep_a_session_in_ones_own_memberships(edge, world):
    edge.enter_member(world.alex)
    with pytest.raises(psycopg2.Error) as raised:
        edge.rows("update portal.session set membership_id = %s", (world.membership(SAM, "Harbour Hotels Group").membership_id,))
    assert raised.value.pgcode == "42501"


def test_the_hash_of_a_login_is_that_of_its_address_in_utf8(edge, world):
    for who in world.memberships:
        assert [row["member_id"] for row in look_up(edge, who.account_id, who.email)] == [who.member_id]
