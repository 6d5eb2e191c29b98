-- What an account wrote in the place of the invitation that comes with the portal, by language. Null: that one.
create table portal.invitation_layout (
  account_id bigint not null references portal.account,
  language text not null check (language in ('en', 'es')),
  email_subject text check (length(email_subject) between 1 and 300 and email_subject !~ '[[:cntrl:]]'),
  email_html text check (length(email_html) between 1 and 60000),
  sms_text text check (length(sms_text) between 1 and 1000),
  changed_at timestamptz not null default now(),
  primary key (account_id, language),
  check (num_nonnulls(email_subject, email_html) in (0, 2))
);

-- An invitation to nobody, which staff send to themselves to see what it is like.
alter table portal.outbox_message drop constraint outbox_message_kind_check;
alter table portal.outbox_message add constraint outbox_message_kind_check check (kind in ('invitation', 'password_reset', 'email_confirmation',
  'password_changed', 'email_changed', 'staff_invitation', 'staff_password_reset', 'staff_password_changed', 'invitation_test'));
