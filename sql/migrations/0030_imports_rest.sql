-- Imports give way to members who read, in every part of their work: in the statement (sql/queries/import_jobs.sql), and where the keys of what it has added are checked.

-- As long as begin_import has said for this transaction, where `wanted`; always true.
create function portal.rest(wanted boolean) returns boolean language plpgsql volatile as $$
begin
  if wanted then
    perform pg_sleep(coalesce(nullif(current_setting('portal.import_rest', true), ''), '0')::double precision);
  end if;
  return true;
end
$$;

create function portal.rest_between_checks() returns trigger language plpgsql as $$
begin
  perform portal.rest(true);
  return null;
end
$$;
create trigger rest_between_checks after insert on portal.job for each row when (new.job_id % 100 = 0) execute function portal.rest_between_checks();
