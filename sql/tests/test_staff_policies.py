"""Staff: what a session opens, what each role may change with any statement at all, and that nobody acts in another's name."""

import psycopg2
import pytest
from named import sha256


def seen(edge, table: str) -> list[int]:
    return sorted(row["id"] for row in edge.rows(f"select {table}_id as id from portal.{table}"))


def rows_of(world, table: str, account_id: int, **conditions) -> list[int]:
    return sorted(row[f"{table}_id"] for row in world.tables[table]
                  if row["account_id"] == account_id and all(row[key] == value for key, value in conditions.items()))


@pytest.mark.parametrize("role", ["viewer", "manager", "owner"])
def test_staff_see_their_colleagues_and_the_activity_of_their_account(edge, world, role):
    who = world.staff_of(role)
    edge.enter_staff(who)
    assert seen(edge, "staff") == rows_of(world, "staff", who.account_id)
    assert seen(edge, "activity") == rows_of(world, "activity", who.account_id)
    sessions = rows_of(world, "staff_session", who.account_id, **({} if role == "owner" else {"staff_id": who.staff_id}))
    assert seen(edge, "staff_session") == sessions
    assert seen(edge, "staff_token") == rows_of(world, "staff_token", who.account_id, **({} if role == "owner" else {"staff_id": who.staff_id}))
    # Of members' sessions and links they see that they are there, to end them.
    assert seen(edge, "session") == rows_of(world, "session", who.account_id)
    assert seen(edge, "one_time_token") == rows_of(world, "one_time_token", who.account_id)


def test_a_visitor_of_the_staff_sees_whom_the_hash_names(edge, world):
    who = world.staff_of("manager")
    for lookup in (sha256(who.email), who.session_hash):
        edge.enter_staff_visitor(who.account_id, lookup)
        assert seen(edge, "staff") == [who.staff_id]
        assert seen(edge, "activity") == []
        edge.enter_staff_visitor(world.northside, lookup)
        assert seen(edge, "staff") == seen(edge, "staff_session") == []
    # The hashes of members are no hashes of staff, and the other way round.
    edge.enter_staff_visitor(who.account_id, world.alex.session_hash)
    assert seen(edge, "staff") == [] and edge.rows("select session_id from portal.session") == []
    edge.enter_anonymous(who.account_id, who.session_hash)
    assert seen(edge, "staff") == [] and edge.rows("select member_id from portal.member") == []


def state_of(edge, who, **changes) -> str:
    try:
        edge.run("enter_staff", **{"account_id": who.account_id, "session_hash": who.session_hash, "role": who.role, **changes})
        return ""
    except psycopg2.Error as error:
        return error.pgcode


ENDINGS = [
    ("ended", "update portal.staff_session set ended_at = now() where staff_id = %(staff)s", "PT401"),
    ("too old", "update portal.staff_session set created_at = now() - interval '8 days', expires_at = now() - interval '1 second' where staff_id = %(staff)s", "PT401"),
    ("idle", "update portal.staff_session set last_used_at = now() - interval '12 hours 1 second' where staff_id = %(staff)s", "PT401"),
    ("removed", "update portal.staff set state = 'removed', removed_at = now(), password_hash = null where staff_id = %(staff)s", "PT401"),
    ("suspended", "update portal.account set suspended_at = now() where account_id = %(account)s", "PT401"),
    ("another role", "update portal.staff set role = 'viewer' where staff_id = %(staff)s", "PT409"),
]


@pytest.mark.parametrize("change, state", [ending[1:] for ending in ENDINGS], ids=[ending[0] for ending in ENDINGS])
def test_a_session_that_is_over_is_refused_at_once(stage, world, change, state):
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    who = world.staff_of("owner")
    assert state_of(edge, who) == ""
    maintenance.rows(change, {"staff": who.staff_id, "account": who.account_id})
    assert state_of(edge, who) == state


def test_a_wrong_hash_or_account_is_no_session(edge, world):
    who = world.staff_of("owner")
    for changes in ({"session_hash": sha256("unknown")}, {"session_hash": b""}, {"account_id": world.northside}, {"session_hash": world.alex.session_hash}):
        assert state_of(edge, who, **changes) == "PT401"
        edge.connection.rollback()


def test_limits_of_idle_time_are_the_accounts(stage, world):
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    who = world.staff_of("viewer")
    maintenance.rows("update portal.staff_session set last_used_at = now() - interval '11 hours'")
    assert state_of(edge, who) == ""
    maintenance.rows("update portal.account set staff_session_idle_hours = 8")
    assert state_of(edge, who) == "PT401"


def refused(edge, statement: str, parameters=None) -> bool:
    edge.rows("savepoint before")
    try:
        edge.rows(statement, parameters)
        return False
    except psycopg2.errors.InsufficientPrivilege:
        return True
    finally:
        edge.rows("rollback to before")


