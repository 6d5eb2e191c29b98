"""portalctl member: invitations as rows, links and messages; and how they end. And portalctl demo."""

import json
import base64
import hashlib
from datetime import datetime, timedelta, timezone

import pytest

from support.portalctl import Portalctl
from support.site import make_keys

ACME, HARBOUR = "Acme Facilities Ltd", "Harbour Hotels Group"
DEFAULT_PERMISSIONS = ["view_job_status", "view_completed_jobs", "view_documents"]


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("keys") / "keys")


@pytest.fixture(scope="module")
def demo_template(database_server, keys_file):
    """A database with the demo accounts, and what the demo printed."""
    name = database_server.create_database("members_template")
    yield name, Portalctl(database_server, keys_file, name).json("demo", "--origin-port", "8080", "--insecure")
    database_server.drop_database(name)


def copied(database_server, keys_file, template: str, name: str):
    database_server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"', database="postgres")
    yield Portalctl(database_server, keys_file, name)
    database_server.drop_database(name)


@pytest.fixture
def portalctl(database_server, keys_file, demo_template):
    """The demo as it was loaded, for tests that change it."""
    yield from copied(database_server, keys_file, demo_template[0], "members_test")


@pytest.fixture(scope="module")
def shared(database_server, keys_file, demo_template):
    """The same for tests that only invite somebody new, each somebody else."""
    yield from copied(database_server, keys_file, demo_template[0], "members_shared")


def execute(portalctl, statement: str, *parameters) -> list[tuple]:
    return portalctl.server.execute(statement, parameters, database=portalctl.database)


def invite(portalctl, email: str, *words: str, client: str = ACME) -> dict:
    return portalctl.json("member", "invite", "--account", "brightwater", "--client", client, "--email", email, *words)


def hash_of(url: str) -> bytes:
    token = url.partition("/activate#")[2]
    assert len(token) == 43
    return hashlib.sha256(base64.urlsafe_b64decode(token + "=")).digest()


def token_row(portalctl, url: str) -> tuple:
    [row] = execute(portalctl, """SELECT purpose, address, used_at, revoked_reason, extract(epoch FROM expires_at - now()) / 86400, membership_id
        FROM portal.one_time_token WHERE token_hash = %s""", hash_of(url))
    return row


def listed(portalctl, email: str, *words: str) -> list[dict]:
    return [line for line in portalctl.json("member", "list", "--account", "brightwater", *words) if line["email"] == email]


def sign_in(portalctl, email: str, client: str) -> int:
    """A session as the module would make it; returns its id."""
    [(session,)] = execute(portalctl, """INSERT INTO portal.session (account_id, token_hash, member_id, membership_id, expires_at)
        SELECT m.account_id, sha256(random()::text::bytea), m.member_id, s.membership_id, now() + interval '1 day' FROM portal.member m
        JOIN portal.membership s USING (account_id, member_id) JOIN portal.client c USING (account_id, client_id)
        WHERE m.email = %s AND c.name = %s AND s.state = 'active' RETURNING session_id""", email, client)
    return session


def ended_sessions(portalctl) -> set[int]:
    return {session for session, in execute(portalctl, "SELECT session_id FROM portal.session WHERE ended_at IS NOT NULL")}


