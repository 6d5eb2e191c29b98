"""Looking up and claiming an invitation: one conditional statement decides (SECURITY R08, R09)."""

import threading
import time

import psycopg2
import pytest
from named import sha256

JO = "jo.lindqvist@acme.example.com"
NEW_HASH = "$argon2id$chosen"


class Invitation:
    """Jo's, in a copy of the demo data."""

    def __init__(self, connect, world):
        self.maintenance, self.edge = connect("portal_maintenance"), connect("portal_edge")
        self.row = world.invited[JO]
        self.account_id = world.brightwater
        self.token_hash = sha256(f"activation {self.row['membership_id']}")

    def change(self, text: str) -> None:
        self.maintenance.rows(text, {"membership": self.row["membership_id"], "member": self.row["member_id"], "account": self.account_id,
                                     "token": self.token_hash})

    def look_up(self) -> dict | None:
        self.edge.begin()
        self.edge.enter_anonymous(self.account_id, self.token_hash)
        rows = self.edge.run("look_up_activation", account_id=self.account_id, token_hash=self.token_hash)
        self.edge.rollback()
        return rows[0] if rows else None

    def claim(self, **values) -> dict:
        edge = self.edge
        edge.begin()
        try:
            edge.enter_anonymous(self.account_id, self.token_hash)
            [row] = edge.run("claim_activation", account_id=self.account_id, token_hash=self.token_hash,
                             **{"new_password_hash": NEW_HASH, "known_password_hash": None, **values})
            edge.commit()
            return row
        except psycopg2.Error:
            edge.rollback()
            raise

    def refused(self, **values) -> str:
        with pytest.raises(psycopg2.Error) as raised:
            self.claim(**values)
        return raised.value.pgcode

    def stored(self) -> dict:
        [row] = self.maintenance.rows("""
            select m.state as member, m.password_hash, m.pending_email, ms.state as membership, ms.activated_at is not null as activated,
              (select used_at is not null from portal.one_time_token t where t.account_id = m.account_id and t.token_hash = %s) as used
            from portal.member m join portal.membership ms using (account_id, member_id) where ms.membership_id = %s""",
            (self.token_hash, self.row["membership_id"]))
        return row


@pytest.fixture
def invitation(stage, world):
    return Invitation(stage, world)


UNTOUCHED = {"member": "invited", "password_hash": None, "pending_email": None, "membership": "invited", "activated": False, "used": False}
ACTIVATED = {"member": "active", "password_hash": NEW_HASH, "pending_email": None, "membership": "active", "activated": True, "used": True}


def test_looking_up_tells_what_the_page_needs_and_consumes_nothing(invitation):
    found = invitation.look_up()
    assert found == invitation.look_up()
    assert invitation.stored() == UNTOUCHED
    expected = {"state": "valid", "client_name": "Acme Facilities Ltd", "email": JO, "sent_to": JO, "has_login": False, "password_hash": None,
                "password_minimum_length": 12, "account_name": "Brightwater Services", "portal_name": "Brightwater", "first_name": "Jo",
                "surname": "Lindqvist", "language": "en", "member_id": invitation.row["member_id"], "client_id": invitation.row["client_id"]}
    assert {key: found[key] for key in expected} == expected


STATES = [
    ("expired", "update portal.one_time_token set expires_at = now() - interval '1 second' where token_hash = %(token)s"),
    ("replaced", "update portal.one_time_token set revoked_at = now(), revoked_reason = 'replaced' where token_hash = %(token)s"),
    ("cancelled", "update portal.one_time_token set revoked_at = now(), revoked_reason = 'cancelled' where token_hash = %(token)s"),
    ("cancelled", "update portal.membership set state = 'ended', ended_at = now() where membership_id = %(membership)s"),
    ("cancelled", "update portal.member set state = 'removed', removed_at = now() where member_id = %(member)s"),
    ("cancelled", "update portal.account set suspended_at = now() where account_id = %(account)s"),
    ("used", "update portal.one_time_token set used_at = now() where token_hash = %(token)s"),
]


