"""What staff send in (FEATURES C9): it is kept whole or not at all, and is what its content and its name say together."""

import hashlib
import os
import socket
import struct
import subprocess
import time
import zlib
from contextlib import closing

import pytest

from support import staff, uploads
from support.contract import CheckedClient
from support.uploads import DOCUMENTS, add, headers_of, photo, png
from support.world import JPEG, PDF

LARGE = PDF + bytes(range(256)) * 40_000  # ten megabytes, several pieces


@pytest.fixture(scope="module")
def manager(world):
    return staff.add_staff(world, world.matrix.account_id, "manager")


@pytest.fixture(scope="module")
def console(world, manager):
    return staff.signed_in(world, CheckedClient(world.site.nginx.port, world.matrix.host), manager)


@pytest.fixture(scope="module")
def client_id(world):
    return world.matrix.clients["One"]


def stored(site) -> set[str]:
    return {str(path.relative_to(site.files)) for path in site.files.rglob("*") if path.is_file()}


def descriptors(site) -> int:
    return sum(len(os.listdir(f"/proc/{worker}/fd")) for worker in site.nginx.workers())


def place_of(content: bytes) -> str:
    digits = hashlib.sha256(content).hexdigest()
    return f"{digits[:2]}/{digits}"


def test_a_document_reaches_the_members(portal, world, console, client_id, manager):
    answer = add(console, client_id, "Jahresbericht 2026 – größer.pdf", LARGE)
    assert answer.status == 201, answer.text
    filed = answer.json()
    assert (filed["name"], filed["type"], filed["size"], filed["visible"]) == ("Jahresbericht 2026 – größer.pdf", "application/pdf", len(LARGE), True)
    assert (world.site.files / place_of(LARGE)).read_bytes() == LARGE
    member = world.add_member(world.matrix, "One")
    path = f"/api/v1/documents/{filed['id']}"
    assert world.signed_in(member).get(path + "/content").body == LARGE
    # Hidden from one, seen by the other.
    other = world.add_member(world.matrix, "One")
    changed = console.request("PATCH", f"{DOCUMENTS}/{filed['id']}", json={"hidden_from": [str(member.membership_id)]})
    assert changed.json()["hidden_from"] == [str(member.membership_id)]
    assert [world.signed_in(who).get(path).status for who in (member, other)] == [404, 200]
    console.request("PATCH", f"{DOCUMENTS}/{filed['id']}", json={"hidden_from": [], "visible": False})
    assert [world.signed_in(who).get(path).status for who in (member, other)] == [404, 404]
    replaced = console.put(f"{DOCUMENTS}/{filed['id']}/content", body=PDF + b"next", headers=headers_of("next.pdf"))
    assert replaced.status == 200 and replaced.json()["size"] == len(PDF) + 4
    assert console.get(f"{DOCUMENTS}/{filed['id']}/content").body == PDF + b"next"
    assert console.delete(f"{DOCUMENTS}/{filed['id']}").status == 204
    assert console.get(f"{DOCUMENTS}/{filed['id']}").status == 404
    done = [action for kind, who, action in staff.activities(world, world.matrix.account_id) if who == manager.staff_id]
    assert done == ["document_added", "document_hidden_from", "document_changed", "document_hidden_from", "document_replaced", "document_removed"]


def test_who_changes_from_an_old_page_shows_it_to_nobody_again(world, console, client_id):
    filed = add(console, client_id, "Salaries.pdf", PDF).json()
    path = f"{DOCUMENTS}/{filed['id']}"
    mallory, bob = (str(world.add_member(world.matrix, "One").membership_id) for _ in range(2))
    assert console.request("PATCH", path, json={"hidden_from": [mallory], "former_hidden_from": []}).status == 200
    late = console.request("PATCH", path, json={"name": "Pay.pdf", "hidden_from": [bob], "former_hidden_from": []})
    assert (late.status, late.code) == (409, "conflict")
    now = console.get(path).json()
    assert (now["name"], now["hidden_from"]) == ("Salaries.pdf", [mallory])
    changed = console.request("PATCH", path, json={"hidden_from": [bob, mallory], "former_hidden_from": [mallory]})
    assert sorted(changed.json()["hidden_from"], key=int) == sorted([mallory, bob], key=int)
    assert console.request("PATCH", path, json={"hidden_from": [], "former_hidden_from": [bob, mallory]}).json()["hidden_from"] == []


