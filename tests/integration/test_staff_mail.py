"""How an account's mail leaves, as its own people set it: what is taken, what is never told again, and what comes of it in the courier."""

import json

import pytest

from support import staff
from support.courier import Courier
from support.mail_server import MailServer, PASSWORD, USER, make_authority

PATH = "/api/v1/staff/mail-settings"
PLAIN = {"sender_name": "Harbour office", "sender_address": None, "reply_to": "office@harbour.example", "server": None}
SERVER = {"host": "smtp.harbour.example", "port": 465, "security": "tls", "username": "portal", "password": "Quay-side 17 ñ"}
OWN = {**PLAIN, "sender_address": "portal@harbour.example", "server": SERVER}
NOTHING = {"sender_name": None, "sender_address": None, "reply_to": None, "server": None}


@pytest.fixture
def desk(people):
    """An owner's browser; nothing is set."""
    people.rows("DELETE FROM portal.mail_setting WHERE account_id = %s", people.account_id)
    people.rows("DELETE FROM portal.outbox_message WHERE account_id = %s", people.account_id)
    who = staff.add_staff(people, people.account_id, "owner", language="en")
    client = staff.signed_in(people, people.client(), who)
    client.who = who
    return client


def told(answer) -> dict:
    assert answer.status == 200, answer.text
    return {name: value for name, value in answer.json().items() if name not in ("changed_at", "last_test")}


def put(desk, **server) -> object:
    return desk.put(PATH, json={**OWN, "server": {name: value for name, value in {**SERVER, **server}.items() if value is not ...}})


def errors(answer) -> list[dict]:
    assert (answer.status, answer.code) == (400, "invalid_field"), answer.text
    return answer.json()["errors"]


def stored(people) -> tuple:
    return people.rows("SELECT smtp_host, smtp_port, smtp_username, smtp_password, smtp_set_by FROM portal.mail_setting WHERE account_id = %s", people.account_id)[0]


def test_what_is_set_is_told_but_for_the_password(desk, people):
    assert desk.get(PATH).json() == {**NOTHING, "changed_at": None, "last_test": None}
    assert told(desk.put(PATH, json=PLAIN)) == PLAIN
    public = {"host": "smtp.harbour.example", "port": 465, "security": "tls", "username": "portal", "has_password": True}
    answer = desk.put(PATH, json={**OWN, "server": {**SERVER, "host": " SMTP.Harbour.example "}})
    assert told(answer) == {**OWN, "server": public} == told(desk.get(PATH))
    assert SERVER["password"] not in answer.text and b"Quay-side" not in bytes(stored(people)[3])
    rows = people.rows("SELECT details FROM portal.activity WHERE account_id = %s AND action = 'mail_settings_changed' ORDER BY activity_id", people.account_id)
    assert rows[-1][0]["before"]["smtp_host"] is None and rows[-1][0]["after"]["smtp_host"] == "smtp.harbour.example" and rows[-1][0]["password_changed"]
    assert "Quay-side" not in json.dumps([row[0] for row in rows])
    assert told(desk.put(PATH, json=NOTHING)) == NOTHING
    assert stored(people) == (None, None, None, None, "staff")


def test_a_password_is_kept_for_the_same_server_and_user_alone(desk, people):
    assert put(desk).status == 200
    before = stored(people)
    assert told(put(desk, password=..., port=587, security="starttls"))["server"]["port"] == 587
    assert stored(people)[3] == before[3] and stored(people)[1] == 587
    for other in ({"host": "smtp.elsewhere.example"}, {"username": "somebody"}):
        assert errors(put(desk, password=..., **other)) == [{"pointer": "/server/password", "code": "required"}]
    assert stored(people)[:1] + stored(people)[2:4] == before[:1] + before[2:4]
    # Without a user there is nobody to sign in as, and no password.
    assert told(put(desk, password=..., username=None))["server"]["has_password"] is False
    assert stored(people)[3] is None
    assert errors(put(desk, password=...)) == [{"pointer": "/server/password", "code": "required"}]


