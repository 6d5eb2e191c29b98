"""enter_key: what it refuses, and what a key that is let in may do."""

import psycopg2
import pytest
from named import sha256

KEY = sha256("a key")


@pytest.fixture
def both(stage):
    """As the maintenance role, which changes things, and as the module."""
    return stage("portal_maintenance"), stage("portal_edge")


@pytest.fixture
def key(both, world):
    """Of Brightwater, to import."""
    maintenance, _ = both
    return maintenance.value("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'a key', %s, '{import}') returning api_key_id",
                             (world.brightwater, KEY))


def state_of(edge, account: int, key_hash: bytes = KEY, scope: str = "import") -> str:
    """The SQLSTATE of entering; empty when it was let in."""
    try:
        edge.run("enter_key", account_id=account, key_hash=key_hash, scope=scope)
        return ""
    except psycopg2.Error as error:
        return error.pgcode


def test_a_key_is_good_for_its_account_and_its_scopes(both, world, key):
    _, edge = both
    assert state_of(edge, world.brightwater) == ""
    assert state_of(edge, world.northside) == "PT401"
    assert state_of(edge, world.brightwater, scope="invite") == "PT403"
    assert state_of(edge, world.brightwater, scope="") == "PT403"


@pytest.mark.parametrize("wrong", [sha256("another"), b"", b"short"])
def test_a_wrong_hash_is_no_key(both, world, key, wrong):
    assert state_of(both[1], world.brightwater, wrong) == "PT401"


@pytest.mark.parametrize("change", ["update portal.api_key set revoked_at = now()", "update portal.account set suspended_at = now()", "delete from portal.api_key"])
def test_a_key_that_is_over_is_refused_at_once(both, world, key, change):
    maintenance, edge = both
    assert state_of(edge, world.brightwater) == ""
    maintenance.rows(change)
    assert state_of(edge, world.brightwater) == "PT401"


def test_a_refused_key_leaves_no_context(both, world, key):
    _, edge = both
    assert state_of(edge, world.brightwater, scope="invite") == "PT403"
    assert edge.rows("select client_id from portal.client") == []


def test_last_use_is_due_every_five_minutes(both, world, key):
    maintenance, edge = both

    def touch() -> bool:
        return edge.run("enter_key", account_id=world.brightwater, key_hash=KEY, scope="import")[0]["touch"]
    assert touch() is True
    assert edge.count("touch_api_key", account_id=world.brightwater, key_hash=KEY) == 1
    assert touch() is False
    assert edge.count("touch_api_key", account_id=world.brightwater, key_hash=KEY) == 0
    maintenance.rows("update portal.api_key set last_used_at = now() - interval '5 minutes 1 second'")
    assert touch() is True


def test_a_key_sees_itself_and_no_other(both, world, key):
    maintenance, edge = both
    maintenance.rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'other', %s, '{import}')", (world.brightwater, sha256("other")))
    edge.run("enter_key", account_id=world.brightwater, key_hash=KEY, scope="import")
    assert edge.rows("select api_key_id from portal.api_key") == [{"api_key_id": key}]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        edge.rows("update portal.api_key set scopes = '{import,invite}'")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        edge.rows("update portal.api_key set revoked_at = now()")
    assert edge.rows("update portal.api_key set last_used_at = now() returning api_key_id") == [{"api_key_id": key}]


def test_a_key_to_import_sees_nothing_of_people(both, world, key):
    _, edge = both
    edge.run("enter_key", account_id=world.brightwater, key_hash=KEY, scope="import")
    assert edge.rows("select member_id from portal.member") == []
    assert edge.rows("select session_id from portal.session") == []
    assert edge.rows("select token_hash from portal.one_time_token") == []
    assert edge.value("select count(*) from (select distinct account_id from portal.client) a") == 1


