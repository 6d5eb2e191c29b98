"""Files as pages send them: the body is the file."""

import struct
import zlib
from urllib.parse import quote

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
