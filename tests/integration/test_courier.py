"""The courier between a real database and a real SMTP server: what arrives, and what becomes of what does not."""

import re
import signal
import time

import pytest

from support.courier import wait_until
from support.mail_server import MailServer, PASSWORD, Tarpit, make_authority

SECRETS = (PASSWORD, "activate#")


def parts(message) -> tuple[str, str]:
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return text.get_content(), html.get_content()


def test_an_invitation_arrives_in_the_persons_language_with_the_link(post, mail_server):
    english = post.invite("ann@acme.example")
    spanish = post.invite("juan@acme.example", "--language", "es")
    with post.courier(post.smtp_settings(mail_server.port)) as courier:
        post.wait_for("ann@acme.example", "sent")
        sent = post.wait_for("juan@acme.example", "sent")
    (mail,), (correo,) = mail_server.to("ann@acme.example"), mail_server.to("juan@acme.example")
    assert str(mail["From"]) == "Portal alpha <portal@host.example>" and str(mail["To"]) == "ann@acme.example"
    assert str(mail["Subject"]) == "Business alpha: your access to the client portal"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Date"].datetime.year >= 2024
    text, html = parts(mail)
    assert english.startswith("https://alpha.example/activate#") and f"\n{english}\n" in text.replace("\r\n", "\n")
    assert f'href="{english}"' in html and "Acme" in text and "(Europe/Madrid)" in text
    assert "Abra este enlace" in parts(correo)[0] and f"\n{spanish}\n" in parts(correo)[0].replace("\r\n", "\n")
    # Nothing of the link stays, neither in the database nor in what the courier says.
    assert sent["attempts"] == 1 and sent["last_error"] is None and sent["sent_at"]
    assert post.rows("SELECT payload, key_id, claim_token FROM portal.outbox_message") == [(None, None, None)] * 2
    log = courier.log.read_text(errors="replace")
    assert not any(secret in log for secret in (*SECRETS, "ann@acme.example"))
    states = {line["email"]: line["invitation"] for line in post.portalctl.json("member", "list", "--account", "alpha")}
    assert states == {"ann@acme.example": "sent", "juan@acme.example": "sent"}
    assert {received.user for received in mail_server.received} == {"portico"}


def test_tls_from_the_first_byte(post, authority):
    post.invite("ann@acme.example")
    with MailServer(authority[1], authority[2], tls_first=True) as server:
        post.courier(post.smtp_settings(server.port).replace("starttls", "tls")).run_once()
        assert len(server.to("ann@acme.example")) == 1


def test_a_server_of_another_authority_gets_nothing_and_the_message_waits(post, mail_server, tmp_path):
    (tmp_path / "other").mkdir()
    other, _, _ = make_authority(tmp_path / "other", "other")
    post.invite("ann@acme.example")
    settings = post.smtp_settings(mail_server.port).replace(str(post.authority), str(other))
    said = post.courier(settings).run_once()
    waiting = post.outbox("ann@acme.example")
    assert waiting["state"] == "queued" and "certificate" in waiting["last_error"] and not mail_server.received
    assert not any(secret in said + waiting["last_error"] for secret in SECRETS)
    # The control: with the right authority the same message goes.
    post.make_due()
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    assert len(mail_server.to("ann@acme.example")) == 1


def test_a_wrong_password_waits_and_is_not_told(post, mail_server):
    post.invite("ann@acme.example")
    post.password_file.write_text("not this one\n")
    said = post.courier(post.smtp_settings(mail_server.port)).run_once()
    waiting = post.outbox("ann@acme.example")
    assert waiting["state"] == "queued" and waiting["attempts"] == 1 and not mail_server.received
    assert "denied" in waiting["last_error"] and "not this one" not in said + waiting["last_error"]


def test_nobody_listens(post):
    """M1: the action succeeded, the message stays and says why; one minute later it is tried again."""
    post.invite("ann@acme.example")
    post.courier(post.smtp_settings(1)).run_once()
    waiting = post.outbox("ann@acme.example")
    assert waiting["state"] == "queued" and "onnect" in waiting["last_error"]
    assert 50 < post.value("SELECT extract(epoch FROM not_before - now()) FROM portal.outbox_message") <= 66
    # Five days later it is given up, visibly, and somebody can try again.
    post.rows("UPDATE portal.outbox_message SET first_attempt_at = now() - interval '5 days 1 minute', attempts = 27")
    post.make_due()
    post.courier(post.smtp_settings(1)).run_once()
    failed = post.outbox("ann@acme.example")
    assert failed["state"] == "failed" and failed["last_error"].startswith("given up after five days")
    assert post.portalctl.json("outbox", "count") == [{"account": "alpha", "queued": 0, "oldest_queued_at": None, "failed": 1, "sent_in_a_day": 0}]