def test_an_invitation_is_member_membership_link_and_message(shared, keys_file):
    answer = invite(shared, " New.Person@ACME.example.com ", "--first-name", "New", "--surname", "Person", "--job-title", "Caretaker", "--language", "es")
    assert answer["activation_url"].startswith("http://brightwater.localhost:8080/activate#")
    assert answer["has_login"] is False
    email = "new.person@acme.example.com"
    assert execute(shared, """SELECT first_name, surname, job_title, language, state, password_hash FROM portal.member WHERE email = %s""", email) == [
        ("New", "Person", "Caretaker", "es", "invited", None)]
    [line] = listed(shared, email)
    assert (line["client"], line["state"], line["permissions"], line["link_expires_at"], line["last_sign_in_at"]) == (
        ACME, "invited", DEFAULT_PERMISSIONS, answer["expires_at"], None)
    purpose, address, used, revoked, days, membership = token_row(shared, answer["activation_url"])
    assert (purpose, address, used, revoked, membership) == ("activation", email, None, None, line["membership_id"])
    assert 6.99 < days <= 7
    [(kind, channel, recipient, language, key_id, payload, of)] = execute(shared, """SELECT kind, channel, recipient, language, key_id, payload,
        membership_id FROM portal.outbox_message WHERE recipient = %s""", email)
    assert (kind, channel, recipient, language, of) == ("invitation", "email", email, "es", membership)
    # The link is encrypted with the newest key; neither it nor its token stands anywhere in the database.
    [newest] = [line.split()[1] for line in keys_file.read_text().splitlines() if line.startswith("encryption ")]
    assert key_id == newest
    token = answer["activation_url"].partition("#")[2].encode()
    assert b"activate" not in bytes(payload) and token not in bytes(payload)


def test_prints_the_link_for_people(shared):
    printed = shared("member", "invite", "--account", "brightwater", "--client", ACME, "--email", "printed@acme.example.com")
    link, explanation = printed.splitlines()
    assert token_row(shared, link)[1] == "printed@acme.example.com"
    assert "printed@acme.example.com" in explanation


@pytest.mark.parametrize("how, said", [("name", ACME), ("other-case", ACME.lower()), ("external-id", "C-100"), ("id", None)])
def test_a_client_is_named_by_id_external_id_or_name(shared, how, said):
    email = f"named-by-{how}@acme.example.com"
    [(client,)] = execute(shared, "SELECT client_id FROM portal.client WHERE name = %s", ACME)
    invite(shared, email, client=said or str(client))
    assert [line["client"] for line in listed(shared, email, "--client", said or str(client))] == [ACME]


def test_clients_of_one_name_must_be_told_apart(portalctl):
    execute(portalctl, """INSERT INTO portal.client (account_id, kind, organisation_name)
        SELECT account_id, 'organisation', %s FROM portal.account WHERE slug = 'brightwater'""", ACME)
    sentence = portalctl.refuses("member", "invite", "--account", "brightwater", "--client", ACME, "--email", "b@acme.example.com")
    assert sentence.count(ACME) == 3


def test_a_second_invitation_replaces_the_first(shared):
    first = invite(shared, "again@acme.example.com", "--first-name", "Bea")
    second = invite(shared, "Again@acme.example.com", "--surname", "Hill", "--permissions", "view_documents,view_invoices,view_documents")
    assert token_row(shared, first["activation_url"])[3] == "replaced"
    assert token_row(shared, second["activation_url"])[3] is None
    [line] = listed(shared, "again@acme.example.com")
    assert (line["name"], sorted(line["permissions"])) == ("Bea Hill", ["view_documents", "view_invoices"])
    assert execute(shared, "SELECT count(*) FROM portal.outbox_message WHERE recipient = 'again@acme.example.com'") == [(1,)]


def test_an_invitation_to_another_client_leaves_the_first_alone(shared):
    first = invite(shared, "twice@acme.example.com")
    second = invite(shared, "twice@acme.example.com", client=HARBOUR)
    assert token_row(shared, first["activation_url"])[3] is token_row(shared, second["activation_url"])[3] is None
    assert len(listed(shared, "twice@acme.example.com")) == 2


def test_who_has_a_login_keeps_it(portalctl):
    of_member = "SELECT password_hash, state, first_name FROM portal.member WHERE email = 'alex.morgan@acme.example.com'"
    before = execute(portalctl, of_member)
    answer = invite(portalctl, "alex.morgan@acme.example.com", "--first-name", "Impostor", client=HARBOUR)
    assert answer["has_login"] is True
    assert execute(portalctl, of_member) == before
    assert {line["client"]: line["state"] for line in listed(portalctl, "alex.morgan@acme.example.com")} == {ACME: "active", HARBOUR: "invited"}


