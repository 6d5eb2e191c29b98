"""enter_member: what it refuses, and with which state the core is told."""

import psycopg2
import pytest
from named import sha256


@pytest.fixture
def both(stage):
    """As the maintenance role, which changes things, and as the module."""
    return stage("portal_maintenance"), stage("portal_edge")


def state_of(edge, who, **changes) -> str:
    """The SQLSTATE of entering; empty when it was let in."""
    values = {"account_id": who.account_id, "session_hash": who.session_hash, "membership_id": who.membership_id,
              "permissions": list(who.permissions), **changes}
    try:
        edge.run("enter_member", **values)
        return ""
    except psycopg2.Error as error:
        return error.pgcode


ENDINGS = [
    ("the session was ended", "update portal.session set ended_at = now() where membership_id = %(membership)s"),
    ("the session is too old", "update portal.session set created_at = now() - interval '91 days', expires_at = now() - interval '1 second' where membership_id = %(membership)s"),
    ("the session was idle", "update portal.session set last_used_at = now() - interval '14 days 1 second' where membership_id = %(membership)s"),
    ("the session is gone", "delete from portal.session where membership_id = %(membership)s"),
    ("the membership ended", "update portal.membership set state = 'ended', ended_at = now() where membership_id = %(membership)s"),
    ("the membership is only invited", "update portal.membership set state = 'invited' where membership_id = %(membership)s"),
    ("the member was removed", "update portal.member set state = 'removed', removed_at = now(), password_hash = null where member_id = %(member)s"),
    ("the member is locked", "update portal.member set state = 'locked' where member_id = %(member)s"),
    ("the account is suspended", "update portal.account set suspended_at = now() where account_id = %(account)s"),
]


@pytest.mark.parametrize("change", [change for _, change in ENDINGS], ids=[name for name, _ in ENDINGS])
def test_a_session_that_is_over_is_refused_at_once(both, world, change):
    maintenance, edge = both
    who = world.alex
    assert state_of(edge, who) == ""
    maintenance.rows(change, {"membership": who.membership_id, "member": who.member_id, "account": who.account_id})
    assert state_of(edge, who) == "PT401"
    # Somebody else goes on, unless it is the whole account.
    other = world.membership("lucia.fernandez@ribera.example.com", "Talleres Ribera S.L.")
    assert state_of(edge, other) == ""


@pytest.mark.parametrize("changes", [{"session_hash": sha256("unknown")}, {"session_hash": b""}, {"session_hash": b"short"}],
                         ids=["unknown", "empty", "short"])
def test_a_wrong_hash_is_no_session(edge, world, changes):
    assert state_of(edge, world.alex, **changes) == "PT401"


def test_a_session_is_good_in_its_own_account_only(edge, world):
    assert state_of(edge, world.alex, account_id=world.northside) == "PT401"


def test_another_membership_than_the_session_has_is_told_apart(edge, world):
    sam = world.membership("sam.reyes@acme.example.com", "Acme Facilities Ltd")
    other = world.membership("sam.reyes@acme.example.com", "Harbour Hotels Group")
    assert state_of(edge, sam, membership_id=other.membership_id) == "PT409"


def test_permissions_are_compared_as_a_set(edge, world):
    who = world.alex
    assert state_of(edge, who, permissions=list(reversed(who.permissions))) == ""


@pytest.mark.parametrize("permissions", [[], ["view_job_status"], ["view_job_status", "view_completed_jobs", "view_documents", "view_invoices"],
                                         ["view_job_status", "view_completed_jobs", "view_invoices"]],
                         ids=["none", "fewer", "more", "others"])
def test_other_permissions_than_the_worker_remembers_are_refused(edge, world, permissions):
    assert state_of(edge, world.alex, permissions=permissions) == "PT409"


def test_a_change_of_permissions_applies_to_the_next_segment(both, world):
    maintenance, edge = both
    who = world.alex
    maintenance.rows("update portal.membership set permissions = '{view_documents}' where membership_id = %s", (who.membership_id,))
    assert state_of(edge, who) == "PT409"
    edge.begin()
    edge.run("enter_member", account_id=who.account_id, session_hash=who.session_hash, membership_id=who.membership_id, permissions=["view_documents"])
    assert edge.rows("select job_id from portal.job") == []
    edge.rollback()


def test_a_refusal_leaves_nothing_to_read(edge, world):
    """Whatever runs after it in the same segment is aborted."""
    assert state_of(edge, world.alex, permissions=[]) == "PT409"
    with pytest.raises(psycopg2.errors.InFailedSqlTransaction):
        edge.rows("select job_id from portal.job")
    edge.connection.rollback()
    assert edge.rows("select job_id from portal.job") == []


def test_a_template_that_is_taken_out_hides_its_jobs_at_once(both, world):
    maintenance, edge = both
    who = world.alex

    def jobs() -> int:
        edge.begin()
        edge.enter_member(who)
        count = edge.value("select count(account_id) from portal.job")
        edge.rollback()
        return count

    before = jobs()
    maintenance.rows("delete from portal.portal_visible_template where job_template_id = (select min(job_template_id) from portal.portal_visible_template)")
    assert 0 < jobs() < before
    maintenance.rows("delete from portal.portal_visible_template")
    assert jobs() == 0


def test_last_use_is_due_after_five_minutes(both, world):
    maintenance, edge = both
    who = world.alex
    assert edge.enter_member(who) is False
    maintenance.rows("update portal.session set last_used_at = now() - interval '5 minutes 1 second' where membership_id = %s", (who.membership_id,))
    edge.begin()
    assert edge.enter_member(who) is True
    assert edge.count("touch_session", account_id=who.account_id, session_hash=who.session_hash) == 1
    assert edge.count("touch_session", account_id=who.account_id, session_hash=who.session_hash) == 0
    edge.commit()
    assert edge.enter_member(who) is False
    used = maintenance.rows("select last_used_at > now() - interval '1 minute' as used from portal.membership where membership_id = %s", (who.membership_id,))
    assert used == [{"used": True}]


def test_limits_of_idle_time_are_the_accounts(both, world):
    maintenance, edge = both
    who = world.alex
    maintenance.rows("update portal.session set last_used_at = now() - interval '3 days' where membership_id = %s", (who.membership_id,))
    assert state_of(edge, who) == ""
    maintenance.rows("update portal.account set session_idle_days = 2 where account_id = %s", (who.account_id,))
    assert state_of(edge, who) == "PT401"


@pytest.mark.parametrize("change, left", [
    ("expires_at = now() + interval '90 seconds'", 90),
    # Two weeks of the account without a use come before the absolute end.
    ("last_used_at = now() - interval '14 days' + interval '30 seconds'", 30),
    ("last_used_at = now() - interval '14 days' + interval '30 seconds', expires_at = now() + interval '20 seconds'", 20),
])
def test_entering_tells_how_long_the_session_opens_something(both, world, change, left):
    """So that nobody is answered from memory after that."""
    maintenance, edge = both
    who = world.alex
    maintenance.rows(f"update portal.session set {change} where membership_id = %s", (who.membership_id,))
    entered = edge.run("enter_member", account_id=who.account_id, session_hash=who.session_hash, membership_id=who.membership_id,
                       permissions=list(who.permissions))[0]
    assert entered["session_milliseconds"] == left * 1000
