-- How an account's messages are sent, where it differs from what the host's courier does for everybody.
create table portal.mail_setting (
  account_id bigint primary key references portal.account,
  sender_name text check (length(sender_name) between 1 and 300 and sender_name !~ '[[:cntrl:]]'),
  sender_address text check (length(sender_address) between 3 and 254 and sender_address ~ '^[^[:space:][:cntrl:]@<>]+@[^[:space:][:cntrl:]@<>]+$'),
  reply_to text check (length(reply_to) between 3 and 254 and reply_to ~ '^[^[:space:][:cntrl:]@<>]+@[^[:space:][:cntrl:]@<>]+$'),
  -- A server of the account's own, all of it or nothing.
  smtp_host text check (length(smtp_host) between 1 and 253 and smtp_host ~ '^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$'),
  smtp_port integer check (smtp_port between 1 and 65535),
  smtp_security text check (smtp_security in ('starttls', 'tls')),
  smtp_username text check (length(smtp_username) between 1 and 254 and smtp_username !~ '[[:cntrl:]]'),
  -- Encrypted with the key file (SECURITY R62), bound to this table, column and account.
  smtp_password bytea check (length(smtp_password) <= 2048),
  smtp_password_key_id text check (length(smtp_password_key_id) between 1 and 64),
  changed_at timestamptz not null default now(),
  check (num_nonnulls(smtp_host, smtp_port, smtp_security) in (0, 3)),
  check (smtp_host is not null or num_nonnulls(smtp_username, smtp_password) = 0),
  check (num_nonnulls(smtp_username, smtp_password, smtp_password_key_id) in (0, 3))
);
