-- Looking at the portal as one of its members would.

-- Who is looked at as whom and why stands in the activity. PT404: there is no such membership.
-- name: begin_staff_view
-- parameters: account_id bigint, membership_id bigint, reason text
-- columns: staff_view_id bigint
with target as (
  select ms.account_id, ms.membership_id, ms.client_id
  from portal.membership ms
  where ms.membership_id = :membership_id and ms.state <> 'ended' /*filter*/ and ms.account_id = :account_id /*end filter*/
), begun as (
  insert into portal.staff_view (account_id, staff_id, membership_id, reason)
  select t.account_id, portal.current_staff_id(), t.membership_id, :reason from target t
  returning staff_view_id, expires_at
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, client_id, membership_id, details)
  select t.account_id, portal.current_actor_kind(), portal.current_staff_id(), 'member_viewed', t.client_id, t.membership_id,
    jsonb_build_object('reason', :reason, 'until', portal.time_value(b.expires_at))
  from target t, begun b
)
select portal.remember_made(portal.require((select staff_view_id from begun), 'PT404'));

-- Null: the one that this segment has begun.
-- name: get_begun_view
-- parameters: account_id bigint, staff_view_id bigint?
-- columns: membership_id bigint, first_name text, surname text, email text?, client_id bigint, client_name text, permissions text[], expires_at timestamptz
select ms.membership_id, m.first_name, m.surname, m.email, c.client_id, c.name, ms.permissions, v.expires_at
from portal.staff_view v
join portal.membership ms on ms.account_id = v.account_id and ms.membership_id = v.membership_id
join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id
join portal.client c on c.account_id = ms.account_id and c.client_id = ms.client_id
where v.staff_view_id = case when :staff_view_id is null then portal.made_id() else :staff_view_id end and v.staff_id = portal.current_staff_id()
  and ms.state <> 'ended' /*filter*/ and v.account_id = :account_id /*end filter*/;

-- As whom staff look, when the view is open: what decides what the member may ask for.
-- name: get_staff_view
-- parameters: account_id bigint, membership_id bigint
-- columns: member_id bigint, client_id bigint, permissions text[]
select ms.member_id, ms.client_id, ms.permissions
from portal.membership ms
where ms.membership_id = :membership_id and ms.state <> 'ended' /*filter*/ and ms.account_id = :account_id /*end filter*/
  and exists (
    select from portal.staff_view v
    where v.account_id = ms.account_id and v.staff_id = portal.current_staff_id() and v.membership_id = ms.membership_id and v.expires_at > now()
  );
