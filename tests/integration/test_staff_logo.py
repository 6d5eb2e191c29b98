"""A logo from the page of staff to that of members (FEATURES A2), and pictures that were made to do harm: what is shown is always a picture that the
courier has drawn anew."""

import struct
import zlib

import pytest

from support import staff
from support.contract import CheckedClient
from support.courier import Courier
from support.uploads import photo, png, segment

LOGO = "/api/v1/staff/portal/logo"
SHOWN = "/api/v1/portal/logo"


@pytest.fixture(scope="module")
def console(world):
    who = staff.add_staff(world, world.matrix.account_id, "manager")
    return staff.signed_in(world, CheckedClient(world.site.nginx.port, world.matrix.host), who)


@pytest.fixture(scope="module")
def courier(world, tmp_path_factory):
    site = world.site
    folder = tmp_path_factory.mktemp("logos")
    return Courier(site.postgres, site.keys_file, folder, f"mail_directory = {folder}\n", files=site.files)


@pytest.fixture(autouse=True)
def former_logo(world):
    yield
    world.rows("DELETE FROM portal.logo_upload RETURNING 1")
    world.show_logo(world.matrix)


def put(console, content: bytes, **headers):
    return console.put(LOGO, body=content, headers={"Content-Type": "image/png", **headers})


def state_of(world) -> tuple | None:
    found = world.rows("SELECT state, failure FROM portal.logo_upload WHERE account_id = %s", world.matrix.account_id)
    return found[0] if found else None


