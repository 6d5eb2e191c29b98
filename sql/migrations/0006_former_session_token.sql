-- A switch of membership gives a session another token. Whoever signs out at that moment still sends the one before it, and means this session.
alter table portal.session add column former_token_hash bytea check (length(former_token_hash) = 32);
create index session_former_token on portal.session (account_id, former_token_hash) where ended_at is null;