def test_a_key_to_invite_writes_to_people_and_sees_nothing_of_their_work(both, world):
    maintenance, edge = both
    maintenance.rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'inviter', %s, '{invite}')", (world.brightwater, KEY))
    maintenance.rows("update portal.client set external_id = 'C-acme' where client_id = %s", (world.alex.client_id,))
    edge.run("enter_key", account_id=world.brightwater, key_hash=KEY, scope="invite")
    for table, column in (("job", "job_id"), ("document", "document_id"), ("session", "session_id"), ("site", "site_id"), ("client_search", "token")):
        assert edge.rows(f"select {column} from portal.{table}") == [], table
    for change in ("update portal.client set organisation_name = 'mine' returning client_id", "update portal.contact set value = 'mine@mail.example' where kind = 'email' returning contact_id"):
        assert edge.rows(change) == [], change
    for change in ("state = 'ended', ended_at = now()", "permissions = '{}'"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            edge.rows(f"update portal.membership set {change} where state = 'active'")
    link = {"token_hash": sha256("link"), "message_reference": "reference-of-a-key", "payload": b"sealed", "key_id": "k1"}
    asked = {"account_id": world.brightwater, "client": "C-acme", "content": '{"once": true, "email": "new@acme.example"}', **link}
    (outcome,) = edge.run("try_to_invite_by_external_id", **asked)
    assert outcome["outcome"] == "invited"
    again = {**asked, "content": '{"once": true, "email": "new@acme.example", "first_name": "Nobody", "surname": "Else", "job_title": "none", "phone": "+442079460100", "language": "es"}'}
    assert edge.run("try_to_invite_by_external_id", **{**again, **link, "token_hash": sha256("other"), "message_reference": "reference-of-two-"}) == [outcome]
    assert maintenance.rows("select first_name, surname, job_title, phone, language from portal.member where email = 'new@acme.example'") == [
        {"first_name": "", "surname": "", "job_title": None, "phone": None, "language": None}]
    assert maintenance.value("select count(*) from portal.outbox_message where recipient = 'new@acme.example'") == 1
    for wrong in ({"client": "nobody"}, {"contact": "nobody"}):
        (refused,) = edge.run("try_to_invite_by_external_id", **{**asked, "token_hash": sha256("third"), **wrong})
        assert refused["outcome"] == "not_found", wrong
    (known,) = edge.run("try_to_invite_by_external_id", **{**asked, "token_hash": sha256("fourth"), "content": f'{{"email": "{world.alex.email}"}}'})
    assert known["outcome"] == "already_member"


@pytest.mark.parametrize("change", [
    "update portal.membership set state = 'invited' where membership_id = %(membership_id)s",
    "update portal.membership set state = 'invited', permissions = '{}' where membership_id = %(membership_id)s",
    "update portal.member set state = 'invited' where member_id = %(member_id)s",
])
def test_a_key_that_invites_takes_nobody_back_to_being_invited(both, world, change):
    """It may lock who is there already; the policies of what it writes ask for nothing but the word `invited`."""
    maintenance, edge = both
    maintenance.rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'a key', %s, '{invite}')", (world.brightwater, KEY))
    edge.run("enter_key", account_id=world.brightwater, key_hash=KEY, scope="invite")
    who = {"membership_id": world.alex.membership_id, "member_id": world.alex.member_id}
    assert len(edge.rows("select membership_id from portal.membership where membership_id = %(membership_id)s for update", who)) == 1
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="invited again"):
        edge.rows(change, who)
    assert maintenance.value("select state from portal.membership where membership_id = %(membership_id)s", who) == "active"


def test_nor_somebody_who_is_locked(both, world):
    maintenance, edge = both
    maintenance.rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'a key', %s, '{invite}')", (world.brightwater, KEY))
    who = {"member_id": world.alex.member_id}
    maintenance.rows("update portal.member set state = 'locked' where member_id = %(member_id)s", who)
    edge.run("enter_key", account_id=world.brightwater, key_hash=KEY, scope="invite")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="invited again"):
        edge.rows("update portal.member set state = 'invited' where member_id = %(member_id)s", who)
    assert maintenance.value("select state from portal.member where member_id = %(member_id)s", who) == "locked"


def test_an_invitation_that_is_over_is_made_anew_with_new_names(both, world):
    maintenance, edge = both
    maintenance.rows("insert into portal.api_key (account_id, name, key_hash, scopes) values (%s, 'inviter', %s, '{invite}')", (world.brightwater, KEY))
    maintenance.rows("update portal.client set external_id = 'C-acme' where client_id = %s", (world.alex.client_id,))
    edge.run("enter_key", account_id=world.brightwater, key_hash=KEY, scope="invite")
    asked = {"account_id": world.brightwater, "client": "C-acme", "content": '{"once": true, "email": "new@acme.example", "first_name": "Ruht"}', "contact": None,
             "payload": b"sealed", "key_id": "k1"}
    (first,) = edge.run("try_to_invite_by_external_id", **asked, token_hash=sha256("link"), message_reference="reference-of-a-key")
    maintenance.rows("update portal.one_time_token set revoked_at = now(), revoked_reason = 'replaced' where token_hash = %s", (sha256("link"),))
    asked["content"] = '{"once": true, "email": "new@acme.example", "first_name": "Ruth", "phone": "+442079460100"}'
    (second,) = edge.run("try_to_invite_by_external_id", **asked, token_hash=sha256("other"), message_reference="reference-of-two-")
    assert second == first and second["outcome"] == "invited"
    assert maintenance.rows("select first_name, phone from portal.member where email = 'new@acme.example'") == [{"first_name": "Ruth", "phone": "+442079460100"}]
