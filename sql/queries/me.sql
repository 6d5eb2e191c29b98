-- What members change about themselves.

-- name: update_me
-- parameters: account_id bigint, member_id bigint, sets_first_name boolean, first_name text?, sets_surname boolean, surname text?,
--   sets_language boolean, language text?
update portal.member set
  first_name = case when :sets_first_name then coalesce(:first_name, '') else first_name end,
  surname = case when :sets_surname then coalesce(:surname, '') else surname end,
  language = case when :sets_language then :language else language end
where member_id = :member_id /*filter*/ and account_id = :account_id /*end filter*/;

-- name: get_my_notifications
-- parameters: account_id bigint, membership_id bigint
-- columns: notifications text[]
select ms.notifications from portal.membership ms
where ms.membership_id = :membership_id /*filter*/ and ms.account_id = :account_id /*end filter*/;

-- name: put_my_notifications
-- parameters: account_id bigint, membership_id bigint, notifications text[]
-- columns: notifications text[]
update portal.membership ms set notifications = :notifications
where ms.membership_id = :membership_id /*filter*/ and ms.account_id = :account_id /*end filter*/
returning ms.notifications;
