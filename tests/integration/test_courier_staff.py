"""Mails to staff: with a link to the console while it is good, and none to somebody who was removed."""

import hashlib
import secrets
from base64 import urlsafe_b64encode

import pytest

from support.outbox import seal_payload


def send(post, email: str, kind: str, *, purpose: str | None, page: str = "", language: str = "en", state: str = "active", **columns) -> str:
    """A message as the module writes it; returns its link."""
    account = post.rows("SELECT account_id FROM portal.account WHERE slug = 'alpha'")[0][0]
    ((staff_id,),) = post.rows("""INSERT INTO portal.staff (account_id, email, role, state, password_hash, removed_at) VALUES (%s, %s, 'viewer', %s,
        CASE WHEN %s = 'active' THEN '$argon2id$x' END, CASE WHEN %s = 'removed' THEN now() END) RETURNING staff_id""", account, email, state, state, state)
    raw = secrets.token_bytes(32)
    token = urlsafe_b64encode(raw).rstrip(b"=").decode()
    if purpose:
        post.rows("""INSERT INTO portal.staff_token (account_id, purpose, token_hash, staff_id, address, expires_at, revoked_at, revoked_reason)
            VALUES (%s, %s, %s, %s, %s, now() + interval '1 day', %s, %s)""", account, purpose, hashlib.sha256(raw).digest(), staff_id, email,
                  columns.get("revoked_at"), columns.get("revoked_reason"))
    url = f"https://alpha.example/console/{page}#{token}"
    reference = secrets.token_urlsafe(16)
    key_id, payload = seal_payload(post.keys_file, account, reference, {"url": url} if purpose else {"origin": "https://alpha.example"})
    post.rows("""INSERT INTO portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, payload, key_id)
        VALUES (%s, %s, %s, 'email', %s, %s, %s, %s, %s)""", account, reference, kind, email, language, staff_id, payload, key_id)
    return url


def text_of(message) -> str:
    return next(message.iter_parts()).get_content().replace("\r\n", "\n")


def test_links_arrive_in_both_languages_and_notices_without_one(post, mail_server):
    links = {"new@alpha.example": send(post, "new@alpha.example", "staff_invitation", purpose="activation", page="activate", state="invited"),
             "nueva@alpha.example": send(post, "nueva@alpha.example", "staff_invitation", purpose="activation", page="activate", state="invited", language="es"),
             "old@alpha.example": send(post, "old@alpha.example", "staff_password_reset", purpose="password_reset", page="password")}
    send(post, "told@alpha.example", "staff_password_changed", purpose=None)
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    for email, link in links.items():
        (mail,) = mail_server.to(email)
        assert f"\n{link}\n" in text_of(mail) and "Business alpha" in str(mail["Subject"])
    assert "elegir su contraseña" in text_of(mail_server.to("nueva@alpha.example")[0])
    assert "#" not in text_of(mail_server.to("told@alpha.example")[0])


@pytest.mark.parametrize("state, columns", [("removed", {}), ("active", {"revoked_at": "2026-01-01", "revoked_reason": "replaced"})], ids=["removed", "replaced"])
def test_what_is_over_is_not_sent(post, mail_server, state, columns):
    send(post, "old@alpha.example", "staff_password_reset", purpose="password_reset", page="password", state=state, **columns)
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    assert post.outbox("old@alpha.example")["state"] == "failed" and not mail_server.received