def test_answers_for_one_recipient(post, mail_server):
    """M2: 4xx is tried again, 5xx is the end; the others are untouched."""
    mail_server.behaviour.recipients = {"full@acme.example": "452 4.2.2 mailbox full", "gone@acme.example": "550 5.1.1 <Gone@acme.example>: no such person"}
    mail_server.behaviour.text = {"spam@acme.example": "554 5.7.1 not wanted", "grey@acme.example": "451 4.7.1 later"}
    names = ("full", "gone", "spam", "grey", "fine")
    for name in names:
        post.invite(f"{name}@acme.example")
    said = post.courier(post.smtp_settings(mail_server.port)).run_once()
    assert "550 5.1.1 <(the recipient)>: no such person" in said and "@acme.example" not in said
    found = {name: post.outbox(f"{name}@acme.example") for name in names}
    assert {name: line["state"] for name, line in found.items()} == {"full": "queued", "gone": "failed", "spam": "failed", "grey": "queued", "fine": "sent"}, found
    assert found["gone"]["last_error"] == "550 5.1.1 <Gone@acme.example>: no such person" and found["full"]["last_error"] == "452 4.2.2 mailbox full"
    assert found["spam"]["last_error"] == "554 5.7.1 not wanted" and found["grey"]["last_error"] == "451 4.7.1 later"
    states = {line["email"]: line["invitation"] for line in post.portalctl.json("member", "list", "--account", "alpha")}
    assert states["gone@acme.example"] == "failed" and states["full@acme.example"] == "queued" and states["fine@acme.example"] == "sent"
    first = post.value("SELECT message_reference FROM portal.outbox_message WHERE recipient = 'gone@acme.example'")
    # Somebody has made room, and the address exists after all.
    mail_server.behaviour.recipients, mail_server.behaviour.text = {}, {}
    assert "again in the queue" in post.portalctl("outbox", "retry", "--account", "alpha", "--all-failed")
    post.make_due()
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    assert {post.outbox(f"{name}@acme.example")["state"] for name in names} == {"sent"}
    assert first in mail_server.to("gone@acme.example")[0]["Message-ID"]
    assert post.portalctl.refuses("outbox", "retry", "--account", "alpha", "--message", str(found["fine"]["message_id"])) == "It was sent already."


def test_a_tarpit_stops_nobody_else(post, mail_server):
    """M3: an account whose own server answers a byte a second; everybody else's mail goes meanwhile."""
    post.add_account("slow")
    with Tarpit() as tarpit:
        post.portalctl("mail", "set", "--account", "slow", "--smtp-host", "localhost", "--smtp-port", str(tarpit.port), "--sender-address", "a@slow.example")
        post.add_notices([f"stuck{number}@slow.example" for number in range(40)], slug="slow")
        with post.courier(post.smtp_settings(mail_server.port, top="sends = 8\ntotal_seconds = 4\nconnect_seconds = 4")):
            wait_until(lambda: tarpit.connections)
            started = time.monotonic()
            post.add_notices([f"quick{number}@alpha.example" for number in range(20)])
            wait_until(lambda: len(mail_server.received) == 20)
            assert time.monotonic() - started < 4
            # And the deadline ends what is stuck.
            wait_until(lambda: post.value("SELECT count(*) FROM portal.outbox_message WHERE last_error IS NOT NULL AND recipient LIKE 'stuck%%'"))
        assert tarpit.connections <= 16


def test_a_message_that_cannot_be_made_is_given_up_and_the_queue_goes_on(post, mail_server):
    """M7."""
    post.invite("poison@acme.example")
    post.rows("UPDATE portal.outbox_message SET payload = '\\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'")
    post.invite("ann@acme.example")
    courier = post.courier(post.smtp_settings(mail_server.port))
    for attempt in range(1, 11):
        assert post.outbox("poison@acme.example")["state"] == "queued"
        courier.run_once()
        assert post.outbox("poison@acme.example")["attempts"] == attempt
        post.make_due()
    failed = post.outbox("poison@acme.example")
    assert failed["state"] == "failed" and failed["last_error"] == "a sealed value cannot be opened"
    assert len(mail_server.to("ann@acme.example")) == 1


