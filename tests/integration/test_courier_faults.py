"""Couriers that die, couriers beside each other, and a database that goes away."""

import socket
from collections import Counter

import psycopg2
import pytest

from support.courier import wait_until
from support.mail_server import MailServer


def test_four_at_once_send_each_message_once(post, mail_server):
    """M5."""
    people = [f"p{number}@acme.example" for number in range(120)]
    couriers = [post.courier(post.smtp_settings(mail_server.port), f"courier{number}").start() for number in range(4)]
    try:
        wait_until(lambda: all("begun" in courier.log.read_text() for courier in couriers))
        post.add_notices(people)
        wait_until(lambda: not post.value("SELECT count(*) FROM portal.outbox_message WHERE sent_at IS NULL"), seconds=30)
    finally:
        for courier in couriers:
            courier.stop()
    assert Counter(received.recipients[0] for received in mail_server.received) == Counter(people)
    # The control: the work was shared.
    assert sum("sent" in courier.log.read_text() for courier in couriers) >= 2


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
            wait_until(lambda: "cannot be reached" in courier.log.read_text())
            mail_server.behaviour.before.clear()
            server.start()
            wait_until(lambda: server.execute("SELECT 1 FROM portal.outbox_message WHERE sent_at IS NOT NULL", database=post.database))
        assert len(mail_server.received) == 1


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
