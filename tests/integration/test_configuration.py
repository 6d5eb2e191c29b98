"""`nginx -t` with the module: what is accepted, and what is refused with a sentence."""

import shutil
import subprocess

import pytest

from support.nginx import PrivateNginx
from support.site import make_keys


@pytest.fixture(scope="module")
def keys(servers):
    file = servers / "configuration-keys"
    file.unlink(missing_ok=True)
    return make_keys(file)


@pytest.fixture
def check(servers, keys):
    """Writes the project's configuration, lets a test change its text, and returns the exit status and what nginx said."""
    folder = servers / "configuration"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    password_file = folder / "edge.password"
    password_file.touch(mode=0o600)
    password_file.write_text("never used\n")
    nginx = PrivateNginx(folder, postgres_socket=folder, password_file=password_file, keys_file=shutil.copy2(keys, folder / "keys"))

    def run(change=lambda text: text, file: str = "server-loopback.conf") -> tuple[int, str]:
        nginx.write_configuration()
        path = folder / file
        path.write_text(change(path.read_text()))
        nginx.error_log.unlink(missing_ok=True)
        finished = subprocess.run(nginx.command("-t"), capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return finished.returncode, finished.stderr + nginx.error_log.read_text(errors="replace")

    return run


def test_the_configuration_of_the_project_is_accepted(check):
    status, said = check()
    assert status == 0, said
    assert "[warn]" not in said, said


def test_the_module_needs_no_http_block(check):
    status, said = check(lambda text: "\n".join(text.partition("http {")[0].splitlines()), "nginx.conf")
    assert status == 0, said


@pytest.mark.parametrize("address", ["0.0.0.0:{port}", "[::]:{port}", "{port}"])
def test_insecure_cookies_are_refused_outside_loopback(check, address):
    def listen_everywhere(text: str) -> str:
        port = text.split("127.0.0.1:")[1].split()[0]
        return text.replace(f"127.0.0.1:{port}", address.format(port=port))

    status, said = check(listen_everywhere)
    assert status != 0
    assert "portal_insecure_cookie" in said and "loopback" in said, said
    status, said = check(lambda text: listen_everywhere(text).replace("portal_insecure_cookie on", "portal_insecure_cookie off"))
    assert status == 0, said


@pytest.mark.parametrize("location", ["location /other/ { %s }", "location = /other { %s }", "location ~ /other { %s }", "location @other { %s }",
                                      "location /outer/ { location /outer/other/ { %s } }", "location /outer/ { location ~ /other { %s } }"],
                         ids=["prefix", "exact", "expression", "named", "nested", "nested expression"])
def test_insecure_cookies_of_a_location_are_refused_too(check, location):
    status, said = check(lambda text: text.replace("127.0.0.1:", "0.0.0.0:").replace("portal_insecure_cookie on;", "").replace(
        "include portal.conf;", location % "portal on; portal_insecure_cookie on;" + " include portal.conf;"))
    assert status != 0
    assert "portal_insecure_cookie" in said, said


def test_the_thread_pool_is_demanded(check):
    status, said = check(lambda text: text.replace("thread_pool portal threads=1;", ""), "nginx.conf")
    assert status != 0
    assert "thread_pool" in said or "thread pool" in said, said


def test_keys_that_others_can_read_are_refused(check, servers):
    keys = servers / "configuration" / "keys"
    keys.chmod(0o644)
    status, said = check()
    assert status != 0
    assert str(keys) in said, said


def test_shared_memory_of_that_name_is_refused_to_others(check):
    def take_the_name(text: str) -> str:
        return f"limit_req_zone $binary_remote_addr zone=portal:1m rate=1r/s;\n{text}"

    status, said = check(take_the_name, "private.conf")
    assert status != 0
    assert 'the shared memory zone "portal" is already declared' in said, said


@pytest.mark.parametrize("words", ["unix:/run/redis/redis.sock", "10.0.0.5:6379 trusted_network", "[fd00::5]:6379 trusted_network",
                                   "unix:/run/redis/redis.sock password_file={password}", "127.0.0.1:6379 password_file={password} trusted_network"])
def test_where_redis_may_be(check, servers, words):
    line = "portal_redis " + words.format(password=servers / "configuration/edge.password") + ";"
    status, said = check(lambda text: text.replace("http {", "http {\n" + line), file="nginx.conf")
    assert status == 0, said


def with_another(line: str) -> object:
    """In the place of the line of that directive that is there."""
    name = line.split()[0]

    def change(text: str) -> str:
        lines = [each for each in text.splitlines() if not each.strip().startswith(name)]
        return "\n".join(lines).replace("http {", f"http {{\n{line};")

    return change


@pytest.mark.parametrize("words", ["hostaddr=127.0.0.1", "hostaddr=10.0.0.5 trusted_network", "hostaddr=10.0.0.5 trusted_network password_file={password}",
                                   "hostaddr=10.0.0.5 password_file={password} trusted_network",
                                   '"hostaddr=10.0.0.5 host=db.example.com sslmode=verify-full sslrootcert=/etc/ca.crt" password_file={password}',
                                   '"host=/run/a,/run/b target_session_attrs=primary"', '"host=/run/a,/run/b target_session_attrs=read-write"'])
def test_where_postgresql_may_be(check, servers, words):
    status, said = check(with_another("portal_postgres " + words.format(password=servers / "configuration/edge.password")), "nginx.conf")
    assert status == 0, said


def with_blocklist(file) -> object:
    return lambda text: text.replace("http {", f"http {{\n  portal_password_blocklist {file};", 1)


def test_a_list_of_passwords_is_read(check, tmp_path):
    file = tmp_path / "breached"
    file.write_text("Bluebird Lane\n5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:3861493\n")
    status, said = check(with_blocklist(file), "nginx.conf")
    assert status == 0, said


BAD_LISTS = [("", "it holds no password"), ("a\n" + "x" * 2000, "line 2 is longer than any password"), (None, "No such file or directory")]


@pytest.mark.parametrize("text, why", BAD_LISTS, ids=[why for _, why in BAD_LISTS])
def test_a_list_of_passwords_that_is_none_is_refused(check, tmp_path, text, why):
    file = tmp_path / "breached"
    if text is not None:
        file.write_text(text)
    status, said = check(with_blocklist(file), "nginx.conf")
    assert status != 0
    assert f'"portal_password_blocklist" cannot use "{file}": {why}' in said


def test_layouts_of_the_hosts_own_are_read_and_a_wrong_one_is_refused(check, tmp_path):
    def with_layouts(text: str) -> str:
        return text.replace("http {", f"http {{\n  portal_layouts {tmp_path};", 1)

    (tmp_path / "en").mkdir()
    layout = tmp_path / "en/invitation.sms"
    layout.write_text("Hosted: {{activation.url}}\n")
    status, said = check(with_layouts, "nginx.conf")
    assert status == 0, said
    layout.write_text("Hosted:\n  {{client.nmae}}\n")
    status, said = check(with_layouts, "nginx.conf")
    assert status != 0 and f'"portal_layouts" cannot use "{tmp_path}"' in said and "en/invitation.sms: line 2, column 3: unknown_placeholder" in said


HTTP, SERVER, LOCATION, IF, MAIN, LIMIT = "http", "server", "location", "if", "main", "limit_except"
NOT_HERE = "directive is not allowed here"
ARGUMENTS = "invalid number of arguments in"
DUPLICATE = "directive is duplicate"
ON_OR_OFF = 'it must be "on" or "off"'
FLAGS = {"portal_throttle": HTTP, "portal_insecure_cookie": LOCATION, "portal_security_headers": LOCATION, "portal_error_pages": LOCATION, "portal": LOCATION}
# Those that stand in conf/ and would be there twice.
IN_CONF = {"portal_postgres", "portal_keys_file", "portal_files", "portal_throttle"}
ONLY = {HTTP: ["portal_postgres host=/run", "portal_redis unix:/a.sock", "portal_remembered_sessions 5", "portal_streams 5", "portal_keys_file keys", "portal_files /tmp",
               "portal_password_blocklist list", "portal_layouts layouts", "portal_host_refresh 5s", "portal_zone 1m", "portal_throttle on"],
        LOCATION: ["portal on", "portal_health", "portal_ready", "portal_metrics"],
        "anywhere": ["portal_account a", "portal_insecure_cookie on", "portal_security_headers on", "portal_error_pages on", "portal_auth required"]}
# The nearest that are wrong; tests/integration/test_directives.py compares all of them with the documentation.
NOT_ALLOWED = {HTTP: (SERVER, IF), LOCATION: (SERVER, IF, LIMIT), "anywhere": (MAIN, IF, LIMIT)}

WRONG = [
    *((context, line, (f'"{line.split()[0]}"', NOT_HERE)) for kind, lines in ONLY.items() for line in lines for context in NOT_ALLOWED[kind]),
    *((where, f"{name} maybe", (f'invalid value "maybe" in "{name}" directive', ON_OR_OFF)) for name, where in FLAGS.items() if name not in IN_CONF),
    *((where, f"{name} on; {name} off", (f'"{name}"', DUPLICATE)) for name, where in FLAGS.items()),
    *((where, name, (f'{ARGUMENTS} "{name}" directive',)) for name, where in FLAGS.items()),
    *((LOCATION, f"{name} on", (f'{ARGUMENTS} "{name}" directive',)) for name in ("portal_health", "portal_ready", "portal_metrics")),
    *((LOCATION, f"{name}; {name}", (f'"{name}"', DUPLICATE)) for name in ("portal_health", "portal_ready", "portal_metrics")),
    (LOCATION, "portal on; portal_health", ('"portal_health"', "answered by another one already")),
    (LOCATION, "proxy_pass http://127.0.0.1:1; portal on", ('"portal"', "answered by another one already")),
    *((HTTP, f"portal_zone {value}", (f'invalid value "{value}" in "portal_zone" directive', "it must be a size of at least 512k"))
      for value in ("511k", "0", "-1m", "much", "1.5m")),
    (HTTP, "portal_zone 1m; portal_zone 1m", ('"portal_zone"', DUPLICATE)),
    *((HTTP, f"portal_host_refresh {value}", (f'invalid value "{value}" in "portal_host_refresh" directive', "it must be a time of at least 1s"))
      for value in ("0", "999ms", "-1s", "often")),
    (HTTP, "portal_host_refresh 5s; portal_host_refresh 5s", ('"portal_host_refresh"', DUPLICATE)),
    *((HTTP, f"portal_remembered_sessions {value}", (f'invalid value "{value}" in "portal_remembered_sessions" directive', "it must be a number"))
      for value in ("-1", "many", "99999999999999999999", "1k")),
    (HTTP, "portal_remembered_sessions 1; portal_remembered_sessions 1", ('"portal_remembered_sessions"', DUPLICATE)),
    *((HTTP, f"portal_streams {value}", (f'invalid value "{value}" in "portal_streams" directive', "it must be a number")) for value in ("-1", "many", "1k")),
    (HTTP, "portal_streams 1; portal_streams 1", ('"portal_streams"', DUPLICATE)),
    (SERVER, 'portal_account ""', ('invalid value "" in "portal_account" directive',)),
    (SERVER, "portal_account a; portal_account b", ('"portal_account"', DUPLICATE)),
    (SERVER, "portal_account a b", (f'{ARGUMENTS} "portal_account"',)),
    *((LOCATION, f"portal_auth {words}", needed) for words, needed in (
        ("", (f'{ARGUMENTS} "portal_auth"',)),
        ("on", ('invalid value "on" in "portal_auth" directive, it must be "required", "optional" or "off"',)),
        ("Required", ('invalid value "Required" in "portal_auth" directive',)),
        ("required; portal_auth off", ('"portal_auth"', DUPLICATE)),
        ("required view_documents", ('invalid parameter "view_documents" in "portal_auth" directive',)),
        ("required permission=", ('unknown permission in parameter "permission=" in "portal_auth" directive',)),
        ("required permission=everything", ('unknown permission in parameter "permission=everything" in "portal_auth" directive',)),
        ("required permission=view_documents permission=view_documents", ('duplicate parameter "permission=view_documents" in "portal_auth" directive',)),
        ("optional permission=view_documents", ('invalid parameter "permission=view_documents" in "portal_auth" directive',)),
        ("off permission=view_documents", ('invalid parameter "permission=view_documents" in "portal_auth" directive',)),
        ("required; portal on", ('"portal_auth"', "the API asks who is there by itself")))),
    *((HTTP, f"portal_redis {words}", ('"portal_redis"', *needed)) for words, needed in (
        ("10.0.0.5:6379", ('"10.0.0.5:6379"', "neither encrypted nor authenticated")),
        ("localhost:6379 trusted_network", ('"localhost:6379"', "must be an IP address")),
        ("redis.example.com:6379 trusted_network", ('"redis.example.com:6379"', "must be an IP address")),
        ("/run/redis/redis.sock", ('"/run/redis/redis.sock"', "say unix:/path")),
        ("unix:redis.sock", ('"unix:redis.sock"', "begins with a slash")),
        ("10.0.0.5:0 trusted_network", ('"10.0.0.5:0"', "the port is none")),
        ("unix:/run/redis/redis.sock trusted", ('invalid parameter "trusted"',)),
        ("unix:/a.sock password_file=", ('invalid parameter "password_file="',)),
        ("unix:/a.sock password_file=/nowhere/to/be/found", ('"/nowhere/to/be/found"', "No such file")),
        ("unix:/a.sock password_file={password} password_file={password}", ("duplicate parameter",)),
        ("10.0.0.5:1 trusted_network trusted_network", ('duplicate parameter "trusted_network"',)),
        ("unix:/a.sock; portal_redis unix:/b.sock", (DUPLICATE,)),
        ("", (ARGUMENTS,)))),
    (HTTP, "portal_layouts /nowhere", ('"portal_layouts" cannot use "/nowhere"', "it is no folder")),
    (HTTP, "portal_password_blocklist /nowhere", ('"portal_password_blocklist" cannot use "/nowhere"', "No such file")),
]


def _named(case) -> str:
    context, line, _ = case
    return f"{context}: {line}"


def _placed(context: str, line: str) -> str:
    """What private.conf, which stands in http{}, or server_extra then says."""
    line = line if line.endswith("}") else f"{line};"
    return {HTTP: line, SERVER: f"server {{ listen 127.0.0.1:1; {line} }}", LOCATION: f"server {{ listen 127.0.0.1:1; location / {{ {line} }} }}",
            IF: f"server {{ listen 127.0.0.1:1; location / {{ if ($host) {{ {line} }} }} }}",
            LIMIT: f"server {{ listen 127.0.0.1:1; location / {{ limit_except GET {{ {line} }} }} }}"}[context]


@pytest.mark.parametrize("case", WRONG, ids=_named)
def test_a_wrong_use_is_refused_in_words(check, servers, case):
    context, line, needed = case
    line = line.format(password=servers / "configuration/edge.password")
    if context == MAIN:
        status, said = check(lambda text: text.replace("events {", f"{line};\nevents {{"), "nginx.conf")
    else:
        status, said = check(lambda text: f"{text}\n{_placed(context, line)}\n", "private.conf")
    assert status == 1, said
    emergencies = [each for each in said.splitlines() if "[emerg]" in each]
    assert emergencies and all(word in emergencies[0] for word in needed), said
    assert any(name in emergencies[0] for name in ("private.conf:", "nginx.conf:")), "the line is named"


@pytest.mark.parametrize("line, needed", [
    ("portal_files files", ('"portal_files" needs an absolute path, not "files"',)),
    ("portal_files /nowhere/at/all", ('"portal_files"', '"/nowhere/at/all"', "cannot be found")),
    ("portal_files /etc/passwd", ('"/etc/passwd" of "portal_files" is not a folder',)),
    ("portal_files /tmp; portal_files /tmp", ('"portal_files"', DUPLICATE)),
    ("portal_keys_file /nowhere", ('"portal_keys_file" cannot use "/nowhere"', "No such file")),
    ("portal_keys_file /dev/null; portal_keys_file /dev/null", ('"portal_keys_file"',)),
    ("portal_postgres host=db.example.com", ('"portal_postgres" cannot use this',)),
    ('portal_postgres "host=/run password=secret"', ('"portal_postgres" cannot use this',)),
    ("portal_postgres host=/run password=secret", ('invalid parameter "password=secret" in "portal_postgres" directive',)),
    ("portal_postgres host=/run password_file=/nowhere", ('"portal_postgres"', '"/nowhere"', "No such file")),
    ("portal_postgres host=/run password_file=/dev/null", ('"portal_postgres"', '"/dev/null"', "is empty")),
    ("portal_postgres host=/run; portal_postgres host=/run", ('"portal_postgres"', DUPLICATE)),
    ("portal_postgres hostaddr=10.0.0.5", ('"portal_postgres" cannot use this', "sslmode=verify-full", "trusted_network")),
    ('portal_postgres "hostaddr=10.0.0.5 sslmode=require"', ('"portal_postgres" cannot use this', "sslmode=verify-full")),
    ("portal_postgres hostaddr=10.0.0.5 trusted", ('invalid parameter "trusted" in "portal_postgres" directive',)),
    ("portal_postgres hostaddr=10.0.0.5 trusted_network trusted_network", ('duplicate parameter "trusted_network" in "portal_postgres" directive',)),
    ('portal_postgres "host=/run target_session_attrs=standby"', ('"portal_postgres" cannot use this', "target_session_attrs")),
    ("portal_throttle maybe", ('invalid value "maybe" in "portal_throttle" directive', ON_OR_OFF)),
])
def test_a_wrong_use_of_what_the_configuration_has_already(check, line, needed):
    if line.startswith("portal_throttle"):
        status, said = check(lambda text: text.replace("portal_throttle on;", f"{line};"), "private.conf")
    else:
        status, said = check(with_another(line), "nginx.conf")
    assert status == 1 and all(word in said for word in needed), said
    assert "secret" not in said.replace("password=secret", "") or "invalid parameter" in said


@pytest.mark.parametrize("missing", ["portal_postgres", "portal_keys_file", "thread_pool"])
@pytest.mark.parametrize("used", ["portal on", "portal_auth required", "portal_auth optional"])
def test_what_a_directive_needs_besides(check, missing, used):
    """Alone in its configuration, so that the message names it."""
    def change(text: str) -> str:
        text = "\n".join(line for line in text.splitlines() if not line.strip().startswith(missing))
        return text.replace("include server-loopback.conf;", f"server {{ listen 127.0.0.1:1; location / {{ {used}; }} }}")

    status, said = check(change, "nginx.conf")
    assert status == 1, said
    needed = ("unknown thread pool \"portal\"",) if missing == "thread_pool" else (f'"{used.split()[0]}" needs "{missing}"',)
    assert all(word in said for word in needed), said


@pytest.mark.parametrize("context, line", [
    (HTTP, "portal_zone 512k"), (HTTP, "portal_zone 64m"), (HTTP, "portal_host_refresh 1s"), (HTTP, "portal_remembered_sessions 0"), (HTTP, "portal_streams 0"), (HTTP, "portal_streams 100000"),
    (HTTP, "portal_remembered_sessions 1000000"), (SERVER, "portal_account brightwater"), (SERVER, "portal_account $host.example.com"),
    (HTTP, "portal_auth required"), (SERVER, "portal_auth required"), (LOCATION, "portal_auth optional"), (LOCATION, "portal_auth off"),
    (LOCATION, "portal_auth required permission=view_documents permission=accept_quotes"), (LOCATION, "portal off"),
    (SERVER, "portal_auth required; location /api/ { portal on; }"),
])
def test_what_is_accepted(check, context, line):
    status, said = check(lambda text: f"{text}\n{_placed(context, line)}\n", "private.conf")
    assert status == 0, said


def test_limit_except_leaves_a_location_its_answer_for_those_whom_it_lets_in(portal):
    """nginx gives what is limited a location of its own, which is empty unless a module fills it."""
    locations = """
        location = /api/v1/session { portal on; limit_except GET { allow 127.0.0.1; deny all; } }
        location = /api/v1/password-resets { portal on; limit_except GET { deny all; } }
        location = /metrics { portal_metrics; limit_except POST { allow 127.0.0.1; deny all; } }
        location /inside { portal on; location = /inside/file { limit_except GET { allow all; } root /nowhere; } }
    """
    with portal.make_nginx("limit-except", workers=1, server_extra=locations) as nginx:
        client = nginx.client("brightwater.localhost")
        assert client.get("/api/v1/session").code == "not_signed_in"
        refused = client.post("/api/v1/session", json={"email": "nobody@example.com", "password": "wrong"})
        assert (refused.status, refused.code) == (401, "invalid_credentials")
        assert client.post("/api/v1/password-resets", json={"email": "nobody@example.com"}).status == 403
        assert "portal_requests_active" in client.get("/metrics").text
        assert nginx.client("unknown.localhost").post("/inside").status == 421
        assert nginx.client("unknown.localhost").post("/inside/file").status == 404, "the location around it is none of its own"