ONLY_OWNERS = [
    "update portal.staff set role = 'viewer' where role = 'manager' and account_id = %(account)s returning staff_id",
    "update portal.staff set state = 'removed', removed_at = now(), password_hash = null where role = 'manager' returning staff_id",
    "update portal.staff_session set ended_at = now() where staff_id <> %(self)s returning staff_id",
    "insert into portal.staff (account_id, email, role) values (%(account)s, 'new@example.com', 'viewer') returning staff_id",
    """insert into portal.staff_token (account_id, purpose, token_hash, staff_id, address, expires_at)
       values (%(account)s, 'activation', sha256('x'), %(self)s, 'x@example.com', now() + interval '1 day') returning staff_token_id""",
]


@pytest.mark.parametrize("statement", ONLY_OWNERS)
def test_only_owners_decide_about_staff(edge, world, statement):
    for role in ("viewer", "manager", "owner"):
        who = world.staff_of(role)
        edge.enter_staff(who)
        # Of somebody who is no manager oneself.
        text = statement.replace("role = 'manager'", "role = 'manager' and staff_id <> %(self)s") if role == "manager" else statement
        parameters = {"account": who.account_id, "self": who.staff_id}
        done = not refused(edge, text, parameters) and bool(edge.rows(text, parameters))
        assert done == (role == "owner"), role
        edge.connection.rollback()


def test_nobody_raises_the_own_role_or_chooses_another_ones_password(edge, world):
    for role in ("viewer", "manager"):
        who = world.staff_of(role)
        edge.enter_staff(who)
        assert refused(edge, "update portal.staff set role = 'owner' where staff_id = %s", (who.staff_id,))
        assert not refused(edge, "update portal.staff set first_name = 'New' where staff_id = %s", (who.staff_id,))
    edge.enter_staff(world.staff_of("owner"))
    assert refused(edge, "update portal.staff set password_hash = '$argon2id$mine' where role = 'manager'")
    edge.enter_staff_visitor(world.brightwater, sha256(world.staff_of("owner").email))
    assert refused(edge, "update portal.staff set password_hash = '$argon2id$mine'"), "an address is no proof"
    assert refused(edge, "update portal.staff set role = 'viewer'")


def test_a_link_activates_the_one_it_names(edge, world):
    invited = world.staff["invited@brightwater.example.com"]
    edge.enter_staff_visitor(invited.account_id, sha256(f"staff activation {invited.staff_id}"))
    assert edge.run("claim_staff_activation", account_id=invited.account_id, token_hash=sha256(f"staff activation {invited.staff_id}"),
                    password_hash="$argon2id$new") == [{"staff_id": invited.staff_id}]
    assert refused(edge, "update portal.staff set role = 'owner'")
    with pytest.raises(psycopg2.Error) as again:
        edge.run("claim_staff_activation", account_id=invited.account_id, token_hash=sha256(f"staff activation {invited.staff_id}"), password_hash="$argon2id$two")
    assert again.value.pgcode == "PT412"


def test_everybody_stands_in_the_activity_as_oneself(edge, world):
    def record(**more):
        edge.run("record_activity", **{"account_id": world.brightwater, "action": "settings_changed", "details": '{"before": 1}', **more})

    def last() -> tuple:
        # As the superuser would see it: readers are staff.
        owner = world.staff_of("owner")
        edge.enter_staff(owner)
        (row,) = edge.rows("select actor_kind, staff_id, member_id from portal.activity order by activity_id desc limit 1")
        return tuple(row.values())
    manager = world.staff_of("manager")
    edge.enter_staff(manager)
    record()
    assert last() == ("staff", manager.staff_id, None)
    edge.enter_member(world.alex)
    record(action="document_opened")
    assert edge.rows("select activity_id from portal.activity") == []
    assert last() == ("member", None, world.alex.member_id)
    edge.enter_staff(manager)
    for column in ("staff_id", "member_id"):
        assert refused(edge, f"insert into portal.activity (account_id, actor_kind, action, {column}) values (%s, 'staff', 'x_y', %s)",
                       (world.brightwater, world.staff_of("owner").staff_id))
    assert refused(edge, "insert into portal.activity (account_id, actor_kind, staff_id, action) values (%s, 'member', %s, 'x_y')",
                   (world.brightwater, manager.staff_id))
    assert refused(edge, "insert into portal.activity (account_id, actor_kind, staff_id, action) values (%s, 'staff', %s, 'x_y')",
                   (world.northside, manager.staff_id))
    assert refused(edge, "update portal.activity set action = 'nothing'") and refused(edge, "delete from portal.activity")


def test_a_member_sends_no_mail_as_staff(edge, world):
    edge.enter_member(world.alex)
    assert refused(edge, """insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, payload, key_id)
        values (%s, 'reference-0123456', 'staff_invitation', 'email', 'x@example.com', 'en', %s, 'x', 'k1')""", (world.brightwater, world.staff_of("owner").staff_id))


