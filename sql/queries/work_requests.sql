-- Work requests as members see them: those of the client. What the rest of a request's life depends on stands in sql/policies/73_work_requests.sql.

-- The newest first. `states` are those that are asked for.
-- name: list_work_requests
-- parameters: account_id bigint, client_id bigint, membership_id bigint, states text[], after_created_at timestamptz?, after_work_request_id bigint,
--   row_limit integer
-- columns: work_request_id bigint, number integer, subject text, state text, site_id bigint?, site_name text?, preferred_date date?, preferred_time text?,
--   created_at timestamptz, changed_at timestamptz, asked_by text?, is_own boolean
select w.work_request_id, w.number, w.subject, w.state, s.site_id, s.name, w.preferred_date, to_char(w.preferred_time, 'HH24:MI'), w.created_at, w.changed_at, w.asked_by,
  w.membership_id = :membership_id
from portal.work_request w
left join portal.site s on s.account_id = w.account_id and s.client_id = w.client_id and s.site_id = w.site_id
where w.state = any (:states) /*filter*/ and w.account_id = :account_id and w.client_id = :client_id /*end filter*/
  and (w.created_at, w.work_request_id) < (case when :after_created_at is null then 'infinity' else :after_created_at end, :after_work_request_id)
order by w.created_at desc, w.work_request_id desc
limit :row_limit;

-- Without an id: the one that this segment has made. Its job only as GET /jobs/{id} would show it.
-- name: get_work_request
-- parameters: account_id bigint, client_id bigint, membership_id bigint, work_request_id bigint?
-- columns: work_request_id bigint, number integer, subject text, state text, site_id bigint?, site_name text?, preferred_date date?, preferred_time text?,
--   created_at timestamptz, changed_at timestamptz, asked_by text?, is_own boolean, notes text?, reply text?, job_id bigint?, job_number bigint?
select w.work_request_id, w.number, w.subject, w.state, s.site_id, s.name, w.preferred_date, to_char(w.preferred_time, 'HH24:MI'), w.created_at, w.changed_at, w.asked_by,
  w.membership_id = :membership_id, w.notes, w.reply, j.job_id, j.number
from portal.work_request w
left join portal.site s on s.account_id = w.account_id and s.client_id = w.client_id and s.site_id = w.site_id
left join portal.job j on j.account_id = w.account_id and j.job_id = w.job_id
  /*filter*/ and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[]) /*end filter*/
where w.work_request_id = case when :work_request_id is null then portal.made_id() else :work_request_id end
  /*filter*/ and w.account_id = :account_id and w.client_id = :client_id /*end filter*/;

-- name: submit_work_request
-- parameters: account_id bigint, client_id bigint, membership_id bigint, content jsonb, day_maximum integer, most_days integer, messages jsonb
-- columns: work_request_id bigint
select portal.submit_work_request(:account_id, :client_id, :membership_id, :content, :day_maximum, :most_days, :messages);

-- name: cancel_work_request
-- parameters: account_id bigint, client_id bigint, membership_id bigint, work_request_id bigint, messages jsonb
select from portal.cancel_work_request(:account_id, :client_id, :membership_id, :work_request_id, :messages);
