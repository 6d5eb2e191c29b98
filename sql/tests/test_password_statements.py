"""Forgotten and changed passwords in the segments in which the module runs them (SECURITY R08, R12, R54)."""

import concurrent.futures
import itertools
import time

import psycopg2
import pytest
from named import sha256

ALEX = "alex.morgan@acme.example.com"
SAM = "sam.reyes@acme.example.com"
NEW_HASH = "$argon2id$chosen"
LINK = sha256("a link")
LIMITS = {"hour_maximum": 5, "day_maximum": 10}


class Forgotten:
    def __init__(self, stage, world):
        self.maintenance, self.edge, self.world = stage("portal_maintenance"), stage("portal_edge"), world
        self.account_id = world.brightwater
        self.who = world.alex

    def ask(self, email: str = ALEX, link: bytes = LINK, **values) -> int | None:
        edge, login = self.edge, sha256(email)
        edge.enter_anonymous(self.account_id, login)
        edge.run("note_password_reset", account_id=self.account_id, login_hash=login)
        rows = edge.run("create_password_reset", **{
            "account_id": self.account_id, "login_hash": login, "token_hash": link, "lifetime_seconds": 3600, "message_reference": link.hex()[:32],
            "payload": b"sealed", "key_id": "k1", **LIMITS, **values})
        return rows[0]["member_id"] if rows else None

    def claim(self, link: bytes = LINK) -> None:
        edge = self.edge
        edge.enter_anonymous(self.account_id, link)
        edge.run("lock_member", account_id=self.account_id, member_id=self.who.member_id)
        edge.run("claim_password_reset", account_id=self.account_id, token_hash=link, password_hash=NEW_HASH)
        edge.run("take_back_links", account_id=self.account_id, member_id=self.who.member_id)
        edge.run("end_sessions_of_member", account_id=self.account_id, member_id=self.who.member_id)

    def refused(self, link: bytes = LINK) -> str:
        with pytest.raises(psycopg2.Error) as raised:
            self.claim(link)
        return raised.value.pgcode

    def state(self, link: bytes = LINK) -> str | None:
        self.edge.enter_anonymous(self.account_id, link)
        rows = self.edge.run("look_up_password_reset", account_id=self.account_id, token_hash=link)
        return rows[0]["state"] if rows else None

    def value(self, text: str):
        return self.maintenance.value(text, {"account": self.account_id, "member": self.who.member_id, "link": LINK})

    def open_sessions(self) -> int:
        return self.value("select count(*) from portal.session where member_id = %(member)s and ended_at is null")

    def change(self, text: str) -> None:
        self.maintenance.rows(text, {"account": self.account_id, "member": self.who.member_id, "link": LINK})


@pytest.fixture
def forgotten(stage, world):
    return Forgotten(stage, world)


def test_a_link_and_its_message_are_made_for_the_active_member(forgotten):
    assert forgotten.ask() == forgotten.who.member_id
    assert forgotten.state() == "valid"
    assert forgotten.value("select recipient from portal.outbox_message where kind = 'password_reset'") == ALEX


NOBODY = ["nobody@example.com", "lee.stone@acme.example.com", "jo.lindqvist@acme.example.com", "lucia.fernandez@ribera.example.com"]


@pytest.mark.parametrize("email", NOBODY)
def test_for_anybody_else_only_the_request_is_noted(forgotten, email):
    assert forgotten.ask(email) is None
    assert forgotten.value("select count(*) from portal.outbox_message where kind = 'password_reset'") == 0
    assert forgotten.value("select count(*) from portal.one_time_token where purpose = 'password_reset'") == 0
    assert forgotten.value("select count(*) from portal.password_reset_request") == 1


def test_a_newer_link_takes_the_older_back(forgotten):
    forgotten.ask()
    forgotten.ask(link=sha256("another link"))
    assert (forgotten.state(), forgotten.state(sha256("another link"))) == ("replaced", "valid")
    assert forgotten.refused() == "PT412"


