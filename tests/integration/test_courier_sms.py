"""Text messages over gateways, and messages that become files."""

import email
import email.policy
import threading

import pytest

from support.mail_server import SmsGateway

PHONE = "+442079460101"


def settings(post, gateway: SmsGateway, provider: str, extra: str = "") -> str:
    url = f"http://127.0.0.1:{gateway.port}" + ("" if provider == "twilio" else "/send?x=1")
    return (f"poll_seconds = 1\ntotal_seconds = 3\n[sms]\nprovider = {provider}\nurl = {url}\nusername = AC123\npassword_file = {post.password_file}\n"
            f"sender = +15005550006\n{extra}")


def test_who_has_only_a_phone_gets_a_text_message(post):
    link = post.invite("+44 20 7946 0101", "--language", "es")
    with SmsGateway() as gateway:
        post.courier(settings(post, gateway, "twilio")).run_once()
    (request,) = gateway.requests
    assert request["path"] == "/2010-04-01/Accounts/AC123/Messages.json" and request["headers"]["Authorization"].startswith("Basic ")
    assert set(request["form"]) == {"To", "From", "Body"} and request["form"]["To"] == [PHONE] and request["form"]["From"] == ["+15005550006"]
    assert link in request["form"]["Body"][0] and "Caduca el" in request["form"]["Body"][0]
    sent = post.outbox(PHONE)
    assert sent["state"] == "sent" and sent["channel"] == "sms"
    assert str(sent["message_id"]) in request["headers"]["Idempotency-Key"]
    (member,) = post.portalctl.json("member", "list", "--account", "alpha")
    assert (member["phone"], member["email"], member["invitation"]) == (PHONE, None, "sent")


def test_an_invitation_to_a_wrong_number_is_taken_back(post):
    post.invite(PHONE)
    where = ("member", "remove", "--account", "alpha", "--client", "Acme")
    assert "Whom?" in post.portalctl.refuses(*where, status=2)
    assert "no longer belongs" in post.portalctl(*where, "--phone", "+44 20 7946 0101")
    assert post.value("SELECT count(*) FROM portal.outbox_message") == 0
    assert post.rows("SELECT revoked_reason FROM portal.one_time_token") == [("cancelled",)]
    assert post.portalctl.refuses(*where, "--phone", PHONE) == f"{PHONE} is no member of Acme."


def test_a_gateway_that_is_busy_is_asked_again_when_it_says(post):
    """M6: the same idempotency key each time."""
    post.invite(PHONE)
    with SmsGateway() as gateway:
        gateway.answers = [(429, {"Retry-After": "600"}), (503, {})]
        courier = post.courier(settings(post, gateway, "form", "to_field = mobile\ntext_field = message\nid_field = reference\nfield = type=plain\n"))
        courier.run_once()
        waiting = post.outbox(PHONE)
        assert waiting["last_error"] == "the gateway answered 429" and waiting["state"] == "queued"
        assert 590 < post.value("SELECT extract(epoch FROM not_before - now()) FROM portal.outbox_message") <= 600
        for _ in range(2):
            post.make_due()
            courier.run_once()
    assert post.outbox(PHONE)["state"] == "sent" and post.outbox(PHONE)["attempts"] == 3
    assert len({request["headers"]["Idempotency-Key"] for request in gateway.requests}) == 1
    assert len({request["form"]["reference"][0] for request in gateway.requests}) == 1
    form = gateway.requests[0]["form"]
    assert form["mobile"] == [PHONE] and form["type"] == ["plain"] and "activate#" in form["message"][0]


def test_a_gateway_that_refuses(post):
    post.invite(PHONE)
    with SmsGateway() as gateway:
        gateway.answers = [(400, {})]
        post.courier(settings(post, gateway, "twilio")).run_once()
    assert (post.outbox(PHONE)["state"], post.outbox(PHONE)["last_error"]) == ("failed", "the gateway answered 400")


def test_a_long_answer_is_one_too(post):
    """Asked again, it would send the message again."""
    post.invite(PHONE)
    with SmsGateway() as gateway:
        gateway.body = b"x" * 200_000
        post.courier(settings(post, gateway, "form")).run_once()
    assert post.outbox(PHONE)["state"] == "sent" and len(gateway.requests) == 1


@pytest.mark.parametrize("way", ["short", "stalled"])
def test_an_answer_that_breaks_off_was_one(post, way):
    """The status line says that the message was taken: asked again, the gateway would send it again."""
    post.invite(PHONE)
    with SmsGateway() as gateway:
        gateway.length, gateway.held = 1000, threading.Event() if way == "stalled" else None
        courier = post.courier(settings(post, gateway, "form").replace("total_seconds = 3", "total_seconds = 1"))
        try:
            courier.run_once()
            post.make_due()
            courier.run_once()
        finally:
            if gateway.held:
                gateway.held.set()
    assert (post.outbox(PHONE)["state"], len(gateway.requests)) == ("sent", 1)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 405, 407, 415])