@pytest.mark.parametrize("state, change", STATES, ids=[f"{state}-{number}" for number, (state, _) in enumerate(STATES)])
def test_a_link_that_is_no_longer_valid_says_why_and_cannot_be_claimed(invitation, state, change):
    invitation.change(change)
    before = invitation.stored()
    assert invitation.look_up()["state"] == state
    assert invitation.refused() == "PT412"
    assert invitation.stored() == before


def test_an_unknown_link_and_one_of_another_purpose_are_nothing(invitation):
    invitation.change("update portal.one_time_token set purpose = 'password_reset' where token_hash = %(token)s")
    assert invitation.look_up() is None
    assert invitation.refused() == "PT412"
    invitation.token_hash = sha256("unknown")
    assert invitation.look_up() is None
    assert invitation.refused() == "PT412"


def test_a_link_of_another_account_is_nothing(invitation, world):
    invitation.account_id = world.northside
    assert invitation.look_up() is None
    assert invitation.refused() == "PT412"


def test_claiming_does_everything_at_once_and_only_once(invitation):
    row = invitation.claim()
    assert (row["member_id"], row["membership_id"], row["client_id"]) == (
        invitation.row["member_id"], invitation.row["membership_id"], invitation.row["client_id"])
    assert row["permissions"] == ["view_job_status", "view_completed_jobs", "view_documents"]
    assert invitation.stored() == ACTIVATED
    assert invitation.look_up()["state"] == "used"
    assert invitation.refused(new_password_hash="$argon2id$thief") == "PT412"
    assert invitation.stored() == ACTIVATED


def test_a_session_begins_in_the_segment_of_the_claim(invitation):
    edge = invitation.edge
    edge.begin()
    edge.enter_anonymous(invitation.account_id, invitation.token_hash)
    [row] = edge.run("claim_activation", account_id=invitation.account_id, token_hash=invitation.token_hash, new_password_hash=NEW_HASH)
    assert edge.count("create_session", account_id=invitation.account_id, session_hash=sha256("new"), member_id=row["member_id"],
                      membership_id=row["membership_id"], password_hash=NEW_HASH, user_agent=None) == 1
    edge.run("enter_member", account_id=invitation.account_id, session_hash=sha256("new"), membership_id=row["membership_id"], permissions=row["permissions"])
    [session] = edge.run("load_session", account_id=invitation.account_id, session_hash=sha256("new"))
    assert session["email"] == JO
    assert edge.value("select count(account_id) from portal.job") > 20
    edge.commit()


def test_a_typed_address_waits_for_its_confirmation_and_the_login_stays(invitation):
    edge = invitation.edge
    edge.begin()
    edge.enter_anonymous(invitation.account_id, invitation.token_hash)
    [row] = edge.run("claim_activation", account_id=invitation.account_id, token_hash=invitation.token_hash, new_password_hash=NEW_HASH,
                     pending_email="jo@new.example.com")
    edge.run("create_token", account_id=invitation.account_id, purpose="email_change", token_hash=sha256("confirm"), member_id=row["member_id"],
             address="jo@new.example.com", lifetime_seconds=3600)
    edge.run("create_outbox_message", account_id=invitation.account_id, message_reference="reference-0123456", kind="email_confirmation",
             channel="email", recipient="jo@new.example.com", language="en", member_id=row["member_id"], payload=b"sealed", key_id="k1")
    edge.commit()
    assert invitation.stored() == {**ACTIVATED, "pending_email": "jo@new.example.com"}
    [stored] = invitation.maintenance.rows("""select m.email, t.purpose, t.expires_at - t.created_at = interval '1 hour' as hour, o.recipient
        from portal.member m join portal.one_time_token t using (account_id, member_id) join portal.outbox_message o using (account_id, member_id)
        where m.member_id = %s and t.token_hash = %s""", (row["member_id"], sha256("confirm")))
    assert stored == {"email": JO, "purpose": "email_change", "hour": True, "recipient": "jo@new.example.com"}


def test_existing_credentials_are_never_touched(invitation):
    """An address that has a login is joined with its own password."""
    invitation.change("update portal.member set state = 'active', password_hash = '$argon2id$existing' where member_id = %(member)s")
    found = invitation.look_up()
    assert (found["state"], found["has_login"], found["password_hash"]) == ("valid", True, "$argon2id$existing")
    # Somebody who did not look, or to whom the password was changed in between.
    assert invitation.refused() == "PT412"
    assert invitation.refused(known_password_hash="$argon2id$former") == "PT412"
    invitation.claim(known_password_hash="$argon2id$existing")
    assert invitation.stored() == {**ACTIVATED, "password_hash": "$argon2id$existing"}


