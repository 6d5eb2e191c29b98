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
