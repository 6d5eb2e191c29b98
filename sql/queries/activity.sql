-- Who did what. The actor comes from the context and is no parameter: nobody writes in another's name. `membership_id` and `client_id` say whom it
-- concerns, `subject_kind` and `subject_id` what.
-- name: record_activity
-- parameters: account_id bigint, action text, client_id bigint?, membership_id bigint?, subject_kind text?, subject_id bigint?, details jsonb
insert into portal.activity (account_id, actor_kind, staff_id, member_id, api_key_id, action, client_id, membership_id, subject_kind, subject_id, details)
values (:account_id, portal.current_actor_kind(), portal.current_staff_id(), portal.current_member_id(), portal.current_api_key_id(), :action, :client_id,
  :membership_id, :subject_kind, :subject_id, :details);
