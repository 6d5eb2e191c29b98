"""portalctl document, and what a fault at any moment leaves behind: never a row without its file."""

import hashlib
import os
import random
import re
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from support import places
from support.nginx import make_files_folder
from support.portalctl import Portalctl
from support.world import PDF

NO_FILES: dict[str, bytes] = {}


@pytest.fixture(scope="module")
def database(database_server):
    name = database_server.create_database("documents_test")
    yield name
    database_server.drop_database(name)


@pytest.fixture
def portalctl(database_server, database, tmp_path):
    database_server.execute("TRUNCATE portal.account CASCADE", database=database)
    make_files_folder(tmp_path / "files")
    portalctl = Portalctl(database_server, database=database, files=tmp_path / "files")
    portalctl("account", "create", "--slug", "acme", "--name", "Acme", "--time-zone", "UTC")
    for name in ("One", "Two"):
        execute(portalctl, """INSERT INTO portal.client (account_id, kind, organisation_name, external_id)
                              SELECT account_id, 'organisation', %s, %s FROM portal.account WHERE slug = 'acme'""", name, f"C-{name}")
    execute(portalctl, """WITH m AS (INSERT INTO portal.member (account_id, email) SELECT account_id, 'kim@example.com' FROM portal.account
                                     RETURNING account_id, member_id)
                          INSERT INTO portal.membership (account_id, member_id, client_id)
                          SELECT account_id, member_id, client_id FROM m JOIN portal.client USING (account_id) WHERE organisation_name = 'One'""")
    return portalctl


def execute(portalctl, statement: str, *parameters) -> list[tuple]:
    return portalctl.server.execute(statement, parameters, database=portalctl.database)


@pytest.fixture
def pdf(tmp_path) -> Path:
    file = tmp_path / "Report.pdf"
    file.write_bytes(PDF + b"report")
    return file


def stored(portalctl) -> dict[str, bytes]:
    """Everything in the folder, by path."""
    return {str(file.relative_to(portalctl.files)): file.read_bytes() for file in portalctl.files.rglob("*") if file.is_file()}


def place_of(content: bytes) -> str:
    digits = hashlib.sha256(content).hexdigest()
    return f"{digits[:2]}/{digits}"


def rows(portalctl) -> list[tuple]:
    return execute(portalctl, "SELECT name, media_type, size_bytes, encode(content_hash, 'hex'), is_visible FROM portal.document ORDER BY document_id")


def add(portalctl, file, *words, client="One"):
    return portalctl.json("document", "add", file, "--account", "acme", "--client", client, *words)


def test_a_document_is_its_bytes_and_a_row(portalctl, pdf):
    added = add(portalctl, pdf)
    content = pdf.read_bytes()
    assert added == {"document_id": added["document_id"], "name": "Report.pdf", "media_type": "application/pdf", "size_bytes": len(content)}
    assert stored(portalctl) == {place_of(content): content}
    assert rows(portalctl) == [("Report.pdf", "application/pdf", len(content), hashlib.sha256(content).hexdigest(), True)]
    file = portalctl.files / place_of(content)
    assert file.stat().st_mode & 0o777 == 0o640 and file.parent.stat().st_mode & 0o007 == 0
    assert file.stat().st_gid == portalctl.files.stat().st_gid


def test_the_same_bytes_lie_there_once_and_stay_while_anybody_has_them(portalctl, pdf):
    first, second = add(portalctl, pdf), add(portalctl, pdf, "--name", "The same again", client="C-Two")
    assert len(stored(portalctl)) == 1
    portalctl("document", "remove", str(first["document_id"]), "--account", "acme")
    assert len(stored(portalctl)) == 1 and [row[0] for row in rows(portalctl)] == ["The same again"]
    portalctl("document", "remove", "the same AGAIN", "--account", "acme")
    assert stored(portalctl) == NO_FILES and rows(portalctl) == []
    assert second["name"] == "The same again"


def test_content_and_extension_decide_the_type(portalctl, tmp_path):
    for name, content, media_type in [("a.pdf", b"<html>", "application/octet-stream"), ("b.html", b"<html>", "application/octet-stream"),
                                      ("c.txt", b"Good day", "text/plain"), ("d.svg", b"<svg/>", "application/octet-stream")]:
        (tmp_path / name).write_bytes(content)
        assert add(portalctl, tmp_path / name)["media_type"] == media_type, name


