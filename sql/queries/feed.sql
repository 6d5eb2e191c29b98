-- What clients did, for other systems: in the order in which it was committed. sql/migrations/0037_feed.sql says why none is missed by whoever goes on from the last number.

-- In one statement, which sees one state of both tables.
-- name: list_feed
-- parameters: account_id bigint, after bigint, row_limit integer
-- columns: change_number bigint, body jsonb
select f.change_number, f.body
from (
  (
    select w.change_number, jsonb_build_object('change', w.change_number, 'kind', 'work_request', 'work_request', portal.request_of_feed(w)) as body
    from portal.work_request w
    where w.change_number > :after /*filter*/ and w.account_id = :account_id /*end filter*/
    order by w.change_number
    limit :row_limit
  )
  union all
  (
    select d.change_number, jsonb_build_object('change', d.change_number, 'kind', 'quote_decision', 'quote_decision', portal.decision_of_feed(d)) as body
    from portal.quote_decision d
    where d.change_number > :after /*filter*/ and d.account_id = :account_id /*end filter*/
    order by d.change_number
    limit :row_limit
  )
) f
order by f.change_number
limit :row_limit;

-- The job by its external id; one that is not there is none of the client's. `refusal` as in answer_work_request.
-- name: answer_work_request_by_key
-- parameters: account_id bigint, work_request_id bigint, former_state text, content jsonb, message jsonb
-- columns: refusal text?
select portal.answer_work_request(:account_id, :work_request_id, :former_state,
  case when :content ? 'job' then :content - 'job' || jsonb_build_object('job_number', case when :content ->> 'job' is not null then coalesce((
    select j.number::text from portal.job j
    where j.external_id = :content ->> 'job' and j.deleted_at is null /*filter*/ and j.account_id = :account_id /*end filter*/
  ), '') end) else :content end, :message);

-- name: get_request_of_feed
-- parameters: account_id bigint, work_request_id bigint
-- columns: body jsonb
select portal.request_of_feed(w)
from portal.work_request w
where w.work_request_id = :work_request_id /*filter*/ and w.account_id = :account_id /*end filter*/;
