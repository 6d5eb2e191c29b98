"""Couriers that die, couriers beside each other, and a database that goes away."""

import os
import signal
import socket
import threading
import time
from collections import Counter
from contextlib import suppress

import psycopg2
import pytest

from support import staff
from support.courier import Courier, wait_until
from support.mail_server import MailServer, PASSWORD, USER
from support.people import make_token


def test_four_at_once_send_each_message_once(post, mail_server):
    """M5."""
    people = [f"p{number}@acme.example" for number in range(120)]
    couriers = [post.courier(post.smtp_settings(mail_server.port), f"courier{number}").start() for number in range(4)]
    try:
        wait_until(lambda: all("begun" in courier.log.read_text(errors="replace") for courier in couriers))
        post.add_notices(people)
        wait_until(lambda: not post.value("SELECT count(*) FROM portal.outbox_message WHERE sent_at IS NULL"), seconds=30)
    finally:
        for courier in couriers:
            courier.stop()
    assert Counter(received.recipients[0] for received in mail_server.received) == Counter(people)
    # The control: the work was shared.
    assert sum("sent" in courier.log.read_text(errors="replace") for courier in couriers) >= 2


@pytest.mark.parametrize("point, copies", [("connected", 1), ("MAIL", 1), ("RCPT", 1), ("DATA", 2), ("sent, not yet written down", 2)])
def test_killed_at_any_point_loses_nothing_and_doubles_at_most_once(post, authority, point, copies):
    """M4: the second copy has the same Message-ID. Without a kill there would be one, which the first three points show."""
    post.invite("ann@acme.example")
    with MailServer(authority[1], authority[2]) as server:
        courier = post.courier(post.smtp_settings(server.port))
        killed = []

        def kill() -> None:
            if not killed:
                killed.append(True)
                courier.kill()

        if point == "connected":
            with socket.create_server(("127.0.0.1", 0)) as silent:
                courier.config.write_text(post.smtp_settings(silent.getsockname()[1]))
                courier.start()
                connection, _ = silent.accept()
                kill()
                connection.close()
            courier.config.write_text(post.smtp_settings(server.port))
        elif point in ("MAIL", "RCPT", "DATA"):
            server.behaviour.before[point] = kill
            courier.start()
            wait_until(lambda: killed)
            if point == "DATA":
                wait_until(lambda: server.received)
        else:
            # Whoever holds the row keeps the courier from writing down what it has sent.
            with psycopg2.connect(post.server.conninfo("postgres", post.database)) as holder, holder.cursor() as cursor:
                def hold() -> None:
                    cursor.execute("SELECT 1 FROM portal.outbox_message FOR UPDATE")
                server.behaviour.before["DATA"] = hold
                courier.start()
                wait_until(lambda: post.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'portal_courier' AND wait_event_type = 'Lock'"))
                kill()
                wait_until(lambda: not post.value("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'portal_courier' "
                                                  "UNION ALL SELECT false LIMIT 1"))
            holder.close()
        server.behaviour.before.clear()
        assert post.outbox("ann@acme.example")["state"] == "queued"
        # Nobody takes it while the dead one's claim holds.
        courier.run_once()
        assert len(server.received) == copies - 1
        post.end_leases()
        courier.run_once()
        assert post.outbox("ann@acme.example")["state"] == "sent" and post.outbox("ann@acme.example")["attempts"] == 2
        assert len(server.received) == copies
        assert len({received.message["Message-ID"] for received in server.received}) == 1


def test_a_courier_that_comes_late_changes_nothing(post, mail_server):
    """Frozen for longer than its claim, it must not overwrite what another one wrote down."""
    post.invite("ann@acme.example")
    mail_server.behaviour.before["DATA"] = lambda: post.rows(
        "UPDATE portal.outbox_message SET claim_token = '\\x000102030405060708090a0b0c0d0e0f', claimed_until = now() + interval '1 hour'")
    said = post.courier(post.smtp_settings(mail_server.port)).run_once()
    assert "somebody else has taken it" in said
    assert post.outbox("ann@acme.example")["state"] == "queued"


def test_what_was_sent_while_the_database_was_away_is_written_down_later(servers, post_keys, authority, tmp_path, mail_server):
    from support import postgres
    from support.post import Post
    with postgres.copy_template(servers / "courier_away") as server:
        post = Post(server, post_keys, tmp_path, authority[0])
        post.add_account()
        post.invite("ann@acme.example")
        gone = []

        def stop_the_database() -> None:
            gone.append(True)
            server.stop()

        mail_server.behaviour.before["DATA"] = stop_the_database
        with post.courier(post.smtp_settings(mail_server.port)) as courier:
            wait_until(lambda: gone and mail_server.received)
            wait_until(lambda: "cannot be reached" in courier.log.read_text(errors="replace"))
            mail_server.behaviour.before.clear()
            server.start()
            wait_until(lambda: server.execute("SELECT 1 FROM portal.outbox_message WHERE sent_at IS NOT NULL", database=post.database))
        assert len(mail_server.received) == 1


def test_a_database_that_is_frozen_is_given_up(post, mail_server):
    """Its backend is stopped in the middle of everything. A new connection is as good as the old one was."""
    settings = post.smtp_settings(mail_server.port, top="database_seconds = 1")
    with post.courier(settings) as courier:
        # One for the outbox and one for telephone numbers; whichever came first.
        backends = wait_until(lambda: post.value("SELECT CASE count(*) WHEN 2 THEN array_agg(pid) END FROM pg_stat_activity "
                                                 "WHERE usename = 'portal_courier' AND state = 'idle'"))
        for backend in backends:
            os.kill(backend, signal.SIGSTOP)
        try:
            post.invite("ann@acme.example")
            wait_until(lambda: mail_server.received, seconds=15)
            assert "does not answer" in courier.log.read_text(errors="replace")
        finally:
            for backend in backends:
                os.kill(backend, signal.SIGCONT)
        assert post.wait_for("ann@acme.example", "sent")["attempts"] == 1


def test_one_account_never_has_more_on_its_way_than_its_share(post):
    """Looking again while some are on their way must not add a whole share to them."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        connections = []

        def accept() -> None:
            # The socket is closed when the test ends, in the middle of this call.
            with suppress(OSError):
                while True:
                    connections.append(silent.accept()[0])
        threading.Thread(target=accept, daemon=True).start()
        settings = post.smtp_settings(silent.getsockname()[1], top="account_sends = 3\nsends = 30")
        with post.courier(settings) as courier:
            post.add_notices([f"first{number}@acme.example" for number in range(2)])
            wait_until(lambda: len(connections) == 2)
            post.add_notices([f"second{number}@acme.example" for number in range(9)])
            wait_until(lambda: len(connections) >= 3)
            time.sleep(1.5)  # more than a poll
            assert len(connections) == 3, courier.log.read_text(errors="replace")
            for connection in connections:
                connection.close()
            courier.kill()


def test_what_is_over_is_deleted_after_its_time(post, mail_server):
    """R69. What is younger, and what still waits, stays."""
    for name in ("old", "young", "failed", "waiting"):
        post.invite(f"{name}@acme.example")
    post.rows("UPDATE portal.outbox_message SET sent_at = now() - interval '11 days', payload = NULL, key_id = NULL WHERE recipient = 'old@acme.example'")
    post.rows("UPDATE portal.outbox_message SET sent_at = now() - interval '9 days', payload = NULL, key_id = NULL WHERE recipient = 'young@acme.example'")
    post.rows("UPDATE portal.outbox_message SET failed_at = now() - interval '11 days' WHERE recipient = 'failed@acme.example'")
    post.rows("UPDATE portal.outbox_message SET created_at = now() - interval '11 days', not_before = now() + interval '1 day' WHERE recipient = 'waiting@acme.example'")
    post.courier(post.smtp_settings(mail_server.port, top="keep_days = 10")).run_once()
    assert {recipient for recipient, in post.rows("SELECT recipient FROM portal.outbox_message")} == {"young@acme.example", "waiting@acme.example"}


def test_waiting_for_a_mail_server_is_no_trying(post, mail_server):
    """Nobody has set one up; days later somebody does, and the message has not been given up."""
    post.invite("ann@acme.example")
    nobody = "poll_seconds = 1\n"
    post.courier(nobody).run_once()
    waiting = post.outbox("ann@acme.example")
    assert waiting["state"] == "queued" and waiting["last_error"] == "no mail server is set up" and waiting["attempts"] == 0
    assert post.value("SELECT first_attempt_at FROM portal.outbox_message") is None
    post.rows("UPDATE portal.outbox_message SET created_at = now() - interval '6 days'")
    post.make_due()
    post.courier(nobody).run_once()
    post.make_due()
    post.courier(post.smtp_settings(mail_server.port)).run_once()
    assert post.outbox("ann@acme.example")["state"] == "sent"


def test_a_notice_wakes_it(post, mail_server):
    """With a poll of ten minutes only the notice can be what wakes it."""
    settings = post.smtp_settings(mail_server.port).replace("poll_seconds = 1", "poll_seconds = 600")
    with post.courier(settings) as courier:
        wait_until(lambda: post.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'portal_courier' AND state = 'idle'"))
        post.invite("ann@acme.example")
        wait_until(lambda: mail_server.received, seconds=5)


def test_an_undone_cause_has_no_message(post):
    """R53: the row is part of the transaction of its cause."""
    post.rows("ALTER TABLE portal.outbox_message ADD CONSTRAINT refused CHECK (recipient <> 'ann@acme.example')")
    assert "refused" in post.portalctl.refuses("member", "invite", "--account", "alpha", "--client", "Acme", "--email", "ann@acme.example")
    assert post.value("SELECT count(*) FROM portal.member") == post.value("SELECT count(*) FROM portal.one_time_token") == 0
    assert post.value("SELECT count(*) FROM portal.outbox_message") == 0


INVITATIONS, MAIL_TEST = "/api/v1/staff/invitations", "/api/v1/staff/mail-settings/test"


def site_courier(people, folder, authority, port: int, more: str = "") -> Courier:
    """Of the site's own outbox."""
    password_file = folder / "smtp.password"
    password_file.touch(mode=0o600)
    password_file.write_text(PASSWORD + "\n")
    return Courier(people.site.postgres, people.site.keys_file, folder,
                   f"poll_seconds = 1\n[smtp]\nhost = localhost\nport = {port}\nusername = {USER}\npassword_file = {password_file}\nca_file = {authority}\n"
                   f"sender_address = portal@host.example\n{more}")


class Again:
    """Somebody who has the same message sent again each time that the courier is just delivering it."""

    def __init__(self, people, kind: str):
        people.rows("DELETE FROM portal.outbox_message WHERE account_id = %s", people.account_id)
        people.rows("DELETE FROM portal.mail_setting WHERE account_id = %s", people.account_id)
        self.people = people
        who = staff.add_staff(people, people.account_id, "manager")
        self.client = staff.signed_in(people, people.client(), who)
        self.answers = []
        if kind == "mail_test":
            self.recipient, self.path, self.status = who.email, MAIL_TEST, 202
            assert self.client.post(MAIL_TEST, json={}).status == 202
        else:
            self.recipient = f"{make_token()[0].lower()}@again.example"
            client_id = people.insert("client", "client_id", account_id=people.account_id, kind="organisation", organisation_name=self.recipient)
            made = self.client.post(INVITATIONS, json={"client_id": str(client_id), "email": self.recipient}).json()
            self.path, self.status = f"{INVITATIONS}/{made['id']}/resend", 200

    def is_being_sent(self) -> bool:
        return bool(self.people.rows("SELECT 1 FROM portal.outbox_message WHERE recipient = %s AND claimed_until > now() AND sent_at IS NULL", self.recipient))

    def __call__(self) -> None:
        if len(self.answers) < 5 and self.is_being_sent():
            self.answers.append(self.client.post(self.path, json={}))

    def state(self) -> str:
        """As staff see it."""
        if self.path == MAIL_TEST:
            return self.client.get("/api/v1/staff/mail-settings").json()["last_test"]["state"]
        return self.client.get(f"/api/v1/staff/members/{self.path.split('/')[-2]}").json()["state"]


@pytest.mark.parametrize("kind", ["invitation", "mail_test"])
def test_what_is_sent_again_while_it_is_being_delivered_counts(people, authority, tmp_path, kind):
    """R54: whoever has it sent again does not make the courier forget what it is just delivering."""
    again = Again(people, kind)
    with MailServer(authority[1], authority[2]) as server:
        server.behaviour.before["DATA"] = again
        courier = site_courier(people, tmp_path, authority[0], server.port, "[limits]\nrecipient_day = 2\n")
        courier.run_once()
        assert {answer.status for answer in again.answers} == {again.status}
        assert len(server.to(again.recipient)) == 2 and len(again.answers) >= 2
        # The second time it says of what is left that it waits.
        courier.run_once()
        assert len(server.to(again.recipient)) == 2 and again.state() == "queued"
    rows = people.rows("SELECT sent_at IS NOT NULL, last_error FROM portal.outbox_message WHERE recipient = %s ORDER BY outbox_message_id", again.recipient)
    assert rows == [(True, None), (True, None), (False, "waits: the recipient has got all that one may get in a day")]


def test_what_was_replaced_while_it_was_being_delivered_is_not_tried_again(people, authority, tmp_path):
    again = Again(people, "invitation")
    with MailServer(authority[1], authority[2]) as server:
        def refuse_the_first() -> None:
            if not again.answers and again.is_being_sent():
                server.behaviour.text = {again.recipient: "451 4.7.1 later"}
                again()
            else:
                server.behaviour.text = {}
        server.behaviour.before["DATA"] = refuse_the_first
        courier = site_courier(people, tmp_path, authority[0], server.port)
        courier.run_once()
        assert len(again.answers) == 1 and len(server.to(again.recipient)) == 1 and again.state() == "sent"
        people.rows("UPDATE portal.outbox_message SET not_before = now() WHERE recipient = %s", again.recipient)
        courier.run_once()
        assert len(server.to(again.recipient)) == 1 and again.state() == "sent"
    rows = people.rows("SELECT sent_at IS NOT NULL, last_error FROM portal.outbox_message WHERE recipient = %s ORDER BY outbox_message_id", again.recipient)
    assert rows == [(False, "the link in it has ended, was used or was replaced"), (True, None)]