def test_a_gateway_that_is_set_up_wrong_fails_no_message(post, status):
    """Somebody mends the settings, or pays; meanwhile it is left alone after a few tries."""
    phones = [f"+4420794601{number:02}" for number in range(8)]
    for phone in phones:
        post.invite(phone)
    with SmsGateway() as gateway:
        gateway.answers = [(status, {})] * len(phones)
        courier = post.courier(settings(post, gateway, "form").replace("[sms]", "sends = 1\n[sms]"))
        courier.run_once()
        assert len(gateway.requests) == 5
        lines = [post.outbox(phone) for phone in phones]
        assert {line["state"] for line in lines} == {"queued"}
        assert {line["last_error"] for line in lines} == {f"the gateway answered {status}", "the gateway for text messages does not answer"}
        gateway.answers = []
        post.make_due()
        courier.run_once()
    assert {post.outbox(phone)["state"] for phone in phones} == {"sent"}


@pytest.mark.parametrize("elsewhere", ["http://gateway.example:", "http://127.gateway.example:", "http://localhost:x@gateway.example:"])
def test_plain_http_is_refused_elsewhere_than_on_this_machine(post, elsewhere):
    post.invite(PHONE)
    with SmsGateway() as gateway:
        post.courier(settings(post, gateway, "form").replace("http://127.0.0.1:", elsewhere)).run_once()
    assert post.outbox(PHONE)["last_error"] == "the gateway's URL must begin with https://" and not gateway.requests


def test_messages_become_files(post):
    link, text_link = post.invite("ann@acme.example"), post.invite(PHONE)
    mail = post.folder / "mail"
    mail.mkdir()
    post.courier(f"mail_directory = {mail}\n").run_once()
    (eml,), (txt,) = mail.glob("*.eml"), mail.glob("*.txt")
    assert sorted(mail.iterdir()) == sorted([eml, txt]) and eml.stat().st_mode & 0o777 == 0o600
    message = email.message_from_bytes(eml.read_bytes(), policy=email.policy.default)
    assert link in message.get_body(("plain",)).get_content() and message["To"] == "ann@acme.example"
    assert txt.read_text().startswith(f"To: {PHONE}\n\n") and text_link in txt.read_text()
    assert {post.outbox(to)["state"] for to in ("ann@acme.example", PHONE)} == {"sent"}


def test_a_layout_of_the_hosts_own_and_one_that_is_wrong(post):
    layouts, mail = post.folder / "layouts", post.folder / "mail"
    (layouts / "en").mkdir(parents=True)
    mail.mkdir()
    (layouts / "en/invitation.txt").write_text("Subject: From {{company.name}}\n\nGo to {{activation.url}}\n")
    link = post.invite("ann@acme.example")
    courier = post.courier(f"mail_directory = {mail}\nlayouts_directory = {layouts}\n")
    courier.run_once()
    (file,) = mail.glob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "From Business alpha" and message.get_body(("plain",)).get_content().strip() == f"Go to {link}"
    (layouts / "en/invitation.txt").write_text("Subject: x\n\none\ntwo {{client.nmae}}\n")
    refused = post.portalctl.run("courier", "--once", "--config", courier.config, "--database", f"host={post.server.sockets} dbname={post.database}",
                                 "--keys-file", post.keys_file)
    assert refused.returncode == 1 and "en/invitation.txt: line 2, column 5: unknown_placeholder" in refused.stderr


def test_a_number_without_its_country_is_the_accounts(post, tmp_path):
    """What was written down as people dial it at home."""
    folder = tmp_path / "sent"
    folder.mkdir()
    settings = f"mail_directory = {folder}\n"
    post.invite(PHONE)
    post.rows("UPDATE portal.outbox_message SET recipient = '020 7946 0101'")
    post.courier(settings).run_once()
    (failed,) = post.portalctl.json("outbox", "list")
    assert (failed["state"], failed["last_error"]) == ("failed", "the number has no country in front, and the account says none")
    assert "is not a country" in post.portalctl.refuses("account", "set", "--account", "alpha", "--country", "XX", status=2)
    post.portalctl("account", "set", "--account", "alpha", "--country", "GB")
    post.rows("UPDATE portal.outbox_message SET failed_at = NULL, not_before = now()")
    post.courier(settings).run_once()
    (sent,) = folder.glob("*.txt")
    assert sent.read_text().startswith("To: +442079460101\n")