def test_of_two_invitations_of_one_new_member_the_second_finds_the_password_of_the_first(clone, world, demo):
    """Both pages were open and said "choose a password"; the second claim must not sign in with a password that was not kept."""
    invitation = Invitation(clone, world)
    invitation.change("""insert into portal.membership (account_id, member_id, client_id)
        select %(account)s, %(member)s, client_id from portal.client where name = 'Harbour Hotels Group'""")
    invitation.change("""insert into portal.one_time_token (account_id, purpose, token_hash, member_id, membership_id, address, expires_at)
        select account_id, 'activation', sha256('second'), member_id, membership_id, 'x@example.com', now() + interval '1 day'
        from portal.membership where member_id = %(member)s and membership_id <> %(membership)s""")
    first = clone("portal_edge")
    first.begin()
    first.enter_anonymous(invitation.account_id, invitation.token_hash)
    first.run("claim_activation", account_id=invitation.account_id, token_hash=invitation.token_hash, new_password_hash=NEW_HASH)
    outcome = []

    def claim_second() -> None:
        edge = invitation.edge
        edge.begin()
        edge.enter_anonymous(invitation.account_id, sha256("second"))
        try:
            edge.run("claim_activation", account_id=invitation.account_id, token_hash=sha256("second"), new_password_hash="$argon2id$second")
            outcome.append("claimed")
        except psycopg2.Error as error:
            outcome.append(error.pgcode)
        edge.rollback()

    waiting = threading.Thread(target=claim_second)
    waiting.start()
    deadline = time.monotonic() + 10
    # Only a superuser is told what others wait for.
    while not demo.execute("select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = %s)", (clone.database,))[0][0]:
        assert waiting.is_alive() and time.monotonic() < deadline, "the second claim did not wait for the first"
    first.commit()
    waiting.join(10)
    assert outcome == ["PT412"]
    assert invitation.stored() == ACTIVATED


def test_of_a_hundred_at_once_one_wins(clone, world, demo):
    """All are connected and have entered before the first claims."""
    invitation = Invitation(clone, world)
    racers = 100
    outcomes: list[str] = []
    together = threading.Barrier(racers)

    def race(number: int, edge) -> None:
        edge.begin()
        edge.enter_anonymous(invitation.account_id, invitation.token_hash)
        together.wait(30)
        try:
            edge.run("claim_activation", account_id=invitation.account_id, token_hash=invitation.token_hash, new_password_hash=f"$argon2id${number}")
            edge.commit()
            outcomes.append(f"$argon2id${number}")
        except psycopg2.Error as error:
            outcomes.append(error.pgcode)
            edge.rollback()

    assert int(demo.execute("show max_connections")[0][0]) > racers + 10
    edges = [clone("portal_edge") for _ in range(racers)]
    threads = [threading.Thread(target=race, args=pair) for pair in enumerate(edges)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    winners = [outcome for outcome in outcomes if outcome != "PT412"]
    assert len(outcomes) == racers and len(winners) == 1
    assert invitation.stored() == {**ACTIVATED, "password_hash": winners[0]}


def test_the_race_is_noticed_when_the_condition_is_missing(invitation):
    """The control: a claim that does not ask whether the link was used succeeds twice."""
    text = "update portal.one_time_token set used_at = now() where token_hash = %(token)s returning 1"
    assert invitation.maintenance.rows(text, {"token": invitation.token_hash}) and invitation.maintenance.rows(text, {"token": invitation.token_hash})
    # As the module even this is refused the second time, by the policy.
    invitation.change("update portal.one_time_token set used_at = null where token_hash = %(token)s")
    edge = invitation.edge
    edge.begin()
    edge.enter_anonymous(invitation.account_id, invitation.token_hash)
    assert edge.rows("update portal.one_time_token set used_at = now() returning 1")
    assert edge.rows("update portal.one_time_token set used_at = now() returning 1") == []
    edge.rollback()
