"""Two accounts made for tests of who may see what, beside the demo: everything in them has a name, and whatever a member
must not see holds a word that begins with CANARY-.

Rows are written as the superuser, past all policies, so that nothing under test helps to set the tests up.
"""

import base64
import hashlib
import itertools
import json
import re
import secrets
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import pytest

from support.client import Client
from support.site import PrivateSite

COOKIE = "portal-member"
NOTICE_SECONDS = 0.05
# Of what is only added, these rows change what somebody sees (sql/migrations/0020_changes.sql).
TOLD_WHEN_ADDED = re.compile(r"\s*INSERT INTO portal\.(portal|portal_visible_template|portal_visible_field|job_template_field|site|document|document_hidden_from|job|job_file|invoice|work_request|quote|quote_decision)\b",
                             re.IGNORECASE)
# What files begin with; nobody reads further.
# What follows the first is its pixels.
JPEG, PDF, LOGO = b"\xff\xd8\xff\xda\x00\x02", b"%PDF-1.4\n", b"\x89PNG\r\n\x1a\n"
TYPES = ("text", "yes_no", "integer", "number", "money", "pick_list", "date", "time", "datetime", "link", "photo", "file", "signature")
FILE_TYPES = ("photo", "file", "signature")
JOB_PERMISSIONS = ("view_job_status", "view_completed_jobs")
DEFAULT_PERMISSIONS = (*JOB_PERMISSIONS, "view_documents")
STATUSES = ("unscheduled", "scheduled", "en_route", "started", "paused", "finished", "cancelled")
# Fits the column; nobody can sign in with it.
NO_PASSWORD = "$argon2id$v=19$m=8,t=1,p=1,keyid=none$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo"


def may_be_told(statement: str) -> bool:
    """Whether workers get a notice of it."""
    words = statement.lstrip().upper()
    return not words.startswith(("SELECT", "INSERT")) or TOLD_WHEN_ADDED.match(statement) is not None


@dataclass
class Account:
    slug: str
    account_id: int
    time_zone: str
    clients: dict[str, int] = field(default_factory=dict)
    sites: dict[str, list[int]] = field(default_factory=dict)
    templates: dict[str, int] = field(default_factory=dict)
    jobs: dict[str, dict[str, int]] = field(default_factory=dict)  # by client, then by what the job is
    documents: dict[str, dict[str, int]] = field(default_factory=dict)  # the same
    invoices: dict[str, dict[str, int]] = field(default_factory=dict)  # the same
    quotes: dict[str, dict[str, int]] = field(default_factory=dict)  # the same

    @property
    def host(self) -> str:
        return f"{self.slug}.localhost"


@dataclass
class Membership:
    account: Account
    client: str
    client_id: int
    member_id: int
    membership_id: int
    permissions: tuple[str, ...]


