"""Where whoever is on the way is: fed by another system, seen by the member who waits."""

import json
import time
from datetime import datetime, timedelta, timezone

import pytest

from support.contract import CheckedClient
from support.portalctl import Portalctl
from support.staff import add_staff, signed_in
from support.truth import rfc3339
from support.world import NOTICE_SECONDS

NOTHING = {"position": None, "job": None, "distance_metres": None}
HERE, JOB = {"latitude": 53.8, "longitude": -1.5}, {"latitude": 53.83, "longitude": -1.53}


class Feed:
    """The other system, with a key of its account."""

    def __init__(self, portal, world, account):
        key = Portalctl(portal.postgres, portal.keys_file).json("key", "create", "--account", account.slug, "--name", "the test", "--scopes", "import")["key"]
        self.http = CheckedClient(portal.nginx.port, account.host, headers={"Authorization": f"Bearer {key}"})

    def send(self, *lines: dict, mode: str | None = None):
        return self.http.put("/api/v1/import/positions" + (f"?mode={mode}" if mode else ""), body="\n".join(map(json.dumps, lines)).encode(),
                             headers={"Content-Type": "application/x-ndjson"})

    def counts(self, *lines: dict) -> tuple:
        answer = self.send(*lines)
        assert answer.status == 200, answer.text
        return tuple(answer.json()[name] for name in ("created", "updated", "unchanged", "withdrawn"))


def ago(**span) -> str:
    return rfc3339(datetime.now(timezone.utc) - timedelta(**span))


def at(worker: str = "V-1", **more) -> dict:
    return {"external_id": worker, **HERE, "recorded_at": ago(seconds=0), **more}


@pytest.fixture
def account(world):
    world.rows("UPDATE portal.portal SET shows_position = true WHERE account_id = %s", world.matrix.account_id)
    world.rows("DELETE FROM portal.worker_position WHERE account_id = %s", world.matrix.account_id)
    world.rows("""INSERT INTO portal.worker (account_id, name, external_id) VALUES (%s, 'Vera V.', 'V-1'), (%s, 'Willi W.', 'V-2')
                  ON CONFLICT (account_id, external_id) DO UPDATE SET withdrawn_at = null""", world.matrix.account_id, world.matrix.account_id)
    yield world.matrix
    world.rows("UPDATE portal.portal SET shows_position = false WHERE account_id = %s", world.matrix.account_id)


@pytest.fixture
def worker(world, account) -> int:
    return world.rows("SELECT worker_id FROM portal.worker WHERE account_id = %s AND external_id = 'V-1'", account.account_id)[0][0]


@pytest.fixture
def job(world, account, worker) -> int:
    return world.add_job(account, "One", "en_route", worker_id=worker, **JOB)


@pytest.fixture
def member(world, account):
    return world.signed_in(world.add_member(account, "One"))


@pytest.fixture
def feed(portal, world, account) -> Feed:
    return Feed(portal, world, account)


def told(client, job: int) -> dict:
    answer = client.get(f"/api/v1/jobs/{job}/position")
    assert answer.status == 200 and answer.header("Cache-Control") == "no-store" and answer.header("ETag") is None
    return answer.json()


def test_what_is_fed_is_seen_at_once(feed, member, job):
    assert member.get(f"/api/v1/jobs/{job}").json()["tracked"] is True
    assert told(member, job) == NOTHING
    recorded = ago(seconds=30)
    assert feed.counts(at(accuracy_metres=8, recorded_at=recorded)) == (1, 0, 0, 0)
    shown = told(member, job)
    assert shown["position"].pop("age_seconds") in range(29, 40)
    assert shown == {"position": {**HERE, "accuracy_metres": 8, "recorded_at": recorded[:19] + "Z"}, "job": JOB, "distance_metres": 3874}
    assert feed.counts(at(latitude=53.83, longitude=-1.53)) == (0, 1, 0, 0)
    assert told(member, job)["distance_metres"] == 0


def test_numbers_come_back_as_they_were_sent(feed, member, job):
    exact = {"latitude": -0.123456789012345, "longitude": 1e-7}
    feed.counts(at(**exact))
    shown = told(member, job)["position"]
    assert {name: shown[name] for name in exact} == exact


