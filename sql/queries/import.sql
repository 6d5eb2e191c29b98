-- What all imports share. The statements of each kind stand in a file of their own (import_<kind>.sql), built alike: `line` is what came, `judged` says of every
-- line what it means, `verdict` whether anything is done at all, then the changes, then what came of it.
-- A table that was just filled, or an account that is new in a large one, has no statistics: any index that begins with account_id looks as good as the right one, and a
-- look-up line by line may read the whole account for each. So nothing is looked up line by line: rows are read once, by the list of the ids that the lines name, which is a
-- constant by the time of planning (portal.texts_of, or a parameter) and hashed where no index serves, and are joined by hash. Whatever is planned, it reads no row of the account twice.
-- `apply` is `all` (nothing when a line is wrong), `good` (the lines that are right) or `none` (only look).
-- Every line has another external id, which the core sees to. An older version than the stored one changes nothing; a line without a version counts, with the
-- version of the line before it about the same thing if the body has one.

-- Imports of one account run one after the other, on whatever host: none of them can be surprised by rows of another. PT503: another one is on its way, and whoever asks
-- comes again, because waiting here would hold up other accounts.
-- The statement that follows is planned anew each time: a plan that was made while tables were small goes through all of them for every line. It takes the setting back as
-- soon as it runs, since the looks of foreign keys, which come after it, would be planned anew for every row, and that takes longer than all else together.
-- A nested loop of two lists takes the square of their length, and the planner believes that what it does not know is short; for a merge join both are sorted, which
-- takes longer than a hash of the shorter one. The lists fit into the memory that is allowed. The looks of foreign keys keep the plan that
-- they get first, with which a table that was small then would be read whole for each row.
-- While members read, who only wants to be fast gives way: the statement for jobs rests for so many milliseconds again and again, as vacuum does (portal.rest).
-- name: begin_import
-- parameters: account_id bigint, rest_milliseconds bigint
-- columns: begun bigint
select portal.require(case when pg_try_advisory_xact_lock(hashtextextended('portal.import', :account_id)) then 1 end, 'PT503')
from set_config('plan_cache_mode', 'force_custom_plan', true) as plan, set_config('enable_nestloop', 'off', true) as loops,
  set_config('enable_mergejoin', 'off', true) as sorts, set_config('enable_seqscan', 'off', true) as scans, set_config('work_mem', '16MB', true) as memory,
  set_config('portal.import_rest', (:rest_milliseconds / 1000.0)::text, true) as rest;
