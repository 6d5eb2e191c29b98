"""Bytes: what nginx sends of a document, in parts and whole, and what it says when there is nothing to send."""

import os
import random
import re
import socket
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from support.world import JPEG, PDF, World

CONTENT = PDF + bytes(random.Random(1).randbytes(5000))
ETAG = re.compile(r'"[0-9a-f]{64}"')


@pytest.fixture(scope="module")
def member(world):
    return world.add_member(world.matrix, "One")


@pytest.fixture(scope="module")
def client(world, member):
    return world.signed_in(member)


@pytest.fixture(scope="module")
def url(world):
    return content_of(world.add_document(world.matrix, "One", "Report.pdf", content=CONTENT))


def content_of(document_id: int) -> str:
    return f"/api/v1/documents/{document_id}/content"


def file_of(world: World, document_id: int) -> Path:
    ((digits,),) = world.rows("SELECT encode(content_hash, 'hex') FROM portal.document WHERE document_id = %s", document_id)
    return world.site.files / digits[:2] / digits


def test_a_whole_file(portal, client, url):
    answer = client.get(url)
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.header("Content-Type") == "application/pdf"
    assert answer.header("Content-Length") == str(len(CONTENT))
    assert answer.header("Accept-Ranges") == "bytes"
    assert ETAG.fullmatch(answer.header("ETag"))
    assert answer.header("Content-Disposition") == 'inline; filename="Report.pdf"'
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Last-Modified") is None
    policy = answer.header("Content-Security-Policy").split("; ")
    # default-src says nothing about the last two.
    assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)
    head = client.request("HEAD", url)
    differing = {"Date", "X-Request-Id"}
    assert [header for header in head.headers if header[0] not in differing] == [header for header in answer.headers if header[0] not in differing]
    assert head.body == b""


RANGES = [("bytes=0-9", [(0, 10)]), ("bytes=100-", [(100, None)]), ("bytes=-7", [(-7, None)]), ("bytes=0-0", [(0, 1)]), ("bytes=5000-999999", [(5000, None)])]


@pytest.mark.parametrize("asked, slices", RANGES)
def test_a_part(portal, client, url, asked, slices):
    ((start, end),) = slices
    answer = client.get(url, headers={"Range": asked})
    part = CONTENT[start:end]
    first = start % len(CONTENT)
    assert (answer.status, answer.body) == (206, part)
    assert answer.header("Content-Range") == f"bytes {first}-{first + len(part) - 1}/{len(CONTENT)}"
    assert answer.header("Content-Length") == str(len(part))


def test_several_parts(portal, client, url):
    answer = client.get(url, headers={"Range": "bytes=0-3,10-19"})
    assert answer.status == 206
    assert answer.header("Content-Type").startswith("multipart/byteranges; boundary=")
    assert CONTENT[:4] in answer.body and CONTENT[10:20] in answer.body


@pytest.mark.parametrize("asked", ["bytes=999999-", f"bytes={len(CONTENT)}-", "bytes=-0", "bytes=9999999999999999999999-"])
def test_a_part_that_is_not_there(portal, client, url, asked):
    answer = client.get(url, headers={"Range": asked})
    assert (answer.status, answer.code) == (416, "range_not_satisfiable")
    assert answer.header("Content-Disposition") is None, "the refusal is no file"
    assert answer.header("Content-Range") == f"bytes */{len(CONTENT)}"
    assert CONTENT[:20] not in answer.body


def test_odd_ranges_never_break_anything(portal, client, url):
    """What a client may write there: the whole, some of it, or a refusal, and the same worker afterwards."""
    odd = ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1-2-3", "lines=1-2", "bytes=0-9,", "bytes=,0-9", "bytes= 0-9", "BYTES=0-9",
           "bytes=0-9;1-2", "bytes=" + ",".join("0-0" for _ in range(200)), "bytes=" + ",".join(f"{n}-" for n in range(50)), "bytes=--5", "bytes=0x0-0x9",
           "bytes=18446744073709551616-18446744073709551617", "bytes=0-\u0661"]
    generator = random.Random(7)
    odd += ["bytes=" + "".join(generator.choice("0123456789-,= ") for _ in range(generator.randrange(1, 30))) for _ in range(60)]
    for asked in odd:
        answer = client.get(url, headers={"Range": asked.encode().decode("latin-1")})
        assert answer.status in (200, 206, 400, 416), asked
        if answer.status == 200:
            assert answer.body == CONTENT, asked
        if answer.status == 206 and not answer.header("Content-Type").startswith("multipart"):
            first, last = map(int, re.fullmatch(r"bytes (\d+)-(\d+)/\d+", answer.header("Content-Range")).groups())
            assert answer.body == CONTENT[first:last + 1], asked