def test_over_the_limit_nothing_is_made_and_the_last_link_stays(forgotten):
    made = [forgotten.ask(link=sha256(f"link {number}")) for number in range(7)]
    assert made == [forgotten.who.member_id] * 5 + [None] * 2
    assert forgotten.state(sha256("link 4")) == "valid"
    age = "update portal.one_time_token set created_at = created_at - interval '{}' where purpose = 'password_reset'"
    forgotten.change(age.format("61 minutes"))
    made = [forgotten.ask(link=sha256(f"later {number}")) for number in range(7)]
    assert made == [forgotten.who.member_id] * 5 + [None] * 2, "what was refused does not count"
    forgotten.change(age.format("61 minutes"))
    assert forgotten.ask(link=sha256("too many in a day")) is None
    forgotten.change(age.format("23 hours"))
    assert forgotten.ask(link=sha256("tomorrow")) == forgotten.who.member_id


def test_requests_for_others_take_nothing_away(forgotten):
    """Anybody can find an address that shares the place of another, and ask for it without anyone being told."""
    place = sha256(ALEX)[:2]
    neighbour = next(email for email in (f"somebody{number}@example.com" for number in itertools.count()) if sha256(email)[:2] == place)
    for _ in range(12):
        assert forgotten.ask(neighbour) is None
    assert forgotten.ask() == forgotten.who.member_id


def test_the_claim_sets_the_password_and_ends_everything(forgotten):
    forgotten.ask()
    assert forgotten.open_sessions() > 0
    others = forgotten.value("select count(*) from portal.session where member_id <> %(member)s and ended_at is null")
    forgotten.claim()
    assert forgotten.value("select password_hash from portal.member where member_id = %(member)s") == NEW_HASH
    assert forgotten.open_sessions() == 0
    assert forgotten.value("select count(*) from portal.session where member_id <> %(member)s and ended_at is null") == others
    assert (forgotten.state(), forgotten.refused()) == ("used", "PT412")


STATES = [
    ("expired", "update portal.one_time_token set expires_at = now() - interval '1 second' where token_hash = %(link)s"),
    ("expired", "update portal.one_time_token set revoked_at = now(), revoked_reason = 'cancelled' where token_hash = %(link)s"),
    ("expired", "update portal.member set state = 'locked' where member_id = %(member)s"),
    ("replaced", "update portal.one_time_token set revoked_at = now(), revoked_reason = 'replaced' where token_hash = %(link)s"),
    ("used", "update portal.one_time_token set used_at = now() where token_hash = %(link)s"),
    (None, "update portal.one_time_token set purpose = 'email_change' where token_hash = %(link)s"),
]


@pytest.mark.parametrize("state, change", STATES, ids=[f"{state}-{number}" for number, (state, _) in enumerate(STATES)])
def test_a_link_that_is_no_longer_valid_says_why_and_cannot_be_claimed(forgotten, state, change):
    forgotten.ask()
    forgotten.change(change)
    before = forgotten.value("select password_hash from portal.member where member_id = %(member)s")
    assert (forgotten.state(), forgotten.refused()) == (state, "PT412")
    assert forgotten.value("select password_hash from portal.member where member_id = %(member)s") == before


def test_the_confirmation_of_the_only_address_stays(forgotten):
    """Somebody who was invited by text message has no other way to a login."""
    insert = """insert into portal.one_time_token (account_id, purpose, token_hash, member_id, address, expires_at)
                values (%(account)s, 'email_change', sha256('\\x01'), %(member)s, 'x@example.com', now() + interval '1 day')"""
    open_links = "select count(*) from portal.one_time_token where member_id = %(member)s and purpose = 'email_change' and revoked_at is null"
    forgotten.change(insert)
    edge, who = forgotten.edge, forgotten.who
    forgotten.change("update portal.member set email = null where member_id = %(member)s")
    edge.enter_member(who)
    edge.run("take_back_links", account_id=who.account_id, member_id=who.member_id)
    assert forgotten.value(open_links) == 1
    forgotten.change(f"update portal.member set email = '{ALEX}' where member_id = %(member)s")
    edge.enter_member(who)
    edge.run("take_back_links", account_id=who.account_id, member_id=who.member_id)
    assert forgotten.value(open_links) == 0


