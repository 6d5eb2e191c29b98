"""portalctl account, host and portal, in a migrated database without accounts."""

import select
from contextlib import closing

import pytest

from support.portalctl import Portalctl


@pytest.fixture(scope="module")
def database(database_server):
    name = database_server.create_database("accounts_test")
    yield name
    database_server.drop_database(name)


@pytest.fixture
def portalctl(database_server, database):
    database_server.execute("""TRUNCATE portal.account CASCADE""", database=database)
    return Portalctl(database_server, database=database)


@pytest.fixture
def acme(portalctl):
    portalctl("account", "create", "--slug", "acme", "--name", "Acme Plumbing", "--time-zone", "Europe/London")
    return portalctl


def execute(portalctl, statement: str, *parameters) -> list[tuple]:
    return portalctl.server.execute(statement, parameters, database=portalctl.database)


def hosts(portalctl, *words) -> list[tuple]:
    return [(line["account"], line["host"], line["origin"], line["is_primary"]) for line in portalctl.json("host", "list", *words)]


def test_create_and_list(acme):
    acme("account", "create", "--slug", "zz-9", "--name", "  Zürich & Söhne ", "--time-zone", "Europe/Zurich")
    listed = acme.json("account", "list")
    assert [(line["slug"], line["name"], line["time_zone"], line["hosts"], line["has_portal"], line["suspended_at"]) for line in listed] == [
        ("acme", "Acme Plumbing", "Europe/London", [], False, None), ("zz-9", "Zürich & Söhne", "Europe/Zurich", [], False, None)]
    head, first, second = acme("account", "list").splitlines()
    assert head.split()[0] == "SLUG" and "Zürich & Söhne" in second
    # Columns stand below each other, whatever letters are in them.
    assert first.index("Europe/London") == second.index("Europe/Zurich") == head.index("TIME ZONE")


def test_names_cannot_steer_a_terminal(acme):
    execute(acme, "UPDATE portal.account SET name = %s", "A\x1b[2Jme\n\x7f")
    assert "A?[2Jme??" in acme("account", "list")
    assert [line["name"] for line in acme.json("account", "list")] == ["A\x1b[2Jme\n\x7f"]


def test_an_account_has_its_slug_for_itself(acme):
    assert "already" in acme.refuses("account", "create", "--slug", "acme", "--name", "Another", "--time-zone", "UTC")
    assert [line["name"] for line in acme.json("account", "list")] == ["Acme Plumbing"]


@pytest.mark.parametrize("slug", ["Acme", "a_b", "-a", "a-", "", "a" * 64, "a.b", "é"])
def test_refuses_what_is_no_slug(portalctl, slug):
    portalctl.refuses("account", "create", "--slug", slug, "--name", "A", "--time-zone", "UTC", status=2)


def test_refuses_bad_names_and_zones(portalctl):
    create = ("account", "create", "--slug", "a")
    portalctl.refuses(*create, "--name", " ", "--time-zone", "UTC", status=2)
    portalctl.refuses(*create, "--name", "x" * 301, "--time-zone", "UTC")
    for zone in ("Europe/Nowhere", "", "+02:00", "UTC+3"):
        assert "time zone" in portalctl.refuses("account", "create", "--slug", "a", "--name", "A", "--time-zone", zone)
    assert portalctl.json("account", "list") == []


def test_hosts_are_added_and_removed(acme):
    acme("host", "add", "--account", "acme", "--host", "Portal.ACME.example.")
    acme("host", "add", "--account", "acme", "--host", "old.acme.example", "--origin", "https://OLD.acme.example:443")
    acme("host", "add", "--account", "acme", "--host", "acme.localhost", "--origin", "http://acme.localhost:8080")
    first = ("acme", "portal.acme.example", "https://portal.acme.example")
    others = [("acme", "acme.localhost", "http://acme.localhost:8080", False), ("acme", "old.acme.example", "https://old.acme.example", False)]
    assert hosts(acme) == [(*first, True), *others]
    acme("host", "add", "--account", "acme", "--host", "new.acme.example", "--primary")
    assert hosts(acme)[0] == ("acme", "new.acme.example", "https://new.acme.example", True)
    acme("host", "remove", "--account", "acme", "--host", "NEW.acme.example")
    assert hosts(acme, "--account", "acme") == [(*first, True), *others]
    for host in ("portal.acme.example", "old.acme.example", "acme.localhost"):
        acme("host", "remove", "--account", "acme", "--host", host)
    assert hosts(acme) == []