@pytest.mark.parametrize("name, content, status", [
    ("photo.jpg", JPEG, 201), ("photo.png", png(), 201), ("Report.PDF", PDF, 201),
    ("photo.png", JPEG, 415), ("page.pdf", b"<!doctype html><script>alert(1)</script>", 415), ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
    ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415), ("Report.html", PDF, 415), ("Report", PDF, 415), ("notes.txt", b"text", 415),
    ("empty.pdf", b"", 400),
])
def test_content_and_name_decide(portal, world, console, client_id, name, content, status):
    before = stored(world.site)
    answer = add(console, client_id, name, content)
    assert answer.status == status, answer.text
    if status != 201:
        assert stored(world.site) == before


def test_a_pdf_that_does_something_is_only_saved(portal, console, client_id):
    quiet = add(console, client_id, "Quiet.pdf", PDF + b"<< /Type /Catalog /OpenAction [3 0 R /Fit] >>").json()
    active = add(console, client_id, "Active.pdf", PDF + b"<< /OpenAction << /S /J#61vaScript /JS (app.alert(1)) >> >>").json()
    assert console.get(quiet["url"]).header("Content-Disposition").startswith("inline")
    assert console.get(active["url"]).header("Content-Disposition").startswith("attachment")


def packed(objects: bytes, dictionary: bytes = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode") -> bytes:
    """A PDF whose objects are compressed, as most are today."""
    return PDF + b"7 0 obj\n<< " + dictionary + b" >>\nstream\r\n" + zlib.compress(objects) + b"\nendstream\nendobj\n%%EOF\n"


@pytest.mark.parametrize("content, shown", [
    (packed(b"1 0 << /Type /Catalog /Pages 2 0 R >>"), "inline"),
    (packed(b"1 0 << /OpenAction << /S /Java#53cript /JS (app.alert(1)) >> >>"), "attachment"),
    (packed(b"1 0 << /Names << /EmbeddedFiles 3 0 R >> >>", b"/Filter /FlateDecode /Type /Obj#53tm /X (obj)"), "attachment"),
    (packed(b"1 0 << /Type /Catalog >>", b"/Type /ObjStm /Filter [/ASCII85Decode /FlateDecode]"), "attachment"),
    (packed(b"1 0 << /Type /Catalog >>").replace(b"\x9c", b"\x9d", 1), "attachment"),
    (packed(bytes(40_000_000)), "attachment"),
], ids=["quiet", "script", "spelled otherwise", "unusual", "damaged", "without end"])
def test_compressed_objects_are_looked_into(portal, console, client_id, content, shown):
    filed = add(console, client_id, "Report.pdf", content)
    assert filed.status == 201, filed.text
    answer = console.get(filed.json()["url"])
    assert answer.header("Content-Disposition").startswith(shown) and answer.body == content


def test_a_picture_loses_where_it_was_taken_and_nothing_else(portal, world, console, client_id):
    """R46: what members download shows what was sent, and says nothing besides. Which way is up is part of what it shows."""
    member = world.signed_in(world.add_member(world.matrix, "One"))
    plain = photo()
    xmp = uploads.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta exif:GPSLatitude='51'/>")
    said = (uploads.segment(0xE1, b"Exif\x00\x00" + uploads.exif(6)), xmp, uploads.segment(0xED, b"Photoshop 3.0\x00GPS"), uploads.segment(0xFE, b"CANARY-by-somebody"))
    turned = uploads.segment(0xE1, b"Exif\x00\x00MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0))
    drawing = png(3, 2, (b"tEXt", b"Author\x00CANARY-somebody"), (b"eXIf", uploads.exif()), (b"tIME", b"1234567"))
    for name, content, expected in (("a.jpg", photo(*said) + b"PK\x03\x04 GPS behind it", photo(turned)), ("b.jpg", plain, plain), ("c.png", drawing, png(3, 2))):
        filed = add(console, client_id, name, content)
        assert (filed.status, filed.json()["size"]) == (201, len(expected)), filed.text
        shown = member.get(f"/api/v1/documents/{filed.json()['id']}/content")
        assert shown.body == expected and b"GPS" not in shown.body and b"CANARY" not in shown.body
        assert place_of(expected) in stored(world.site) and (content == expected or place_of(content) not in stored(world.site))
        # In the place of another one it is cleaned, too.
        replaced = console.put(f"{DOCUMENTS}/{filed.json()['id']}/content", body=content + b"", headers=headers_of(name))
        assert replaced.json()["size"] == len(expected)


@pytest.mark.parametrize("name, content", [
    ("a.jpg", b"\xff\xd8\xff\xe1\xff\xffcut off"), ("a.jpg", b"\xff\xd8\xff\xd9"), ("a.jpg", photo()[:40] + b"<script>alert(1)</script>"),
    ("a.png", b"\x89PNG\r\n\x1a\n"), ("a.png", png(3, 2, (b"ABCD", b"critical"))), ("a.png", png()[:33] + b"<html>"),
])
def test_what_only_begins_as_a_picture_is_refused(portal, world, console, client_id, name, content):
    before = stored(world.site)
    assert add(console, client_id, name, content).status == 415
    assert stored(world.site) == before


@pytest.mark.parametrize("headers, status, pointer", [
    ({"Content-Disposition": None}, 400, "/header/Content-Disposition"), ({"Content-Disposition": "inline"}, 400, "/header/Content-Disposition"),
    ({"Content-Type": None}, 415, None), ({"Content-Encoding": "gzip"}, 415, None), ({"Sec-Fetch-Site": "cross-site"}, 403, None),
])
def test_headers_are_looked_at_first(portal, console, client_id, headers, status, pointer):
    answer = add(console, client_id, "Report.pdf", PDF, **headers)
    assert answer.status == status, answer.text
    assert pointer is None or answer.json()["errors"][0]["pointer"] == pointer


def begin_upload(console, client_id: int, length: int, *, cookie: bool = True, extra: str = "") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", console.port), timeout=15)
    head = [f"POST {DOCUMENTS}?client_id={client_id} HTTP/1.1", f"Host: {console.host}", "Sec-Fetch-Site: same-origin", f"Content-Length: {length}",
            *(f"{name}: {value}" for name, value in headers_of("Report.pdf").items())]
    if cookie:
        head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in console.cookies.items()))
    connection.sendall(("\r\n".join(head) + "\r\n" + extra + "\r\n").encode())
    return connection


