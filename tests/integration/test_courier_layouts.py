"""The courier sends an account's own invitations, framed with the account's name and logo, whatever stands in a name."""

from support import staff
from support.hostile import SEEDS
from support.outbox import seal_payload

from test_courier import parts
from test_courier_hostile import Elements

HTML = "<p title=\"t\">Dear {{client.name}},</p><p><a href=\"{{activation.url}}\">Begin</a> at {{company.name}} until {{activation.expires}}</p>"


def write(post, account: int, language: str = "en", **columns) -> None:
    columns = {"email_subject": "Welcome, {{client.name}}", "email_html": HTML, "sms_text": "{{company.name}} {{activation.url}}", **columns}
    post.rows(f"INSERT INTO portal.invitation_layout (account_id, language, {', '.join(columns)}) VALUES (%s, %s, {', '.join(['%s'] * len(columns))})",
              account, language, *columns.values())


def account_of(post) -> int:
    return post.value("SELECT account_id FROM portal.account WHERE slug = 'alpha'")


def test_an_account_has_its_own_words(post, mail_server):
    write(post, account_of(post))
    link = post.invite("ann@acme.example")
    post.invite("juan@acme.example", "--language", "es")
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    (mail,), (correo,) = mail_server.to("ann@acme.example"), mail_server.to("juan@acme.example")
    text, html = parts(mail)
    assert str(mail["Subject"]) == "Welcome, Acme"
    assert "<p title=\"t\">Dear Acme,</p>" in html and f'href="{link}"' in html and html.startswith("<!DOCTYPE html>") and html.rstrip().endswith("</html>")
    assert text.replace("\r\n", "\n").startswith(f"Dear Acme,\n\nBegin <{link}> at Business alpha until ") and "(Europe/Madrid)" in text
    assert "Abra este enlace" in parts(correo)[0]
    # The logo is the account's, in the frame of every mail.
    assert "/api/v1/portal/logo" not in html
    post.rows("UPDATE portal.portal SET logo_hash = sha256('x'), logo_media_type = 'image/png', logo_width = 10, logo_height = 10")
    post.invite("bob@acme.example")
    post.add_notices(["eve@acme.example"])
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    for address in ("bob@acme.example", "eve@acme.example"):
        assert 'src="https://alpha.example/api/v1/portal/logo"' in parts(mail_server.to(address)[0])[1]


def test_a_layout_that_this_courier_refuses_is_replaced_by_the_one_that_comes_with_the_portal(post, mail_server):
    write(post, account_of(post), email_html="<script>{{activation.url}}</script>")
    post.invite("ann@acme.example")
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    assert "Open this link" in parts(mail_server.to("ann@acme.example")[0])[0]


def test_a_test_to_oneself_looks_like_an_invitation_and_opens_nothing(post, mail_server):
    account = account_of(post)
    write(post, account)
    who = post.rows("INSERT INTO portal.staff (account_id, email, role, state, password_hash) VALUES (%s, 'me@alpha.example', 'manager', 'active', %s) RETURNING staff_id",
                    account, staff.NO_PASSWORD)[0][0]
    key_id, payload = seal_payload(post.keys_file, account, "reference-of-a-test", {"origin": "https://alpha.example"})
    post.rows("""INSERT INTO portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, payload, key_id)
                 VALUES (%s, 'reference-of-a-test', 'invitation_test', 'email', 'me@alpha.example', 'en', %s, %s, %s)""", account, who, payload, key_id)
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    (mail,) = mail_server.to("me@alpha.example")
    assert str(mail["Subject"]) == "Welcome, Example Ltd" and "https://alpha.example/activate#example-of-a-link" in parts(mail)[0]


def test_hostile_names_in_an_own_layout_change_nothing_but_the_words(post, mail_server):
    """Of each substitution all 500 strings: tests/unit/layouts/invitation_test.cpp."""
    people = [f"p{number}@acme.example" for number in range(len(SEEDS))]
    for number, name in enumerate(SEEDS):
        write(post, post.add_account(f"h{number}", name=name, client=name))
    write(post, account_of(post))
    post.invite("plain@acme.example")
    post.copy_invitation(people, [f"h{number}" for number in range(len(SEEDS))])
    post.courier(post.smtp_settings(mail_server.port, top="account_sends = 8")).run_once()
    assert len(mail_server.received) == len(SEEDS) + 1
    shape = {(tuple(sorted(received.message.keys())), tuple(Elements(parts(received.message)[1]).found), parts(received.message)[0].count("\n"))
             for received in mail_server.received}
    assert len(shape) == 1
    assert all(len(received.recipients) == 1 and not any(letter in str(received.message["Subject"]) for letter in "\r\n\u202e\u2028\x85\x01")
               for received in mail_server.received)
