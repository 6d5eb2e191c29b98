"""PUT /import/{kind}: lines from another system, as a program sends them."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.contract import CheckedClient
from support.portalctl import Portalctl

NDJSON = {"Content-Type": "application/x-ndjson"}


class System:
    """The other system, with a key of its account."""

    def __init__(self, site, account: str = "brightwater"):
        key = Portalctl(site.postgres, site.keys_file).json("key", "create", "--account", account, "--name", "the test", "--scopes", "import")["key"]
        self.http = CheckedClient(site.nginx.port, f"{account}.localhost", headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def send(self, kind: str, *lines: dict | str, mode: str | None = None, headers=None):
        body = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines).encode()
        return self.http.put(f"/api/v1/import/{kind}" + (f"?mode={mode}" if mode else ""), body=body, headers=headers or NDJSON)

    def counts(self, kind: str, *lines, mode=None) -> tuple:
        answer = self.send(kind, *lines, mode=mode)
        assert answer.status == 200, answer.text
        body = answer.json()
        return body["created"], body["updated"], body["unchanged"], body["withdrawn"]

    def read(self, kind: str, external_id: str):
        answer = self.http.get(f"/api/v1/import/{kind}?external_id={external_id}")
        return answer.json() if answer.status == 200 else answer.code


@pytest.fixture(scope="module")
def system(shared_site) -> System:
    return System(shared_site)


def client(external_id: str, name: str = "Acme", **more) -> dict:
    return {"external_id": external_id, "kind": "organisation", "organisation_name": name, **more}


def test_lines_are_taken_in_and_read_back(system):
    person = {"external_id": "IC-2", "version": 3, "kind": "person", "first_name": "Ruth", "surname": "Okafor", "middle_name": None}
    assert system.counts("clients", client("IC-1"), "", person, "  ") == (2, 0, 0, 0)
    assert system.counts("clients", client("IC-1"), person) == (0, 0, 2, 0)
    read = system.read("clients", "IC-2")
    assert {**person, "deleted": False, "organisation_name": None} == {name: value for name, value in read.items() if name != "id"}
    assert system.read("clients", "IC-0") == "not_found"
    assert system.counts("sites", {"external_id": "IS-1", "client": "IC-1", "name": "Mühle 1", "address": "12 Mill Lane"}) == (1, 0, 0, 0)
    assert system.counts("contacts", {"external_id": "IK-1", "client": "IC-1", "site": "IS-1", "kind": "phone", "value": "+44 20 7946 0101"}) == (1, 0, 0, 0)
    assert system.read("sites", "IS-1")["name"] == "Mühle 1"
    assert system.read("contacts", "IK-1")["site"] == "IS-1"
    assert system.counts("contacts", {"external_id": "IK-1", "deleted": True, "client": "whatever"}) == (0, 0, 0, 1)
    assert system.read("contacts", "IK-1")["deleted"] is True


def test_an_empty_body_does_nothing(system):
    assert system.counts("clients") == (0, 0, 0, 0)
    assert system.counts("clients", "", "\r") == (0, 0, 0, 0)


WRONG = [
    ('{"external_id": "W-1"', "invalid_syntax"), ("[]", "invalid_type"), ('"text"', "invalid_type"), ("{}", "required"),
    ('{"external_id": "W-1", "kind": "organisation"}', "required"), ('{"external_id": "", "kind": "person", "surname": "A"}', "too_short"),
    ('{"external_id": "W-1", "kind": "person"}', "required"), ('{"external_id": "W-1", "kind": "robot"}', "invalid_choice"),
    ('{"external_id": "W-1", "kind": "person", "surname": "' + "x" * 51 + '"}', "too_long"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A", "colour": "red"}', "unknown_field"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A\\u0000"}', "invalid_text"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A", "version": -1}', "out_of_range"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A", "version": "7"}', "invalid_type"),
    ('{"external_id": "W-1", "kind": "person", "surname": "A", "surname": "B"}', "duplicate"),
    ('{"external_id": "W-1", "kind": "person", "surname": "' + "x" * 300_000 + '"}', "payload_too_large"),
]


@pytest.mark.parametrize("line, code", WRONG, ids=[f"{number}-{code}" for number, (_, code) in enumerate(WRONG)])
def test_a_wrong_line_is_told_by_its_number_and_nothing_is_done(system, line, code):
    answer = system.send("clients", client("W-0"), "", line)
    assert (answer.status, answer.code) == (400, "import_refused")
    assert (3, code) in [(error["line"], error["code"]) for error in answer.json()["errors"]]
    assert system.read("clients", "W-0") == "not_found"


def test_what_is_right_of_it(system):
    answer = system.send("sites", {"external_id": "M-1", "client": "nobody", "name": "x"}, "{", {"external_id": "M-2", "name": "no client"}, mode="lines")
    body = answer.json()
    assert (answer.status, body["created"], body["wrong_lines"]) == (200, 0, 3)
    assert [(error["line"], error["pointer"], error["code"]) for error in body["errors"]][0] == (1, "/client", "unknown_reference")
    assert [error["line"] for error in body["errors"]] == [1, 2, 3]
    system.counts("clients", client("M-C"))
    assert system.counts("sites", {"external_id": "M-1", "client": "M-C", "name": "x"}, "{", mode="lines") == (1, 0, 0, 0)


def test_of_several_lines_the_newest_counts(system):
    assert system.counts("clients", client("D-1", "old", version=1), client("D-1", "new", version=3), client("D-1", "middle", version=2)) == (1, 0, 2, 0)
    assert system.read("clients", "D-1")["organisation_name"] == "new"
    assert system.counts("clients", client("D-2", "first"), client("D-2", "last")) == (1, 0, 1, 0)
    assert system.read("clients", "D-2")["organisation_name"] == "last"


def test_limits(system):
    assert system.send("clients", *["{}"] * 10_001).code == "payload_too_large"
    assert len(system.send("clients", *["{}"] * 10_000).json()["errors"]) == 1000
    assert system.http.put("/api/v1/import/clients", body=b" " * (16 * 1024 * 1024 + 1), headers=NDJSON).status == 413
    assert system.http.put("/api/v1/import/clients", body=b" " * (16 * 1024 * 1024), headers=NDJSON).status == 200


def test_what_is_asked_wrongly(system):
    assert system.send("robots").code == "not_found"
    assert system.send("clients", mode="some").code == "invalid_field"
    assert system.send("clients", headers={"Content-Type": "application/json"}).status == 415
    assert system.send("clients", headers={**NDJSON, "Content-Encoding": "gzip"}).status == 415
    assert system.http.get("/api/v1/import/clients").code == "invalid_field"
    assert system.http.request("DELETE", "/api/v1/import/clients").status == 405


def worker(external_id: str, name: str, **more) -> dict:
    """Of workers nothing is kept besides, as the words are by which staff find clients: these tests are about the lines."""
    return {"external_id": external_id, "name": name, **more}


def test_ten_thousand_lines_at_once(system):
    lines = [worker(f"T-{number}", f"Worker {number}", version=1) for number in range(10_000)]
    assert system.counts("workers", *lines) == (10_000, 0, 0, 0)
    assert system.counts("workers", *lines) == (0, 0, 10_000, 0)


def test_the_same_from_many_at_once(system):
    """Imports of one account run one after the other: nobody fails, and the newest version stands."""
    lines = [[worker(f"P-{number}", f"version {version}", version=version) for number in range(200)] for version in range(8)]
    with ThreadPoolExecutor(5) as pool:  # as many as one worker takes: one that runs and four that wait
        answers = list(pool.map(lambda some: system.send("workers", *some), lines))
    assert [answer.status for answer in answers] == [200] * 8, [answer.text for answer in answers]
    assert {system.read("workers", f"P-{number}")["version"] for number in range(0, 200, 50)} == {7}


def test_members_read_while_others_feed(portal, system):
    member = portal.accounts["brightwater"]["members"][0]
    browser = portal.client()
    assert browser.post("/api/v1/session", json={"email": member["email"], "password": member["password"]}).status == 200
    lines = [worker(f"R-{number}", f"Worker {number}") for number in range(10_000)]
    done = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        feeding = pool.submit(lambda: (system.counts("workers", *lines), done.set()))
        reads = 0
        while not done.is_set() and not feeding.done():
            assert browser.get("/api/v1/jobs").status == 200
            reads += 1
        assert feeding.result()[0] == (10_000, 0, 0, 0)
    assert reads > 10
