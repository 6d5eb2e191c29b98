-- Where numbers that are written without a country belong: ISO 3166-1 alpha-2.
alter table portal.account add column country text check (country ~ '^[A-Z]{2}$');
