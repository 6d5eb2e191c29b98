"""A database with one or more businesses that invite people, a mail server and couriers between them; for tests of the courier."""

import base64
import hashlib
import itertools
import json
import secrets
from contextlib import closing
from pathlib import Path

import pytest
from psycopg2.extras import execute_values

from support.courier import Courier, wait_until
from support.mail_server import MailServer, PASSWORD, USER, make_authority
from support.outbox import seal_payload
from support.portalctl import Portalctl
from support.postgres import PrivatePostgres
from support.site import make_keys

_numbers = itertools.count(1)


class Post:
    def __init__(self, server: PrivatePostgres, keys_file: Path, folder: Path, authority: Path):
        self.server = server
        self.keys_file = keys_file
        self.folder = folder
        self.authority = authority
        self.database = server.create_database(f"post_{next(_numbers)}")
        self.portalctl = Portalctl(server, keys_file, self.database)
        self._connection = server.connect(database=self.database)
        self.password_file = folder / "smtp.password"
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(PASSWORD + "\n")

    def close(self) -> None:
        self._connection.close()
        self.server.drop_database(self.database)

    def rows(self, statement: str, *parameters) -> list[tuple]:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, *parameters):
        ((value,),) = self.rows(statement, *parameters)
        return value

    def add_account(self, slug: str = "alpha", *, name: str | None = None, client: str = "Acme", origin: str | None = None, language: str = "en") -> int:
        account = self.value("INSERT INTO portal.account (slug, name, time_zone) VALUES (%s, %s, 'Europe/Madrid') RETURNING account_id", slug,
                             name or f"Business {slug}")
        self.rows("INSERT INTO portal.account_host (account_id, host, origin, is_primary) VALUES (%s, %s, %s, true)", account, f"{slug}.example",
                  origin or f"https://{slug}.example")
        self.rows("INSERT INTO portal.portal (account_id, name, default_language) VALUES (%s, %s, %s)", account, name or f"Portal {slug}", language)
        self.rows("INSERT INTO portal.client (account_id, kind, organisation_name) VALUES (%s, 'organisation', %s)", account, client)
        return account

    def invite(self, address: str, *words: str, slug: str = "alpha", client: str = "Acme") -> str:
        """The link."""
        how = "--email" if "@" in address else "--phone"
        printed = self.portalctl("member", "invite", "--account", slug, "--client", client, how, address, "--json", *words)
        return json.loads(printed)["activation_url"]

    def add_notices(self, recipients: list[str], *, slug: str = "alpha") -> None:
        """Messages that tell of a changed password, all at once."""
        account = self.value("SELECT account_id FROM portal.account WHERE slug = %s", slug)
        rows = []
        for recipient in recipients:
            reference = f"reference-of-{next(_numbers):06}"
            key_id, payload = seal_payload(self.keys_file, account, reference, {"origin": f"https://{slug}.example"})
            rows.append((account, reference, "password_changed", "email", recipient, "en", payload, key_id))
        with closing(self._connection.cursor()) as cursor:
            execute_values(cursor, "INSERT INTO portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, payload, key_id) "
                           "VALUES %s", rows, page_size=1000)

    def copy_invitation(self, recipients: list[str], slugs: list[str]) -> None:
        """The invitation of somebody to each account's client, without asking portalctl for each."""
        for recipient, slug in zip(recipients, slugs):
            token = secrets.token_bytes(32)
            account, member, membership = self.rows("""
                WITH a AS (SELECT account_id, client_id FROM portal.account JOIN portal.client USING (account_id) WHERE slug = %s),
                  m AS (INSERT INTO portal.member (account_id, email) SELECT account_id, %s FROM a RETURNING account_id, member_id),
                  s AS (INSERT INTO portal.membership (account_id, member_id, client_id) SELECT account_id, member_id, client_id FROM a JOIN m USING (account_id)
                    RETURNING account_id, member_id, membership_id)
                SELECT * FROM s""", slug, recipient)[0]
            self.rows("""INSERT INTO portal.one_time_token (account_id, purpose, token_hash, member_id, membership_id, address, expires_at)
                         VALUES (%s, 'activation', %s, %s, %s, %s, now() + interval '7 days')""", account, hashlib.sha256(token).digest(), member, membership, recipient)
            reference = f"reference-of-{next(_numbers):06}"
            link = base64.urlsafe_b64encode(token).rstrip(b"=").decode()
            key_id, payload = seal_payload(self.keys_file, account, reference, {"url": f"https://{slug}.example/activate#{link}"})
            self.rows("""INSERT INTO portal.outbox_message
                           (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id)
                         VALUES (%s, %s, 'invitation', 'email', %s, 'en', %s, %s, %s, %s)""", account, reference, recipient, member, membership, payload, key_id)

    def smtp_settings(self, port: int, extra: str = "", *, top: str = "") -> str:
        return (f"poll_seconds = 1\n{top}\n[smtp]\nhost = localhost\nport = {port}\nsecurity = starttls\nusername = {USER}\npassword_file = {self.password_file}\n"
                f"ca_file = {self.authority}\nsender_address = portal@host.example\n{extra}")

    def courier(self, settings: str, name: str = "courier", **options) -> Courier:
        return Courier(self.server, self.keys_file, self.folder, settings, database=self.database, name=name, **options)

    def outbox(self, recipient: str) -> dict:
        """The one message to somebody, as portalctl tells."""
        (found,) = [line for line in self.portalctl.json("outbox", "list") if line["recipient"] == recipient]
        return found

    def wait_for(self, recipient: str, state: str, *, seconds: float = 20) -> dict:
        column = {"sent": "sent_at IS NOT NULL", "failed": "failed_at IS NOT NULL", "tried": "last_error IS NOT NULL"}[state]
        wait_until(lambda: self.rows(f"SELECT 1 FROM portal.outbox_message WHERE recipient = %s AND {column}", recipient), seconds=seconds)
        return self.outbox(recipient)

    def end_leases(self) -> None:
        """As time does after a courier died."""
        self.rows("UPDATE portal.outbox_message SET claimed_until = now() - interval '1 second' WHERE claimed_until IS NOT NULL")

    def make_due(self) -> None:
        self.rows("UPDATE portal.outbox_message SET not_before = now() WHERE sent_at IS NULL AND failed_at IS NULL")
        self.rows("NOTIFY portal_outbox")


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """(authority, certificate, key) of the mail servers."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def post_keys(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("keys") / "keys")


@pytest.fixture
def post(database_server, post_keys, authority, tmp_path):
    with closing(Post(database_server, post_keys, tmp_path, authority[0])) as made:
        made.add_account()
        yield made


@pytest.fixture
def mail_server(authority):
    with MailServer(authority[1], authority[2]) as server:
        yield server
