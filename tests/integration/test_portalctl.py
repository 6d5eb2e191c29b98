"""portalctl by itself: help, exit statuses, where it finds the database, and that it takes no password."""

import os
import re
import socket
import subprocess

import pytest
import yaml

from support import places
from support.portalctl import Portalctl

COMMANDS = [
    ("migrate",), ("migrate", "status"), ("keys", "new"), ("keys", "rotate"), ("account", "create"), ("account", "list"), ("account", "set"), ("account", "suspend"),
    ("account", "resume"), ("account", "delete"), ("host", "add"), ("host", "remove"), ("host", "list"), ("portal", "show"), ("portal", "set"),
    ("member", "invite"), ("member", "list"), ("member", "remove"), ("staff", "create"), ("staff", "list"), ("staff", "remove"), ("staff", "reset"), ("document", "add"), ("document", "list"), ("document", "remove"), ("document", "sweep"), ("doctor",),
    ("mail", "set"), ("mail", "show"), ("mail", "test"), ("outbox", "list"), ("outbox", "count"), ("outbox", "retry"), ("courier",),
    ("key", "create"), ("key", "list"), ("key", "revoke"), ("import",), ("follow", "install"), ("follow", "run"), ("follow", "all"), ("follow", "status"), ("demo",), ("routes",), ("tidy",), ("version",),
]


@pytest.fixture
def portalctl(database_server):
    return Portalctl(database_server)


def subcommands(help_text: str) -> set[str]:
    _, _, listed = help_text.partition("\nSubcommands:\n")
    return {match[1] for match in re.finditer(r"^  (\w+)\s", listed, re.MULTILINE)}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(portalctl, command):
    finished = portalctl.run(*command, "--help")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "portalctl " + " ".join(command) in finished.stdout


def test_the_list_of_commands_above_is_complete(portalctl):
    found = set()
    for name in subcommands(portalctl.run("--help").stdout):
        inner = subcommands(portalctl.run(name, "--help").stdout)
        found |= {(name, other) for other in inner} or {(name,)}
    assert found | {("migrate",)} == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_option_takes_a_password(portalctl, command):
    options = re.findall(r"--[\w-]+", portalctl.run(*command, "--help").stdout)
    assert not [option for option in options if "pass" in option and not option.endswith("password-file")]


def test_version(portalctl):
    finished = portalctl.run("version")
    assert re.fullmatch(r"portalctl \d+\.\d+\.\d+\n", finished.stdout)
    assert portalctl.run("--version").stdout == finished.stdout


@pytest.mark.parametrize("words", [
    (), ("nonsense",), ("account",), ("account", "create", "--slug", "x"), ("migrate", "--nonsense"), ("version", "extra"),
    ("member", "invite", "--account", "a", "--client", "c", "--email", "a@b.example", "--language", "xx"),
], ids=lambda words: " ".join(words) or "nothing")
def test_wrong_usage_ends_with_2_and_says_what(portalctl, words):
    finished = portalctl.run(*words)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.strip()


def test_asks_which_database(portalctl, tmp_path):
    finished = portalctl.run("account", "list", "--settings", make_settings(tmp_path, "# nothing\n"))
    assert finished.returncode == 2
    assert "--database" in finished.stderr


@pytest.mark.parametrize("conninfo", [
    "host=/nowhere dbname=portal password=drowssap", "postgresql://portal_maintenance:drowssap@127.0.0.1/portal",
    "host=/nowhere sslpassword=drowssap", "password=drowssap =",
])
def test_refuses_a_password_in_the_connection_string(portalctl, conninfo):
    finished = portalctl.run("account", "list", "--database", conninfo)
    assert finished.returncode == 2
    assert "drowssap" not in finished.stdout + finished.stderr


