"""What members see (FEATURES A3 to A5): what changes in the database changes the very next answer, and what does not fit is left out without harm."""

import json
import re

import pytest

from support.truth import Truth


@pytest.fixture
def member(world):
    return world.add_member(world.matrix, "One")


@pytest.fixture
def client(world, member):
    """Twenty connections reach every worker, each of which remembers the session."""
    client = world.signed_in(member)
    for _ in range(20):
        assert client.get("/api/v1/jobs?limit=1").status == 200
    return client


def every_answer(client, path: str) -> set[tuple[int, str | None]]:
    return {(answer.status, answer.code) for answer in (client.get(path) for _ in range(12))}


def set_permissions(world, member, *names: str) -> None:
    world.rows("UPDATE portal.membership SET permissions = %s WHERE membership_id = %s", list(names), member.membership_id)
    member.permissions = names


def test_permissions_that_are_taken_away(portal, world, member, client):
    finished, planned = (world.matrix.jobs["One"][name] for name in ("finished", "scheduled"))
    set_permissions(world, member, "view_job_status")
    assert every_answer(client, "/api/v1/jobs?state=finished") == {(403, "permission_required")}
    assert every_answer(client, f"/api/v1/jobs/{finished}") == {(404, "not_found")}
    assert every_answer(client, f"/api/v1/jobs/{planned}") == {(200, None)}
    set_permissions(world, member, "view_documents")
    assert every_answer(client, "/api/v1/jobs") == {(403, "permission_required")}
    assert every_answer(client, f"/api/v1/jobs/{planned}") == {(404, "not_found")}
    assert every_answer(client, "/api/v1/sites") == {(200, None)}


def test_permissions_that_are_given(portal, world, member, client):
    finished = world.matrix.jobs["One"]["finished"]
    set_permissions(world, member, "view_documents")
    assert every_answer(client, "/api/v1/jobs") == {(403, "permission_required")}
    # Enough for the route, so that the workers remember it, and too little for this state.
    set_permissions(world, member, "view_job_status")
    assert every_answer(client, "/api/v1/jobs?state=finished") == {(403, "permission_required")}
    set_permissions(world, member, "view_job_status", "view_completed_jobs")
    assert every_answer(client, "/api/v1/jobs?state=finished") == {(200, None)}
    assert every_answer(client, f"/api/v1/jobs/{finished}") == {(200, None)}


def test_a_template_that_is_taken_out_hides_its_jobs_at_once(portal, world, member, client):
    job = world.matrix.jobs["One"]["scheduled"]
    row = (world.matrix.account_id, world.matrix.templates["visible"])
    world.rows("DELETE FROM portal.portal_visible_template WHERE (account_id, job_template_id) = (%s, %s)", *row)
    try:
        assert client.get("/api/v1/jobs?counts=true").json() == {"items": [], "next_cursor": None,
                                                                "counts": {"planned": 0, "active": 0, "finished": 0, "cancelled": 0}}
        assert every_answer(client, f"/api/v1/jobs/{job}") == {(404, "not_found")}
    finally:
        world.rows("INSERT INTO portal.portal_visible_template VALUES (%s, %s)", *row)
    assert every_answer(client, f"/api/v1/jobs/{job}") == {(200, None)}


@pytest.mark.parametrize("group, key", [("main", "description"), ("main", "duration"), ("custom", "hidden_custom_text"), ("report", "hidden_report_photo")])
def test_a_field_is_there_while_it_is_switched_on(portal, world, member, client, group, key):
    job = world.matrix.jobs["One"]["finished"]
    (field_id,), = world.rows("SELECT job_field_id FROM portal.job_field WHERE (account_id, field_group, key) = (%s, %s, %s)",
                              world.matrix.account_id, group, key)

    def keys() -> list[str]:
        body = client.get(f"/api/v1/jobs/{job}").json()
        assert body == Truth(world, member).job(job)
        return [field["key"] for field in body["fields"]]
    assert key not in keys()
    world.rows("INSERT INTO portal.portal_visible_field VALUES (%s, %s)", world.matrix.account_id, field_id)
    try:
        assert keys().count(key) == 1
        listed = client.get("/api/v1/jobs").json()["items"]
        assert listed == Truth(world, member).listed()
        assert any(item["scheduled_until"] for item in listed) == (key == "duration")
    finally:
        world.rows("DELETE FROM portal.portal_visible_field WHERE job_field_id = %s", field_id)
    assert key not in keys()