def test_workers_reach_it_whatever_the_umask(portalctl, pdf):
    before = os.umask(0o077)
    try:
        add(portalctl, pdf)
    finally:
        os.umask(before)
    file = portalctl.files / place_of(pdf.read_bytes())
    assert file.stat().st_mode & 0o777 == 0o640 and file.parent.stat().st_mode & 0o777 == 0o770
    assert file.parent.stat().st_mode & 0o2000 == portalctl.files.stat().st_mode & 0o2000


def test_who_does_not_see_it(portalctl, pdf, tmp_path):
    add(portalctl, pdf, "--hidden-from", "KIM@example.com", "--external-id", "D-1")
    add(portalctl, pdf, "--invisible")
    listed = portalctl.json("document", "list", "--account", "acme", "--client", "One")
    assert [(line["hidden_from"], line["is_visible"], line["external_id"]) for line in listed] == [(["kim@example.com"], True, "D-1"), ([], False, None)]
    assert portalctl.json("document", "list", "--account", "acme", "--client", "Two") == []
    assert "no member nobody@example.com" in refused(portalctl, pdf, "--hidden-from", "nobody@example.com")
    assert "external id already" in refused(portalctl, pdf, "--external-id", "D-1")
    assert len(rows(portalctl)) == 2 and list(stored(portalctl)) == [place_of(pdf.read_bytes())]
    other = tmp_path / "Other.pdf"
    other.write_bytes(PDF + b"other")
    assert "external id already" in refused(portalctl, other, "--external-id", "D-1")
    assert list(stored(portalctl)) == [place_of(pdf.read_bytes())], "what was refused leaves nothing behind"


def refused(portalctl, file, *words, status: int = 1) -> str:
    return portalctl.refuses("document", "add", file, "--account", "acme", "--client", "One", *words, status=status)


def test_what_is_no_document_is_refused(portalctl, pdf, tmp_path):
    empty, large, pipe = tmp_path / "empty.pdf", tmp_path / "large.pdf", tmp_path / "pipe"
    empty.touch()
    with large.open("wb") as file:
        file.truncate(100 * 1024 * 1024 + 1)
    os.mkfifo(pipe)
    assert "is empty" in refused(portalctl, empty)
    assert "larger than 100 MiB" in refused(portalctl, large)
    assert "is not a file" in refused(portalctl, pipe)
    assert "is not a file" in refused(portalctl, tmp_path)
    assert "cannot be read" in refused(portalctl, tmp_path / "nothing")
    for name in ("", "two\nlines", "x" * 301):
        assert "1 to 300 characters" in refused(portalctl, pdf, "--name", name, status=2)
    assert "no client" in portalctl.refuses("document", "add", pdf, "--account", "acme", "--client", "Three")
    assert "no document" in portalctl.refuses("document", "remove", "77", "--account", "acme")
    add(portalctl, pdf, "--name", "Twice")
    add(portalctl, pdf, "--name", "Twice")
    assert "Say which by its id" in portalctl.refuses("document", "remove", "Twice", "--account", "acme")
    portalctl.files = tmp_path / "not there"
    assert "is not there" in refused(portalctl, pdf)
    portalctl.files = None
    assert "--files" in refused(portalctl, pdf, status=2)


def start(portalctl, file, *before: str) -> subprocess.Popen:
    command = [*before, places.portalctl_path(), "document", "add", file, "--account", "acme", "--client", "One", "--database", portalctl.conninfo,
               "--files", portalctl.files]
    return subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run_with_fault(portalctl, file, fault: str) -> subprocess.Popen:
    process = start(portalctl, file, "strace", "-f", "-qq", "-o", str(file) + ".trace", "-e", f"trace={fault.partition(':')[0]}", "-e", f"inject={fault}")
    process.communicate(timeout=60)
    return process


# The file's own sync, then those of the two folders.
FAULTS = [*(f"fsync:error=EIO:when={turn}" for turn in (1, 2, 3)), "write:error=ENOSPC:when=1", "linkat:error=EIO", "fchmod:error=EPERM",
          "mkdir:error=ENOSPC"]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_row_without_its_file(portalctl, pdf, fault):
    """SECURITY.md S2 and S4: the disk fails at each step."""
    process = run_with_fault(portalctl, pdf, fault)
    if fault.startswith("write"):
        # Its first write may be one to the database or the terminal; the file's own must not be believed in either case.
        assert process.returncode != 0 or place_of(pdf.read_bytes()) in stored(portalctl)
    else:
        assert process.returncode == 1
        assert rows(portalctl) == []
    for row in rows(portalctl):
        assert hashlib.sha256(stored(portalctl)[f"{row[3][:2]}/{row[3]}"]).hexdigest() == row[3]
    assert not [name for name in stored(portalctl) if name.startswith(".incoming")]
    assert add(portalctl, pdf)["name"] == "Report.pdf"