def test_only_the_address_that_waits_is_confirmed(forgotten):
    """A link to an address that was typed wrong lies with somebody else: it must not win after the right one was typed, or even confirmed."""
    edge, account_id = forgotten.edge, forgotten.account_id
    for address in ("wrong@example.com", "right@example.com"):
        forgotten.change(f"""insert into portal.one_time_token (account_id, purpose, token_hash, member_id, address, expires_at)
            values (%(account)s, 'email_change', sha256('{address}'), %(member)s, '{address}', now() + interval '1 day')""")

    def look_up(address: str) -> str:
        edge.enter_anonymous(account_id, sha256(address))
        (row,) = edge.run("look_up_email_change", account_id=account_id, token_hash=sha256(address))
        return row["state"]

    def claim(address: str) -> None:
        edge.enter_anonymous(account_id, sha256(address))
        edge.run("claim_email_change", account_id=account_id, token_hash=sha256(address))

    def refused(address: str) -> str:
        with pytest.raises(psycopg2.Error) as raised:
            claim(address)
        return raised.value.pgcode

    forgotten.change("update portal.member set pending_email = 'right@example.com' where member_id = %(member)s")
    assert (look_up("wrong@example.com"), look_up("right@example.com")) == ("replaced", "valid")
    assert refused("wrong@example.com") == "PT412"
    claim("right@example.com")
    assert forgotten.value("select email from portal.member where member_id = %(member)s") == "right@example.com"
    assert (look_up("wrong@example.com"), look_up("right@example.com")) == ("replaced", "used")
    assert refused("wrong@example.com") == "PT412"
    assert forgotten.value("select email from portal.member where member_id = %(member)s") == "right@example.com"


def test_a_change_compares_the_old_hash_and_keeps_one_session(forgotten):
    edge, who, maintenance = forgotten.edge, forgotten.who, forgotten.maintenance
    maintenance.rows("""insert into portal.session (account_id, token_hash, member_id, membership_id, expires_at)
        values (%s, %s, %s, %s, now() + interval '1 day')""", (who.account_id, sha256("another"), who.member_id, who.membership_id))
    old = forgotten.value("select password_hash from portal.member where member_id = %(member)s")
    edge.enter_member(who)
    values = {"account_id": who.account_id, "member_id": who.member_id, "new_password_hash": NEW_HASH}
    with pytest.raises(psycopg2.Error) as raised:
        edge.run("change_password", old_password_hash="$argon2id$another", **values)
    assert raised.value.pgcode == "PT412"
    edge.run("change_password", old_password_hash=old, **values)
    edge.run("end_sessions_of_member", account_id=who.account_id, member_id=who.member_id, kept=who.session_hash)
    edge.run("renew_session", account_id=who.account_id, session_hash=who.session_hash, new_session_hash=sha256("renewed"))
    left = maintenance.rows("select token_hash from portal.session where member_id = %s and ended_at is null", (who.member_id,))
    assert [bytes(row["token_hash"]) for row in left] == [sha256("renewed")]


# --- the second wall: raw statements without a condition of their own


def test_only_the_link_to_a_new_password_ends_sessions(forgotten):
    forgotten.ask()
    edge = forgotten.edge
    for lookup in (sha256(ALEX), sha256("activation 1"), sha256("nobody@example.com")):
        edge.enter_anonymous(forgotten.account_id, lookup)
        assert edge.rows("update portal.session set ended_at = now() where member_id is not null returning member_id") == []
    edge.enter_anonymous(forgotten.account_id, LINK)
    ended = edge.rows("update portal.session set ended_at = now() returning member_id")
    assert ended and {row["member_id"] for row in ended} == {forgotten.who.member_id}


