"""portalctl account suspend, resume and delete, keys rotate, and doctor: on a running portal."""

import concurrent.futures
import json
import os
import re
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest

from support import staff, uploads
from support.portalctl import Portalctl
from support.redis import PrivateRedis
from support.world import PDF, World


@pytest.fixture(scope="module")
def site(servers):
    from support.site import PrivateSite
    with PrivateSite(servers / "care", demo=False, workers=2) as site:
        yield site


@pytest.fixture(scope="module")
def world(site):
    with closing(World(site)) as world:
        world.wait_until_served()
        yield world


@pytest.fixture
def portalctl(site):
    return Portalctl(site.postgres, keys_file=site.keys_file, files=site.files)


@pytest.fixture
def long_ago(world):
    """A row that ends so many days ago."""
    def add(table: str, key: str, days: float, **columns) -> int:
        now = datetime.now(timezone.utc)
        begin = {} if table == "staff_view" else {"created_at": now - timedelta(days=400), "token_hash": os.urandom(32)}
        started = {"started_at": now - timedelta(days=days, minutes=30)} if table == "staff_view" else {}
        return world.insert(table, key, account_id=world.elsewhere.account_id, expires_at=now - timedelta(days=days), **{**begin, **started, **columns})
    return add


def test_what_ended_long_ago_is_forgotten(world, portalctl, long_ago):
    """Sessions and links after 90 days, views of the portal as a member with the account's activity."""
    who = world.add_member(world.elsewhere, "One")
    _, invited = world.add_invitation(world.elsewhere, "One")
    person = staff.add_staff(world, world.elsewhere.account_id)
    world.rows("UPDATE portal.account SET activity_days = 100 WHERE account_id = %s", world.elsewhere.account_id)
    now = datetime.now(timezone.utc)
    of = {"member_id": who.member_id, "membership_id": who.membership_id}
    of_invited = {"member_id": invited.member_id, "membership_id": invited.membership_id}
    reset, activation = {"purpose": "password_reset", "address": "a@elsewhere.example"}, {"purpose": "activation", "address": "a@elsewhere.example"}
    world.rows("DELETE FROM portal.one_time_token WHERE membership_id = %s", invited.membership_id)

    def add_all(days: float) -> list[tuple]:
        end = {"ended_at": now - timedelta(days=days)}
        return [("session", "session_id", long_ago("session", "session_id", days, **of)),
                ("session", "session_id", long_ago("session", "session_id", -5, **of, **end)),
                ("staff_session", "staff_session_id", long_ago("staff_session", "staff_session_id", days, staff_id=person.staff_id)),
                ("one_time_token", "one_time_token_id", long_ago("one_time_token", "one_time_token_id", days, member_id=who.member_id, **reset)),
                ("one_time_token", "one_time_token_id", long_ago("one_time_token", "one_time_token_id", -5, member_id=who.member_id, **reset,
                                                                 used_at=now - timedelta(days=days))),
                ("one_time_token", "one_time_token_id", long_ago("one_time_token", "one_time_token_id", days, **of_invited, **activation)),
                ("staff_token", "staff_token_id", long_ago("staff_token", "staff_token_id", days, staff_id=person.staff_id, **reset)),
                ("staff_view", "staff_view_id", long_ago("staff_view", "staff_view_id", days + 10, staff_id=person.staff_id, membership_id=who.membership_id,
                                                         reason="a question"))]

    def left(rows: list[tuple]) -> list[tuple]:
        return [row for row in rows if world.rows(f"SELECT 1 FROM portal.{row[0]} WHERE {row[1]} = %s", row[2])]

    old, young = add_all(91), add_all(89)
    newest = long_ago("one_time_token", "one_time_token_id", 200, **of_invited, **activation)
    answer = portalctl.json("tidy")
    assert left(old) == [] and left(young) == young
    assert (answer["sessions"], answer["links"], answer["views"]) == (3, 4, 1)
    assert portalctl.json("tidy") == {"activity": 0, "requests": 0, "sessions": 0, "links": 0, "views": 0, "positions": 0}
    # The newest invitation is what staff see and send again, until its membership is over.
    assert left([("one_time_token", "one_time_token_id", newest)])
    world.rows("UPDATE portal.membership SET state = 'ended', ended_at = now() WHERE membership_id = %s", invited.membership_id)
    assert portalctl.json("tidy")["links"] == 1 and not left([("one_time_token", "one_time_token_id", newest)])


