-- Work requests as staff see and answer them.

-- The newest first; of all clients, or of one. `number` is what is looked for, where it is a number.
-- name: list_staff_work_requests
-- parameters: account_id bigint, states text[], client_id bigint?, q text?, number bigint?, after_created_at timestamptz?, after_work_request_id bigint,
--   row_limit integer
-- columns: work_request_id bigint, number integer, subject text, state text, site_id bigint?, site_name text?, preferred_date date?, preferred_time text?,
--   created_at timestamptz, changed_at timestamptz, client_id bigint, client_name text, membership_id bigint, member_name text?, member_email text?
select w.work_request_id, w.number, w.subject, w.state, s.site_id, s.name, w.preferred_date, to_char(w.preferred_time, 'HH24:MI'), w.created_at, w.changed_at,
  w.client_id, c.name, w.membership_id, nullif(btrim(m.first_name || ' ' || m.surname), ''), m.email
from portal.work_request w
join portal.client c on c.account_id = w.account_id and c.client_id = w.client_id
join portal.membership ms on ms.account_id = w.account_id and ms.membership_id = w.membership_id
join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id
left join portal.site s on s.account_id = w.account_id and s.client_id = w.client_id and s.site_id = w.site_id
where w.state = any (:states) and (:client_id is null or w.client_id = :client_id)
  and (:q is null or strpos(lower(w.subject), lower(:q)) > 0 or strpos(lower(c.name), lower(:q)) > 0 or w.number = :number)
  /*filter*/ and w.account_id = :account_id /*end filter*/
  and (w.created_at, w.work_request_id) < (case when :after_created_at is null then 'infinity' else :after_created_at end, :after_work_request_id)
order by w.created_at desc, w.work_request_id desc
limit :row_limit;

-- name: count_work_requests
-- parameters: account_id bigint
-- columns: submitted bigint, open bigint, closed bigint
select count(*) filter (where w.state = 'submitted'), count(*) filter (where w.state in ('submitted', 'acknowledged', 'scheduled')),
  count(*) filter (where w.state in ('completed', 'declined', 'cancelled'))
from portal.work_request w
where true /*filter*/ and w.account_id = :account_id /*end filter*/;

-- A job of another client by now is not shown.
-- name: get_staff_work_request
-- parameters: account_id bigint, work_request_id bigint
-- columns: work_request_id bigint, number integer, subject text, state text, site_id bigint?, site_name text?, preferred_date date?, preferred_time text?,
--   created_at timestamptz, changed_at timestamptz, client_id bigint, client_name text, membership_id bigint, member_name text?, member_email text?,
--   notes text?, reply text?, job_id bigint?, job_number bigint?
select w.work_request_id, w.number, w.subject, w.state, s.site_id, s.name, w.preferred_date, to_char(w.preferred_time, 'HH24:MI'), w.created_at, w.changed_at,
  w.client_id, c.name, w.membership_id, nullif(btrim(m.first_name || ' ' || m.surname), ''), m.email, w.notes, w.reply, j.job_id, j.number
from portal.work_request w
join portal.client c on c.account_id = w.account_id and c.client_id = w.client_id
join portal.membership ms on ms.account_id = w.account_id and ms.membership_id = w.membership_id
join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id
left join portal.site s on s.account_id = w.account_id and s.client_id = w.client_id and s.site_id = w.site_id
left join portal.job j on j.account_id = w.account_id and j.client_id = w.client_id and j.job_id = w.job_id and j.deleted_at is null
where w.work_request_id = :work_request_id /*filter*/ and w.account_id = :account_id /*end filter*/;

-- `refusal` names the member of the body that does not fit what is there; nothing happens then.
-- name: answer_work_request
-- parameters: account_id bigint, work_request_id bigint, former_state text, content jsonb, message jsonb
-- columns: refusal text?
select portal.answer_work_request(:account_id, :work_request_id, :former_state, :content, :message);