def test_who_belongs_to_the_client_is_not_invited_again(shared):
    words = ("member", "invite", "--account", "brightwater", "--client", ACME, "--email", "alex.morgan@acme.example.com")
    assert "already a member" in shared.refuses(*words)
    assert execute(shared, "SELECT count(*) FROM portal.outbox_message WHERE recipient = 'alex.morgan@acme.example.com'") == [(0,)]


def test_the_contact_of_the_client_is_noted(shared):
    execute(shared, "INSERT INTO portal.contact (account_id, client_id, kind, value) SELECT account_id, client_id, 'email', 'Known@acme.example.com' "
                       "FROM portal.client WHERE name = %s", ACME)
    for email in ("known@acme.example.com", "unknown@acme.example.com"):
        invite(shared, email)
    assert execute(shared, """SELECT m.email, c.value FROM portal.membership s JOIN portal.member m USING (account_id, member_id)
        LEFT JOIN portal.contact c USING (account_id, contact_id) WHERE m.email LIKE '%%known@%%' ORDER BY 1""") == [
        ("known@acme.example.com", "Known@acme.example.com"), ("unknown@acme.example.com", None)]


@pytest.mark.parametrize("words, status", [
    (("--client", ACME, "--email", "nobody"), 2), (("--client", ACME, "--email", "a b@c.example"), 2), (("--client", ACME, "--email", ""), 2),
    (("--client", ACME, "--email", "a@b.example", "--permissions", "view_everything"), 2), (("--client", "Nobody Ltd", "--email", "a@b.example"), 1),
    (("--client", "Talleres Ribera S.L.", "--email", "a@b.example"), 1), (("--client", ACME, "--email", "a@b.example", "--first-name", "x" * 51), 1),
], ids=["no address", "blank", "empty", "permission", "unknown client", "other account's client", "long name"])
def test_refusals_leave_nothing(shared, words, status):
    count = "SELECT (SELECT count(*) FROM portal.member), (SELECT count(*) FROM portal.membership), (SELECT count(*) FROM portal.one_time_token)"
    before = execute(shared, count)
    shared.refuses("member", "invite", "--account", "brightwater", *words, status=status)
    assert execute(shared, count) == before


def test_keys_are_needed_and_must_be_secret(portalctl, tmp_path, keys_file):
    words = ("member", "invite", "--account", "brightwater", "--client", ACME, "--email", "b@acme.example.com", "--database", portalctl.conninfo)
    assert portalctl.run(*words).returncode == 2
    open_keys = tmp_path / "keys"
    open_keys.write_text(keys_file.read_text())
    open_keys.chmod(0o644)
    assert portalctl.run(*words, "--keys-file", open_keys).returncode == 1
    portalctl.environment["PORTAL_KEYS_FILE"] = str(keys_file)
    assert portalctl.run(*words).returncode == 0


def test_an_account_without_host_or_portal_cannot_invite(portalctl):
    execute(portalctl, "INSERT INTO portal.account (slug, name, time_zone) VALUES ('bare', 'Bare', 'UTC')")
    execute(portalctl, "INSERT INTO portal.client (account_id, kind, organisation_name) SELECT account_id, 'organisation', 'C' FROM portal.account "
                       "WHERE slug = 'bare'")
    words = ("member", "invite", "--account", "bare", "--client", "C", "--email", "a@b.example")
    assert "no host" in portalctl.refuses(*words)
    portalctl("host", "add", "--account", "bare", "--host", "bare.example")
    assert "no portal" in portalctl.refuses(*words)
    portalctl("portal", "set", "--account", "bare")
    finished = portalctl.try_on_database(*words)
    # It goes, and says that there will be nothing to see.
    assert finished.returncode == 0 and "No job template is visible" in finished.stderr
    assert finished.stdout.startswith("https://bare.example/activate#")


