-- How the account's mail leaves, for the business's own people.

-- Also of an account that has set nothing. The test is the last one of whoever asks.
-- name: get_mail_settings
-- parameters: account_id bigint, staff_id bigint
-- columns: sender_name text?, sender_address text?, reply_to text?, smtp_host text?, smtp_port integer?, smtp_security text?, smtp_username text?, changed_at timestamptz?,
--   test_state text?, test_recipient text?, test_asked_at timestamptz?, test_reason text?
select s.sender_name, s.sender_address, s.reply_to, s.smtp_host, s.smtp_port, s.smtp_security, s.smtp_username, s.changed_at, t.state, t.recipient, t.created_at, t.last_error
from portal.account a
left join portal.mail_setting s on s.account_id = a.account_id
left join lateral (
  select case when o.sent_at is not null then 'sent' when o.failed_at is not null then 'failed' else 'queued' end as state, o.recipient, o.created_at, o.last_error
  from portal.outbox_message o
  where o.account_id = a.account_id and o.kind = 'mail_test' and o.staff_id = :staff_id
  order by o.outbox_message_id desc
  limit 1
) t on true
where true /*filter*/ and a.account_id = :account_id /*end filter*/;

-- Two changes at the same time follow each other.
-- name: lock_mail_settings
-- parameters: account_id bigint
-- columns: account_id bigint
select s.account_id from portal.mail_setting s where true /*filter*/ and s.account_id = :account_id /*end filter*/ for update;

-- Nothing happens when it says why not. `sender_address`: the mail server of the host lends its name to no address that the operator did not choose. `password`: the
-- one that is kept was given for another server or user. The server is the operator's only as long as it is exactly the one that the operator named.
-- name: change_mail_settings
-- parameters: account_id bigint, sender_name text?, sender_address text?, reply_to text?, smtp_host text?, smtp_port integer?, smtp_security text?, smtp_username text?,
--   smtp_password bytea?, smtp_password_key_id text?, keeps_password boolean
-- columns: refusal text?
with before as (
  select s.sender_name, s.sender_address, s.reply_to, s.smtp_host, s.smtp_port, s.smtp_security, s.smtp_username
  from (select) as always
  left join portal.mail_setting s on true /*filter*/ and s.account_id = :account_id /*end filter*/
), checked as (
  select case
    when :smtp_host is null and :sender_address is not null and (b.smtp_host is not null or b.sender_address is distinct from :sender_address) then 'sender_address'
    when :keeps_password and (b.smtp_host is distinct from :smtp_host or b.smtp_username is distinct from :smtp_username) then 'password' end as refusal
  from before b
), replaced as (
  insert into portal.mail_setting as s
    (account_id, sender_name, sender_address, reply_to, smtp_host, smtp_port, smtp_security, smtp_username, smtp_password, smtp_password_key_id, smtp_set_by)
  select :account_id, :sender_name, :sender_address, :reply_to, :smtp_host, :smtp_port, :smtp_security, :smtp_username, :smtp_password, :smtp_password_key_id, 'staff'
  from checked c
  where c.refusal is null and not :keeps_password
  on conflict (account_id) do update set sender_name = :sender_name, sender_address = :sender_address, reply_to = :reply_to,
    smtp_host = :smtp_host, smtp_port = :smtp_port, smtp_security = :smtp_security, smtp_username = :smtp_username,
    smtp_password = :smtp_password, smtp_password_key_id = :smtp_password_key_id, changed_at = now(),
    smtp_set_by = case when s.smtp_host = :smtp_host and s.smtp_port = :smtp_port then s.smtp_set_by else 'staff' end
), kept as (
  update portal.mail_setting s
  set sender_name = :sender_name, sender_address = :sender_address, reply_to = :reply_to, smtp_port = :smtp_port, smtp_security = :smtp_security, changed_at = now(),
    smtp_set_by = case when s.smtp_port = :smtp_port then s.smtp_set_by else 'staff' end
  from checked c
  where c.refusal is null and :keeps_password and s.smtp_host = :smtp_host and s.smtp_username = :smtp_username /*filter*/ and s.account_id = :account_id /*end filter*/
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, details)
  select :account_id, portal.current_actor_kind(), portal.current_staff_id(), 'mail_settings_changed', 'portal', jsonb_build_object(
    'before', jsonb_build_object('sender_name', left(b.sender_name, 150), 'sender_address', b.sender_address, 'reply_to', b.reply_to, 'smtp_host', b.smtp_host,
      'smtp_port', b.smtp_port, 'smtp_security', b.smtp_security, 'smtp_username', left(b.smtp_username, 150)),
    'after', jsonb_build_object('sender_name', left(:sender_name, 150), 'sender_address', :sender_address, 'reply_to', :reply_to, 'smtp_host', :smtp_host,
      'smtp_port', :smtp_port, 'smtp_security', :smtp_security, 'smtp_username', left(:smtp_username, 150)),
    'password_changed', not :keeps_password and :smtp_username is not null)
  from before b, checked c
  where c.refusal is null
)
select c.refusal from checked c;

-- To whoever asks.
-- name: send_mail_test
-- parameters: account_id bigint, staff_id bigint, message_reference text, payload bytea, key_id text
with earlier as (
  delete from portal.outbox_message o
  where o.kind = 'mail_test' and o.staff_id = :staff_id and o.sent_at is null
    and (o.claimed_until is null or o.claimed_until <= now()) /*filter*/ and o.account_id = :account_id /*end filter*/
)
insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, payload, key_id)
select :account_id, :message_reference, 'mail_test', 'email', s.email,
  coalesce(s.language, p.default_language, 'en'), s.staff_id, :payload, :key_id
from portal.staff s
left join portal.portal p on p.account_id = s.account_id
where s.staff_id = :staff_id /*filter*/ and s.account_id = :account_id /*end filter*/;
