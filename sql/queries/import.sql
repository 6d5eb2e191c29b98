-- What all imports share. The statements of each kind stand in a file of their own (import_<kind>.sql), built alike: `line` is what came, `judged` says of every
-- line what it means, `verdict` whether anything is done at all, then the changes, then what came of it. What is to be changed
-- stands apart (`to_change`, `to_take_back`): in a table that was never analysed the planner may go through all of it for each line, and a first load changes nothing.
-- `apply` is `all` (nothing when a line is wrong), `good` (the lines that are right) or `none` (only look).
-- Every line has another external id, which the core sees to. An older version than the stored one changes nothing; a line without a version always counts.

-- Imports of one account run one after the other, on whatever host: none of them can be surprised by rows of another.
-- name: begin_import
-- parameters: account_id bigint
select from pg_advisory_xact_lock(hashtextextended('portal.import', :account_id));