def test_an_address_of_ones_own_needs_a_server_of_ones_own(desk, people):
    """The provider's server signs for what it sends: it lends that to no name that the provider has not looked at."""
    spoofed = {**PLAIN, "sender_address": "ceo@bank.example"}
    assert errors(desk.put(PATH, json=spoofed)) == [{"pointer": "/sender_address", "code": "needs_server"}]
    people.rows("INSERT INTO portal.mail_setting (account_id, sender_address) VALUES (%s, 'portal@harbour.example')", people.account_id)
    assert errors(desk.put(PATH, json=spoofed)) == [{"pointer": "/sender_address", "code": "needs_server"}]
    assert told(desk.put(PATH, json={**OWN, "server": None}))["sender_address"] == "portal@harbour.example"
    assert put(desk).status == 200
    # What was an own server's address is not the provider's to send from.
    assert errors(desk.put(PATH, json={**OWN, "server": None})) == [{"pointer": "/sender_address", "code": "needs_server"}]


WRONG = [
    ({"sender_name": "a\r\nBcc: x@y.example"}, "/sender_name", "invalid_text"),
    ({"sender_name": "  "}, "/sender_name", "too_short"),
    ({"sender_name": "x" * 301}, "/sender_name", "too_long"),
    ({"reply_to": "a@b.example\r\nBcc: c@d.example"}, "/reply_to", "invalid_email"),
    ({"reply_to": "a@b.example>, <c@d.example"}, "/reply_to", "invalid_email"),
    ({"reply_to": "nobody"}, "/reply_to", "invalid_email"),
    ({"server": {**SERVER, "host": "smtp.example/x"}}, "/server/host", "invalid_host"),
    ({"server": {**SERVER, "host": "smtp.example\r\nRCPT"}}, "/server/host", "invalid_host"),
    ({"server": {**SERVER, "host": "[::1]"}}, "/server/host", "invalid_host"),
    ({"server": {**SERVER, "host": "-x.example"}}, "/server/host", "invalid_host"),
    ({"server": {**SERVER, "port": 0}}, "/server/port", "out_of_range"),
    ({"server": {**SERVER, "port": 65536}}, "/server/port", "out_of_range"),
    ({"server": {**SERVER, "security": "none"}}, "/server/security", "invalid_choice"),
    ({"server": {**SERVER, "username": None}}, "/server/username", "required"),
    ({"server": {**SERVER, "username": "a\nb"}}, "/server/username", "invalid_text"),
    ({"server": {**SERVER, "password": "a\r\nb"}}, "/server/password", "invalid_text"),
    ({"server": {**SERVER, "password": "x" * 251}}, "/server/password", "too_long"),
    ({"server": {**SERVER, "ca_file": "/etc/passwd"}}, "/server/ca_file", "unknown_field"),
    ({"sender_address": None}, "/sender_address", "required"),
    ({"server": "smtp.example"}, "/server", "invalid_type"),
]


@pytest.mark.parametrize("change, pointer, code", WRONG, ids=[f"{number}-{entry[1]}" for number, entry in enumerate(WRONG)])
def test_what_is_wrong_is_refused_and_changes_nothing(desk, change, pointer, code):
    before = desk.get(PATH).json()
    assert {"pointer": pointer, "code": code} in errors(desk.put(PATH, json={**OWN, **change}))
    assert desk.get(PATH).json() == before


def test_nothing_may_be_left_out(desk):
    assert [error["pointer"] for error in errors(desk.put(PATH, json={}))] == ["/sender_name", "/sender_address", "/reply_to", "/server"]
    assert put(desk, password="x" * 250).status == 200


