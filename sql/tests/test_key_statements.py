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