def test_what_must_not_go_any_more(post, mail_server):
    """A link that has ended or was replaced, that of a membership that is over, and everything of a suspended account."""
    post.invite("expired@acme.example")
    post.rows("UPDATE portal.one_time_token SET created_at = now() - interval '8 days', expires_at = now() - interval '1 day'")
    post.invite("over@acme.example")
    post.rows("UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE member_id = (SELECT member_id FROM portal.member WHERE email = 'over@acme.example')")
    post.invite("ann@acme.example")
    post.add_account("closed")
    post.invite("eve@acme.example", slug="closed")
    post.portalctl("account", "suspend", "--account", "closed")
    courier = post.courier(post.smtp_settings(mail_server.port))
    courier.run_once()
    for gone in ("expired@acme.example", "over@acme.example"):
        failed = post.outbox(gone)
        assert (failed["state"], failed["last_error"]) == ("failed", "the link in it has ended, was used or was replaced")
    waiting = post.outbox("eve@acme.example")
    assert (waiting["state"], waiting["attempts"], waiting["last_error"]) == ("queued", 0, "waits: the account is suspended")
    assert [received.recipients for received in mail_server.received] == [["ann@acme.example"]]
    post.portalctl("account", "resume", "--account", "closed")
    courier.run_once()
    assert len(mail_server.to("eve@acme.example")) == 1


def test_an_international_domain_goes_out_in_ascii(post, mail_server):
    """In the envelope and in the header, whatever the locale of the courier; letters beyond ASCII before the @ have no such writing."""
    post.add_notices(["info@müller.example", "josé@acme.example"])
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    (received,) = mail_server.received
    assert received.recipients == ["info@xn--mller-kva.example"] and b"\r\nTo: info@xn--mller-kva.example\r\n" in received.content
    failed = post.outbox("josé@acme.example")
    assert (failed["state"], failed["last_error"]) == ("failed", "the address has letters before the @ that mail servers cannot be relied on to take")


def test_links_begin_with_an_origin_of_the_account(post, mail_server):
    """R52: whatever the payload says, and also after the account has moved to another host."""
    link = post.invite("ann@acme.example")
    post.rows("UPDATE portal.account_host SET host = 'new.example', origin = 'https://new.example'")
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    text, html = parts(mail_server.to("ann@acme.example")[0])
    moved = link.replace("https://alpha.example", "https://new.example")
    assert moved in text and moved in html
    assert set(re.findall(r"https?://[^/\s\"<]+", text + html)) == {"https://new.example"}


def test_three_hundred_in_an_hour_go_and_the_limits_hold(post, mail_server):
    """R54: over a limit messages wait, and say so."""
    post.add_notices([f"p{number}@acme.example" for number in range(300)])
    with post.courier(post.smtp_settings(mail_server.port, top="account_sends = 16")):
        wait_until(lambda: len(mail_server.received) == 300, seconds=40)
    assert len({received.recipients[0] for received in mail_server.received}) == 300
    post.add_notices(["late@acme.example"])
    limited = post.courier(post.smtp_settings(mail_server.port, "[limits]\naccount_hour = 300"), "limited")
    limited.run_once()
    assert (post.outbox("late@acme.example")["state"], post.outbox("late@acme.example")["attempts"]) == ("queued", 0)
    assert post.outbox("late@acme.example")["last_error"] == "waits: the account has sent all that it may in an hour"
    post.rows("UPDATE portal.outbox_message SET sent_at = sent_at - interval '61 minutes'")
    post.make_due()
    post.add_notices(["p0@acme.example"] * 4)
    post.courier(post.smtp_settings(mail_server.port, "[limits]\nrecipient_day = 3"), "fewer").run_once()
    assert post.outbox("late@acme.example")["state"] == "sent"
    assert len(mail_server.to("p0@acme.example")) == 3


def test_sigterm_finishes_what_is_being_sent(post, mail_server):
    post.invite("ann@acme.example")
    courier = post.courier(post.smtp_settings(mail_server.port))

    def end_it() -> None:
        courier.signal(signal.SIGTERM)
        time.sleep(0.3)

    mail_server.behaviour.before["DATA"] = end_it
    with courier:
        post.wait_for("ann@acme.example", "sent")
    assert len(mail_server.received) == 1 and "the courier has ended" in courier.log.read_text(errors="replace")


@pytest.mark.parametrize("line", ["[smtp]\nhost = a.example\nsecurity = none\nsender_address = a@a.example", "[smtp]\nport = x", "secret = hunter2", "[sms]\nprovider = form",
                                  "[nowhere]"])
def test_settings_that_are_wrong_are_said_and_not_repeated(post, line):
    config = post.folder / "wrong.conf"
    config.write_text(line)
    sentence = post.portalctl.run("courier", "--once", "--config", config, "--database", f"host={post.server.sockets} dbname={post.database}", "--keys-file",
                                  post.keys_file)
    assert sentence.returncode == 1 and str(config) in sentence.stderr and "hunter2" not in sentence.stderr
