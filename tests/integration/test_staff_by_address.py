"""docs/configure.md, tried: staff from the addresses of the office alone, as it stands there."""

import pytest

from support import documents

OFFICE, ELSEWHERE = "192.0.2.7", "203.0.113.9"
BEHIND_A_PROXY = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;"


@pytest.fixture
def site(make_site):
    in_http, in_server = (block.text for block in documents.blocks_of("docs/configure.md", "nginx") if "office" in block.text)
    return make_site(workers=1, http_extra=in_http, server_extra=in_server + BEHIND_A_PROXY)


def test_staff_come_from_the_office_alone(site):
    client = site.client()

    def ask(address: str, path: str):
        return client.get(path, headers={"X-Forwarded-For": address})

    for path in ("/api/v1/staff/session", "/api/v1/staff/clients?limit=1", "/api/v1/staff/documents/1/content", "/api/v1/%73taff/session", "//api/./v1//staff/session",
                 "/api/v1/jobs/../staff/session", "/api/v1/staff/no-such-thing", "/api/v1/staff"):
        answer = ask(ELSEWHERE, path)
        assert (answer.status, answer.header("Content-Type")) == (403, "application/problem+json"), path
        assert ask(OFFICE, path).status in (401, 404, 405), path
    for page in ("/console", "/console/sign-in", "/console/clients/17"):
        assert (ask(ELSEWHERE, page).status, ask(OFFICE, page).status) == (403, 200), page
    for path in ("/", "/sign-in", "/api/v1/portal"):
        assert ask(ELSEWHERE, path).status == 200, path
    assert ask(ELSEWHERE, "/api/v1/jobs").status == 401