def within_a_second(client, path: str, status: int) -> None:
    """On every worker: no answer but this one after a second."""
    time.sleep(1)
    assert {client.get(path).status for _ in range(12)} == {status}


def test_suspended_means_closed_for_everybody_within_a_second(world, portalctl):
    client, visitor = world.signed_in(world.add_member(world.elsewhere, "One")), world.client(world.elsewhere)
    neighbour = world.signed_in(world.add_member(world.matrix, "One"))
    assert client.get("/api/v1/session").status == 200
    assert "closed" in portalctl("account", "suspend", "--account", "elsewhere")
    within_a_second(client, "/api/v1/session", 404)
    assert visitor.get("/api/v1/portal").code == "no_portal"
    assert client.get("/api/v1/documents").code == "no_portal"
    assert neighbour.get("/api/v1/session").status == 200
    assert [line["slug"] for line in portalctl.json("account", "list") if line["suspended_at"]] == ["elsewhere"]
    portalctl("account", "resume", "--account", "elsewhere")
    within_a_second(client, "/api/v1/session", 200)


def test_enter_refuses_a_suspended_account_whatever_a_worker_thinks(world, portalctl):
    client = world.signed_in(world.add_member(world.elsewhere, "Two"))
    assert client.get("/api/v1/session").status == 200
    world.rows("ALTER TABLE portal.account DISABLE TRIGGER account_notice")
    try:
        portalctl("account", "suspend", "--account", "elsewhere")
        assert {client.get("/api/v1/documents").status for _ in range(6)} <= {401, 404}
    finally:
        portalctl("account", "resume", "--account", "elsewhere")
        world.rows("ALTER TABLE portal.account ENABLE TRIGGER account_notice")


def test_doctor_is_content_with_a_portal_in_order(world, portalctl, site):
    portalctl("portal", "set", "--account", "bare")
    world.add_member(world.matrix, "One")
    findings = portalctl.json("doctor", "--keys-file", site.keys_file, "--files", site.files, "--nginx-conf", site.nginx.configuration)
    assert {finding["subject"] for finding in findings} == {"keys", "database", "time zones", "clock", "roles", "schema", "row-level security", "accounts",
                                                            "files", "nginx", "portal_edge", "people"}
    assert all(finding["is_well"] and finding["mend"] is None for finding in findings)


def examined(portalctl, site, **given) -> dict[str, tuple[str, str]]:
    """What is ill, by subject, from an exit status of 1."""
    keys, files = given.get("keys", site.keys_file), given.get("files", site.files)
    finished = portalctl.run("doctor", "--json", "--database", given.get("database", portalctl.conninfo), "--keys-file", keys, "--files", files,
                             "--nginx-conf", given.get("nginx", site.nginx.configuration))
    assert finished.returncode == 1 and "to be mended" in finished.stderr, finished.stdout + finished.stderr
    ill = [finding for finding in json.loads(finished.stdout) if not finding["is_well"]]
    assert all(finding["mend"] for finding in ill)
    return {finding["subject"]: (finding["says"], finding["mend"]) for finding in ill}


