"""`nginx -t` with the module: what is accepted, and what is refused with a sentence."""

import re
import shutil
import subprocess

import pytest

from support.nginx import PrivateNginx
from support.site import make_keys


@pytest.fixture
def check(servers):
    """Writes the project's configuration, lets a test change its text, and returns the exit status and what nginx said."""
    folder = servers / "configuration"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    password_file = folder / "edge.password"
    password_file.touch(mode=0o600)
    password_file.write_text("never used\n")
    nginx = PrivateNginx(folder, postgres_socket=folder, password_file=password_file, keys_file=make_keys(folder / "keys"))

    def run(change=lambda text: text, file: str = "server-loopback.conf") -> tuple[int, str]:
        nginx.write_configuration()
        path = folder / file
        path.write_text(change(path.read_text()))
        nginx.error_log.unlink(missing_ok=True)
        finished = subprocess.run(nginx.command("-t"), capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return finished.returncode, finished.stderr + nginx.error_log.read_text()

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


@pytest.mark.parametrize("size,accepted", [("512k", True), ("64m", True), ("511k", False), ("0", False), ("much", False)])
def test_shared_memory_has_a_smallest_size(check, size, accepted):
    status, said = check(lambda text: f"portal_zone {size};\n{text}", "private.conf")
    assert (status == 0) == accepted, said
    assert accepted or "portal_zone" in said, said


def test_shared_memory_of_that_name_is_refused_to_others(check):
    def take_the_name(text: str) -> str:
        return f"limit_req_zone $binary_remote_addr zone=portal:1m rate=1r/s;\n{text}"

    status, said = check(take_the_name, "private.conf")
    assert status != 0
    assert 'the shared memory zone "portal" is already declared' in said, said


@pytest.mark.parametrize("folder, why", [("files", "absolute path"), ("/nowhere/at/all", "cannot be found"), ("/etc/passwd", "is not a folder")])
def test_a_folder_of_files_that_is_none_is_refused(check, folder, why):
    def change(text: str) -> str:
        return re.sub(r"portal_files [^;]+;", f"portal_files {folder};", text)
    status, said = check(change, "nginx.conf")
    assert status == 1 and "portal_files" in said and why in said, said


@pytest.mark.parametrize("words", ["unix:/run/redis/redis.sock", "10.0.0.5:6379 trusted_network", "[fd00::5]:6379 trusted_network",
                                   "unix:/run/redis/redis.sock password_file={password}", "127.0.0.1:6379 password_file={password} trusted_network"])
def test_where_redis_may_be(check, servers, words):
    line = "portal_redis " + words.format(password=servers / "configuration/edge.password") + ";"
    status, said = check(lambda text: text.replace("http {", "http {\n" + line), file="nginx.conf")
    assert status == 0, said


@pytest.mark.parametrize("words, why", [
    ("10.0.0.5:6379", "neither encrypted nor authenticated"),
    ("localhost:6379 trusted_network", "must be an IP address"),
    ("redis.example.com:6379 trusted_network", "must be an IP address"),
    ("/run/redis/redis.sock", "say unix:/path"),
    ("unix:redis.sock", "begins with a slash"),
    ("10.0.0.5:0 trusted_network", "the port is none"),
    ("unix:/run/redis/redis.sock trusted", "invalid parameter"),
    ("unix:/run/redis/redis.sock password_file=/nowhere/to/be/found", "failed"),
    ("unix:/a.sock; portal_redis unix:/b.sock", "is duplicate"),
])
def test_where_redis_may_not_be(check, words, why):
    status, said = check(lambda text: text.replace("http {", f"http {{\nportal_redis {words};"), file="nginx.conf")
    assert status != 0
    assert why in said, said


@pytest.mark.parametrize("number, accepted", [("0", True), ("1000000", True), ("-1", False), ("many", False)])
def test_how_many_sessions_a_worker_remembers(check, number, accepted):
    status, said = check(lambda text: text.replace("http {", f"http {{\nportal_remembered_sessions {number};"), file="nginx.conf")
    assert (status == 0) == accepted, said


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
