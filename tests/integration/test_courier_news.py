"""Mails about what is new: one for everything, true when it leaves, in the reader's language, and none when nothing is left of it; mails to staff about decisions."""

import secrets

import pytest

from support.outbox import seal_payload

HOSTILE = 'Boiler</p><script>alert(1)</script> {{link.url}}'
EVERYTHING = "{accept_quotes,view_invoices,view_completed_jobs}"
TICKED = "{new_quotes,new_invoices,completed_jobs}"


class Member:
    def __init__(self, post, email: str = "kim@acme.example", language: str | None = None):
        self.post, self.email = post, email
        self.account, self.client = post.rows("SELECT account_id, client_id FROM portal.account JOIN portal.client USING (account_id) WHERE slug = 'alpha'")[0]
        member = post.value("INSERT INTO portal.member (account_id, email, state, password_hash, language) VALUES (%s, %s, 'active', '$argon2id$x', %s) RETURNING member_id",
                            self.account, email, language)
        self.membership = post.value("""INSERT INTO portal.membership (account_id, member_id, client_id, state, activated_at, permissions, notifications)
                                        VALUES (%s, %s, %s, 'active', now(), %s, %s) RETURNING membership_id""", self.account, member, self.client, EVERYTHING, TICKED)

    def invoice(self, number: str = "I-1", **columns) -> int:
        return self._insert("invoice", number=number, issued_on="today", currency="EUR", total_minor=1234567, **columns)

    def quote(self, number: str = "Q-1", **columns) -> int:
        return self._insert("quote", number=number, issued_on="today", currency="EUR", total_minor=100, **columns)

    def job(self, number: int = 900001) -> int:
        template = self.post.rows("SELECT job_template_id FROM portal.job_template WHERE account_id = %s", self.account)
        if not template:
            template = self.post.rows("INSERT INTO portal.job_template (account_id, name) VALUES (%s, 'Inspection') RETURNING job_template_id", self.account)
            self.post.rows("INSERT INTO portal.portal_visible_template (account_id, job_template_id) VALUES (%s, %s)", self.account, template[0][0])
        return self._insert("job", number=number, job_template_id=template[0][0], status="finished", finished_at="now")

    def _insert(self, table: str, **columns) -> int:
        columns = {"account_id": self.account, "client_id": self.client, **columns}
        return self.post.value(f"INSERT INTO portal.{table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) RETURNING {table}_id", *columns.values())

    def wait_for_more(self) -> None:
        """As long as news waits for more of it."""
        self.post.rows("UPDATE portal.news SET created_at = created_at - interval '3 minutes'")


@pytest.fixture
def member(post):
    return Member(post)


def parts(message) -> tuple[str, str]:
    text, html = message.iter_parts()
    return text.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def run(post, mail_server) -> str:
    return post.courier(post.smtp_settings(mail_server.port)).run_once()


def test_everything_new_comes_in_one_mail(post, mail_server, member):
    quote, job = member.quote(title="New boiler"), member.job()
    member.invoice(title=HOSTILE, paid_minor=67)
    assert "news" not in run(post, mail_server) and mail_server.received == [], "it waits for more"
    member.wait_for_more()
    run(post, mail_server)
    (mail,) = mail_server.to("kim@acme.example")
    text, html = parts(mail)
    assert str(mail["Subject"]) == "Business alpha: news for Acme in the client portal"
    assert f"""
Quotes that wait for your decision

Quote Q-1: New boiler
https://alpha.example/quotes/{quote}

Invoices to be paid

Invoice I-1: {HOSTILE} (12,345.00 EUR)
See them in the portal
https://alpha.example/invoices

Jobs that are done

Job 900001: Inspection
https://alpha.example/jobs/{job}
""" in text
    assert "\nhttps://alpha.example/account\n" in text and 'href="https://alpha.example/account"' in html
    assert f'<a href="https://alpha.example/quotes/{quote}">Quote Q-1: New boiler</a>' in html and f'href="https://alpha.example/jobs/{job}"' in html
    assert "<script" not in html and "&lt;script&gt;" in html and "{{link.url}}" in html
    assert run(post, mail_server) == "" and len(mail_server.received) == 1