class World:
    def __init__(self, site: PrivateSite):
        self.site = site
        self._connection = site.postgres.connect()
        self._numbers = itertools.count(1)
        self._changed_at = 0.0
        self.hidden: set[str] = set()  # every canary of these accounts
        self.matrix = self._make_account("matrix", "Europe/London", visible_main=("contact", "resolution"))
        self.elsewhere = self._make_account("elsewhere", "Europe/Madrid", visible_main=("description", "duration", "finished_at"))
        self.bare = self._make_bare_account("bare")

    def close(self) -> None:
        self._connection.close()

    def wait_until_served(self) -> None:
        """The workers learn of new hosts by a notice; several questions reach all of them."""
        deadline = time.monotonic() + 10
        while any(self.client(account).get("/api/v1/portal").status == 421
                  for account in (self.matrix, self.elsewhere, self.bare) for _ in range(8)):
            assert time.monotonic() < deadline, "the workers did not learn of new hosts"
            time.sleep(0.05)

    def settle(self) -> None:
        """Until notices of the last change have come to the workers: they come in a few milliseconds, and tests are quicker."""
        time.sleep(max(0.0, self._changed_at + NOTICE_SECONDS - time.monotonic()))

    def rows(self, statement: str, *parameters) -> list[tuple]:
        if may_be_told(statement):
            self._changed_at = time.monotonic()
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def insert(self, table: str, returning: str | None = None, **columns):
        values = [json.dumps(value) if isinstance(value, dict) else value for value in columns.values()]
        names, places = ", ".join(columns), ", ".join(["%s"] * len(values))
        rows = self.rows(f"INSERT INTO portal.{table} ({names}) VALUES ({places})" + (f" RETURNING {returning}" if returning else ""), *values)
        return rows[0][0] if returning else None

    def canary(self, what: str) -> str:
        word = f"CANARY-world-{what}-{next(self._numbers)}-end"
        self.hidden.add(word)
        return word

    # Who asks.

    def add_member(self, account: Account, client: str, permissions=DEFAULT_PERMISSIONS, *, member_id: int | None = None,
                   state: str = "active", membership_state: str = "active", email: str | None = None) -> Membership:
        now = datetime.now(timezone.utc)
        if member_id is None:
            email = email or f"member{next(self._numbers)}@{account.slug}.example.com"
            member_id = self.insert("member", "member_id", account_id=account.account_id, email=email, state=state, first_name="Kim",
                                    surname="Doe", password_hash=NO_PASSWORD if state == "active" else None,
                                    removed_at=now if state == "removed" else None)
        client_id = account.clients[client]
        membership_id = self.insert("membership", "membership_id", account_id=account.account_id, member_id=member_id, client_id=client_id,
                                    permissions=list(permissions), state=membership_state,
                                    activated_at=now if membership_state == "active" else None,
                                    ended_at=now if membership_state == "ended" else None)
        for document_id in (id for what, id in account.documents.get(client, {}).items() if what == "hidden from everybody"):
            self.insert("document_hidden_from", account_id=account.account_id, document_id=document_id, client_id=client_id, membership_id=membership_id)
        return Membership(account, client, client_id, member_id, membership_id, tuple(permissions))

    def open_session(self, who: Membership, **columns) -> str:
        """The cookie's value of a new session."""
        token = secrets.token_bytes(32)
        now = datetime.now(timezone.utc)
        values = {"created_at": now, "last_used_at": now, "expires_at": now + timedelta(days=30), **columns}
        self.insert("session", account_id=who.account.account_id, token_hash=hashlib.sha256(token).digest(), member_id=who.member_id,
                    membership_id=who.membership_id, **values)
        return base64url(token)

    def client(self, account: Account, cookie: str | None = None) -> Client:
        client = self.site.nginx.client(account.host)
        client.settle = self.settle
        if cookie is not None:
            client.cookies[COOKIE] = cookie
        return client

    def signed_in(self, who: Membership) -> Client:
        return self.client(who.account, self.open_session(who))

    def add_invitation(self, account: Account, client: str, **columns) -> tuple[str, Membership]:
        """The token of an invitation of a new person, and who that will be."""
        who = self.add_member(account, client, state="invited", membership_state="invited")
        token = secrets.token_bytes(32)
        now = datetime.now(timezone.utc)
        values = {"created_at": now, "expires_at": now + timedelta(days=7), "address": self.email_of(who), **columns}
        self.insert("one_time_token", account_id=account.account_id, purpose="activation", token_hash=hashlib.sha256(token).digest(),
                    member_id=who.member_id, membership_id=who.membership_id, **values)
        return base64url(token), who

    def add_link(self, who: Membership, **columns) -> str:
        """The token of a link that the member asked for; `columns` say the purpose. An address to confirm waits then, as it does after an activation."""
        token = secrets.token_bytes(32)
        now = datetime.now(timezone.utc)
        values = {"created_at": now, "expires_at": now + timedelta(hours=1), "address": self.email_of(who), **columns}
        self.insert("one_time_token", account_id=who.account.account_id, token_hash=hashlib.sha256(token).digest(), member_id=who.member_id, **values)
        if values["purpose"] == "email_change":
            self.rows("UPDATE portal.member SET pending_email = %s WHERE account_id = %s AND member_id = %s", values["address"], who.account.account_id,
                      who.member_id)
        return base64url(token)

    def email_of(self, who: Membership) -> str:
        return self.rows("SELECT email FROM portal.member WHERE account_id = %s AND member_id = %s", who.account.account_id, who.member_id)[0][0]

    # What there is.

    def _make_bare_account(self, slug: str) -> Account:
        """An account that has not created its portal."""
        account_id = self.insert("account", "account_id", slug=slug, name=f"Business {slug}", time_zone="UTC")
        self._add_host(account_id, slug)
        return Account(slug, account_id, "UTC")

    def _add_host(self, account_id: int, slug: str) -> None:
        host = f"{slug}.localhost"
        self.insert("account_host", account_id=account_id, host=host, origin=f"http://{host}:{self.site.nginx.port}", is_primary=True)

    def _make_account(self, slug: str, time_zone: str, visible_main: tuple[str, ...]) -> Account:
        account_id = self.insert("account", "account_id", slug=slug, name=f"Business {slug}", time_zone=time_zone)
        account = Account(slug, account_id, time_zone)
        self._add_host(account_id, slug)
        self.insert("portal", account_id=account_id, name=f"Portal {slug}", accent_colour="#123456", contact_phone="555-0100",
                    contact_email=f"hello@{slug}.example.com", privacy_url="https://example.com/privacy", languages=["es", "en"], default_language="es",
                    logo_hash=self.store(LOGO + slug.encode()), logo_media_type="image/png", logo_width=320, logo_height=96)
        for name in ("One", "Two"):
            account.clients[name] = self.insert("client", "client_id", account_id=account_id, kind="organisation", organisation_name=f"{slug} {name}")
            account.sites[name] = [
                self.insert("site", "site_id", account_id=account_id, client_id=account.clients[name], name=f"{slug} {name} {place}", address=address)
                for place, address in (("yard", f"1 {name} Street"), ("depot", None))]
        self._make_templates(account, visible_main)
        worker = self.insert("worker", "worker_id", account_id=account_id, name="Dana R.", phone=self.canary("phone"), email=self.canary("mail"))
        team = self.insert("team", "team_id", account_id=account_id, name="Team north")
        for name in account.clients:
            self._make_jobs(account, name, worker, team)
            self._make_documents(account, name)
            self._make_invoices(account, name)
        for name in account.clients:
            self._make_quotes(account, name)
        return account

    def _make_templates(self, account: Account, visible_main: tuple[str, ...]) -> None:
        account_id = account.account_id
        account.templates = {
            "visible": self.insert("job_template", "job_template_id", account_id=account_id, name="Boiler service"),
            "other": self.insert("job_template", "job_template_id", account_id=account_id, name="Inspection"),
            "hidden": self.insert("job_template", "job_template_id", account_id=account_id, name=self.canary("template"))}
        for name in ("visible", "other"):
            self.insert("portal_visible_template", account_id=account_id, job_template_id=account.templates[name])
        self.rows("""INSERT INTO portal.portal_visible_field (account_id, job_field_id)
                     SELECT account_id, job_field_id FROM portal.job_field WHERE account_id = %s AND field_group = 'main' AND key = ANY (%s)""",
                  account_id, list(visible_main))
        for group, kind in itertools.product(("custom", "report"), TYPES):
            self._add_field(account, group, f"{group}_{kind}", kind, shown=True)
            self._add_field(account, group, f"hidden_{group}_{kind}", kind, shown=False)
        # Named like a main field that is told only when the job is finished; this one is told at once.
        self._add_field(account, "custom", "resolution", "text", shown=True)
        # Visible, but no field of the template that the jobs are made from.
        self._add_field(account, "custom", "of_other_template", "text", shown=True, templates=("other",))

    def _add_field(self, account: Account, group: str, key: str, kind: str, *, shown: bool, templates=("visible", "hidden")) -> None:
        options = json.dumps([{"id": "a", "label": f"First of {key}" if shown else self.canary("option")}]) if kind == "pick_list" else None
        label = f"Label of {key}" if shown else self.canary("label")
        position = next(self._numbers) * 7 % 50
        field_id = self.insert("job_field", "job_field_id", account_id=account.account_id, field_group=group, key=key, label=label, type=kind,
                               options=options, position=position)
        for template in templates:
            self.insert("job_template_field", account_id=account.account_id, job_template_id=account.templates[template], job_field_id=field_id,
                        position=position)
        if shown:
            self.insert("portal_visible_field", account_id=account.account_id, job_field_id=field_id)

    def _make_jobs(self, account: Account, client: str, worker: int, team: int) -> None:
        jobs = account.jobs[client] = {}
        day = datetime.now(timezone.utc).replace(hour=9, minute=0, second=0, microsecond=0)
        resolutions = {name: self.insert("resolution", "resolution_id", account_id=account.account_id, name=name, is_successful=name == "Done")
                       for name in ("Done", "Nobody at home")}
        site = account.sites[client][0]
        for turn, status in enumerate(STATUSES):
            jobs[status] = self.add_job(account, client, status, scheduled_at=None if status == "unscheduled" else day + timedelta(days=turn - 3),
                                        worker_id=None if status == "unscheduled" else worker, site_id=site if turn % 2 else None,
                                        resolution_id=resolutions["Done"] if status == "finished" else None)
        jobs["unsuccessful"] = self.add_job(account, client, "finished", scheduled_at=day - timedelta(days=40), team_id=team,
                                            resolution_id=resolutions["Nobody at home"], resolution_note=self.canary("note"))
        jobs["without a date"] = self.add_job(account, client, "scheduled", team_id=team)
        jobs["hidden template"] = self.add_job(account, client, "scheduled", "hidden", scheduled_at=day, worker_id=worker, reference=self.canary("reference"),
                                               address=self.canary("address"), contact=self.canary("contact"))
        jobs["hidden template, finished"] = self.add_job(account, client, "finished", "hidden", scheduled_at=day, reference=self.canary("reference"))
        jobs["deleted"] = self.add_job(account, client, "scheduled", scheduled_at=day, deleted_at=day, reference=self.canary("deleted"))

    def add_job(self, account: Account, client: str, status: str, template: str = "visible", **columns) -> int:
        number = next(self._numbers)
        values = {"reference": f"PO-{number}", "address": f"{number} Mill Lane", "contact": f"Ann Lee, {client}", "duration_minutes": 95,
                  "description": f"Visible words of {number}", "entrance": f"CANARY-e-{number}-end"[:50], "floor": f"CANARY-f-{number}-end",
                  "started_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "finished_at": datetime(2026, 1, 2, 4, 5, 6, tzinfo=timezone.utc),
                  "external_id": self.canary("external"), "resolution_note": self.canary("note") if status == "finished" else None, **columns}
        self.hidden |= {values["entrance"], values["floor"]}
        if account.slug == "matrix":
            values["description"] = self.canary("description")
        job_id = self.insert("job", "job_id", account_id=account.account_id, number=number, client_id=account.clients[client], status=status,
                             job_template_id=account.templates[template], custom_values=self._values("custom", shown=True),
                             report_values=self._values("report", shown=status == "finished"), **values)
        self._add_files(account, job_id, status)
        return job_id

    def _values(self, group: str, *, shown: bool) -> dict:
        """A value for every field; where the field, or the group as a whole, is not shown, every text of it is a canary."""
        values = {}
        for kind in TYPES:
            if kind not in FILE_TYPES:
                values[f"{group}_{kind}"] = self._value(kind, None if shown else self.canary(f"unfinished-{kind}"))
                values[f"hidden_{group}_{kind}"] = self._value(kind, self.canary(f"{group}-{kind}"))
        values |= {"resolution": "As agreed"} if group == "custom" else {}
        values["of_other_template"] = self.canary("template-field")
        values["of_no_field"] = self.canary("no-field")
        return values

    def _value(self, kind: str, canary: str | None):
        number = next(self._numbers)
        plain = {"text": f"Text \"{number}\" é", "yes_no": number % 2 == 0, "integer": number, "number": f"-{number}.50",
                 "money": {"amount": number, "currency": "EUR"}, "pick_list": "a", "date": "2026-02-28", "time": "07:30",
                 "datetime": "2026-02-28T07:30:00Z", "link": {"url": f"https://example.com/{number}", "label": None}}
        # What does not fit its type is left out whatever it holds, so a canary stands where the type has room for one.
        marked = {"text": canary, "link": {"url": f"https://example.com/{canary}", "label": canary},
                  "money": {"amount": number, "currency": "EUR", "remark": canary}}
        return marked.get(kind, plain[kind]) if canary else plain[kind]

    def _add_files(self, account: Account, job_id: int, status: str) -> None:
        fields = self.rows("""SELECT f.job_field_id, f.type, f.field_group, f.key FROM portal.job_field f
                              WHERE f.account_id = %s AND f.type IN ('photo', 'file', 'signature')""", account.account_id)
        for field_id, kind, group, key in fields:
            shown = not key.startswith("hidden_") and (group == "custom" or status == "finished")
            for position in (1,) if kind == "signature" else (2, 1):
                name = f"{key} {position}.jpg" if shown else self.canary("file")
                content = JPEG + f"{name} of job {job_id}".encode()
                self.insert("job_file", account_id=account.account_id, job_id=job_id, job_field_id=field_id, type=kind, position=position, name=name,
                            media_type="image/jpeg", size_bytes=len(content), content_hash=self.store(content))

    def _make_documents(self, account: Account, client: str) -> None:
        documents = account.documents[client] = {}
        for turn, name in enumerate(("Annex b.pdf", "annex A.pdf", "Service contract.pdf", "Price list.pdf")):
            documents[name] = self.add_document(account, client, name, age_days=10 - turn % 3)
        documents["invisible"] = self.add_document(account, client, self.canary("document-invisible"), is_visible=False)
        documents["hidden from everybody"] = self.add_document(account, client, self.canary("document-hidden"))

    def add_document(self, account: Account, client: str, name: str, *, content: bytes | None = None, age_days: int = 1, **columns) -> int:
        content = content or PDF + f"{name} of {client} at {account.slug}".encode()
        values = {"media_type": "application/pdf", "created_at": datetime.now(timezone.utc) - timedelta(days=age_days), **columns}
        return self.insert("document", "document_id", account_id=account.account_id, client_id=account.clients[client], name=name,
                           size_bytes=len(content), content_hash=self.store(content), **values)

    def _make_invoices(self, account: Account, client: str) -> None:
        jobs, now = account.jobs[client], datetime.now(timezone.utc)
        account.invoices[client] = {
            "due": self.add_invoice(account, client, "due", age_days=2, due_days=10, job_id=jobs["finished"]),
            "without a date": self.add_invoice(account, client, "no date", due_days=None, paid_minor=1, job_id=jobs["scheduled"]),
            "overdue": self.add_invoice(account, client, "late", age_days=40, paid_minor=100, job_id=jobs["hidden template, finished"]),
            "paid": self.add_invoice(account, client, "paid", age_days=40, paid_minor=12345, job_id=jobs["deleted"], content=None),
            "of nothing": self.add_invoice(account, client, "nothing", total_minor=0, currency="EUR"),
            "in another currency": self.add_invoice(account, client, "euros", title=None, due_days=10, currency="EUR"),
            "void": self.add_invoice(account, client, "void", age_days=40, is_void=True),
            "invisible": self.add_invoice(account, client, self.canary("invoice-invisible"), is_visible=False, title=self.canary("invoice-invisible")),
            "withdrawn": self.add_invoice(account, client, self.canary("invoice-deleted"), withdrawn_at=now, content=None)}

    def add_invoice(self, account: Account, client: str, number: str, *, content: bytes | None = PDF, age_days: int = 1, due_days: int | None = 30, **columns) -> int:
        """Dates are days from today, those on which it is due from when it was issued."""
        issued_on = (datetime.now(timezone.utc) - timedelta(days=age_days)).date()
        file = {}
        if content is not None:
            content += f"{number} of {client} at {account.slug}".encode()
            file = {"media_type": "application/pdf", "size_bytes": len(content), "content_hash": self.store(content)}
        values = {"title": f"Invoice {number}", "currency": "GBP", "total_minor": 12345, "due_on": due_days and issued_on + timedelta(days=due_days), **file, **columns}
        return self.insert("invoice", "invoice_id", account_id=account.account_id, client_id=account.clients[client], number=number, issued_on=issued_on, **values)

    def _make_quotes(self, account: Account, client: str) -> None:
        """What was decided, somebody decided who has left since."""
        jobs, now = account.jobs[client], datetime.now(timezone.utc)
        other = next(name for name in account.clients if name != client)
        left, stranger = (self.add_member(account, name, ("accept_quotes",), state="removed", membership_state="ended") for name in (client, other))
        quotes = account.quotes[client] = {
            "pending": self.add_quote(account, client, "pending", age_days=2, valid_days=10, job_id=jobs["finished"], description="First line\nSecond \u201cline\u201d"),
            "without a date": self.add_quote(account, client, "no date", valid_days=None, job_id=jobs["scheduled"], title=None),
            "changed since": self.add_quote(account, client, "changed", valid_days=20, job_id=jobs["hidden template, finished"]),
            "changes requested": self.add_quote(account, client, "wish", valid_days=20, job_id=jobs["deleted"], content=None, currency="EUR"),
            "accepted": self.add_quote(account, client, "agreed", age_days=40),
            "declined": self.add_quote(account, client, "refused", age_days=41),
            "expired": self.add_quote(account, client, "late", age_days=42),
            "superseded": self.add_quote(account, client, "replaced", is_superseded=True),
            "invisible": self.add_quote(account, client, self.canary("quote-invisible"), is_visible=False, title=self.canary("quote-invisible"),
                                        description=self.canary("quote-invisible")),
            "withdrawn": self.add_quote(account, client, self.canary("quote-deleted"), withdrawn_at=now, content=None),
            "moved": self.add_quote(account, other, f"moved to {client}", content=None)}
        self.add_decision(left, quotes["changed since"], "changes_requested", "Without the last part, please.")
        self.rows("UPDATE portal.quote SET total_minor = 9900 WHERE quote_id = %s", quotes["changed since"])
        self.add_decision(left, quotes["changes requested"], "changes_requested", "Twice as many.\nAnd soon.")
        self.add_decision(left, quotes["changes requested"], "changes_requested", "Three times as many.")
        self.add_decision(left, quotes["accepted"], "accepted", None)
        self.add_decision(left, quotes["declined"], "declined", "Not this year.")
        self.add_decision(left, quotes["invisible"], "declined", self.canary("quote-reason"))
        self.add_decision(stranger, quotes["moved"], "accepted", self.canary("quote-former-client"))
        self.rows("UPDATE portal.quote SET client_id = %s WHERE quote_id = %s", account.clients[client], quotes["moved"])

    def add_quote(self, account: Account, client: str, number: str, *, content: bytes | None = PDF, age_days: int = 1, valid_days: int | None = 30, **columns) -> int:
        """Dates are days from today, the last one on which it holds from when it was issued."""
        issued_on = (datetime.now(timezone.utc) - timedelta(days=age_days)).date()
        file = {}
        if content is not None:
            content += f"quote {number} of {client} at {account.slug}".encode()
            file = {"media_type": "application/pdf", "size_bytes": len(content), "content_hash": self.store(content)}
        values = {"title": f"Quote {number}", "currency": "GBP", "total_minor": 12345, "valid_until": valid_days and issued_on + timedelta(days=valid_days), **file, **columns}
        return self.insert("quote", "quote_id", account_id=account.account_id, client_id=account.clients[client], number=number, issued_on=issued_on, **values)

    def add_decision(self, who: Membership, quote_id: int, decision: str, reason: str | None) -> None:
        self.rows("""INSERT INTO portal.quote_decision (account_id, quote_id, client_id, revision, decision, reason, method, decided_by, membership_id)
                     SELECT account_id, quote_id, client_id, revision, %s, %s, 'portal', 'Kim Doe', %s FROM portal.quote WHERE quote_id = %s""",
                  decision, reason, who.membership_id, quote_id)

    def add_request(self, who: Membership, subject: str, *, age_hours: int = 1, **columns) -> int:
        created_at = datetime.now(timezone.utc) - timedelta(hours=age_hours)
        return self.insert("work_request", "work_request_id", account_id=who.account.account_id, client_id=who.client_id, membership_id=who.membership_id, subject=subject,
                           **{"asked_by": "Kim Doe", "created_at": created_at, "changed_at": created_at, **columns})

    def show_logo(self, account: Account) -> None:
        """As it was in the beginning."""
        self.rows("UPDATE portal.portal SET logo_hash = %s, logo_media_type = 'image/png', logo_width = 320, logo_height = 96 WHERE account_id = %s RETURNING 1",
                  self.store(LOGO + account.slug.encode()), account.account_id)

    def store(self, content: bytes) -> bytes:
        """Puts bytes where nginx looks for them; returns their hash."""
        digest = hashlib.sha256(content)
        file = self.site.files / digest.hexdigest()[:2] / digest.hexdigest()
        if not file.parent.is_dir():
            file.parent.mkdir()
            file.parent.chmod(0o2770)
        file.write_bytes(content)
        file.chmod(0o640)
        return digest.digest()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture(scope="session")
def world(shared_site):
    """These accounts in the site that all tests of a pytest worker share."""
    world = World(shared_site)
    world.wait_until_served()
    yield world
    world.close()
