"""Mails about work requests: what is true when they leave, in the reader's language, with a link to the request and nothing else."""

import secrets

import pytest

from support.outbox import seal_payload

HOSTILE = 'Boiler</p><script>alert(1)</script> {{link.url}}'


@pytest.fixture
def asked(post):
    """The account, the membership and the person of a request, and its id."""
    account, client = post.rows("SELECT account_id, client_id FROM portal.account JOIN portal.client USING (account_id) WHERE slug = 'alpha'")[0]
    member = post.value("INSERT INTO portal.member (account_id, email, state, password_hash) VALUES (%s, 'kim@acme.example', 'active', '$argon2id$x') RETURNING member_id", account)
    membership = post.value("""INSERT INTO portal.membership (account_id, member_id, client_id, state, activated_at) VALUES (%s, %s, %s, 'active', now()) RETURNING membership_id""",
                            account, member, client)
    request = post.value("INSERT INTO portal.work_request (account_id, client_id, membership_id, subject) VALUES (%s, %s, %s, %s) RETURNING work_request_id",
                         account, client, membership, HOSTILE)
    return account, membership, member, request


def send(post, asked, kind: str, recipient: str, language: str = "en") -> None:
    account, membership, member, request = asked
    reference = secrets.token_urlsafe(16)
    key_id, payload = seal_payload(post.keys_file, account, reference, {"origin": "https://alpha.example"})
    person = {"member_id": member, "membership_id": membership}
    if kind != "work_request_answered":
        person = {"staff_id": post.value("INSERT INTO portal.staff (account_id, email, role, state, password_hash) VALUES (%s, %s, 'viewer', 'active', '$argon2id$x') RETURNING staff_id",
                                         account, recipient)}
    columns = {"account_id": account, "message_reference": reference, "kind": kind, "channel": "email", "recipient": recipient, "language": language, "work_request_id": request,
               "payload": payload, "key_id": key_id, **person}
    post.rows(f"INSERT INTO portal.outbox_message ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", *columns.values())


def parts(message) -> tuple[str, str]:
    text, html = message.iter_parts()
    return text.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("kind, words", [("work_request_submitted", ("asks for work", "solicita un trabajo")), ("work_request_cancelled", ("has cancelled", "ha cancelado"))])
def test_staff_are_led_to_the_request(post, mail_server, asked, kind, words):
    send(post, asked, kind, "one@alpha.example")
    send(post, asked, kind, "otro@alpha.example", "es")
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    for email, said in zip(("one@alpha.example", "otro@alpha.example"), words):
        (mail,) = mail_server.to(email)
        text, html = parts(mail)
        assert said in text and f"\nhttps://alpha.example/console/requests/{asked[3]}\n" in text and f"\n{HOSTILE}\n" in text and "Acme" in text
        assert "<script" not in html and "&lt;script&gt;" in html and "{{link.url}}" in html
        assert "Acme" in str(mail["Subject"]) and "Boiler" in str(mail["Subject"])


def test_whoever_asked_reads_what_is_true_when_the_mail_leaves(post, mail_server, asked):
    send(post, asked, "work_request_answered", "kim@acme.example")
    post.rows("UPDATE portal.work_request SET state = 'scheduled', reply = %s WHERE work_request_id = %s", "We come on Friday.\n\nBring <b>the key</b>.\r\nBcc: x@y.example", asked[3])
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    (mail,) = mail_server.to("kim@acme.example")
    text, html = parts(mail)
    assert "\nState: Planned\n" in text and "\nWe come on Friday.\n\nBring <b>the key</b>.\nBcc: x@y.example\n" in text
    assert "We come on Friday.<br><br>Bring &lt;b&gt;the key&lt;/b&gt;.<br>Bcc: x@y.example" in html
    assert f"\nhttps://alpha.example/requests/{asked[3]}\n" in text and mail["Bcc"] is None and "Planned" in str(mail["Subject"])


def test_without_a_reply_there_is_none_to_be_read(post, mail_server, asked):
    send(post, asked, "work_request_answered", "kim@acme.example", "es")
    post.rows("UPDATE portal.work_request SET state = 'acknowledged' WHERE work_request_id = %s", asked[3])
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    (mail,) = mail_server.to("kim@acme.example")
    assert "\nEstado: Vista\n" in parts(mail)[0] and "hay novedades" in parts(mail)[0]


def test_what_members_ask_for_keeps_no_other_mail_from_staff(post, mail_server, asked):
    """R54: a recipient's limit of a day counts these apart."""
    send(post, asked, "work_request_submitted", "one@alpha.example")
    post.rows("""INSERT INTO portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, work_request_id, sent_at)
                 SELECT %s, 'reference-of-many-' || n, 'work_request_submitted', 'email', 'one@alpha.example', 'en', %s, now() FROM generate_series(1, 20) n""", asked[0], asked[3])
    post.add_notices(["one@alpha.example"])
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    (mail,) = mail_server.to("one@alpha.example")
    assert "password" in str(mail["Subject"])
    assert post.rows("SELECT last_error FROM portal.outbox_message WHERE sent_at IS NULL")[0][0].startswith("waits: the recipient")