def test_a_mail_in_spanish(post, mail_server):
    member = Member(post, "ana@acme.example", "es")
    member.invoice(title="Revisión")
    for number in range(12):
        member.quote(f"Q-{number}")
    member.wait_for_more()
    run(post, mail_server)
    text, html = parts(mail_server.to("ana@acme.example")[0])
    assert "\nFactura I-1: Revisión (12.345,67 EUR)\n" in text and "\nPresupuestos que esperan su decisión\n" in text
    assert text.count("\nPresupuesto Q-") == 10 and "\ny 2 más\nhttps://alpha.example/quotes\n" in text
    assert '<a href="https://alpha.example/quotes">y 2 más</a>' in html


def test_what_is_over_when_the_mail_leaves_is_not_in_it(post, mail_server, member):
    member.invoice()
    member.quote()
    member.wait_for_more()
    post.rows("UPDATE portal.quote SET is_superseded = true")
    run(post, mail_server)
    text, _ = parts(mail_server.to("kim@acme.example")[0])
    assert "Invoice I-1" in text and "Quote" not in text


def test_with_nothing_left_there_is_no_mail(post, mail_server, member):
    member.invoice()
    member.wait_for_more()
    post.rows("UPDATE portal.invoice SET paid_minor = total_minor")
    assert "dropped: there is nothing left to tell" in run(post, mail_server)
    assert mail_server.received == [] and post.rows("SELECT 1 FROM portal.outbox_message") == [] and post.rows("SELECT 1 FROM portal.news") == []
    # And nobody has to wait for the next one.
    member.invoice("I-2")
    member.wait_for_more()
    run(post, mail_server)
    assert len(mail_server.to("kim@acme.example")) == 1


def test_there_is_at_most_one_an_hour(post, mail_server, member):
    member.invoice()
    member.wait_for_more()
    run(post, mail_server)
    member.invoice("I-2")
    member.wait_for_more()
    run(post, mail_server)
    assert len(mail_server.received) == 1
    post.rows("UPDATE portal.outbox_message SET created_at = created_at - interval '61 minutes', sent_at = sent_at - interval '61 minutes'")
    run(post, mail_server)
    _, second = mail_server.to("kim@acme.example")
    assert "I-2" in parts(second)[0] and "I-1" not in parts(second)[0]


def test_each_reads_what_is_for_them(post, mail_server, member):
    other = Member(post, "lee@acme.example")
    post.rows("UPDATE portal.membership SET permissions = '{accept_quotes,view_completed_jobs}' WHERE membership_id = %s", other.membership)
    member.invoice()
    member.quote()
    member.wait_for_more()
    run(post, mail_server)
    assert "Invoice I-1" in parts(mail_server.to("kim@acme.example")[0])[0]
    text, _ = parts(mail_server.to("lee@acme.example")[0])
    assert "Quote Q-1" in text and "Invoice" not in text


def test_news_keeps_no_link_from_anybody(post, mail_server, member):
    """R54: a recipient's limit of a day counts it apart."""
    post.rows("""INSERT INTO portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, membership_id, created_at, sent_at)
                 SELECT %s, 'reference-of-many-' || n, 'news', 'email', 'kim@acme.example', 'en', %s, now() - interval '2 hours', now() - interval '2 hours' FROM generate_series(1, 20) n""",
              member.account, member.membership)
    member.invoice()
    member.wait_for_more()
    post.add_notices(["kim@acme.example"])
    run(post, mail_server)
    (mail,) = mail_server.to("kim@acme.example")
    assert "password" in str(mail["Subject"])
    run(post, mail_server)
    assert len(mail_server.received) == 1
    assert [(kind, error.split(" has")[0]) for kind, error in post.rows("SELECT kind, last_error FROM portal.outbox_message WHERE sent_at IS NULL")] == [("news", "waits: the recipient")]


def test_a_kind_of_another_version_is_left_alone(post, mail_server, member):
    """An older courier beside a newer host: it neither sends nor gives up what it does not know."""
    post.rows("ALTER TABLE portal.outbox_message DROP CONSTRAINT outbox_message_kind_check")
    reference = secrets.token_urlsafe(16)
    key_id, payload = seal_payload(post.keys_file, member.account, reference, {"origin": "https://alpha.example"})
    post.rows("""INSERT INTO portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, payload, key_id)
                 VALUES (%s, %s, 'of_tomorrow', 'email', 'kim@acme.example', 'en', %s, %s)""", member.account, reference, payload, key_id)
    post.add_notices(["lee@acme.example"])
    said = run(post, mail_server)
    assert len(mail_server.to("lee@acme.example")) == 1 and "of_tomorrow" not in said
    assert post.rows("SELECT attempts, last_error, failed_at FROM portal.outbox_message WHERE kind = 'of_tomorrow'") == [(0, None, None)]