def test_removing_an_invitation_cancels_its_link_and_message(shared):
    answer = invite(shared, "cancelled@acme.example.com")
    shared("member", "remove", "--account", "brightwater", "--client", ACME, "--email", "Cancelled@acme.example.com")
    assert token_row(shared, answer["activation_url"])[3] == "cancelled"
    assert listed(shared, "cancelled@acme.example.com") == []
    assert execute(shared, "SELECT count(*) FROM portal.outbox_message WHERE recipient = 'cancelled@acme.example.com'") == [(0,)]
    again = invite(shared, "cancelled@acme.example.com")
    assert [line["state"] for line in listed(shared, "cancelled@acme.example.com")] == ["invited"]
    assert token_row(shared, again["activation_url"])[3] is None


def test_removing_the_last_membership_ends_the_login(portalctl):
    email = "alex.morgan@acme.example.com"
    session, other = sign_in(portalctl, email, ACME), sign_in(portalctl, "sam.reyes@acme.example.com", ACME)
    printed = portalctl("member", "remove", "--account", "brightwater", "--client", ACME, "--email", email)
    assert "login is gone" in printed
    assert execute(portalctl, "SELECT state, password_hash, removed_at IS NOT NULL FROM portal.member WHERE email = %s", email) == [("removed", None, True)]
    assert ended_sessions(portalctl) == {session} != {other}
    # Whoever comes back chooses a new password.
    assert invite(portalctl, email)["has_login"] is False
    assert execute(portalctl, "SELECT state, removed_at FROM portal.member WHERE email = %s", email) == [("invited", None)]


def test_removing_one_of_two_memberships_leaves_the_other(portalctl):
    email = "sam.reyes@acme.example.com"
    at_acme, at_harbour = sign_in(portalctl, email, ACME), sign_in(portalctl, email, HARBOUR)
    pending = invite(portalctl, email, client="Ruth Okafor")
    printed = portalctl("member", "remove", "--account", "brightwater", "--client", ACME, "--email", email)
    assert "login is gone" not in printed
    assert ended_sessions(portalctl) == {at_acme} and at_harbour != at_acme
    assert {line["client"] for line in listed(portalctl, email)} == {HARBOUR, "Ruth Okafor"}
    assert token_row(portalctl, pending["activation_url"])[3] is None
    [(state, has_login)] = execute(portalctl, "SELECT m.state, m.password_hash IS NOT NULL FROM portal.member m JOIN portal.account a USING (account_id) "
                                              "WHERE m.email = %s AND a.slug = 'brightwater'", email)
    assert (state, has_login) == ("active", True)


@pytest.mark.parametrize("client, email", [(ACME, "nobody@acme.example.com"), (HARBOUR, "alex.morgan@acme.example.com"), (ACME, "lee.stone@acme.example.com")],
                         ids=["unknown", "of another client", "removed before"])
def test_removing_whom_there_is_not(shared, client, email):
    assert "is no member" in shared.refuses("member", "remove", "--account", "brightwater", "--client", client, "--email", email)


def test_list_keeps_to_the_account_and_the_client(shared):
    everybody = shared.json("member", "list", "--account", "brightwater")
    assert {line["state"] for line in everybody} == {"active", "invited"}
    of_acme = shared.json("member", "list", "--account", "brightwater", "--client", ACME)
    assert of_acme == [line for line in everybody if line["client"] == ACME] != everybody
    northside = shared.json("member", "list", "--account", "northside")
    assert not {line["membership_id"] for line in northside} & {line["membership_id"] for line in everybody}


def test_list_names_the_address_that_waits_for_confirmation(portalctl):
    email = portalctl.json("member", "list", "--account", "brightwater")[0]["email"]
    assert {line["pending_email"] for line in listed(portalctl, email)} == {None}
    execute(portalctl, "UPDATE portal.member SET pending_email = 'new@acme.example' WHERE email = %s", email)
    assert {line["pending_email"] for line in listed(portalctl, email)} == {"new@acme.example"}


