"""GET /jobs/{id}/calendar: a job as an entry of a calendar (FEATURES X5), for whoever may see the job."""

from datetime import datetime, timezone

import pytest

NINE = datetime(2026, 3, 29, 9, 0, tzinfo=timezone.utc)


@pytest.fixture
def client(world):
    return world.signed_in(world.add_member(world.elsewhere, "One"))


def lines_of(answer) -> dict[str, str]:
    assert answer.status == 200, answer.text
    text = answer.body.decode().replace("\r\n ", "")
    assert text.endswith("END:VCALENDAR\r\n") and "\n" not in text.replace("\r\n", "")
    return dict(line.split(":", 1) for line in text.split("\r\n") if line)


def test_an_entry_says_when_where_and_what(portal, world, client):
    job = world.add_job(world.elsewhere, "One", "scheduled", scheduled_at=NINE, duration_minutes=90, address="Calle de la Peña 5;\nMadrid, España", reference="Ref. 7")
    answer = client.get(f"/api/v1/jobs/{job}/calendar")
    entry = lines_of(answer)
    assert answer.header("Content-Type") == "text/calendar; charset=utf-8"
    assert answer.header("Cache-Control") == "no-store"
    [[number]] = world.rows("SELECT number FROM portal.job WHERE job_id = %s", job)
    assert answer.header("Content-Disposition") == f'inline; filename="job-{number}.ics"'
    assert (entry["DTSTART"], entry["DTEND"], entry["STATUS"]) == ("20260329T090000Z", "20260329T103000Z", "CONFIRMED")
    assert entry["LOCATION"] == "Calle de la Peña 5\\;\\nMadrid\\, España"
    assert entry["DESCRIPTION"].startswith(f"#{number} · Ref. 7")
    assert entry["URL"].endswith(f"/jobs/{job}") and entry["DESCRIPTION"].endswith(entry["URL"])
    again = lines_of(client.get(f"/api/v1/jobs/{job}/calendar"))
    assert again["UID"] == entry["UID"]


def test_a_duration_that_is_not_shown_gives_no_end(portal, world):
    client = world.signed_in(world.add_member(world.matrix, "One"))
    job = world.add_job(world.matrix, "One", "scheduled", scheduled_at=NINE, duration_minutes=90)
    assert "DTEND" not in lines_of(client.get(f"/api/v1/jobs/{job}/calendar"))


def test_what_has_no_date_or_is_not_seen_has_no_entry(portal, world, client):
    undated = world.add_job(world.elsewhere, "One", "unscheduled", scheduled_at=None)
    hidden = world.add_job(world.elsewhere, "One", "scheduled", "hidden", scheduled_at=NINE)
    others = world.add_job(world.elsewhere, "Two", "scheduled", scheduled_at=NINE)
    foreign = world.matrix.jobs["One"]["scheduled"]
    for job in (undated, hidden, others, foreign, 2**62):
        answer = client.get(f"/api/v1/jobs/{job}/calendar")
        assert (answer.status, answer.code) == (404, "not_found"), job
    assert (answer := client.get("/api/v1/jobs/x/calendar")).status == 400, answer.text
    assert client.get(f"/api/v1/jobs/{undated}/calendar?format=x").status == 400
    assert portal.client(world.elsewhere.slug).get(f"/api/v1/jobs/{undated}/calendar").status == 401
