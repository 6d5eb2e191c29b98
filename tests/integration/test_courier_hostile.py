"""Names that want to be headers, recipients, markup or templates (SECURITY R51), and accounts' own mail settings."""

import email.policy
from email.header import decode_header, make_header
from html.parser import HTMLParser

from support.courier import wait_until
from support.hostile import WANTED, hostile
from support.mail_server import PASSWORD, USER

HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}


class Elements(HTMLParser):
    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, tuple(name for name, _ in attributes)))

    def handle_comment(self, data):
        self.found.append(("comment",))


def seen_by(mail) -> tuple:
    """What must not depend on a name."""
    text, html = mail.iter_parts()
    return sorted(mail.keys()), Elements(html.get_content()).found, [part.get_content_type() for part in mail.walk()], text.get_content().count("\n")


def test_five_hundred_hostile_names_change_nothing_but_the_words(post, mail_server):
    names = hostile()
    assert len(names) >= WANTED
    people = [f"p{number}@acme.example" for number in range(len(names))]
    plain = post.invite("plain@acme.example")
    post.rows("UPDATE portal.portal SET name = 'Plain'")
    accounts = {}
    # Each name is an account's, its portal's and its client's at once.
    for number, name in enumerate(names):
        accounts[number] = post.add_account(f"h{number}", name=name, client=name)
    post.copy_invitation(people, [f"h{number}" for number in range(len(names))])
    with post.courier(post.smtp_settings(mail_server.port, top="account_sends = 8")):
        wait_until(lambda: not post.value("SELECT count(*) FROM portal.outbox_message WHERE sent_at IS NULL"), seconds=120)
    (model,) = mail_server.to("plain@acme.example")
    expected = seen_by(model)
    assert set(expected[0]) == HEADERS and len(expected[1]) > 8 and plain
    assert len(mail_server.received) == len(names) + 1
    for received in mail_server.received:
        assert received.sender == "portal@host.example" and len(received.recipients) == 1
        assert seen_by(received.message) == expected, received.content.decode()
        assert max(map(len, received.content.split(b"\r\n"))) <= 78
        assert received.message["From"].addresses[-1].addr_spec == "portal@host.example" and len(received.message["From"].addresses) == 1
        assert not any(letter in str(received.message["Subject"]) for letter in "\r\n\u202e\u2028\x85\x01")
    # The control: the names did arrive, in the words.
    raw = dict(zip(people, names))["p0@acme.example"]
    subject = str(make_header(decode_header(mail_server.to("p0@acme.example")[0].as_bytes(policy=email.policy.SMTP).split(b"Subject: ")[1].split(b"\r\nDate")[0].decode())))
    assert raw in subject


def test_an_account_with_a_server_of_its_own(post, mail_server):
    """R62: the password stands encrypted, bound to its place; it works, and is shown to nobody."""
    portalctl = post.portalctl
    words = ["--smtp-host", "localhost", "--smtp-port", str(mail_server.port), "--sender-address", "office@alpha.example", "--sender-name", "Ann & Söhne",
             "--reply-to", "ann@alpha.example", "--smtp-username", USER, "--smtp-password-file", post.password_file, "--keys-file", post.keys_file]
    portalctl("mail", "set", "--account", "alpha", *words)
    sealed = bytes(post.value("SELECT smtp_password FROM portal.mail_setting"))
    assert PASSWORD.encode() not in sealed and len(sealed) == len(PASSWORD) + 28
    (shown,) = portalctl.json("mail", "show", "--account", "alpha")
    assert shown == {"sender_name": "Ann & Söhne", "sender_address": "office@alpha.example", "reply_to": "ann@alpha.example", "smtp_host": "localhost",
                     "smtp_port": mail_server.port, "smtp_security": "starttls", "smtp_username": USER, "has_password": True}
    config = post.folder / "own.conf"
    config.write_text(f"[smtp]\nca_file = {post.authority}\n")
    assert "took a mail" in portalctl("mail", "test", "--account", "alpha", "--to", "me@alpha.example", "--config", config, "--keys-file", post.keys_file)
    post.invite("ann@acme.example")
    post.courier(config.read_text()).run_once()
    (mail,) = mail_server.to("ann@acme.example")
    assert (str(mail["From"]), str(mail["Reply-To"])) == ("Ann & Söhne <office@alpha.example>", "ann@alpha.example")
    assert len(mail_server.to("me@alpha.example")) == 1
    # Another server does not get the password that was meant for the first one.
    assert "belong together" in portalctl.refuses("mail", "set", "--account", "alpha", "--smtp-host", "mail.example", "--smtp-username", USER, status=2)
    assert post.value("SELECT smtp_host FROM portal.mail_setting") == "localhost"
    # Moved to another account the password does not open.
    other = post.add_account("other")
    post.rows("""INSERT INTO portal.mail_setting SELECT %s, sender_name, sender_address, reply_to, smtp_host, smtp_port, smtp_security, smtp_username, smtp_password,
                 smtp_password_key_id FROM portal.mail_setting""", other)
    post.add_notices(["eve@acme.example"], slug="other")
    post.courier(config.read_text()).run_once()
    assert post.outbox("eve@acme.example")["last_error"] == "the password of the account's mail server cannot be opened"
    portalctl("mail", "set", "--account", "alpha", "--smtp-host", "mail.example")
    assert post.rows("SELECT smtp_host, smtp_username, smtp_password FROM portal.mail_setting WHERE account_id <> %s", other) == [("mail.example", None, None)]
    portalctl("mail", "set", "--account", "alpha", "--smtp-host", "")
    assert post.rows("SELECT smtp_host, smtp_password, sender_address FROM portal.mail_setting WHERE account_id <> %s", other) == [(None, None, "office@alpha.example")]


def test_only_who_names_the_server_makes_it_the_operators(post):
    """What staff chose stays at public addresses when an operator mends its port."""
    def set_by(*words) -> str:
        post.portalctl("mail", "set", "--account", "alpha", *words)
        return post.value("SELECT smtp_set_by FROM portal.mail_setting")
    assert set_by("--smtp-host", "mail.example", "--sender-address", "a@b.example") == "operator"
    post.rows("UPDATE portal.mail_setting SET smtp_set_by = 'staff'")
    assert set_by("--smtp-port", "2525") == "staff" and post.value("SELECT smtp_port FROM portal.mail_setting") == 2525
    assert set_by("--smtp-security", "tls", "--sender-name", "Ann") == "staff"
    assert set_by("--smtp-host", "mail.example", "--smtp-port", "587") == "operator"


def test_mail_settings_that_are_refused(post):
    refuses = post.portalctl.refuses
    assert "is not an email address" in refuses("mail", "set", "--account", "alpha", "--sender-address", "a@b\r\nBcc: c@d", status=2)
    assert "--sender-address" in refuses("mail", "set", "--account", "alpha", "--smtp-host", "mail.example", status=2)
    assert "belong together" in refuses("mail", "set", "--account", "alpha", "--smtp-host", "mail.example", "--sender-address", "a@b.example", "--smtp-username",
                                        "u", status=2)
    post.password_file.chmod(0o644)
    assert "others can read it" in refuses("mail", "set", "--account", "alpha", "--smtp-host", "mail.example", "--sender-address", "a@b.example",
                                           "--smtp-username", "u", "--smtp-password-file", post.password_file, "--keys-file", post.keys_file)
    assert post.value("SELECT count(*) FROM portal.mail_setting") == 0