def test_report_fields_appear_once_the_job_is_finished(portal, world, member, client):
    job = world.add_job(world.matrix, "One", "started")
    try:
        fields = client.get(f"/api/v1/jobs/{job}").json()["fields"]
        assert fields and not [field for field in fields if field["group"] == "report"]
        assert ("default", "resolution") not in [(field["group"], field["key"]) for field in fields]
        assert ("custom", "resolution") in [(field["group"], field["key"]) for field in fields]
        world.rows("UPDATE portal.job SET status = 'finished' WHERE job_id = %s", job)
        fields = client.get(f"/api/v1/jobs/{job}").json()["fields"]
        assert len([field for field in fields if field["group"] == "report"]) == 13
        assert ("default", "resolution") in [(field["group"], field["key"]) for field in fields]
    finally:
        world.rows("DELETE FROM portal.job_file WHERE job_id = %s", job)
        world.rows("DELETE FROM portal.job WHERE job_id = %s", job)


def test_values_that_do_not_fit_are_left_out_and_logged_without_the_value(portal, world, member, client):
    wrong = {"custom_text": {"SPOILED": 1}, "custom_yes_no": "SPOILED", "custom_integer": 1.5, "custom_number": "SPOILED", "custom_money": "SPOILED",
             "custom_pick_list": "SPOILED", "custom_date": "2026-02-30", "custom_time": "25:00", "custom_datetime": "SPOILED",
             "custom_link": {"url": "javascript:SPOILED", "label": "SPOILED"}}
    job = world.add_job(world.matrix, "One", "scheduled")
    try:
        world.rows("UPDATE portal.job SET custom_values = %s WHERE job_id = %s", json.dumps(wrong), job)
        answer = client.get(f"/api/v1/jobs/{job}")
        assert answer.status == 200
        assert "SPOILED" not in answer.text
        values = {field["key"]: field["value"] for field in answer.json()["fields"]}
        assert all(values[key] is None for key in wrong)
        log = portal.nginx.error_log.read_text(errors="replace")
        assert len(re.findall(rf"the value of field [0-9]+ of job {job} does not fit", log)) == len(wrong)
        assert "SPOILED" not in log
    finally:
        world.rows("DELETE FROM portal.job_file WHERE job_id = %s", job)
        world.rows("DELETE FROM portal.job WHERE job_id = %s", job)


def test_a_session_that_ends_ends_everything(portal, world, member, client):
    world.rows("UPDATE portal.session SET ended_at = now() WHERE membership_id = %s", member.membership_id)
    for path in ("/api/v1/jobs", "/api/v1/sites", f"/api/v1/jobs/{world.matrix.jobs['One']['finished']}"):
        assert every_answer(client, path) == {(401, "not_signed_in")}


def test_a_request_is_one_transaction(make_site):
    """Its statements share one virtual transaction; a second round trip would be a second one."""
    site = make_site(workers=1, http_extra="portal_cache_size off;", postgres_settings={"log_min_duration_statement": "0", "log_line_prefix": "%v|%u|"})
    client = site.client()
    login = site.accounts["brightwater"]["members"][0]
    assert client.post("/api/v1/session", json={"email": login["email"], "password": login["password"]}).status == 200
    job = client.get("/api/v1/jobs?limit=1").json()["items"][0]["id"]

    # The second request of a kind finds its statements prepared.
    for path, statements in (("/api/v1/jobs?counts=true&q=a", 3), (f"/api/v1/jobs/{job}", 4), ("/api/v1/sites", 2)):
        assert client.get(path).status == 200
        before = site.postgres.log.stat().st_size
        assert client.get(path).status == 200
        with site.postgres.log.open() as log:
            log.seek(before)
            executed = re.findall(r"^([0-9/]+)\|portal_edge\|LOG: .* execute ", log.read(), re.MULTILINE)
        assert len(executed) == statements, f"{path}: {executed}"
        assert len(set(executed)) == 1, f"{path} took {len(set(executed))} transactions"
