-- role: portal_maintenance
-- How an account's messages are sent.

-- name: load_mail_setting
-- parameters: account_id bigint
-- columns: sender_name text?, sender_address text?, reply_to text?, smtp_host text?, smtp_port integer?, smtp_security text?, smtp_username text?,
--   smtp_password bytea?, smtp_password_key_id text?, smtp_set_by text
select sender_name, sender_address, reply_to, smtp_host, smtp_port, smtp_security, smtp_username, smtp_password, smtp_password_key_id, smtp_set_by
from portal.mail_setting where account_id = :account_id
for update;

-- name: store_mail_setting
-- parameters: account_id bigint, sender_name text?, sender_address text?, reply_to text?, smtp_host text?, smtp_port integer?, smtp_security text?,
--   smtp_username text?, smtp_password bytea?, smtp_password_key_id text?, smtp_set_by text
insert into portal.mail_setting
  (account_id, sender_name, sender_address, reply_to, smtp_host, smtp_port, smtp_security, smtp_username, smtp_password, smtp_password_key_id, smtp_set_by)
values (:account_id, :sender_name, :sender_address, :reply_to, :smtp_host, :smtp_port, :smtp_security, :smtp_username, :smtp_password, :smtp_password_key_id, :smtp_set_by)
on conflict (account_id) do update set sender_name = excluded.sender_name, sender_address = excluded.sender_address, reply_to = excluded.reply_to,
  smtp_host = excluded.smtp_host, smtp_port = excluded.smtp_port, smtp_security = excluded.smtp_security, smtp_username = excluded.smtp_username,
  smtp_password = excluded.smtp_password, smtp_password_key_id = excluded.smtp_password_key_id, smtp_set_by = excluded.smtp_set_by,
  changed_at = now();

-- name: load_sender
-- parameters: account_id bigint
-- columns: account_name text, portal_name text?, origin text?
select a.name, p.name, h.origin
from portal.account a
left join portal.portal p on p.account_id = a.account_id
left join portal.account_host h on h.account_id = a.account_id and h.is_primary
where a.account_id = :account_id;
