"""What deleting an account costs grows with its rows, not with their square."""

COUNT = 600
ROWS = f"""
    insert into portal.client (account_id, kind, organisation_name) select {{0}}, 'organisation', 'Client ' || n from generate_series(1, {COUNT}) n;
    insert into portal.site (account_id, client_id, name) select account_id, client_id, 'Site' from portal.client where account_id = {{0}};
    insert into portal.worker (account_id, name, external_id) select {{0}}, 'Worker', 'W-' || n from generate_series(1, {COUNT}) n;
    insert into portal.team (account_id, name, external_id) select {{0}}, 'Team', 'T-' || n from generate_series(1, {COUNT}) n;
    insert into portal.team_worker (account_id, team_id, worker_id)
    select {{0}}, t.team_id, w.worker_id from portal.team t join portal.worker w on w.account_id = {{0}} and substr(w.external_id, 2) = substr(t.external_id, 2)
    where t.account_id = {{0}};
    insert into portal.job_template (account_id, name) select {{0}}, 'Template' from generate_series(1, {COUNT});
    insert into portal.job_field (account_id, field_group, key, label, type) select {{0}}, 'custom', 'f' || n, 'Field', 'file' from generate_series(1, {COUNT}) n;
    insert into portal.job_template_field (account_id, job_template_id, job_field_id)
    select {{0}}, (select max(job_template_id) from portal.job_template where account_id = {{0}}), job_field_id
    from portal.job_field where account_id = {{0}};
    with site as (select client_id, site_id, row_number() over (order by site_id) as n from portal.site where account_id = {{0}}),
      worker as (select worker_id, row_number() over (order by worker_id) as n from portal.worker where account_id = {{0}}),
      team as (select team_id, row_number() over (order by team_id) as n from portal.team where account_id = {{0}}),
      template as (select job_template_id, row_number() over (order by job_template_id) as n from portal.job_template where account_id = {{0}})
    insert into portal.job (account_id, number, client_id, site_id, job_template_id, worker_id, team_id)
    select {{0}}, n, client_id, site_id, job_template_id, case when n % 2 = 0 then worker_id end, case when n % 2 = 1 then team_id end
    from site join worker using (n) join team using (n) join template using (n);
    with job as (select job_id, row_number() over (order by job_id) as n from portal.job where account_id = {{0}}),
      field as (select job_field_id, row_number() over (order by job_field_id) as n from portal.job_field where account_id = {{0}} and type = 'file')
    insert into portal.job_file (account_id, job_id, job_field_id, type, position, name, media_type, size_bytes, content_hash)
    select {{0}}, job_id, job_field_id, 'file', 1, 'a.pdf', 'application/pdf', 1, sha256(int8send(n)) from job join field using (n);
    insert into portal.member (account_id, email) select {{0}}, 'm' || n || '@example.com' from generate_series(1, {COUNT}) n;
    with client as (select client_id, row_number() over (order by client_id) as n from portal.client where account_id = {{0}}),
      member as (select member_id, row_number() over (order by member_id) as n from portal.member where account_id = {{0}})
    insert into portal.membership (account_id, member_id, client_id) select {{0}}, member_id, client_id from member join client using (n);
    insert into portal.session (account_id, token_hash, member_id, membership_id, expires_at)
    select {{0}}, sha256(int8send(membership_id)), member_id, membership_id, now() + interval '1 day' from portal.membership where account_id = {{0}};
    insert into portal.one_time_token (account_id, purpose, token_hash, member_id, membership_id, address, expires_at)
    select {{0}}, 'activation', sha256(int8send(membership_id)), member_id, membership_id, 'a@b.example', now() + interval '1 day'
    from portal.membership where account_id = {{0}};
    insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, failed_at)
    select {{0}}, 'reference-' || lpad(membership_id::text, 12, '0'), 'invitation', 'email', 'a@b.example', 'en', member_id, membership_id, now()
    from portal.membership where account_id = {{0}};
    insert into portal.news (account_id, membership_id, kind, object_id, outbox_message_id)
    select account_id, membership_id, 'new_invoices', outbox_message_id, outbox_message_id from portal.outbox_message where account_id = {{0}};
    insert into portal.activity (account_id, actor_kind, member_id, action, client_id, membership_id)
    select {{0}}, 'member', member_id, 'signed_in', client_id, membership_id from portal.membership where account_id = {{0}};
    insert into portal.document (account_id, client_id, name, media_type, size_bytes, content_hash)
    select {{0}}, client_id, 'a.pdf', 'application/pdf', 1, sha256(int8send(client_id)) from portal.client where account_id = {{0}};
    with job as (select job_id, client_id from portal.job where account_id = {{0}})
    insert into portal.invoice (account_id, client_id, job_id, number, issued_on, currency, total_minor, size_bytes, content_hash)
    select {{0}}, client_id, job_id, 'A', '2026-11-16', 'EUR', 1, 1, sha256(int8send(job_id)) from job;
    insert into portal.quote (account_id, client_id, job_id, number, issued_on, currency, total_minor, size_bytes, content_hash)
    select {{0}}, client_id, job_id, 'Q', '2026-11-16', 'EUR', 1, 1, sha256(int8send(job_id)) from portal.job where account_id = {{0}};
    insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, method, membership_id)
    select {{0}}, q.quote_id, q.client_id, 1, 'accepted', 'portal', m.membership_id
    from portal.quote q join portal.membership m on m.account_id = {{0}} and m.client_id = q.client_id where q.account_id = {{0}};
    insert into portal.document_hidden_from (account_id, document_id, client_id, membership_id)
    select {{0}}, d.document_id, d.client_id, m.membership_id
    from portal.document d join portal.membership m on m.account_id = {{0}} and m.client_id = d.client_id where d.account_id = {{0}};
    insert into portal.staff (account_id, email, role, state, password_hash) values ({{0}}, 'o@example.com', 'owner', 'active', '$argon2id$demo$staff');
    insert into portal.staff_view (account_id, staff_id, membership_id, reason)
    select {{0}}, (select staff_id from portal.staff where account_id = {{0}}), membership_id, 'a reason' from portal.membership where account_id = {{0}};
"""
# What this transaction has read: entries of indexes, also of rows that it has deleted itself, and rows of tables.
READ = """
    select c.relname, pg_stat_get_xact_tuples_returned(c.oid) as entries from pg_class c
    where c.relnamespace = 'portal'::regnamespace and c.relkind in ('r', 'i')"""
MOST = 60  # entries for each row, small tables of the demo included; their square would be 600


def test_deleting_an_account_reads_its_rows_a_few_times_and_not_for_each_other(clone):
    owner = clone("portal_maintenance")
    owner.rows("set jit = off")
    account_id = owner.value("insert into portal.account (slug, name, time_zone) values ('large', 'Large', 'UTC') returning account_id")
    for statement in ROWS.format(account_id).split(";\n"):
        if statement.strip():
            owner.rows(statement)
    assert owner.value("select count(*) from portal.job where account_id = %s", (account_id,)) == COUNT
    owner.rows("analyze")  # as autovacuum does while an account grows
    owner.begin()
    before = {row["relname"]: row["entries"] for row in owner.rows(READ)}
    owner.rows("select portal.delete_account(%s)", (account_id,))
    read = {row["relname"]: row["entries"] - before[row["relname"]] for row in owner.rows(READ)}
    owner.commit()
    assert {name: entries for name, entries in read.items() if entries > MOST * COUNT} == {}
    assert owner.value("select count(*) from portal.job where account_id = %s", (account_id,)) == 0
    assert sum(read.values()) > COUNT