def test_an_older_position_changes_nothing(feed, member, job):
    now = ago(seconds=5)
    assert feed.counts(at(recorded_at=now)) == (1, 0, 0, 0)
    assert feed.counts(at(recorded_at=now, latitude=1)) == (0, 0, 1, 0)
    assert feed.counts(at(recorded_at=ago(seconds=60), latitude=1, version=99)) == (0, 0, 1, 0)
    assert told(member, job)["position"]["latitude"] == HERE["latitude"]


def test_a_position_is_forgotten_when_the_other_system_says_so(feed, member, job):
    feed.counts(at())
    assert feed.counts({"external_id": "V-1", "deleted": True}) == (0, 0, 0, 1)
    assert feed.counts({"external_id": "V-1", "deleted": True}, {"external_id": "nobody", "deleted": True}) == (0, 0, 2, 0)
    assert told(member, job) == NOTHING


def test_a_position_that_is_read_back(feed, account, job, worker):
    feed.counts(at(accuracy_metres=3))
    answer = feed.http.get("/api/v1/import/positions?external_id=V-1")
    assert answer.json().items() >= {"id": str(worker), "external_id": "V-1", **HERE, "accuracy_metres": 3, "deleted": False, "version": None}.items()
    assert feed.http.get("/api/v1/import/positions?external_id=V-2").status == 404


WRONG = [
    ({"external_id": "nobody"}, "/external_id", "unknown_reference"),
    ({"recorded_at": ago(days=-1)}, "/recorded_at", "out_of_range"),
    ({"recorded_at": "yesterday"}, "/recorded_at", "invalid_date"),
    ({"recorded_at": None}, "/recorded_at", "required"),
    ({"latitude": None}, "/latitude", "required"),
    ({"latitude": 90.5}, "/latitude", "out_of_range"),
    ({"longitude": -181}, "/longitude", "out_of_range"),
    ({"longitude": "1.5"}, "/longitude", "invalid_type"),
    ({"accuracy_metres": -1}, "/accuracy_metres", "out_of_range"),
    ({"accuracy_metres": 100_001}, "/accuracy_metres", "out_of_range"),
    ({"speed": 3}, "/speed", "unknown_field"),
]


@pytest.mark.parametrize("change, pointer, code", WRONG, ids=[f"{pointer[1:]} {code}" for _, pointer, code in WRONG])
def test_what_is_wrong_is_told_and_nothing_is_done(feed, world, account, change, pointer, code):
    refused = feed.send(at("V-2"), at() | change)
    assert (refused.status, refused.code) == (400, "import_refused")
    assert refused.json()["errors"] == [{"line": 2, "pointer": pointer, "code": code}]
    assert world.rows("SELECT 1 FROM portal.worker_position WHERE account_id = %s", account.account_id) == []
    answer = feed.send(at("V-2"), at() | change, mode="lines").json()
    assert (answer["created"], answer["wrong_lines"]) == (1, 1)


def test_a_clock_may_be_a_little_ahead(feed, member, job):
    assert feed.send(at(recorded_at=ago(seconds=-90))).json()["errors"] == [{"line": 1, "pointer": "/recorded_at", "code": "out_of_range"}]
    assert feed.counts(at(recorded_at=ago(seconds=-50))) == (1, 0, 0, 0)
    assert told(member, job)["position"]["age_seconds"] == 0


def test_a_worker_who_was_taken_back_has_no_position(feed, world, account, worker):
    world.rows("UPDATE portal.worker SET withdrawn_at = now() WHERE worker_id = %s", worker)
    assert feed.send(at()).json()["errors"] == [{"line": 1, "pointer": "/external_id", "code": "unknown_reference"}]


def test_the_other_account_has_workers_of_its_own(portal, feed, world, member, job):
    elsewhere = world.elsewhere
    world.rows("INSERT INTO portal.worker (account_id, name, external_id) VALUES (%s, 'Vera V.', 'V-1') ON CONFLICT DO NOTHING", elsewhere.account_id)
    feed.counts(at())
    assert Feed(portal, world, elsewhere).counts(at(latitude=10)) == (1, 0, 0, 0)
    assert told(member, job)["position"]["latitude"] == HERE["latitude"]