def test_nobody_sets_somebody_elses_password(forgotten):
    forgotten.ask()
    edge, set_all = forgotten.edge, f"update portal.member set password_hash = '{NEW_HASH}' returning member_id"
    edge.enter_anonymous(forgotten.account_id, LINK)
    assert edge.rows(set_all) == [{"member_id": forgotten.who.member_id}]
    edge.enter_member(forgotten.world.membership(SAM, "Acme Facilities Ltd"))
    assert [row["member_id"] for row in edge.rows(set_all)] == [forgotten.world.membership(SAM, "Acme Facilities Ltd").member_id]
    edge.enter_anonymous(forgotten.world.northside, LINK)
    assert edge.rows(set_all) == []


def test_a_login_shows_only_links_to_a_new_password(forgotten):
    forgotten.ask()
    forgotten.change("""insert into portal.one_time_token (account_id, purpose, token_hash, member_id, address, expires_at)
                        values (%(account)s, 'email_change', sha256('\\x01'), %(member)s, 'x@example.com', now() + interval '1 day')""")
    edge = forgotten.edge
    for lookup, purposes in ((sha256(ALEX), ["password_reset"]), (sha256(SAM), []), (LINK, ["email_change", "password_reset"])):
        edge.enter_anonymous(forgotten.account_id, lookup)
        assert [row["purpose"] for row in edge.rows("select purpose from portal.one_time_token order by 1")] == purposes


@pytest.mark.parametrize("change", ["state = 'locked'", "state = 'invited', password_hash = null", "email = 'x@example.com'"])
def test_members_change_neither_their_state_nor_their_address(forgotten, change):
    forgotten.edge.enter_member(forgotten.who)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        forgotten.edge.rows(f"update portal.member set {change}")


def test_a_note_is_seen_by_whoever_names_the_login(forgotten):
    forgotten.ask()
    edge = forgotten.edge
    count = "select count(*) from portal.password_reset_request"
    for email, seen in ((ALEX, 1), (SAM, 0)):
        edge.enter_anonymous(forgotten.account_id, sha256(email))
        assert edge.value(count) == seen
    edge.enter_member(forgotten.who)
    assert edge.value(count) == 0


def test_a_new_link_waits_for_the_member_before_it_locks_links(clone, world):
    """Whoever changes a member's address holds the member and then takes the links: a request for a link that held them first would wait for the member."""
    member = world.alex.member_id
    changing, edge = clone("portal_maintenance"), clone("portal_edge")
    login = sha256(ALEX)
    of_request = {"account_id": world.brightwater, "login_hash": login}

    def ask(link: bytes) -> None:
        edge.enter_anonymous(world.brightwater, login)
        edge.run("note_password_reset", **of_request)
        edge.run("create_password_reset", **of_request, token_hash=link, lifetime_seconds=3600, message_reference=link.hex()[:32], payload=b"sealed",
                 key_id="k1", **LIMITS)

    edge.connection.autocommit = changing.connection.autocommit = False
    ask(LINK)
    edge.connection.commit()
    changing.rows("select from portal.member where member_id = %s for update", (member,))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, sha256("another link"))
        waiting = clone("postgres")
        deadline = time.monotonic() + 10
        while waiting.value("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 0:
            assert time.monotonic() < deadline and not asked.done()
            time.sleep(0.01)
        try:
            changing.rows("set local lock_timeout = '500ms'")
            changing.rows("update portal.one_time_token set revoked_at = now(), revoked_reason = 'cancelled' where member_id = %s and revoked_at is null"
                          " and used_at is null", (member,))
            changing.connection.commit()
        finally:
            changing.connection.rollback()
            asked.result()