@pytest.mark.parametrize("fault", ["linkat:error=EIO:when=2", "rename:error=EIO"])
def test_what_is_there_stays_when_the_same_cannot_be_put_in_its_place(portalctl, pdf, fault):
    add(portalctl, pdf)
    assert run_with_fault(portalctl, pdf, fault).returncode == 1
    assert len(rows(portalctl)) == 1
    assert stored(portalctl) == {place_of(pdf.read_bytes()): pdf.read_bytes()}


def test_killed_at_any_moment(portalctl, tmp_path):
    """Every row that is there has its whole file; what lies there without a row is found and does no harm."""
    generator = random.Random(11)
    file = tmp_path / "Large.pdf"
    for turn in range(8):
        file.write_bytes(PDF + os.urandom(2 << 20))
        process = start(portalctl, file)
        time.sleep(generator.uniform(0, 0.08))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        there = stored(portalctl)
        for row in rows(portalctl):
            assert hashlib.sha256(there[f"{row[3][:2]}/{row[3]}"]).hexdigest() == row[3], turn
    add(portalctl, file)
    assert place_of(file.read_bytes()) in stored(portalctl)


def test_adding_and_removing_at_once_loses_no_file(portalctl, pdf):
    """Both take the lock: a file is not removed under a row that is being made."""
    ids = [add(portalctl, pdf)["document_id"] for _ in range(6)]
    for document in ids:
        adding = start(portalctl, pdf)
        portalctl("document", "remove", str(document), "--account", "acme")
        assert adding.wait(30) == 0
        adding.communicate()
        assert stored(portalctl) == {place_of(pdf.read_bytes()): pdf.read_bytes()}
    assert len(rows(portalctl)) == 6


def test_names_of_files_hold_nothing_that_was_typed(portalctl, tmp_path):
    file = tmp_path / "..%2f; rm -rf ~.pdf"
    file.write_bytes(PDF)
    add(portalctl, file)
    assert all(re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{64}", name) for name in stored(portalctl))


def test_sweeping_takes_what_belongs_to_nothing(portalctl, pdf):
    """What staff took away through the portal, and the rest of a crash; never what is young, or what a row names."""
    add(portalctl, pdf)
    lost, young, half = (portalctl.files / place_of(content) for content in (b"lost", b"young", b"half"))
    for file, content in ((lost, b"lost"), (young, b"young"), (half.parent / ".incoming-0011", b"half")):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    an_hour_ago = time.time() - 3700
    for file in (lost, half.parent / ".incoming-0011", portalctl.files / place_of(pdf.read_bytes())):
        os.utime(file, (an_hour_ago, an_hour_ago))
    assert "Removed 2 files" in portalctl("document", "sweep")
    assert set(stored(portalctl)) == {place_of(pdf.read_bytes()), place_of(b"young")}
    assert "Removed 0 files" in portalctl("document", "sweep")


def test_sweeping_keeps_nobody_waiting_for_files_that_are_in_use(portalctl, pdf):
    add(portalctl, pdf)
    an_hour_ago = time.time() - 3700
    os.utime(portalctl.files / place_of(pdf.read_bytes()), (an_hour_ago, an_hour_ago))
    portalctl.environment["PGOPTIONS"] = "-c lock_timeout=2s"
    lost = portalctl.files / place_of(b"lost")
    with closing(portalctl.server.connect("portal_maintenance", portalctl.database)) as uploading, closing(uploading.cursor()) as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(hashtextextended('portal.files', 0))")
        assert "Removed 0 files" in portalctl("document", "sweep")
        lost.parent.mkdir(exist_ok=True)
        lost.write_bytes(b"lost")
        os.utime(lost, (an_hour_ago, an_hour_ago))
        assert "lock" in portalctl.refuses("document", "sweep")
    assert "Removed 1 file " in portalctl("document", "sweep")
    assert set(stored(portalctl)) == {place_of(pdf.read_bytes())}
