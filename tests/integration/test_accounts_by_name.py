"""Which account answers: by the host of the request, or by what the operator wrote. And where the worker's questions go."""

import pytest

METRICS = "location = /metrics { portal_metrics; }"
PORTAL = "/api/v1/portal"


@pytest.mark.parametrize("host", ["brightwater", "BRIGHTWATER", "brightwater:80", "northside"])
def test_a_slug_is_no_host(portal, host):
    answer = portal.nginx.client(host).get(PORTAL)
    assert (answer.status, answer.json()["code"]) == (421, "unknown_host")


def test_an_operator_may_name_the_account_by_its_slug(make_site):
    site = make_site(workers=1, server_extra="portal_account northside;")
    answer = site.nginx.client("anything.example.com").get(PORTAL)
    assert (answer.status, answer.json()["name"]) == (200, "Northside")


def test_searches_do_not_stand_in_the_way_of_lists(make_site):
    site = make_site(workers=1, server_extra=METRICS)
    client = site.client("brightwater")
    member = site.accounts["brightwater"]["members"][0]
    assert client.post("/api/v1/session", json={"email": member["email"], "password": member["password"]}).status == 200

    def segments(lane: str) -> int:
        [line] = [line for line in site.nginx.client().get("/metrics").text.splitlines() if line.startswith(f'portal_lane_segments_total{{lane="{lane}"}}')]
        return int(line.split()[-1])

    assert client.get("/api/v1/jobs?counts=true").status == 200
    assert segments("searches") == 0
    reads = segments("reads")
    found = client.get("/api/v1/jobs?q=boiler&counts=true")
    assert found.status == 200 and found.json()["items"]
    assert (segments("searches"), segments("reads")) == (1, reads)
