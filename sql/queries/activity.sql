-- Who did what. The actor comes from the context and is no parameter: nobody writes in another's name. `membership_id` and `client_id` say whom it
-- concerns, `subject_kind` and `subject_id` what.
-- name: record_activity
-- parameters: account_id bigint, action text, client_id bigint?, membership_id bigint?, subject_kind text?, subject_id bigint?, details jsonb
insert into portal.activity (account_id, actor_kind, staff_id, member_id, api_key_id, action, client_id, membership_id, subject_kind, subject_id, details)
values (:account_id, portal.current_actor_kind(), portal.current_staff_id(), portal.current_member_id(), portal.current_api_key_id(), :action, :client_id,
  :membership_id, :subject_kind, :subject_id, :details);

-- What somebody has opened a moment ago, after enter_anonymous or enter_staff_visitor with the hash of the session by which it was opened: it may have ended
-- meanwhile, and the note stands all the same. Nothing where the session has another hash by now.
-- name: record_opened
-- parameters: account_id bigint, action text, client_id bigint, membership_id bigint, subject_kind text, subject_id bigint
insert into portal.activity (account_id, actor_kind, staff_id, member_id, action, client_id, membership_id, subject_kind, subject_id)
select :account_id, portal.current_actor_kind(), portal.current_staff_id(), portal.current_member_id(), :action, :client_id, :membership_id, :subject_kind,
  :subject_id
where num_nonnulls(portal.current_staff_id(), portal.current_member_id()) = 1 and portal.found_by() = 'session';

-- The page after `before` (the id of the last one shown), newest first. `actor_id` counts with `actor_kind` alone. `from` and `until` are dates in the account's
-- zone, both included.
-- name: list_activity
-- parameters: account_id bigint, actor_kind text?, actor_id bigint?, action text?, client_id bigint?, from_date date?, until_date date?, before bigint?,
--   row_limit integer
-- columns: activity_id bigint, at timestamptz, actor_kind text, actor_id bigint?, actor_name text?, action text, client_id bigint?, client_name text?,
--   membership_id bigint?, member_name text?, subject_kind text?, subject_id bigint?, subject_name text?, details jsonb
select v.activity_id, v.at, v.actor_kind, coalesce(v.staff_id, v.member_id, v.api_key_id),
  coalesce(nullif(btrim(s.first_name || ' ' || s.surname), ''), s.email, nullif(btrim(m.first_name || ' ' || m.surname), ''), m.email, k.name),
  v.action, v.client_id, c.name, v.membership_id, coalesce(nullif(btrim(w.first_name || ' ' || w.surname), ''), w.email),
  v.subject_kind, v.subject_id,
  case v.subject_kind when 'staff' then coalesce(nullif(btrim(t.first_name || ' ' || t.surname), ''), t.email)
    when 'member' then coalesce(nullif(btrim(u.first_name || ' ' || u.surname), ''), u.email) end,
  v.details
from portal.activity v
join portal.account a on a.account_id = v.account_id
left join portal.staff s on s.account_id = v.account_id and s.staff_id = v.staff_id
left join portal.member m on m.account_id = v.account_id and m.member_id = v.member_id
left join portal.api_key k on k.account_id = v.account_id and k.api_key_id = v.api_key_id
left join portal.client c on c.account_id = v.account_id and c.client_id = v.client_id
left join portal.membership ms on ms.account_id = v.account_id and ms.membership_id = v.membership_id
left join portal.member w on w.account_id = ms.account_id and w.member_id = ms.member_id
left join portal.staff t on t.account_id = v.account_id and t.staff_id = v.subject_id and v.subject_kind = 'staff'
left join portal.member u on u.account_id = v.account_id and u.member_id = v.subject_id and v.subject_kind = 'member'
where true /*filter*/ and v.account_id = :account_id /*end filter*/
  and (:before is null or v.activity_id < :before)
  and (:actor_kind is null or v.actor_kind = :actor_kind)
  and (:actor_id is null or coalesce(v.staff_id, v.member_id, v.api_key_id) = :actor_id)
  and (:action is null or v.action = :action)
  and (:client_id is null or v.client_id = :client_id)
  and (:from_date is null or v.at >= :from_date::timestamp at time zone a.time_zone)
  and (:until_date is null or v.at < (:until_date + 1)::timestamp at time zone a.time_zone)
order by v.activity_id desc
limit :row_limit;

-- Somebody without the right password for this login. It was nobody whom we know, so nobody is the actor.
-- name: note_sign_in_failure
-- parameters: account_id bigint, subject_kind text, subject_id bigint
insert into portal.activity (account_id, actor_kind, action, subject_kind, subject_id)
values (:account_id, 'system', 'sign_in_failed', :subject_kind, :subject_id);