def size_of(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG")
    return struct.unpack(">II", picture[16:24])


def chunks_of(picture: bytes) -> list[bytes]:
    kinds, at = [], 8
    while at < len(picture):
        length, kind = struct.unpack(">I4s", picture[at:at + 8])
        kinds.append(kind)
        at += 12 + length
    return kinds


def with_wrong_checksum(picture: bytes) -> bytes:
    return picture[:-16] + bytes([picture[-16] ^ 1]) + picture[-15:]


POSITION = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08GPS 51 30 N 0 7 W"


def test_from_staff_to_members(portal, world, console, courier):
    large = png(1600, 400, (b"tEXt", b"Comment\x00CANARY-written-by-a-camera"))
    before = world.client(world.matrix).get(SHOWN).body
    # An open page asks no second time for a picture that it has, so another picture has another address.
    former = world.client(world.matrix).get("/api/v1/portal").json()["logo"]["url"]
    assert put(console, large).status == 202
    assert state_of(world) == ("processing", None)
    assert console.get("/api/v1/staff/portal").json()["logo_state"] == "processing"
    assert world.client(world.matrix).get(SHOWN).body == before, "until the courier has been here"
    courier.run_once()
    assert state_of(world) is None
    shown = world.client(world.matrix).get(SHOWN)
    assert shown.header("Content-Type") == "image/png" and size_of(shown.body) == (800, 200)
    assert set(chunks_of(shown.body)) == {b"IHDR", b"IDAT", b"IEND"}
    described = world.client(world.matrix).get("/api/v1/portal").json()["logo"]
    assert (described["width"], described["height"]) == (800, 200)
    assert described["url"] != former and world.client(world.matrix).get(described["url"]).body == shown.body
    assert console.get("/api/v1/staff/portal").json()["logo"] == described
    assert console.get("/api/v1/staff/portal").json()["logo_state"] == "ready"
    assert console.delete(LOGO).status == 204
    assert world.client(world.matrix).get(SHOWN).status == 404


def test_a_photo_loses_where_it_was_taken(portal, world, console, courier):
    content = photo(segment(0xE1, POSITION), segment(0xFE, b"by somebody"))
    assert put(console, content).status == 202
    courier.run_once()
    shown = world.client(world.matrix).get(SHOWN)
    assert shown.header("Content-Type") == "image/jpeg" and b"GPS" not in shown.body and b"somebody" not in shown.body
    assert state_of(world) is None


HUGE = zlib.compress(bytes(20_000_000))

HOSTILE_AT_THE_DOOR = {
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 415),
    "a page": (b"<!doctype html><script>alert(1)</script>", 415),
    "a moving picture": (b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04", 415),
    "64,000 by 64,000": (png(64_000, 64_000, pixels=b"\x00"), 400),
    "one pixel too many": (png(10_000, 5_001, pixels=b"\x00"), 400),
    "no width": (png(0, 5, pixels=b"\x00"), 415),
    "nothing": (b"", 400),
    "no size": (b"\xff\xd8\xff\xe0" + bytes(100), 415),
}


@pytest.mark.parametrize("name", HOSTILE_AT_THE_DOOR)
def test_refused_before_anything_decodes_it(portal, world, console, name):
    content, status = HOSTILE_AT_THE_DOOR[name]
    assert put(console, content).status == status
    assert state_of(world) is None


def test_too_large_is_refused_before_it_is_sent(portal, console):
    assert put(console, png() + bytes(5 * 1024 * 1024)).status == 413


REFUSED_BY_THE_COURIER = {
    "cut": png(300, 300)[:-40],
    "cut photo": photo()[:len(photo()) // 2],
    "wrong checksum": with_wrong_checksum(png(30, 30)),
    "fewer pixels than it says": png(4000, 4000, pixels=zlib.compress(b"\x00" * 100)),
    "an unknown kind of pixels": png()[:25] + b"\x09" + png()[26:],
}


@pytest.mark.parametrize("name", REFUSED_BY_THE_COURIER)
def test_refused_by_the_courier(portal, world, console, courier, name):
    before = world.client(world.matrix).get(SHOWN).body
    assert put(console, REFUSED_BY_THE_COURIER[name]).status == 202
    courier.run_once()
    state, failure = state_of(world)
    assert state == "failed" and failure
    assert console.get("/api/v1/staff/portal").json()["logo_state"] == "failed"
    assert world.client(world.matrix).get(SHOWN).body == before


CLEANED = {
    "a page behind it": png(30, 20) + b"<script>alert(1)</script>",
    "an archive behind it": png(30, 20) + b"PK\x03\x04" + bytes(2000),
    "a page in a text": png(30, 20, (b"tEXt", b"Title\x00<script>alert(1)</script>")),
    "a page in a comment": photo(segment(0xFE, b"*/<script>alert(1)</script>/*")),
    "moving": png(30, 20, (b"acTL", struct.pack(">II", 2, 0)), (b"fcTL", struct.pack(">IIIIIHHBB", 0, 30, 20, 0, 0, 1, 10, 0, 0))),
    "a text that unpacks to twenty megabytes": png(30, 20, (b"zTXt", b"Comment\x00\x00" + HUGE)),
    "as many pixels as there may be": png(10_000, 5_000),
}


@pytest.mark.parametrize("name", CLEANED)
def test_drawn_anew(portal, world, console, courier, name):
    assert put(console, CLEANED[name]).status == 202
    courier.run_once()
    assert state_of(world) is None, state_of(world)
    shown = world.client(world.matrix).get(SHOWN)
    assert shown.status == 200 and b"script" not in shown.body and b"PK\x03\x04" not in shown.body
    assert shown.header("X-Content-Type-Options") == "nosniff" and shown.header("Content-Type").startswith("image/")
    if shown.body.startswith(b"\x89PNG"):
        assert set(chunks_of(shown.body)) == {b"IHDR", b"IDAT", b"IEND"}


def test_a_courier_that_was_killed_leaves_it_for_the_next(portal, world, console, courier):
    assert put(console, png(20, 10)).status == 202
    world.rows("UPDATE portal.logo_upload SET claim_token = '\\x00112233445566778899aabbccddeeff', claimed_until = now() + interval '1 hour' RETURNING 1")
    courier.run_once()
    assert state_of(world) == ("processing", None)
    world.rows("UPDATE portal.logo_upload SET claimed_until = now() - interval '1 second' RETURNING 1")
    courier.run_once()
    assert state_of(world) is None and size_of(world.client(world.matrix).get(SHOWN).body) == (20, 10)
