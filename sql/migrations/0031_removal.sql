-- What deleting an account, and files, looks for. A foreign key without an index costs whoever deletes what it refers to all rows of the account, each time.
--
-- "is not null" where nothing ever is null keeps an index out of the looks at a table's own key, for which the planner would else take any index that begins with the account
-- (0028); looks at a foreign key imply it.

-- Jobs are measured while they are imported, so they have as few of these as can be: two indexes that are there take in deleted jobs, too, and a job is somebody's or a team's. None
-- begins with the client alone, or lists of a small account's jobs would run along it.
drop index portal.job_by_number;
create index job_by_number on portal.job (account_id, client_id, state, number) where client_id is not null;
drop index portal.job_by_template;
create index job_by_template on portal.job (account_id, job_template_id) where job_template_id is not null;
create index job_of_site on portal.job (account_id, site_id) where site_id is not null;
create index job_of_worker on portal.job (account_id, worker_id) where worker_id is not null;
create index job_of_team on portal.job (account_id, team_id) where team_id is not null;

create index membership_of_member on portal.membership (account_id, member_id) where member_id is not null;
create index session_of_membership on portal.session (account_id, membership_id) where membership_id is not null;
create index one_time_token_of_member on portal.one_time_token (account_id, member_id, membership_id) where member_id is not null;
create index outbox_message_of_member on portal.outbox_message (account_id, member_id) where member_id is not null;
create index staff_view_of_membership on portal.staff_view (account_id, membership_id) where membership_id is not null;
create index document_hidden_from_membership on portal.document_hidden_from (account_id, client_id, membership_id) where membership_id is not null;
create index team_worker_of_worker on portal.team_worker (account_id, worker_id) where worker_id is not null;
create index job_template_field_of_field on portal.job_template_field (account_id, job_field_id) where job_field_id is not null;
create index job_file_of_field on portal.job_file (account_id, job_field_id) where job_field_id is not null;
-- A line has one actor.
create index activity_staff on portal.activity (account_id, staff_id) where staff_id is not null;
create index activity_member on portal.activity (account_id, member_id) where member_id is not null;
create index activity_membership on portal.activity (account_id, membership_id) where membership_id is not null;

-- Whether any account still has a file.
create index document_by_content on portal.document (content_hash) where content_hash is not null;
create index job_file_by_content on portal.job_file (content_hash);

-- How much room the files of an account take, kept along: to add them all up with each file that comes grows with the square of their number.
create table portal.account_storage (
  account_id bigint primary key references portal.account,
  bytes bigint not null default 0
);

create function portal.add_account_storage() returns trigger language plpgsql as $$
begin
  insert into portal.account_storage (account_id) values (new.account_id);
  return null;
end
$$;
create trigger account_storage after insert on portal.account for each row execute function portal.add_account_storage();

-- Where sizes stay as they are the row is left alone: nobody waits for it.
create function portal.keep_account_storage() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    update portal.account_storage s set bytes = s.bytes + d.bytes
    from (select account_id, sum(size_bytes) as bytes from present group by account_id) d
    where s.account_id = d.account_id and d.bytes <> 0;
  elsif tg_op = 'DELETE' then
    update portal.account_storage s set bytes = s.bytes - d.bytes
    from (select account_id, sum(size_bytes) as bytes from former group by account_id) d
    where s.account_id = d.account_id and d.bytes <> 0;
  else
    update portal.account_storage s set bytes = s.bytes + d.bytes
    from (
      select account_id, sum(bytes) as bytes
      from (select account_id, size_bytes as bytes from present union all select account_id, -size_bytes from former) as c
      group by account_id
    ) d
    where s.account_id = d.account_id and d.bytes <> 0;
  end if;
  return null;
end
$$;
create trigger storage_added after insert on portal.document referencing new table as present
  for each statement execute function portal.keep_account_storage();
create trigger storage_changed after update on portal.document referencing old table as former new table as present
  for each statement execute function portal.keep_account_storage();
create trigger storage_removed after delete on portal.document referencing old table as former
  for each statement execute function portal.keep_account_storage();
create trigger storage_added after insert on portal.job_file referencing new table as present
  for each statement execute function portal.keep_account_storage();
create trigger storage_changed after update on portal.job_file referencing old table as former new table as present
  for each statement execute function portal.keep_account_storage();
create trigger storage_removed after delete on portal.job_file referencing old table as former
  for each statement execute function portal.keep_account_storage();

-- The owner is behind the forced policies, too.
reset role;
insert into portal.account_storage (account_id, bytes)
select a.account_id, coalesce(sum(f.size_bytes), 0)
from portal.account a
left join (select account_id, size_bytes from portal.document union all select account_id, size_bytes from portal.job_file) f using (account_id)
group by a.account_id;
set role portal_owner;