def test_only_owners_change_it_and_the_policies_say_so_too(desk, people):
    for role in ("viewer", "manager"):
        other = staff.signed_in(people, people.client(), staff.add_staff(people, people.account_id, role))
        assert other.put(PATH, json=PLAIN).code == "permission_required"
        assert told(other.get(PATH)) == NOTHING
        assert other.post(f"{PATH}/test", json={}).status == (202 if role == "manager" else 403)


def courier(people, folder, authority, port: int, more: str = "") -> Courier:
    password_file = folder / "smtp.password"
    password_file.touch(mode=0o600)
    password_file.write_text(PASSWORD + "\n")
    settings = (f"poll_seconds = 1\n[smtp]\nhost = localhost\nport = {port}\nusername = {USER}\npassword_file = {password_file}\nca_file = {authority}\n"
                f"sender_address = portal@host.example\n{more}")
    return Courier(people.site.postgres, people.site.keys_file, folder, settings)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


def test_a_test_goes_to_myself_as_mail_is_set_up(desk, people, authority, tmp_path):
    assert desk.put(PATH, json=PLAIN).status == 200
    with MailServer(authority[1], authority[2]) as provider:
        assert desk.post(f"{PATH}/test", json={}).status == 202
        waiting = desk.get(PATH).json()["last_test"]
        assert (waiting["state"], waiting["recipient"], waiting["reason"]) == ("queued", desk.who.email, None)
        assert desk.post(f"{PATH}/test", json={}).status == 202, "the one that waits is given up for it"
        courier(people, tmp_path, authority[0], provider.port).run_once()
        (mail,) = provider.to(desk.who.email)
        assert str(mail["From"]) == "Harbour office <portal@host.example>" and str(mail["Reply-To"]) == "office@harbour.example"
        assert str(mail["Subject"]) == "Harbour & Co: test of your mail settings"
    assert desk.get(PATH).json()["last_test"]["state"] == "sent"
    # A colleague has tests of their own.
    other = staff.signed_in(people, people.client(), staff.add_staff(people, people.account_id, "manager"))
    assert other.get(PATH).json()["last_test"] is None


def test_a_server_that_staff_name_stands_at_a_public_address(desk, people, authority, tmp_path):
    """Else whoever owns an account could knock at the doors of the provider's own network, and read the answers."""
    with MailServer(authority[1], authority[2]) as provider, MailServer(authority[1], authority[2]) as own:
        def send(more: str = "") -> str | None:
            assert desk.post(f"{PATH}/test", json={}).status == 202
            courier(people, tmp_path, authority[0], provider.port, more).run_once()
            return desk.get(PATH).json()["last_test"]["reason"]
        server = {"host": "localhost", "port": own.port, "security": "starttls", "username": USER, "password": PASSWORD}
        assert desk.put(PATH, json={**OWN, "server": server}).status == 200
        assert send() == "the mail server's address is not a public one"
        assert not own.to(desk.who.email) and not provider.to(desk.who.email)
        # The control: the same server, where the provider allows it. Who signs for the provider's own network is believed about that alone.
        assert "certificate" in send("account_servers = any\n") and not own.to(desk.who.email)
        assert send(f"account_servers = any\naccount_ca_file = {authority[0]}\n") is None
        (mail,) = own.to(desk.who.email)
        assert str(mail["From"]) == "Harbour office <portal@harbour.example>" and not provider.to(desk.who.email)
        # What the provider chose may stand there, until staff name another door of it.
        people.rows("UPDATE portal.mail_setting SET smtp_set_by = 'operator' WHERE account_id = %s", people.account_id)
        kept = {name: value for name, value in server.items() if name != "password"}
        assert desk.put(PATH, json={**OWN, "reply_to": None, "server": kept}).status == 200 and stored(people)[4] == "operator"
        assert send() is None and len(own.to(desk.who.email)) == 2
        assert desk.put(PATH, json={**OWN, "server": {**kept, "port": provider.port}}).status == 200 and stored(people)[4] == "staff"
        assert send() == "the mail server's address is not a public one"
