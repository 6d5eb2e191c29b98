"""The account's own invitations (FEATURES A6 to A8): what is refused and where, what a preview shows, what is sent to oneself."""

import email
from contextlib import closing

import pytest

from support import staff
from support.courier import Courier
from support.outbox import open_payload
from support.people import People
from support.site import PrivateSite

from test_courier import parts

PATH = "/api/v1/staff/invitation-layouts"
HTML = "<p>Dear {{client.name}},</p>\n<p><a href=\"{{activation.url}}\">Begin</a> until {{activation.expires}}</p>"
EMAIL = {"subject": "Welcome to {{company.name}}", "html": HTML}


@pytest.fixture
def desk(people):
    """A manager's browser; the account's layouts are those that come with the portal."""
    people.rows("DELETE FROM portal.invitation_layout WHERE account_id = %s", people.account_id)
    who = staff.add_staff(people, people.account_id, "manager")
    client = staff.signed_in(people, people.client(), who)
    client.who = who
    return client


def item(answer, language: str = "en") -> dict:
    assert answer.status == 200, answer.text
    return next(item for item in answer.json()["items"] if item["language"] == language)


def test_a_layout_is_written_kept_and_given_back(desk, people):
    before = item(desk.get(PATH))
    assert before["email"]["is_default"] and before["sms"]["is_default"] and "{{activation.url}}" in before["email"]["html"]
    assert [entry["name"] for entry in desk.get(PATH).json()["substitutions"]] == ["client.name", "company.name", "portal.url", "activation.url", "activation.expires"]
    own = item(desk.put(PATH, json={"language": "en", "email": EMAIL}))
    assert own == {"language": "en", "email": {**EMAIL, "is_default": False}, "sms": before["sms"]}
    both = item(desk.put(PATH, json={"language": "en", "sms": {"text": "{{company.name}}: {{activation.url}}"}}))
    assert both["email"] == own["email"] and both["sms"] == {"text": "{{company.name}}: {{activation.url}}", "is_default": False}
    assert item(desk.get(PATH), "es")["email"]["is_default"]
    ((details,),) = people.rows("SELECT details FROM portal.activity WHERE account_id = %s AND action = 'invitation_layout_changed' ORDER BY activity_id DESC LIMIT 1", people.account_id)
    assert details["before"]["sms"] is None and details["after"]["sms"] == "{{company.name}}: {{activation.url}}" and details["language"] == "en"
    assert item(desk.put(PATH, json={"language": "en", "email": None})) == {**both, "email": before["email"]}
    assert item(desk.put(PATH, json={"language": "en", "sms": None})) == before


LINK = "{{activation.url}}"
REFUSED = [
    ({"email": {"subject": "a", "html": f"<p>\n {{{{client.nmae}}}} {LINK}</p>"}}, "/email/html", "unknown_placeholder", 2, 2),
    ({"email": {"subject": "a", "html": f"<p>{LINK}\n<b>"}}, "/email/html", "unclosed_tag", 2, 1),
    ({"email": {"subject": "a", "html": f"<p>{LINK}</p>\n\n é<script>alert(1)</script>"}}, "/email/html", "tag_not_allowed", 3, 3),
    ({"email": {"subject": "a", "html": f"<p onclick=\"x\">{LINK}</p>"}}, "/email/html", "attribute_not_allowed", 1, 4),
    ({"email": {"subject": "a", "html": f"<a href=\"javascript:x\">{LINK}</a>"}}, "/email/html", "url_not_allowed", 1, 4),
    ({"email": {"subject": "a", "html": f"<p style=\"background:url(x)\">{LINK}</p>"}}, "/email/html", "style_not_allowed", 1, 4),
    ({"email": {"subject": "a", "html": "<p>{{activation.url</p>"}}, "/email/html", "unclosed_placeholder", 1, 4),
    ({"email": {"subject": "a", "html": "<p>x</p>"}}, "/email/html", "missing_activation_url", None, None),
    ({"email": {"subject": "a\r\nBcc: b@c.example", "html": f"<p>{LINK}</p>"}}, "/email/subject", "invalid_text", 1, 2),
    ({"email": {"subject": LINK, "html": f"<p>{LINK}</p>"}}, "/email/subject", "misplaced_placeholder", 1, 1),
    ({"email": {"subject": "x" * 301, "html": f"<p>{LINK}</p>"}}, "/email/subject", "too_long", None, None),
    ({"email": {"subject": "a", "html": LINK + "x" * 60000}}, "/email/html", "too_long", None, None),
    ({"email": {"subject": "a"}}, "/email/html", "required", None, None),
    ({"email": {"subject": "", "html": LINK}}, "/email/subject", "too_short", None, None),
    ({"sms": {"text": "no link"}}, "/sms/text", "missing_activation_url", None, None),
    ({"sms": {"text": f"{LINK} {{{{x y}}}}"}}, "/sms/text", "invalid_placeholder", 1, 20),
    ({"sms": {"text": LINK + "x" * 983}}, "/sms/text", "too_long", None, None),
    ({"sms": "text"}, "/sms", "invalid_type", None, None),
]


