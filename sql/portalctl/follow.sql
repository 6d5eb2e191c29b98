-- role: application
-- The queue of a followed application, in that application's database and as a role of it (sql/kit/follow.sql). Nothing here knows the portal's schema.

-- name: listen_follow
listen portal_follow;

-- So that points in time have an offset of whole minutes, whatever the server is set to.
-- name: set_time_zone_of_lines
set timezone = 'UTC';

-- So that the server gives up first and says so: nobody then waits for a statement that still has the turn. What the role has been given that is less stays.
-- name: limit_time_of_follower
-- columns: timeout text
select set_config('statement_timeout', '100s', false) from pg_catalog.pg_settings where name = 'statement_timeout' and (setting = '0' or setting::bigint > 100000);

-- Of whoever feeds: one at a time, or an older state could come last.
-- name: try_turn_of_follower
-- columns: taken boolean
select pg_try_advisory_lock(hashtextextended('portal_follow', 0));

-- False: the kit is not here, or not to be used by this role.
-- name: find_follow_kit
-- columns: is_here boolean
select coalesce(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'delete'), false)
from (values ('portal_follow')) w (name)
left join pg_catalog.pg_namespace n on n.nspname = w.name
left join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = 'failure';

-- Queue and lines are read as they were at one moment: what is seen in the queue is seen in the view, and a line names nothing that was not queued before it or with it.
-- name: hold_one_moment
set transaction isolation level repeatable read;

-- What has failed long enough ago waits in the queue again. Its row stays until it has succeeded.
-- name: queue_due_failures
with due as (
  update portal_follow.failure set next_try_at = 'infinity' where next_try_at <= now() returning kind, external_id
)
insert into portal_follow.queue (kind, external_id) select kind, external_id from due;

-- Which things a changed row of another table concerns.
-- name: look_up_followed
-- columns: looked_up bigint
select portal_follow.look_up();

-- name: list_whole_kinds
-- columns: kind text
select q.kind from portal_follow.queue q join portal_follow.followed f on f.kind = q.kind
where q.external_id is null and q.changed is null group by q.kind order by portal_follow.order_of(q.kind);

-- name: queue_whole_kind
-- parameters: kind text
-- columns: queued bigint
with mark as (
  delete from portal_follow.queue q where q.kind = :kind and q.external_id is null returning q.queue_id
)
select portal_follow.queue_all(:kind) from (select count(*) from mark) m;

-- name: newest_in_queue
-- parameters: resting text[]
-- columns: newest bigint
select coalesce(max(last.queue_id), 0)
from portal_follow.followed f
cross join lateral (
  select q.queue_id from portal_follow.queue q where q.kind = f.kind and q.external_id is not null order by q.queue_id desc limit 1
) last
where f.kind <> all (:resting);

-- Of the first kind that waits, so that what others name comes before them, and nothing that came after `newest`: a kind that never rests would hold up the others for ever.
-- name: take_queue
-- parameters: resting text[], newest bigint, maximum integer
-- columns: kind text, queue_id bigint, external_id text
select q.kind, q.queue_id, q.external_id
from (
  select f.kind from portal_follow.followed f
  where f.kind <> all (:resting)
    and exists (select from portal_follow.queue q where q.kind = f.kind and q.external_id is not null and q.queue_id <= :newest)
  order by portal_follow.order_of(f.kind)
  limit 1
) next
join portal_follow.queue q on q.kind = next.kind
where q.external_id is not null and q.queue_id <= :newest
order by q.queue_id
limit :maximum;

-- name: count_gone
-- parameters: kind text
-- columns: gone bigint, fed bigint
select portal_follow.count_gone(:kind), (select count(*) from portal_follow.fed f where f.kind = :kind);

-- In the order of the ids, until they are so many bytes together: of what is `later` nothing is known, and it is asked for again. The first one never is.
-- name: read_followed_lines
-- parameters: kind text, external_ids text[], line_bytes integer, bytes bigint
-- columns: external_id text, line text?, problem text?
select s.external_id, case when s.is_line and s.before < :bytes then s.line end,
  case when s.line is null then s.problem when not s.is_line then 'payload_too_large' when s.before >= :bytes then 'later' end