def decide(post, member, decision: str, reason: str | None, recipient: str, language: str = "en", **quote) -> int:
    """What the module writes in one transaction."""
    number = member.quote(**quote)
    staff = post.value("INSERT INTO portal.staff (account_id, email, role, state, password_hash) VALUES (%s, %s, 'owner', 'active', '$argon2id$x') RETURNING staff_id", member.account, recipient)
    reference = secrets.token_urlsafe(16)
    key_id, payload = seal_payload(post.keys_file, member.account, reference, {"origin": "https://alpha.example"})
    post.rows("""WITH decided AS (
                   INSERT INTO portal.quote_decision (account_id, quote_id, client_id, revision, decision, reason, method, decided_by, membership_id)
                   VALUES (%s, %s, %s, 1, %s, %s, 'portal', 'Kim Acme', %s))
                 INSERT INTO portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, quote_id, payload, key_id)
                 VALUES (%s, %s, 'quote_decided', 'email', %s, %s, %s, %s, %s, %s)""", member.account, number, member.client, decision, reason, member.membership,
              member.account, reference, recipient, language, staff, number, payload, key_id)
    return number


def test_staff_read_what_was_decided_about_a_quote(post, mail_server, member):
    first = decide(post, member, "declined", "Too dear.\n\n<b>Sorry</b>\r\nBcc: x@y.example", "one@alpha.example", title=HOSTILE)
    second = decide(post, member, "accepted", None, "otro@alpha.example", "es", number="Q-2")
    decide(post, member, "changes_requested", "Azul.", "tercera@alpha.example", "es", number="Q-3")
    run(post, mail_server)
    (mail,), (correo,), (tercera,) = [mail_server.to(f"{name}@alpha.example") for name in ("one", "otro", "tercera")]
    text, html = parts(mail)
    assert str(mail["Subject"]) == "Quote Q-1 of Acme: declined" and mail["Bcc"] is None
    assert f"\nQ-1 {HOSTILE}\n\nDecision: declined\nDecided by: Kim Acme\n\nToo dear.\n\n<b>Sorry</b>\nBcc: x@y.example\n" in text
    assert f"\nhttps://alpha.example/console/quotes/{first}\n" in text
    assert "<script" not in html and "Too dear.<br><br>&lt;b&gt;Sorry&lt;/b&gt;<br>Bcc: x@y.example" in html
    text, html = parts(correo)
    assert str(correo["Subject"]) == "Presupuesto Q-2 de Acme: aceptado"
    assert "\nQ-2\n\nDecisión: aceptado\nDecidido por: Kim Acme\n\nEl presupuesto:\n" in text and f'href="https://alpha.example/console/quotes/{second}"' in html
    assert str(tercera["Subject"]) == "Presupuesto Q-3 de Acme: cambios pedidos" and "\nDecisión: cambios pedidos\nDecidido por: Kim Acme\n\nAzul.\n" in parts(tercera)[0]


def test_a_mail_tells_of_the_decision_with_which_it_was_written(post, mail_server, member):
    """Also when there is another one by the time it leaves."""
    number = decide(post, member, "changes_requested", "Blue, please.", "one@alpha.example")
    post.rows("""INSERT INTO portal.quote_decision (account_id, quote_id, client_id, revision, decision, method, decided_by, membership_id, decided_at)
                 VALUES (%s, %s, %s, 1, 'accepted', 'portal', 'Kim Acme', %s, now() + interval '1 second')""", member.account, number, member.client, member.membership)
    run(post, mail_server)
    text, _ = parts(mail_server.to("one@alpha.example")[0])
    assert "\nDecision: changes requested\n" in text and "\nBlue, please.\n" in text


def test_staff_are_not_told_of_decisions_more_than_a_day_late(post, mail_server, member):
    decide(post, member, "accepted", None, "one@alpha.example")
    post.rows("UPDATE portal.outbox_message SET created_at = created_at - interval '25 hours', last_error = 'waits: the recipient has got all that one may get in a day'")
    run(post, mail_server)
    assert mail_server.received == [] and post.rows("SELECT last_error FROM portal.outbox_message WHERE failed_at IS NOT NULL")[0][0].startswith("given up, because it is more than a day late")