@pytest.mark.parametrize("part, pointer, code, line, column", REFUSED, ids=[f"{number}-{entry[2]}" for number, entry in enumerate(REFUSED)])
def test_what_is_wrong_is_refused_with_its_place(desk, part, pointer, code, line, column):
    expected = {"pointer": pointer, "code": code, **({"line": line, "column": column} if line else {})}
    before = desk.get(PATH).json()
    for method, path in (("PUT", PATH), ("POST", f"{PATH}/preview")):
        answer = desk.request(method, path, json={"language": "en", **part})
        assert (answer.status, answer.code, answer.json()["errors"]) == (400, "invalid_field", [expected])
    assert desk.get(PATH).json() == before


def test_limits_are_reached_and_not_passed(desk):
    html = LINK + "x" * (60000 - len(LINK))
    sms = LINK + "ж" * (1000 - len(LINK))
    answer = desk.put(PATH, json={"language": "es", "email": {"subject": "é" * 300, "html": html}, "sms": {"text": sms}})
    assert item(answer, "es")["email"] == {"subject": "é" * 300, "html": html, "is_default": False}
    shown = desk.post(f"{PATH}/preview", json={"language": "es"}).json()["sms"]
    assert shown["encoding"] == "ucs2" and shown["segments"] == -(-shown["characters"] // 67)


def test_a_preview_shows_what_will_be_sent_and_saves_nothing(desk, people):
    before = desk.get(PATH).json()
    answer = desk.post(f"{PATH}/preview", json={"language": "en", "email": EMAIL, "sms": {"text": "€ {{client.name}} {{activation.url}}"}})
    shown = answer.json()
    link = f"{people.origin}/activate#example-of-a-link-that-opens-nothing-at-all"
    assert shown["email"]["subject"] == "Welcome to Harbour & Co"
    assert "<p>Dear Example Ltd,</p>" in shown["email"]["html"] and f'href="{link}"' in shown["email"]["html"] and "Harbour &amp; Co" in shown["email"]["html"]
    assert shown["email"]["html"].startswith("<!DOCTYPE html>") and "script" not in shown["email"]["html"]
    assert shown["email"]["text"].startswith(f"Dear Example Ltd,\n\nBegin <{link}> until ") and shown["email"]["text"].endswith(f"\nHarbour & Co\n{people.origin}/\n")
    text = f"€ Example Ltd {link}"
    assert shown["sms"] == {"text": text, "encoding": "gsm7", "characters": len(text) + 1, "segments": 1}
    assert desk.get(PATH).json() == before
    spanish = desk.post(f"{PATH}/preview", json={"language": "es", "sms": {"text": "Ñandú " * 12 + LINK}}).json()
    assert "Ejemplo SL" in spanish["email"]["html"] and spanish["sms"]["encoding"] == "ucs2" and spanish["sms"]["segments"] == 3


def test_a_test_goes_to_myself_and_opens_nothing(desk, people):
    assert desk.post(f"{PATH}/test", json={"language": "en", "channel": "email"}).status == 202
    assert desk.post(f"{PATH}/test", json={"language": "es", "channel": "sms", "phone": "+34 600 123 456"}).status == 202
    rows = people.rows("""SELECT kind, channel, recipient, language, member_id, message_reference, key_id, payload FROM portal.outbox_message
                          WHERE account_id = %s AND staff_id = %s ORDER BY outbox_message_id""", people.account_id, desk.who.staff_id)
    assert [row[:5] for row in rows] == [("invitation_test", "email", desk.who.email, "en", None), ("invitation_test", "sms", "+34600123456", "es", None)]
    assert open_payload(people.site.keys_file, people.account_id, *rows[0][5:]) == {"origin": people.origin}
    for body, pointer, code in (({"channel": "sms"}, "/phone", "required"), ({"channel": "sms", "phone": "600"}, "/phone", "invalid_phone"), ({"channel": "fax"}, "/channel", "invalid_choice")):
        assert desk.post(f"{PATH}/test", json={"language": "en", **body}).json()["errors"] == [{"pointer": pointer, "code": code}]
    viewer = staff.signed_in(people, people.client(), staff.add_staff(people, people.account_id, "viewer"))
    for method, path, body in (("PUT", PATH, {"language": "en", "sms": None}), ("POST", f"{PATH}/test", {"language": "en", "channel": "email"})):
        assert viewer.request(method, path, json=body).code == "permission_required"
    assert viewer.post(f"{PATH}/preview", json={"language": "en"}).status == 200


# Without when the link ends, which moves on between the preview and the mail. The tag and the SMS without a link are the operator's to write, and no account's.
HOSTED = {"en/invitation.txt": "Subject: {{company.name}} is with Hosting\n\nDear {{client.name}}, go to {{activation.url}}\n",
          "en/invitation.html": "<center>Dear {{client.name}}, <a href=\"{{activation.url}}\">go</a></center>\n",
          "en/invitation.sms": "Hosting for {{company.name}}\n",
          "frame_head.html": "<!DOCTYPE html><html><body><h1>Hosting for {{company.name}}</h1>\n",
          "frame_foot.html": "<p>{{portal.url}}</p></body></html>\n"}


@pytest.fixture(scope="module")
def hosted(servers):
    """A host whose operator has replaced layouts, for nginx and for the courier; with the folder."""
    folder = servers / "hosted-layouts"
    (folder / "en").mkdir(parents=True, exist_ok=True)
    for name, text in HOSTED.items():
        (folder / name).write_text(text)
    with PrivateSite(servers / "hosted", workers=1, http_extra=f"portal_layouts {folder};") as site, closing(People(site)) as people:
        yield people, folder


def test_the_hosts_own_layouts_are_previewed_as_they_are_sent_and_come_back(hosted, tmp_path):
    people, folder = hosted
    who = staff.add_staff(people, people.account_id, "manager")
    desk = staff.signed_in(people, people.client(), who)
    usual = item(desk.get(PATH))
    assert usual == {"language": "en", "email": {"subject": "{{company.name}} is with Hosting", "html": HOSTED["en/invitation.html"], "is_default": True},
                     "sms": {"text": "Hosting for {{company.name}}", "is_default": True}}
    shown = desk.post(f"{PATH}/preview", json={"language": "en"}).json()

    assert desk.post(f"{PATH}/test", json={"language": "en", "channel": "email"}).status == 202
    assert desk.post(f"{PATH}/test", json={"language": "en", "channel": "sms", "phone": "+34 600 123 456"}).status == 202
    mail = tmp_path / "mail"
    mail.mkdir()
    Courier(people.site.postgres, people.site.keys_file, tmp_path, f"mail_directory = {mail}\nlayouts_directory = {folder}\n").run_once()
    messages = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in mail.glob("*.eml")]
    (message,) = [message for message in messages if message["To"] == who.email]
    text, html = (part.replace("\r\n", "\n") for part in parts(message))
    assert shown["email"] == {"subject": str(message["Subject"]), "html": html, "text": text}
    assert shown["email"]["subject"] == "Harbour & Co is with Hosting" and html.startswith("<!DOCTYPE html><html><body><h1>Hosting for Harbour &amp; Co</h1>")
    (sms,) = [file.read_text() for file in mail.glob("*.txt") if "+34600123456" in file.read_text()]
    assert shown["sms"]["text"] == "Hosting for Harbour & Co" and sms.rstrip("\n").endswith(f"\n\n{shown['sms']['text']}")

    # An account's own stand in the operator's frame, and give way to the operator's again.
    own = desk.post(f"{PATH}/preview", json={"language": "en", "email": EMAIL}).json()["email"]
    assert own["subject"] == "Welcome to Harbour & Co" and own["html"].startswith("<!DOCTYPE html><html><body><h1>Hosting for Harbour &amp; Co</h1>")
    assert item(desk.put(PATH, json={"language": "en", "email": EMAIL}))["email"]["is_default"] is False
    assert desk.post(f"{PATH}/preview", json={"language": "en", "email": None}).json() == shown
    assert item(desk.put(PATH, json={"language": "en", "email": None})) == usual
    assert item(desk.get(PATH), "es")["email"]["subject"] != usual["email"]["subject"]
