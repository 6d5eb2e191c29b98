-- Documents of other systems come in two calls: what is said about one, then its bytes. Until these are there it is nobody's to see; once it was taken back they are gone.

alter table portal.document alter column content_hash drop not null;
alter table portal.document add constraint document_has_content check (content_hash is not null or external_id is not null and size_bytes = 0);