def test_a_host_belongs_to_one_account(acme):
    acme("account", "create", "--slug", "other", "--name", "Other", "--time-zone", "UTC")
    acme("host", "add", "--account", "acme", "--host", "one.example")
    for account in ("acme", "other"):
        assert "taken" in acme.refuses("host", "add", "--account", account, "--host", "one.example")
    assert "no host" in acme.refuses("host", "remove", "--account", "other", "--host", "one.example")
    assert [line[0] for line in hosts(acme)] == ["acme"]
    assert hosts(acme, "--account", "other") == []


@pytest.mark.parametrize("host", ["", "https://a.example", "a.example:443", "a..example", "-a.example", "a_b.example", "ä.example", "a" * 64 + ".example",
                                  "a b.example", "*.example", "a.example/x", ".".join(["a" * 60] * 5)])
def test_refuses_what_is_no_host(acme, host):
    acme.refuses("host", "add", "--account", "acme", "--host", host, status=2)


@pytest.mark.parametrize("origin", ["https://b.example", "http://a.example", "a.example", "https://a.example/", "https://a.example:0", "https://a.example:65536",
                                    "https://a.example:x", "https://a.example:", "https://a.example:0443", "https://u@a.example", "ftp://a.example"])
def test_refuses_what_is_no_origin_of_the_host(acme, origin):
    acme.refuses("host", "add", "--account", "acme", "--host", "a.example", "--origin", origin, status=2)
    assert hosts(acme) == []


def test_workers_are_told_of_hosts(acme):
    with closing(acme.server.connect(database=acme.database)) as listener:
        listener.cursor().execute("LISTEN portal_hosts")
        acme("host", "add", "--account", "acme", "--host", "a.example")
        assert select.select([listener], [], [], 5)[0]
        listener.poll()
        assert listener.notifies


@pytest.mark.parametrize("words", [("host", "add", "--host", "a.example"), ("host", "remove", "--host", "a.example"), ("host", "list"), ("portal", "show"),
                                   ("portal", "set", "--name", "x"), ("member", "list")], ids=lambda words: " ".join(words[:2]))
def test_names_an_account_that_is_not_there(portalctl, words):
    assert '"nobody"' in portalctl.refuses(*words, "--account", "nobody")


def test_a_portal_is_made_and_changed(acme):
    assert "no portal yet" in acme.refuses("portal", "show", "--account", "acme")
    assert acme("portal", "set", "--account", "acme") == "Made the portal of acme.\n"
    initial = {"name": "Acme Plumbing", "colour": "#1f5fbf", "phone": None, "email": None, "website": None, "privacy_url": None, "terms_url": None,
               "imprint_url": None, "languages": ["en", "es"], "default_language": "en"}
    assert acme.json("portal", "show", "--account", "acme")["settings"] == initial
    wanted = {"name": "Acme", "colour": "#0b6e99", "phone": "555-0100", "email": "office@acme.example", "website": "https://acme.example",
              "privacy_url": "https://acme.example/privacy", "terms_url": "https://acme.example/terms", "imprint_url": "https://acme.example/imprint",
              "languages": ["es", "en"], "default_language": "es"}
    words = [word for name, value in wanted.items()
             for word in (f"--{name.replace('_', '-')}", ",".join(value) if isinstance(value, list) else value)]
    assert acme("portal", "set", "--account", "acme", *words) == "Changed the portal of acme.\n"
    assert acme.json("portal", "show", "--account", "acme")["settings"] == wanted
    acme("portal", "set", "--account", "acme", "--phone", "", "--email", "", "--terms-url", "", "--colour", "#0B6E99")
    assert acme.json("portal", "show", "--account", "acme")["settings"] == {**wanted, "phone": None, "email": None, "terms_url": None}


@pytest.mark.parametrize("words", [
    ("--name", " "), ("--colour", "red"), ("--colour", "#12345"), ("--colour", "#12345g"), ("--email", "nobody"), ("--website", "acme.example"),
    ("--privacy-url", "javascript:alert(1)"), ("--terms-url", "https://a b"), ("--imprint-url", "https://"), ("--languages", "en,fr"),
    ("--languages", "es"), ("--default-language", "fr"),
], ids=" ".join)
def test_refuses_settings_that_are_none(acme, words):
    acme("portal", "set", "--account", "acme", "--name", "Before")
    before = acme.json("portal", "show", "--account", "acme")
    assert acme.run("portal", "set", "--account", "acme", "--phone", "555-0199", *words, "--database", acme.conninfo).returncode == 2
    assert acme.json("portal", "show", "--account", "acme") == before


