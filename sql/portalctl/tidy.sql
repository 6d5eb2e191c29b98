-- role: portal_maintenance
-- What has been kept long enough.

-- As many days as the account says.
-- name: forget_activity
-- columns: forgotten bigint
with gone as (
  delete from portal.activity v using portal.account a
  where a.account_id = v.account_id and v.at < now() - make_interval(days => a.activity_days)
  returning v.activity_id
)
select count(*) from gone;

-- name: forget_repeatable_requests
-- columns: forgotten bigint
with gone as (
  delete from portal.repeatable_request where created_at < now() - interval '1 day' returning account_id
)
select count(*) from gone;