def test_who_may_not_see_the_job_gets_what_the_job_itself_answers(feed, world, account, job):
    feed.counts(at())
    others = {"other client": world.add_member(account, "Two"), "other account": world.add_member(world.elsewhere, "One"),
              "no jobs": world.add_member(account, "One", ("view_documents",)), "finished jobs": world.add_member(account, "One", ("view_completed_jobs",))}
    for name, who in others.items():
        client = world.signed_in(who)
        page, position = client.get(f"/api/v1/jobs/{job}"), client.get(f"/api/v1/jobs/{job}/position")
        assert (position.status, position.code) == (page.status, page.code) == (404, "not_found"), name
    member = world.signed_in(world.add_member(account, "One"))
    assert (member.get("/api/v1/jobs/abc/position").status, member.get(f"/api/v1/jobs/{job}/position?at=now").status) == (400, 400)
    assert member.get(f"/api/v1/jobs/{10**15}/position").status == 404
    assert world.client(account).get(f"/api/v1/jobs/{job}/position").status == 401


def test_it_ends_when_the_worker_arrives_and_when_the_setting_is_off(feed, world, account, member, job):
    feed.counts(at())
    desk = signed_in(world, world.client(account), add_staff(world, account.account_id, "manager"))
    assert desk.request("PATCH", "/api/v1/staff/portal", json={"shows_position": False}).json()["shows_position"] is False
    assert told(member, job) == NOTHING
    time.sleep(NOTICE_SECONDS)
    assert member.get(f"/api/v1/jobs/{job}").json()["tracked"] is False
    assert desk.request("PATCH", "/api/v1/staff/portal", json={"shows_position": True}).status == 200
    assert told(member, job)["position"]
    (details,) = world.rows("SELECT details FROM portal.activity WHERE account_id = %s AND action = 'settings_changed' ORDER BY activity_id DESC LIMIT 1", account.account_id)[0]
    assert details == {"before": {"shows_position": False}, "after": {"shows_position": True}}
    world.rows("UPDATE portal.job SET status = 'started' WHERE job_id = %s", job)
    assert told(member, job) == NOTHING


def test_positions_change_no_answer_that_is_kept(feed, world, member, job):
    """They come every few seconds: what workers keep of jobs stays."""
    world.settle()
    connection = world.site.postgres.connect()
    with connection.cursor() as cursor:
        cursor.execute("LISTEN portal_changes")
        feed.counts(at())
        feed.counts(at(latitude=53.81))
        feed.counts({"external_id": "V-1", "deleted": True})
        time.sleep(0.2)
        connection.poll()
        assert [notice.payload for notice in connection.notifies if notice.payload.startswith(("jobs", "account", "settings"))] == []
        world.rows("UPDATE portal.job SET reference = 'told' WHERE job_id = %s", job)
        time.sleep(0.2)
        connection.poll()
        assert any(notice.payload.startswith("jobs") for notice in connection.notifies), "the control"
    connection.close()


def test_old_positions_are_removed(portal, feed, world, account):
    portalctl = Portalctl(portal.postgres, portal.keys_file)
    feed.counts(at(), at("V-2"))
    world.rows("UPDATE portal.worker_position SET recorded_at = now() - interval '25 hours' WHERE worker_id = (SELECT worker_id FROM portal.worker WHERE external_id = 'V-1' AND account_id = %s)",
               account.account_id)
    assert portalctl.json("tidy")["positions"] == 1
    assert len(world.rows("SELECT 1 FROM portal.worker_position WHERE account_id = %s", account.account_id)) == 1
    assert portalctl.json("tidy")["positions"] == 0


def test_portalctl_feeds_positions_from_a_file(portal, feed, account, tmp_path, member, job):
    key_file, lines = tmp_path / "key", tmp_path / "positions.ndjson"
    key_file.write_text(feed.http.headers["Authorization"].removeprefix("Bearer "))
    key_file.chmod(0o600)
    lines.write_text(json.dumps(at()) + "\n")
    portalctl = Portalctl(portal.postgres, portal.keys_file)
    done = portalctl.run("import", lines, "--kind", "positions", "--url", f"http://{account.host}:{portal.nginx.port}", "--key-file", key_file)
    assert (done.returncode, done.stdout) == (0, "1 created, 0 updated, 0 unchanged, 0 taken back, 0 wrong.\n"), done.stderr
    assert told(member, job)["position"]["latitude"] == HERE["latitude"]
