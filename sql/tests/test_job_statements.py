"""Lists, counts, single jobs, their fields and files, and sites: each against what the rows of the tables say."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from named import MODULE, Membership, World, call

STATES = ["planned", "active", "finished", "cancelled"]
STATE_OF = {"unscheduled": "planned", "scheduled": "planned", "en_route": "active", "started": "active", "paused": "active",
            "finished": "finished", "cancelled": "cancelled"}
MEMBERS = [("alex.morgan@acme.example.com", "Acme Facilities Ltd"), ("sam.reyes@acme.example.com", "Harbour Hotels Group"),
           ("priya.nair@harbour.example.com", "Harbour Hotels Group"), ("ruth.okafor@example.com", "Ruth Okafor"),
           ("lucia.fernandez@ribera.example.com", "Talleres Ribera S.L."), ("diego.campos@olmos.example.com", "Talleres Ribera S.L.")]
LATE, EARLY = datetime.max.replace(tzinfo=timezone.utc), datetime.min.replace(tzinfo=timezone.utc)
# The order of each statement, and the cursor that its last row makes.
ORDERS = {
    "list_jobs_by_schedule": (lambda job: (job["scheduled_at"] or LATE, job["job_id"]), False),
    "list_jobs_by_schedule_descending": (lambda job: (job["scheduled_at"] or EARLY, job["job_id"]), True),
    "list_jobs_by_number": (lambda job: job["number"], False),
    "list_jobs_by_number_descending": (lambda job: job["number"], True),
}
UNKNOWN = 999_999_999


def zone_of(world: World, who: Membership) -> str:
    return next(row["time_zone"] for row in world.tables["account"] if row["account_id"] == who.account_id)


def visible_jobs(world: World, who: Membership) -> list[dict]:
    """As FEATURES.md has it: of the client, of visible templates, not deleted, and finished, open and cancelled ones by permission."""
    templates = {row["job_template_id"] for row in world.tables["portal_visible_template"] if row["account_id"] == who.account_id}
    may_follow, may_look_back = "view_job_status" in who.permissions, "view_completed_jobs" in who.permissions
    allowed = {"planned": may_follow, "active": may_follow, "finished": may_look_back, "cancelled": may_follow or may_look_back}
    return [job for job in world.tables["job"] if (job["account_id"], job["client_id"]) == (who.account_id, who.client_id)
            and job["deleted_at"] is None and job["job_template_id"] in templates and allowed[STATE_OF[job["status"]]]]


def assignment_of(job: dict) -> str | None:
    if job["status"] in ("finished", "cancelled"):
        return None
    if job["status"] in ("en_route", "started"):
        return "in_progress"
    if job["status"] == "paused":
        return "pending"
    if job["worker_id"] is None and job["team_id"] is None:
        return "unassigned"
    return "assigned" if job["scheduled_at"] else "pending"


def list_jobs(session, world, who, statement="list_jobs_by_schedule", *, with_filters=True, **values) -> list[dict]:
    values = {**who.scope(), "states": STATES, "time_zone": zone_of(world, who), "row_limit": 1000, **values}
    if "number" not in statement:
        values.setdefault("after_job_id", 0)
    if "q" in values:
        statement = statement.replace("list_", "search_")
    return session.run(statement, with_filters=with_filters, **values)


def ids(rows) -> list[int]:
    return [row["job_id"] for row in rows]


@pytest.mark.parametrize("statement", ORDERS)
@pytest.mark.parametrize("email, client", MEMBERS)
def test_lists_are_complete_and_in_order(edge, world, email, client, statement):
    who = world.membership(email, client)
    edge.enter_member(who)
    key, descending = ORDERS[statement]
    jobs = sorted(visible_jobs(world, who), key=key, reverse=descending)
    assert ids(list_jobs(edge, world, who, statement)) == ids(jobs)
    for state in STATES:
        assert ids(list_jobs(edge, world, who, statement, states=[state])) == ids(job for job in jobs if STATE_OF[job["status"]] == state)


@pytest.mark.parametrize("statement", ORDERS)
@pytest.mark.parametrize("page", [3, 20])
def test_pages_follow_each_other_without_gap_or_repetition(edge, world, statement, page):
    who = world.alex
    edge.enter_member(who)
    whole = list_jobs(edge, world, who, statement)
    assert len(whole) > 60
    walked, cursor = [], {}
    while rows := list_jobs(edge, world, who, statement, row_limit=page, **cursor):
        walked += rows
        assert len(walked) <= len(whole)
        last = rows[-1]
        cursor = {"after_number": last["number"]} if "number" in statement else {
            "after_scheduled_at": last["scheduled_at"], "after_job_id": last["job_id"]}
    assert walked == whole


def test_a_row_says_what_the_job_is(edge, world):
    who = world.alex
    edge.enter_member(who)
    names = {table: {row[f"{table}_id"]: row["name"] for row in world.tables[table]} for table in ("site", "worker", "team", "job_template")}
    successful = {row["resolution_id"]: row["is_successful"] for row in world.tables["resolution"]}
    jobs = {job["job_id"]: job for job in visible_jobs(world, who)}
    for row in list_jobs(edge, world, who):
        job = jobs[row["job_id"]]
        until = job["scheduled_at"] and job["duration_minutes"] and job["scheduled_at"] + timedelta(minutes=job["duration_minutes"])
        assert row == {
            "job_id": job["job_id"], "number": job["number"], "reference": job["reference"], "status": job["status"],
            "assignment": assignment_of(job), "is_successful": successful.get(job["resolution_id"], True), "scheduled_at": job["scheduled_at"],
            "scheduled_until": until, "address": job["address"], "site_id": job["site_id"], "site_name": names["site"].get(job["site_id"]),
            "job_template_id": job["job_template_id"], "job_template_name": names["job_template"][job["job_template_id"]],
            "assignee_name": names["worker"].get(job["worker_id"]) or names["team"].get(job["team_id"]),
        }
        assert edge.run("get_job", job_id=row["job_id"], **who.scope()) == [row | {"is_tracked": job["status"] == "en_route" and job["worker_id"] is not None}]


def test_the_end_is_hidden_where_the_duration_is(edge, world):
    who = world.membership("lucia.fernandez@ribera.example.com", "Talleres Ribera S.L.")
    edge.enter_member(who)
    rows = list_jobs(edge, world, who)
    assert any(job["duration_minutes"] and job["scheduled_at"] for job in visible_jobs(world, who))
    assert {row["scheduled_until"] for row in rows} == {None}


@pytest.mark.parametrize("assignment", ["unassigned", "assigned", "in_progress", "pending"])
def test_the_filter_by_assignment(edge, world, assignment):
    who = world.alex
    edge.enter_member(who)
    expected = {job["job_id"] for job in visible_jobs(world, who) if assignment_of(job) == assignment}
    assert expected and set(ids(list_jobs(edge, world, who, assignment=assignment))) == expected


def test_the_filter_by_site(edge, world):
    who = world.alex
    edge.enter_member(who)
    for site in {job["site_id"] for job in visible_jobs(world, who)}:
        assert set(ids(list_jobs(edge, world, who, site_id=site))) == {job["job_id"] for job in visible_jobs(world, who) if job["site_id"] == site}
    foreign = next(row["site_id"] for row in world.tables["site"] if row["client_id"] != who.client_id)
    assert list_jobs(edge, world, who, site_id=foreign) == list_jobs(edge, world, who, site_id=UNKNOWN) == []


@pytest.mark.parametrize("statement", ORDERS)
@pytest.mark.parametrize("days", [(0, 0), (-30, 5), (None, -10), (1, None), (5, 4), (None, None)], ids=str)
def test_dates_are_days_in_the_accounts_zone(edge, world, statement, days):
    who = world.alex
    edge.enter_member(who)
    zone = ZoneInfo(zone_of(world, who))
    today = datetime.now(zone).date()
    first, last = (today + timedelta(days=offset) if offset is not None else None for offset in days)

    def is_within(job: dict) -> bool:
        if first is None and last is None:
            return True
        day = job["scheduled_at"] and job["scheduled_at"].astimezone(zone).date()
        return day is not None and (first is None or day >= first) and (last is None or day <= last)

    expected = {job["job_id"] for job in visible_jobs(world, who) if is_within(job)}
    assert set(ids(list_jobs(edge, world, who, statement, from_date=first, to_date=last))) == expected


@pytest.mark.parametrize("time, day", [("2026-07-14 23:00+00", date(2026, 7, 15)), ("2026-07-14 22:59:59.999999+00", date(2026, 7, 14)),
                                       ("2026-12-14 23:00+00", date(2026, 12, 14)), ("2026-12-15 00:00+00", date(2026, 12, 15))])
def test_a_day_begins_at_midnight_in_london_also_in_summer(stage, world, time, day):
    who = world.alex
    stage("portal_maintenance").rows("update portal.job set scheduled_at = %s where job_id = (select min(job_id) from portal.job)", (time,))
    edge = stage("portal_edge")
    edge.enter_member(who)
    for statement in ORDERS:
        found = {other: len(list_jobs(edge, world, who, statement, from_date=other, to_date=other, q="1001"))
                 for other in (day - timedelta(days=1), day, day + timedelta(days=1))}
        assert found == {day - timedelta(days=1): 0, day: 1, day + timedelta(days=1): 0}


def visible_texts(world: World, job: dict, with_description: bool) -> list[str]:
    names = {table: {row[f"{table}_id"]: row["name"] for row in world.tables[table]} for table in ("site", "worker", "team", "job_template")}
    return [text for text in (str(job["number"]), job["reference"], job["address"], names["site"].get(job["site_id"]),
                              names["job_template"][job["job_template_id"]], names["worker"].get(job["worker_id"]), names["team"].get(job["team_id"]),
                              job["description"] if with_description else None) if text]


@pytest.mark.parametrize("q", ["1042", "po-67", "MILL LANE", "Canal", "boiler", "dana", "heating team", "expansion vessel", "%", "_", "\\", "' or true --",
                               "no such words", "CANARY"])
def test_search_looks_into_visible_text_only(edge, world, q):
    who = world.alex
    edge.enter_member(who)
    expected = {job["job_id"] for job in visible_jobs(world, who) if any(q.lower() in text.lower() for text in visible_texts(world, job, True))}
    for statement in ORDERS:
        assert set(ids(list_jobs(edge, world, who, statement, q=q))) == expected
    counted = edge.run("count_found_jobs", q=q, time_zone="Europe/London", **who.scope())
    assert sum(row["jobs"] for row in counted) == len(expected)


def test_a_hidden_description_is_not_searched_and_a_visible_one_is(stage, world):
    who = world.membership("lucia.fernandez@ribera.example.com", "Talleres Ribera S.L.")
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    edge.enter_member(who)
    assert list_jobs(edge, world, who, q="CANARY") == []
    maintenance.rows("""insert into portal.portal_visible_field (account_id, job_field_id) select account_id, job_field_id from portal.job_field
        where account_id = %s and key = 'description'""", (who.account_id,))
    edge.enter_member(who)
    assert len(list_jobs(edge, world, who, q="canary-DESCRIPTION")) == len(visible_jobs(world, who))


@pytest.mark.parametrize("statement", ORDERS)
def test_a_list_runs_along_its_index_and_looks_names_up_for_its_page_alone(edge, world, statement):
    """With what the lane of reads sets. As a call job_names would be planned anew in every request; as joins names would be read for jobs of no page."""
    for setting in ("plan_cache_mode = force_generic_plan", "enable_seqscan = off"):
        edge.rows(f"set local {setting}")
    edge.enter_member(world.alex)
    plan = "\n".join(row["QUERY PLAN"] for row in edge.rows("explain " + call(edge.connection, MODULE[statement]),
                                                            {value.name: None for value in MODULE[statement].parameters}))
    order = statement.removeprefix("list_jobs_").removesuffix("_descending" if "number" in statement else "")
    assert f"Index Scan using job_{order} on job j" in plan or f"Index Scan Backward using job_{order} on job j" in plan, plan
    assert not any(word in plan for word in ("job_names", "Seq Scan", "Left Join")), plan


@pytest.mark.parametrize("email, client", MEMBERS)
def test_counts_are_those_of_the_lists(edge, world, email, client):
    who = world.membership(email, client)
    edge.enter_member(who)
    for values in ({}, {"assignment": "assigned"}, {"from_date": date.today()}):
        counts = {row["state"]: row["jobs"] for row in edge.run("count_jobs", time_zone=zone_of(world, who), **values, **who.scope())}
        lists = {state: len(list_jobs(edge, world, who, states=[state], **values)) for state in STATES}
        assert counts == {state: count for state, count in lists.items() if count}


def hidden_jobs(world: World, who: Membership) -> dict[str, int]:
    """One id of each kind that must look like an unknown one."""
    own = [job for job in world.tables["job"] if job["account_id"] == who.account_id]
    templates = {row["job_template_id"] for row in world.tables["portal_visible_template"]}
    return {
        "another client's": next(job["job_id"] for job in own if job["client_id"] != who.client_id and job["deleted_at"] is None),
        "another account's": next(job["job_id"] for job in world.tables["job"] if job["account_id"] != who.account_id),
        "deleted": next(job["job_id"] for job in own if job["client_id"] == who.client_id and job["deleted_at"]),
        "of a hidden template": next(job["job_id"] for job in own if job["client_id"] == who.client_id and job["job_template_id"] not in templates),
        "unknown": UNKNOWN,
    }


@pytest.mark.parametrize("with_filters", [True, False], ids=["filtered", "unfiltered"])
@pytest.mark.parametrize("statement", ["get_job", "list_job_fields", "list_job_files"])
def test_a_job_that_is_not_to_be_seen_is_as_unknown(edge, world, statement, with_filters):
    who = world.alex
    edge.enter_member(who)
    for kind, job_id in hidden_jobs(world, who).items():
        for scope in (who.scope(), {"account_id": world.northside, "client_id": world.clients["Harbour Hotels Group"]}):
            assert edge.run(statement, with_filters=with_filters, job_id=job_id, **scope) == [], kind


@pytest.mark.parametrize("with_filters", [True, False], ids=["filtered", "unfiltered"])
@pytest.mark.parametrize("email, client", MEMBERS)
def test_a_state_without_permission_is_as_unknown(edge, world, email, client, with_filters):
    who = world.membership(email, client)
    visible = set(ids(visible_jobs(world, who)))
    edge.enter_member(who)
    for job in world.tables["job"]:
        if (job["account_id"], job["client_id"]) == (who.account_id, who.client_id):
            assert bool(edge.run("get_job", with_filters=with_filters, job_id=job["job_id"], **who.scope())) == (job["job_id"] in visible)


def job_in(world: World, who: Membership, status: str) -> dict:
    template = min(row["job_template_id"] for row in world.tables["job_template"] if row["name"] == "Boiler service")
    return next(job for job in visible_jobs(world, who) if job["status"] == status and (status != "finished" or job["job_template_id"] == template))


def expected_fields(world: World, job: dict) -> list[str]:
    shown = {row["job_field_id"] for row in world.tables["portal_visible_field"]}
    of_template = {row["job_field_id"] for row in world.tables["job_template_field"] if row["job_template_id"] == job["job_template_id"]}
    late = {"resolution", "resolution_note", "finished_at"}
    fields = [field for field in world.tables["job_field"] if field["account_id"] == job["account_id"] and field["job_field_id"] in shown
              and (field["field_group"] == "main" or field["job_field_id"] in of_template)
              and (job["status"] == "finished" or not (field["field_group"] == "report" or field["key"] in late))]
    return [field["key"] for field in sorted(fields, key=lambda field: (["main", "custom", "report"].index(field["field_group"]), field["position"]))]


@pytest.mark.parametrize("status", ["unscheduled", "scheduled", "en_route", "started", "paused", "finished", "cancelled"])
def test_the_fields_of_a_job_are_the_visible_ones_of_its_template(edge, world, status):
    who = world.alex
    job = job_in(world, who, status)
    edge.enter_member(who)
    fields = edge.run("list_job_fields", job_id=job["job_id"], **who.scope())
    assert [field["key"] for field in fields] == expected_fields(world, job)
    main = {field["key"]: field["value"] for field in fields if field["field_group"] == "main"}
    assert main["description"] == job["description"] and main["duration"] == job["duration_minutes"] and main["contact"] == job["contact"]
    for field in fields:
        if field["field_group"] != "main":
            assert field["value"] == job[f"{field['field_group']}_values"].get(field["key"])
        assert (field["options"] is not None) == (field["type"] == "pick_list")
    assert any(field["field_group"] == "report" for field in fields) == (status == "finished")


def test_a_report_of_every_type_is_there_once_the_job_is_finished(edge, world):
    who = world.alex
    edge.enter_member(who)
    fields = edge.run("list_job_fields", job_id=job_in(world, who, "finished")["job_id"], **who.scope())
    types = {"text", "yes_no", "integer", "number", "money", "pick_list", "date", "time", "datetime", "link", "photo", "file", "signature"}
    for group in ("custom", "report"):
        assert {field["type"] for field in fields if field["field_group"] == group} == types
    resolution = next(field["value"] for field in fields if field["key"] == "resolution")
    assert resolution in {row["name"] for row in world.tables["resolution"]}


def test_times_among_the_values_are_rfc_3339_in_utc(stage, world):
    who = world.alex
    job = job_in(world, who, "finished")
    stage("portal_maintenance").rows("""insert into portal.portal_visible_field (account_id, job_field_id) select account_id, job_field_id
        from portal.job_field where account_id = %s and key = 'started_at'""", (who.account_id,))
    stage("portal_maintenance").rows("update portal.job set started_at = '2026-03-29 01:30:00+02' where job_id = %s", (job["job_id"],))
    edge = stage("portal_edge")
    edge.rows("set local time zone 'Asia/Tokyo'")
    edge.enter_member(who)
    values = {field["key"]: field["value"] for field in edge.run("list_job_fields", job_id=job["job_id"], **who.scope())}
    assert values["started_at"] == "2026-03-28T23:30:00Z"


def test_files_are_those_of_visible_fields(edge, world):
    who = world.alex
    edge.enter_member(who)
    shown = {row["job_field_id"] for row in world.tables["portal_visible_field"]}
    for status in ("scheduled", "finished"):
        job = job_in(world, who, status)
        files = edge.run("list_job_files", job_id=job["job_id"], **who.scope())
        expected = [row for row in world.tables["job_file"] if row["job_id"] == job["job_id"] and row["job_field_id"] in shown]
        assert [file["job_file_id"] for file in files] == [row["job_file_id"] for row in sorted(
            expected, key=lambda row: (row["job_field_id"], row["position"]))]
        assert files and all("CANARY" not in file["name"] for file in files)


def test_files_of_a_report_wait_for_the_end_of_the_job(stage, world):
    who = world.alex
    job = job_in(world, who, "finished")
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    edge.enter_member(who)
    finished = edge.run("list_job_files", job_id=job["job_id"], **who.scope())
    maintenance.rows("update portal.job set status = 'paused', resolution_id = null where job_id = %s", (job["job_id"],))
    for with_filters in (True, False):
        paused = edge.run("list_job_files", with_filters=with_filters, job_id=job["job_id"], **who.scope())
        assert 0 < len(paused) < len(finished)


def test_sites_are_those_of_the_client_by_name(edge, world):
    for email, client in MEMBERS:
        who = world.membership(email, client)
        edge.enter_member(who)
        expected = sorted(((row["name"], row["site_id"]) for row in world.tables["site"] if row["client_id"] == who.client_id))
        assert [(row["name"], row["site_id"]) for row in edge.run("list_sites", row_limit=500, **who.scope())] == expected
        assert {row["site_id"] for row in edge.run("list_sites", with_filters=False, row_limit=500, account_id=UNKNOWN, client_id=UNKNOWN)} == {
            site_id for _, site_id in expected}


def read_everything(session, world, who, *, with_filters: bool, scope: dict) -> str:
    """The answers of all statements that read, for the marked jobs and a part of the others, as one text."""
    answers = [session.run("list_sites", with_filters=with_filters, row_limit=500, **scope),
               session.run("count_jobs", with_filters=with_filters, time_zone="UTC", **scope),
               session.run("get_portal", with_filters=with_filters, account_id=scope["account_id"]),
               session.run("list_memberships", with_filters=with_filters, account_id=scope["account_id"], member_id=UNKNOWN if not with_filters else who.member_id)]
    for statement in ORDERS:
        answers += [list_jobs(session, world, who, statement, with_filters=with_filters, **scope),
                    list_jobs(session, world, who, statement, with_filters=with_filters, q="CANARY", **scope)]
    for job in [job for job in world.tables["job"] if job["job_id"] % 5 == 0 or "CANARY" in (job["reference"] or "")]:
        answers += [session.run(name, with_filters=with_filters, job_id=job["job_id"], **scope) for name in ("get_job", "list_job_fields", "list_job_files")]
    return str(answers)


@pytest.mark.parametrize("with_filters", [True, False], ids=["filtered", "unfiltered"])
@pytest.mark.parametrize("email, client", MEMBERS)
def test_no_answer_holds_a_canary(edge, world, email, client, with_filters):
    """With the statements' own filters, and with row-level security alone, with ids that are nobody's."""
    who = world.membership(email, client)
    edge.enter_member(who)
    scope = who.scope() if with_filters else {"account_id": UNKNOWN, "client_id": UNKNOWN}
    text = read_everything(edge, world, who, with_filters=with_filters, scope=scope)
    assert "CANARY" not in text
    # Something was read.
    assert "555-01" in text and client in text


def test_the_canaries_sing_once_everything_is_visible(stage, world):
    """The control: the same reading finds those of fields, templates and files when staff switch them on."""
    who = world.alex
    maintenance, edge = stage("portal_maintenance"), stage("portal_edge")
    maintenance.rows("insert into portal.portal_visible_field select account_id, job_field_id from portal.job_field on conflict do nothing")
    maintenance.rows("insert into portal.portal_visible_template select account_id, job_template_id from portal.job_template on conflict do nothing")
    edge.enter_member(who)
    text = read_everything(edge, world, who, with_filters=True, scope=who.scope())
    for canary in ("CANARY-field-alarm-code", "CANARY-option-label-a", "CANARY-field-crm-page", "CANARY-file-dispatcher-photo", "CANARY-field-internal-remarks",
                   "CANARY-file-margin-sheet", "CANARY-entrance", "CANARY-floor", "CANARY-external", "CANARY-resolution-note", "CANARY-template-audit",
                   "CANARY-hidden-template"):
        assert canary in text, canary
    for canary in ("CANARY-other-client", "CANARY-deleted", "CANARY-unfinished-report", "CANARY-worker", "CANARY-site"):
        assert canary not in text, canary