def test_the_demo_prints_what_scripts_rely_on(demo_template, database_server):
    name, demo = demo_template
    assert [(account["slug"], account["host"], account["url"]) for account in demo["accounts"]] == [
        ("brightwater", "brightwater.localhost", "http://brightwater.localhost:8080"),
        ("northside", "northside.localhost", "http://northside.localhost:8080")]
    for account in demo["accounts"]:
        assert set(account) == {"slug", "host", "url", "members", "staff", "activation_url"}
        assert all(set(person) == {"email", "password", "role"} for person in account["staff"])
        assert all(set(member) == {"email", "password", "client"} for member in account["members"])
        first = account["members"][0]
        [(permissions, groups, hashed)] = database_server.execute("""
            SELECT s.permissions, (SELECT array_agg(DISTINCT j.status) FROM portal.job j
                JOIN portal.portal_visible_template v USING (account_id, job_template_id)
                WHERE j.account_id = s.account_id AND j.client_id = s.client_id AND j.deleted_at IS NULL), m.password_hash
            FROM portal.member m JOIN portal.membership s USING (account_id, member_id) JOIN portal.client c USING (account_id, client_id)
            JOIN portal.account a USING (account_id)
            WHERE a.slug = %s AND m.email = %s AND c.name = %s""", (account["slug"], first["email"], first["client"]), database=name)
        assert sorted(permissions) == sorted([*DEFAULT_PERMISSIONS, "view_invoices", "create_work_requests", "accept_quotes"])
        assert {"scheduled", "started", "finished"} <= set(groups)
        assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1,keyid=")
        [(address, expires)] = database_server.execute("SELECT address, expires_at FROM portal.one_time_token WHERE token_hash = %s",
                                                       (hash_of(account["activation_url"]),), database=name)
        assert address not in [member["email"] for member in account["members"]]
        assert expires > datetime.now(timezone.utc) + timedelta(days=6)


def test_the_demo_takes_an_empty_database_only(shared):
    assert "has accounts already" in shared.refuses("demo")
    assert len(shared.json("account", "list")) == 2


def test_the_demo_is_all_or_nothing(database_server, keys_file, tmp_path):
    for folder, text in (("migrations", ""), ("demo", "insert into portal.account (slug, name, time_zone) values ('a', 'A', 'UTC'); select nonsense;")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "0001_file.sql").write_text(text)
    name = database_server.create_database("demo_test")
    try:
        portalctl = Portalctl(database_server, keys_file, name)
        assert portalctl.refuses("demo", "--sql-dir", tmp_path).startswith("0001_file: ")
        assert portalctl.json("account", "list") == []
        printed = portalctl("demo")
        assert "https://brightwater.localhost\n" in printed and "/activate#" in printed
    finally:
        database_server.drop_database(name)


def test_the_demo_makes_as_many_jobs_as_asked_for(database_server, keys_file):
    """With how far it has come on standard error, and its result alone on standard output."""
    name = database_server.create_database("members_many")
    try:
        finished = Portalctl(database_server, keys_file, name).try_on_database("demo", "--origin-port", "8080", "--insecure", "--json", "--jobs", "2150")
        assert finished.returncode == 0, finished.stderr
        assert finished.stderr.splitlines()[-1] == "2150 of 2150 jobs, about 0 s left"
        metropolis = json.loads(finished.stdout)["accounts"][2]
        assert (metropolis["slug"], len(metropolis["members"])) == ("metropolis", 1)
        counted = database_server.execute(
            "SELECT count(*), count(DISTINCT client_id), count(DISTINCT state) FROM portal.job JOIN portal.account USING (account_id) WHERE slug = 'metropolis'",
            database=name)
        assert counted == [(2150, 22, 4)]
    finally:
        database_server.drop_database(name)


def test_the_demo_refuses_a_number_of_jobs_that_is_none(database_server, keys_file):
    finished = Portalctl(database_server, keys_file).try_on_database("demo", "--insecure", "--jobs", "0")
    assert finished.returncode == 2 and "--jobs" in finished.stderr, finished.stderr