@pytest.mark.parametrize("words, reads_along", [("", False), ("sslmode=prefer", True)])
def test_sends_nothing_in_clear_over_a_network(portalctl, words, reads_along):
    """127.1 is 127.0.0.1, but does not look like it. The server says that it has no TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        waiting = subprocess.Popen([places.portalctl_path(), "account", "list", "--database", f"hostaddr=127.1 port={server.getsockname()[1]} dbname=portal {words}"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=portalctl.environment)
        server.settimeout(20)
        with server.accept()[0] as asked:
            asked.settimeout(20)
            assert asked.recv(8) == bytes.fromhex("0000000804d2162f")
            asked.sendall(b"N")
            assert (b"portal_maintenance" in asked.recv(1000)) == reads_along
        said = waiting.communicate(timeout=20)[1]
    assert waiting.returncode == 1 and said.startswith("portalctl: There is no connection to the database")
    assert ("SSL was required" in said) != reads_along


def test_no_server_is_a_sentence(portalctl, tmp_path):
    finished = portalctl.run("account", "list", "--database", f"host={tmp_path} dbname=portal")
    assert finished.returncode == 1
    assert finished.stderr.startswith("portalctl: There is no connection to the database")


def make_settings(folder, text: str):
    file = folder / "portalctl.conf"
    file.write_text(text)
    return file


def test_finds_the_database_by_option_environment_and_file(portalctl, tmp_path):
    good, bad = portalctl.conninfo, f"host={tmp_path} dbname=portal"
    file = make_settings(tmp_path, f"# where it is\n\n database =  {good}\n")
    assert portalctl.run("account", "list", "--settings", file).returncode == 0
    portalctl.environment["PORTAL_DATABASE"] = bad
    assert portalctl.run("account", "list", "--settings", file).returncode == 1
    assert portalctl.run("account", "list", "--settings", file, "--database", good).returncode == 0
    portalctl.environment["PORTAL_DATABASE"] = good
    assert portalctl.run("account", "list").returncode == 0


@pytest.mark.parametrize("line", ["databse = x", "database", "password = secret-of-mine"])
def test_refuses_a_settings_file_that_it_does_not_understand(portalctl, tmp_path, line):
    finished = portalctl.run("account", "list", "--settings", make_settings(tmp_path, f"# first\n{line}\n"))
    assert finished.returncode == 1
    assert "line 2" in finished.stderr
    assert "secret-of-mine" not in finished.stderr


def test_a_named_settings_file_must_exist(portalctl, tmp_path):
    assert portalctl.run("account", "list", "--settings", tmp_path / "absent", "--database", portalctl.conninfo).returncode == 1


def test_takes_the_password_from_a_file_that_nobody_else_reads(portalctl, tmp_path, database_server):
    as_edge = database_server.conninfo("portal_edge", with_password=False)
    password_file = tmp_path / "password"
    password_file.write_text(database_server.password_file.read_text())
    password_file.chmod(0o640)
    words = ("migrate", "status", "--database", as_edge, "--password-file", password_file)
    finished = portalctl.run(*words)
    assert finished.returncode == 1 and "chmod 600" in finished.stderr
    password_file.chmod(0o600)
    # It is in, and told that this is the wrong role.
    assert "portal_maintenance" in portalctl.run(*words).stderr
    password_file.write_text("wrong\n")
    assert "There is no connection" in portalctl.run(*words).stderr


def test_does_not_read_a_password_from_the_environment(portalctl, database_server):
    portalctl.environment["PGPASSWORD"] = database_server.password_file.read_text().strip()
    finished = portalctl.run("migrate", "status", "--database", database_server.conninfo("portal_edge", with_password=False))
    assert "There is no connection" in finished.stderr


def test_keys_new_makes_a_file_for_its_owner_alone(portalctl, tmp_path):
    file = tmp_path / "keys"
    finished = portalctl.run("keys", "new", "--file", file)
    assert finished.returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    purposes = [line.split()[0] for line in file.read_text().splitlines() if not line.startswith("#")]
    assert sorted(purposes) == ["cursor", "encryption", "pepper", "session-cache"]
    secrets = [line.split()[2] for line in file.read_text().splitlines() if not line.startswith("#")]
    assert len(set(secrets)) == 4 and all(len(secret) == 43 for secret in secrets)
    assert not any(secret in finished.stdout for secret in secrets)


def test_keys_new_leaves_an_existing_file_alone(portalctl, tmp_path):
    file = tmp_path / "keys"
    file.write_text("mine")
    finished = portalctl.run("keys", "new", "--file", file)
    assert finished.returncode == 1
    assert file.read_text() == "mine"
    assert portalctl.run("keys", "new", "--file", tmp_path / "absent" / "keys").returncode == 1


def test_routes_are_those_of_the_contract(portalctl):
    routes = yaml.safe_load(portalctl.run("routes", "--json").stdout)
    contract = yaml.safe_load((places.ROOT / "docs/openapi.yaml").read_text())
    operations = {(method.upper(), "/api/v1" + path, operation["operationId"])
                  for path, item in contract["paths"].items() for method, operation in item.items()
                  if method in ("get", "put", "post", "patch", "delete") and not operation.get("servers") and not item.get("servers")}
    assert {(route["method"], route["path"], route["operation"]) for route in routes} == operations
    assert {route["audience"] for route in routes} == {"anyone", "member", "staff", "key"}
    assert all((route["at_least"] in ("viewer", "manager", "owner")) == (route["audience"] == "staff") for route in routes)


def test_a_table_for_people_and_json_for_programs(portalctl):
    text = portalctl.run("routes").stdout.splitlines()
    assert text[0].split() == ["METHOD", "PATH", "OPERATION", "AUDIENCE", "ANY", "OF", "AT", "LEAST", "SCOPE"]
    assert len(text) == len(yaml.safe_load(portalctl.run("routes", "--json").stdout)) + 1


def test_verbose_adds_what_postgres_said(portalctl, database_server):
    # The books are missing in this database, which PostgreSQL calls an undefined table.
    words = ("account", "list", "--database", database_server.conninfo("portal_maintenance", "postgres"))
    brief, verbose = portalctl.run(*words), portalctl.run(*words, "--verbose")
    assert brief.returncode == verbose.returncode == 1
    assert "SQLSTATE 42P01" in verbose.stderr and "SQLSTATE" not in brief.stderr


def test_does_not_outlive_a_closed_pipe(portalctl):
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen([places.portalctl_path(), "routes"], stdout=write, stdin=subprocess.DEVNULL)
    os.close(write)
    assert process.wait(10) != 0


def test_output_that_cannot_be_written_is_a_failure():
    with open("/dev/full", "wb") as full:
        finished = subprocess.run([places.portalctl_path(), "routes", "--json"], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE)
    assert finished.returncode == 1
    assert b"could not be written" in finished.stderr
