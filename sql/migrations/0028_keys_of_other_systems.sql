-- The looks of foreign keys are PostgreSQL's own statements: account and id, by a plan that is made once. Where the planner has met accounts with one row each, it takes any index that begins with the account for as
-- good as the primary key; the first import of 6,000 teams then walked along all that were there for each of them. A key that ends with the account serves what asks for external ids, and nothing else.

alter table portal.client drop constraint client_account_id_external_id_key, add unique (external_id, account_id);
alter table portal.site drop constraint site_account_id_external_id_key, add unique (external_id, account_id);
alter table portal.worker drop constraint worker_account_id_external_id_key, add unique (external_id, account_id);
alter table portal.team drop constraint team_account_id_external_id_key, add unique (external_id, account_id);
alter table portal.job_template drop constraint job_template_account_id_external_id_key, add unique (external_id, account_id);
alter table portal.job_field drop constraint job_field_external_key, add unique (external_id, account_id);
