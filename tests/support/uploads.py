"""Files as pages send them: the body is the file."""

import struct
import zlib
from urllib.parse import quote

from support import places
from support.client import Answer, Client

DOCUMENTS = "/api/v1/staff/documents"


def headers_of(name: str, media_type: str = "application/pdf") -> dict[str, str]:
    return {"Content-Type": media_type, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def add(client: Client, client_id: int, name: str, content: bytes, *, visible: bool | None = None, **headers) -> Answer:
    shown = "" if visible is None else f"&visible={str(visible).lower()}"
    return client.post(f"{DOCUMENTS}?client_id={client_id}{shown}", body=content, headers={**headers_of(name), **headers})


def png(width: int = 3, height: int = 2, *chunks: tuple[bytes, bytes], pixels: bytes | None = None) -> bytes:
    """A picture in grey; `chunks` stand before its pixels."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    if pixels is None:
        pixels = zlib.compress((b"\x00" + bytes(width)) * height)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) + b"".join(chunk(*each) for each in chunks)
            + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def segment(marker: int, content: bytes) -> bytes:
    """Of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def photo(*segments: bytes) -> bytes:
    """With segments behind its beginning."""
    picture = (places.ROOT / "sql/demo/files/photo_1.jpg").read_bytes()
    return picture[:2] + b"".join(segments) + picture[2:]


def exif(orientation: int = 1) -> bytes:
    """What a phone writes: which way is up, and where it was (as text, so that it is found wherever it gets to)."""
    up = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    place = struct.pack(">HHII", 0x8825, 4, 1, 38)
    return b"MM\x00*" + struct.pack(">IH", 8, 2) + up + place + struct.pack(">I", 0) + b"GPS 51.5007 N 0.1246 W CANARY-taken-here"