def test_an_address_that_waits_is_all_that_staff_choose_for_a_member(stage, world):
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    alex, manager = world.alex, world.staff_of("manager")
    numbers = {"account": alex.account_id, "member": alex.member_id}
    mend = "update portal.member set pending_email = 'thief@mail.example' where member_id = %(member)s"
    link = """insert into portal.one_time_token (account_id, purpose, token_hash, member_id, address, expires_at)
        values (%(account)s, 'email_change', sha256('x'), %(member)s, 'typed@mail.example', now() + interval '1 day')"""
    mail = """insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, payload, key_id)
        values (%(account)s, 'reference-0123456', 'email_confirmation', 'email', 'typed@mail.example', 'en', %(member)s, 'x', 'k1')"""
    waits, has_no_other = "pending_email = 'typed@mail.example'", "email = null"
    for state, may_mend, may_send in (("", False, False), (waits, False, True), (has_no_other, False, False), (f"{waits}, {has_no_other}", True, True)):
        maintenance.rows("savepoint untouched")
        if state:
            maintenance.rows(f"update portal.member set {state} where member_id = %(member)s", numbers)
        edge.enter_staff(manager)
        assert refused(edge, mend, numbers) != may_mend, state
        assert refused(edge, link, numbers) == refused(edge, mail, numbers) != may_send, state
        assert refused(edge, "update portal.member set email = 'thief@mail.example' where member_id = %(member)s", numbers), state
        edge.enter_staff(world.staff_of("viewer"))
        assert refused(edge, link, numbers) and refused(edge, mail, numbers), state
        maintenance.rows("rollback to untouched")


ONLY_MANAGERS = [
    "update portal.portal set name = 'New' returning account_id", "update portal.account set invitation_days = 3 returning account_id",
    "delete from portal.portal_visible_template returning account_id", "delete from portal.portal_visible_field returning account_id",
    """insert into portal.portal_visible_field (account_id, job_field_id) select account_id, job_field_id from portal.job_field f
       where not exists (select from portal.portal_visible_field v where v.job_field_id = f.job_field_id) limit 1 returning account_id""",
]


@pytest.mark.parametrize("statement", ONLY_MANAGERS)
def test_managers_change_the_settings_of_their_account_and_viewers_read_them(edge, world, statement):
    for role in ("viewer", "manager", "owner"):
        who = world.staff_of(role)
        edge.enter_staff(who)
        assert {row["account_id"] for row in edge.rows("select account_id from portal.job_field")} == {who.account_id}
        changed = set() if refused(edge, statement) else {row["account_id"] for row in edge.rows(statement)}
        assert changed == (set() if role == "viewer" else {who.account_id}), role
        edge.connection.rollback()
    for enter in (lambda: edge.enter_member(world.alex), lambda: edge.enter_anonymous(world.brightwater),
                  lambda: edge.enter_staff_visitor(world.brightwater, world.staff_of("owner").session_hash)):
        enter()
        assert refused(edge, statement) or edge.rows(statement) == []
        edge.connection.rollback()


def test_whoever_looks_as_a_member_sees_what_the_member_sees_and_changes_nothing(stage, world):
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    who, member = world.staff_of("manager"), world.alex
    arguments = {"account_id": who.account_id, "session_hash": who.session_hash, "role": who.role, "membership_id": member.membership_id,
                 "permissions": list(member.permissions)}
    with pytest.raises(psycopg2.Error) as refusal:
        edge.run("enter_preview", **arguments)
    assert refusal.value.pgcode == "PT404"
    maintenance.rows("insert into portal.staff_view (account_id, staff_id, membership_id, reason) values (%s, %s, %s, 'For a test')",
                     (who.account_id, who.staff_id, member.membership_id))
    jobs = "select job_id from portal.job order by 1"
    edge.enter_member(member)
    expected = edge.rows(jobs)
    assert edge.run("enter_preview", **arguments) == [{"touch": False, "context": who.account_id}]
    assert edge.rows(jobs) == expected and expected
    assert edge.rows("select staff_id from portal.staff") == [] and edge.value("select current_setting('transaction_read_only')") == "on"


def test_only_owners_say_how_mail_leaves_and_nobody_reads_the_password(edge, world):
    write = "insert into portal.mail_setting (account_id, smtp_host, smtp_port, smtp_security, smtp_set_by) values (%s, 'smtp.example', 587, 'starttls', 'staff')"
    for role in ("viewer", "manager"):
        who = world.staff_of(role)
        edge.enter_staff(who)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            edge.rows(write, (who.account_id,))
        edge.connection.rollback()
    owner = world.staff_of("owner")
    edge.enter_staff(owner)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        edge.rows(write, (world.northside,))
    edge.connection.rollback()
    edge.enter_staff(owner)
    edge.rows(write, (owner.account_id,))
    assert edge.rows("select smtp_host from portal.mail_setting")[0]["smtp_host"] == "smtp.example"
    for column in ("smtp_password", "smtp_password_key_id"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            edge.rows(f"select {column} from portal.mail_setting")
        edge.connection.rollback()