def test_if_range(portal, client, url):
    etag = client.get(url).header("ETag")
    assert client.get(url, headers={"Range": "bytes=0-3", "If-Range": etag}).status == 206
    for other in ('"' + "0" * 64 + '"', "W/" + etag, "Sun, 22 Nov 2026 14:00:00 GMT"):
        answer = client.get(url, headers={"Range": "bytes=0-3", "If-Range": other})
        assert (answer.status, answer.body) == (200, CONTENT), other


def test_if_none_match(portal, client, url):
    etag = client.get(url).header("ETag")
    for same in (etag, "*", "W/" + etag, f'"a", {etag}', f'{etag}, "b"'):
        answer = client.get(url, headers={"If-None-Match": same})
        assert (answer.status, answer.body) == (304, b""), same
        assert answer.header("ETag") == etag and answer.header("Cache-Control") == "no-store"
    for other in ('"a"', etag.strip('"'), etag[:-1], ""):
        assert client.get(url, headers={"If-None-Match": other}).status == 200, other
    # It comes first (RFC 9110, 13.2.2).
    assert client.get(url, headers={"If-None-Match": etag, "Range": "bytes=0-3"}).status == 304


TYPES = [
    ("Plan.jpg", "image/jpeg", JPEG + b"x", "inline", "image/jpeg"),
    ("Notes.txt", "text/plain", b"Good day", "inline", "text/plain"),
    ("List.csv", "text/csv", b"a,b\n", "attachment", "text/csv"),
    ("Letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04", "attachment",
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    # Whatever a row says: nothing that could run is ever named as what it is.
    ("Page.html", "text/html", b"<script>alert(1)</script>", "attachment", "application/octet-stream"),
    ("Picture.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "attachment", "application/octet-stream"),
    ("Feed.xml", "application/xml", b"<?xml version='1.0'?>", "attachment", "application/octet-stream"),
    ("Tool.js", "text/javascript", b"alert(1)", "attachment", "application/octet-stream"),
    ("Thing", "application/octet-stream", b"\0\1\2", "attachment", "application/octet-stream"),
]


@pytest.mark.parametrize("name, stored, content, disposition, told", TYPES, ids=[row[0] for row in TYPES])
def test_only_what_cannot_run_is_shown(portal, world, client, name, stored, content, disposition, told):
    document = world.add_document(world.matrix, "One", name, content=content, media_type=stored)
    answer = client.get(content_of(document))
    assert (answer.status, answer.body) == (200, content)
    assert answer.header("Content-Type").partition(";")[0] == told
    assert answer.header("Content-Disposition").partition(";")[0] == disposition
    assert {"sandbox", "base-uri 'none'", "frame-ancestors 'none'"} <= set(answer.header("Content-Security-Policy").split("; "))
    if told.startswith("text/"):
        assert answer.header("Content-Type") == f"{told}; charset=utf-8"
    assert client.get(f"/api/v1/documents/{document}").json()["type"] == told
    saved = client.get(content_of(document) + "?download=1")
    assert saved.header("Content-Disposition").partition(";")[0] == "attachment"


def test_names_travel_whole(portal, world, client):
    name = 'Größe "neu" – 見積.pdf'
    answer = client.get(content_of(world.add_document(world.matrix, "One", name)))
    said = answer.header("Content-Disposition")
    assert said.startswith('inline; filename="Gr__e _neu_ _ __.pdf"; filename*=UTF-8\'\'')
    assert said.endswith(quote("Größe _neu_ – 見積.pdf", safe="!#$&+-.^_`|~"))


@pytest.mark.parametrize("query", ["download=0", "download=true", "download=", "inline=1", "download=1&download=1"])
def test_parameters_that_are_none(portal, client, url, query):
    assert client.get(f"{url}?{query}").status == 400


def test_a_job_file_and_the_logo_too(portal, world, member, client):
    rows = world.rows("""SELECT job_id, job_file_id, name FROM portal.job_file JOIN portal.job USING (account_id, job_id)
                         WHERE job_id = %s AND name LIKE 'custom_photo%%'""", world.matrix.jobs["One"]["scheduled"])
    job, file, name = rows[0]
    answer = client.get(f"/api/v1/jobs/{job}/files/{file}", headers={"Range": "bytes=0-3"})
    assert (answer.status, answer.body) == (206, JPEG[:4])
    assert answer.header("Content-Disposition") == f'inline; filename="{name}"'
    visitor = world.client(world.matrix)
    logo = visitor.get("/api/v1/portal/logo")
    assert (logo.status, logo.header("Content-Type"), logo.header("Cache-Control")) == (200, "image/png", "no-cache")
    assert visitor.get("/api/v1/portal/logo", headers={"If-None-Match": logo.header("ETag")}).status == 304
    assert visitor.get("/api/v1/portal/logo?size=1").status == 400
    assert visitor.get("/api/v1/portal/logo?version=any").body == logo.body
    assert visitor.get("/api/v1/portal/logo?version=").status == 400


def unavailable(site, client, url) -> str:
    """Asks for a file that cannot be sent; returns what the log says about it."""
    before = len(site.nginx.error_log.read_text(errors="replace"))
    answer = client.get(url)
    assert (answer.status, answer.code) == (503, "storage_unavailable"), answer.body
    assert int(answer.header("Retry-After")) >= 1 and answer.header("ETag") is None
    assert str(site.files) not in answer.text
    time.sleep(0.05)
    return site.nginx.error_log.read_text(errors="replace")[before:]


def test_a_file_that_is_not_there_comes_back(portal, world, client):
    document = world.add_document(world.matrix, "One", "Gone.pdf", content=PDF + b"gone")
    file = file_of(world, document)
    moved = file.with_suffix(".away")
    file.rename(moved)
    said = unavailable(portal, client, content_of(document))
    assert "storage_unavailable" in said and file.name in said and "No such file" in said
    moved.rename(file)
    assert client.get(content_of(document)).status == 200


def test_what_is_no_longer_what_was_added_is_not_sent(portal, world, client):
    longer = world.add_document(world.matrix, "One", "Longer.pdf", content=PDF + b"as it was")
    file_of(world, longer).write_bytes(PDF + b"as it was not")
    assert "not as long" in unavailable(portal, client, content_of(longer))
    secret = portal.folder / "outside"
    secret.write_bytes(PDF + b"a secret")
    secret.chmod(0o644)
    link = world.add_document(world.matrix, "One", "Link.pdf", content=PDF + b"a secreT")
    file_of(world, link).unlink()
    file_of(world, link).symlink_to(secret)
    assert "cannot be opened" in unavailable(portal, client, content_of(link))
    folder = world.add_document(world.matrix, "One", "Folder.pdf", content=PDF + b"folder")
    file_of(world, folder).unlink()
    file_of(world, folder).mkdir()
    assert "not a file" in unavailable(portal, client, content_of(folder))


def test_large_files(portal, world, client):
    for size in (1 << 20, 5 << 20):
        content = PDF + random.Random(size).randbytes(size)
        url = content_of(world.add_document(world.matrix, "One", f"{size}.pdf", content=content))
        assert client.get(url).body == content
        middle = client.get(url, headers={"Range": f"bytes={size // 2}-{size // 2 + 99999}"})
        assert middle.body == content[size // 2:size // 2 + 100000]


def open_files(worker: int, folder: Path) -> list[str]:
    links = []
    for link in Path(f"/proc/{worker}/fd").iterdir():
        try:
            links.append(os.readlink(link))
        except FileNotFoundError:
            pass
    return [link for link in links if link.startswith(str(folder))]


def begin_download(site, client, url) -> socket.socket:
    """Reads the beginning of the answer and then nothing more."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", site.nginx.port))
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    connection.sendall(f"GET {url} HTTP/1.1\r\nHost: {client.host}\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n".encode())
    assert connection.recv(200).startswith(b"HTTP/1.1 200")
    return connection


def wait_for(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_download_that_is_broken_off_leaves_nothing_open(portal, world, client):
    url = content_of(world.add_document(world.matrix, "One", "Large.pdf", content=PDF + os.urandom(8 << 20)))
    workers = portal.nginx.workers()

    def held() -> int:
        return sum(len(open_files(worker, portal.files)) for worker in workers)
    downloads = [begin_download(portal, client, url) for _ in range(8)]
    assert held() == 8
    for download in downloads:
        download.close()
    wait_for(lambda: held() == 0)


def test_a_download_outlives_a_reload(make_site):
    site = make_site(workers=1, demo=False)
    world = World(site)
    world.wait_until_served()
    content = PDF + os.urandom(8 << 20)
    client = world.signed_in(world.add_member(world.matrix, "One"))
    url = content_of(world.add_document(world.matrix, "One", "Large.pdf", content=content))
    download = begin_download(site, client, url)
    before = site.nginx.workers()
    site.nginx.reload(wait=False)
    wait_for(lambda: set(site.nginx.workers()) - set(before))
    received = b""
    while part := download.recv(1 << 20):
        received += part
    assert content.endswith(received[-100_000:]) and len(received) > len(content) - 2000
    wait_for(lambda: not set(site.nginx.workers()) & set(before))
    world.close()


def test_without_a_folder_files_are_away_and_all_else_is_there(make_site):
    site = make_site(workers=1, demo=False)
    world = World(site)
    world.wait_until_served()
    configuration = site.nginx.configuration
    configuration.write_text(configuration.read_text().replace("portal_files", "#portal_files"))
    site.nginx.reload()
    client = world.signed_in(world.add_member(world.matrix, "One"))
    document = client.get("/api/v1/documents").json()["items"][0]
    assert '"portal_files" is not configured' in unavailable(site, client, document["url"])
    world.close()
