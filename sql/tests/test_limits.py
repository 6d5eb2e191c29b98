"""What the schema itself refuses (FEATURES.md, vocabulary and limits): the longest value is taken, one more is not."""

import psycopg2
import pytest

JOB = "update portal.job set {} where job_id = (select min(job_id) from portal.job)"
CLIENT = "update portal.client set {} where client_id = (select min(client_id) from portal.client where kind = 'organisation')"
PERSON = "update portal.client set {} where kind = 'person'"
SITE = "update portal.site set {} where site_id = (select min(site_id) from portal.site)"
MEMBER = "update portal.member set {} where email = 'alex.morgan@acme.example.com'"
FILE = "update portal.job_file set {} where job_file_id = (select min(job_file_id) from portal.job_file where type = 'photo' and position = 1)"
FIELD = "update portal.job_field set {} where job_field_id = (select min(job_field_id) from portal.job_field where type = 'pick_list')"
INVOICE = "update portal.invoice set {} where invoice_id = (select min(invoice_id) from portal.invoice where content_hash is not null)"
QUOTE = "update portal.quote set {} where quote_id = (select min(quote_id) from portal.quote where content_hash is not null)"
DECISION = "update portal.quote_decision set {} where quote_decision_id = (select min(quote_decision_id) from portal.quote_decision where decision <> 'accepted')"
PORTAL = "update portal.portal set {} where account_id = (select min(account_id) from portal.portal)"


@pytest.fixture
def maintenance(stage):
    return stage("portal_maintenance")


LENGTHS = [(JOB, "description", 15000), (CLIENT, "organisation_name", 5000), (PERSON, "first_name", 50), (PERSON, "surname", 50), (SITE, "name", 300),
           (JOB, "entrance", 50), (JOB, "floor", 50), (JOB, "external_id", 255), (JOB, "reference", 255), (JOB, "address", 1000),
           (JOB, "resolution_note", 5000), (MEMBER, "first_name", 50), (MEMBER, "job_title", 100), (FILE, "name", 255), (PORTAL, "name", 300),
           (INVOICE, "number", 50), (INVOICE, "title", 300), (INVOICE, "external_id", 255),
           (QUOTE, "number", 50), (QUOTE, "title", 300), (QUOTE, "description", 15000), (QUOTE, "external_id", 255), (DECISION, "reason", 2000), (DECISION, "decided_by", 101)]


@pytest.mark.parametrize("update, column, longest", LENGTHS, ids=[f"{column}-{longest}" for _, column, longest in LENGTHS])
def test_lengths_are_counted_in_characters(maintenance, update, column, longest):
    maintenance.rows(update.format(f"{column} = repeat('ñ', {longest})"))
    with pytest.raises(psycopg2.errors.CheckViolation):
        maintenance.rows(update.format(f"{column} = repeat('ñ', {longest + 1})"))


REFUSED = [
    (JOB, "status = 'done'"), (JOB, "scheduled_at = 'infinity'"), (JOB, "latitude = 91, longitude = 0"), (JOB, "latitude = 1, longitude = null"),
    (JOB, "custom_values = '[]'"), (JOB, "report_values = '1'"), (JOB, "number = 0"), (JOB, "duration_minutes = 0"),
    (JOB, "worker_id = (select min(worker_id) from portal.worker), team_id = (select min(team_id) from portal.team)"),
    (JOB, "status = 'started', resolution_id = (select min(resolution_id) from portal.resolution)"),
    (CLIENT, "organisation_name = null"), (CLIENT, "surname = 'Both'"), (PERSON, "first_name = null, surname = null"),
    (MEMBER, "email = 'Alex@acme.example.com'"), (MEMBER, "email = 'alex'"), (MEMBER, "email = 'a b@example.com'"), (MEMBER, "password_hash = 'plain'"),
    (MEMBER, "state = 'removed'"), (MEMBER, "language = 'fr'"), (MEMBER, "first_name = null"),
    (FILE, "position = 11"), (FILE, "size_bytes = -1"), (FILE, "content_hash = 'short'"), (FILE, "media_type = 'no type'"),
    (INVOICE, "number = ''"), (INVOICE, "number = e'a\\nb'"), (INVOICE, "title = e'a\\nb'"), (INVOICE, "currency = 'eur'"), (INVOICE, "total_minor = -1, paid_minor = 0"),
    (INVOICE, "total_minor = 1000000000000001"), (INVOICE, "paid_minor = total_minor + 1"), (INVOICE, "paid_minor = -1"), (INVOICE, "issued_on = 'infinity'"),
    (INVOICE, "due_on = 'infinity'"), (INVOICE, "size_bytes = 9, content_hash = null"), (INVOICE, "content_hash = 'short'"),
    (QUOTE, "number = ''"), (QUOTE, "number = e'a\\nb'"), (QUOTE, "title = e'a\\nb'"), (QUOTE, "description = ''"), (QUOTE, "currency = 'eur'"), (QUOTE, "total_minor = -1"),
    (QUOTE, "total_minor = 1000000000000001"), (QUOTE, "issued_on = 'infinity'"), (QUOTE, "valid_until = 'infinity'"), (QUOTE, "size_bytes = 9, content_hash = null"),
    (QUOTE, "content_hash = 'short'"), (DECISION, "decision = 'accepted too'"), (DECISION, "reason = null"), (DECISION, "reason = ''"), (DECISION, "decided_by = e'a\\nb'"),
    (DECISION, "method = 'dream'"), (DECISION, "method = 'phone'"), (DECISION, "membership_id = null"),
    (FIELD, "options = null"), (FIELD, "options = '[]'"), (FIELD, "type = 'text'"), (FIELD, "key = 'Upper'"),
    (PORTAL, "accent_colour = 'red'"), (PORTAL, "privacy_url = 'javascript:alert(1)'"), (PORTAL, "languages = '{}'"), (PORTAL, "languages = '{fr}'"),
    (PORTAL, "languages = '{es}', default_language = 'en'"), (PORTAL, "logo_width = 100"),
    ("update portal.membership set {}", "permissions = '{everything}'"), ("update portal.membership set {}", "permissions = array[null]::text[]"),
    ("update portal.membership set {} where state = 'active'", "state = 'ended'"),
    ("update portal.account set {}", "password_minimum_length = 7"), ("update portal.account set {}", "password_minimum_length = 65"),
    ("update portal.account_host set {}", "host = 'Upper.example.com'"), ("update portal.account_host set {}", "origin = 'https://host/path'"),
    ("update portal.session set {}", "token_hash = 'short'"), ("update portal.session set {}", "expires_at = created_at"),
    ("update portal.one_time_token set {}", "purpose = 'login'"), ("update portal.one_time_token set {}", "revoked_at = now()"),
    ("update portal.one_time_token set {}", "used_at = now(), revoked_at = now(), revoked_reason = 'replaced'"),
    ("update portal.one_time_token set {}", "membership_id = null"),
]


