-- Owners set up how their account's mail leaves. What the operator chose may stand in the operator's own network; what staff chose may not (the courier looks at
-- the address that it connects to).
alter table portal.mail_setting add column smtp_set_by text not null default 'operator' check (smtp_set_by in ('operator', 'staff'));

-- A message to oneself that shows how mail leaves.
alter table portal.outbox_message drop constraint outbox_message_kind_check;
alter table portal.outbox_message add constraint outbox_message_kind_check check (kind in ('invitation', 'password_reset', 'email_confirmation',
  'password_changed', 'email_changed', 'staff_invitation', 'staff_password_reset', 'staff_password_changed', 'invitation_test', 'mail_test'));
create index outbox_message_mail_test on portal.outbox_message (account_id, staff_id, outbox_message_id) where kind = 'mail_test';