@pytest.fixture
def with_templates(acme):
    """Two templates of one name and one of another; a field in none of them; a key in two groups."""
    [(account,)] = execute(acme, "SELECT account_id FROM portal.account")
    execute(acme, "INSERT INTO portal.job_template (account_id, name) VALUES (%s, 'Repair'), (%s, 'Visit'), (%s, 'Visit')", account, account, account)
    execute(acme, """INSERT INTO portal.job_field (account_id, field_group, key, label, type) VALUES (%s, 'custom', 'notes', 'Notes', 'text'),
        (%s, 'report', 'notes', 'Report', 'text'), (%s, 'report', 'findings', 'Findings', 'text'), (%s, 'custom', 'orphan', 'Orphan', 'text')""",
            account, account, account, account)
    execute(acme, """INSERT INTO portal.job_template_field (account_id, job_template_id, job_field_id) SELECT t.account_id, t.job_template_id, f.job_field_id
        FROM portal.job_template t JOIN portal.job_field f USING (account_id) WHERE t.name = 'Repair' AND f.field_group <> 'main' AND f.key <> 'orphan'""")
    return acme


def visible(portalctl) -> tuple[list, list]:
    shown = portalctl.json("portal", "show", "--account", "acme")
    return ([line["template"] for line in shown["templates"] if line["visible"]], [line["field"] for line in shown["fields"] if line["visible"]])


def test_templates_and_fields_are_shown_and_hidden(with_templates):
    change = lambda *words: with_templates("portal", "set", "--account", "acme", *words)  # noqa: E731
    change()
    assert visible(with_templates) == ([], [])
    second_visit = [line["number"] for line in with_templates.json("portal", "show", "--account", "acme")["templates"] if line["template"] == "Visit"][1]
    change("--show-template", "Repair", "--show-template", str(second_visit), "--show-field", "description", "--show-field", "custom.notes",
           "--show-field", "findings")
    assert visible(with_templates) == (["Repair", "Visit"], ["main.description", "custom.notes", "report.findings"])
    change("--show-template", "Repair", "--show-field", "findings")
    change("--hide-template", str(second_visit), "--hide-field", "main.description", "--hide-field", "findings")
    assert visible(with_templates) == (["Repair"], ["custom.notes"])
    text = with_templates("portal", "show", "--account", "acme")
    assert "custom.notes" in text and "TEMPLATE" in text and "default-language" in text


@pytest.mark.parametrize("words, reason", [
    (("--show-field", "findings", "--show-field", "orphan"), "No template"), (("--show-field", "notes"), "Several fields"), (("--show-field", "nothing"), "no job field"),
    (("--hide-field", "nothing"), "no job field"), (("--show-template", "Visit"), "2 templates"), (("--show-template", "Nothing"), "no job template"),
    (("--hide-template", "Nothing"), "no job template"),
], ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_refuses_templates_and_fields_that_cannot_be_meant(with_templates, words, reason):
    with_templates("portal", "set", "--account", "acme", "--show-field", "description")
    # What stands beside it in the same call does not happen either.
    assert reason in with_templates.refuses("portal", "set", "--account", "acme", "--name", "After", "--show-template", "Repair", *words)
    assert visible(with_templates) == ([], ["main.description"])
    assert with_templates.json("portal", "show", "--account", "acme")["settings"]["name"] == "Acme Plumbing"


def test_templates_of_another_account_are_unknown(with_templates):
    with_templates("account", "create", "--slug", "other", "--name", "Other", "--time-zone", "UTC")
    [(template,)] = execute(with_templates, "SELECT job_template_id FROM portal.job_template WHERE name = 'Repair'")
    for said in ("Repair", str(template)):
        assert "no job template" in with_templates.refuses("portal", "set", "--account", "other", "--show-template", said)


def test_a_connection_lost_while_committing_is_said(acme):
    # A deferred trigger runs inside COMMIT, where nobody can know from outside whether it went through.
    execute(acme, "CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'")
    execute(acme, "CREATE CONSTRAINT TRIGGER cut_off AFTER INSERT ON portal.account_host DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut_off()")
    try:
        assert "not known whether" in acme.refuses("host", "add", "--account", "acme", "--host", "a.example")
    finally:
        execute(acme, "DROP FUNCTION cut_off() CASCADE")