def test_doctor_says_what_is_wrong_and_how_to_mend_it(world, portalctl, site, tmp_path):
    keys = tmp_path / "keys"
    keys.write_bytes(site.keys_file.read_bytes())
    keys.chmod(0o644)
    assert "chmod 600" in examined(portalctl, site, keys=keys)["keys"][1]
    assert "keys new" in examined(portalctl, site, keys=tmp_path / "none")["keys"][1]
    assert "install -d" in examined(portalctl, site, files=tmp_path / "none")["files"][1]
    open_folder = tmp_path / "open"
    open_folder.mkdir(mode=0o777)
    assert "files" in examined(portalctl, site, files=open_folder)
    away = examined(portalctl, site, database="host=/nowhere dbname=portal")
    assert "no connection" in away["database"][0]
    # Beside the files that it includes.
    nginx = site.nginx.configuration.with_name("without_pool.conf")
    nginx.write_text(re.sub("thread_pool[^;]*;", "", site.nginx.configuration.read_text()))
    assert "thread_pool portal threads=1;" in examined(portalctl, site, nginx=nginx)["nginx"][1]

    document = world.add_document(world.matrix, "One", "Lost.pdf", content=b"%PDF-1.4\nlost")
    ((digits,),) = world.rows("SELECT encode(content_hash, 'hex') FROM portal.document WHERE document_id = %s", document)
    file = site.files / digits[:2] / digits
    content = file.read_bytes()
    file.unlink()
    assert "1 of" in examined(portalctl, site)["files"][0]
    file.write_bytes(content[:-1])
    assert digits in examined(portalctl, site)["files"][0]
    file.write_bytes(content)
    # As the sweep, it leaves alone what may be on its way to a row.
    left = [site.files / ".incoming-0011", site.files / ".incoming-0012"]
    left[0].touch()
    found = portalctl.run("doctor", "--json", "--database", portalctl.conninfo, "--keys-file", site.keys_file, "--files", site.files,
                          "--nginx-conf", site.nginx.configuration)
    assert [finding["is_well"] for finding in json.loads(found.stdout) if finding["subject"] == "files"] == [True]
    hour_ago = time.time() - 3700
    os.utime(left[0], (hour_ago, hour_ago))
    assert examined(portalctl, site)["files"][0].startswith("1 file belongs to nothing")
    left[1].touch()
    os.utime(left[1], (hour_ago, hour_ago))
    assert examined(portalctl, site)["files"][0].startswith("2 files belong to nothing")
    for file in left:
        file.unlink()

    world.rows("ALTER TABLE portal.document NO FORCE ROW LEVEL SECURITY")
    assert "portal.document" in examined(portalctl, site)["row-level security"][0]
    world.rows("ALTER TABLE portal.document FORCE ROW LEVEL SECURITY")
    world.rows("UPDATE portal.schema_state SET number = number - 1")
    assert examined(portalctl, site)["schema"][1] == "portalctl migrate"
    world.rows("UPDATE portal.schema_state SET number = number + 1")
    portalctl("account", "create", "--slug", "new", "--name", "New", "--time-zone", "UTC")
    assert "host add --account new" in examined(portalctl, site)["accounts"][1]
    portalctl("account", "delete", "--account", "new", "--confirm", "new", "--files", site.files)


# No server, no database, and a role that is not let in.
ELSEWHERE = [("", "see that PostgreSQL runs"), ("dbname=nowhere", "createdb"), ("user=nobody_here", "let the role in")]


@pytest.mark.parametrize("words, mend", ELSEWHERE)
def test_doctor_has_no_command_for_the_host_of_a_database_elsewhere(portalctl, site, tmp_path, words, mend):
    """The name of the host goes by a file of services, so that this one can stand for another."""
    socket = site.postgres.sockets if words else "/nowhere"
    service = tmp_path / "services"
    service.write_text(f"[elsewhere]\nhost={socket}\ndbname=portal\n")
    portalctl.environment["PGSERVICEFILE"] = str(service)
    finished = portalctl.run("doctor", "--json", "--database", f"service=elsewhere {words}", "--keys-file", site.keys_file, "--files", site.files)
    finding, = (each for each in json.loads(finished.stdout) if each["subject"] == "database")
    assert not finding["is_well"] and not finding["is_command"] and finding["mend"].startswith(f"On the database's host: {mend}"), finding


def test_doctor_has_commands_for_a_database_that_is_to_be_on_this_host(portalctl, site):
    for database in ("host=/nowhere dbname=portal", "host=127.0.0.1 port=1 dbname=portal", "hostaddr=::1 port=1 dbname=portal"):
        finished = portalctl.run("doctor", "--json", "--database", database, "--keys-file", site.keys_file, "--files", site.files)
        finding, = (each for each in json.loads(finished.stdout) if each["subject"] == "database")
        assert finding["is_command"] and "postgresql" in finding["mend"], finding


