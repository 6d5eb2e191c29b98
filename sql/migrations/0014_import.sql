-- What other systems feed: the version that they gave to each thing, and whether they took it back. The row of what was taken back stays, so that an older state
-- which comes late does not bring it back, and so that what points to it goes on pointing to something.

alter table portal.client
  add column if not exists imported boolean not null default false,
  add column version bigint check (version >= 0),
  add column if not exists withdrawn_at timestamptz;
alter table portal.site
  add column if not exists imported boolean not null default false,
  add column version bigint check (version >= 0),
  add column if not exists withdrawn_at timestamptz;
alter table portal.contact
  add column if not exists imported boolean not null default false,
  add column version bigint check (version >= 0),
  add column if not exists withdrawn_at timestamptz;
alter table portal.contact add column if not exists external_id text check (length(external_id) between 1 and 255);
create unique index if not exists contact_external_key on portal.contact (account_id, external_id);
alter table portal.worker
  add column version bigint check (version >= 0),
  add column if not exists withdrawn_at timestamptz;
alter table portal.team
  add column version bigint check (version >= 0),
  add column if not exists withdrawn_at timestamptz;
alter table portal.job_template
  add column version bigint check (version >= 0),
  add column if not exists withdrawn_at timestamptz;
alter table portal.job_field
  add column external_id text check (length(external_id) between 1 and 255),
  add column version bigint check (version >= 0),
  add column if not exists withdrawn_at timestamptz,
  add constraint job_field_external_key unique (account_id, external_id);
-- A job that was taken back has deleted_at.
alter table portal.job
  add column version bigint check (version >= 0);
alter table portal.document
  add column version bigint check (version >= 0),
  add column if not exists withdrawn_at timestamptz;