@pytest.mark.parametrize("update, change", REFUSED, ids=[change for _, change in REFUSED])
def test_what_makes_no_sense_is_refused(maintenance, update, change):
    with pytest.raises((psycopg2.errors.CheckViolation, psycopg2.errors.NotNullViolation)):
        maintenance.rows(update.format(change))


def test_an_unknown_time_zone_is_refused(maintenance):
    for table in ("account", "site"):
        with pytest.raises(psycopg2.errors.InvalidParameterValue):
            maintenance.rows(f"update portal.{table} set time_zone = 'Europe/Atlantis'")
    maintenance.rows("update portal.site set time_zone = 'Atlantic/Canary'")


FOREIGN = [
    ("a job at another client's site", JOB.format("site_id = (select site_id from portal.site where name = 'CANARY-site-other-client')")),
    ("a job of another account's template", JOB.format("job_template_id = (select max(job_template_id) from portal.job_template)")),
    ("a job of another account's client", JOB.format("client_id = (select max(client_id) from portal.client), site_id = null")),
    ("a session in another member's membership", """update portal.session set membership_id = (select max(membership_id) from portal.membership
        where account_id = 1 and state = 'active') where membership_id = (select min(membership_id) from portal.session)"""),
    ("a visible field of another account", """insert into portal.portal_visible_field
        select 1, max(job_field_id) from portal.job_field"""),
    ("a file in a field of another type", "update portal.job_file set type = 'file' where type = 'signature'"),
]


@pytest.mark.parametrize("change", [change for _, change in FOREIGN], ids=[name for name, _ in FOREIGN])
def test_keys_keep_accounts_and_clients_apart(maintenance, change):
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        maintenance.rows(change)
        maintenance.rows("set constraints all immediate")


def test_one_member_per_address_and_account(maintenance):
    with pytest.raises(psycopg2.errors.UniqueViolation):
        maintenance.rows("insert into portal.member (account_id, email) select account_id, email from portal.member where email like 'alex%'")
    maintenance.rows("insert into portal.member (account_id, email) select max(account_id), 'alex.morgan@acme.example.com' from portal.account")


def test_one_current_membership_per_client(maintenance):
    again = "insert into portal.membership (account_id, member_id, client_id) select account_id, member_id, client_id from portal.membership order by 1, 2 limit 1"
    with pytest.raises(psycopg2.errors.UniqueViolation):
        maintenance.rows(again)
    maintenance.rows("update portal.membership set state = 'ended', ended_at = now()")
    maintenance.rows(again)


def test_a_host_belongs_to_one_account(maintenance):
    with pytest.raises(psycopg2.errors.UniqueViolation):
        maintenance.rows("insert into portal.account_host select max(account_id), 'brightwater.localhost', 'https://brightwater.localhost' from portal.account")


def test_a_new_member_gets_the_permissions_that_show_something_at_once(maintenance):
    assert maintenance.value("select column_default from information_schema.columns where table_name = 'membership' and column_name = 'permissions'") == \
        "'{view_job_status,view_completed_jobs,view_documents}'::text[]"


def test_a_new_account_has_the_main_fields_and_none_is_visible(maintenance):
    account_id = maintenance.value("insert into portal.account (slug, name, time_zone) values ('fresh', 'Fresh', 'UTC') returning account_id")
    rows = maintenance.rows("select key, field_group from portal.job_field where account_id = %s", (account_id,))
    assert {row["field_group"] for row in rows} == {"main"} and {"description", "contact", "duration"} <= {row["key"] for row in rows}
    assert maintenance.value("select count(*) from portal.portal_visible_field where account_id = %s", (account_id,)) == 0


def test_messages_are_cleared_when_they_are_sent(maintenance):
    maintenance.rows("""insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, payload, key_id)
        select min(account_id), 'reference-0123456', 'invitation', 'email', 'x@example.com', 'en', 'sealed', 'k1' from portal.account""")
    with pytest.raises(psycopg2.errors.CheckViolation):
        maintenance.rows("update portal.outbox_message set sent_at = now()")
    with pytest.raises(psycopg2.errors.CheckViolation):
        maintenance.rows("update portal.outbox_message set recipient = e'x@example.com\\r\\nBcc: y@example.com'")
    maintenance.rows("update portal.outbox_message set sent_at = now(), payload = null, key_id = null")