def test_doctor_looks_at_redis(portalctl, site, servers):
    nginx = site.nginx.configuration.with_name("with_redis.conf")
    plain = site.nginx.configuration.read_text()

    def found() -> tuple[bool, str]:
        finished = portalctl.run("doctor", "--json", "--database", portalctl.conninfo, "--keys-file", site.keys_file, "--files", site.files,
                                 "--nginx-conf", nginx)
        finding, = (each for each in json.loads(finished.stdout) if each["subject"] == "redis")
        assert finding["is_well"] != bool(finding["mend"])
        return finding["is_well"], finding["says"]

    with PrivateRedis(servers / "care_redis") as redis:
        nginx.write_text(plain + f"\n  portal_redis unix:{redis.socket_path};\n")
        assert found()[0]
        redis.command("CONFIG", "SET", "maxmemory", "1")
        is_well, says = found()
        assert not is_well and "OOM" in says
        redis.command("CONFIG", "SET", "maxmemory", "0")
        redis.freeze(True)
        try:
            is_well, says = found()
            assert not is_well and "does not answer" in says
        finally:
            redis.freeze(False)
        redis.stop()
        is_well, says = found()
        assert not is_well and "does not answer" in says and str(redis.socket_path) in says
    nginx.write_text(plain + "\nportal_redis 192.0.2.1:6379;\n")
    is_well, says = found()
    assert not is_well and "trusted_network" in says


def test_a_rotated_key_signs_and_the_old_one_still_reads(world, portalctl, site):
    client = world.signed_in(world.add_member(world.matrix, "One"))
    cursor = client.get("/api/v1/documents?limit=1").json()["next_cursor"]
    said = portalctl.run("keys", "rotate", "--purpose", "cursor", "--file", str(site.keys_file))
    assert said.returncode == 0 and "nginx -s reload" in said.stdout and "courier" not in said.stdout
    key_id = re.search(r"Added the key (\S+) for cursor", said.stdout)[1]
    assert site.keys_file.read_text().count("\ncursor ") + site.keys_file.read_text().startswith("cursor ") == 2 and key_id in site.keys_file.read_text()
    assert site.keys_file.stat().st_mode & 0o777 == 0o600
    site.nginx.reload()
    assert client.get(f"/api/v1/documents?limit=1&cursor={cursor}").status == 200
    newer = client.get("/api/v1/documents?limit=1").json()["next_cursor"]
    assert newer != cursor and client.get(f"/api/v1/documents?limit=1&cursor={newer}").status == 200
    said = portalctl.run("keys", "rotate", "--purpose", "encryption", "--file", str(site.keys_file))
    assert said.returncode == 0 and said.stdout.index("restart the courier") < said.stdout.index("nginx -s reload")
    assert portalctl.run("keys", "rotate", "--purpose", "other", "--file", str(site.keys_file)).returncode == 2
    assert portalctl.run("keys", "rotate", "--purpose", "pepper", "--file", "/nowhere/keys").returncode == 1


def rows_of(world, account_id: int) -> dict[str, int]:
    tables = [name for name, in world.rows("""SELECT table_name FROM information_schema.columns WHERE table_schema = 'portal' AND column_name = 'account_id'
                                              AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'portal')""")]
    counted = {table: world.rows(f"SELECT count(*) FROM portal.{table} WHERE account_id = %s", account_id)[0][0] for table in tables}
    return {table: count for table, count in counted.items() if count}


def test_deleting_an_account_survives_a_deadlock(portalctl, site):
    """Somebody who holds a row of the account, and then wants the account itself, waits for the deletion that waits for him."""
    portalctl("account", "create", "--slug", "doomed", "--name", "Doomed", "--time-zone", "UTC")
    portalctl("host", "add", "--account", "doomed", "--host", "doomed.localhost")
    # PostgreSQL ends whoever looks first.
    site.postgres.execute("ALTER ROLE portal_maintenance SET deadlock_timeout = '2s'")
    try:
        with closing(site.postgres.connect()) as holder, concurrent.futures.ThreadPoolExecutor(1) as pool:
            holder.autocommit = False
            with closing(holder.cursor()) as cursor:
                cursor.execute("SET deadlock_timeout = '1h'; SET lock_timeout = '20s'")
                cursor.execute("SELECT FROM portal.account_host WHERE host = 'doomed.localhost' FOR UPDATE")
                deleted = pool.submit(portalctl.run, "account", "delete", "--account", "doomed", "--confirm", "doomed", "--files", site.files, "--database",
                                      portalctl.conninfo)
                deadline = time.monotonic() + 20
                while not site.postgres.execute("SELECT 1 FROM pg_stat_activity WHERE usename = 'portal_maintenance' AND wait_event_type = 'Lock'"):
                    assert not deleted.done() and time.monotonic() < deadline
                    time.sleep(0.01)
                cursor.execute("SELECT FROM portal.account WHERE slug = 'doomed' FOR UPDATE")
                holder.commit()
            finished = deleted.result()
    finally:
        site.postgres.execute("ALTER ROLE portal_maintenance RESET deadlock_timeout")
    assert finished.returncode == 0, finished.stderr
    assert "deadlock detected" in site.postgres.log.read_text(errors="replace")
    assert not [line for line in portalctl.json("account", "list") if line["slug"] == "doomed"]


