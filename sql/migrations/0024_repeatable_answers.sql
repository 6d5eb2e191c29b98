-- What a request with an Idempotency-Key was answered, where that cannot be read back from what it made: of many things at once what became of each. Ids, words and
-- line numbers; never a secret.
alter table portal.repeatable_request add column answer jsonb check (length(answer::text) <= 65536);
