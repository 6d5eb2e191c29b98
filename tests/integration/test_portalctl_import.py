"""portalctl import: a file in pieces over HTTP, from where an earlier run ended."""

import json
import os

import pytest

from support.portalctl import Portalctl


@pytest.fixture
def feeder(portal, tmp_path):
    portalctl = Portalctl(portal.postgres, portal.keys_file)
    key_file = tmp_path / "key"
    key_file.write_text(portalctl("key", "create", "--account", "brightwater", "--name", "file", "--scopes", "import"))
    key_file.chmod(0o600)

    def feed(file, *words, kind="workers", url=f"http://brightwater.localhost:{portal.nginx.port}"):
        return portalctl.run("import", file, "--kind", kind, "--url", url, "--key-file", key_file, *words)
    return feed


def write(file, first: int, last: int, prefix: str = "PI") -> None:
    file.write_text("".join(json.dumps({"external_id": f"{prefix}-{number}", "name": f"Worker {number}"}) + "\n" for number in range(first, last)))


def test_a_large_file_is_cut_and_fed(feeder, tmp_path):
    file = tmp_path / "workers.ndjson"
    write(file, 0, 12_000)
    done = feeder(file, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"created": 12_000, "updated": 0, "unchanged": 0, "withdrawn": 0, "wrong_lines": 0}
    assert not (tmp_path / "workers.ndjson.progress").exists()
    assert json.loads(feeder(file, "--json").stdout)["unchanged"] == 12_000


def test_it_goes_on_where_it_ended(feeder, tmp_path):
    file = tmp_path / "workers.ndjson"
    write(file, 0, 12_000, "PR")
    lines = file.read_text().splitlines(keepends=True)
    lines[7_000] = "{\n"
    file.write_text("".join(lines))
    times = file.stat()
    stopped = feeder(file)
    assert stopped.returncode == 1 and "line 7001: " in stopped.stderr, stopped.stderr
    assert (tmp_path / "workers.ndjson.progress").exists()
    # The same file again, as far as its size and time say: what was done is not sent anew.
    lines[7_000] = " \n"
    file.write_text("".join(lines))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    done = feeder(file, "--json")
    assert done.returncode == 0, done.stderr
    assert "goes on from there" in done.stderr
    assert json.loads(done.stdout)["created"] == 6_999


def test_what_is_right_is_taken(feeder, tmp_path):
    file = tmp_path / "workers.ndjson"
    file.write_text('{"external_id": "PL-1", "name": "Right"}\n{"external_id": "PL-2"}\n')
    done = feeder(file, "--lines")
    assert done.returncode == 1 and "line 2: /name required" in done.stderr
    assert "1 created" in done.stdout


def test_refusals(feeder, tmp_path):
    file = tmp_path / "workers.ndjson"
    write(file, 0, 1)
    assert feeder(file, url="http://portal.example.com").returncode == 2
    assert feeder(file, kind="robots").returncode != 0
    (tmp_path / "key").chmod(0o644)
    assert feeder(file).returncode == 1
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "key").write_text("pk_wrong")
    assert "invalid_key" in feeder(file).stderr