def test_who_uploads_does_not_wait_for_an_account_that_is_deleted(world, portalctl, site, tmp_path):
    shared, alone = tmp_path / "Shared.pdf", tmp_path / "Alone.pdf"
    shared.write_bytes(PDF + b"in both accounts")
    alone.write_bytes(PDF + b"in the one that goes")
    portalctl("account", "create", "--slug", "slow", "--name", "Slow", "--time-zone", "UTC")
    portalctl("host", "add", "--account", "slow", "--host", "slow.localhost")
    world.rows("""INSERT INTO portal.client (account_id, kind, organisation_name) SELECT account_id, 'organisation', 'One' FROM portal.account
                  WHERE slug = 'slow' RETURNING 1""")
    for file in (shared, alone):
        portalctl("document", "add", file, "--account", "slow", "--client", "One")
    console = staff.signed_in(world, world.client(world.matrix), staff.add_staff(world, world.matrix.account_id, "manager"))
    with closing(site.postgres.connect()) as holder, closing(holder.cursor()) as cursor:
        holder.autocommit = False
        cursor.execute("SELECT FROM portal.account_host WHERE host = 'slow.localhost' FOR UPDATE")
        deleting = portalctl.start("account", "delete", "--account", "slow", "--confirm", "slow", "--files", site.files)
        deadline = time.monotonic() + 20
        while not site.postgres.execute("SELECT 1 FROM pg_stat_activity WHERE usename = 'portal_maintenance' AND wait_event_type = 'Lock'"):
            assert deleting.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        assert uploads.add(console, world.matrix.clients["One"], "Shared.pdf", shared.read_bytes()).status == 201
        holder.rollback()
    said, complaint = deleting.communicate(timeout=30)
    assert deleting.returncode == 0 and "with 1 file." in said, complaint
    left = [file.read_bytes() for file in site.files.rglob("*") if file.is_file()]
    assert shared.read_bytes() in left and alone.read_bytes() not in left


def test_a_deleted_account_is_nowhere(world, portalctl, site):
    """SECURITY.md R69. The last test here: the account is gone."""
    account = world.elsewhere
    client = world.signed_in(world.add_member(account, "One"))
    world.add_invitation(account, "One")
    shared = b"%PDF-1.4\nheld by two accounts"
    for each in (account, world.matrix):
        world.add_document(each, "One", "Shared.pdf", content=shared)
    assert client.get("/api/v1/session").status == 200
    before = {table: count for table, count in rows_of(world, world.matrix.account_id).items()}
    assert len(rows_of(world, account.account_id)) > 15
    assert "--confirm elsewhere" in portalctl.refuses("account", "delete", "--account", "elsewhere", "--files", site.files, status=2)
    portalctl.refuses("account", "delete", "--account", "elsewhere", "--confirm", "matrix", "--files", site.files, status=2)
    assert rows_of(world, account.account_id)

    portalctl("account", "delete", "--account", "elsewhere", "--confirm", "elsewhere", "--files", site.files)
    assert rows_of(world, account.account_id) == {}
    assert rows_of(world, world.matrix.account_id) == before
    texts = [text for table, in world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'portal'")
             for text, in world.rows(f"SELECT t::text FROM portal.{table} t")]
    assert not [text for text in texts if "elsewhere" in text]
    bytes_left = [file.read_bytes() for file in site.files.rglob("*") if file.is_file()]
    assert shared in bytes_left and not [content for content in bytes_left if b"elsewhere" in content]
    assert not [finding for finding in portalctl.json("doctor", "--keys-file", site.keys_file, "--files", site.files, "--nginx-conf",
                                                              site.nginx.configuration) if not finding["is_well"]]
    within_a_second(client, "/api/v1/session", 421)
