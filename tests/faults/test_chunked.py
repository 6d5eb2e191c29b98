"""Bodies in chunks end with a buffer of nothing, under the sanitizers: they are what sees a null pointer that is used."""

import json

import pytest

from support.client import Client

BODY = json.dumps({"email": "nobody@example.com", "password": "wrong password here"}).encode()


@pytest.fixture
def site(make_site):
    return make_site(workers=1)


def chunks(size: int) -> bytes:
    parts = [BODY[start:start + size] for start in range(0, len(BODY), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_chunked_bodies_of_every_shape(site):
    client: Client = site.client()
    worker = site.nginx.workers()
    chunked = {"Transfer-Encoding": "chunked", "Content-Length": None}
    for size in (1, 7, len(BODY)):
        answer = client.post("/api/v1/session", body=chunks(size), headers={**chunked, "Content-Type": "application/json"})
        assert answer.code == "invalid_credentials"
    assert client.get("/api/v1/portal", body=chunks(len(BODY)), headers=chunked).status == 200
    assert client.get("/api/v1/portal", body=b"0\r\n\r\n", headers=chunked).status == 200
    assert site.nginx.workers() == worker, "the worker died"
