"""/healthz says that nginx and the module are alive; it asks nobody else."""

import time

import pytest


def test_answers_on_any_host(portal):
    for host in ("brightwater.localhost", "unknown.example", "127.0.0.1"):
        answer = portal.nginx.client(host).get("/healthz")
        assert answer.status == 200, host


def test_head_has_no_body(portal):
    answer = portal.client().request("HEAD", "/healthz")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_refuses_other_methods(portal, method):
    answer = portal.client().request(method, "/healthz")
    assert answer.status == 405
    assert {word.strip() for word in answer.header("Allow").split(",")} == {"GET", "HEAD"}


def test_answers_while_the_database_is_away(make_site):
    site = make_site(demo=False, workers=1)
    site.postgres.stop()
    assert site.client().get("/healthz").status == 200
    site.postgres.start()


def test_leaves_no_line_in_the_access_log(portal):
    marker = "health-check-that-must-not-be-logged"
    portal.client().get("/healthz", headers={"User-Agent": marker})
    portal.client().get("/", headers={"User-Agent": "page-" + marker})
    deadline = time.monotonic() + 5  # a line is written after the answer
    while f'"page-{marker}"' not in (log := portal.nginx.access_log.read_text(errors="replace")):
        assert time.monotonic() < deadline, log
        time.sleep(0.02)
    assert f'"{marker}"' not in log