@pytest.mark.parametrize("extra", ["", "Expect: 100-continue\r\n"], ids=["", "expect"])
@pytest.mark.parametrize("cookie, length, client, status", [(False, 1000, None, b"401"), (True, 100 * 1024 * 1024 + 1, None, b"413"), (True, 1000, 10**15, b"404")])
def test_who_may_not_is_told_before_anything_is_sent(portal, console, client_id, cookie, length, client, status, extra):
    with closing(begin_upload(console, client or client_id, length, cookie=cookie, extra=extra)) as connection:
        head = connection.recv(4096)
        assert head.split(b" ")[1] == status
        # Whoever was not asked for the body may go on with another request, which must not be taken for it.
        assert b"\r\nConnection: close\r\n" in head or not extra


def test_a_client_that_waits_to_be_asked_is_asked(portal, console, client_id):
    content = PDF + b"continued"
    with closing(begin_upload(console, client_id, len(content), extra="Expect: 100-continue\r\n")) as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 100")
        connection.sendall(content)
        assert connection.recv(4096).startswith(b"HTTP/1.1 201")


def test_cut_at_any_byte_leaves_nothing(world, portal, console, client_id):
    """The body never comes whole: neither a file nor a row, and no request that waits for it."""
    rows = world.rows("SELECT count(*) FROM portal.document")
    before, open_before = stored(world.site), descriptors(world.site)
    content = PDF + bytes(400_000)
    for cut in [0, 1, 5, 1000, 64 * 1024, 200_000, len(content) - 1]:
        with closing(begin_upload(console, client_id, len(content))) as connection:
            connection.sendall(content[:cut])
            time.sleep(0.03)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and descriptors(world.site) > open_before:
        time.sleep(0.05)
    assert descriptors(world.site) <= open_before
    assert world.rows("SELECT count(*) FROM portal.document") == rows and stored(world.site) == before


def test_the_account_has_only_so_much_room(world, portal, manager):
    account = world.elsewhere
    owner = staff.add_staff(world, account.account_id, "owner")
    console = staff.signed_in(world, CheckedClient(world.site.nginx.port, account.host), owner)
    ((used,),) = world.rows("SELECT bytes FROM portal.account_storage WHERE account_id = %s", account.account_id)
    world.rows("UPDATE portal.account SET document_bytes = %s WHERE account_id = %s RETURNING 1", int(used) + 100, account.account_id)
    try:
        fits, does_not = (PDF + bytes(100))[:100], (PDF + bytes(100))[:101]
        before = stored(world.site)
        assert add(console, account.clients["One"], "Large.pdf", does_not).code == "quota_exceeded"
        assert stored(world.site) == before
        first = add(console, account.clients["One"], "Fits.pdf", fits)
        assert first.status == 201
        # Where the room is taken between the look and the row, the row is what counts.
        assert add(console, account.clients["One"], "Again.pdf", fits).code == "quota_exceeded"
        larger = console.put(first.json()["url"], body=does_not, headers=headers_of("Larger.pdf"))
        assert larger.code == "quota_exceeded" and place_of(does_not) not in stored(world.site)
    finally:
        world.rows("UPDATE portal.account SET document_bytes = DEFAULT WHERE account_id = %s RETURNING 1", account.account_id)


