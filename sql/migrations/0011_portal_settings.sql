-- What staff decide about the portal besides its looks.

-- How members read who does a job: the whole name, the first one, or none.
alter table portal.portal add column worker_name text not null default 'full' check (worker_name in ('full', 'first_name', 'none'));

-- How long it is kept who did what.
alter table portal.account add column activity_days integer not null default 365 check (activity_days between 7 and 3650);

-- How many jobs a template has decides what a change of visibility shows or hides; staff are told before they save.
create index job_by_template on portal.job (account_id, job_template_id) where deleted_at is null;
