-- role: portal_maintenance
-- What every command of portalctl may need of its connection.

-- name: begin_transaction
begin;

-- name: commit_transaction
commit;

-- name: roll_back_transaction
rollback;