def test_a_store_that_cannot_be_written(make_site, tmp_path_factory):
    """SECURITY S2: nothing is acknowledged, and everything else goes on."""
    from support.world import World
    site = make_site(workers=1)
    world = World(site)
    who = staff.add_staff(world, world.matrix.account_id, "owner")
    console = staff.signed_in(world, CheckedClient(site.nginx.port, world.matrix.host), who)
    client_id = world.matrix.clients["One"]
    shown = add(console, client_id, "Before.pdf", PDF).json()
    # A file system that is full: what is written to it fails at some byte of the file.
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=2770,gid=%d" % site.files.stat().st_gid, "tmpfs", site.files], check=True)
    try:
        full = add(console, client_id, "Large.pdf", LARGE)
        assert (full.status, full.code, full.header("Retry-After")) == (503, "storage_full", "60")
        assert stored(site) == set()
        assert add(console, client_id, "Small.pdf", PDF + b"small").status == 201
    finally:
        subprocess.run(["umount", "--lazy", site.files], check=True)
    assert console.get(shown["url"]).body == PDF


MIRROR = "mirror /copy; location = /copy { internal; return 204; }"


@pytest.fixture
def own(make_site):
    """A site of its own: make it with lines of server{}, and get it with the console and a client."""
    def make(server_extra: str = ""):
        from support.world import World
        site = make_site(workers=1, server_extra=server_extra)
        world = World(site)
        who = staff.add_staff(world, world.matrix.account_id, "owner")
        return site, staff.signed_in(world, CheckedClient(site.nginx.port, world.matrix.host), who), world.matrix.clients["One"]
    return make


def test_what_another_module_has_read_before_is_kept_whole(own):
    """It may lie in memory by then (client_body_buffer_size, 64k) or in a file."""
    site, console, client_id = own(MIRROR)
    for size in (100, 50_000, 300_000):
        content = PDF + bytes(size)
        filed = add(console, client_id, "Report.pdf", content)
        assert filed.status == 201, filed.text
        assert (filed.json()["size"], console.get(filed.json()["url"]).body) == (len(content), content)
    assert add(console, client_id, "Empty.pdf", b"").status == 400


@pytest.mark.parametrize("server_extra, content", [("", LARGE), (MIRROR, PDF + bytes(20_000))], ids=["received", "read before"])
def test_there_is_no_room_for_what_is_received(own, server_extra, content):
    """SECURITY S1: nothing is acknowledged, and what needs no file goes on."""
    site, console, client_id = own(server_extra)
    before = stored(site)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=777", "tmpfs", site.nginx.folder / "temporary_client_body"], check=True)
    try:
        full = add(console, client_id, "Full.pdf", content)
        assert (full.status, full.code, full.header("Retry-After")) == (503, "storage_full", "60")
        assert stored(site) == before and "Full.pdf" not in console.get(DOCUMENTS).text
    finally:
        subprocess.run(["umount", "--lazy", site.nginx.folder / "temporary_client_body"], check=True)
    assert all("temporary_client_body" in line for line in site.nginx.alarms())
    assert add(console, client_id, "Report.pdf", content).status == 201


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH", "POST"])
def test_nobody_fills_the_disk_where_files_may_come(portal, console, method):
    """What brings no file is bounded before anything of it is read: by its length, and without one not at all."""
    path = f"{DOCUMENTS}/7/content" if method == "POST" else DOCUMENTS if method == "GET" else f"{DOCUMENTS}/7/content"
    for header, status in (("Transfer-Encoding: chunked", b"411"), (f"Content-Length: {2 << 20}", b"413")):
        with closing(socket.create_connection(("127.0.0.1", console.port), timeout=15)) as connection:
            connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: {console.host}\r\n{header}\r\n\r\n".encode())
            assert connection.recv(4096).split(b" ")[1] == status, header