from (
  select m.*, coalesce(sum(octet_length(m.line)) filter (where m.is_line) over (order by m.place rows between unbounded preceding and 1 preceding), 0) as before
  from (
    select l.external_id, l.line, l.problem, w.place, coalesce(octet_length(l.line) <= :line_bytes, false) as is_line
    from portal_follow.lines(:kind, :external_ids) l
    join unnest(:external_ids) with ordinality as w (external_id, place) on w.external_id = l.external_id
  ) m
) s;

-- `failures`: [{"external_id", "code", "pointer"}]. Pauses grow from five seconds to an hour; an id that is too long for any portal is not tried again.
-- name: acknowledge_followed
-- parameters: kind text, queue_ids bigint[], taken text[], gone text[], failures jsonb
-- columns: mended bigint, newly_failed bigint
with done as (
  delete from portal_follow.queue where kind = :kind and queue_id = any (:queue_ids)
), added as (
  insert into portal_follow.fed (kind, external_id) select :kind, t.external_id from unnest(:taken) as t (external_id) on conflict do nothing
), removed as (
  delete from portal_follow.fed where kind = :kind and external_id = any (:gone)
), mended as (
  delete from portal_follow.failure where kind = :kind
    and external_id = any (array(select portal_follow.shortened(t.external_id) from unnest(:taken || :gone) as t (external_id))) returning 1
), failed as (
  insert into portal_follow.failure as f (kind, external_id, code, pointer, next_try_at)
  select :kind, portal_follow.shortened(n.external_id), n.code, n.pointer,
    case when portal_follow.shortened(n.external_id) = n.external_id then now() + interval '5 seconds' else 'infinity' end
  from jsonb_to_recordset(:failures) as n (external_id text, code text, pointer text)
  on conflict (kind, external_id) do update
  set code = excluded.code, pointer = excluded.pointer, tries = f.tries + 1,
    next_try_at = case when excluded.next_try_at = 'infinity' then 'infinity' else now() + least(interval '1 hour', interval '5 seconds' * power(2, least(f.tries, 20))) end
  returning f.tries
)
select (select count(*) from mended), (select count(*) from failed where tries = 1);

-- Something of this kind is new: what may have waited for it is tried soon. Never later than it would be, and what failed often no sooner than in half a minute.
-- name: hasten_references
-- parameters: kind text
update portal_follow.failure
set next_try_at = least(next_try_at, now() + make_interval(secs => least(tries - 1, 30)))
where code = 'unknown_reference' and next_try_at < 'infinity' and portal_follow.order_of(kind) > portal_follow.order_of(:kind);

-- name: count_follow_failures
-- columns: failures bigint
select count(*) from portal_follow.failure;

-- name: list_followed
-- columns: kind text, view text, queued bigint, oldest_queued_at timestamptz?, fed bigint, failed bigint
select f.kind, f.view, q.queued, q.oldest, (select count(*) from portal_follow.fed d where d.kind = f.kind), (select count(*) from portal_follow.failure a where a.kind = f.kind)
from portal_follow.followed f
cross join lateral (select count(*) as queued, min(w.queued_at) as oldest from portal_follow.queue w where w.kind = f.kind) q
order by portal_follow.order_of(f.kind);

-- Tables that are watched no more: their triggers are switched off or gone, or another table has their name.
-- name: list_blind_watches
-- columns: kind text, source_table text
select w.kind, w.source_table
from portal_follow.watched w
where (
  select count(*)
  from pg_catalog.pg_proc p
  join pg_catalog.pg_trigger t on t.tgfoid = p.oid
  where p.pronamespace = 'portal_follow'::regnamespace and p.proname = 'changed_' || w.watch_id
    and t.tgenabled in ('O', 'A') and t.tgrelid = coalesce(to_regclass(w.source_table), t.tgrelid)
) < 4
order by portal_follow.order_of(w.kind), w.source_table;

-- name: list_follow_failures
-- parameters: maximum integer
-- columns: kind text, external_id text, code text, pointer text, since timestamptz, tries integer
select kind, external_id, code, pointer, since, tries from portal_follow.failure
order by since, portal_follow.order_of(kind), external_id
limit :maximum;

-- name: queue_everything_of
-- parameters: kind text
-- columns: queued bigint
select portal_follow.queue_all(:kind);
